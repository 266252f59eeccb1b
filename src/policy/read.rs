//! The text of pgward.toml ▶ `Policy`. Errors name the place and what was expected, never what stands there.

use super::{Level, LevelPlace, LevelSetting, Policy, PolicyError, VARIABLES, Wanted};
use crate::{
    conninfo::{self, Libpq},
    environment::Environment,
    finding::Place,
    layer::{Entry, Layer, LayerKind, Value},
    near,
    secret::Secret,
    source::{SourceId, SourceKind, Sources, Span},
};
use std::{collections::BTreeMap, ops::Range};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

type Table<'i> = Spanned<DeTable<'i>>;
type Item<'i> = Spanned<DeValue<'i>>;

const KEYS: &[&str] = &[
    "boot",
    "connection",
    "consumers",
    "env-files",
    "environments",
    "extensions",
    "libpq",
    "loaders",
    "rules",
    "secret",
    "tls",
    "variables",
];

pub(super) fn read(sources: &mut Sources, id: SourceId) -> Result<Policy, PolicyError> {
    let text = {
        let source = Reader { sources, id };
        match std::str::from_utf8(sources.get(id).bytes()) {
            Ok(text) => text.to_owned(),
            Err(e) => return Err(source.error(e.valid_up_to()..e.valid_up_to(), "not UTF-8")),
        }
    };
    let (policy, shown) = {
        let reader = Reader { sources, id };
        let table = DeTable::parse(&text).map_err(|e| {
            let at = e.span().unwrap_or(0..0);
            reader.error(at, &format!("not TOML: {}", e.message().lines().next().unwrap_or("syntax error")))
        })?;
        reader.policy(&table)?
    };
    for span in shown {
        sources.reveal(span);
    }
    Ok(policy)
}

struct Reader<'s> {
    sources: &'s Sources,
    id: SourceId,
}

