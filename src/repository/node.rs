//! What a package.json asks for, and what its scripts start; what a module of Nest asks for.

use super::{Dependency, Ecosystem, Mention, json, shell};

/// `ConfigModule.forRoot({ expandVariables: true })` goes over what was read with dotenv-expand, which @nestjs/config brings
/// (`nestjs/config lib/config.module.ts`).
pub(super) fn module(text: &str) -> Vec<Mention> {
    const OPTION: &str = "expandVariables";
    let asks = |(at, _): &(usize, &str)| {
        let value = text[at + OPTION.len()..].trim_start().strip_prefix(':').map(str::trim_start);
        let line = text[..*at].rsplit('\n').next().unwrap_or_default();
        value.is_some_and(|v| v.starts_with("true") || v.starts_with('{')) && !line.contains("//")
    };
    let found = text.contains("ConfigModule").then(|| text.match_indices(OPTION).find(asks)).flatten();
    let package = |(at, _): (usize, &str)| {
        Mention::Package(Dependency {
            ecosystem: Ecosystem::Node,
            name: "dotenv-expand".to_owned(),
            range: at..at + OPTION.len(),
            features: Vec::new(),
            version: String::new(),
            dev: false,
        })
    };
    found.map(package).into_iter().collect()
}

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
