//! A rule's page as people read it: what `pgward explain` prints and `docs/rules/` holds. Pure text.

use crate::{
    environment::Environment,
    finding::Severity,
    policy::Level,
    report::RuleText,
    rules::{RULES, Rule},
};
use std::sync::OnceLock;

/// Where the page of a rule of this very version stands: docs.rs shows the files of a release.
pub fn address(rule: &Rule) -> String {
    format!("https://docs.rs/crate/pgward/{}/source/docs/rules/{}.md", env!("CARGO_PKG_VERSION"), rule.id)
}

/// What the writers of reports may tell of a rule; made when it is asked for.
pub fn text_of(id: &str) -> Option<&'static RuleText> {
    static TEXTS: [OnceLock<RuleText>; RULES.len()] = [const { OnceLock::new() }; RULES.len()];
    let at = RULES.iter().position(|rule| rule.id == id)?;
    Some(TEXTS[at].get_or_init(|| text(RULES[at])))
}

fn text(rule: &Rule) -> RuleText {
    let level = Environment::ALL.into_iter().map(|e| rule.levels.in_environment(e)).max();
    RuleText {
        id: rule.id,
        since: rule.since,
        summary: summary(rule),
        page: explain(rule),
        address: address(rule),
        severity: match level {
            None | Some(Level::Allow) => None,
            Some(Level::Note) => Some(Severity::Note),
            Some(Level::Warn) => Some(Severity::Warning),
            Some(Level::Deny) => Some(Severity::Error),
        },
        subjects: subjects(rule.id),
    }
}

/// What a rule is about, by the words of its name: names are chosen with care and never change.
fn subjects(id: &str) -> Vec<&'static str> {
    let has = |words: &[&str]| id.split('-').any(|word| words.contains(&word));
    let mut out = Vec::new();
    if has(&["secret", "password", "auth", "superuser"]) {
        out.push("secrets");
    }
    if has(&["tls", "verify", "rootcert", "plaintext", "cert"]) {
        out.push("tls");
    }
    out
}

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
