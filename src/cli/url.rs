//! `url`: what client libraries make of a URL, and the spelling that one of them reads rightly; masked.

use super::{
    Error, Exit,
    args::{Flags, Spoken},
    output, start,
};
use crate::{
    configuration::{Configuration, Input},
    consumer::{
        Aspect, Backend, Consumer, Shift, Verdict,
        agreement::{self, Row},
    },
    layer,
    policy::consumer_of_word,
    report::{Format, Options, clean},
    secret::Secret,
    settings::{Target, reading},
    source::Sources,
    world::World,
};
use serde_json::{Value, json};
use std::{fmt::Write as _, io::IsTerminal as _};

pub(super) fn run(flags: &Flags, url: &Spoken) -> Result<Exit, Error> {
    let world = World::of_process();
    let asked = consumers(&url.consumers)?;
    let wanted = url.target.as_deref().map(|word| named("--for", word)).transpose()?;
    // Before anything is read: what would be stored by `X=$(pgward url --for …)` are bullets.
    if wanted.is_some() && !std::io::stdout().is_terminal() {
        return Err(Error::Other(
            "standard output is no terminal, and this prints the URL masked: a program gets the real one from the \
             library, `Ready::url`"
                .into(),
        ));
    }
    let (configuration, remarks) = configuration(flags, url, &world)?;
    if !flags.quiet {
        for remark in &remarks {
            output::error(remark);
        }
    }
    let nothing = || Error::Other("no database is configured here: name a URL, or set DATABASE_URL".into());
    let target = configuration.settings.selected().ok_or_else(nothing)?;
    if let Some(consumer) = wanted {
        return spelling(flags, target, consumer);
    }
    let known = configuration.settings.consumers.iter().map(|c| c.value).collect();
    let all = asked.unwrap_or(known);
    let all = if all.is_empty() { Consumer::ALL.to_vec() } else { all };
    compare(flags, &world, target, &all)
}

fn named(flag: &str, word: &str) -> Result<Consumer, Error> {
    consumer_of_word(word).map_err(|e| Error::Other(format!("{flag}: {e}")))
}

/// The consumers of `--consumers`; none without it.
fn consumers(words: &[String]) -> Result<Option<Vec<Consumer>>, Error> {
    if words.iter().any(|w| w.eq_ignore_ascii_case("all")) {
        return Ok(Some(Consumer::ALL.to_vec()));
    }
    let mut out = Vec::new();
    for word in words.iter().map(|w| w.trim()).filter(|w| !w.is_empty()) {
        let consumer = named("--consumers", word)?;
        if !out.contains(&consumer) {
            out.push(consumer);
        }
    }
    Ok((!out.is_empty()).then_some(out))
}

/// What is asked about: the URL that was named, all by itself, or what this shell would start with.
fn configuration(flags: &Flags, url: &Spoken, world: &World) -> Result<(Configuration, Vec<String>), Error> {
    let Some(text) = &url.url else {
        let (input, remarks) = start::input(flags, world)?;
        return Ok((Configuration::new(input), remarks));
    };
    let mut remarks = Vec::new();
    let text = if text == "-" {
        start::from_stdin()?
    } else {
        if may_hold_password(text) {
            remarks.push(
                "a URL on the command line is seen by every process list and kept in the shell's history: \
                 `pgward url -` reads it from standard input"
                    .to_owned(),
            );
        }
        text.clone()
    };
    if text.trim().is_empty() {
        return Err(Error::Other("the URL is empty".into()));
    }
    let mut sources = Sources::default();
    let layers = vec![layer::flag(&mut sources, "URL", "DATABASE_URL", &text)];
    Ok((Configuration::new(Input { sources, layers, ..Input::default() }), remarks))
}

/// Whether a user and something behind a `:` stand before an `@`, or a parameter is called so.
fn may_hold_password(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let behind = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let userinfo = behind.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'));
    userinfo || ["password", "pwd=", "api_key"].iter().any(|word| lower.contains(word))
}

/// `--for`.
fn spelling(flags: &Flags, target: &Target, consumer: Consumer) -> Result<Exit, Error> {
    if !target.is_postgres() {
        return Err(Error::Other("it is no PostgreSQL database: there is nothing to spell".into()));
    }
    let name = consumer.as_str();
    if target.parsed.is_err() {
        return Err(Error::Other(
            "it cannot be read: `pgward check` says why, `pgward url --consumers all` who makes what of it"
                .into(),
        ));
    }
    let (url, left) = target
        .url_for(consumer)
        .ok_or_else(|| Error::Other(format!("no URL says it to {name}: hand it the parts one by one")))?;
    let masked = reading::masked(&url);
    if flags.format == Format::Json {
        let object = json!({
            "schema": crate::report::SCHEMA, "command": "url", "for": name, "url": masked, "left_out": left,
        });
        let text = crate::report::json::document(&object).map_err(|e| Error::Other(e.to_string()))?;
        output::stdout(&text)?;
    } else {
        output::stdout(&format!("{}\n", clean::line(&masked)))?;
    }
    if !flags.quiet && !left.is_empty() {
        output::error(&format!("left out, because {name} reads it nowhere in a URL: {}", left.join(", ")));
    }
    Ok(Exit::Success)
}

