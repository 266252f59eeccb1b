//! Secrets of Kubernetes that git keeps to be filled in: what stands beside a password to be replaced is replaced with it.

use super::view::FileView;
use crate::{
    finding::{Finding, Severity},
    layer::{Carried, Carrier},
    policy::Policy,
    secret::Secret,
    source::SourceId,
};
use std::collections::BTreeSet;

/// A file of Secrets, one with a password that git keeps to be replaced: so is what stands beside it.
pub(super) fn unfilled(carried: &[Carried], views: &mut [Vec<FileView<'_>>]) {
    let map = |file: &Carried| {
        let mut blocks = file.layers.iter().filter_map(|layer| layer.block.as_deref());
        blocks.all(|block| ["Secret.", "ConfigMap."].iter().any(|kind| block.starts_with(kind)))
    };
    // Who takes a Secret is told of what stands there.
    let mut asking: BTreeSet<SourceId> = BTreeSet::new();
    for FileView { settings, .. } in views.iter().flatten() {
        if settings.whereabouts.as_ref().is_some_and(|at| at.kept && at.is_secret) {
            let passwords = settings.targets.iter().filter_map(|target| target.get("password"));
            let open = |secret: &Secret| secret.looks_like_placeholder() && !secret.would_do();
            let open = passwords.filter(|password| open(password.value.secret()));
            asking.extend(open.filter_map(|password| password.origin.span()).map(|span| span.source));
        }
    }
    for (file, views) in carried.iter().zip(views) {
        if file.carrier == Carrier::Kubernetes && asking.contains(&file.source) && map(file) {
            let whereabouts = views.iter_mut().filter_map(|view| view.settings.whereabouts.as_mut());
            whereabouts.for_each(|at| at.unfilled = true);
        }
    }
}

/// The texts of which that holds.
pub(super) struct Unfilled(BTreeSet<SourceId>);

impl Unfilled {
    /// By what was told of the views.
    pub(super) fn of(carried: &[Carried], views: &[Vec<FileView<'_>>]) -> Self {
        let told = |view: &FileView<'_>| view.settings.whereabouts.as_ref().is_some_and(|at| at.unfilled);
        let all = views.iter().zip(carried).filter(|(views, _)| views.iter().any(told));
        Self(all.map(|(_, file)| file.source).collect())
    }

    /// Makes notes of what is found there, where the project did not decide the rule's level: a container is told of what it
    /// takes where that stands.
    pub(super) fn soften(&self, found: &mut [Finding], policy: &Policy) {
        if self.0.is_empty() {
            return;
        }
        let there = |f: &Finding| f.primary.as_ref().is_some_and(|label| self.0.contains(&label.span.source));
        let open = |f: &Finding| policy.levels.iter().all(|level| level.rule != f.rule);
        for finding in found.iter_mut().filter(|f| there(f) && open(f)) {
            finding.severity = finding.severity.min(Severity::Note);
        }
    }
}
