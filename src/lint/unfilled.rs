//! Connections in files that git keeps to be filled in: what stands beside a password to be replaced is replaced with it, and
//! a variable that is left to whoever starts the program says nothing.

use super::view::FileView;
use crate::{
    finding::{Finding, Severity},
    policy::Policy,
    secret::Secret,
    settings::{Target, misreading::Cause},
    source::{Sources, Span},
};

/// The places of what such connections are made of.
pub(super) struct Unfilled(Vec<Span>);

impl Unfilled {
    /// Who takes a Secret is told of what stands there, and of an env file that asks to be copied what nobody filled in.
    pub(super) fn of(sources: &Sources, views: &[Vec<FileView<'_>>]) -> Self {
        let mut out = Vec::new();
        for FileView { settings, .. } in views.iter().flatten() {
            let Some(at) = settings.whereabouts.as_ref().filter(|at| at.kept) else { continue };
            if at.is_secret || at.remarks.copy {
                settings
                    .targets
                    .iter()
                    .filter(|target| is_to_fill_in(target, settings.says_copy()))
                    .for_each(|t| take(t, &mut out));
            }
            let of_targets = settings.targets.iter().map(|t| &t.oddities.placeholders[..]);
            for left in of_targets.chain([&settings.unfilled[..]]).filter(|left| !left.is_empty()) {
                if left.iter().all(|p| is_own(sources, p.span, &p.key)) {
                    out.extend(left.iter().map(|p| p.span));
                }
            }
            let signs = settings.misreadings.iter().filter(|m| m.cause == Cause::Dollar);
            let own = signs.filter(|m| m.name.as_ref().is_some_and(|name| is_own(sources, m.span, name)));
            out.extend(own.map(|m| m.span));
        }
        out.sort_unstable();
        out.dedup();
        Self(out)
    }

    /// Makes notes of what is found there, where the project did not decide the rule's level: a container is told of what it
    /// takes where that stands.
    pub(super) fn soften(&self, found: &mut [Finding], policy: &Policy) {
        if self.0.is_empty() {
            return;
        }
        let there =
            |f: &Finding| f.primary.as_ref().is_some_and(|label| self.0.binary_search(&label.span).is_ok());
        let open = |f: &Finding| policy.levels.iter().all(|level| level.rule != f.rule);
        for finding in found.iter_mut().filter(|f| there(f) && open(f)) {
            finding.severity = finding.severity.min(Severity::Note);
        }
    }
}

/// Whether a variable is given its own value, `DB_HOST=${DB_HOST}`: it has one where the program is started, or none.
fn is_own(sources: &Sources, span: Span, key: &str) -> bool {
    let written = sources.get(span.source).bytes().get(span.range());
    let name = written.and_then(|written| written.strip_prefix(b"$"));
    let bare = name.map(|name| name.strip_prefix(b"{").and_then(|n| n.strip_suffix(b"}")).unwrap_or(name));
    bare == Some(key.as_bytes())
}

/// Whether its own password is there to be replaced, and would do as none; in a file that `asks` for other values one that
/// everybody guesses too.
fn is_to_fill_in(target: &Target, asks: bool) -> bool {
    let open =
        |secret: &Secret| secret.looks_like_placeholder() && !secret.would_do() || asks && secret.is_common();
    target.get("password").is_some_and(|password| open(password.value.secret()))
}

fn take(target: &Target, out: &mut Vec<Span>) {
    const PARTS: [&str; 6] = ["host", "port", "dbname", "user", "password", "sslmode"];
    let parts = PARTS.iter().filter_map(|keyword| target.get(keyword)?.origin.span());
    out.extend(parts.chain(target.origin().span()));
}
