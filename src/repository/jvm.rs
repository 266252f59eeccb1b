//! What builds a program for the JVM: that one is built here, and the driver that it asks for.

use super::{Dependency, Ecosystem, Mention};

/// What the names of its drivers have in common, whatever the tool: `org.postgresql:postgresql`, `quarkus-jdbc-postgresql`.
const DRIVER: &str = "postgresql";

/// One mention in any case: that there is such a program says who reads a JDBC URL.
pub(super) fn build(text: &str) -> Vec<Mention> {
    let at = text.find(DRIVER);
    let (name, range) = at.map_or(("", 0..0), |at| (DRIVER, at..at + DRIVER.len()));
    vec![Mention::Package(Dependency {
        ecosystem: Ecosystem::Jvm,
        name: name.to_owned(),
        range,
        features: Vec::new(),
        version: String::new(),
        dev: false,
    })]
}
