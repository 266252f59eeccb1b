//! The target that a JSON document makes.

use super::{Resolver, Settings, Target};
use crate::{
    conninfo::Conninfo,
    layer::LayerKind,
    settings::{
        ByKeyword,
        document::{FLAG, covers},
        engine::Engine,
        setting::Setting,
        suspect,
        target::{Form, Oddities},
        variables::{Role, URLS},
    },
};

/// What a document that leaves it out takes from the variables: code that reads user and password from the one reads
/// the database from the other. User and password are never mixed.
const COMPLETED: [&str; 2] = ["dbname", "sslmode"];

impl Resolver<'_> {
    /// `--secret-json` is meant as it is: it wins over the URL of a variable or a file, not over `--database-url`.
    pub(super) fn document_of_flag(&self, out: &mut Settings) {
        let by_flag = |key: &str| {
            self.lookup.entry(key).is_some_and(|(layer, _)| self.lookup.kind(layer) == LayerKind::Flag)
        };
        if out.document.as_ref().is_some_and(|d| d.key == FLAG) && !by_flag("DATABASE_URL") {
            self.of_document(out);
        }
    }

    /// The target of the document that was found.
    pub(super) fn of_document(&self, out: &mut Settings) {
        let Some(document) = out.document.clone().filter(|d| d.is_valid()) else { return };
        let mut parts = document.parts.clone();
        if let Some(set) = &out.parts {
            // A port goes with its host.
            let host: &[&str] = if parts.contains_key("host") { &[] } else { &["host", "port"] };
            for keyword in host.iter().chain(&COMPLETED) {
                if let Some((keyword, setting)) =
                    set.parts.get_key_value(keyword).filter(|(_, s)| !s.value.is_empty())
                    && !parts.contains_key(keyword)
                {
                    parts.insert(keyword, setting.clone());
                }
            }
        }
        let mut conninfo = Conninfo::parse_as("", self.policy.reading());
        if let Ok(conninfo) = &mut conninfo {
            for (keyword, setting) in &parts {
                conninfo.fill(keyword, setting.value.clone());
            }
        }
        if document.key == FLAG {
            self.note_covered(&mut parts);
        }
        let engine = document.engine.clone().unwrap_or_else(|| Setting {
            value: Engine::Postgres,
            key: document.key.clone(),
            origin: document.origin.clone(),
            shadowed: Vec::new(),
        });
        let mut target = self.target(&document.key, Role::Primary, Form::Document, engine, conninfo, parts);
        target.missing = missing(&target);
        if let Some((_, entry)) = &document.entry {
            target.oddities = Oddities { placeholders: suspect::placeholders(entry), ..Oddities::default() };
        }
        out.targets.push(target);
    }

    /// The URLs that a document of the command line covers.
    fn note_covered(&self, parts: &mut ByKeyword) {
        let Some(first) = parts.first_mut() else { return };
        let own = self.policy.names("url").iter().map(String::as_str);
        let known = URLS.iter().filter(|(_, role)| *role == Role::Primary).map(|(key, _)| *key);
        for key in own.chain(known) {
            if let Some(loser) = self.lookup.winner(key).filter(|s| !s.value.is_blank()) {
                covers(first, &loser);
            }
        }
    }
}

fn missing(target: &Target) -> Vec<&'static str> {
    let unset = |k: &&str| target.get(k).is_none_or(|s| s.value.is_empty());
    ["host", "dbname", "user"].into_iter().filter(unset).collect()
}
