//! Source code as far as settings stand in it: the expressions that the readers of Python and JavaScript make, and what
//! rules about code look at. What an expression comes to is told in `code/`; no code is run.

mod compose;
mod cursor;
mod evaluate;
mod site;

pub(super) use cursor::{Cursor, Token};
pub(super) use evaluate::{Language, Outcome, Scope};
pub(super) use site::{Site, Writer};

use super::sql::Sql;
use crate::source::Span;
use std::ops::Range;

/// Expressions inside each other beyond this are not followed: what people write has ten.
pub(super) const DEPTH: usize = 40;

/// So many statements back a text that is lengthened (`+=`) is looked for.
pub(super) const NEAR: usize = 50;

/// A stretch of code that has a value.
pub(super) struct Expr {
    /// Its bytes, quotes included.
    pub range: Range<usize>,
    pub kind: Kind,
}

pub(super) enum Kind {
    /// A text with its pieces, several literals side by side taken together.
    Text(Vec<Piece>),
    /// A number, a truth, a word for nothing.
    Word,
    /// A name with the names before its dots: `os.environ`.
    Name(String),
    /// A name behind something that is none: `f().name`.
    Attribute(Box<Expr>, String),
    Call(Box<Expr>, Vec<Arg>),
    Index(Box<Expr>, Box<Expr>),
    /// Keys and values; what is spread into it has no key.
    Map(Vec<(Option<Expr>, Expr)>),
    List(Vec<Expr>),
    /// The first that is something: `a or b`, `a || b`, `a ?? b`.
    Either(Vec<Expr>),
    /// One or the other, by a condition.
    Choice(Box<Expr>, Box<Expr>),
    /// Texts joined by `+`.
    Sum(Vec<Expr>),
    /// Something else, with what stands in it.
    Other(Vec<Expr>),
}

/// What is handed to a call.
pub(super) struct Arg {
    /// Its name, in Python.
    pub name: Option<String>,
    pub value: Expr,
}

/// A piece of a text.
pub(super) enum Piece {
    /// Bytes that stand for themselves.
    Literal(Range<usize>),
    /// An escape, and the text that it stands for.
    Escape(Range<usize>, String),
    /// An expression whose value is put here: `{name}` in an f-string, `${name}` in a template.
    Hole(Expr),
}

impl Expr {
    pub(super) fn new(range: Range<usize>, kind: Kind) -> Self {
        Self { range, kind }
    }

    /// Whether it is the beginning of a URL that is not past its host yet, so that what follows (`+=`) decides what stands in it:
    /// behind another `@` the host would be the end of a password.
    pub(super) fn is_begun(&self, source: &str) -> bool {
        let text = &source[self.range.clone()];
        let literal = matches!(&self.kind, Kind::Text(_) | Kind::Sum(_));
        // `'sqlite:///'` has the whole path behind it.
        let bare = |rest: &str| rest.bytes().all(|b| b"/'\"".contains(&b));
        text.split_once("://").is_some_and(|(_, rest)| literal && (!rest.contains(['/', '?']) || bare(rest)))
    }

    /// The dotted name, of a name.
    pub(super) fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The last part of the name that is called or looked at: `getenv` of `os.getenv`.
    pub(super) fn last_name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Name(name) => name.rsplit('.').next(),
            Kind::Attribute(_, name) => Some(name),
            _ => None,
        }
    }

    /// The text of a literal without holes.
    pub(super) fn text(&self, source: &str) -> Option<String> {
        let Kind::Text(pieces) = &self.kind else { return None };
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Piece::Literal(range) => out.push_str(&source[range.clone()]),
                Piece::Escape(_, text) => out.push_str(text),
                Piece::Hole(_) => return None,
            }
        }
        Some(out)
    }

    /// The place of a literal's text without its quotes, where it is one piece.
    pub(super) fn inner(&self) -> Range<usize> {
        match &self.kind {
            Kind::Text(pieces) => match &pieces[..] {
                [Piece::Literal(range)] => range.clone(),
                _ => self.range.clone(),
            },
            _ => self.range.clone(),
        }
    }

    /// The pairs of a map with literal keys, in their order.
    pub(super) fn pairs<'e>(&'e self, source: &str) -> Vec<(String, &'e Expr, &'e Expr)> {
        let Kind::Map(pairs) = &self.kind else { return Vec::new() };
        let named = |key: &Expr| match &key.kind {
            Kind::Name(name) => Some(name.clone()),
            _ => key.text(source),
        };
        pairs
            .iter()
            .filter_map(|(key, value)| key.as_ref().and_then(|k| Some((named(k)?, k, value))))
            .collect()
    }

    /// The pairs of what is handed to a client as its options; none of one that has more than any client takes, which may be
    /// handed over again and again.
    pub(super) fn options<'e>(&'e self, source: &str) -> Vec<(String, &'e Expr, &'e Expr)> {
        const MANY: usize = 64;
        match &self.kind {
            Kind::Map(pairs) if pairs.len() <= MANY => self.pairs(source),
            _ => Vec::new(),
        }
    }

    /// What stands directly in it.
    fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            Kind::Text(pieces) => {
                let mut holes = Vec::new();
                for piece in pieces {
                    if let Piece::Hole(hole) = piece {
                        holes.push(hole);
                    }
                }
                holes
            }
            Kind::Word | Kind::Name(_) => Vec::new(),
            Kind::Attribute(of, _) => vec![of],
            Kind::Call(of, args) => std::iter::once(&**of).chain(args.iter().map(|a| &a.value)).collect(),
            Kind::Index(a, b) | Kind::Choice(a, b) => vec![a, b],
            Kind::Map(pairs) => pairs.iter().flat_map(|(k, v)| k.iter().chain(std::iter::once(v))).collect(),
            Kind::List(all) | Kind::Either(all) | Kind::Sum(all) | Kind::Other(all) => all.iter().collect(),
        }
    }

    /// It and everything in it, the outer first.
    pub(super) fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        let mut stack = vec![self];
        while let Some(expr) = stack.pop() {
            visit(expr);
            let mut children = expr.children();
            children.reverse();
            stack.extend(children);
        }
    }
}

