//! Django's `DATABASES`: literal, by `dj_database_url` and its like, and what is set in it afterwards.

use super::{File, statement::Context};
use crate::layer::{
    Means, Value,
    carried::Reader,
    code::{Arg, Database, Expr, Kind, Nameless, Outcome, Scope, Site, is_database_url, is_variable},
};

/// The family of its parts.
const FAMILY: &str = "DATABASES";

/// A block of `DATABASES` that was read.
pub(super) struct Known {
    block: usize,
    /// The place of its record.
    record: usize,
    /// Whether it is PostgreSQL, as far as `ENGINE` is known.
    engine: Engine,
    alias: String,
    name: Option<Value>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Engine {
    Postgres,
    Other,
    /// Set elsewhere.
    Unknown,
}

/// Keys of an entry, and libpq's.
const KEYS: &[(&str, &str)] =
    &[("NAME", "dbname"), ("USER", "user"), ("PASSWORD", "password"), ("HOST", "host"), ("PORT", "port")];

/// Keys of `OPTIONS` that go to libpq as they are.
const OPTIONS: &[&str] = &[
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslcrl",
    "channel_binding",
    "connect_timeout",
    "application_name",
    "options",
    "service",
    "passfile",
    "target_session_attrs",
    "gssencmode",
    "keepalives",
    "client_encoding",
];

impl<'e> File<'e> {
    /// Takes what is said of `DATABASES`; false where it is something else.
    pub(super) fn is_django(
        &mut self,
        reader: &Reader<'_>,
        to: &'e Expr,
        value: Option<&'e Expr>,
        context: &Context,
    ) -> bool {
        let Some(value) = value else { return false };
        let source = self.scope.source;
        match &to.kind {
            Kind::Name(name) if name == FAMILY => {
                self.databases(reader, value, context, 0);
                true
            }
            Kind::Index(of, key) => match &of.kind {
                Kind::Name(name) if name == FAMILY => {
                    if let Some(alias) = key.text(source) {
                        self.alias(reader, &alias, value, context, 0);
                    }
                    true
                }
                Kind::Index(root, alias) if root.name() == Some(FAMILY) => {
                    if let (Some(alias), Some(name)) = (alias.text(source), key.text(source)) {
                        for known in self.of_alias(reader, &alias, to, context) {
                            self.key(known, &name, key, value);
                        }
                    }
                    true
                }
                Kind::Index(inner, part) => match &inner.kind {
                    Kind::Index(root, alias) if root.name() == Some(FAMILY) => {
                        let texts = (alias.text(source), part.text(source), key.text(source));
                        if let (Some(alias), Some(part), Some(name)) = texts {
                            for known in self.of_alias(reader, &alias, to, context) {
                                self.inner(known, &part, &name, key, value);
                            }
                        }
                        true
                    }
                    _ => false,
                },
                _ => false,
            },
            _ => false,
        }
    }

    /// `DATABASES["default"].update(…)`.
    pub(super) fn updated(&mut self, reader: &Reader<'_>, of: &'e Expr, args: &'e [Arg], context: &Context) {
        let Kind::Attribute(of, method) = &of.kind else { return };
        let (Kind::Index(root, alias), "update", Some(arg)) = (&of.kind, method.as_str(), args.first())
        else {
            return;
        };
        let Some(alias) = alias.text(self.scope.source).filter(|_| root.name() == Some(FAMILY)) else {
            return;
        };
        let value = self.scope.meant(&arg.value);
        if !matches!(value.kind, Kind::Map(_)) {
            return self.alias(reader, &alias, value, context, 0);
        }
        for known in self.of_alias(reader, &alias, value, context) {
            for (name, key, value) in value.pairs(self.scope.source) {
                self.key(known, &name, key, value);
            }
        }
    }

    fn databases(&mut self, reader: &Reader<'_>, value: &'e Expr, context: &Context, depth: usize) {
        let value = self.scope.meant(value);
        match &value.kind {
            Kind::Choice(a, b) if depth < 4 => {
                self.databases(reader, a, context, depth + 1);
                self.databases(reader, b, context, depth + 1);
            }
            _ => {
                for (alias, key, value) in value.pairs(self.scope.source) {
                    if is_alias(&alias) {
                        self.writer.show(key.inner());
                    }
                    self.alias(reader, &alias, value, context, 0);
                }
            }
        }
    }

    /// One database.
    fn alias(&mut self, reader: &Reader<'_>, alias: &str, value: &'e Expr, context: &Context, depth: usize) {
        let value = self.scope.meant(value);
        match &value.kind {
            Kind::Choice(a, b) if depth < 4 => {
                self.alias(reader, alias, a, context, depth + 1);
                self.alias(reader, alias, b, context, depth + 1);
            }
            Kind::Either(all) if depth < 4 => {
                for e in all {
                    self.alias(reader, alias, e, context, depth + 1);
                }
            }
            Kind::Map(pairs) => {
                let said = value.pairs(self.scope.source);
                let engine = said.iter().find(|(key, _, _)| key == "ENGINE");
                if let Some((_, _, named)) = engine.filter(|_| alias == "default") {
                    self.side_of_engine(context, named);
                }
                let spread = pairs.iter().any(|(key, _)| key.is_none());
                let engine = engine.map_or(Engine::Unknown, |(_, _, e)| self.engine(e));
                let engine = if spread && engine == Engine::Unknown { Engine::Unknown } else { engine };
                let known = self.begin(reader, alias, engine, value, context);
                for (name, key, value) in said {
                    self.key(known, &name, key, value);
                }
                self.said += 1;
            }
            Kind::Call(of, args) => self.by_url(reader, alias, value, of, args, context),
            _ => {}
        }
    }

