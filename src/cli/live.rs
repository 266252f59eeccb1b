//! `check` and `preflight`.

use super::{
    Error, Exit,
    args::{Flags, Live, Mode},
    output,
    progress::Progress,
    start,
};
use crate::{
    configuration::Configuration,
    driver,
    preflight::{self, Options, Retry, Verdict},
    rules::Door,
    world::World,
};
use std::time::Duration;

pub(super) fn check(flags: &Flags) -> Result<Exit, Error> {
    let world = World::of_process();
    let (input, remarks) = start::input(flags, &world)?;
    let configuration = Configuration::new(input);
    let options = options(flags, Door::Check, "check");
    finish(flags, &world, preflight::check(&configuration, &options), remarks)
}

pub(super) fn preflight(flags: &Flags, live: &Live) -> Result<Exit, Error> {
    let world = World::of_process();
    let (input, remarks) = start::input(flags, &world)?;
    let files = crate::guard::connection_files(&world, input.no_pg_env);
    let configuration = Configuration::new(input);
    let retry = live.retry.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
    let retry = Retry::of(retry).map_err(|e| Error::Other(format!("--retry: {e}")))?;
    let progress = Progress::new(flags, &world);
    let options = Options {
        timeout: live.timeout,
        wait: live.wait,
        retry,
        watcher: progress.watcher(),
        install: live.install,
        ..options(flags, Door::Preflight, "preflight")
    };
    let verdict = driver::block_on(|| async {
        let mut verdict = preflight::preflight(&configuration, &options, &files).await;
        // It belongs to the runtime that ends here.
        verdict.session = None;
        verdict
    })?;
    drop(progress);
    finish(flags, &world, verdict, remarks)
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
    report.remarks.splice(0..0, remarks);
    if report.observe {
        report.remarks.push("observe mode: what is found here does not refuse".into());
    }
    output::report(flags, world, &report)?;
    Ok(match (refused, temporary) {
        (true, _) => Exit::Refused,
        (false, true) => Exit::Temporary,
        (false, false) => Exit::Success,
    })
}
