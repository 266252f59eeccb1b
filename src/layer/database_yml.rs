//! `database.yml` of Rails: a section for each environment, and in it either the settings of one database or one
//! mapping a database.

use super::{
    Entry, Means, Read,
    carried::Reader,
    reference::{self, Syntax},
    tree::Node,
};
use crate::environment::Environment;

/// The keys of a database and libpq's keywords for them (`ConnectionHandling#postgresql_connection`).
const KEYS: &[(&str, &str)] = &[
    ("host", "host"),
    ("port", "port"),
    ("database", "dbname"),
    ("username", "user"),
    ("user", "user"),
    ("password", "password"),
    ("sslmode", "sslmode"),
    ("sslrootcert", "sslrootcert"),
    ("sslcert", "sslcert"),
    ("sslkey", "sslkey"),
    ("connect_timeout", "connect_timeout"),
    ("application_name", "application_name"),
    ("options", "options"),
];

/// Reads the file that the reader is at.
pub(super) fn read(reader: &mut Reader<'_>) {
    let Some(text) = reader.text() else { return };
    let Some(documents) = reader.documents(&without_code(&text)) else { return };
    for document in &documents {
        for (name, section) in document.pairs() {
            let Some(word) = name.text().filter(|word| is_plain(word)) else { continue };
            // What only serves as an anchor is no environment.
            if matches!(word, "default" | "defaults" | "common" | "base") || word.starts_with('.') {
                continue;
            }
            if is_database(section) {
                take(reader, word, word, section);
                continue;
            }
            for (name, database) in section.pairs() {
                if let Some(own) = name.text().filter(|own| is_plain(own) && is_database(database)) {
                    take(reader, word, &format!("{word}.{own}"), database);
                }
            }
        }
    }
}

/// `<% if … %>` on lines of its own is no YAML: blanks stand for it, and for all that stands below it up to `<% end %>`,
/// which counts only sometimes; but for what counts where no `DATABASE_URL` is set, which is as if nothing stood around it. What puts
/// a value in (`<%= … %>`) stays.
fn without_code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Of each that is open whether its text counts, whether it asks for the URL, and whether all above it counts.
    let (mut at, mut open) = (0, Vec::<(bool, bool, bool)>::new());
    let counting =
        |open: &[(bool, bool, bool)]| open.last().is_none_or(|(counts, _, above)| *counts && *above);
    let push = |out: &mut String, piece: &str, kept: bool| {
        if kept {
            out.push_str(piece);
        } else {
            out.extend(piece.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }));
        }
    };
    while let Some(start) = text[at..].find("<%").map(|i| at + i) {
        let end = text[start..].find("%>").map_or(text.len(), |i| start + i + 2);
        let counts = counting(&open);
        push(&mut out, &text[at..start], counts);
        let code = &text[start..end];
        // `a ? b : c` in it would be a key of YAML, and ` #` a comment.
        let code_as_text = code.replace(": ", " :").replace(" #", "_#");
        push(&mut out, &code_as_text, counts && code.starts_with("<%="));
        let inner = code.trim_start_matches("<%").trim_start_matches('-').trim_end_matches("%>");
        let inner = inner.trim_end_matches('-').trim();
        let begins = ["if ", "unless ", "case ", "begin"].iter().any(|word| inner.starts_with(word))
            || inner.ends_with(" do")
            || inner.ends_with('|') && inner.contains(" do ");
        let asks = inner.contains("ENV")
            && inner.contains("DATABASE_URL")
            && !inner.contains([';', '|', '&'])
            && !inner.contains("==")
            && !inner.contains("!=");
        match inner {
            "end" => drop(open.pop()),
            "else" => {
                if let Some((counts, asks, _)) = open.last_mut() {
                    *counts = *asks && !*counts;
                }
            }
            // Nobody knows which of several counts.
            _ if inner.starts_with("elsif") => {
                if let Some((counts, asks, _)) = open.last_mut() {
                    (*counts, *asks) = (false, false);
                }
            }
            _ if begins => {
                // Each turns it round.
                let none = ["blank?", "nil?", "empty?"].iter().any(|word| inner.contains(word));
                let without = inner.starts_with("unless ") ^ inner.contains('!') ^ none;
                open.push((asks && without, asks, counts));
            }
            _ => {}
        }
        at = end;
    }
    push(&mut out, &text[at..], counting(&open));
    out
}

