//! Ignore rules as a walk meets them: `.gitignore` inside a checkout, with the exclusions of the checkout and of the user,
//! and `.ignore` everywhere.

use super::{
    beside,
    git::{common_directory, rules_of},
};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::{collections::BTreeSet, path::Path, sync::Arc};

/// The rules of one directory, and of those above it.
pub(super) struct Rules {
    above: Option<Arc<Rules>>,
    own: Vec<Gitignore>,
    /// Inside a checkout, where `.gitignore` counts.
    inside: bool,
}

/// An entry of a directory that says something about its other entries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Origin {
    /// The root of a checkout.
    Git,
    Ignore,
    Gitignore,
}

impl Rules {
    /// Whether an entry of this name has rules.
    pub(super) fn source(name: &str) -> Option<Origin> {
        match name {
            ".git" => Some(Origin::Git),
            ".ignore" => Some(Origin::Ignore),
            ".gitignore" => Some(Origin::Gitignore),
            _ => None,
        }
    }

    /// The root of the checkout that a directory is in, which may be itself.
    pub(super) fn root(directory: &Path) -> Option<&Path> {
        directory.ancestors().find(|d| std::fs::symlink_metadata(beside(d, ".git")).is_ok())
    }

    /// The rules of the directories above one, from the root of its checkout on.
    pub(super) fn above(directory: &Path, root: Option<&Path>) -> Option<Arc<Self>> {
        let mut above: Vec<&Path> = Vec::new();
        // A root itself begins anew when it is listed.
        let root = root.filter(|root| *root != directory)?;
        for here in directory.ancestors().skip(1) {
            above.push(here);
            if here == root {
                break;
            }
        }
        above.into_iter().rev().fold(None, |rules, here| {
            let mut sources: BTreeSet<Origin> = [Origin::Ignore, Origin::Gitignore].into();
            sources.extend((here == root).then_some(Origin::Git));
            Self::at(here, rules.as_ref(), &sources)
        })
    }

    /// The rules of a directory (from the root of the file system) that has these entries, below those of another one.
    pub(super) fn at(
        directory: &Path,
        above: Option<&Arc<Self>>,
        sources: &BTreeSet<Origin>,
    ) -> Option<Arc<Self>> {
        if sources.is_empty() {
            return above.cloned();
        }
        let root = sources.contains(&Origin::Git);
        let inside = root || above.is_some_and(|rules| rules.inside);
        let mut own = Vec::new();
        if sources.contains(&Origin::Ignore) {
            own.extend(rules_of(directory, &directory.join(".ignore")));
        }
        if inside && sources.contains(&Origin::Gitignore) {
            own.extend(rules_of(directory, &directory.join(".gitignore")));
        }
        if root {
            let common = common_directory(directory);
            own.extend(common.and_then(|common| rules_of(directory, &common.join("info/exclude"))));
            own.push(GitignoreBuilder::new(directory).build_global().0);
        }
        own.retain(|rules| !rules.is_empty());
        // The rules of one checkout are not those of another one inside it.
        let above = above.filter(|_| !root).cloned();
        Some(Arc::new(Self { above, own, inside }))
    }

    /// Whether an entry is named, by the nearest rules that say something about it.
    pub(super) fn ignores(&self, path: &Path, is_directory: bool) -> bool {
        let mut here = Some(self);
        while let Some(rules) = here {
            for own in &rules.own {
                let matched = own.matched(path, is_directory);
                if !matched.is_none() {
                    return matched.is_ignore();
                }
            }
            here = rules.above.as_deref();
        }
        false
    }
}
