//! `--baseline` and `--write-baseline`: the file, and paths as it names them.

use super::{Error, args::Known, lint::Run, start};
use crate::{
    baseline::Baseline,
    report::{BaselineReport, CuredReport},
    world::{ReadError, Unreadable, World},
};
use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

/// Where it stands unless something else is said.
const USUAL: &str = "pgward-baseline.json";
/// A larger one is none: some hundred thousand findings.
const MOST: usize = 64 << 20;

/// A baseline that is compared with, or written.
pub(super) struct Wanted {
    /// As it was named.
    file: String,
    /// Its text and what that says; none where it is yet to be written.
    held: Option<(Vec<u8>, Baseline)>,
    write: bool,
    /// What was asked for: files and directories.
    paths: Vec<String>,
}

/// Reads the baseline that is asked for. Whatever may fail about it fails here, before the work.
pub(super) fn wanted(
    known: &Known,
    of_policy: Option<String>,
    world: &World,
    paths: &[String],
) -> Result<Option<Wanted>, Error> {
    if known.no_ignores {
        return Ok(None);
    }
    let named = known.baseline.clone().or(of_policy);
    let file = match &known.write_baseline {
        Some(file) if !file.is_empty() => file.clone(),
        Some(_) => named.unwrap_or_else(|| USUAL.to_owned()),
        None => match named {
            Some(file) => file,
            None => return Ok(None),
        },
    };
    let write = known.write_baseline.is_some();
    if write && paths.iter().any(|path| path == "-") {
        return Err(Error::Other("--write-baseline: standard input has no path to know it by again".into()));
    }
    let held = match world.read(&file, MOST, start::PATIENCE) {
        Ok(text) => match Baseline::read(&text) {
            Ok(baseline) => Some((text, baseline)),
            Err(unfit) => {
                let left = if write { "; it was not overwritten" } else { "" };
                return Err(Error::Other(format!("`{file}` {unfit}{left}")));
            }
        },
        Err(ReadError { reason: Unreadable::Missing, .. }) if write => None,
        Err(error) => return Err(error.into()),
    };
    Ok(Some(Wanted { file, held, write, paths: paths.to_vec() }))
}

impl Wanted {
    /// Compares the findings of a run with it.
    pub(super) fn compare(&self, run: &mut Run) {
        let Some((_, baseline)) = &self.held else { return };
        let scope = self.scope(run);
        let looked_at = |path: Option<&str>| scope.holds(path);
        let cured = baseline.compare(&mut run.report.findings, &|path| self.path(path), &looked_at);
        let known = |f: &&crate::finding::Located| f.suppressed.is_none() && !f.stands();
        let unchanged = run.report.findings.iter().filter(known).count();
        if !cured.is_empty() && !self.write {
            let (n, are) = (cured.len(), if cured.len() == 1 { "finding is" } else { "findings are" });
            run.report
                .remarks
                .push(format!("{n} {are} cured that the baseline holds; --write-baseline drops them"));
        }
        let cured = cured.into_iter();
        let cured = cured.map(|e| CuredReport { path: e.path, rule: e.rule, fingerprint: e.fingerprint });
        run.report.baseline = Some(BaselineReport {
            file: self.file.clone(),
            written: false,
            unchanged,
            cured: cured.collect(),
        });
    }

    /// Writes it, if that was asked for, and compares the findings with what is in it now.
    pub(super) fn write(&mut self, world: &World, run: &mut Run) -> Result<(), Error> {
        if !self.write {
            return Ok(());
        }
        if run.files.files.is_empty() {
            return Err(Error::Other("nothing was read, so that no baseline was written".into()));
        }
        let mut baseline = Baseline::of(&run.report.findings, &|path| self.path(path));
        if let Some((_, older)) = &self.held {
            let scope = self.scope(run);
            baseline = baseline.keeping(older, &|path| scope.holds(path));
        }
        let text = baseline.text().into_bytes();
        let written = match &self.held {
            Some((before, _)) => world.replace(&self.file, before, &text),
            None => world.create(&self.file, &text),
        };
        written.map_err(|error| Error::Other(error.to_string()))?;
        let findings = if baseline.len() == 1 { "finding" } else { "findings" };
        run.report.remarks.push(format!("the baseline `{}` holds {} {findings}", self.file, baseline.len()));
        let before = run.report.baseline.take();
        self.held = Some((text, baseline));
        self.compare(run);
        if let Some(report) = &mut run.report.baseline {
            report.written = true;
            // What it held before and was dropped now.
            report.cured = before.map(|b| b.cured).unwrap_or_default();
        }
        Ok(())
    }

    /// A path as the baseline names it: from its directory, with `/`, wherever pgward was started.
    fn path(&self, path: &str) -> String {
        let directory = absolute(&self.file);
        let from = directory.parent().unwrap_or(Path::new("/"));
        let to = absolute(path);
        let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
        let up = from.components().skip(shared).map(|_| "..".to_owned());
        let down = to.components().skip(shared).map(|c| c.as_os_str().to_string_lossy().into_owned());
        up.chain(down).collect::<Vec<_>>().join("/")
    }

    fn scope(&self, run: &Run) -> Scope {
        let is_dir = |path: &&String| Path::new(path.as_str()).is_dir();
        Scope {
            read: run.files.files.iter().map(|(path, _)| self.path(path)).collect(),
            failed: run.failed().map(|path| self.path(path)).collect(),
            below: self.paths.iter().filter(is_dir).map(|path| self.path(path)).collect(),
        }
    }
}

/// What a run looked at, as the baseline names it.
struct Scope {
    read: BTreeSet<String>,
    failed: BTreeSet<String>,
    below: Vec<String>,
}

impl Scope {
    /// Whether a finding here would have been found. Of a file that could not be read nobody knows; one that is gone has
    /// none any more.
    fn holds(&self, path: Option<&str>) -> bool {
        let Some(path) = path else { return self.below.iter().any(|dir| covers(dir, "")) };
        !self.failed.contains(path)
            && (self.read.contains(path) || self.below.iter().any(|dir| covers(dir, path)))
    }
}

/// Whether a path lies below a directory, both from the same place: nothing and `..` are above `a`.
fn covers(directory: &str, path: &str) -> bool {
    let rest = |path: &str| path.trim_start_matches("../").trim_start_matches("..").to_owned();
    let ups = |path: &str| path.split('/').take_while(|part| *part == "..").count();
    match (ups(directory), ups(path)) {
        (d, p) if d > p => rest(directory).is_empty(),
        (d, p) if d == p => {
            let (dir, path) = (rest(directory), rest(path));
            dir.is_empty() || path.strip_prefix(&dir).is_some_and(|rest| rest.starts_with('/'))
        }
        _ => false,
    }
}

/// A path from the root, without `.` and `..`; links are not followed.
fn absolute(path: &str) -> PathBuf {
    let mut out = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.into()).components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn directories_cover_what_is_below_them() {
        for (directory, path, wanted) in [
            ("", "a/b", true),
            ("", "", true),
            ("", "../a", false),
            ("a", "a/b", true),
            ("a", "ab", false),
            ("a", "a", false),
            ("a", "", false),
            ("..", "a", true),
            ("..", "../b", true),
            ("..", "../../b", false),
            ("../b", "../b/c", true),
            ("../b", "a", false),
            ("../..", "../b", true),
            ("a/b", "a/b/c/d", true),
        ] {
            assert_eq!(covers(directory, path), wanted, "{directory:?} {path:?}");
        }
    }
}
