//! The text of a policy ▶ `Policy`. `shape` has looked at all of it before anything is taken out. Errors name the place
//! and what was expected, never what stands there.

use super::{
    At, Database, Expect, KEYS, Level, LevelPlace, LevelSetting, Policy, PolicyError, Pool, Server, Status,
    Version, Wanted, glob::Glob, home::Home, shape,
};
use crate::{
    conninfo::Libpq,
    environment::Environment,
    finding::Place,
    layer::{Entry, Layer, LayerKind, Value},
    secret::Secret,
    source::{SourceId, SourceKind, Sources, Span},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

type Name<'i> = Spanned<DeString<'i>>;
type Item<'i> = Spanned<DeValue<'i>>;

/// The policy of a source; none where the file is a manifest that says nothing to pgward.
pub(super) fn read(sources: &mut Sources, id: SourceId) -> Result<Option<Policy>, PolicyError> {
    let home = match sources.get(id).kind() {
        SourceKind::File(path) => Home::of(path),
        _ => Home::Own,
    };
    let text = {
        let source = Reader { sources, id, shown: Vec::new() };
        match std::str::from_utf8(sources.get(id).bytes()) {
            Ok(text) => text.to_owned(),
            Err(_) if !home.mentioned(sources.get(id).bytes()) => return Ok(None),
            Err(e) => return Err(source.error(e.valid_up_to()..e.valid_up_to(), "not UTF-8")),
        }
    };
    let (policy, shown) = {
        let mut reader = Reader { sources, id, shown: Vec::new() };
        let document = match DeTable::parse(&text) {
            Ok(document) => document,
            Err(_) if !home.mentioned(text.as_bytes()) => return Ok(None),
            Err(e) => {
                let at = e.span().unwrap_or(0..0);
                let what = e.message().lines().next().unwrap_or("syntax error").to_owned();
                return Err(reader.error(at, &format!("not TOML: {what}")));
            }
        };
        let table = match home.table(document.get_ref()) {
            Ok(Some(table)) => table,
            Ok(None) => return Ok(None),
            Err((at, why)) => return Err(reader.error(at, why)),
        };
        shape::table(KEYS, table, &(0..0)).map_err(|(at, what)| reader.error(at, &what))?;
        (reader.policy(table)?, reader.shown)
    };
    for span in shown {
        sources.reveal(span);
    }
    Ok(Some(policy))
}

struct Reader<'s> {
    sources: &'s Sources,
    id: SourceId,
    /// What may be shown: our own words, and names of a form that no credential is asked for in.
    shown: Vec<Span>,
}

