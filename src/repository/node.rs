//! What a package.json asks for, and what its scripts start; what a module of Nest asks for.

use super::{Dependency, Ecosystem, Mention, json, python::lines, shell};

/// `ConfigModule.forRoot({ expandVariables: true })` goes over what was read with dotenv-expand, which @nestjs/config brings
/// (`nestjs/config lib/config.module.ts`).
pub(super) fn module(text: &str) -> Vec<Mention> {
    const OPTION: &str = "expandVariables";
    if !text.contains("ConfigModule") || text.contains("ignoreEnvFile: true") {
        return Vec::new();
    }
    let asks = |line: &str| {
        let code = line.split("//").next().unwrap_or_default();
        let comment = code.trim_start().starts_with(['*', '/']);
        let at = code.find(OPTION).filter(|_| !comment)?;
        let value = code[at + OPTION.len()..].trim_start().strip_prefix(':')?.trim_start();
        let rest = value.strip_prefix("true");
        let yes =
            value.starts_with('{') || rest.is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric()));
        yes.then_some(at)
    };
    let mut within = false;
    let found = lines(text).find_map(|(start, line)| {
        let comment = within;
        within = match line.rfind("/*") {
            Some(begins) => !line[begins..].contains("*/"),
            None => within && !line.contains("*/"),
        };
        if comment { None } else { Some(start + asks(line)?) }
    });
    let package = |at: usize| {
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
