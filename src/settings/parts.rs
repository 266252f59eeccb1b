//! One variable a part: which family makes the target, and which families disagree. Families are never mixed.

use super::{
    AliasConflict, ByKeyword, PartSet,
    engine::{self, Engine},
    lookup::Lookup,
    secret_file,
    setting::{Origin, Setting},
    target::same_part,
    variables::{BESIDE, Kinds, LIBPQ, OWN, OWN_SET, SETS},
};
use crate::{
    conninfo,
    layer::{Entry, LayerKind, Means},
    policy::Policy,
    secret::Part,
};
use std::collections::{BTreeMap, BTreeSet};

/// Without one of these a family speaks of no database.
const TELLING: [&str; 3] = ["host", "dbname", "user"];

impl PartSet {
    /// How many of host, database and user are set to something.
    pub fn telling(&self) -> usize {
        TELLING.iter().filter(|keyword| self.has(keyword)).count()
    }

    /// The family itself, where it is one program's alone.
    pub fn program(&self) -> Option<&'static str> {
        SETS.iter().find(|set| set.name == self.name && set.engine.is_some()).map(|set| set.name)
    }

    /// Whether its names say PostgreSQL.
    pub fn is_ours(&self) -> bool {
        ["PG", "POSTGRES"].iter().any(|word| self.name.contains(word))
    }

    /// The engine to whose server variables lead that say of none what they are: by its port, by a host that is called so
    /// (`DB_HOST=mysql`), and by a port as only SQL Server has one written (`DB_SERVER=sql,1433`).
    pub fn other_engine(&self) -> Option<&'static str> {
        let port = |port: &str| self.parts.get("port").is_some_and(|p| p.value.equals(port));
        let host = |words: &[&str]| {
            self.parts.get("host").is_some_and(|h| h.value.secret().has_word(words).is_some())
        };
        let listed = || self.parts.get("host").is_some_and(|h| h.value.expose().ends_with(",1433"));
        // Its host is in a variable that is none of PostgreSQL's (`DB_SERVER`).
        let bare = || {
            let role = self.parts.get("user").is_some_and(|u| u.value.equals("sa"));
            role && !self.parts.contains_key("host") && !self.parts.contains_key("port")
        };
        match () {
            () if self.is_ours() => None,
            () if port("3306") || host(&["mysql", "mariadb"]) => Some("MySQL"),
            () if port("1433") || listed() || bare() => Some("SQL Server"),
            () => None,
        }
    }
}

/// The family of the program that alone reads a URL of a name.
pub(super) fn program_of_url(name: &str) -> Option<&'static str> {
    let (_, family) = BESIDE.iter().find(|(url, _)| *url == name)?;
    SETS.iter().find(|set| set.name == *family && set.engine.is_some()).map(|set| set.name)
}

