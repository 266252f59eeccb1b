//! Code that tells its client to prepare no statements, for the URLs that lead to a pooler.

use super::view::FileView;
use crate::{
    layer::{Carried, Carrier, code::is_aside},
    settings::{Target, pooling::PoolMode},
    source::{Sources, Span, is_within},
};
use std::collections::BTreeMap;

/// Says of each target whether code of its project tells its client.
pub(super) fn opt_outs(sources: &Sources, carried: &[Carried], views: &mut [Vec<FileView<'_>>]) {
    let words = |target: &Target| {
        let pooled = target.pooling().is_some_and(|p| p.mode != PoolMode::Session);
        target.preparer.as_ref().filter(|_| pooled).map_or(&[][..], |p| p.opt_out.words)
    };
    if views.iter().flatten().flat_map(|view| &view.settings.targets).all(|t| words(t).is_empty()) {
        return;
    }
    let code = |file: &&Carried| {
        matches!(file.carrier, Carrier::Python | Carrier::JavaScript) && !is_aside(&file.path)
    };
    let code: Vec<&Carried> = carried.iter().filter(code).collect();
    // By each word the files that have it, in their order: each text is looked through once.
    let mut found: BTreeMap<&str, Vec<(&str, Span)>> = BTreeMap::new();
    for view in views.iter().flatten() {
        for word in view.settings.targets.iter().flat_map(words) {
            found.entry(word).or_insert_with(|| {
                code.iter()
                    .filter_map(|file| Some((file.path.as_str(), place(sources, file, word)?)))
                    .collect()
            });
        }
    }
    for view in views.iter_mut().flatten() {
        let project = view.settings.whereabouts.as_ref().map(|at| at.project.clone()).unwrap_or_default();
        let own = |path: &str| is_within(path, &project);
        for target in &mut view.settings.targets {
            let places = words(target).iter().filter_map(|word| found.get(word)).flatten();
            let told = places.take(MANY).find(|(path, _)| own(path)).map(|(_, span)| *span);
            if let Some(preparer) = target.preparer.as_mut() {
                preparer.told = told;
            }
        }
    }
}

/// So many files with such a word are looked at.
const MANY: usize = 256;

/// The first place of a word that no comment has.
fn place(sources: &Sources, file: &Carried, word: &str) -> Option<Span> {
    let text = std::str::from_utf8(sources.get(file.source).bytes()).ok()?;
    let comment = |start: usize| {
        let line = text[..start].rsplit('\n').next().unwrap_or_default();
        line.contains("//") || line.contains('#')
    };
    let (start, _) = text.match_indices(word).find(|(start, _)| !comment(*start))?;
    Some(sources.span(file.source, start..start + word.len()))
}
