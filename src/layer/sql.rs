//! SQL as init scripts and migrations have it: the statements that grant, install and create, told by their first words.
//! Strings, comments and bodies of functions are passed over.

use super::carried::Reader;
use crate::{
    secret::Secret,
    source::{SourceId, Sources, Span},
};
use std::ops::Range;

/// What the rules about SQL look at.
#[derive(Clone, Default, Debug)]
pub struct Sql {
    /// The statements that matter here, in their order.
    pub statements: Vec<Statement>,
    /// Passwords that roles are made with, or given, as they are: the text between the quotes.
    pub passwords: Vec<(Secret, Span)>,
}

/// One statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Where, from its first word to its last.
    pub span: Span,
}

/// What a statement does.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum StatementKind {
    /// `GRANT … ON DATABASE …`.
    GrantOnDatabase,
    /// `GRANT … ON SCHEMA …`, or `CREATE SCHEMA`, or a change of who owns a database: a way to create in a schema.
    OpensSchema,
    /// `CREATE EXTENSION`, with the name where it is a plain one, and whether `CASCADE` stands there.
    CreateExtension(Option<String>),
    /// `DROP EXTENSION`.
    DropExtension,
    /// `CREATE DATABASE`, with its owner named or not.
    CreateDatabase {
        /// An `OWNER` is named: it may do everything in it.
        owner: bool,
    },
}

/// More statements than this are not kept: a dump.
const STATEMENTS: usize = 10_000;

/// Reads the file that the reader is at.
pub(super) fn read(reader: &mut Reader<'_>) {
    let Some(text) = reader.text() else { return };
    let statements = statements(reader.sources, reader.id, &text, 0);
    for statement in &statements {
        reveal(reader, statement.span);
    }
    let mut passwords = Vec::new();
    for (start, range) in self::passwords(&text) {
        // No string stands among what is shown, and what leads to it is short.
        let before = &text[start..range.start - 1];
        if before.len() <= 160 && !before.contains(['\'', '$', '\\']) {
            let before = reader.sources.span(reader.id, start..range.start - 1);
            reveal(reader, before);
        }
        let place = reader.sources.span(reader.id, range.clone());
        passwords.push((Secret::from(&text[range]), place));
    }
    reader.structure = super::Structure::Sql(Sql { statements, passwords });
}

/// The roles that a text makes somewhere: a file of SQL, a block in one, a command of `psql` in a script. So many, and names of
/// no more than this, are looked at.
pub fn made_roles(text: &str) -> Vec<Secret> {
    const MANY: usize = 1000;
    let lower = text.to_ascii_lowercase();
    let mut out = Vec::new();
    // Neither a comment nor what another engine is told.
    let elsewhere = |at: usize| {
        let line = lower[..at].rsplit('\n').next().unwrap_or_default();
        line.trim_start().starts_with('#')
            || line.contains("--") && !line.contains('"')
            || line.contains("mysql")
    };
    for made in ["create role ", "create user ", "createuser "] {
        for (at, _) in lower.match_indices(made).take(MANY).filter(|(at, _)| !elsewhere(*at)) {
            let rest = &text[at + made.len()..];
            // `IF NOT EXISTS`, and what `createuser` is told before the name.
            let mut words = rest.split_whitespace().take(16).skip_while(|word| {
                word.starts_with('-') || ["if", "not", "exists"].iter().any(|w| word.eq_ignore_ascii_case(w))
            });
            let name = words.next().unwrap_or_default();
            let name = name.trim_matches(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
            if !name.is_empty() && name.len() <= NAME {
                out.push(Secret::from(name));
            }
        }
    }
    out
}

/// PostgreSQL cuts names off there (`NAMEDATALEN`).
const NAME: usize = 63;

/// Words of SQL that are shown: a name may be anything, also a slipped password.
const KEYWORDS: &[&str] = &[
    "ALL",
    "ALTER",
    "CASCADE",
    "CONNECT",
    "CREATE",
    "DATABASE",
    "DROP",
    "EXISTS",
    "EXTENSION",
    "GRANT",
    "IF",
    "IN",
    "LOGIN",
    "NOT",
    "ON",
    "OWNER",
    "PASSWORD",
    "PRIVILEGES",
    "PUBLIC",
    "ROLE",
    "SCHEMA",
    "TEMPORARY",
    "TO",
    "USAGE",
    "USER",
    "WITH",
];

/// Reveals the keywords of a statement, and what leads to it on its line.
pub(super) fn reveal(reader: &mut Reader<'_>, span: Span) {
    reader.reveal_lead(Span { end: span.start, ..span }, span);
    let text = String::from_utf8_lossy(&reader.sources.get(reader.id).bytes()[span.range()]).into_owned();
    let mut at = span.start as usize;
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        if KEYWORDS.contains(&bare.to_ascii_uppercase().as_str()) {
            let shown = reader.sources.span(reader.id, at..at + word.trim_end_matches('\n').len());
            reader.sources.reveal(shown);
        }
        at += word.len();
    }
}

