//! What is waited for, how often it is tried, and where the time went.

use super::*;

fn one() -> Dial {
    Dial { hosts: vec![DialHost::addr(None, ONE, 1)], ..dial(SslMode::Require) }
}

fn bounds(wait: u64) -> Bounds {
    Bounds { wait: Some(ms(wait)), seed: 42, ..Bounds::default() }
}

fn refused() -> Reply {
    Reply::Failed(Trouble::Tcp(ErrorKind::ConnectionRefused))
}

/// Every attempt ends with `reply` after a millisecond, until the probe is done: when each pause began, and its length.
fn pauses(
    probe: &mut Probe,
    reply: impl Fn(&Step, Duration) -> Reply,
) -> (Vec<(Duration, Duration)>, Duration) {
    let (mut now, mut out) = (ms(0), Vec::new());
    let mut step = probe.step(Reply::Begin, now);
    loop {
        let answer = match &step {
            Step::Done => return (out, now),
            Step::Sleep(pause) => {
                out.push((now, *pause));
                now += *pause;
                Reply::Slept
            }
            step => {
                now += ms(1);
                reply(step, now)
            }
        };
        step = probe.step(answer, now);
    }
}

#[test]
fn waits_only_for_what_may_pass() {
    let mut probe = Probe::new(one(), Vec::new(), bounds(30_000));
    let (pauses, now) = pauses(&mut probe, |step, _| match step {
        Step::Connect(attempt) if attempt.until <= ms(30_000) => failed("57P03"),
        other => panic!("{other:?}"),
    });
    assert!(now <= ms(30_000) && now > ms(29_950), "{now:?}");
    let failure = probe.failure().unwrap();
    let Some(Evidence::Waited(waited)) = failure.evidence.last() else { panic!("{failure}") };
    assert_eq!((waited.tries as usize, waited.over, waited.took), (pauses.len() + 1, true, now));
    assert!(failure.retryable && waited == &probe.waited());
    assert_eq!(waited.spent.tcp, ms(pauses.len() as u64 + 1));
    assert_eq!(waited.spent.pauses, pauses.iter().map(|(_, pause)| *pause).sum());
    let mut again = Probe::new(one(), Vec::new(), bounds(30_000));
    again.step(Reply::Begin, ms(0));
    assert!(
        matches!(again.step(failed("57P03"), ms(1)), Step::Sleep(p) if p == pauses[0].1),
        "the seed decides"
    );
    let mut permanent = Probe::new(one(), Vec::new(), bounds(30_000));
    permanent.step(Reply::Begin, ms(0));
    assert!(matches!(permanent.step(failed("28P01"), ms(1)), Step::Done));
}

#[test]
fn the_pace() {
    let within = |pause: Duration, base: u64| (ms(base * 4 / 5)..=ms(base * 6 / 5)).contains(&pause);
    // A server that is about to come: for five seconds every 20 ms, then every 100 ms.
    for reply in [refused(), failed("57P03"), Reply::Failed(Trouble::Tcp(ErrorKind::NotFound))] {
        let mut probe = Probe::new(one(), Vec::new(), bounds(20_000));
        let (all, _) = pauses(&mut probe, |_, _| reply.clone());
        let (soon, late): (Vec<_>, Vec<_>) = all.iter().partition(|(at, _)| *at < ms(5001));
        assert!(soon.len() > 200 && soon.iter().all(|(_, pause)| within(*pause, 20)), "{soon:?}");
        let late = &late[..late.len() - 6];
        assert!(late.len() > 100 && late.iter().all(|(_, pause)| within(*pause, 100)), "{late:?}");
        let mean =
            soon.iter().map(|(_, pause)| *pause).sum::<Duration>() / u32::try_from(soon.len()).unwrap();
        assert!(within(mean, 20) && soon.iter().any(|(_, pause)| *pause != soon[0].1), "spread");
    }
    // Anything else: doubling to a second.
    for reply in [
        Reply::Failed(Trouble::Elapsed(Phase::Tcp)),
        failed("53300"),
        Reply::Failed(Trouble::Closed(Phase::Startup, Ended::ByPeer)),
    ] {
        let mut probe = Probe::new(one(), Vec::new(), bounds(20_000));
        let (all, _) = pauses(&mut probe, |_, _| reply.clone());
        let bases = [100, 200, 400, 800, 1000, 1000, 1000];
        assert!(all.iter().zip(bases).all(|((_, pause), base)| within(*pause, base)), "{all:?}");
    }
    // The five seconds begin with the first such answer, not with the wait.
    let mut probe = Probe::new(one(), Vec::new(), bounds(20_000));
    let silent = Reply::Failed(Trouble::Elapsed(Phase::Tcp));
    let (all, _) = pauses(&mut probe, |_, now| if now < ms(6000) { silent.clone() } else { refused() });
    let soon = all.iter().filter(|(_, pause)| within(*pause, 20)).count();
    assert!((180..=320).contains(&soon), "{soon}");
}

