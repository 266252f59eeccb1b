//! Connections in Secrets of Kubernetes that git keeps to be filled in: what stands beside a password to be replaced is replaced
//! with it.

use super::view::FileView;
use crate::{
    finding::{Finding, Severity},
    policy::Policy,
    secret::Secret,
    settings::Target,
    source::Span,
};

/// The places of what such connections are made of.
pub(super) struct Unfilled(Vec<Span>);

impl Unfilled {
    /// Who takes a Secret is told of what stands there.
    pub(super) fn of(views: &[Vec<FileView<'_>>]) -> Self {
        let mut out = Vec::new();
        for FileView { settings, .. } in views.iter().flatten() {
            if settings.whereabouts.as_ref().is_some_and(|at| at.kept && at.is_secret) {
                settings
                    .targets
                    .iter()
                    .filter(|target| is_to_fill_in(target, settings.is_secret_to_fill_in()))
                    .for_each(|t| take(t, &mut out));
            }
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
