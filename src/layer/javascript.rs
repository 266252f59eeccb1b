//! JavaScript and TypeScript in plain sight: connection URLs and their defaults, the objects that clients are made with,
//! what is put into the environment. No code is run; what is not one of the known shapes says nothing.

mod lex;
mod parse;
mod statement;
mod tls;

use super::{
    Means,
    carried::Reader,
    code::{
        Arg, Expr, Kind, Language, Outcome, Scope, Site, Writer, is_aside, is_database_url, is_unit_test,
        is_url_name, is_variable,
    },
};
use lex::{Tok, Token};
use statement::{Statement, statements};
use std::ops::Range;

/// Reads the file that the reader is at.
pub(super) fn read(reader: &mut Reader<'_>) {
    let Some(text) = reader.text() else { return };
    if !SIGNS.iter().any(|sign| text.contains(sign)) {
        return;
    }
    let tokens = lex::lex(&text, 0..text.len());
    let statements = statements(&text, &tokens);
    let scope = Scope::new(reader.id, &text, Language::JavaScript);
    let imports =
        ["\"pg\"", "'pg'", "postgres", "pg-", "@neondatabase"].iter().any(|sign| text.contains(sign));
    let mut file = File { scope, writer: Writer::new(), imports, said: 0 };
    for statement in &statements {
        let before = file.said;
        file.statement(reader, statement);
        if file.said > before {
            show(&mut file.writer, &text, &tokens[statement.tokens.clone()]);
        }
    }
    file.writer.finish(reader);
}

/// One of these stands in every file that says something.
const SIGNS: &[&str] = &[
    "DATABASE_URL",
    "://",
    "process.env",
    "new Pool",
    "new Client",
    "createPool",
    "knex",
    "dialect",
    "DataSource",
    "client:",
    "type:",
    "CREATE EXTENSION",
];

/// Keys whose value is a whole URL.
const URL_KEYS: &[&str] =
    &["connectionString", "url", "uri", "databaseUrl", "connection", "connectionUri", "dsn"];

/// Keys of an object that a client is made with, and libpq's.
const KEYS: &[(&str, &str)] = &[
    ("host", "host"),
    ("port", "port"),
    ("user", "user"),
    ("username", "user"),
    ("password", "password"),
    ("database", "dbname"),
];

/// Whether a name is such a key: in small letters, or all in capitals, as tutorials of Sequelize have them (`HOST`, `DB`).
fn is_key(name: &str, key: &str) -> bool {
    let capitals = || name.bytes().all(|b| b.is_ascii_uppercase());
    name == key || capitals() && (name.eq_ignore_ascii_case(key) || name == "DB" && key == "database")
}

/// The family of what such an object says.
const FAMILY: &str = "connection";

struct File<'e> {
    scope: Scope<'e>,
    writer: Writer,
    /// A client for PostgreSQL is imported.
    imports: bool,
    said: usize,
}

impl<'e> File<'e> {
    fn statement(&mut self, reader: &Reader<'_>, statement: &'e Statement) {
        if let Some(to) = &statement.to {
            self.assigned(reader, to, &statement.value, statement.default);
            if let Some(name) = to.name() {
                self.scope.names.insert(name.to_owned(), &statement.value);
            }
        }
        // From the outer to the inner, each with the word of the environment that it stands under.
        let mut stack: Vec<(&'e Expr, Option<&'e str>)> = vec![(&statement.value, None)];
        while let Some((expr, word)) = stack.pop() {
            match &expr.kind {
                Kind::Map(pairs) => {
                    self.object(reader, expr, word, false);
                    for (key, value) in pairs {
                        let own = key.as_ref().and_then(Expr::name).filter(|k| is_word(k));
                        stack.push((value, own.or(word)));
                    }
                }
                Kind::Call(of, args) => {
                    // `new Sequelize(name, user, password, …)` begins with no URL.
                    let parts = args.len() > 2 && of.last_name() == Some("Sequelize");
                    self.call(reader, of, args.first().filter(|_| !parts).map(|a| &a.value), args, word);
                    // The object of a client was looked at with it.
                    stack.push((of, word));
                    stack.extend(args.iter().map(|a| (&a.value, word)));
                }
                Kind::Attribute(of, _) => stack.push((of, word)),
                Kind::Index(a, b) | Kind::Choice(a, b) => stack.extend([(&**a, word), (&**b, word)]),
                Kind::List(all) | Kind::Either(all) | Kind::Sum(all) | Kind::Other(all) => {
                    if matches!(expr.kind, Kind::Sum(_)) && !is_aside(reader.path) {
                        let looked = self.writer.compose(reader, &self.scope, expr, word);
                        self.said += usize::from(looked);
                    }
                    stack.extend(all.iter().map(|e| (e, word)));
                }
                Kind::Text(_) => {
                    self.writer.extensions(reader, &self.scope, expr);
                    let looked =
                        !is_aside(reader.path) && self.writer.compose(reader, &self.scope, expr, word);
                    self.said += usize::from(looked);
                }
                Kind::Word | Kind::Name(_) => {}
            }
        }
    }

