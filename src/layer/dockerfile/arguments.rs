//! `ARG` of a Dockerfile. It is gone when the image is built: no container has it, unless `ENV` or a file takes it over. What
//! stays is the history of the image, for which a password that guards something matters alone.

use crate::{
    layer::{Entry, general, shell::Script},
    secret::Secret,
    source::{Span, is_within},
};
use std::collections::{BTreeMap, BTreeSet};

/// What a recipe of an image says beside its variables.
#[derive(Clone, Default, Debug)]
pub struct Recipe {
    /// Values that only the build sees, by their places.
    for_build: BTreeSet<Span>,
    /// A PostgreSQL server is installed in the image, or it is made from a server's.
    pub serves: bool,
    /// Directories that outlive the containers (`VOLUME`).
    pub(super) volumes: Vec<String>,
    /// Whether what is shipped waits.
    pub waits: Waiting,
    /// Whether what is built up to a stage waits, by the names of the stages.
    pub stages: BTreeMap<String, Waiting>,
}

/// What of an image waits for a server.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// Its entrypoint does.
    pub entrypoint: bool,
    /// Its command does, which a service may replace.
    pub command: bool,
}

impl Recipe {
    /// Whether only the build sees the value at this place.
    pub fn is_for_build(&self, value: Span) -> bool {
        self.for_build.contains(&value)
    }

    /// Whether a file outlives the containers: it lies in a volume.
    pub fn keeps(&self, path: &str) -> bool {
        let mut volumes = self.volumes.iter().map(|v| v.trim_end_matches('/')).filter(|v| !v.is_empty());
        volumes.any(|volume| is_within(path, volume))
    }
}

/// A variable of a stage.
pub(super) struct Variable {
    pub(super) entry: Entry,
    /// It stands behind `ARG`.
    pub(super) argument: bool,
}

/// Takes out what only the build sees and guards nothing.
pub(super) fn settled<'v>(variables: &[&'v Variable], script: &Script) -> (Vec<&'v Entry>, Recipe) {
    let lasting = variables.iter().filter(|v| !v.argument).map(|v| v.entry.value.text.expose());
    // `RUN echo "DATABASE_URL=$DATABASE_URL" > .env`
    let written = script.commands.iter().filter(|c| c.redirected).flat_map(|c| &c.words);
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for text in lasting.chain(written.map(|w| w.value.text.expose())) {
        taken.extend(references(text));
    }
    let for_build = |v: &Variable| v.argument && !taken.contains(v.entry.key.as_str());
    let own: Vec<&Entry> = variables.iter().filter(|v| for_build(v)).map(|v| &v.entry).collect();
    let guarded = guards(&own);
    let kept = |v: &&&Variable| !for_build(v) || guarded && may_guard(&v.entry);
    let entries = variables.iter().filter(kept).map(|v| &v.entry).collect();
    let recipe = Recipe { for_build: own.iter().map(|e| e.value_span).collect(), ..Recipe::default() };
    (entries, recipe)
}

/// The names behind each `$` of a text.
fn references(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).map(|rest| {
        let rest = rest.trim_start_matches('{');
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        &rest[..end]
    })
}

/// Whether a password among them guards a server that is somewhere else.
fn guards(entries: &[&Entry]) -> bool {
    let here = |e: &&Entry| e.key.contains("HOST") && is_here(e.value.text.expose());
    let word = |e: &&Entry| e.key.ends_with("PASSWORD") || e.key.ends_with("PASS");
    let apart = entries.iter().any(|e| word(e) && is_guarding(&e.value.text, None));
    apart && !entries.iter().any(here) || entries.iter().any(|e| url_guards(e.value.text.expose()))
}

/// Whether it is a URL whose password guards something, or no URL.
fn may_guard(entry: &Entry) -> bool {
    let text = entry.value.text.expose();
    !text.contains("://") && !text.contains("sqlite") || url_guards(text)
}

fn url_guards(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://").filter(|_| general::is_url(text)) else { return false };
    let authority = &rest[..rest.find(['/', '?']).unwrap_or(rest.len())];
    let Some((userinfo, host)) = authority.rsplit_once('@') else { return false };
    let Some((user, password)) = userinfo.split_once(':') else { return false };
    !is_here(host.split(':').next().unwrap_or(host)) && is_guarding(&Secret::new(password), Some(user))
}

/// Whether a host is the container of the build itself.
fn is_here(host: &str) -> bool {
    matches!(host, "" | "localhost" | "127.0.0.1" | "0.0.0.0" | "[" | "::1")
}

/// Whether a text may be a password that is in use; a build that needs any has one that nobody chose.
fn is_guarding(password: &Secret, user: Option<&str>) -> bool {
    let stand_in = ["dummy", "build", "fake", "none", "null", "unused", "x"];
    !password.is_blank()
        && !password.is_common()
        && !password.looks_like_placeholder()
        && !user.is_some_and(|user| password.equals_ignore_case(user))
        && !stand_in.iter().any(|word| password.equals_ignore_case(word))
}