    fn begin(
        &mut self,
        reader: &Reader<'_>,
        alias: &str,
        engine: Engine,
        at: &Expr,
        context: &Context,
    ) -> usize {
        if self.databases.len() >= 64 {
            return self.databases.len() - 1;
        }
        let shown = if is_alias(alias) { alias } else { "" };
        let block =
            self.writer.open(reader, "django", &format!("DATABASES.{shown}"), context.word.as_deref());
        self.writer.leave_open(block, &self.scope, &at.range);
        let record = self.writer.code.databases.len();
        self.writer.code.databases.push(Database::default());
        self.databases.push(Known { block, record, engine, alias: alias.to_owned(), name: None });
        self.databases.len() - 1
    }

    /// The blocks of an alias; a new one where it was set in another file.
    fn of_alias(&mut self, reader: &Reader<'_>, alias: &str, at: &Expr, context: &Context) -> Vec<usize> {
        let here: Vec<usize> =
            (0..self.databases.len()).filter(|i| self.databases[*i].alias == alias).take(16).collect();
        self.said += 1;
        if here.is_empty() { vec![self.begin(reader, alias, Engine::Unknown, at, context)] } else { here }
    }

    fn engine(&self, value: &'e Expr) -> Engine {
        match self.scope.evaluate(value).value {
            Some(text) => {
                let text = text.text.expose().to_ascii_lowercase();
                let ours = ["postg", "psqlextra", "timescale"].iter().any(|e| text.contains(e));
                if ours { Engine::Postgres } else { Engine::Other }
            }
            None => Engine::Unknown,
        }
    }

    /// One key of an entry.
    fn key(&mut self, known: usize, name: &str, key: &'e Expr, value: &'e Expr) {
        let Known { block, record, engine, .. } = self.databases[known];
        let key_range = key.inner();
        if name == "ENGINE" {
            let outcome = self.scope.evaluate(value);
            self.databases[known].engine = self.engine(value);
            if outcome.value.is_some() {
                let site = Site { key: name, key_range, means: Some(Means::Engine), value };
                self.writer.put_outcome(block, &self.scope, &site, outcome);
            }
            return;
        }
        if let Some((_, keyword)) = KEYS.iter().find(|(k, _)| *k == name) {
            let outcome = self.scope.evaluate(value);
            if name == "NAME" && engine == Engine::Postgres {
                self.nameless(record, &outcome);
                self.databases[known].name.clone_from(&outcome.value);
            }
            let means = Some(Means::Part(FAMILY, keyword));
            match engine {
                Engine::Postgres => {
                    self.writer.put_outcome(
                        block,
                        &self.scope,
                        &Site { key: name, key_range, means, value },
                        outcome,
                    );
                }
                // What another engine takes is none of ours; neither is it a variable of a connection to PostgreSQL.
                Engine::Other | Engine::Unknown => {
                    self.writer.show(key_range);
                    self.writer.mention(block, &self.scope, &outcome);
                }
            }
            return;
        }
        let source = self.scope.source;
        let off = source.get(value.range.clone()) == Some("False");
        match name {
            "CONN_MAX_AGE" => {
                self.writer.show(key_range);
                let outcome = self.scope.evaluate(value);
                let keeps = outcome.nothing || outcome.value.as_ref().is_some_and(|v| !v.text.equals("0"));
                let span = self.scope.span(&value.range);
                let text = source.get(value.range.clone()).unwrap_or_default();
                if text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit()) {
                    self.writer.show(value.range.clone());
                }
                self.writer.code.databases[record].max_age = keeps.then_some(span);
            }
            "CONN_HEALTH_CHECKS" => {
                self.writer.show(key_range);
                self.writer.code.databases[record].health_checks = !off;
            }
            "OPTIONS" | "TEST" => {
                self.writer.show(key_range);
                let value = self.scope.meant(value);
                for (inner, key, value) in value.pairs(source) {
                    self.inner(known, name, &inner, key, value);
                }
            }
            _ => {}
        }
    }

