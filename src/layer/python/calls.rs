//! Calls that connect, or that put something into the environment.

use super::{File, statement::Context};
use crate::layer::{
    Means,
    carried::Reader,
    code::{Arg, Expr, Kind, Site, Writer, is_aside, is_database_url},
};

/// Keywords of a client's `connect`, and libpq's.
const KEYWORDS: &[(&str, &str)] = &[
    ("host", "host"),
    ("port", "port"),
    ("dbname", "dbname"),
    ("database", "dbname"),
    ("user", "user"),
    ("password", "password"),
    ("sslmode", "sslmode"),
    ("sslrootcert", "sslrootcert"),
];

/// The family of what is handed to `connect` part by part.
const CONNECT: &str = "connect(…)";

/// pytest's fixture, which takes back what it sets at the end of one test.
fn is_patch(base: &str) -> bool {
    matches!(base.rsplit('.').next(), Some("monkeypatch" | "mp"))
}

/// A file of tests alone; what conftest.py sets is for all of them.
fn is_test(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.starts_with("test_") || name.ends_with("_test.py")
}

impl<'e> File<'e> {
    /// Looks at every call in an expression.
    pub(super) fn calls(&mut self, reader: &Reader<'_>, value: &'e Expr, context: &Context) {
        let mut found: Vec<(&'e Expr, &'e [Arg])> = Vec::new();
        let mut texts: Vec<&'e Expr> = Vec::new();
        value.walk(&mut |e| match &e.kind {
            Kind::Call(of, args) => {
                found.push((of, args));
                if let Some(name) = extension(of, args, self.scope.source).filter(|_| !is_aside(reader.path))
                {
                    self.writer.extension(&self.scope, e, &name);
                }
                let formats = matches!(&of.kind, Kind::Attribute(_, m) if m == "format" || m == "%");
                texts.extend(formats.then_some(e));
            }
            Kind::Sum(_) => texts.push(e),
            Kind::Text(pieces) if pieces.len() > 1 => texts.push(e),
            Kind::Text(_) => self.writer.extensions(reader, &self.scope, e),
            _ => {}
        });
        for text in texts.into_iter().filter(|_| !is_aside(reader.path)) {
            self.said += usize::from(self.writer.compose(reader, &self.scope, text, context.word.as_deref()));
        }
        for (of, args) in found {
            self.call(reader, of, args, context);
        }
    }

    fn call(&mut self, reader: &Reader<'_>, of: &'e Expr, args: &'e [Arg], context: &Context) {
        let Some(last) = of.last_name() else { return };
        let base = of.name().and_then(|n| n.rsplit_once('.')).map_or("", |(base, _)| base);
        let positional = |n: usize| args.get(n).filter(|a| a.name.is_none()).map(|a| &a.value);
        let named = |n: &str| args.iter().find(|a| a.name.as_deref() == Some(n)).map(|a| &a.value);
        match last {
            "update" => self.updated(reader, of, args, context),
            "setdefault" if base.ends_with("environ") => {
                self.set_call(reader, positional(0), positional(1), context);
            }
            "setenv" if is_patch(base) && is_test(reader.path) && self.is_bare(positional(1)) => {}
            "setenv" | "putenv" => self.set_call(reader, positional(0), positional(1), context),
            "set_main_option" | "set_section_option" => {
                let skip = usize::from(last == "set_section_option");
                if let (Some(key), Some(value)) = (positional(skip), positional(skip + 1))
                    && key.text(self.scope.source).as_deref() == Some("sqlalchemy.url")
                {
                    self.url(reader, "sqlalchemy.url", value, context);
                }
            }
            "create_engine"
            | "create_async_engine"
            | "async_engine_from_url"
            | "Database"
            | "AsyncEngine" => {
                if let Some(value) = positional(0).or_else(|| named("url")) {
                    let at = self.url(reader, &format!("{last}(…)"), value, context);
                    self.put_tls(at, named("connect_args"));
                }
            }
            "connect" | "create_pool" | "ConnectionPool" | "AsyncConnectionPool" | "connect_async" => {
                let client = base.is_empty() && last != "connect"
                    || ["psycopg", "asyncpg", "aiopg", "pg8000", "Connection"]
                        .iter()
                        .any(|c| base.contains(c));
                if !client {
                    return;
                }
                match positional(0).or_else(|| named("dsn")).or_else(|| named("conninfo")) {
                    Some(value) => {
                        let at = self.url(reader, &format!("{last}(…)"), value, context);
                        self.put_tls_of(at, &named);
                    }
                    None => self.parts(reader, args, context),
                }
            }
            "init" | "register_tortoise" => {
                if let Some(value) = named("db_url") {
                    self.url(reader, "db_url", value, context);
                }
            }
            _ => {}
        }
    }

