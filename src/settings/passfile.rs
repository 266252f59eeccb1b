//! The password file ▶ a password for each endpoint: the last place that libpq looks for one, `connectOptions2` of
//! fe-connect.c. Only for targets that have no other password.

use super::{
    Settings,
    files::{FileFacts, LibpqFiles},
    setting::{Origin, Setting},
    target::Target,
};
use crate::{
    conninfo::{self, Conninfo, Endpoint, PassEntry, PassKey, find_password},
    secret::Part,
    source::{SourceId, SourceKind, Sources, Span},
};
use std::ops::Range;

/// What a target's password file gives it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PassFile {
    /// As libpq opens it.
    pub path: String,
    /// Why libpq ignores it.
    pub ignored: Option<Ignored>,
    /// The line that fits each endpoint, in the order of dialling; also of a file that is ignored.
    pub passwords: Vec<Option<Setting<Part>>>,
}

/// Why libpq ignores a password file that is there (`passwordFromFile`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Ignored {
    /// Group or others may read or write it: the permission bits.
    Mode(u32),
    /// It is no regular file.
    NotRegular,
}

impl PassFile {
    /// The first line that fits an endpoint.
    pub fn first(&self) -> Option<&Setting<Part>> {
        self.passwords.iter().flatten().next()
    }

    /// The password that libpq takes for an endpoint, by its place in the order of dialling.
    pub(super) fn password(&self, endpoint: usize) -> Option<&Setting<Part>> {
        let found = self.passwords.get(endpoint).and_then(Option::as_ref);
        found.filter(|s| self.ignored.is_none() && !s.value.is_empty())
    }
}

/// Gives every target without a password what its password file holds.
pub fn fill(settings: &mut Settings, files: &LibpqFiles, sources: &mut Sources) {
    let mut opened = Vec::new();
    for target in &mut settings.targets {
        let Some(path) = path_of(target, files) else { continue };
        let Some(facts) = (files.look)(&path) else {
            target.passfile = Some(Box::new(PassFile { path, ignored: None, passwords: Vec::new() }));
            continue;
        };
        let passfile = read(target, files, path, &facts, &mut opened, sources);
        if let Some(setting) = (0..passfile.passwords.len()).find_map(|i| passfile.password(i)) {
            let mut setting = setting.clone();
            if let Some(empty) = target.parameters.remove("password") {
                setting.beats(empty);
            }
            target.parameters.insert("password", setting);
        }
        target.passfile = Some(Box::new(passfile));
    }
}

/// The file that libpq would open for a target; `None` when it would open none.
fn path_of(target: &Target, files: &LibpqFiles) -> Option<String> {
    let conninfo = target.parsed.as_ref().ok()?;
    let given = |keyword| conninfo.get(keyword).map(conninfo::Value::part).filter(|p| !p.is_empty());
    if !target.is_postgres()
        || !target.spelling().is_native()
        || target.lacks_service()
        || given("password").is_some()
    {
        return None;
    }
    given("passfile").map(|p| p.expose().to_owned()).or_else(|| files.at_home(".pgpass"))
}

fn read(
    target: &Target,
    files: &LibpqFiles,
    path: String,
    facts: &FileFacts,
    opened: &mut Vec<(String, SourceId)>,
    sources: &mut Sources,
) -> PassFile {
    let ignored = match () {
        () if !facts.regular => Some(Ignored::NotRegular),
        () if facts.is_too_open_for_passwords() => Some(Ignored::Mode(facts.mode)),
        () => None,
    };
    let named = target.get("user").map(|s| s.value.clone()).filter(|p| !p.is_empty());
    let user = named.or_else(|| (files.user)().map(Part::harmless));
    let dbname =
        target.get("dbname").map(|s| s.value.clone()).filter(|p| !p.is_empty()).or_else(|| user.clone());
    let endpoints = target.parsed.as_ref().ok().and_then(Conninfo::places).unwrap_or_default();
    let (Some(bytes), Some(user), Some(dbname)) = (&facts.bytes, user, dbname) else {
        return PassFile { path, ignored, passwords: vec![None; endpoints.len()] };
    };
    let key = if target.get("passfile").is_some() { "passfile" } else { ".pgpass" };
    let mut password = |endpoint: &Endpoint| {
        let entry = find_password(bytes, &PassKey::new(endpoint, &dbname, &user)?)?;
        let text = entry.password.clone()?;
        let known = opened.iter().find(|(p, _)| *p == path).map(|(_, id)| *id);
        let source = known.unwrap_or_else(|| sources.add(SourceKind::File(path.clone()), bytes.as_slice()));
        if known.is_none() {
            opened.push((path.clone(), source));
        }
        reveal(sources, source, bytes, &entry, [endpoint.host.as_ref(), None, Some(&dbname), Some(&user)]);
        let origin = Origin::Entry { layer: usize::MAX, span: span(source, entry.range) };
        Some(Setting { value: Part::masked(text), key: key.to_owned(), origin, shadowed: Vec::new() })
    };
    let passwords = endpoints.iter().map(&mut password).collect();
    PassFile { path, ignored, passwords }
}

/// The fields before the password, as far as their characters and what they equal are harmless.
fn reveal(
    sources: &mut Sources,
    source: SourceId,
    bytes: &[u8],
    entry: &PassEntry,
    equal: [Option<&Part>; 4],
) {
    let keywords = ["host", "port", "dbname", "user"];
    for ((field, keyword), part) in entry.fields.iter().zip(keywords).zip(equal) {
        let text = std::str::from_utf8(&bytes[field.clone()]).unwrap_or("\0");
        let harmless = conninfo::shows(keyword, text) && part.is_none_or(Part::is_harmless);
        if text == "*" || harmless {
            sources.reveal(span(source, field.start..field.end + 1));
        }
    }
}

fn span(source: SourceId, range: Range<usize>) -> Span {
    let at = |o: usize| u32::try_from(o).unwrap_or(u32::MAX);
    Span { source, start: at(range.start), end: at(range.end) }
}
