//! Directories as the author names them, compared without looking at a disk.

use super::{Kind, Repository};
use crate::source::is_within;
use std::{cmp::Ordering, collections::BTreeSet};

/// A directory: so many steps up, then names. The default is the one that paths are relative to.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Directory {
    absolute: bool,
    up: usize,
    /// With a `/` between two of them.
    names: String,
}

/// By the names one after the other, as a list of them is ordered.
impl Ord for Directory {
    fn cmp(&self, other: &Self) -> Ordering {
        // A `/` ends a name, and what ends first comes first.
        let sign = |byte: u8| if byte == b'/' { 0 } else { u16::from(byte) + 1 };
        let by_names = || self.names.bytes().map(sign).cmp(other.names.bytes().map(sign));
        (self.absolute, self.up).cmp(&(other.absolute, other.up)).then_with(by_names)
    }
}

impl PartialOrd for Directory {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// So many directories above a script its env file is looked for.
const DEEP: usize = 32;

/// Words of directories that hold programs of their own and values of nobody.
pub(crate) const ASIDE: &[&str] =
    &["tests", "test", "fixtures", "testdata", "examples", "example", "docs", "benches"];

/// Names of directories that hold what is said of programs elsewhere.
const FOR_OTHERS: &[&str] = &[
    ".circleci",
    ".devcontainer",
    ".docker",
    ".envs",
    ".github",
    "base",
    "build",
    "chart",
    "charts",
    "ci",
    "compose",
    "conf",
    "config",
    "configs",
    "container",
    "containers",
    "deploy",
    "deployment",
    "deployments",
    "dev",
    "development",
    "devops",
    "docker",
    "docker-compose",
    "dockerfiles",
    "env",
    "environment",
    "environments",
    "envs",
    "helm",
    "infra",
    "infrastructure",
    "k8s",
    "kube",
    "kubernetes",
    "local",
    "manifests",
    "ops",
    "overlays",
    "prod",
    "production",
    "scripts",
    "secrets",
    "staging",
    "templates",
    "workflows",
];

/// `examples`, `config-examples`, `tests`.
fn aside(name: &str) -> bool {
    name.split(['-', '_']).any(|word| ASIDE.contains(&word))
}

impl Directory {
    /// The directory of a file.
    pub(super) fn of(path: &str) -> Self {
        let mut out = Self::default();
        out.go(path);
        out.pop();
        out
    }

    /// The directory whose packages a manifest lists: `requirements/base.txt` speaks for the one above.
    pub(super) fn of_project(path: &str, kind: Kind) -> Self {
        let mut out = Self::of(path);
        // So does what is said of a program elsewhere: `deploy/requirements-linux.txt`.
        let own = out.names.rsplit('/').next().unwrap_or_default();
        if kind == Kind::Requirements && (own == "requirements" || FOR_OTHERS.contains(&own)) {
            out.pop();
        }
        out
    }

    /// As one text, for comparing.
    pub(super) fn to_text(&self) -> String {
        let root = if self.absolute { "/" } else { "" };
        format!("{root}{}{}", "../".repeat(self.up), self.names)
    }

    pub(super) fn join(&self, path: &str) -> Self {
        let mut out = self.clone();
        out.go(path);
        out
    }

    fn go(&mut self, path: &str) {
        if path.starts_with(['/', '\\']) {
            *self = Self { absolute: true, ..Self::default() };
        }
        self.names.reserve(path.len() + 1);
        for name in path.split(['/', '\\']) {
            match name {
                "" | "." => {}
                ".." if self.pop() || self.absolute => {}
                ".." => self.up += 1,
                name => {
                    if !self.names.is_empty() {
                        self.names.push('/');
                    }
                    self.names.push_str(name);
                }
            }
        }
    }

    /// Takes the last name away; false where there is none.
    pub(super) fn pop(&mut self) -> bool {
        let any = !self.names.is_empty();
        self.names.truncate(self.names.rfind('/').unwrap_or(0));
        any
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.names.split('/').filter(|name| !name.is_empty())
    }

    /// Whether it is one above the directory that paths are relative to.
    pub(super) fn is_above(&self) -> bool {
        self.up > 0 && self.names.is_empty()
    }

    /// Whether `other` is this directory or below it.
    pub(super) fn holds(&self, other: &Self) -> bool {
        let above = self.up > other.up && self.names.is_empty();
        let begins = || is_within(&other.names, &self.names);
        self.absolute == other.absolute && (above || self.up == other.up && begins())
    }

    /// Whether one of the two holds the other; an example below a project is not its business.
    pub(super) fn is_related_to(&self, project: &Self) -> bool {
        self.holds(project) || project.holds(self) && !self.is_aside_of(project)
    }

