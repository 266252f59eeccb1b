//! Python in plain sight: Django's `DATABASES`, connection URLs and their defaults, what is put into the environment, the
//! fields of pydantic's settings. No code is run; what is not one of the known shapes says nothing.

mod calls;
mod django;
mod lex;
mod parse;
mod statement;
mod switch;
mod text;
mod tls;

use super::{
    Means,
    carried::Reader,
    code::{
        Expr, Kind, Language, Scope, Site, Writer, is_aside, is_database_url, is_url_name, is_variable,
        speaks,
    },
};
use lex::{Tok, Token};
use statement::{Context, Statement};
use std::{collections::BTreeSet, ops::Range};

/// Reads the file that the reader is at.
pub(super) fn read(reader: &mut Reader<'_>) {
    let Some(text) = reader.text() else { return };
    if !SIGNS.iter().any(|sign| text.contains(sign)) {
        return;
    }
    let (tokens, lines) = lex::lex(&text, 0..text.len());
    let (statements, contexts, conditions) = statement::statements(&text, &tokens, &lines);
    let scope = Scope::new(reader.id, &text, Language::Python);
    let mut file = File {
        scope,
        writer: Writer::new(),
        contexts: &contexts,
        conditions: &conditions,
        sides: Vec::new(),
        tokens: &tokens,
        databases: Vec::new(),
        unsure: BTreeSet::new(),
        made: statement::set_by_methods(&statements, &contexts),
        said: 0,
    };
    for statement in &statements {
        file.statement(reader, statement);
    }
    file.switches(reader);
    file.writer.finish(reader);
}

/// One of these stands in every file that says something.
const SIGNS: &[&str] = &[
    "DATABASE",
    "://",
    "environ",
    "getenv",
    "create_engine",
    "connect(",
    "_pool(",
    "BaseSettings",
    "Postgres",
    "POSTGRES",
    "CREATE EXTENSION",
    "Extension(",
];

/// One file on the way.
struct File<'e> {
    scope: Scope<'e>,
    writer: Writer,
    contexts: &'e [Context],
    /// What the makers of a class of settings set themselves, with the place of its context.
    made: BTreeSet<(usize, &'e str)>,
    conditions: &'e [Expr],
    /// What the branches of conditions say of the engine.
    sides: Vec<switch::Side>,
    tokens: &'e [Token],
    /// Blocks of `DATABASES`.
    databases: Vec<django::Known>,
    /// Names that branches make different things of.
    unsure: BTreeSet<String>,
    /// How much was said before the statement that is looked at.
    said: usize,
}

impl<'e> File<'e> {
    fn statement(&mut self, reader: &Reader<'_>, statement: &'e Statement) {
        let context = &self.contexts[statement.context];
        let before = self.said;
        for to in &statement.to {
            self.assigned(reader, to, statement.value.as_ref(), context);
        }
        if let Some(value) = &statement.value {
            self.calls(reader, value, context);
            for name in statement.to.iter().filter_map(Expr::name) {
                // What a branch makes of a name is so in that branch alone.
                let twice = self.unsure.contains(name) || self.scope.names.contains_key(name);
                if context.branch && twice {
                    self.scope.names.remove(name);
                    self.unsure.insert(name.to_owned());
                } else {
                    self.scope.names.insert(name.to_owned(), value);
                    self.unsure.remove(name);
                }
            }
        }
        if self.said > before {
            self.show(statement.tokens.clone());
        }
    }

    fn assigned(&mut self, reader: &Reader<'_>, to: &'e Expr, value: Option<&'e Expr>, context: &Context) {
        if self.is_django(reader, to, value, context) {
            return;
        }
        match &to.kind {
            Kind::Index(of, key) if matches!(of.name(), Some("os.environ" | "environ")) => {
                let (Some(name), Some(value)) = (key.text(self.scope.source), value) else { return };
                self.set(reader, &name, key, value, context);
            }
            // `app.config["SQLALCHEMY_DATABASE_URI"] = …`
            Kind::Index(of, key) if of.last_name() == Some("config") => {
                let (Some(name), Some(value)) = (key.text(self.scope.source), value) else { return };
                if !self.engine_options(reader, &name, value, context) {
                    self.named(reader, &name, key, value, context);
                }
            }
            Kind::Name(name) if context.settings => self.field(reader, name, to, value, context),
            Kind::Name(name) => {
                let Some(value) = value else { return };
                let last = name.rsplit('.').next().unwrap_or(name);
                if !self.engine_options(reader, last, value, context) {
                    self.named(reader, last, to, value, context);
                }
            }
            _ => {}
        }
    }

