//! What a Python project requires, where its manifests say all of it.

use super::{Ecosystem, Package, Repository, place::Directory};
use crate::consumer::driver::{Driver, Requirement, SqlAlchemyVersion};

/// The requirements of a Python project, of which none stands where nobody has looked.
#[derive(Clone, Debug)]
pub struct Required<'r> {
    repository: &'r Repository,
    here: Directory,
    own: Vec<&'r Package>,
    /// What is only for development and tests counts.
    dev: bool,
}

impl Repository {
    /// What the project of a file requires, if it is a Python project and its manifests point nowhere else; without
    /// a path the project at the top. An example has programs of its own.
    pub fn required(&self, path: Option<&str>, dev: bool) -> Option<Required<'_>> {
        if self.packages.is_empty() {
            return None;
        }
        let directory = path.map(Directory::of).unwrap_or_default();
        let here = self.project(&directory);
        if directory.is_aside_of(&here) || self.open.iter().any(|d| d.is_related_to(&here)) {
            return None;
        }
        let own: Vec<_> = self.of_project(&here).filter(|p| p.ecosystem == Ecosystem::Python).collect();
        (!own.is_empty()).then_some(Required { repository: self, here, own, dev })
    }

    /// The requirement of a Python distribution in versions below one alone, in the project of a file.
    pub fn pinned_below(&self, path: Option<&str>, name: &str, than: (u32, u32, u32)) -> Option<&Package> {
        if self.packages.is_empty() {
            return None;
        }
        let here = self.project(&path.map(Directory::of).unwrap_or_default());
        let of = self.of_project(&here);
        let mut own = of.filter(|p| p.ecosystem == Ecosystem::Python && p.name == name).peekable();
        let first = own.peek().copied()?;
        own.all(|p| Bounds::of(&p.version).side(than) == Some(false)).then_some(first)
    }

    /// The directory of the nearest manifest of packages above a file, as text for comparing; none where there is
    /// none.
    pub fn home(&self, path: &str) -> Option<String> {
        if self.projects.is_empty() {
            return None;
        }
        let directory = Directory::of(path);
        directory.nearest(&self.projects).map(Directory::to_text)
    }
}

impl<'r> Required<'r> {
    /// A distribution by its name in the index's form, whatever it is for.
    pub fn names(&self, name: &str) -> bool {
        self.own.iter().any(|p| p.name == name)
    }

    /// SQLAlchemy's version, as far as the manifests leave no choice between what
    /// [`PSYCOPG_IS_DEFAULT`](crate::consumer::driver::PSYCOPG_IS_DEFAULT) sets apart.
    pub fn sqlalchemy(&self) -> Option<SqlAlchemyVersion> {
        let asked = self.own.iter().filter(|p| p.name == "sqlalchemy");
        let mut sides = asked.filter_map(|p| Bounds::of(&p.version).side((2, 1, 0)));
        let first = sides.next()?;
        sides.all(|side| side == first).then_some(if first { (2, 1) } else { (2, 0) })
    }

    /// What brings a driver and is installed.
    pub fn brings(&self, driver: Driver) -> Option<&'r Package> {
        self.bringing(driver).find(|p| self.dev || !p.dev)
    }

    /// Whether a project above or below brings a driver, for whatever: it may be installed along with this one.
    pub fn has_around(&self, driver: Driver) -> bool {
        let python = self.repository.packages.iter().filter(|p| p.ecosystem == Ecosystem::Python);
        let others = python.filter(|p| p.project != self.here && p.project.is_related_to(&self.here));
        self.of(&others.collect::<Vec<_>>(), driver).next().is_some()
    }

    /// Whether a lock file of the project or of one above has a driver: something that is required requires it.
    pub fn is_locked(&self, driver: Driver) -> bool {
        let mut of =
            self.repository.locked.iter().filter(|(directory, _)| directory.is_related_to(&self.here));
        of.any(|(_, name)| driver.is_brought_by(&Requirement { distribution: name, extras: &[] }, None))
    }

    /// As [`Required::brings`], of what is only for development and tests, where that is not installed.
    pub fn brings_aside(&self, driver: Driver) -> Option<&'r Package> {
        self.bringing(driver).find(|p| !self.dev && p.dev)
    }

    /// Whether every version of `driver` that is allowed is older than this one.
    pub fn is_older(&self, driver: Driver, than: (u32, u32, u32)) -> bool {
        let mut bringing = self.bringing(driver).peekable();
        bringing.peek().is_some() && bringing.all(|p| Bounds::of(&p.version).side(than) == Some(false))
    }

    fn bringing(&self, driver: Driver) -> impl Iterator<Item = &'r Package> + '_ {
        self.of(&self.own, driver)
    }

    fn of<'s>(
        &self,
        packages: &'s [&'r Package],
        driver: Driver,
    ) -> impl Iterator<Item = &'r Package> + use<'s, 'r> {
        let sqlalchemy = self.sqlalchemy();
        packages.iter().copied().filter(move |p| {
            let extras: Vec<&str> = p.features.iter().map(String::as_str).collect();
            driver.is_brought_by(&Requirement { distribution: &p.name, extras: &extras }, sqlalchemy)
        })
    }
}

