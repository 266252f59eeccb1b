//! What builds a program for .NET: that one is built here, and whether it asks for Npgsql.

use super::{Dependency, Ecosystem, Mention};

const DRIVER: &str = "Npgsql";

/// One mention in any case: that there is such a program says who reads a string of Npgsql.
pub(super) fn project(text: &str) -> Vec<Mention> {
    let at = text.find(DRIVER);
    let (name, range) = at.map_or(("", 0..0), |at| (DRIVER, at..at + DRIVER.len()));
    vec![Mention::Package(Dependency {
        ecosystem: Ecosystem::DotNet,
        name: name.to_ascii_lowercase(),
        range,
        features: Vec::new(),
        version: String::new(),
        dev: false,
    })]
}