    /// Of some directories the deepest that is this one or holds it, in time that grows with the depth alone.
    pub(super) fn nearest<'d>(&self, among: &'d BTreeSet<Self>) -> Option<&'d Self> {
        if among.is_empty() {
            return None;
        }
        let highest = among.iter().rev().find(|d| !d.absolute).map_or(0, |d| d.up);
        let mut here = self.clone();
        loop {
            if let Some(found) = among.get(&here) {
                return Some(found);
            }
            if !here.pop() {
                if here.absolute || here.up >= highest {
                    return None;
                }
                here.up += 1;
            }
        }
    }

    /// A place for examples and tests, whose programs are not the project's.
    pub(super) fn is_aside(&self) -> bool {
        self.names().any(aside)
    }

    /// Whether this is such a place below a directory that holds it.
    pub(super) fn is_aside_of(&self, above: &Self) -> bool {
        let from = if self.up == above.up { above.names().count() } else { 0 };
        self.names().skip(from).any(aside)
    }

    /// Of a directory without a program of its own, below `above`: the one for whose programs it speaks. `k8s/prod` is
    /// for all that is beside it, `services/billing` is not.
    pub(super) fn of_whom(&self, above: &Self) -> Self {
        let from = if self.up == above.up { above.names().count() } else { 0 };
        let Some(first) = self.names().skip(from).position(|name| FOR_OTHERS.contains(&name)) else {
            return self.clone();
        };
        let mut here = self.clone();
        for _ in from + first..self.names().count() {
            here.pop();
        }
        here
    }

    /// The paths that [`Directory::reaches`] may hold for, and few others.
    pub(super) fn reached(&self, file: &str) -> BTreeSet<Self> {
        let name = file.rsplit('/').next().unwrap_or(file);
        let mut out = BTreeSet::new();
        let mut from = self.clone();
        for _ in 0..DEEP {
            out.extend([from.join(file), from.join(name)]);
            if !from.pop() {
                break;
            }
        }
        out
    }

    /// The path of a file.
    pub(super) fn of_file(path: &str) -> Self {
        Self::default().join(path)
    }

    /// Whether `file`, named by something in this directory, can be the env file at `path`: from here, from a
    /// directory above, where scripts are started, or where the project is installed.
    pub(super) fn reaches(&self, file: &str, path: &str) -> bool {
        let wanted = Self::of_file(path);
        // `/srv/app/.env`, `$DIR/.env`, `~/.env`, `%h/.env`: of such a path only the name is known.
        let elsewhere = file.starts_with(['/', '~', '%', '$']) && !wanted.absolute;
        let file = if elsewhere { file.rsplit('/').next().unwrap_or(file) } else { file };
        if file.contains(['$', '*', '{', '%']) {
            return false;
        }
        let mut from = self.clone();
        loop {
            if from.join(file) == wanted {
                return true;
            }
            if !from.pop() {
                return false;
            }
        }
    }
}

/// The project that a file belongs to: the directory of the nearest manifest of packages, or the top.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Home(Directory);

impl Repository {
    /// The project of a file; none for an example or a fixture, which is none of its project's own.
    pub fn place_of(&self, path: &str) -> Option<Home> {
        let directory = Directory::of(path);
        let here = self.project(&directory);
        (!directory.is_aside_of(&here)).then_some(Home(here))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_compared_by_their_names() {
        let of = Directory::of;
        assert_eq!(of("a/b/../c/./x"), of("a/c/y"));
        assert!(of("x").holds(&of("a/x")) && of("../x").holds(&of("x")) && of("/x").holds(&of("/a/x")));
        assert!(!of("a/x").holds(&of("x")) && !of("../a/x").holds(&of("x")) && !of("/x").holds(&of("x")));
    }

    #[test]
    fn directories_are_in_the_order_of_their_names() {
        let paths = ["x", "a/x", "a/b/x", "a-b/x", "a.b/x", "ab/x", "a/b-c/x", "../a/x", "/a/x", "ä/x"];
        let list = |d: &Directory| (d.absolute, d.up, d.names().map(str::to_owned).collect::<Vec<_>>());
        for (a, b) in
            paths.iter().flat_map(|a| paths.iter().map(move |b| (Directory::of(a), Directory::of(b))))
        {
            assert_eq!(a.cmp(&b), list(&a).cmp(&list(&b)), "{a:?} {b:?}");
        }
    }

    #[test]
    fn the_nearest_is_the_deepest_that_holds() {
        let of = Directory::of;
        let paths = ["x", "a/x", "a/b/x", "../x", "../../c/x", "../../x", "/x", "/a/b/x", "c/d/e/x"];
        for mask in 0_u32..1 << paths.len() {
            let chosen = paths.iter().enumerate().filter(|(i, _)| mask >> i & 1 == 1);
            let among: BTreeSet<Directory> = chosen.map(|(_, p)| of(p)).collect();
            for path in paths.iter().copied().chain(["a/b/c/d/x", "../c/x", "/a/x", "../../../x", "c/x"]) {
                let here = of(path);
                let holds = among
                    .iter()
                    .filter(|d| d.holds(&here))
                    .max_by_key(|d| d.names().count().cast_signed() - d.up.cast_signed());
                assert_eq!(here.nearest(&among), holds, "{path} among {among:?}");
            }
        }
    }

    #[test]
    fn a_named_file_is_found_from_where_it_may_be_started() {
        let reaches = |from: &str, file: &str, path: &str| Directory::of(from).reaches(file, path);
        assert!(reaches("compose.yml", "./app.env", "app.env"));
        assert!(reaches("scripts/run.sh", ".env", ".env"));
        assert!(reaches("deploy/app.service", "/srv/app/.env", ".env"));
        assert!(reaches("infra/compose.yml", "../api/.env", "api/.env"));
        assert!(!reaches("compose.yml", "./app.env", "other/app.env"));
        assert!(!reaches("a/run.sh", ".env", "b/.env"));
        assert!(!reaches("run.sh", ".env.$STAGE", ".env.$STAGE"));
    }
}
