//! `lint`: the files of a repository, or what stands on standard input.

use super::{Error, Exit, args::Flags, output, start, walk};
use crate::{
    finding::Severity,
    layer::MAX_BYTES,
    lint::{Files, lint_with},
    report::Report,
    repository::MAX_MANIFEST,
    source::Sources,
    world::World,
};
use std::{collections::BTreeSet, io::Read as _};

pub(super) fn run(flags: &Flags, paths: &[String]) -> Result<Exit, Error> {
    let world = World::of_process();
    let began = std::time::Instant::now();
    let mut sources = Sources::default();
    let first = paths.iter().find(|p| *p != "-").map_or(".", String::as_str);
    let (policy, remarks) = start::policy(flags, &world, &mut sources, walk::policy_above(first))?;
    let mut files = Files { environment: flags.environment(&policy)?, ..Files::default() };
    let mut report = Report::new("lint");
    report.remarks = remarks;
    let (mut failed, mut manifests) = (Vec::new(), BTreeSet::new());
    for path in paths {
        if path == "-" {
            let mut bytes = Vec::new();
            let input = std::io::stdin().take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes);
            input.map_err(|e| Error::Other(format!("standard input cannot be read: {}", e.kind())))?;
            files.files.push(("<stdin>".to_owned(), bytes));
            manifests.extend(walk::manifests_above(std::path::Path::new("."), true));
            continue;
        }
        let found = walk::find(path)?;
        manifests.extend(found.manifests);
        if found.carriers.is_empty() && std::path::Path::new(path).is_file() {
            report.remarks.push(format!("`{path}` is no file that this version lints"));
        }
        for carrier in found.carriers {
            let carrier = carrier.strip_prefix("./").unwrap_or(&carrier).to_owned();
            match world.read(&carrier, MAX_BYTES, start::PATIENCE) {
                Ok(bytes) => files.files.push((carrier, bytes)),
                Err(error) => failed.push(error),
            }
        }
    }
    files.files.sort_by(|a, b| a.0.cmp(&b.0));
    files.files.dedup_by(|a, b| a.0 == b.0);
    for path in manifests.into_iter().map(|m| m.strip_prefix("./").unwrap_or(&m).to_owned()) {
        // They only help to judge: what cannot be read says nothing.
        if let Ok(bytes) = world.read(&path, MAX_MANIFEST, start::PATIENCE) {
            files.manifests.push((path, bytes));
        }
    }
    report.files.read = files.files.len();
    report.files.unreadable = failed.len();
    report.findings = lint_with(&mut sources, &files, &policy);
    report.elapsed_ms = u64::try_from(began.elapsed().as_millis()).ok();
    for error in &failed {
        output::error(&error.to_string());
    }
    if files.files.is_empty() {
        if !flags.quiet {
            report.remarks.push("nothing to look at: no env file was read".to_owned());
        }
        if flags.format != crate::report::Format::Json && flags.report.is_empty() {
            for remark in report.remarks.iter().filter(|_| !flags.quiet) {
                output::error(remark);
            }
            return Ok(if failed.is_empty() { Exit::Success } else { Exit::CouldNotRun });
        }
    }
    output::report(flags, &world, &report)?;
    let fails = |limit: Severity| report.worst().is_some_and(|worst| worst >= limit);
    Ok(match (flags.fail_on.severity().is_some_and(fails), failed.is_empty()) {
        (true, _) => Exit::Refused,
        (false, false) => Exit::CouldNotRun,
        (false, true) => Exit::Success,
    })
}