    /// A variable of the environment that the program itself sets.
    fn set(&mut self, reader: &Reader<'_>, name: &str, key: &Expr, value: &'e Expr, context: &Context) {
        if !is_variable(name) || !speaks(name) && !is_url_name(name) {
            return;
        }
        // What it sets to what it got from itself is nothing new.
        let outcome = self.scope.evaluate(value);
        let known =
            outcome.value.as_ref().is_some_and(|v| !is_url_name(name) || is_database_url(v.text.expose()));
        if known && outcome.taken.is_empty() {
            let at = self.block(reader, name, context);
            let site = Site { key: name, key_range: key.inner(), means: None, value };
            self.writer.put_outcome(at, &self.scope, &site, outcome);
            self.said += 1;
        }
    }

    /// A name that something is assigned to.
    fn named(&mut self, reader: &Reader<'_>, name: &str, key: &'e Expr, value: &'e Expr, context: &Context) {
        // `SQLITE_PREFIX = "sqlite:///"` is a part of a URL.
        if name.to_ascii_uppercase().split('_').any(|word| matches!(word, "PREFIX" | "SCHEME")) {
            return;
        }
        let mut outcome = self.scope.evaluate(value);
        if outcome.value.is_none() {
            outcome.value = Writer::sqlite_of(&self.scope, value, &outcome);
        }
        let url = outcome.value.as_ref().is_some_and(|v| is_database_url(v.text.expose()));
        let by_name = is_url_name(name);
        if !by_name && is_aside(reader.path) {
            return;
        }
        let key_range = match &key.kind {
            Kind::Name(full) => key.range.end - full.rsplit('.').next().map_or(0, str::len)..key.range.end,
            _ => key.inner(),
        };
        if by_name || url {
            // Another name was looked at where it was assigned.
            if matches!(value.kind, Kind::Name(_)) || outcome.value.is_some() && !url {
                return;
            }
            let composed = outcome.pieces.len() > 1;
            if outcome.value.is_none() && outcome.taken.is_empty() && !composed {
                return;
            }
            let test = name.to_ascii_uppercase().split('_').any(|w| w == "TEST" || w == "TESTING");
            let means = Some(if test { Means::TestUrl } else { Means::Url });
            if let Some(value) = outcome.value.as_ref().filter(|_| url && !test) {
                self.side(context, value.text.expose().trim_start().starts_with("sqlite"));
            }
            let shown = if by_name { name } else { "url" };
            let at = self.block(reader, shown, context);
            let key_range = if by_name { key_range } else { key_range.start..key_range.start };
            let site = Site { key: shown, key_range, means, value };
            self.writer.put_outcome(at, &self.scope, &site, outcome);
            self.said += 1;
        } else if is_variable(name) && speaks(name) {
            // A switch and a mode are what the environment says, not what is taken where it says nothing.
            let own = outcome.taken.is_empty();
            if outcome.value.is_none() && own || !own && name.starts_with("USE_") {
                return;
            }
            let at = self.block(reader, name, context);
            self.writer.leave_open(at, &self.scope, &value.range);
            let site = Site { key: name, key_range, means: None, value };
            self.writer.put_outcome(at, &self.scope, &site, outcome);
            self.said += 1;
        } else if name == "DEBUG" && self.scope.source.get(value.range.clone()) == Some("True") {
            let at = self.block(reader, name, context);
            let site = Site { key: name, key_range, means: None, value };
            self.writer.put_outcome(at, &self.scope, &site, outcome);
            self.said += 1;
        }
    }