/// The statements of a text that stands at an offset of a source.
pub(super) fn statements(sources: &Sources, id: SourceId, text: &str, offset: usize) -> Vec<Statement> {
    let mut out = Vec::new();
    let mut words: Vec<(&str, usize, usize)> = Vec::new();
    let mut at = 0;
    while at < text.len() && out.len() < STATEMENTS {
        let rest = &text[at..];
        let first = rest.as_bytes()[0];
        if rest.starts_with("--") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if first == b'\\' {
            // A command of psql is its line.
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += comment(rest);
        } else if first == b'\'' {
            at += string(rest);
        } else if first == b'"' {
            let length = rest[1..].find('"').map_or(rest.len(), |i| i + 2);
            words.push((&rest[..length], at, at + length));
            at += length;
        } else if first == b'$' && dollar(rest).is_some() {
            at += dollar(rest).unwrap_or(1);
        } else if first == b';' {
            at += 1;
            out.extend(statement(sources, id, &words, offset));
            words.clear();
        } else if first.is_ascii_alphanumeric() || first == b'_' || first >= 0x80 {
            let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii();
            let length = rest.find(|c| !part(c)).unwrap_or(rest.len());
            // A statement that matters has said so by then.
            if words.len() < 64 {
                words.push((&rest[..length], at, at + length));
            }
            at += length;
        } else {
            at += 1;
        }
    }
    out.extend(statement(sources, id, &words, offset));
    out
}

fn statement(
    sources: &Sources,
    id: SourceId,
    words: &[(&str, usize, usize)],
    offset: usize,
) -> Option<Statement> {
    let (first, last) = (words.first()?, words.last()?);
    let upper: Vec<String> = words.iter().map(|(word, ..)| word.to_ascii_uppercase()).collect();
    let has = |pair: [&str; 2]| upper.windows(2).any(|w| w[0] == pair[0] && w[1] == pair[1]);
    let says = |word: &str| upper.iter().any(|w| w == word);
    let name = |behind: &str| {
        let at = upper.iter().position(|w| w == behind)? + 1;
        let skip = upper[at..].iter().take_while(|w| matches!(w.as_str(), "IF" | "NOT" | "EXISTS")).count();
        words.get(at + skip).map(|(word, ..)| word.trim_matches('"').to_owned())
    };
    let kind = match (upper[0].as_str(), upper.get(1).map_or("", String::as_str)) {
        ("GRANT", _) if has(["ON", "DATABASE"]) => StatementKind::GrantOnDatabase,
        ("GRANT", _) if has(["ON", "SCHEMA"]) || !says("ON") => StatementKind::OpensSchema,
        ("CREATE", "SCHEMA") => StatementKind::OpensSchema,
        ("ALTER", "DATABASE" | "SCHEMA") if says("OWNER") => StatementKind::OpensSchema,
        ("CREATE", "EXTENSION") => StatementKind::CreateExtension(name("EXTENSION")),
        ("DROP", "EXTENSION") => StatementKind::DropExtension,
        ("CREATE", "DATABASE") => StatementKind::CreateDatabase { owner: says("OWNER") },
        _ => return None,
    };
    Some(Statement { kind, span: sources.span(id, offset + first.1..offset + last.2) })
}