    fn assigned(&mut self, reader: &Reader<'_>, to: &'e Expr, value: &'e Expr, default: bool) {
        let key = match &to.kind {
            Kind::Name(name) => name.clone(),
            Kind::Index(of, key) if of.name() == Some("process.env") => match key.text(self.scope.source) {
                Some(key) => format!("process.env.{key}"),
                None => return,
            },
            Kind::Text(_) => to.text(self.scope.source).unwrap_or_default(),
            _ => return,
        };
        let last = key.rsplit('.').next().unwrap_or(&key);
        if is_aside(reader.path) && !is_url_name(last) {
            return;
        }
        let set = key.starts_with("process.env.");
        // A name was looked at where it was assigned, and an object is looked at as one.
        if matches!(value.kind, Kind::Name(_) | Kind::Map(_)) && !set && !key_is_url(last) {
            return;
        }
        let mut outcome = match &value.kind {
            _ if set && default => self.scope.as_default(value, last, to),
            // `z.string().default("…")` under the name of a variable.
            Kind::Call(of, args) if of.last_name() == Some("default") && is_variable(last) => {
                match args.first() {
                    Some(arg) => self.scope.as_default(&arg.value, last, to),
                    None => return,
                }
            }
            _ => self.scope.evaluate(value),
        };
        if outcome.value.is_none() {
            outcome.value = Writer::sqlite_of(&self.scope, value, &outcome);
        }
        let url = outcome.value.as_ref().is_some_and(|v| is_database_url(v.text.expose()));
        let named = key_is_url(last) && outcome.value.is_none();
        if !(url || named && !outcome.taken.is_empty() || Writer::is_composed(&outcome)) {
            return;
        }
        let name = if is_variable(last) { last } else { "url" };
        let at = to.range.end - if last == key || set { last.len().min(to.range.len()) } else { 0 };
        let key_range =
            if is_variable(last) && matches!(to.kind, Kind::Name(_)) { at..to.range.end } else { at..at };
        let key_range = if matches!(to.kind, Kind::Text(_)) { to.inner() } else { key_range };
        self.url(reader, name, key_range, value, outcome, None);
    }

    /// A URL in a block of its own.
    fn url(
        &mut self,
        reader: &Reader<'_>,
        key: &str,
        key_range: Range<usize>,
        value: &'e Expr,
        outcome: Outcome<'e>,
        word: Option<&str>,
    ) -> usize {
        let variable = outcome.taken.first().map(|t| t.variable.clone()).filter(|v| is_variable(v));
        let name = variable.as_deref().filter(|_| !is_variable(key)).unwrap_or(key).to_owned();
        let test = name.split('_').any(|w| w == "TEST");
        let means = Some(if test { Means::TestUrl } else { Means::Url });
        let at = self.writer.open(reader, "url", "module", word);
        let site = Site { key: &name, key_range, means, value };
        self.writer.put_outcome(at, &self.scope, &site, outcome);
        self.said += 1;
        at
    }