/// What the rules about code look at.
#[derive(Clone, Default, Debug)]
pub struct Code {
    /// The databases of Django's settings, in the order of the text.
    pub databases: Vec<Database>,
    /// Connection URLs that are put together of parts, each with a user or password that nothing encodes.
    pub composed: Vec<Composed>,
    /// The extensions that it creates.
    pub sql: Sql,
}

/// One entry of Django's `DATABASES`.
#[derive(Clone, Default, Debug)]
pub struct Database {
    /// `CONN_MAX_AGE` that keeps connections.
    pub max_age: Option<Span>,
    /// `CONN_HEALTH_CHECKS`, or the file says something of it that is not plain.
    pub health_checks: bool,
    /// `OPTIONS` with a pool.
    pub pool: Option<Span>,
    /// `NAME` that is `None` where a variable is not set: the place.
    pub nameless: Option<Nameless>,
    /// Where `TEST` names the very database that the service uses.
    pub test_is_own: Option<Span>,
}

/// A database's name that may be nothing.
#[derive(Clone, Debug)]
pub struct Nameless {
    /// The variable, where its name may be shown.
    pub variable: Option<String>,
    /// Where it is read.
    pub span: Span,
}

/// A connection URL that code puts together.
#[derive(Clone, Debug)]
pub struct Composed {
    /// All of it.
    pub span: Span,
    /// What is put in as it is.
    pub hole: Span,
    /// `user` or `password`.
    pub part: &'static str,
    /// What encodes it in this language.
    pub encoder: &'static str,
    /// The word for an environment that it stands under, as blocks have one.
    pub word: Option<String>,
}

/// Whether a text is the name of a variable as environments have them, and so no secret.
pub(super) fn is_variable(name: &str) -> bool {
    name.len() >= 2
        && name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether a name says that it holds the URL of a database.
pub(super) fn is_url_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let words: Vec<&str> = upper.split('_').collect();
    let has = |of: &[&str]| words.iter().any(|w| of.contains(w));
    name.len() <= 64
        && words.last().is_some_and(|w| matches!(*w, "URL" | "URI" | "DSN"))
        && has(&["DATABASE", "DB", "POSTGRES", "POSTGRESQL", "PG", "SQLALCHEMY", "SQL", "ASYNCPG"])
        && !has(&[
            "MONGO", "MONGODB", "REDIS", "MYSQL", "CELERY", "NEO4J", "INFLUX", "VECTOR", "QDRANT", "CHROMA",
            "MARIADB", "TURSO",
        ])
}

/// Whether a name may be one of a connection's variables. Which it is, the vocabulary tells.
pub(super) fn speaks(name: &str) -> bool {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default();
    let known = matches!(first, "DB" | "DATABASE" | "POSTGRES" | "POSTGRESQL" | "SQL" | "RDS")
        || first == "USE" && words.next().is_some_and(|w| w.contains("SQL") || w.contains("POSTG"))
        || first.starts_with("PG") && first.len() > 3;
    known || name.split('_').any(|w| w == "SECRET")
}

/// Whether a text is a URL of PostgreSQL or SQLite, by its scheme, and no template that is filled in later: other engines
/// are no business of code that also speaks of them.
pub(super) fn is_database_url(text: &str) -> bool {
    let template = text.contains('{') && text.contains('}') || text.contains("%s") || text.contains("%(");
    let family =
        text.trim_start().split_once("://").map(|(scheme, _)| scheme.split('+').next().unwrap_or(scheme));
    let known = [
        "postgresql",
        "postgres",
        "postgis",
        "psql",
        "pgsql",
        "sqlite",
        "sqlite3",
        "spatialite",
        "cockroachdb",
    ];
    // `POSTGRES_PREFIX = "postgresql://"`: what others are put together with.
    let bare = text.trim_end().ends_with("://") && !text.contains("sqlite");
    !template && !bare && family.is_some_and(|family| known.iter().any(|k| k.eq_ignore_ascii_case(family)))
}

/// Whether a file of JavaScript is a test beside what it tests, by its name.
pub(super) fn is_unit_test(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.contains(".test.") || name.contains(".spec.")
}

/// Whether a file is a test, a fixture or an example: its URLs are as odd as what it tries, and only what is called
/// a database's URL is one of its own.
pub(crate) fn is_aside(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let mut steps = lower.rsplit(['/', '\\']);
    let name = steps.next().unwrap_or_default();
    let test = name.starts_with("test_")
        || name == "conftest.py"
        || name.contains("_test.")
        || name.contains(".test.")
        || name.contains(".spec.");
    test || steps.any(|step| {
        matches!(
            step,
            "tests"
                | "test"
                | "__tests__"
                | "spec"
                | "e2e"
                | "fixtures"
                | "examples"
                | "example"
                | "docs"
                | "testdata"
        )
    })
}