impl Reader<'_> {
    fn error(&self, range: Range<usize>, message: &str) -> PolicyError {
        let place = Place::of(self.sources, self.span(range));
        PolicyError { place: place.to_short(), message: message.to_owned() }
    }

    fn span(&self, range: Range<usize>) -> Span {
        self.sources.span(self.id, range)
    }

    fn policy(&mut self, table: &DeTable<'_>) -> Result<Policy, PolicyError> {
        let mut policy = Policy { path: self.path(), ..Policy::default() };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "env-files" => policy.env_files = texts(value),
                "extensions" => {
                    policy.extensions = self.strings(value, |name| Some(name.to_owned()));
                    self.shown.extend(policy.extensions.iter().filter_map(|wanted| wanted.span));
                }
                "libpq" => policy.libpq = libpq(value),
                "loaders" => {
                    policy.loaders = self.words(value, |word| super::loader_of_word(word).ok());
                    self.shown.extend(policy.loaders.iter().filter_map(|(_, span)| *span));
                }
                "consumers" => {
                    policy.consumers = self.words(value, |word| super::consumer_of_word(word).ok());
                    self.shown.extend(policy.consumers.iter().filter_map(|(_, span)| *span));
                }
                "tls" => policy.tls_required = text(value) == Some("required"),
                "include" => policy.include = globs(value),
                "exclude" => policy.exclude = globs(value),
                "baseline" => policy.baseline = text(value).map(str::to_owned),
                "environments" => policy.environments = environments(value),
                "variables" => policy.variables = variables(value),
                "connection" => policy.connection = Some(self.connection(value)),
                "rules" => {
                    policy.levels = self.rules(value);
                    policy.as_of = get(value, "as-of").and_then(text).and_then(Version::parse);
                }
                "boot" => {
                    let denied = get(value, "deny");
                    policy.boot_deny =
                        denied.map(|v| self.words(v, |w| Some(w.to_owned()))).unwrap_or_default();
                }
                "secret" => {
                    let name = |table: &Item<'_>| self.string(get(table, "name")?);
                    policy.secrets = list(value).filter_map(name).map(|(n, span)| (n, Some(span))).collect();
                }
                "server" => policy.servers = self.named(value, Self::server)?,
                "database" => policy.databases = self.named(value, Self::database)?,
                _ => {}
            }
        }
        self.joined(&policy)?;
        Ok(policy)
    }

    fn path(&self) -> Option<String> {
        match self.sources.get(self.id).kind() {
            SourceKind::File(path) => Some(path.clone()),
            _ => None,
        }
    }

    /// Text with the place of what stands between its quotes; of the whole where something in it is escaped.
    fn string(&self, value: &Item<'_>) -> Option<(String, Span)> {
        let text = text(value)?;
        let (outer, raw) = (value.span(), self.sources.get(self.id).bytes());
        let inner = outer.start + 1..outer.end.saturating_sub(1).max(outer.start + 1);
        let plain = raw.get(inner.clone()) == Some(text.as_bytes());
        Some((text.to_owned(), self.span(if plain { inner } else { outer })))
    }

    fn words<T>(&self, value: &Item<'_>, read: impl Fn(&str) -> Option<T>) -> Vec<(T, Option<Span>)> {
        let one = |item: &Item<'_>| {
            let (text, span) = self.string(item)?;
            Some((read(&text)?, Some(span)))
        };
        list(value).filter_map(one).collect()
    }

    fn strings(&self, value: &Item<'_>, read: impl Fn(&str) -> Option<String>) -> Vec<Wanted> {
        self.words(value, read).into_iter().map(|(name, span)| Wanted { name, span }).collect()
    }

    fn connection(&mut self, value: &Item<'_>) -> Layer {
        let mut layer = Layer {
            name: self.path().unwrap_or_else(|| "pgward.toml".into()),
            kind: LayerKind::Policy,
            source: Some(self.id),
            entries: Vec::new(),
            problems: Vec::new(),
            refused: false,
            block: None,
            word: None,
            started_in: None,
            reads: Vec::new(),
        };
        for (key, value) in entries(value) {
            let (text, span) = match value.get_ref() {
                DeValue::Integer(n) => (n.as_str().to_owned(), self.span(value.span())),
                _ => self.string(value).unwrap_or_else(|| (String::new(), self.span(value.span()))),
            };
            self.shown.push(self.span(key.span().start..span.start as usize));
            layer.entries.push(Entry {
                key: key.get_ref().to_string(),
                value: Value::literal(Secret::new(text), span),
                key_span: self.span(key.span()),
                value_span: span,
                doubtful: false,
                told: None,
            });
        }
        layer
    }

    /// The weakest first: for all, by environment, by path, by path and environment; of several globs the later one
    /// in the file wins.
    fn rules(&self, value: &Item<'_>) -> Vec<LevelSetting> {
        let mut out = self.levels(value, None);
        if let Some(paths) = get(value, "paths") {
            for (glob, value) in entries(paths) {
                let Ok(path) = Glob::parse(glob.get_ref()) else { continue };
                out.extend(self.levels(value, Some(&path)));
            }
        }
        out
    }

    fn levels(&self, value: &Item<'_>, path: Option<&Glob>) -> Vec<LevelSetting> {
        let (mut out, mut narrower) = (Vec::new(), Vec::new());
        for (key, value) in entries(value) {
            match (key.get_ref().as_ref(), Environment::from_word(key.get_ref())) {
                ("as-of" | "paths", _) if path.is_none() => {}
                (_, Some(environment)) => {
                    let one = |(rule, value)| self.level(rule, Some(environment), path, value);
                    narrower.extend(entries(value).into_iter().filter_map(one));
                }
                (_, None) => out.extend(self.level(key, None, path, value)),
            }
        }
        out.extend(narrower);
        out
    }

    /// `rule = "level"` or `rule = { level, reason }`.
    fn level(
        &self,
        rule: &Name<'_>,
        environment: Option<Environment>,
        path: Option<&Glob>,
        value: &Item<'_>,
    ) -> Option<LevelSetting> {
        let word = text(value).or_else(|| text(get(value, "level")?))?;
        Some(LevelSetting {
            rule: rule.get_ref().to_string(),
            environment,
            path: path.cloned(),
            level: Level::from_word(word)?,
            reason: get(value, "reason").and_then(text).map(str::to_owned),
            place: LevelPlace::File(self.span(rule.span())),
        })
    }

    /// The tables of a list, of which no two have one name.
    fn named<T>(
        &mut self,
        value: &Item<'_>,
        read: impl Fn(&mut Self, &Item<'_>, String, Span) -> T,
    ) -> Result<Vec<T>, PolicyError> {
        let (mut out, mut seen) = (Vec::new(), BTreeSet::new());
        for table in list(value) {
            let named = entries(table).into_iter().find(|(key, _)| key.get_ref() == "name");
            let Some((key, (name, span))) = named.and_then(|(key, name)| Some((key, self.string(name)?)))
            else {
                continue;
            };
            if !seen.insert(name.clone()) {
                return Err(self.error(span.range(), "another one has this name already"));
            }
            self.shown.push(self.span(key.span().start..span.range().end));
            out.push(read(self, table, name, span));
        }
        Ok(out)
    }

    fn server(&mut self, table: &Item<'_>, name: String, span: Span) -> Server {
        Server {
            name,
            span,
            environment: environment(table),
            max_connections: self.number(table, "max-connections"),
            reserve: self.number(table, "reserve"),
        }
    }

    fn database(&mut self, table: &Item<'_>, name: String, span: Span) -> Database {
        let said = |key: &str| get(table, key).and_then(text).map(str::to_owned);
        let status = get(table, "status").and_then(text);
        let pool = get(table, "pool").map(|pool| {
            // Of a table in brackets the place is its heading, and that of `pool.size = 5` is a word.
            let span = self.span(pool.span());
            Pool {
                span,
                size: self.number(pool, "size"),
                overflow: self.number(pool, "overflow"),
                processes: self.number(pool, "processes"),
                replicas: self.number(pool, "replicas"),
            }
        });
        Database {
            name,
            span,
            dbname: said("dbname"),
            environment: environment(table),
            status: Status::ALL.into_iter().find(|s| status == Some(s.as_str())).unwrap_or_default(),
            owner: said("owner"),
            server: said("server"),
            pool,
            reserve: self.number(table, "reserve"),
            expect: get(table, "expect").map(expect).unwrap_or_default(),
        }
    }

    fn number(&mut self, table: &Item<'_>, name: &str) -> Option<At<u32>> {
        let (key, value) = entries(table).into_iter().find(|(key, _)| key.get_ref() == name)?;
        let span = self.span(key.span().start..value.span().end);
        self.shown.push(span);
        Some(At { value: shape::whole(value)?, span })
    }

    /// What one table says of another must be there.
    fn joined(&self, policy: &Policy) -> Result<(), PolicyError> {
        let known: BTreeSet<&str> = policy.servers.iter().map(|server| server.name.as_str()).collect();
        let lost = |d: &&Database| d.server.as_deref().is_some_and(|name| !known.contains(name));
        match policy.databases.iter().find(lost) {
            Some(database) => Err(self.error(
                database.span.range(),
                "no `[[server]]` has the name that `server` of this database gives",
            )),
            None => Ok(()),
        }
    }
}

