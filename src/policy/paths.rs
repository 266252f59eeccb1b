//! Where the globs of a policy begin, and which files `lint` takes. Pure: paths are compared by their names, and no
//! link is followed.

use super::{Policy, glob::Glob};

/// The directories that relative paths begin at: both absolute, or neither known, when paths are taken as they are.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Roots {
    /// The working directory.
    here: Vec<String>,
    /// The directory that globs begin at.
    globs: Vec<String>,
}

impl Roots {
    pub(super) fn new(here: &str, globs: &str) -> Self {
        let names = |path| names(Vec::new(), path).into_iter().map(str::to_owned).collect();
        Self { here: names(here), globs: names(globs) }
    }

    /// A path as its names from where globs begin; none for what lies elsewhere.
    pub(super) fn names<'n>(&'n self, path: &'n str) -> Option<Vec<&'n str>> {
        let start = if is_absolute(path) { &[][..] } else { &self.here[..] };
        let mut names = names(start.iter().map(String::as_str).collect(), path);
        let above = names.len().min(self.globs.len());
        if names[..above] != self.globs || names.get(above) == Some(&"..") {
            return None;
        }
        names.drain(..above);
        Some(names)
    }
}

impl Policy {
    /// Tells where relative paths begin, and where the globs do: both absolute. Without it paths are taken to begin
    /// where the globs do.
    pub fn stand(&mut self, here: &str, globs: &str) {
        self.roots = Roots::new(here, globs);
    }

    /// Which files `lint` takes.
    pub fn selection(&self) -> Selection {
        let (include, exclude) = (self.include.clone(), self.exclude.clone());
        Selection { roots: self.roots.clone(), include, exclude }
    }
}

/// Which of the files below a directory `lint` takes. A file that is named outright is not asked about.
#[derive(Clone, Default, Debug)]
pub struct Selection {
    roots: Roots,
    include: Vec<Glob>,
    exclude: Vec<Glob>,
}

impl Selection {
    /// Whether a file is looked at. `exclude` beats `include`.
    pub fn takes(&self, path: &str) -> bool {
        if self.include.is_empty() && self.exclude.is_empty() {
            return true;
        }
        let Some(names) = self.roots.names(path) else { return self.include.is_empty() };
        let among = |globs: &[Glob]| globs.iter().any(|glob| glob.fits(&names));
        !among(&self.exclude) && (self.include.is_empty() || among(&self.include))
    }

    /// Whether a directory is entered.
    pub fn enters(&self, directory: &str) -> bool {
        if self.exclude.is_empty() {
            return true;
        }
        let Some(names) = self.roots.names(directory) else { return true };
        !self.exclude.iter().any(|glob| glob.fits_directory(&names))
    }
}

fn is_absolute(path: &str) -> bool {
    // `C:` is a drive.
    path.starts_with('/') || cfg!(windows) && (path.starts_with('\\') || path.get(1..2) == Some(":"))
}

/// The names of a path from a start, `.` and `..` resolved by name alone; a `..` with nothing to go up from stays.
fn names<'n>(start: Vec<&'n str>, path: &'n str) -> Vec<&'n str> {
    let mut out = start;
    let separators: &[char] = if cfg!(windows) { &['/', '\\'] } else { &['/'] };
    for name in path.split(separators) {
        match name {
            "" | "." => {}
            ".." if out.last().is_some_and(|last| *last != "..") => {
                out.pop();
            }
            ".." if is_absolute(path) => {}
            name => out.push(name),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(include: &[&str], exclude: &[&str]) -> Selection {
        let globs = |list: &[&str]| list.iter().map(|g| Glob::parse(g).expect("a glob")).collect();
        Selection { include: globs(include), exclude: globs(exclude), ..Selection::default() }
    }

    #[test]
    fn paths_are_seen_from_where_globs_begin() {
        let roots = Roots::new("/srv/app/service", "/srv/app");
        let seen = |path: &str| roots.names(path).map(|names| names.join("/"));
        assert_eq!(seen(".env").as_deref(), Some("service/.env"));
        assert_eq!(seen("./a/../b").as_deref(), Some("service/b"));
        assert_eq!(seen("../.env").as_deref(), Some(".env"));
        assert_eq!(seen("/srv/app/x").as_deref(), Some("x"));
        assert_eq!(seen("../../other/.env"), None);
        assert_eq!(seen("/etc/x"), None);
        let unknown = Roots::default();
        assert_eq!(unknown.names("a/./b"), Some(vec!["a", "b"]));
        assert_eq!(unknown.names("../b"), None);
        assert_eq!(unknown.names("/a"), Some(vec!["a"]));
    }

    #[test]
    fn exclude_beats_include() {
        let all = selection(&[], &["legacy", "*.bak.env"]);
        assert!(all.takes("a/.env") && !all.takes("legacy/.env") && !all.takes("a/x.bak.env"));
        assert!(all.enters("a") && !all.enters("a/legacy") && all.enters("a/x.env"));
        let some = selection(&["services/**"], &["services/old/"]);
        assert!(some.takes("services/a/.env") && !some.takes(".env") && !some.takes("services/old/.env"));
        assert!(some.enters("docs") && !some.enters("services/old"));
        assert!(!some.takes("../elsewhere/.env") && all.takes("../elsewhere/.env"));
    }
}