type Version = (u32, u32, u32);

/// The versions that are asked for: from one on, below another.
#[derive(Clone, Copy, Default, Debug)]
struct Bounds {
    from: Option<Version>,
    below: Option<Version>,
}

impl Bounds {
    /// Of `>=2.0,<2.1`, `~=2.0.3`, `==2.0.*` (PEP 440), and of Poetry's `^2.0`, `~2.0`, `2.0.3`. What is neither
    /// leaves everything open.
    fn of(text: &str) -> Self {
        let mut out = Self::default();
        if text.contains("||") {
            return out;
        }
        for clause in text.trim_matches(['(', ')', ' ']).split(',').map(str::trim) {
            let end = clause.find(|c: char| !"<>=!~^".contains(c)).unwrap_or(clause.len());
            let (operator, version) = (&clause[..end], clause[end..].trim());
            let star = version.ends_with(".*");
            let parts: Vec<u32> =
                version.trim_end_matches(".*").split('.').map_while(|p| p.parse().ok()).collect();
            if parts.is_empty() || version == "*" {
                continue;
            }
            let at = |i: usize| parts.get(i).copied().unwrap_or(0);
            let whole = (at(0), at(1), at(2));
            // The last of so many numbers is one more.
            let next = |count: usize| match count {
                0 | 1 => (at(0).saturating_add(1), 0, 0),
                2 => (at(0), at(1).saturating_add(1), 0),
                _ => (at(0), at(1), at(2).saturating_add(1)),
            };
            let (from, below) = match operator {
                ">=" | ">" => (Some(whole), None),
                "<" => (None, Some(whole)),
                "<=" => (None, Some(next(3))),
                "~=" => (Some(whole), Some(next(parts.len().saturating_sub(1)))),
                "~" => (Some(whole), Some(next(parts.len().min(2)))),
                "^" => (Some(whole), Some(next(1))),
                "==" | "===" | "=" | "" if star => (Some(whole), Some(next(parts.len()))),
                "==" | "===" | "=" | "" => (Some(whole), Some(next(3))),
                _ => continue,
            };
            out.from = out.from.max(from);
            out.below = [out.below, below].into_iter().flatten().min();
        }
        out
    }

    /// Whether all of them are at least `version`, or none of them is; none where some are.
    fn side(self, version: Version) -> Option<bool> {
        if self.from.is_some_and(|from| from >= version) {
            Some(true)
        } else if self.below.is_some_and(|below| below <= version) {
            Some(false)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_known_where_it_is_on_one_side() {
        let side = |text: &str| Bounds::of(text).side((2, 1, 0));
        for older in [
            "==2.0.30",
            "~=2.0.3",
            "==2.0.*",
            ">=1.4,<2.1",
            "<2",
            "(<=2.0.99)",
            "2.0.30",
            "~2.0",
            "^1.4",
            "==1.4.54",
        ] {
            assert_eq!(side(older), Some(false), "{older}");
        }
        for newer in ["==2.1.0", ">=2.1", "^2.1", "~=2.1", ">=2.1.3,<3"] {
            assert_eq!(side(newer), Some(true), "{newer}");
        }
        for open in [
            "",
            "*",
            ">=2.0",
            "~=2.0",
            "^2.0",
            "<3",
            "!=2.0.1",
            "==2.*",
            "^1.4 || ^2.1",
            "@ https://x/2.0",
            "latest",
        ] {
            assert_eq!(side(open), None, "{open}");
        }
    }
}
