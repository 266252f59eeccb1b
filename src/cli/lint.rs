//! `lint`: the files of a repository, or what stands on standard input.

use super::{
    Error, Exit,
    args::{Flags, Known, Repair},
    baseline::{self, Wanted},
    discover::{self, Search},
    fixes, output,
    progress::Linting,
    reports, start, walk,
};
use crate::{
    finding::{Located, Severity},
    layer::{Carrier, MAX_BYTES, carrier::UnknownCarrier},
    lint::{Files, lint_last, named_paths},
    near,
    policy::Policy,
    report::{Options, Report, UnreadReport, statistics},
    repository::max_bytes,
    settings::Git,
    source::Sources,
    world::{self, Kept, ReadError, Unreadable, World},
};
use std::{collections::BTreeSet, io::Read as _, path::Path, time::Instant};

/// What was read, and the report that is made of it.
pub(super) struct Run {
    pub(super) files: Files,
    pub(super) report: Report,
    failed: Vec<ReadError>,
    /// Links of the tree that lead nowhere: in a fresh clone many a `.env` is one, and nothing is wrong with that.
    astray: Vec<ReadError>,
    baseline: Option<Wanted>,
    began: Instant,
    /// Asked for at the beginning: what it takes for its own is better taken before a million small pieces are given back.
    options: Options,
}

pub(super) fn run(
    flags: &Flags,
    paths: &[String],
    kind: Option<&str>,
    repair: Repair,
    known: &Known,
) -> Result<Exit, Error> {
    let carrier = kind.map(carrier).transpose()?;
    fixes::admit(repair, paths)?;
    reports::admit(flags)?;
    let world = World::of_process();
    let began = Instant::now();
    let mut sources = Sources::default();
    let first = paths.iter().find(|p| *p != "-").map_or(".", String::as_str);
    let (policy, remarks) = discover::policy(flags, &world, &mut sources, Search::Above(first))?;
    let baseline =
        baseline::wanted(known, policy.baseline.as_deref().map(|file| policy.beside(file)), &world, paths)?;
    let mut run = read(flags, &world, &policy, paths, carrier, began)?;
    run.baseline = baseline;
    run.files.now = Some(World::now());
    run.files.no_ignores = known.no_ignores;
    run.files.partial = paths.iter().any(|path| !std::path::Path::new(path).is_dir());
    run.report.remarks.splice(0..0, remarks);
    run.report.policy.clone_from(&policy.path);
    for error in run.failed.iter().chain(&run.astray) {
        output::error(&error.to_string());
    }
    // A registry of databases is looked at by itself.
    if run.files.files.is_empty() && policy.databases.is_empty() && known.write_baseline.is_none() {
        if !flags.quiet {
            run.report.remarks.push("nothing to look at: no file here may hold a connection".to_owned());
        }
        if !flags.format.is_document() && flags.report.is_empty() {
            for remark in run.report.remarks.iter().filter(|_| !flags.quiet) {
                output::error(remark);
            }
            return Ok(run.exit(flags));
        }
    }
    if repair.fix || repair.diff {
        return fixes::run(flags, &world, &policy, repair, run);
    }
    let progress = Linting::new(flags, &world, began);
    progress.judge(run.files.files.len());
    let findings = lint_last(&mut sources, &mut run.files, &policy);
    // The process is about to end: what it took is given back as a whole.
    std::mem::forget(sources);
    drop(progress);
    run.found(findings);
    run.finish(flags, &world, repair, false)
}

/// The word behind `--as`.
fn carrier(word: &str) -> Result<Carrier, Error> {
    let known = Carrier::ALL.map(Carrier::as_str);
    word.parse().map_err(|unknown: UnknownCarrier| {
        let meant = near::nearest(&word.to_ascii_lowercase(), known.iter().copied(), 2);
        Error::Other(match meant {
            Some(meant) => format!("--as: unknown kind of file; did you mean `{meant}`?"),
            None => format!("--as: {unknown}"),
        })
    })
}