    /// One key of `OPTIONS` or `TEST`.
    fn inner(&mut self, known: usize, part: &str, name: &str, key: &'e Expr, value: &'e Expr) {
        let Known { block, record, engine, .. } = self.databases[known];
        match (part, name) {
            ("OPTIONS", "pool") => {
                self.writer.show(key.inner());
                let off = self.scope.source.get(value.range.clone()) == Some("False");
                let pool = (!off).then(|| self.scope.span(&key.inner()));
                self.writer.code.databases[record].pool = pool;
            }
            ("OPTIONS", _) if engine != Engine::Other => {
                let Some(keyword) = OPTIONS.iter().find(|k| **k == name) else { return };
                // Of a database whose engine stands elsewhere only what the code fixes beside a URL.
                let means = Some(match engine {
                    Engine::Postgres => Means::Part(FAMILY, keyword),
                    _ => Means::Fixed(keyword),
                });
                self.writer.put(
                    block,
                    &self.scope,
                    &Site { key: name, key_range: key.inner(), means, value },
                );
            }
            ("TEST", "NAME") => {
                self.writer.show(key.inner());
                let test = self.scope.evaluate(value).value;
                let own = self.databases[known]
                    .name
                    .as_ref()
                    .zip(test.as_ref())
                    .is_some_and(|(a, b)| a.text.same_as(&b.text));
                self.writer.code.databases[record].test_is_own = own.then(|| self.scope.span(&value.range));
            }
            _ => {}
        }
    }

    /// `NAME` that is `None` where the variable is not set.
    fn nameless(&mut self, record: usize, outcome: &Outcome<'e>) {
        let open = outcome.value.is_none() && outcome.taken.iter().all(|t| !t.strict);
        if let Some(first) = outcome.taken.first().filter(|_| open) {
            let variable = is_variable(&first.variable).then(|| first.variable.clone());
            let span = self.scope.span(&first.range);
            self.writer.code.databases[record].nameless = Some(Nameless { variable, span });
        }
    }

    /// `dj_database_url.config(…)`, `.parse(…)`, `env.db(…)`.
    fn by_url(
        &mut self,
        reader: &Reader<'_>,
        alias: &str,
        whole: &'e Expr,
        of: &'e Expr,
        args: &'e [Arg],
        context: &Context,
    ) {
        let name = of.name().unwrap_or_default();
        let (base, last) = name.rsplit_once('.').unwrap_or(("", name));
        let first = args.first().filter(|a| a.name.is_none()).map(|a| &a.value);
        let named = |n: &str| args.iter().find(|a| a.name.as_deref() == Some(n)).map(|a| &a.value);
        let dj = base == "dj_database_url";
        let by_env = matches!(base, "env" | "environ") && matches!(last, "db" | "db_url" | "dj_db_url");
        let outcome = match last {
            "config" if dj => self.variable_or(named("env").or(first), named("default"), of),
            "db" | "db_url" | "dj_db_url" if by_env => self.variable_or(first, named("default"), of),
            "DatabaseURLValue" => self.variable_or(named("environ_name"), first.or(named("default")), of),
            "parse" if dj => match first {
                Some(value) => self.scope.evaluate(value),
                None => return,
            },
            _ => return,
        };
        if outcome.value.as_ref().is_some_and(|v| !is_database_url(v.text.expose())) {
            return;
        }
        let known = self.begin(reader, alias, Engine::Unknown, whole, context);
        let Known { block, record, .. } = self.databases[known];
        let key_range = of.range.clone();
        let key = outcome.taken.first().map(|t| t.variable.clone()).filter(|v| is_variable(v));
        let key = key.unwrap_or_else(|| "url".to_owned());
        let site = Site { key: &key, key_range, means: Some(Means::Url), value: whole };
        self.writer.put_outcome(block, &self.scope, &site, outcome);
        let keeps = |e: &'e Expr| {
            let age = self.scope.evaluate(e);
            age.nothing || age.value.is_some_and(|v| !v.text.equals("0"))
        };
        let max_age = named("conn_max_age").filter(|e| keeps(e)).map(|e| self.scope.span(&e.range));
        let is_on = |e: &Expr| self.scope.source.get(e.range.clone()) != Some("False");
        let health = named("conn_health_checks").is_some_and(is_on);
        let tls = named("ssl_require").filter(|e| self.scope.source.get(e.range.clone()) == Some("True"));
        let record = &mut self.writer.code.databases[record];
        (record.max_age, record.health_checks) = (max_age, health);
        if let Some(value) = tls {
            self.writer.require_tls(block, &self.scope, "ssl_require", value);
        }
        self.said += 1;
    }

    /// The URL of a variable, `DATABASE_URL` unless it is named, with its default.
    fn variable_or(
        &self,
        variable: Option<&'e Expr>,
        default: Option<&'e Expr>,
        of: &'e Expr,
    ) -> Outcome<'e> {
        let name = variable.and_then(|v| v.text(self.scope.source));
        let name = name.filter(|n| is_variable(n)).unwrap_or_else(|| "DATABASE_URL".to_owned());
        let place = variable.unwrap_or(of);
        match default {
            Some(default) => self.scope.as_default(default, &name, place),
            None => Scope::only(&name, place),
        }
    }
}

/// Whether a name of a database is plain enough to be shown.
fn is_alias(alias: &str) -> bool {
    (1..=24).contains(&alias.len()) && alias.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}