#[test]
fn names_are_not_resolved_every_20_ms() {
    let hosts = vec![
        DialHost::name(Part::harmless("db.example"), 5432),
        DialHost::name(Part::harmless("nowhere.example"), 5432),
    ];
    let mut probe = Probe::new(Dial { hosts, ..one() }, Vec::new(), bounds(5000));
    let asked = std::cell::RefCell::new([Vec::new(), Vec::new()]);
    pauses(&mut probe, |step, now| match step {
        Step::Resolve { host, .. } if host.to_string() == "db.example" => {
            asked.borrow_mut()[0].push(now);
            Reply::Resolved(vec![ONE])
        }
        Step::Resolve { .. } => {
            asked.borrow_mut()[1].push(now);
            Reply::Failed(Trouble::Dns(Unresolved::NoName))
        }
        Step::Connect(_) => refused(),
        other => panic!("{other:?}"),
    });
    let [known, unknown] = asked.into_inner();
    assert_eq!(known.len(), 1, "{known:?}");
    assert!((4..=6).contains(&unknown.len()), "one that did not resolve once a second: {unknown:?}");
    // At the slower pace each time.
    let hosts = vec![DialHost::name(Part::harmless("db.example"), 5432)];
    let mut probe = Probe::new(Dial { hosts, ..one() }, Vec::new(), bounds(5000));
    let mut resolved = std::cell::Cell::new(0);
    pauses(&mut probe, |step, _| match step {
        Step::Resolve { .. } => {
            resolved.set(resolved.get() + 1);
            Reply::Resolved(vec![ONE])
        }
        _ => Reply::Failed(Trouble::Elapsed(Phase::Tcp)),
    });
    assert_eq!(*resolved.get_mut(), probe.waited().tries);
}

#[test]
fn what_a_deployment_knows_to_pass() {
    let wrong = || failed("28P01");
    let known = [FailureClass::AuthFailed, FailureClass::TlsRefused];
    let mut probe = Probe::new(one(), Vec::new(), bounds(5000)).retrying(&known);
    let (all, now) = pauses(&mut probe, |_, _| wrong());
    assert!(now > ms(4950) && all.len() < 20, "never at 20 ms: {all:?}");
    let failure = probe.failure().unwrap();
    assert_eq!((failure.class, failure.retryable), (FailureClass::AuthFailed, true));
    // Another failure still ends the wait.
    let mut probe = Probe::new(one(), Vec::new(), bounds(5000)).retrying(&known);
    let (all, _) = pauses(&mut probe, |_, now| if now < ms(1000) { wrong() } else { failed("3D000") });
    let failure = probe.failure().unwrap();
    assert_eq!((failure.class, failure.retryable), (FailureClass::DatabaseMissing, false));
    let Some(Evidence::Waited(waited)) = failure.evidence.last() else { panic!("{failure}") };
    assert_eq!((waited.tries as usize, waited.over), (all.len() + 1, false));
    // Without a wait it is tried once, and known to pass all the same.
    let mut probe = Probe::new(one(), Vec::new(), Bounds::default()).retrying(&known);
    pauses(&mut probe, |_, _| wrong());
    assert_eq!((probe.failure().unwrap().retryable, probe.waited().tries), (true, 1));
    // What was refused before anything was sent stays refused.
    let forbidden = Dial { sslmode: SslMode::Disable, tls_required: true, ..one() };
    let mut probe = Probe::new(forbidden, Vec::new(), bounds(5000)).retrying(&known);
    pauses(&mut probe, |step, _| panic!("{step:?}"));
    assert_eq!((probe.failure().unwrap().retryable, probe.waited().tries), (false, 1));
}