    /// `first`: what a client is made with; `args` is all of it.
    fn call(
        &mut self,
        reader: &Reader<'_>,
        of: &'e Expr,
        first: Option<&'e Expr>,
        args: &'e [Arg],
        word: Option<&str>,
    ) {
        let (Some(last), Some(first)) = (of.last_name(), first) else { return };
        if is_aside(reader.path) {
            return;
        }
        let client = matches!(last, "Pool" | "Client" | "postgres" | "neon" | "pgp")
            || matches!(
                last,
                "createPool" | "Sequelize" | "knex" | "drizzle" | "PrismaPg" | "DataSource" | "Connection"
            );
        if !client || of.name().is_some_and(|n| n.contains("mysql") || n.contains("maria")) {
            return;
        }
        if matches!(first.kind, Kind::Map(_)) {
            let own = matches!(last, "Pool" | "Client" | "postgres" | "pgp" | "createPool") && self.imports;
            self.object(reader, first, word, own);
            return;
        }
        // `new Pool(process.env.DATABASE_URL ? { connectionString: … } : { host: … })`. What `NODE_ENV` chooses is each for its own.
        if let Kind::Choice(one, two) = &first.kind
            && [one, two].iter().any(|side| matches!(side.kind, Kind::Map(_)))
        {
            let condition = self.scope.source.get(first.range.start..one.range.start).unwrap_or_default();
            if !["URL", "URI", "Url", "connectionString"].iter().any(|word| condition.contains(word)) {
                return;
            }
            self.call(reader, of, Some(one), args, word);
            self.call(reader, of, Some(two), args, word);
            return;
        }
        // A name was looked at where it was assigned; a variable is none.
        let outcome = self.scope.evaluate(first);
        let is_name = matches!(&first.kind, Kind::Name(name) if self.scope.names.contains_key(name));
        let url = outcome.value.as_ref().is_none_or(|v| is_database_url(v.text.expose()));
        let says = outcome.value.is_some()
            || Writer::is_composed(&outcome)
            || !outcome.taken.is_empty() && self.imports;
        if !is_name && url && says {
            let start = first.range.start;
            let at = self.url(reader, &format!("{last}(…)"), start..start, first, outcome, word);
            let pairs = args.get(1).map(|a| self.scope.meant(&a.value).options(self.scope.source));
            self.put_tls(at, tls::of_object(&self.scope, &pairs.unwrap_or_default()));
        }
    }

    /// An object that may describe a connection; `own`: it is handed to a client for PostgreSQL.
    fn object(&mut self, reader: &Reader<'_>, map: &'e Expr, word: Option<&str>, own: bool) {
        // What a test of one unit hands to it or expects of it.
        if is_unit_test(reader.path) {
            return;
        }
        let aside = is_aside(reader.path);
        let pairs = map.pairs(self.scope.source);
        let text =
            |value: &'e Expr| self.scope.evaluate(value).value.map(|v| v.text.expose().to_ascii_lowercase());
        let says = |key: &str| matches!(key, "type" | "dialect" | "client" | "provider");
        let engines = pairs.iter().filter(|(k, _, _)| says(k)).filter_map(|(_, _, v)| text(v));
        let ours = own || engines.into_iter().any(|e| e.contains("postg") || e == "pg" || e == "pg-native");
        // The URI of a document that a server hands out is its name, whatever its scheme.
        let has = |keys: &[&str]| !own && pairs.iter().any(|(name, _, _)| keys.contains(&name.as_str()));
        let document = has(&["mimeType", "contentType", "blob"]);
        let text_of_one = !ours && has(&["text"]);
        let mut urls = Vec::new();
        for (name, key, value) in &pairs {
            // `connection: { … }` below `client: "pg"`.
            if name == "connection" && ours && matches!(value.kind, Kind::Map(_)) {
                self.object(reader, value, word, true);
            }
            let key_of_client = !aside && URL_KEYS.contains(&name.as_str());
            if !is_url_name(name) && !key_of_client {
                continue;
            }
            let outcome = match &value.kind {
                Kind::Call(of, args) if of.last_name() == Some("default") && is_variable(name) => {
                    match args.first() {
                        Some(arg) => self.scope.as_default(&arg.value, name, key),
                        None => continue,
                    }
                }
                _ => self.scope.evaluate(value),
            };
            // Nobody logs in to the name of a document.
            let nobody = || {
                let text = outcome.value.as_ref().map(|v| v.text.expose().to_ascii_lowercase());
                text.is_some_and(|t| !t.contains('@') && !t.contains("password="))
            };
            let named = document || text_of_one && outcome.taken.is_empty();
            if named && name == "uri" && nobody() {
                continue;
            }
            let known = outcome.value.as_ref().is_some_and(|v| is_database_url(v.text.expose()));
            let is_name = matches!(&value.kind, Kind::Name(name) if self.scope.names.contains_key(name));
            let taken = outcome.value.is_none() && !outcome.taken.is_empty();
            let named = outcome.taken.iter().any(|t| is_url_name(&t.variable));
            if !is_name
                && (known || Writer::is_composed(&outcome) || taken && (ours || named || is_url_name(name)))
            {
                urls.push((name.clone(), key.inner(), *value, outcome));
            }
        }
        let tls = tls::of_object(&self.scope, &pairs);
        for (name, key, value, outcome) in urls {
            let at = self.url(reader, &name, key, value, outcome, word);
            self.put_tls(at, tls);
        }
        let parts: Vec<_> = pairs
            .iter()
            .filter_map(|(name, key, value)| {
                KEYS.iter().find(|(k, _)| is_key(name, k)).map(|(k, keyword)| (*k, *keyword, *key, *value))
            })
            .collect();
        let telling = parts.iter().any(|(_, k, _, _)| matches!(*k, "host" | "dbname"));
        if aside || !ours || !telling || parts.len() < 2 || self.seen(map) {
            return;
        }
        let at = self.writer.open(reader, "object", "object", word);
        self.writer.leave_open(at, &self.scope, &map.range);
        for (name, keyword, key, value) in parts {
            let means = Some(Means::Part(FAMILY, keyword));
            self.writer.put(at, &self.scope, &Site { key: name, key_range: key.inner(), means, value });
        }
        self.put_tls(at, tls);
        // What cannot be told is TLS of some kind.
        if let (None, Some((_, _, value))) = (tls, pairs.iter().find(|(name, _, _)| name == "ssl")) {
            self.writer.require_tls(at, &self.scope, "ssl", value);
        }
        self.said += 1;
    }

