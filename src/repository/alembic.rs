//! Whether Alembic's env.py sets the URL whatever alembic.ini says.

use super::{Mention, Repository, place::Directory, python::lines};
use crate::source::Span;

const OPTION: &str = "sqlalchemy.url";

/// The first line that does so without a condition: one that is indented stands under a `def` and not under an `if`.
pub(super) fn env_py(text: &str) -> Vec<Mention> {
    // For each level of indentation that is open: whether what stands there is always done.
    let mut open: Vec<(usize, bool)> = Vec::new();
    // What is put into the section may be what was read from it.
    let reads = text.contains("get_main_option(") || text.contains("get_section_option(");
    for (at, line) in lines(text) {
        let code = line.trim_start();
        if code.is_empty() || code.starts_with('#') {
            continue;
        }
        let indent = line.len() - code.len();
        while open.last().is_some_and(|(outer, _)| *outer >= indent) {
            open.pop();
        }
        let from = at + indent;
        if open.iter().all(|(_, always)| *always)
            && (is_set(&text[from..]) || !reads && is_assigned(code))
            && let Some(option) = text[from..].find(OPTION)
        {
            let start = from + option;
            return vec![Mention::Migrations(start..start + OPTION.len())];
        }
        if code.trim_end().ends_with(':') {
            let word = code.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
            open.push((indent, matches!(word, "def" | "async" | "with" | "try")));
        }
    }
    Vec::new()
}

/// `config.set_main_option("sqlalchemy.url", …)`, on one line or several.
fn is_set(code: &str) -> bool {
    let object = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let call = code.trim_start_matches(object);
    let called = code[..code.len() - call.len()].ends_with(".set_main_option");
    let first = call.strip_prefix('(').map(|rest| rest.trim_start().trim_start_matches(['"', '\'']));
    called && first.is_some_and(|first| first.starts_with(OPTION))
}

/// `configuration["sqlalchemy.url"] = …`
fn is_assigned(code: &str) -> bool {
    let Some((before, after)) = code.split_once(OPTION) else { return false };
    let after = after.trim_start_matches(['"', '\'']).trim_start();
    let value = after.strip_prefix(']').map(str::trim_start);
    before.ends_with(['"', '\'']) && value.is_some_and(|v| v.starts_with('=') && !v.starts_with("=="))
}

impl Repository {
    /// The place in an env.py that takes the URL of an alembic.ini away: it sets another one in any case.
    pub fn replaces_url_of(&self, path: &str) -> Option<Span> {
        let directory = Directory::of(path);
        self.migrations.iter().find(|(below, _)| directory.holds(below)).map(|(_, span)| *span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_in_any_case_is_found() {
        for yes in [
            "config.set_main_option(\"sqlalchemy.url\", url)\n",
            "config.set_main_option(\n    'sqlalchemy.url',\n    url,\n)\n",
            "def get_url():\n    return 1\n\n\ndef run():\n    configuration[\"sqlalchemy.url\"] = get_url()\n",
            "if offline:\n    x()\nconfig.set_main_option(\"sqlalchemy.url\", url)\n",
        ] {
            let found = env_py(yes);
            assert!(matches!(&found[..], [Mention::Migrations(at)] if &yes[at.clone()] == OPTION), "{yes}");
        }
        for no in [
            "if url:\n    config.set_main_option(\"sqlalchemy.url\", url)\n",
            "url = config.get_main_option(\"sqlalchemy.url\")\n",
            "# config.set_main_option(\"sqlalchemy.url\", url)\n",
            "def url():\n    return x or config.get_main_option(\"sqlalchemy.url\")\n\n\ndef run():\n    c[\"sqlalchemy.url\"] = url()\n",
            "assert configuration[\"sqlalchemy.url\"] == url\n",
            "",
        ] {
            assert_eq!(env_py(no), Vec::new(), "{no}");
        }
    }
}
