//! Ignore rules as a walk meets them: `.gitignore` inside a checkout, with the exclusions of the checkout and of the user,
//! and `.ignore` everywhere.

use super::{
    beside,
    git::{common_directory, index_of, rules_of},
    index::Names,
};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
    sync::{Arc, OnceLock},
};

/// The rules of one directory, and of those above it.
pub(super) struct Rules {
    above: Option<Arc<Rules>>,
    own: Vec<(By, Gitignore)>,
    /// Inside a checkout, where `.gitignore` counts.
    checkout: Option<Arc<Checkout>>,
}

/// Whose rules they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum By {
    /// Git's, which keeps what it tracks whatever they say.
    Git,
    /// Those of programs that search.
    All,
}

/// What is to be done with an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Said {
    /// No rule names it.
    Open,
    /// A rule names it, and git tracks it, or something below it, all the same.
    Tracked,
    /// A rule names it.
    Ignored,
}

/// A checkout, with what git tracks there, which is read when it is first asked for.
struct Checkout {
    root: PathBuf,
    names: OnceLock<Option<Names>>,
}

impl Checkout {
    fn tracks(&self, path: &Path, is_directory: bool) -> bool {
        let names = self.names.get_or_init(|| {
            let (index, hash) = index_of(&self.root)?;
            Names::of(&index?, hash)
        });
        let (Some(names), Ok(below)) = (names, path.strip_prefix(&self.root)) else { return false };
        let mut inside = Vec::new();
        for part in below.components() {
            let Component::Normal(name) = part else { return false };
            inside.extend_from_slice(name.as_encoded_bytes());
            inside.push(b'/');
        }
        if is_directory {
            return names.has_below(&inside);
        }
        inside.pop();
        names.has(&inside)
    }
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
        let checkout = if root {
            Some(Arc::new(Checkout { root: directory.to_path_buf(), names: OnceLock::new() }))
        } else {
            above.and_then(|rules| rules.checkout.clone())
        };
        let mut own = Vec::new();
        if sources.contains(&Origin::Ignore) {
            own.extend(rules_of(directory, &directory.join(".ignore")).map(|rules| (By::All, rules)));
        }
        if checkout.is_some() && sources.contains(&Origin::Gitignore) {
            own.extend(rules_of(directory, &directory.join(".gitignore")).map(|rules| (By::Git, rules)));
        }
        if root {
            let common = common_directory(directory);
            let rules = common.and_then(|common| rules_of(directory, &common.join("info/exclude")));
            own.extend(rules.map(|rules| (By::Git, rules)));
            own.push((By::Git, GitignoreBuilder::new(directory).build_global().0));
        }
        own.retain(|(_, rules)| !rules.is_empty());
        // The rules of one checkout are not those of another one inside it.
        let above = above.filter(|_| !root).cloned();
        Some(Arc::new(Self { above, own, checkout }))
    }

    /// What is said of an entry by the nearest rules that say something about it.
    pub(super) fn say(&self, path: &Path, is_directory: bool) -> Said {
        let mut here = Some(self);
        let mut nothing = Said::Open;
        while let Some(rules) = here {
            for (by, own) in &rules.own {
                // To what is tracked no rule of git means anything.
                if nothing == Said::Tracked && *by == By::Git {
                    continue;
                }
                let matched = own.matched(path, is_directory);
                if matched.is_none() {
                    continue;
                }
                if !matched.is_ignore() {
                    return nothing;
                }
                if *by == By::All || !self.tracks(path, is_directory) {
                    return Said::Ignored;
                }
                nothing = Said::Tracked;
            }
            here = rules.above.as_deref();
        }
        nothing
    }

    /// Whether git tracks a file, or one below a directory.
    pub(super) fn tracks(&self, path: &Path, is_directory: bool) -> bool {
        self.checkout.as_ref().is_some_and(|checkout| checkout.tracks(path, is_directory))
    }
}