/// Every family that sets something, the project's own first.
pub(super) fn collect(lookup: &Lookup<'_>, policy: &Policy) -> Vec<PartSet> {
    let mut out = Vec::new();
    let own: ByKeyword = OWN
        .iter()
        .filter_map(|(under, keyword)| {
            let names = policy.names(under).iter().map(String::as_str);
            Some((*keyword, decided(lookup, keyword, names)?))
        })
        .collect();
    if !own.is_empty() {
        let missed = OWN.iter().filter(|(_, keyword)| !policy.defaulted.contains(keyword));
        let first = |(under, k): &(&str, &'static str)| Some((*k, policy.names(under).first()?.clone()));
        out.push(PartSet { name: OWN_SET, parts: own, variables: missed.filter_map(first).collect() });
    }
    // What the carriers say themselves, a family each.
    let mut told: Vec<PartSet> = Vec::new();
    // Each name once, where it stands last: the later of two names wins.
    let mut names: BTreeMap<_, (usize, &Entry)> = BTreeMap::new();
    for (at, entry) in lookup.told().enumerate() {
        if let Some(Means::Part(family, keyword)) = entry.means() {
            names.insert((family, keyword, entry.key.as_str()), (at, entry));
        }
    }
    let mut names: Vec<_> =
        names.into_iter().map(|((family, keyword, _), last)| (last, family, keyword)).collect();
    names.sort_by_key(|((at, _), _, _)| *at);
    for ((_, entry), family, keyword) in names {
        let Some(setting) = decided(lookup, keyword, [entry.key.as_str()]) else { continue };
        let at = told.iter().position(|set| set.name == family).unwrap_or_else(|| {
            told.push(PartSet { name: family, parts: ByKeyword::new(), variables: BTreeMap::new() });
            told.len() - 1
        });
        told[at].variables.insert(keyword, entry.key.clone());
        told[at].parts.insert(keyword, setting);
    }
    out.append(&mut told);
    let known: BTreeSet<&str> = lookup.told().map(|e| e.key.as_str()).collect();
    for (_, set) in SETS.iter().enumerate().filter(|(i, _)| lookup.has(Kinds::part(*i))) {
        let mut parts = ByKeyword::new();
        for (keyword, names) in set.parts {
            let names = names.iter().copied().filter(|name| known.is_empty() || !known.contains(name));
            if let Some(setting) = decided(lookup, keyword, names) {
                parts.insert(keyword, setting);
            }
        }
        let says = |name: &str| Some(lookup.winner(name)?.value.expose().trim().to_ascii_lowercase());
        // An image of Keycloak may be built for it, and TypeORM has no engine of its own; the others have a file where nothing is said.
        let ours = |name: &str| match says(name) {
            Some(word) => engine::of_word(&word) == Some(Engine::Postgres),
            None => matches!(name, "KC_DB" | "TYPEORM_CONNECTION"),
        };
        if !parts.is_empty() && set.engine.is_none_or(ours) && !is_of_another_store(lookup, &parts) {
            let variables = set.parts.iter().map(|(k, names)| (*k, names[0].to_owned())).collect();
            out.push(PartSet { name: set.name, parts, variables });
        }
    }
    out
}

/// Whether a family is no more than the database right below a URI of `MongoDB` that names none: that is its other half.
fn is_of_another_store(lookup: &Lookup<'_>, parts: &ByKeyword) -> bool {
    let Some(name) = parts.get("dbname").filter(|_| parts.len() == 1) else { return false };
    let Some((layer, entry)) = lookup.entry(&name.key) else { return false };
    let entries = &lookup.layers()[layer].entries;
    let at = entries.iter().position(|e| std::ptr::eq(e, entry)).and_then(|at| at.checked_sub(1));
    let above = at.map_or("", |at| entries[at].value.text.expose());
    let rest = above.strip_prefix("mongodb").and_then(|rest| rest.split_once("://"));
    rest.is_some_and(|(_, rest)| {
        rest.split(['?', '#']).next().is_some_and(|r| !r.trim_end_matches('/').contains('/'))
    })
}

/// As [`part`], without one that is empty because its value stands in a file that nobody read.
fn decided<'n>(
    lookup: &Lookup<'_>,
    keyword: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<Setting<Part>> {
    part(lookup, keyword, names)
        .filter(|s| !s.value.is_empty() || !secret_file::stands_elsewhere(lookup, &s.key))
}

/// The value of the first spelling that is set, with the proof whether it may be shown.
pub(super) fn part<'n>(
    lookup: &Lookup<'_>,
    keyword: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<Setting<Part>> {
    let mut names = names.into_iter().filter(|name| lookup.may_hold(name));
    let (name, (_, entry)) = names.find_map(|name| Some((name, lookup.entry(name)?)))?;
    let value = of_entry(keyword, entry)?;
    lookup.winner(name).map(|setting| setting.map(value))
}

/// What the strongest env file sets a part to.
pub(super) fn in_env_file(lookup: &Lookup<'_>, keyword: &str, key: &str) -> Option<Setting<Part>> {
    let (layer, entry) = lookup.entry_in(key, LayerKind::EnvFile)?;
    let origin = Origin::Entry { layer, span: entry.value_span };
    let value = of_entry(keyword, entry)?;
    Some(Setting { value, key: key.to_owned(), origin, shadowed: Vec::new() })
}

fn of_entry(keyword: &str, entry: &Entry) -> Option<Part> {
    let text = entry.value.text.expose();
    // Kubernetes injects `DB_PORT=tcp://10.0.0.1:5432` for a Service called `db` (kubernetes #65130); backup images
    // spell so what is not set.
    if keyword == "port" && text.starts_with("tcp://") || text == "**None**" {
        return None;
    }
    let exact = !entry.doubtful && entry.value.span_of(0..text.len()).is_some();
    let shown = exact && conninfo::shows(keyword, text);
    Some(Part::with_proof(entry.value.text.clone(), shown))
}

/// The family that makes the target: the project's own, else the first complete one, else the fullest.
pub(super) fn choose(sets: &[PartSet], is_ours: bool) -> Option<&PartSet> {
    let speaks = |set: &&PartSet| {
        let needs = SETS.iter().find(|s| s.name == set.name).and_then(|s| s.needs);
        set.telling() > 0 && needs.is_none_or(|part| set.has(part))
    };
    let candidates: Vec<&PartSet> = sets.iter().filter(speaks).collect();
    let told = |set: &&PartSet| !SETS.iter().any(|known| known.name == set.name);
    let own = candidates.iter().find(|s| s.name == OWN_SET);
    // Of what the carriers say themselves the first.
    let own = own.or_else(|| candidates.iter().find(|s| told(s)));
    let complete = candidates.iter().find(|s| s.telling() == TELLING.len());
    own.or(complete).copied().or_else(|| {
        // `max_by_key` gives the last of equals; the order of the families shall decide.
        let most = candidates.iter().rev().max_by_key(|s| s.telling()).copied();
        // A carrier that says the password and the engine, and takes the rest from elsewhere.
        let alone = |set: &&PartSet| told(set) && set.name != OWN_SET && set.has("password");
        most.or_else(|| sets.iter().find(|set| is_ours && alone(set)))
    })
}

/// Whether a family makes a connection and lacks nothing but its host: `DATABASE_PORT`, `DATABASE_NAME`, or a login.
pub(super) fn lacks_a_host(set: &PartSet) -> bool {
    let has = |keyword: &&str| set.parts.contains_key(keyword);
    let other = ["user", "dbname", "password"].iter().any(has);
    let login = ["user", "password"].iter().all(has);
    !set.has("host") && (set.has("port") && other || login)
}

/// What a chosen family leaves open.
pub(super) fn missing(set: &PartSet) -> Vec<&'static str> {
    TELLING.into_iter().filter(|k| !set.has(k)).collect()
}