fn compare(flags: &Flags, world: &World, target: &Target, consumers: &[Consumer]) -> Result<Exit, Error> {
    let text = target
        .as_text()
        .ok_or_else(|| Error::Other("no variable holds a URL, and its parts make none".into()))?;
    let rows = agreement::compare(&text, target.is_postgres(), consumers.iter().copied());
    let out = if flags.format == Format::Json {
        crate::report::json::document(&document(&text, &rows)).map_err(|e| Error::Other(e.to_string()))?
    } else {
        table(&text, &rows, &output::options(flags, world))
    };
    output::stdout(&out)?;
    let alike = |row: &Row| word(row) == "alike";
    Ok(if rows.iter().all(alike) { Exit::Success } else { Exit::Refused })
}

/// The gravest thing about a row in a word.
fn word(row: &Row) -> &'static str {
    match row.verdict() {
        Verdict::Rejected => "refused",
        Verdict::DifferentTarget => "differs",
        Verdict::DifferentEncryption => "weaker",
        Verdict::IgnoredParameter if !row.settings.is_empty() => "hands on",
        Verdict::IgnoredParameter => "drops",
        Verdict::Accepted => "alike",
    }
}

const IN_MEMORY: &str = "takes it for SQLite in memory";

/// Everything that is to be said about a row.
fn details(row: &Row) -> Vec<String> {
    let mut out: Vec<String> = row.refused.iter().map(|why| (*why).to_owned()).collect();
    if row.nowhere {
        out.push("dials what no host can be called".to_owned());
    }
    for (aspect, part) in &row.differs {
        out.push(match (aspect, part.shown()) {
            (Aspect::Engine, _) => match row.backend {
                Backend::Sqlite { memory: true } => IN_MEMORY.to_owned(),
                Backend::Sqlite { .. } => "takes it for a file of SQLite".to_owned(),
                Backend::Postgres => "takes it for PostgreSQL".to_owned(),
                Backend::Other => "takes it for another engine".to_owned(),
            },
            (aspect, Some("")) => format!("no {}, so a default", aspect.as_str()),
            (aspect, Some(text)) => format!("{} `{text}`", aspect.as_str()),
            (aspect, None) => format!("another {}", aspect.as_str()),
        });
    }
    // What nobody meant by `sqlite://x.db` is lost with the process.
    let told = row.differs.iter().any(|(aspect, _)| *aspect == Aspect::Engine);
    if !told && row.refused.is_none() && row.backend == (Backend::Sqlite { memory: true }) {
        out.push(IN_MEMORY.to_owned());
    }
    match row.encryption {
        Some(Shift::Weaker { from, to }) => {
            out.push(format!("protects as `{}` does, not as `{}`", to.as_str(), from.as_str()));
        }
        Some(Shift::Stronger { from, to }) => {
            out.push(format!("asks for `{}`, where `{}` is meant", to.as_str(), from.as_str()));
        }
        None => {}
    }
    let names = |names: &[Option<&'static str>]| {
        let known: Vec<String> = names.iter().flatten().map(|n| format!("`{n}`")).collect();
        let others = names.iter().filter(|n| n.is_none()).count();
        let others = match (others, known.is_empty()) {
            (0, _) => None,
            (1, true) => Some("a parameter".to_owned()),
            (n, true) => Some(format!("{n} parameters")),
            (n, false) => Some(format!("{n} more")),
        };
        known.into_iter().chain(others).collect::<Vec<_>>().join(", ")
    };
    if !row.ignored.is_empty() {
        out.push(format!("drops {}", names(&row.ignored)));
    }
    if !row.settings.is_empty() {
        out.push(format!("hands {} to the server as a setting", names(&row.settings)));
    }
    out
}

fn table(text: &Secret, rows: &[Row], options: &Options) -> String {
    let mut out = format!("{}\n\n", clean::line(&reading::masked(text)));
    let width = rows.iter().map(|r| r.consumer.as_str().len()).max().unwrap_or_default();
    for row in rows {
        let word = word(row);
        let colour = match word {
            "alike" => "32",
            "drops" => "33",
            _ => "31",
        };
        let (on, off) =
            if options.color { (format!("\x1b[{colour}m"), "\x1b[0m") } else { (String::new(), "") };
        let indent = width + 2 + 8 + 2;
        let lines = wrapped(&details(row).join("; "), options.width.saturating_sub(indent).max(20));
        let first = lines.first().map_or("", String::as_str);
        let head = format!("{:width$}  {on}{word:8}{off}  {first}", row.consumer.as_str());
        out.push_str(head.trim_end());
        out.push('\n');
        for line in lines.iter().skip(1) {
            let _infallible = writeln!(out, "{:indent$}{line}", "");
        }
    }
    out
}

/// Lines of at most so many characters; a word that is longer has its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in clean::line(text).split_whitespace() {
        match out.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => out.push(word.to_owned()),
        }
    }
    out
}

fn document(text: &Secret, rows: &[Row]) -> Value {
    let shift = |row: &Row| match row.encryption {
        Some(Shift::Weaker { from, to }) => {
            json!({ "means": from.as_str(), "is": to.as_str(), "weaker": true })
        }
        Some(Shift::Stronger { from, to }) => {
            json!({ "means": from.as_str(), "is": to.as_str(), "weaker": false })
        }
        None => Value::Null,
    };
    let row = |row: &Row| {
        json!({
            "name": row.consumer.as_str(), "verdict": word(row), "refused": row.refused,
            "differs": row.differs.iter().map(|(aspect, part)| json!({
                "part": aspect.as_str(), "value": part.shown(),
            })).collect::<Vec<_>>(),
            "encryption": shift(row), "dropped": row.ignored, "settings": row.settings,
        })
    };
    json!({
        "schema": crate::report::SCHEMA, "command": "url", "url": reading::masked(text),
        "consumers": rows.iter().map(row).collect::<Vec<_>>(),
    })
}