    /// A field of pydantic's settings: the variable of its name, and what is taken where it is not set.
    fn field(
        &mut self,
        reader: &Reader<'_>,
        name: &str,
        key: &'e Expr,
        value: Option<&'e Expr>,
        context: &Context,
    ) {
        let variable = name.to_ascii_uppercase();
        let url = is_url_name(&variable);
        if !url && !speaks(&variable) || name.contains('.') {
            return;
        }
        let mut value = value;
        if let Some(Expr { kind: Kind::Call(of, args), .. }) = value
            && of.last_name() == Some("Field")
        {
            let named = |n: &str| args.iter().find(|a| a.name.as_deref() == Some(n)).map(|a| &a.value);
            value = args.first().filter(|a| a.name.is_none()).map(|a| &a.value).or_else(|| named("default"));
        }
        // What is put together when the settings are made is taken, and not what stands here.
        let value = value.filter(|_| !self.made.contains(&(context.group, name)));
        let at = self.block(reader, &variable, context);
        let means =
            url.then_some(if variable.split('_').any(|w| w == "TEST") { Means::TestUrl } else { Means::Url });
        let outcome = value
            .map(|v| self.scope.as_default(v, &variable, key))
            .filter(|o| o.value.as_ref().is_none_or(|v| !url || is_database_url(v.text.expose())));
        let outcome = outcome.unwrap_or_else(|| Scope::only(&variable, key));
        self.writer.leave_open(at, &self.scope, &key.range);
        let site = Site { key: &variable, key_range: key.range.clone(), means, value: value.unwrap_or(key) };
        self.writer.put_outcome(at, &self.scope, &site, outcome);
        self.said += 1;
    }

    /// The block of a branch or class that has no entry of this key yet.
    fn block(&mut self, reader: &Reader<'_>, key: &str, context: &Context) -> usize {
        let group = format!("#{}", context.group);
        if let Some(at) = self.writer.last(&group)
            && self.writer.block(at).entries.iter().all(|e| e.key != key)
        {
            return at;
        }
        self.writer.open(reader, &group, name_of_block(context), context.word.as_deref())
    }

    /// Shows of a line its signs, quotes, and the names of our own vocabulary.
    fn show(&mut self, tokens: Range<usize>) {
        for token in &self.tokens[tokens] {
            let range = token.range.clone();
            let start = range.start;
            let text = &self.scope.source[range.clone()];
            match token.kind {
                Tok::Sign(_) => self.writer.show(range),
                Tok::Name if is_variable(text) || SHOWN.contains(&text) => self.writer.show(range),
                Tok::Text { prefix, quote, .. } => {
                    let (open, close) = (usize::from(prefix) + usize::from(quote), usize::from(quote));
                    self.writer.show(range.start..(range.start + open).min(range.end));
                    if text.len() >= open + close
                        && text.as_bytes()[text.len() - 1] == text.as_bytes()[open - 1]
                    {
                        self.writer.show(range.end - close..range.end);
                    }
                }
                _ => {}
            }
            // Blanks between tokens.
            let before = &self.scope.source.as_bytes()[..start];
            let blank = before.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
            self.writer.show(start - blank..start);
        }
    }
}

/// The part of a file that a block is, in words of ours.
fn name_of_block(context: &Context) -> &'static str {
    if context.settings { "settings" } else { "module" }
}

/// Names that are no secrets: words of Python and of the libraries that are known.
const SHOWN: &[&str] = &[
    "os",
    "environ",
    "get",
    "getenv",
    "env",
    "config",
    "default",
    "cast",
    "str",
    "int",
    "bool",
    "if",
    "else",
    "or",
    "not",
    "dj_database_url",
    "parse",
    "conn_max_age",
    "conn_health_checks",
    "ssl_require",
    "db",
    "url",
    "None",
    "True",
    "False",
    "create_engine",
    "create_async_engine",
    "connect",
    "create_pool",
    "psycopg",
    "psycopg2",
    "asyncpg",
    "setdefault",
    "set_main_option",
    "update",
    "database_url",
    "Field",
    "PostgresDsn",
    "decouple",
    "return",
    "await",
    "async",
    "with",
    "engine",
    "host",
    "user",
    "password",
    "port",
    "dbname",
    "database",
    "sslmode",
    "dsn",
    "conninfo",
    "app",
    "BASE_DIR",
];