/// Other spellings that say something else than the family in force. `POSTGRES_*` without a host describes the
/// container of a server, whose superuser is rightly another one.
pub(super) fn aliases(
    chosen: &PartSet,
    sets: &[PartSet],
    libpq: &ByKeyword,
    policy: &Policy,
) -> Vec<AliasConflict> {
    let mut out = Vec::new();
    let mut compare = |keyword: &'static str, other: &Setting<Part>| {
        let Some(winner) = chosen.parts.get(keyword).filter(|w| !w.value.is_empty()) else { return };
        // Code that reads both has two databases.
        if policy.taken.contains(&winner.key) && policy.taken.contains(&other.key) {
            return;
        }
        // What a template puts in may be the same.
        if winner.value.secret().is_rendered() || other.value.secret().is_rendered() {
            return;
        }
        let same = same_part(keyword, &winner.value, &other.value);
        if !other.value.is_empty() && !same && winner.key != other.key {
            out.push(AliasConflict { keyword, winner: winner.clone(), other: other.clone() });
        }
    };
    // What another program reads is no other word for the same.
    for set in sets.iter().filter(|s| s.name != chosen.name && s.program() == chosen.program()) {
        let needs = SETS.iter().find(|s| s.name == set.name).and_then(|s| s.needs);
        if needs.is_some_and(|part| !set.has(part)) {
            continue;
        }
        for (keyword, other) in &set.parts {
            compare(keyword, other);
        }
    }
    for keyword in ["host", "dbname"] {
        if let Some(other) = libpq.get(keyword) {
            compare(keyword, other);
        }
    }
    out
}

/// What libpq reads from the environment by itself, by keyword.
pub(super) fn libpq(lookup: &Lookup<'_>) -> ByKeyword {
    if !lookup.has(Kinds::LIBPQ) {
        return ByKeyword::new();
    }
    let mut out: ByKeyword = LIBPQ
        .iter()
        .filter(|(name, _)| lookup.may_hold(name))
        .filter_map(|(name, keyword)| Some((*keyword, part(lookup, keyword, [*name])?)))
        .collect();
    let required = out.remove("requiressl").filter(|s| s.value.expose().starts_with('1'));
    if let Some(setting) = required.filter(|_| !out.contains_key("sslmode")) {
        out.insert("sslmode", setting.map(Part::harmless("require")));
    }
    out
}