    /// Whether a URL names a host at most: what reads it is tested, and nobody connects.
    fn is_bare(&self, value: Option<&Expr>) -> bool {
        let text = value.and_then(|value| value.text(self.scope.source));
        text.is_some_and(|text| text.split_once("://").is_some_and(|(_, rest)| !rest.contains(['@', '?'])))
    }

    fn set_call(
        &mut self,
        reader: &Reader<'_>,
        key: Option<&'e Expr>,
        value: Option<&'e Expr>,
        context: &Context,
    ) {
        let (Some(key), Some(value)) = (key, value) else { return };
        let Some(name) = key.text(self.scope.source) else { return };
        self.set(reader, &name, key, value, context);
    }

    /// A URL that is handed over in place: its block. A name was looked at where it was assigned.
    fn url(&mut self, reader: &Reader<'_>, key: &str, value: &'e Expr, context: &Context) -> Option<usize> {
        if matches!(value.kind, Kind::Name(_)) || is_aside(reader.path) {
            return None;
        }
        let outcome = self.scope.evaluate(value);
        let literal = outcome
            .value
            .as_ref()
            .is_none_or(|v| is_database_url(v.text.expose()) || is_conninfo(v.text.expose()));
        let says = outcome.value.is_some() || !outcome.taken.is_empty() || Writer::is_composed(&outcome);
        if !literal || !says {
            return None;
        }
        let at = self.writer.open(reader, "call", "call", context.word.as_deref());
        let start = value.range.start;
        let site = Site { key, key_range: start..start, means: Some(Means::Url), value };
        self.writer.put_outcome(at, &self.scope, &site, outcome);
        self.said += 1;
        Some(at)
    }

    fn parts(&mut self, reader: &Reader<'_>, args: &'e [Arg], context: &Context) {
        let known = |arg: &'e Arg| {
            let name = arg.name.as_deref()?;
            KEYWORDS.iter().find(|(n, _)| *n == name).map(|(n, k)| (*n, *k, &arg.value))
        };
        let found: Vec<_> = args.iter().filter_map(known).collect();
        if found.len() < 2 || is_aside(reader.path) {
            return;
        }
        let at = self.writer.open(reader, "call", "call", context.word.as_deref());
        for (name, keyword, value) in found {
            let start = value.range.start;
            let means = Some(Means::Part(CONNECT, keyword));
            self.writer.put(at, &self.scope, &Site { key: name, key_range: start..start, means, value });
        }
        let named = |n: &str| args.iter().find(|a| a.name.as_deref() == Some(n)).map(|a| &a.value);
        self.put_asyncpgs(at, &named);
        self.writer.leave_open(at, &self.scope, &(0..0));
        self.said += 1;
    }
}

/// The extension that an operation of Django's migrations creates (django.contrib.postgres.operations, pgvector.django).
fn extension(of: &Expr, args: &[Arg], source: &str) -> Option<String> {
    Some(
        match of.last_name()? {
            "CreateExtension" => return args.first()?.value.text(source),
            "BloomExtension" => "bloom",
            "BtreeGinExtension" => "btree_gin",
            "BtreeGistExtension" => "btree_gist",
            "CITextExtension" => "citext",
            "CryptoExtension" => "pgcrypto",
            "HStoreExtension" => "hstore",
            "TrigramExtension" => "pg_trgm",
            "UnaccentExtension" => "unaccent",
            "VectorExtension" => "vector",
            _ => return None,
        }
        .to_owned(),
    )
}

/// libpq's `host=… dbname=…`.
fn is_conninfo(text: &str) -> bool {
    let mut words = text.split_whitespace().filter_map(|w| w.split_once('=')).map(|(k, _)| k);
    words.any(|k| matches!(k, "host" | "dbname" | "hostaddr" | "service"))
}
