//! Phase by phase, fault by fault: the class, the phase, the time, and that nothing is left.

use super::dial;
use super::stage::{FAULTS, Fault, STAGES, Stage};
use super::support::fake::Fake;
use pgward::unstable::driver::Driver;
use pgward::unstable::probe::{Bounds, Failure, FailureClass, Probe, Query};
use std::sync::Arc;
use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_millis(500);

/// One line of the table.
struct Row {
    stage: Stage,
    fault: Fault,
    failure: Option<Failure>,
    took: Duration,
    closed: bool,
    said: usize,
}

/// Lets a client run into a fault; the time is that of the step that met it.
async fn meet(stage: Stage, fault: Fault) -> Row {
    let fake = Fake::start(move |line| {
        stage.reach(line);
        fault.commit(stage, line);
    });
    let bounds = Bounds { timeout: TIMEOUT, ..Bounds::default() };
    let questions = vec![Query::new("q", "SELECT 1")];
    let mut driver = Driver::new(Probe::new(dial(fake.port, stage.sslmode()), questions.clone(), bounds));
    let mut began = Instant::now();
    let mut outcome = driver.run().await;
    if stage >= Stage::Install && outcome.is_ok() {
        began = Instant::now();
        outcome = driver.install(&["pg_trgm".to_owned()]).await;
    }
    if stage >= Stage::Again && outcome.is_ok() {
        began = Instant::now();
        outcome = driver.ask(questions).await;
    }
    let took = began.elapsed();
    assert!(driver.session().is_none() || outcome.is_ok());
    drop(driver);
    let closed =
        tokio::task::spawn_blocking(move || (fake.all_closed(), fake.said())).await.expect("no panic");
    Row { stage, fault, failure: outcome.err(), took, closed: closed.0, said: closed.1 }
}

/// Every row; so many clients at once, and fewer where the server sends as fast as it can.
async fn all(at_once: usize) -> Vec<Row> {
    let mut rows = some(at_once, false).await;
    rows.extend(some(1, true).await);
    rows.sort_by_key(|row| {
        let place = |found: Option<usize>| found.unwrap_or_default();
        (
            place(STAGES.iter().position(|stage| *stage == row.stage)),
            place(FAULTS.iter().position(|fault| *fault == row.fault)),
        )
    });
    rows
}

async fn some(at_once: usize, floods: bool) -> Vec<Row> {
    let free = Arc::new(tokio::sync::Semaphore::new(at_once));
    let mut running = tokio::task::JoinSet::new();
    for (stage, fault) in STAGES.iter().flat_map(|stage| FAULTS.map(|fault| (*stage, fault))) {
        if fault.applies(stage) && fault.is_flood() == floods {
            let free = Arc::clone(&free);
            running.spawn(async move {
                let _one = free.acquire().await.expect("open");
                meet(stage, fault).await
            });
        }
    }
    running.join_all().await
}

/// What is wrong with a row.
fn wrong(row: &Row, late: Duration) -> Vec<String> {
    let Row { stage, fault, failure, took, closed, .. } = row;
    let mut out = Vec::new();
    let mut expect = |holds: bool, text: String| {
        if !holds {
            out.push(format!("{stage:?} {fault:?}: {text}"));
        }
    };
    let (class, phase) = (fault.class(*stage), fault.phase(*stage));
    let late_flood = |class: FailureClass| fault.is_flood() && class == FailureClass::DeadlineExceeded;
    match failure {
        None => expect(false, "no failure".to_owned()),
        Some(failure) => {
            let right = failure.phase == phase && (failure.class == class || late_flood(failure.class));
            expect(right, format!("{class} {phase}, not {failure}"));
        }
    }
    expect(*took <= TIMEOUT + late, format!("took {took:?}"));
    expect(*closed, "a socket is left".to_owned());
    out
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_in_every_phase() {
    let rows = all(4).await;
    // a second, because the machine may be busy; `stalls_end_on_time` measures
    let mut bad = Vec::new();
    for row in rows.iter().filter(|row| !wrong(row, Duration::from_secs(1)).is_empty()) {
        // Several at once are much for a machine that does something else: what was late is met once more, alone.
        let again = meet(row.stage, row.fault).await;
        bad.extend(wrong(&again, Duration::from_secs(1)));
    }
    assert!(rows.len() > 200 && bad.is_empty(), "{} of {}:\n{}", bad.len(), rows.len(), bad.join("\n"));
}

/// `cargo test --release --all-features --test faults -- --ignored --nocapture stalls_end_on_time`, on a quiet
/// machine: the table, and the criterion of 100 ms.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn stalls_end_on_time() {
    let rows = all(2).await;
    let line = |row: &Row| {
        let failure = row.failure.as_ref().map(|f| format!("{} in {}", f.class, f.phase)).unwrap_or_default();
        let (stage, fault) = (format!("{:?}", row.stage), format!("{:?}", row.fault));
        let millis = row.took.as_secs_f64() * 1e3;
        format!("{stage:13} {fault:21} {failure:42} {millis:6.1} ms {:>9} B", row.said)
    };
    let out: Vec<String> = rows.iter().map(line).collect();
    let last = rows.iter().map(|row| row.took).max().unwrap_or_default();
    // Read by whoever asked for the measurement.
    #[expect(clippy::disallowed_macros, reason = "a measurement is printed")]
    {
        let (out, rows) = (out.join("\n"), rows.len());
        println!("{out}\n{rows} rows, a timeout of {TIMEOUT:?}, the longest took {last:?}");
    }
    let bad: Vec<String> = rows.iter().flat_map(|row| wrong(row, Duration::from_millis(100))).collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
