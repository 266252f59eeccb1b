//! The target that variables make, one a part, or a switch alone.

use super::{LIBPQ_SET, PartSet, Resolver, Settings};
use crate::{
    conninfo::Conninfo,
    layer::{LayerKind, Means},
    settings::{
        ByKeyword, Toggle,
        engine::Engine,
        parts, suspect,
        target::{Fallback, Form, Oddities},
        variables::{Meaning, Role},
    },
};
use std::collections::BTreeMap;

impl Resolver<'_> {
    /// The target that a switch and a family of variables make.
    pub(super) fn of_parts(&self, out: &mut Settings, sets: &[PartSet]) {
        let toggle = out.toggle.as_deref().cloned();
        if let Some(Toggle { setting, says: Some(engine @ Engine::Sqlite { .. }), .. }) = &toggle {
            let engine = setting.map(engine.clone());
            let parsed = Conninfo::parse_as("", self.policy.reading());
            out.targets.push(self.target(
                &setting.key,
                Role::Primary,
                Form::Toggle,
                engine,
                parsed,
                ByKeyword::new(),
            ));
            return;
        }
        if out.document.is_some() {
            return self.of_document(out);
        }
        let set = match out.parts.clone() {
            Some(set) => set,
            // Only what libpq reads by itself: enough when it names a database or a host.
            None if ["host", "dbname", "service"].iter().any(|k| self.libpq.contains_key(k)) => {
                PartSet { name: LIBPQ_SET, parts: ByKeyword::new(), variables: BTreeMap::new() }
            }
            None => match toggle.clone().filter(|t| t.says == Some(Engine::Postgres)) {
                Some(toggle) => return self.only_a_switch(out, &toggle),
                None => return,
            },
        };
        let mut conninfo = Conninfo::parse_as("", self.policy.reading());
        let mut oddities = Oddities::default();
        let mut parameters = ByKeyword::new();
        let mut open: Vec<&'static str> = Vec::new();
        for (keyword, setting) in &set.parts {
            if setting.value.is_empty() {
                // `DB_HOST=${PG_HOST}`: it is set, and nobody knows to what.
                let left = self.lookup.entry(&setting.key).map(|(_, entry)| suspect::placeholders(entry));
                match left.filter(|left| !left.is_empty()) {
                    Some(_) if *keyword == "password" => {}
                    Some(left) => {
                        oddities.placeholders.extend(left);
                        open.push(*keyword);
                    }
                    None => out.empty_parts.push((keyword, setting.map(()))),
                }
                if *keyword != "password" {
                    continue;
                }
            }
            if let Ok(conninfo) = &mut conninfo {
                conninfo.fill(keyword, setting.value.clone());
            }
            if let Some((layer, entry)) = self.lookup.entry(&setting.key) {
                oddities.placeholders.extend(suspect::placeholders(entry));
                oddities.fallbacks.extend(suspect::part_fallback(keyword, entry, &setting.value));
                // A password may end in a quote of its own; one that begins and ends in quotes was wrapped.
                let wrapped = self.wrapped(layer, entry).filter(|w| {
                    *keyword != "password" || w.what != "quotes" || suspect::is_quoted(&setting.value)
                });
                oddities.wrapped = oddities.wrapped.or(wrapped.map(Box::new));
            }
            parameters.insert(keyword, setting.clone());
        }
        oddities.fallbacks.extend(self.fallback_of_libpq(&set));
        let telling =
            ["host", "dbname", "user"].iter().find_map(|k| set.parts.get(k)).or(set.parts.values().next());
        let by_libpq = ["host", "dbname", "service"].iter().find_map(|k| self.libpq.get(k));
        let origin = telling.or(by_libpq);
        let engine = match origin {
            // `DB_ENGINE=mysql`: the other variables speak of that engine.
            Some(setting) => match &toggle {
                Some(Toggle { setting: switch, says: Some(other @ Engine::Other(_)), .. }) => {
                    switch.map(other.clone())
                }
                Some(Toggle { says: Some(Engine::Postgres), .. }) => setting.map(Engine::Postgres),
                _ => setting.map(set.other_engine().map_or(Engine::Postgres, Engine::Other)),
            },
            None => return,
        };
        // A password alone is that of a connection which stands elsewhere.
        let missing =
            if set.name == LIBPQ_SET || set.telling() == 0 { Vec::new() } else { parts::missing(&set) };
        let mut target = self.target(set.name, Role::Primary, Form::Parts, engine, conninfo, parameters);
        let in_file = |k: &str| {
            out.secret_files.iter().any(|f| {
                !f.read && matches!(f.meaning, Meaning::Part(name, part) if name == set.name && part == k)
            })
        };
        target.missing = missing
            .into_iter()
            .filter(|k| target.get(k).is_none_or(|s| s.value.is_empty()) && !in_file(k) && !open.contains(k))
            // Code that reads a variable without a default says nothing of its value.
            .filter(|k| !self.lookup.reads(set.name, k, self.policy) && !self.lookup.is_open())
            .collect();
        let mut layers = set.parts.values().filter_map(|s| Some(self.lookup.entry(&s.key)?.0)).peekable();
        let in_blocks = layers.peek().is_some() && layers.all(|l| self.lookup.kind(l) == LayerKind::Block);
        target.told = in_blocks
            || self
                .lookup
                .told()
                .any(|e| matches!(e.means(), Some(Means::Part(name, _)) if name == set.name));
        target.oddities = oddities;
        // Of another engine's variables PostgreSQL's are no second names.
        if target.is_postgres() {
            out.aliases = parts::aliases(&set, sets, &self.libpq, self.policy);
        }
        out.targets.push(target);
    }

    /// The default that the password of libpq's own variables is, where these alone make the target.
    fn fallback_of_libpq(&self, set: &PartSet) -> Option<Fallback> {
        let password = self.libpq.get("password").filter(|_| set.name == LIBPQ_SET)?;
        let (_, entry) = self.lookup.entry(&password.key)?;
        suspect::part_fallback("password", entry, &password.value)
    }

    /// The switch says PostgreSQL, and nothing says which.
    fn only_a_switch(&self, out: &mut Settings, toggle: &Toggle) {
        // Code that takes the rest from elsewhere.
        if self.lookup.is_open() {
            return;
        }
        let parsed = Conninfo::parse_as("", self.policy.reading());
        let engine = toggle.setting.map(Engine::Postgres);
        let mut target =
            self.target(&toggle.setting.key, Role::Primary, Form::Parts, engine, parsed, ByKeyword::new());
        target.missing = vec!["host", "dbname", "user"];
        let layer = self.lookup.entry(&toggle.setting.key).map(|(layer, _)| layer);
        target.told = layer.is_some_and(|layer| self.lookup.kind(layer) == LayerKind::Block);
        out.targets.push(target);
    }
}
