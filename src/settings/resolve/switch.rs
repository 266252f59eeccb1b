//! Switches between SQLite and PostgreSQL, and what each says.

use crate::{
    layer::Means,
    policy::Policy,
    secret::Part,
    settings::{
        Toggle,
        engine::{self, Engine},
        lookup::Lookup,
        variables::{Kinds, TOGGLE_SQLITE, TOGGLES, ToggleKind},
    },
};

/// The switches that are set, the one in force first. A name before an engine's name, because code asks the switch
/// first.
pub(super) fn toggles(lookup: &Lookup<'_>, policy: &Policy) -> Vec<Toggle> {
    let named = |under: &str, kind| policy.names(under).iter().map(move |name| (name.as_str(), kind));
    let own = named("toggle", ToggleKind::Postgres).chain(named(TOGGLE_SQLITE, ToggleKind::Sqlite));
    let told = lookup.told().filter(|e| e.means() == Some(Means::Engine));
    let told = told.map(|e| (e.key.as_str(), ToggleKind::Engine));
    told.chain(own)
        .chain(TOGGLES.iter().copied().filter(|_| lookup.has(Kinds::TOGGLE)))
        .filter_map(|(key, kind)| toggle(lookup, key, kind))
        .collect()
}

fn toggle(lookup: &Lookup<'_>, key: &str, kind: ToggleKind) -> Option<Toggle> {
    let setting = lookup.winner(key)?;
    let text = setting.value.expose().trim().to_ascii_lowercase();
    // `DB_CONNECTION={"engine": "postgresql", …}` is a document, and no word of an engine.
    if text.starts_with('{') {
        return None;
    }
    let sqlite = Engine::Sqlite { memory: false };
    let says = match (kind, text.as_str()) {
        (ToggleKind::Engine, word) => engine::of_word(word),
        (ToggleKind::Postgres, "true") | (ToggleKind::Sqlite, "false") => Some(Engine::Postgres),
        (ToggleKind::Postgres, "false") | (ToggleKind::Sqlite, "true") => Some(sqlite),
        _ => None,
    };
    let shown = text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
    let value = Part::with_proof(setting.value.clone(), shown);
    Some(Toggle { setting: setting.map(value), kind, says })
}