impl Reader<'_> {
    fn error(&self, range: Range<usize>, message: &str) -> PolicyError {
        let place = Place::of(self.sources, self.span(range));
        PolicyError { place: place.to_short(), message: message.to_owned() }
    }

    fn span(&self, range: Range<usize>) -> Span {
        self.sources.span(self.id, range)
    }

    fn policy(&self, table: &Table<'_>) -> Result<(Policy, Vec<Span>), PolicyError> {
        let path = match self.sources.get(self.id).kind() {
            SourceKind::File(path) => Some(path.clone()),
            _ => None,
        };
        let mut policy = Policy { path, ..Policy::default() };
        let mut shown = Vec::new();
        for (key, value) in table.get_ref() {
            match key.get_ref().as_ref() {
                "env-files" => policy.env_files = self.strings(value)?.into_iter().map(|(s, _)| s).collect(),
                "extensions" => {
                    for (name, span) in self.strings(value)? {
                        if !super::is_extension_name(&name) {
                            return Err(self.error(span.range(), "not the name of an extension"));
                        }
                        shown.push(span);
                        policy.extensions.push(Wanted { name, span: Some(span) });
                    }
                }
                "libpq" => policy.libpq = Some(self.libpq(value)?),
                "loaders" => {
                    for (name, span) in self.strings(value)? {
                        let loader =
                            super::loader_of_word(&name).map_err(|e| self.error(span.range(), &e))?;
                        shown.push(span);
                        policy.loaders.push((loader, Some(span)));
                    }
                }
                "consumers" => {
                    for (name, span) in self.strings(value)? {
                        let consumer =
                            super::consumer_of_word(&name).map_err(|e| self.error(span.range(), &e))?;
                        shown.push(span);
                        policy.consumers.push((consumer, Some(span)));
                    }
                }
                "tls" => match value.get_ref().as_str() {
                    Some("required") => policy.tls_required = true,
                    Some("default") => {}
                    _ => return Err(self.error(value.span(), "`tls` is \"required\" or \"default\"")),
                },
                "environments" => policy.environments = self.environments(value)?,
                "variables" => policy.variables = self.variables(value)?,
                "connection" => policy.connection = Some(self.connection(value, &mut shown)?),
                "rules" => policy.levels = self.rules(value)?,
                "boot" => policy.boot_deny = self.boot(value)?,
                "secret" => policy.secrets = self.secrets(value)?,
                other => return Err(self.unknown(other, key.span(), KEYS)),
            }
        }
        Ok((policy, shown))
    }

    fn libpq(&self, value: &Item<'_>) -> Result<Libpq, PolicyError> {
        let number = value.get_ref().as_integer().map(toml::de::DeInteger::as_str);
        let known = [Libpq::V15, Libpq::V16, Libpq::V17, Libpq::V18];
        let named = known.into_iter().find(|libpq| number == Some(libpq.major().to_string().as_str()));
        named.ok_or_else(|| self.error(value.span(), "`libpq` is 15, 16, 17 or 18"))
    }

    /// The key itself stays unsaid: what stands in the wrong place may be anything.
    fn unknown(&self, key: &str, range: Range<usize>, known: &[&str]) -> PolicyError {
        let help = match near::nearest(key, known.iter().copied(), 2) {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("known here: {}", known.join(", ")),
        };
        self.error(range, &format!("unknown key; {help}"))
    }

    fn table<'t, 'i>(&self, value: &'t Item<'i>) -> Result<&'t DeTable<'i>, PolicyError> {
        value.get_ref().as_table().ok_or_else(|| self.error(value.span(), "a table is expected here"))
    }

    fn string(&self, value: &Item<'_>) -> Result<(String, Span), PolicyError> {
        let text =
            value.get_ref().as_str().ok_or_else(|| self.error(value.span(), "a string is expected here"))?;
        let (outer, raw) = (value.span(), self.sources.get(self.id).bytes());
        // The span holds the quotes; inside them the bytes are the value's unless something is escaped.
        let inner = outer.start + 1..outer.end.saturating_sub(1).max(outer.start + 1);
        let plain = raw.get(inner.clone()) == Some(text.as_bytes());
        Ok((text.to_owned(), self.span(if plain { inner } else { outer })))
    }

    fn strings(&self, value: &Item<'_>) -> Result<Vec<(String, Span)>, PolicyError> {
        let list = value
            .get_ref()
            .as_array()
            .ok_or_else(|| self.error(value.span(), "a list of strings is expected here"))?;
        list.iter().map(|item| self.string(item)).collect()
    }

    fn environment(&self, word: &str, span: Span) -> Result<Environment, PolicyError> {
        word.parse().map_err(|e| self.error(span.range(), &format!("{e}")))
    }

    fn environments(&self, value: &Item<'_>) -> Result<BTreeMap<String, Environment>, PolicyError> {
        let mut out = BTreeMap::new();
        for (word, value) in self.table(value)? {
            if Environment::from_word(word.get_ref()).is_some() {
                return Err(
                    self.error(word.span(), "this word already means an environment; it cannot mean another")
                );
            }
            let (text, span) = self.string(value)?;
            out.insert(word.get_ref().to_ascii_lowercase(), self.environment(&text, span)?);
        }
        Ok(out)
    }

    fn variables(&self, value: &Item<'_>) -> Result<BTreeMap<String, Vec<String>>, PolicyError> {
        let mut out = BTreeMap::new();
        for (key, value) in self.table(value)? {
            if !VARIABLES.contains(&key.get_ref().as_ref()) {
                return Err(self.unknown(key.get_ref(), key.span(), VARIABLES));
            }
            out.insert(key.get_ref().to_string(), self.strings(value)?.into_iter().map(|(s, _)| s).collect());
        }
        Ok(out)
    }

    fn connection(&self, value: &Item<'_>, shown: &mut Vec<Span>) -> Result<Layer, PolicyError> {
        let known: Vec<&str> =
            conninfo::keyword_names(Libpq::V18).filter(|k| !FORBIDDEN.contains(k)).collect();
        let mut layer = Layer {
            name: self.policy_name(),
            kind: LayerKind::Policy,
            source: Some(self.id),
            entries: Vec::new(),
            problems: Vec::new(),
            refused: false,
            block: None,
            word: None,
            reads: Vec::new(),
        };
        for (key, value) in self.table(value)? {
            let name = key.get_ref().as_ref();
            if FORBIDDEN.contains(&name) {
                let message = "user, password and the files that hold one do not belong into pgward.toml";
                return Err(self.error(key.span(), message));
            }
            if !known.contains(&name) {
                return Err(self.unknown(name, key.span(), &known));
            }
            let (text, span) = match value.get_ref() {
                DeValue::Integer(n) => (n.as_str().to_owned(), self.span(value.span())),
                _ => self.string(value)?,
            };
            shown.push(self.span(key.span().start..span.start as usize));
            layer.entries.push(Entry {
                key: name.to_owned(),
                value: Value::literal(Secret::new(text), span),
                key_span: self.span(key.span()),
                value_span: span,
                doubtful: false,
                means: None,
            });
        }
        Ok(layer)
    }

    fn policy_name(&self) -> String {
        match self.sources.get(self.id).kind() {
            SourceKind::File(path) => path.clone(),
            _ => "pgward.toml".into(),
        }
    }

    /// `rule = "level"` or `rule = { level, reason }`; a table named by an environment holds more of them.
    fn rules(&self, value: &Item<'_>) -> Result<Vec<LevelSetting>, PolicyError> {
        let (mut out, mut narrower) = (Vec::new(), Vec::new());
        for (key, value) in self.table(value)? {
            match (Environment::from_word(key.get_ref()), value.get_ref()) {
                (Some(environment), DeValue::Table(table)) => {
                    for (rule, value) in table {
                        narrower.push(self.level(rule, Some(environment), value)?);
                    }
                }
                _ => out.push(self.level(key, None, value)?),
            }
        }
        out.extend(narrower);
        Ok(out)
    }

    fn level(
        &self,
        rule: &Spanned<toml::de::DeString<'_>>,
        environment: Option<Environment>,
        value: &Item<'_>,
    ) -> Result<LevelSetting, PolicyError> {
        let (mut word, mut reason) = (None, None);
        if let DeValue::Table(table) = value.get_ref() {
            for (key, value) in table {
                match key.get_ref().as_ref() {
                    "level" => word = Some(self.string(value)?),
                    "reason" => reason = Some(self.string(value)?.0),
                    other => return Err(self.unknown(other, key.span(), &["level", "reason"])),
                }
            }
        } else {
            word = Some(self.string(value)?);
        }
        let (word, span) = word.ok_or_else(|| self.error(value.span(), "`level` is missing"))?;
        let level = Level::from_word(&word).ok_or_else(|| {
            self.error(span.range(), "a level is \"allow\", \"note\", \"warn\" or \"deny\"")
        })?;
        let place = LevelPlace::File(self.span(rule.span()));
        Ok(LevelSetting { rule: rule.get_ref().to_string(), environment, level, reason, place })
    }

    fn boot(&self, value: &Item<'_>) -> Result<Vec<(String, Option<Span>)>, PolicyError> {
        let mut out = Vec::new();
        for (key, value) in self.table(value)? {
            match key.get_ref().as_ref() {
                "deny" => out = self.strings(value)?.into_iter().map(|(s, span)| (s, Some(span))).collect(),
                other => return Err(self.unknown(other, key.span(), &["deny"])),
            }
        }
        Ok(out)
    }

    fn secrets(&self, value: &Item<'_>) -> Result<Vec<(String, Option<Span>)>, PolicyError> {
        let list =
            value.get_ref().as_array().ok_or_else(|| self.error(value.span(), "write `[[secret]]`"))?;
        let mut out = Vec::new();
        for item in list {
            let mut name = None;
            for (key, value) in self.table(item)? {
                match key.get_ref().as_ref() {
                    "name" => name = Some(self.string(value)?),
                    other => return Err(self.unknown(other, key.span(), &["name"])),
                }
            }
            let (name, span) = name.ok_or_else(|| self.error(item.span(), "`name` is missing"))?;
            out.push((name, Some(span)));
        }
        Ok(out)
    }
}

/// Keywords that hold a credential or name a file that does.
const FORBIDDEN: &[&str] = &[
    "user",
    "password",
    "passfile",
    "sslpassword",
    "oauth_client_secret",
    "scram_client_key",
    "scram_server_key",
];
