//! A rule's page as people read it: what `pgward explain` prints and `docs/rules/` holds. Pure text.

use crate::{environment::Environment, rules::Rule};

/// The page with the rule's levels under its title, and without what is there for the tests alone.
pub fn explain(rule: &Rule) -> String {
    let body = rule.page.split_once('\n').map_or("", |(_, body)| body);
    let levels: Vec<String> = Environment::ALL
        .into_iter()
        .map(|e| format!("{e} {}", rule.levels.in_environment(e).as_str()))
        .collect();
    let boot = if rule.boot { "an error refuses at boot" } else { "at boot it warns at most" };
    let asked = if rule.traits.pedantic { " · only when asked for by name" } else { "" };
    let head = format!("# {}\n\nsince {} · {} · {boot}{asked}\n", rule.id, rule.since, levels.join(", "));
    format!("{head}{}", readable(body))
}

/// The page's first paragraph on one line.
pub fn summary(rule: &Rule) -> String {
    let body = rule.page.split_once("\n\n").map_or("", |(_, body)| body);
    body.split("\n\n").next().unwrap_or_default().trim_end().replace('\n', " ")
}

/// Blocks that stand in for a server, reports that say nothing and the section that brings the state about on a
/// real one are for the tests.
fn readable(page: &str) -> String {
    let mut out = String::new();
    let mut lines = page.split_inclusive('\n');
    while let Some(line) = lines.next() {
        if line.trim_end() == "## On a server" {
            break;
        }
        let Some(info) = line.trim_end().strip_prefix("```") else {
            out.push_str(line);
            continue;
        };
        let body: String = lines.by_ref().take_while(|l| l.trim_end() != "```").collect();
        let hidden =
            matches!(info, "answers" | "link" | "failure" | "sql") || (info == "report" && body.is_empty());
        if !hidden {
            out.extend(["```", info, "\n", &body, "```\n"]);
        }
    }
    // What was hidden leaves its blank lines behind.
    while out.contains("\n\n\n") {
        out = out.replace("\n\n\n", "\n\n");
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}