fn read(
    flags: &Flags,
    world: &World,
    policy: &Policy,
    paths: &[String],
    carrier: Option<Carrier>,
    began: Instant,
) -> Result<Run, Error> {
    let (environment, no_pg_env) = (flags.environment(policy)?, flags.no_pg_env);
    let mut files = Files { environment, no_pg_env, ..Files::default() };
    let options = output::options(flags, world);
    let mut report = Report::new("lint");
    let progress = Linting::new(flags, world, began);
    let (mut failed, mut astray, mut manifests) = (Vec::new(), Vec::new(), BTreeSet::new());
    let selection = policy.selection();
    let (mut listed, mut named) = (Vec::new(), BTreeSet::new());
    for path in paths {
        files.named.push(path.strip_prefix("./").unwrap_or(path).to_owned());
        if path == "-" {
            let mut bytes = Vec::new();
            let input = std::io::stdin().take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes);
            input.map_err(|e| Error::Other(format!("standard input cannot be read: {}", e.kind())))?;
            files.files.push((fixes::STDIN.to_owned(), bytes));
            files.carriers.extend(carrier.map(|kind| (fixes::STDIN.to_owned(), kind)));
            manifests.extend(walk::manifests_above(std::path::Path::new("."), true));
            continue;
        }
        let here = std::path::Path::new(path);
        if here.is_dir() {
            let read = files.files.len();
            let found = walk::find(path, &selection, &|kept| progress.read(read + kept))?;
            report.files.seen += found.seen;
            report.files.skipped += found.skipped;
            files.files.extend(found.carriers);
            files.manifests.extend(found.manifests);
            manifests.extend(found.above);
            let (nowhere, unreadable): (Vec<_>, Vec<_>) =
                found.failed.into_iter().partition(|error| error.reason == Unreadable::Dangling);
            astray.extend(nowhere);
            failed.extend(unreadable);
            listed.push(found.listed);
            continue;
        }
        let beside = here.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."));
        manifests.extend(walk::manifests_above(beside, true));
        // A file that is named is read, whatever it is called; what it is, its text may tell.
        report.files.seen += 1;
        let file = path.strip_prefix("./").unwrap_or(path).to_owned();
        named.insert(file.clone());
        match world.read(&file, MAX_BYTES, start::PATIENCE) {
            Ok(bytes) => match carrier.or_else(|| Carrier::of(&file, &bytes)) {
                Some(kind) if carrier.is_some() || kind.may_matter(&file, &bytes) => {
                    files.carriers.extend(carrier.map(|kind| (file.clone(), kind)));
                    files.files.push((file, bytes));
                }
                Some(_) => report.files.skipped += 1,
                None => {
                    report.remarks.push(format!("`{path}` is no file that this version lints"));
                }
            },
            Err(ReadError { reason: Unreadable::Missing, path }) => {
                return Err(ReadError { reason: Unreadable::Missing, path }.into());
            }
            Err(error) => failed.push(error),
        }
    }
    files.files.sort_by(|a, b| a.0.cmp(&b.0));
    files.files.dedup_by(|a, b| a.0 == b.0);
    let known: BTreeSet<String> = if manifests.is_empty() {
        BTreeSet::new()
    } else {
        files.manifests.iter().map(|(path, _)| path.clone()).collect()
    };
    let above = manifests.into_iter().map(|m| m.strip_prefix("./").unwrap_or(&m).to_owned());
    for path in above.filter(|path| !known.contains(path)) {
        // They only help to judge: what cannot be read says nothing.
        if let Ok(bytes) = world.read(&path, max_bytes(&path), start::PATIENCE) {
            files.manifests.push((path, bytes));
        }
    }
    let of_walk = |path: &str| {
        let found = listed.iter().filter(|l| path.starts_with(&l.shown) && !named.contains(path));
        found.max_by_key(|l| l.shown.len())
    };
    let asked = files.files.iter().map(|(path, _)| path.as_str()).filter(|path| *path != fixes::STDIN);
    let kept = world::kept(asked.map(|path| (path, of_walk(path))));
    files.git = kept.into_iter().map(|(path, kept)| (path, git(kept))).collect();
    files.named.sort_unstable();
    for path in named_paths(&files) {
        // `init.sh.tpl`: what is filled in is not there before.
        let made = [".tpl", ".tmpl", ".template", ".j2", ".erb", ".in", ".dist", ".example", ".sample"];
        let filled = || made.iter().any(|of| Path::new(&format!("{path}{of}")).is_file());
        if !Path::new(&path).exists() && !filled() && !is_of_another_repository(&path) {
            files.absent.insert(path);
        }
    }
    report.files.read = files.files.len();
    report.files.unreadable = failed.len() + astray.len();
    report.unread = failed.iter().chain(&astray).map(unread).collect();
    Ok(Run { files, report, failed, astray, baseline: None, began, options })
}

/// Whether a path lies in a submodule that was not checked out: git keeps an empty directory of its name.
fn is_of_another_repository(path: &str) -> bool {
    let there = |above: &&Path| std::fs::read_dir(above).is_ok_and(|mut entries| entries.next().is_none());
    let empty = Path::new(path).ancestors().skip(1).find(|above| above.is_dir()).filter(there);
    let empty = empty.and_then(Path::to_str).filter(|above| !above.is_empty());
    empty.is_some_and(|above| world::kept([(above, None)]).into_values().any(|kept| kept == Kept::Tracked))
}

/// The error has the path wherever it may be shown.
fn unread(error: &ReadError) -> UnreadReport {
    let message = error.to_string();
    UnreadReport { path: message.contains(&error.path).then(|| error.path.clone()), message }
}

fn git(kept: Kept) -> Git {
    match kept {
        Kept::Tracked => Git::Tracked,
        Kept::Ignored => Git::Ignored,
        Kept::Open => Git::Open,
    }
}

impl Run {
    /// Takes the findings, with what the baseline says of each.
    pub(super) fn found(&mut self, findings: Vec<Located>) {
        self.report.findings = findings;
        if let Some(baseline) = self.baseline.take() {
            baseline.compare(self);
            self.baseline = Some(baseline);
        }
    }

    /// The files that could not be read.
    pub(super) fn failed(&self) -> impl Iterator<Item = &str> {
        self.failed.iter().chain(&self.astray).map(|error| error.path.as_str())
    }

    /// Prints the report, to standard error where standard output has the text of `-`.
    pub(super) fn finish(
        mut self,
        flags: &Flags,
        world: &World,
        repair: Repair,
        aside: bool,
    ) -> Result<Exit, Error> {
        if let Some(mut baseline) = self.baseline.take() {
            baseline.write(world, &mut self)?;
        }
        if repair.statistics {
            self.report.statistics = Some(statistics::of(self.report.standing()));
        }
        self.report.elapsed_ms = u64::try_from(self.began.elapsed().as_millis()).ok();
        let options = Options { fixes: repair.most(), ..self.options };
        output::report_with(flags, &options, &self.report, aside)?;
        let exit = self.exit(flags);
        std::mem::forget(self);
        Ok(exit)
    }

    /// By the findings, and by what could not be read.
    pub(super) fn exit(&self, flags: &Flags) -> Exit {
        let fails = |limit: Severity| self.report.worst().is_some_and(|worst| worst >= limit);
        match (flags.fail_on.severity().is_some_and(fails), self.failed.is_empty()) {
            (true, _) => Exit::Refused,
            (false, false) => Exit::CouldNotRun,
            (false, true) => Exit::Success,
        }
    }
}
