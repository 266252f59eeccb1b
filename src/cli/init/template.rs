//! The commented pgward.toml. A line that begins with `#` and no blank is a setting that is switched on by taking the
//! `#` away, as in postgresql.conf; all of them together are a policy too.

use super::{Said, Seen};
use crate::policy::{KEYS, VARIABLES};
use std::fmt::Write as _;

const HEAD: &str = "\
# pgward.toml: what this project decided. Written by `pgward init`.
#
# Nothing below is in force: a setting is switched on by taking away the `#`
# before it. What was found needs no setting, because pgward finds it again;
# written down it stays when the repository changes. docs/configuration.md of
# pgward has every key, pgward.schema.json tells an editor.
";

pub(super) fn write(seen: &Seen) -> String {
    let mut out = HEAD.to_owned();
    list(&mut out, "consumers", &seen.consumers, "libpq");
    list(&mut out, "loaders", &seen.loaders, "python-dotenv");
    heading(&mut out, "env-files");
    match seen.env_files.as_slice() {
        [] => nothing(&mut out),
        paths => {
            for path in paths.iter().take(PLACES) {
                line(&mut out, &format!("#   found: {path}"));
            }
        }
    }
    line(&mut out, "#env-files = [\".env\"]");
    list(&mut out, "extensions", &seen.extensions, "pg_trgm");
    for (key, setting) in [
        ("libpq", "#libpq = 16"),
        ("tls", "#tls = \"required\""),
        ("exclude", "#exclude = [\"legacy/\"]"),
        ("environments", "#[environments]\n#experiment = \"staging\""),
    ] {
        heading(&mut out, key);
        line(&mut out, setting);
    }
    heading(&mut out, "variables");
    line(&mut out, "#[variables]");
    for key in VARIABLES.iter().filter(|key| matches!(key.name, "url" | "test-url")) {
        line(&mut out, &format!("# {}", key.doc));
        let name = if key.name == "url" { "DATABASE_URL" } else { "TEST_DATABASE_URL" };
        line(&mut out, &format!("#{} = [\"{name}\"]", key.name));
    }
    for (key, setting) in [
        ("connection", "#[connection]\n#sslmode = \"verify-full\""),
        (
            "rules",
            "#[rules]\n#tls-unverified = \"deny\"\n#[rules.production]\n#localhost-in-production = { level = \"allow\", \
             reason = \"a proxy listens\" }\n#[rules.paths.\"deploy/**\"]\n#fallback-default = \"note\"",
        ),
        ("boot", "#[boot]\n#deny = [\"weak-secret\"]"),
    ] {
        heading(&mut out, key);
        line(&mut out, setting);
    }
    heading(&mut out, "secret");
    if seen.secrets.is_empty() {
        nothing(&mut out);
        line(&mut out, "#[[secret]]\n#name = \"SECRET_KEY\"");
    }
    for (name, places) in &seen.secrets {
        found(&mut out, name, places.iter());
        line(&mut out, &format!("#[[secret]]\n#name = \"{name}\""));
    }
    heading(&mut out, "database");
    line(
        &mut out,
        "#[[database]]\n#name = \"app\"\n#environment = \"production\"\n\
         #pool = { size = 10, overflow = 5, processes = 2, replicas = 3 }",
    );
    out
}

/// More places of one word say nothing more.
const PLACES: usize = 5;

/// Of a terminal that nobody made wider.
const WIDTH: usize = 80;

/// What follows was not seen here.
fn nothing(out: &mut String) {
    line(out, "#   nothing found; for example:");
}

fn list(out: &mut String, key: &str, said: &Said, example: &str) {
    heading(out, key);
    for (word, places) in said {
        found(out, word, places.iter());
    }
    if said.is_empty() {
        nothing(out);
    }
    let words: Vec<String> = said.keys().map(|word| format!("\"{word}\"")).collect();
    let words = if words.is_empty() { format!("\"{example}\"") } else { words.join(", ") };
    line(out, &format!("#{key} = [{words}]"));
}

/// What says a word: as many places on a line as fit.
fn found<'p>(out: &mut String, word: &str, places: impl ExactSizeIterator<Item = &'p String>) {
    let more = places.len().saturating_sub(PLACES);
    let mut current = format!("#   {word}:");
    let lead = current.chars().count();
    let mut some: Vec<String> = places.take(PLACES).cloned().collect();
    if more > 0 {
        some.push(format!("and {more} more"));
    }
    let last = some.len().saturating_sub(1);
    for (i, place) in some.iter().enumerate() {
        let mark = if i == last { "" } else { ";" };
        if current.chars().count() > lead && current.chars().count() + place.chars().count() + 2 > WIDTH {
            line(out, &current);
            "#    ".clone_into(&mut current);
        }
        current.extend([" ", place, mark]);
    }
    line(out, &current);
}

/// A blank line and what the key is for.
fn heading(out: &mut String, key: &str) {
    let doc = KEYS.iter().find(|k| k.name == key).map_or("", |k| k.doc);
    let (first, rest) = doc.split_at(doc.chars().next().map_or(0, char::len_utf8));
    line(out, "");
    for part in crate::report::clean::wrapped(&format!("{}{rest}.", first.to_uppercase()), WIDTH - 2).lines()
    {
        line(out, &format!("# {part}"));
    }
}

fn line(out: &mut String, text: &str) {
    let _never = writeln!(out, "{text}");
}
