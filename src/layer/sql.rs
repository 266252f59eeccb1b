//! SQL as init scripts and migrations have it: the statements that grant, install and create, told by their first words.
//! Strings, comments and bodies of functions are passed over.

mod password;
mod token;

use super::carried::Reader;
use crate::{
    secret::Secret,
    source::{SourceId, Sources, Span},
};
use token::{Kind, Token, Tokens};

/// What the rules about SQL look at.
#[derive(Clone, Default, Debug)]
pub struct Sql {
    /// The statements that matter here, in their order.
    pub statements: Vec<Statement>,
    /// Passwords that roles are made with, or given.
    pub passwords: Vec<RolePassword>,
}

/// The password that a statement gives to a role.
#[derive(Clone, Debug)]
pub struct RolePassword {
    /// The text with its doubled quotes taken for one.
    pub secret: Secret,
    /// The text between the quotes.
    pub span: Span,
    /// From the first word of the statement up to the quote.
    lead: Span,
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
    /// `GRANT … ON DATABASE …`, with the role where one is named in plain words.
    GrantOnDatabase(Option<String>),
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
    let sql = of_text(reader.sources, reader.id, &text, 0);
    reveal(reader, &sql);
    reader.structure = super::Structure::Sql(sql);
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

/// Reveals what is shown of the statements: their keywords, what leads to them on their lines, and what a role is told before its
/// password.
pub(super) fn reveal(reader: &mut Reader<'_>, sql: &Sql) {
    for statement in &sql.statements {
        reveal_words(reader, statement.span);
    }
    for RolePassword { lead, .. } in &sql.passwords {
        let before = &reader.sources.get(reader.id).bytes()[lead.range()];
        // No string stands among what is shown, and what leads to it is short.
        if before.len() <= 160 && !before.iter().any(|b| matches!(b, b'\'' | b'$' | b'\\')) {
            reveal_words(reader, *lead);
        }
    }
}

fn reveal_words(reader: &mut Reader<'_>, span: Span) {
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

/// What a text says that stands at an offset of a source.
pub(super) fn of_text(sources: &Sources, id: SourceId, text: &str, offset: usize) -> Sql {
    let mut out = Sql::default();
    each_statement(Tokens::of(text), |tokens| {
        if out.statements.len() < STATEMENTS {
            out.statements.extend(statement(sources, id, tokens, offset));
        }
        for (start, range) in password::passwords(tokens) {
            if out.passwords.len() < STATEMENTS {
                out.passwords.push(RolePassword {
                    secret: Secret::from(text[range.clone()].replace("''", "'")),
                    lead: sources.span(id, offset + start..offset + range.start - 1),
                    span: sources.span(id, offset + range.start..offset + range.end),
                });
            }
        }
    });
    out
}

/// Goes through the statements of a text. What matters of one stands in its first tokens: of a longer one these are seen.
fn each_statement<'t>(tokens: Tokens<'t>, mut look: impl FnMut(&[Token<'t>])) {
    const MOST: usize = 256;
    let mut statement: Vec<Token<'t>> = Vec::new();
    for token in tokens {
        // A command of psql ends one too (`\gexec`).
        if token.kind == Kind::Command || token.kind == Kind::Sign && token.text == ";" {
            if !statement.is_empty() {
                look(&statement);
            }
            statement.clear();
        } else if statement.len() < MOST {
            statement.push(token);
        }
    }
    if !statement.is_empty() {
        look(&statement);
    }
}

fn statement(sources: &Sources, id: SourceId, tokens: &[Token<'_>], offset: usize) -> Option<Statement> {
    if !tokens[0].is(&["GRANT", "CREATE", "ALTER", "DROP"]) {
        return None;
    }
    let words: Vec<&Token<'_>> =
        tokens.iter().filter(|token| matches!(token.kind, Kind::Word | Kind::Name)).take(WORDS).collect();
    let (first, last) = (words.first()?, words.last()?);
    let upper: Vec<String> = words.iter().map(|word| word.text.to_ascii_uppercase()).collect();
    let has = |pair: [&str; 2]| upper.windows(2).any(|w| w[0] == pair[0] && w[1] == pair[1]);
    let says = |word: &str| upper.iter().any(|w| w == word);
    let name = |behind: &str| {
        let at = upper.iter().position(|w| w == behind)? + 1;
        let skip = upper[at..].iter().take_while(|w| matches!(w.as_str(), "IF" | "NOT" | "EXISTS")).count();
        words.get(at + skip).map(|word| word.text.trim_matches('"').to_owned())
    };
    let kind = match (upper[0].as_str(), upper.get(1).map_or("", String::as_str)) {
        ("GRANT", _) if has(["ON", "DATABASE"]) => StatementKind::GrantOnDatabase(name("TO")),
        ("GRANT", _) if has(["ON", "SCHEMA"]) || !says("ON") => StatementKind::OpensSchema,
        ("CREATE", "SCHEMA") => StatementKind::OpensSchema,
        ("ALTER", "DATABASE" | "SCHEMA") if says("OWNER") => StatementKind::OpensSchema,
        ("CREATE", "EXTENSION") => StatementKind::CreateExtension(name("EXTENSION")),
        ("DROP", "EXTENSION") => StatementKind::DropExtension,
        ("CREATE", "DATABASE") => StatementKind::CreateDatabase { owner: says("OWNER") },
        _ => return None,
    };
    Some(Statement {
        kind,
        span: sources.span(id, offset + first.start..offset + last.start + last.text.len()),
    })
}

/// A statement that matters has said so by then.
const WORDS: usize = 64;
