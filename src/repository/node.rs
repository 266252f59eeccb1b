//! What a package.json asks for, and what its scripts start.

use super::{Dependency, Ecosystem, Mention, json, shell};

pub(super) fn package_json(text: &str) -> Vec<Mention> {
    let mut out = Vec::new();
    for member in json::members(text) {
        let dev = match member.section {
            "scripts" if !member.key.is_empty() => {
                out.extend(shell::within(member.value, member.value_range.start));
                continue;
            }
            "dependencies" | "optionalDependencies" => false,
            "devDependencies" => true,
            _ => continue,
        };
        if !member.key.is_empty() {
            out.push(Mention::Package(Dependency {
                ecosystem: Ecosystem::Node,
                name: member.key.to_owned(),
                range: member.key_range,
                features: Vec::new(),
                version: member.value.to_owned(),
                dev,
            }));
        }
    }
    out
}
