//! What builds a program for the JVM or for .NET: that one is built here, and whether it asks for a driver of PostgreSQL.

use super::{Dependency, Ecosystem, Mention};

/// One mention in any case: that there is such a program says who reads JDBC's URLs, or Npgsql's strings.
pub(super) fn program(ecosystem: Ecosystem, text: &str) -> Vec<Mention> {
    // What the names of the drivers have in common: `org.postgresql:postgresql`, `quarkus-jdbc-postgresql`.
    let driver = if ecosystem == Ecosystem::DotNet { "Npgsql" } else { "postgresql" };
    let at = text.find(driver);
    let (name, range) = at.map_or(("", 0..0), |at| (driver, at..at + driver.len()));
    vec![Mention::Package(Dependency {
        ecosystem,
        name: name.to_ascii_lowercase(),
        range,
        features: Vec::new(),
        version: String::new(),
        dev: false,
    })]
}