/// Where a text gives a role a password: the beginning of the statement, and what stands between the quotes of `CREATE ROLE …
/// PASSWORD '…'`, in a block that is done at once too. A verifier is none (`md5…`, `SCRAM-SHA-256$…`), nor is what `psql` puts
/// in (`:'password'`) or a template does, and MySQL's `IDENTIFIED BY PASSWORD` and the options of a mapping are another's.
fn passwords(text: &str) -> Vec<(usize, Range<usize>)> {
    let (mut out, mut at) = (Vec::new(), 0);
    // Where the statement begins, its first three words, and the last.
    let (mut start, mut words, mut last): (usize, Vec<&str>, &str) = (0, Vec::new(), "");
    let mut identified = false;
    // The mark at the end of a block that is looked into.
    let mut block: Option<&str> = None;
    while at < text.len() && out.len() < STATEMENTS {
        let rest = &text[at..];
        let first = rest.as_bytes()[0];
        at += if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == b'\\' {
            // A command of psql ends a statement (`\gexec`).
            (words, last, identified) = (Vec::new(), "", false);
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            comment(rest)
        } else if first == b'\'' {
            let length = string(rest);
            let closed = length > 1 && rest.as_bytes()[length - 1] == b'\'';
            let inner = if closed { &rest[1..length - 1] } else { "" };
            let is = |place: usize, known: [&str; 2]| {
                words.get(place).is_some_and(|word| known.iter().any(|k| word.eq_ignore_ascii_case(k)))
            };
            let of_role =
                is(0, ["CREATE", "ALTER"]) && is(1, ["ROLE", "USER"]) && !is(2, ["MAPPING", "MAPPING"]);
            let called = of_role && !identified && last.eq_ignore_ascii_case("PASSWORD");
            if called && !text[..at].ends_with(':') && is_literal(inner) {
                out.push((start, at + 1..at + 1 + inner.len()));
                words.clear();
            }
            last = "";
            length
        } else if first == b'"' {
            last = "";
            rest[1..].find('"').map_or(rest.len(), |i| i + 2)
        } else if let Some(end) = block.filter(|end| rest.starts_with(end)) {
            (words, block) = (Vec::new(), None);
            end.len()
        } else if first == b'$' && dollar(rest).is_some() {
            let whole = dollar(rest).unwrap_or(1);
            let tag = rest[1..].find('$').map_or(1, |i| i + 2);
            if block.is_none() && words.first().is_some_and(|word| word.eq_ignore_ascii_case("DO")) {
                (words, block) = (Vec::new(), Some(&rest[..tag]));
                tag
            } else {
                whole
            }
        } else if first == b';' {
            (words, last, identified) = (Vec::new(), "", false);
            1
        } else if first.is_ascii_alphanumeric() || first == b'_' || first >= 0x80 {
            let length = rest.find(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && c != '_');
            let length = length.unwrap_or(rest.len());
            last = &rest[..length];
            identified |= last.eq_ignore_ascii_case("IDENTIFIED");
            // Within a block a statement stands behind one of these.
            let leads = ["BEGIN", "THEN", "ELSE", "LOOP"].iter().any(|word| last.eq_ignore_ascii_case(word));
            if block.is_some() && leads {
                words.clear();
            } else {
                if words.is_empty() {
                    start = at;
                }
                if words.len() < 3 {
                    words.push(last);
                }
            }
            length
        } else {
            // `PASSWORD = '…'` is SQL Server's.
            if !first.is_ascii_whitespace() {
                last = "";
            }
            1
        };
    }
    out
}

/// Whether a text between quotes is a password, and not a verifier, a template's mark or a name for one.
fn is_literal(inner: &str) -> bool {
    let verifier = inner.starts_with("SCRAM-SHA-256$") || inner.len() == 35 && inner.starts_with("md5");
    let filled = ["${", "$(", "{{", "<%", "%s", "%("].iter().any(|mark| inner.contains(mark))
        || inner.starts_with(['$', ':', '<', '%', '{']);
    let mark = inner.bytes().all(|b| matches!(b, b'*' | b'?' | b'.' | b'x' | b'X'));
    let name = inner.contains('_') && inner.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    !inner.is_empty() && !verifier && !filled && !mark && !name
}

/// Comments of this form may be nested.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// A doubled quote is one of the text.
fn string(text: &str) -> usize {
    let mut at = 1;
    while let Some(i) = text[at..].find('\'') {
        at += i + 1;
        if !text[at..].starts_with('\'') {
            return at;
        }
        at += 1;
    }
    text.len()
}

/// `$tag$ … $tag$`.
fn dollar(text: &str) -> Option<usize> {
    let end = text[1..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))? + 1;
    if text.as_bytes().get(end) != Some(&b'$') || text[1..end].starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let tag = &text[..=end];
    Some(text[tag.len()..].find(tag).map_or(text.len(), |i| i + 2 * tag.len()))
}
