//! The boot API before a server that stalls: both doors end on time, and leave neither socket nor thread nor task.

use super::PASSWORD;
use super::stage::{Fault, Stage, answer};
use super::support::fake::{Fake, Line};
use pgward::{Environment, Error, Guard, figment::providers::Serialized};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_millis(500);
/// Beyond the timeout: the machine may be busy.
const LATE: Duration = Duration::from_secs(3);

/// The threads of a process are counted: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn guard(port: u16, sslmode: &str) -> Guard {
    let url = format!("postgresql://app:{PASSWORD}@127.0.0.1:{port}/app?sslmode={sslmode}");
    let guard = Guard::from_env().expect("a guard").environment(Environment::Development);
    guard.layer(Serialized::default("database_url", url)).timeout(TIMEOUT)
}

fn stalls(stage: Stage) -> Fake {
    Fake::start(move |line| {
        stage.reach(line);
        Fault::Silent.commit(stage, line);
    })
}

/// Threads of ours that still run.
fn threads() -> Vec<String> {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return Vec::new() };
    let names = tasks.flatten().filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.starts_with("pgward")).collect()
}

fn check(outcome: Result<(), Error>, stage: Stage, fake: &Fake, began: Instant) {
    let took = began.elapsed();
    let Err(Error::Refused(report)) = outcome else { panic!("{stage:?}: {outcome:?}") };
    let failure = report.failure.as_ref().expect("a failure");
    assert_eq!(
        (&*failure.class, &*failure.phase),
        ("deadline-exceeded", stage.phase().as_str()),
        "{stage:?}"
    );
    assert!(took < TIMEOUT + LATE, "{stage:?}: {took:?}");
    assert!(fake.all_closed(), "{stage:?}: a socket is left");
}

const MET: [(Stage, &str); 6] = [
    (Stage::TlsAnswer, "require"),
    (Stage::TlsHandshake, "require"),
    (Stage::Startup, "disable"),
    (Stage::ScramProof, "disable"),
    (Stage::Ready, "disable"),
    (Stage::Answers, "disable"),
];

#[test]
fn the_blocking_door() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for (stage, sslmode) in MET {
        let fake = stalls(stage);
        let began = Instant::now();
        check(guard(fake.port, sslmode).enforce().map(drop), stage, &fake, began);
        assert_eq!(threads(), Vec::<String>::new(), "{stage:?}");
    }
}

#[test]
fn the_asynchronous_door() {
    for (stage, sslmode) in MET {
        let fake = stalls(stage);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let began = Instant::now();
        let outcome = runtime.block_on(guard(fake.port, sslmode).enforce_async());
        check(outcome.map(drop), stage, &fake, began);
        assert_eq!(runtime.metrics().num_alive_tasks(), 0, "{stage:?}: a task is left");
    }
}

#[test]
fn a_dropped_future_leaves_nothing_and_the_runtime_ends_at_once() {
    for (stage, sslmode) in MET {
        let fake = stalls(stage);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let guarding = guard(fake.port, sslmode).timeout(Duration::from_secs(60)).enforce_async();
            tokio::time::timeout(Duration::from_millis(200), guarding).await.expect_err("it is not done yet");
        });
        assert!(fake.all_closed(), "{stage:?}: a socket is left");
        assert_eq!(runtime.metrics().num_alive_tasks(), 0, "{stage:?}: a task is left");
        let began = Instant::now();
        drop(runtime);
        assert!(began.elapsed() < LATE, "{stage:?}: {:?}", began.elapsed());
    }
    // in the middle of a future that nobody finishes
    let fake = stalls(Stage::ScramProof);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let guarding = guard(fake.port, "disable").timeout(Duration::from_secs(60));
    runtime.spawn(async { guarding.enforce_async().await.map(drop) });
    std::thread::sleep(Duration::from_millis(200));
    let began = Instant::now();
    drop(runtime);
    assert!(began.elapsed() < LATE && fake.all_closed(), "{:?}", began.elapsed());
}

/// Opens the session of the guard, answers all it asks, and stalls in the next one.
fn stalls_the_second_time(stage: Stage) -> Fake {
    let met = AtomicUsize::new(0);
    Fake::start(move |line| {
        if met.fetch_add(1, Ordering::SeqCst) > 0 {
            stage.reach(line);
            return Fault::Silent.commit(stage, line);
        }
        Stage::Ready.reach(line);
        line.message(b'Z', b"I");
        answer_all(line);
    })
}

/// Answers every `Query` message until the client goes.
fn answer_all(line: &mut Line) {
    let mut heard = Vec::new();
    loop {
        let more = line.hear();
        if more.is_empty() {
            return;
        }
        heard.extend(more);
        while let Some(length) = heard.get(1..5).and_then(|length| <[u8; 4]>::try_from(length).ok()) {
            let whole = 1 + u32::from_be_bytes(length) as usize;
            if heard.len() < whole {
                break;
            }
            if heard[0] == b'Q' {
                answer(line);
            }
            heard.drain(..whole);
        }
    }
}

#[test]
fn a_further_session_is_bounded_as_well() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for stage in [Stage::Startup, Stage::ScramProof, Stage::Ready] {
        let fake = stalls_the_second_time(stage);
        let ready = guard(fake.port, "disable").enforce().expect("ready");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let began = Instant::now();
        let outcome = runtime.block_on(ready.connect_async()).map(drop);
        assert!(matches!(outcome, Err(Error::Connect(_))), "{outcome:?}");
        assert!(began.elapsed() < TIMEOUT + LATE, "{stage:?}: {:?}", began.elapsed());
        drop(runtime);
        #[cfg(feature = "blocking")]
        {
            let began = Instant::now();
            let outcome = ready.connect().map(drop);
            let Err(Error::Connect(why)) = outcome else { panic!("{outcome:?}") };
            assert!(began.elapsed() < TIMEOUT + LATE, "{stage:?}: {:?}", began.elapsed());
            assert_eq!(why, "timed out");
        }
        assert!(fake.all_closed(), "{stage:?}: a socket is left");
        assert_eq!(threads(), Vec::<String>::new(), "{stage:?}");
    }
}
