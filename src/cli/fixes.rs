//! `lint --fix` and `lint --diff`: what is made of the fixes.

use super::{
    Error, Exit,
    args::{Flags, Repair},
    lint::Run,
    output,
};
use crate::{
    fix::diff,
    lint::{Mended, lint_with, mend},
    policy::Policy,
    report::FixedReport,
    source::Sources,
    world::{World, WriteError},
};
use std::io::{self, IsTerminal as _};

/// The name of standard input in a report.
pub(super) const STDIN: &str = "<stdin>";

/// Refuses what cannot come out well, before anything is read.
pub(super) fn admit(repair: Repair, paths: &[String]) -> Result<(), Error> {
    if !repair.fix || repair.diff || !paths.iter().any(|p| p == "-") {
        return Ok(());
    }
    if paths.len() > 1 {
        return Err(Error::Other(
            "--fix writes the text of `-` to standard output: name nothing beside it".into(),
        ));
    }
    if io::stdout().is_terminal() {
        return Err(Error::Other(
            "--fix would write the text of `-`, secrets and all, to this terminal: redirect standard output"
                .into(),
        ));
    }
    Ok(())
}

pub(super) fn run(
    flags: &Flags,
    world: &World,
    policy: &Policy,
    repair: Repair,
    mut run: Run,
) -> Result<Exit, Error> {
    let mut mended = mend(&run.files, policy, repair.most());
    if !mended.settled {
        run.report.remarks.push("the fixes did not come to an end; run --fix again".to_owned());
    }
    run.found(std::mem::take(&mut mended.left));
    if repair.diff {
        return show(flags, world, &run, &mended);
    }
    let stdin = mended.files.files.len() == 1 && mended.files.files[0].0 == STDIN;
    let refused = if stdin { Vec::new() } else { write(world, &run, &mended) };
    if !refused.is_empty() {
        let mut files = mended.files.clone();
        for (i, (path, bytes)) in files.files.iter_mut().enumerate() {
            if refused.iter().any(|e| e.path == *path) {
                bytes.clone_from(&run.files.files[i].1);
            }
        }
        let mut sources = Sources::default();
        let policy = policy.rehomed(&mut sources);
        let findings = lint_with(&mut sources, &files, &policy);
        run.found(findings);
    }
    let written = |path: &str| !refused.iter().any(|e| e.path == path);
    run.report.fixed = Some(FixedReport {
        fixed_findings: mended.fixed.iter().filter(|(path, _)| written(path)).map(|(_, n)| n).sum(),
        fixed_files: mended.changed().filter(|(path, ..)| written(path)).count(),
    });
    for error in &refused {
        output::error(&error.to_string());
    }
    if stdin {
        output::bytes(&mended.files.files[0].1)?;
    }
    let exit = run.finish(flags, world, repair, stdin)?;
    Ok(if refused.is_empty() { exit } else { Exit::CouldNotRun })
}

/// Writes the files that changed; what could not be written holds what it held.
fn write(world: &World, run: &Run, mended: &Mended) -> Vec<WriteError> {
    let files = run.files.files.iter().zip(&mended.files.files);
    files
        .filter(|((_, before), (_, after))| before != after)
        .filter_map(|((path, before), (_, after))| world.replace(path, before, after).err())
        .collect()
}

/// The diff on standard output, and one line on standard error.
fn show(flags: &Flags, world: &World, run: &Run, mended: &Mended) -> Result<Exit, Error> {
    let mut text = String::new();
    for (path, before, after) in mended.changed() {
        text.push_str(if text.is_empty() { diff::HEAD } else { "" });
        text.push_str(&diff::unified(path, before, after));
    }
    output::stdout(&text)?;
    if !flags.quiet {
        let options = output::options(flags, world);
        let left = run.report.standing().filter(|f| options.shows(f.severity)).count();
        let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        let (fixed, files) = (mended.fixed.values().sum(), mended.changed().count());
        output::line(&match fixed {
            0 => format!("pgward: would fix nothing; {} left", plural(left, "finding")),
            _ => format!(
                "pgward: would fix {} in {}; {left} left",
                plural(fixed, "finding"),
                plural(files, "file")
            ),
        });
    }
    let exit = run.exit(flags);
    Ok(if exit == Exit::Success && !text.is_empty() { Exit::Refused } else { exit })
}