    /// Whether an object was looked at before: with the client that it is handed to.
    fn seen(&mut self, map: &Expr) -> bool {
        let at = self.scope.span(&map.range);
        self.writer.opened(at)
    }
}

fn key_is_url(name: &str) -> bool {
    is_url_name(name)
        || matches!(name, "connectionString" | "databaseUrl" | "dbUrl" | "DATABASE_URI" | "postgresUrl")
}

/// A word that may name an environment.
fn is_word(key: &str) -> bool {
    matches!(key, "development" | "dev" | "test" | "staging" | "production" | "prod" | "local")
}

/// Names that are no secrets: words of the language and of the libraries that are known.
const SHOWN: &[&str] = &[
    "process",
    "env",
    "const",
    "let",
    "var",
    "export",
    "default",
    "new",
    "await",
    "return",
    "Pool",
    "Client",
    "postgres",
    "Sequelize",
    "knex",
    "createPool",
    "drizzle",
    "DataSource",
    "connectionString",
    "url",
    "connection",
    "client",
    "host",
    "port",
    "user",
    "username",
    "password",
    "database",
    "ssl",
    "type",
    "dialect",
    "production",
    "development",
    "test",
    "staging",
    "pool",
    "db",
    "pg",
    "sql",
    "databaseUrl",
    "module",
    "exports",
    "defineConfig",
    "datasource",
    "dbCredentials",
];

/// Shows of a statement its signs, quotes, and the names of our own vocabulary.
fn show(writer: &mut Writer, source: &str, tokens: &[Token]) {
    // The words before it belong to its line.
    if let Some(first) = tokens.first() {
        let line = source[..first.range.start].rfind('\n').map_or(0, |i| i + 1);
        let lead = &source[line..first.range.start];
        if lead.split_whitespace().all(|w| SHOWN.contains(&w)) {
            writer.show(line..first.range.start);
        }
    }
    for token in tokens {
        let range = token.range.clone();
        let text = &source[range.clone()];
        match token.kind {
            Tok::Sign(_) => writer.show(range.clone()),
            Tok::Name if is_variable(text) || SHOWN.contains(&text) => writer.show(range.clone()),
            Tok::Text | Tok::Template => {
                writer.show(range.start..range.start + 1);
                if text.len() >= 2 && text.as_bytes()[text.len() - 1] == text.as_bytes()[0] {
                    writer.show(range.end - 1..range.end);
                }
            }
            _ => {}
        }
        let before = &source.as_bytes()[..range.start];
        let blank = before.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
        writer.show(range.start - blank..range.start);
    }
}
