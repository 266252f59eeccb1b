//! `check` and `preflight`, and what `run` shares with them.

use super::{
    Error, Exit,
    args::{Flags, Live, Mode},
    output,
    progress::Progress,
    reports, start,
};
use crate::{
    configuration::Configuration,
    driver,
    preflight::{self, Options, Retry, Verdict},
    probe::Attempt,
    report::Report,
    rules::Door,
    world::World,
};
use std::time::Duration;

pub(super) fn check(flags: &Flags) -> Result<Exit, Error> {
    reports::admit(flags)?;
    let world = World::of_process();
    let (input, remarks) = start::input(flags, &world)?;
    let configuration = Configuration::new(input);
    let options = options(flags, Door::Check, "check");
    finish(flags, &world, preflight::check(&configuration, &options), remarks)
}

pub(super) fn preflight(flags: &Flags, live: &Live) -> Result<Exit, Error> {
    #[cfg(unix)]
    super::run::end_on_signals();
    reports::admit(flags)?;
    let world = World::of_process();
    let asked = ask(flags, live, &world, Door::Preflight, "preflight")?;
    finish(flags, &world, asked.verdict, asked.remarks)
}

/// What came of asking the server.
pub(super) struct Asked {
    /// What was judged.
    pub(super) configuration: Configuration,
    /// The verdict, without its session.
    pub(super) verdict: Verdict,
    /// How the session was opened.
    pub(super) attempt: Option<Attempt>,
    /// Sentences on what the command line changed.
    pub(super) remarks: Vec<String>,
}

/// Check, then ask the server.
pub(super) fn ask(
    flags: &Flags,
    live: &Live,
    world: &World,
    door: Door,
    command: &'static str,
) -> Result<Asked, Error> {
    let (input, remarks) = start::input(flags, world)?;
    let files = crate::guard::connection_files(world, input.no_pg_env, live.timeout);
    let configuration = Configuration::new(input);
    let retry = live.retry.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
    let retry = Retry::of(retry).map_err(|e| Error::Other(format!("--retry: {e}")))?;
    let progress = Progress::new(flags, world);
    let options = Options {
        timeout: live.timeout,
        wait: live.wait,
        retry,
        watcher: progress.watcher(),
        install: live.install,
        ..options(flags, door, command)
    };
    let (verdict, attempt) = driver::block_on(|| async {
        let mut verdict = preflight::preflight(&configuration, &options, &files).await;
        // It belongs to the runtime that ends here.
        let session = verdict.session.take();
        (verdict, session.map(|session| session.attempt().clone()))
    })?;
    drop(progress);
    Ok(Asked { configuration, verdict, attempt, remarks })
}

fn options(flags: &Flags, door: Door, command: &'static str) -> Options {
    Options {
        door,
        command,
        timeout: Duration::from_secs(10),
        wait: None,
        retry: Retry::default(),
        watcher: None,
        install: false,
        observe: flags.mode == Mode::Observe,
        fail_on: flags.fail_on.severity(),
        seed: u64::from(std::process::id()),
        now: World::now(),
    }
}

fn finish(flags: &Flags, world: &World, verdict: Verdict, remarks: Vec<String>) -> Result<Exit, Error> {
    let Verdict { mut report, refused, temporary, .. } = verdict;
    remark(&mut report, remarks);
    output::report(flags, world, &report)?;
    Ok(match (refused, temporary) {
        (true, _) => Exit::Refused,
        (false, true) => Exit::Temporary,
        (false, false) => Exit::Success,
    })
}

/// Puts what the command line changed before the report's own remarks.
pub(super) fn remark(report: &mut Report, remarks: Vec<String>) {
    report.remarks.splice(0..0, remarks);
    if report.observe {
        report.remarks.push("observe mode: what is found here does not refuse".into());
    }
}