#[test]
fn the_whole_is_judged_again() {
    let mut probe = Probe::new(one(), vec![Query::new("roles", "SELECT 1")], bounds(1000));
    let answers = |standby| Reply::Answered(vec![session("7", standby, "off"), rows(&["one"], &["1"])]);
    probe.step(Reply::Begin, ms(0));
    probe.step(connected(), ms(1));
    assert!(matches!(probe.step(answers("f"), ms(2)), Step::Done));
    let Some(Step::Sleep(pause)) = probe.again("extension-missing", ms(5)) else { panic!("no pause") };
    assert!((ms(80)..=ms(120)).contains(&pause));
    let waiting = probe.waiting().unwrap();
    assert_eq!(
        (waiting.reason.as_str(), waiting.place.as_str(), waiting.tries),
        ("extension-missing", "192.0.2.1:1", 1)
    );
    let Step::Connect(attempt) = probe.step(Reply::Slept, ms(105)) else { panic!("no new session") };
    assert_eq!(attempt.until, ms(1000), "within the wait");
    let Step::Ask(queries, until) = probe.step(connected(), ms(106)) else { panic!("no questions") };
    assert_eq!((queries.len(), until), (3, ms(1000)), "the questions too");
    assert!(matches!(probe.step(answers("f"), ms(990)), Step::Done));
    assert!(probe.again("extension-missing", ms(990)).is_none(), "the wait is over");
    assert!(probe.waited().over && probe.waited().tries == 2 && probe.failure().is_none());
    assert!(
        matches!(probe.ask(Vec::new(), ms(991)), Step::Ask(_, until) if until == ms(10_991)),
        "the session stays"
    );
}

#[test]
fn where_the_time_went() {
    let named = Dial { hosts: vec![DialHost::name(Part::harmless("db.example"), 5432)], ..one() };
    let mut probe = Probe::new(named, Vec::new(), bounds(9000));
    probe.step(Reply::Begin, ms(0));
    probe.step(Reply::Resolved(vec![ONE]), ms(7));
    for (phase, at) in
        [(Phase::Tls, 10), (Phase::Startup, 30), (Phase::Authentication, 50), (Phase::Session, 90)]
    {
        probe.entered(phase, ms(at));
    }
    probe.step(connected(), ms(100));
    probe.step(failed("57P01"), ms(103));
    probe.step(Reply::Slept, ms(203));
    let spent = probe.waited().spent;
    let parts: Vec<u128> = spent.parts().iter().map(|(_, time)| time.as_millis()).collect();
    assert_eq!(parts, [7, 3, 20, 60, 13, 0, 100]);
    let waited = Waited { tries: 3, over: true, took: ms(61_500), spent };
    assert_eq!(
        waited.to_string(),
        "tried 3 times in 62 s: dns 7 ms, tcp 3 ms, tls 20 ms, authentication 60 ms, query 13 ms, pauses 100 ms"
    );
}

#[test]
fn the_end_of_a_wait_is_no_news_of_the_server() {
    // The last try has no time left: what the one before said stands.
    let mut probe = Probe::new(one(), Vec::new(), bounds(1000)).retrying(&[FailureClass::AuthFailed]);
    probe.step(Reply::Begin, ms(0));
    assert!(matches!(probe.step(failed("28P01"), ms(10)), Step::Sleep(_)));
    let Step::Connect(attempt) = probe.step(Reply::Slept, ms(110)) else { panic!("no try") };
    assert_eq!(attempt.until, ms(1000));
    assert!(matches!(probe.step(Reply::Failed(Trouble::Elapsed(Phase::Startup)), ms(1000)), Step::Done));
    assert_eq!(probe.failure().unwrap().class, FailureClass::AuthFailed);
    assert_eq!(probe.tried()[0].failure.as_ref().unwrap().class, FailureClass::AuthFailed);
    assert!(probe.waited().over && probe.waited().tries == 2 && !probe.cut_short());
    // An attempt that had all of its own time is news.
    let bounds = Bounds { timeout: ms(300), ..bounds(1000) };
    let mut probe = Probe::new(one(), Vec::new(), bounds);
    probe.step(Reply::Begin, ms(0));
    probe.step(failed("53300"), ms(600));
    probe.step(Reply::Slept, ms(690));
    probe.step(Reply::Failed(Trouble::Elapsed(Phase::Startup)), ms(990));
    assert_eq!(probe.failure().unwrap().class, FailureClass::DeadlineExceeded);
    // Nothing was known before but what was judged.
    let mut probe = Probe::new(one(), Vec::new(), super::waiting::bounds(1000));
    probe.step(Reply::Begin, ms(0));
    probe.step(connected(), ms(1));
    probe.step(Reply::Answered(vec![session("7", "f", "off")]), ms(2));
    assert!(probe.again("extension-missing", ms(2)).is_some());
    probe.step(Reply::Slept, ms(102));
    probe.step(Reply::Failed(Trouble::Elapsed(Phase::Startup)), ms(1000));
    assert!(probe.cut_short() && probe.failure().is_some());
    // A judgement that would be cut short is not begun.
    let mut probe = Probe::new(one(), Vec::new(), super::waiting::bounds(1000));
    probe.step(Reply::Begin, ms(0));
    probe.step(connected(), ms(300));
    probe.step(Reply::Answered(vec![session("7", "f", "off")]), ms(400));
    assert!(probe.again("extension-missing", ms(400)).is_none() && probe.waited().over);
}
