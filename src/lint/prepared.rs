//! Code that tells its client to prepare no statements, for the URLs that lead to a pooler.

use super::{read::directory, view::FileView};
use crate::{
    layer::{Carried, Carrier, code::is_aside},
    settings::{Target, pooling::PoolMode},
    source::{Sources, Span},
};

/// Says of each target whether some code tells its client: what stands below the target's file, else any.
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
    for (file, views) in carried.iter().zip(views) {
        let here = directory(&file.path);
        for target in views.iter_mut().flat_map(|view| &mut view.settings.targets) {
            let words = words(target);
            let told = |file: &&&Carried| words.iter().find_map(|word| place(sources, file, word));
            let below = code.iter().filter(|file| file.path.starts_with(here)).find_map(|file| told(&file));
            let told = below.or_else(|| code.iter().find_map(|file| told(&file)));
            if let Some(preparer) = target.preparer.as_mut() {
                preparer.told = told;
            }
        }
    }
}

fn place(sources: &Sources, file: &Carried, word: &str) -> Option<Span> {
    let text = std::str::from_utf8(sources.get(file.source).bytes()).ok()?;
    let start = text.find(word)?;
    Some(sources.span(file.source, start..start + word.len()))
}