fn text<'t>(value: &'t Item<'_>) -> Option<&'t str> {
    value.get_ref().as_str()
}

fn texts(value: &Item<'_>) -> Vec<String> {
    list(value).filter_map(text).map(str::to_owned).collect()
}

fn list<'t, 'i>(value: &'t Item<'i>) -> impl Iterator<Item = &'t Item<'i>> {
    value.get_ref().as_array().into_iter().flatten()
}

/// The entries of a table in the order of the file.
fn entries<'t, 'i>(value: &'t Item<'i>) -> Vec<(&'t Name<'i>, &'t Item<'i>)> {
    let mut out: Vec<_> = value.get_ref().as_table().into_iter().flatten().collect();
    out.sort_by_key(|(key, _)| key.span().start);
    out
}

fn get<'t, 'i>(value: &'t Item<'i>, name: &str) -> Option<&'t Item<'i>> {
    value.get_ref().as_table()?.get(name)
}

fn variables(value: &Item<'_>) -> BTreeMap<String, Vec<String>> {
    entries(value).into_iter().map(|(key, value)| (key.get_ref().to_string(), texts(value))).collect()
}

fn globs(value: &Item<'_>) -> Vec<Glob> {
    list(value).filter_map(text).filter_map(|text| Glob::parse(text).ok()).collect()
}

fn libpq(value: &Item<'_>) -> Option<Libpq> {
    let number = shape::whole(value)?;
    [Libpq::V15, Libpq::V16, Libpq::V17, Libpq::V18]
        .into_iter()
        .find(|libpq| u32::from(libpq.major()) == number)
}

fn environment(table: &Item<'_>) -> Option<Environment> {
    get(table, "environment").and_then(text).and_then(Environment::from_word)
}

fn environments(value: &Item<'_>) -> BTreeMap<String, Environment> {
    let one = |(word, value): (&Name<'_>, &Item<'_>)| {
        Some((word.get_ref().to_ascii_lowercase(), Environment::from_word(text(value)?)?))
    };
    entries(value).into_iter().filter_map(one).collect()
}

fn expect(value: &Item<'_>) -> Expect {
    let said = |key: &str| get(value, key).and_then(text).map(str::to_owned);
    Expect {
        role: said("role"),
        server_version: said("server-version"),
        tables: get(value, "tables").and_then(shape::whole),
        empty: get(value, "empty").and_then(|v| v.get_ref().as_bool()),
        engine: said("engine"),
    }
}
