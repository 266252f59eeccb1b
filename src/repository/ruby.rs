//! What a Gemfile asks for: its `gem` lines, and whether they stand in a group for development.

use super::{Dependency, Ecosystem, Mention, python::lines};

pub(super) fn gemfile(text: &str) -> Vec<Mention> {
    let mut out = Vec::new();
    // For each `do` that is open, whether it is a group for development or tests alone.
    let mut blocks: Vec<bool> = Vec::new();
    for (at, line) in lines(text) {
        let code = line.split(" #").next().unwrap_or(line);
        let trimmed = code.trim();
        if trimmed == "end" {
            blocks.pop();
        } else if trimmed.ends_with(" do") || trimmed.ends_with('|') && trimmed.contains(" do ") {
            blocks.push(trimmed.starts_with("group") && is_dev(trimmed));
        }
        let Some(rest) = trimmed.strip_prefix("gem").filter(|r| r.starts_with([' ', '(', '\t'])) else {
            continue;
        };
        let rest = rest.trim_start_matches([' ', '(', '\t']);
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
        let Some(end) = rest[1..].find(quote).map(|i| i + 1) else { continue };
        let tail = &rest[end + 1..];
        let grouped = tail.contains("group:") || tail.contains("groups:") || tail.contains(":group");
        let start = at + (line.len() - line.trim_start().len()) + (trimmed.len() - rest.len()) + 1;
        out.push(Mention::Package(Dependency {
            ecosystem: Ecosystem::Ruby,
            name: rest[1..end].to_owned(),
            range: start..start + end - 1,
            features: Vec::new(),
            version: String::new(),
            dev: blocks.contains(&true) || grouped && is_dev(tail),
        }));
    }
    out
}

/// `:development, :test` and no other group.
fn is_dev(code: &str) -> bool {
    (code.contains("development") || code.contains("test"))
        && !code.contains("production")
        && !code.contains("staging")
        && !code.contains("default")
}