fn is_database(node: &Node) -> bool {
    ["adapter", "database", "url", "host"].into_iter().any(|key| node.get(key).is_some())
}

fn is_plain(word: &str) -> bool {
    word.len() <= 64 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
}

/// The environment that a section is of: `production_standby` holds a second database of production's, and so does
/// `warehouse_production`.
fn environment_of(section: &str) -> &str {
    let says = |word: &&str| Environment::from_word(word).is_some();
    let first = section.split(['_', '-']).next().filter(says);
    // `pre_production`, `old_production` are none of theirs.
    let apart = || section.split(['_', '-']).any(|word| APART.contains(&word));
    let last = || section.rsplit(['_', '-']).next().filter(|word| says(word) && !apart());
    if says(&section) { section } else { first.or_else(last).unwrap_or(section) }
}

/// Words before an environment's that say that it is not that one.
const APART: [&str; 16] = [
    "copy", "demo", "disabled", "ex", "fake", "former", "legacy", "like", "load", "mock", "near", "non",
    "not", "old", "pre", "sample",
];

/// Whether a value is what Ruby puts there and nothing else: `<%= ENV["DATABASE_URL"] %>`.
fn is_one_reference(text: &str) -> bool {
    let inner = text.trim().strip_prefix("<%=").and_then(|rest| rest.strip_suffix("%>"));
    inner.is_some_and(|inner| !inner.contains("<%"))
}

/// One database of one environment.
fn take(reader: &mut Reader<'_>, word: &str, block: &str, database: &Node) {
    let mut layer = reader.block(block);
    layer.word = Some(environment_of(word).to_owned());
    // What stands in a URL replaces the keys beside it (`ActiveRecord::DatabaseConfigurations::UrlConfig`), and a URL names a
    // server.
    let url = database.get("url").and_then(|url| Some((url.entry("url", url.span)?, url.span)));
    let elsewhere = url.as_ref().is_some_and(|(url, span)| {
        reference::resolve(reader.id, &url.value, *span, Syntax::Erb, Some(Means::Url)).open
    });
    // Where nothing else names a database or has a password, there is neither without the URL.
    let known = |key: &str| {
        let value = database.get(key).and_then(|value| Some((value.entry(key, value.span)?, value.span)));
        value.is_some_and(|(entry, span)| {
            let resolved = reference::resolve(reader.id, &entry.value, span, Syntax::Erb, None);
            !resolved.open && !resolved.value.text.expose().is_empty()
        })
    };
    let only = url.as_ref().is_some_and(|(url, _)| is_one_reference(url.value.text.expose()));
    let whole = elsewhere && only && database.get("database").is_none() && !known("password");
    for (key, value) in database.pairs() {
        let Some(name) = key.text() else { continue };
        let means = match name {
            "url" => Means::Url,
            "adapter" => Means::Engine,
            _ => match KEYS.iter().find(|(own, _)| *own == name) {
                Some((_, keyword)) => Means::Part("database.yml", keyword),
                None => continue,
            },
        };
        let Some(entry) = value.entry(name, key.span) else { continue };
        let resolved = reference::resolve(reader.id, &entry.value, value.span, Syntax::Erb, Some(means));
        // What code comes to is not known here, but that the key is set.
        if resolved.open && resolved.reads.is_empty() {
            let (variable, span, means) = (String::new(), value.span, Some(means));
            layer.reads.push(Read { variable, span, means, defaulted: false });
        }
        layer.reads.extend(resolved.reads);
        resolved.code.into_iter().for_each(|span| reader.sources.reveal(span));
        reader.reveal_lead(key.span, value.span);
        // A blank value is no setting to Rails.
        let replaced = match means {
            Means::Part(_, "host" | "port") => elsewhere,
            Means::Part(_, "user") => whole,
            _ => false,
        };
        if !replaced && !resolved.open && !resolved.value.text.expose().is_empty() {
            let entry = Entry { value: resolved.value, ..entry };
            layer.entries.push(entry.telling(Some(means)));
        }
    }
    reader.layers.push(layer);
}
