//! Several hosts and addresses: who is next, who is asked again, and whose session is accepted.

use super::*;
use std::collections::BTreeSet;

const THREE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 3));

/// What a scripted server is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Is {
    Down,
    Starting,
    Primary,
    Standby,
    ReadOnly,
    WrongPassword,
}

/// The addresses that were dialled, and the one whose session was accepted.
fn walk(dial: Dial, is: impl Fn(IpAddr) -> Is) -> (Vec<IpAddr>, Option<IpAddr>) {
    let mut probe = probe(dial);
    let (mut step, mut dialled) = (probe.step(Reply::Begin, ms(0)), Vec::new());
    loop {
        let reply = match &step {
            Step::Resolve { .. } => Reply::Resolved(vec![ONE, THREE]),
            Step::Connect(attempt) => {
                let Address::Tcp(address) = &attempt.address else { panic!("{attempt:?}") };
                dialled.push(address.ip());
                match is(address.ip()) {
                    Is::Down => Reply::Failed(Trouble::Tcp(ErrorKind::ConnectionRefused)),
                    Is::Starting => failed("57P03"),
                    Is::WrongPassword => failed("28P01"),
                    _ => connected(),
                }
            }
            Step::Ask(..) => {
                let (standby, read_only) = match is(*dialled.last().unwrap()) {
                    Is::Standby => ("t", "off"),
                    Is::ReadOnly => ("f", "on"),
                    _ => ("f", "off"),
                };
                Reply::Answered(vec![session("7", standby, read_only), rows(&["one"], &["1"])])
            }
            Step::Done => {
                let met = probe.failure().is_none().then(|| *dialled.last().unwrap());
                return (dialled, met);
            }
            other => panic!("{other:?}"),
        };
        step = probe.step(reply, ms(1));
    }
}

fn wanting(word: &str) -> Dial {
    Dial { target_session_attrs: word.parse().unwrap(), ..dial(SslMode::Require) }
}

/// The dial's hosts are a name with [`ONE`] and [`THREE`], then [`TWO`].
fn world(one: Is, three: Is, two: Is) -> impl Fn(IpAddr) -> Is {
    move |address| match address {
        ONE => one,
        THREE => three,
        _ => two,
    }
}

#[test]
fn to_the_next_address_or_the_next_host() {
    use Is::{Down, Primary, Standby, Starting, WrongPassword};
    let any = || wanting("any");
    assert_eq!(walk(any(), world(Down, Primary, Primary)), (vec![ONE, THREE], Some(THREE)));
    assert_eq!(walk(any(), world(Down, Down, Primary)), (vec![ONE, THREE, TWO], Some(TWO)));
    assert_eq!(
        walk(any(), world(Starting, Primary, Primary)),
        (vec![ONE, TWO], Some(TWO)),
        "57P03 is the host's"
    );
    assert_eq!(walk(any(), world(Down, WrongPassword, Primary)), (vec![ONE, THREE], None), "libpq stops");
    let primary = || wanting("primary");
    assert_eq!(
        walk(primary(), world(Standby, Primary, Primary)),
        (vec![ONE, TWO], Some(TWO)),
        "and so are these"
    );
    assert_eq!(walk(primary(), world(Standby, Primary, Down)), (vec![ONE, TWO], None));
}

#[test]
fn the_six_values() {
    use Is::{Primary, ReadOnly, Standby};
    for (word, primary, standby, read_only) in [
        ("any", true, true, true),
        ("read-write", true, false, false),
        ("read-only", false, true, true),
        ("primary", true, false, true),
        ("standby", false, true, false),
        ("prefer-standby", true, true, true),
    ] {
        for (is, met) in [(Primary, primary), (Standby, standby), (ReadOnly, read_only)] {
            let (_, found) = walk(wanting(word), world(is, is, is));
            assert_eq!(found.is_some(), met, "{word} {is:?}");
        }
        assert_eq!(TargetSessionAttrs::as_str(word.parse().unwrap()), word);
    }
    assert!("Primary".parse::<TargetSessionAttrs>().is_err());
}

#[test]
fn prefer_standby_looks_twice() {
    use Is::{Down, Primary, Standby, Starting, WrongPassword};
    let prefer = || wanting("prefer-standby");
    assert_eq!(walk(prefer(), world(Primary, Down, Standby)), (vec![ONE, TWO], Some(TWO)));
    assert_eq!(walk(prefer(), world(Primary, Down, Primary)), (vec![ONE, TWO, ONE], Some(ONE)));
    assert_eq!(
        walk(prefer(), world(Down, Starting, Primary)),
        (vec![ONE, THREE, TWO, ONE, THREE, TWO], Some(TWO))
    );
    assert_eq!(
        walk(prefer(), world(Primary, Down, WrongPassword)),
        (vec![ONE, TWO], None),
        "what stops, stops"
    );
    assert_eq!(
        walk(prefer(), world(Down, Down, Down)).0,
        [ONE, THREE, TWO, ONE, THREE, TWO],
        "as libpq does"
    );
}

#[test]
fn chance_decides_with_load_balancing() {
    let random = |seed| {
        let dial = Dial { load_balance_hosts: true, ..wanting("any") };
        let mut probe =
            Probe::new(dial, Vec::new(), Bounds { seed, wait: Some(ms(60_000)), ..Bounds::default() });
        let mut out = Vec::new();
        let mut step = probe.step(Reply::Begin, ms(0));
        while out.len() < 30 {
            step = match &step {
                Step::Resolve { .. } => probe.step(Reply::Resolved(vec![ONE, THREE]), ms(1)),
                Step::Connect(attempt) => {
                    out.push(attempt.address.to_string());
                    probe.step(Reply::Failed(Trouble::Tcp(ErrorKind::ConnectionRefused)), ms(1))
                }
                Step::Sleep(_) => probe.step(Reply::Slept, ms(1)),
                other => panic!("{other:?}"),
            };
        }
        out
    };
    assert_eq!(random(1), random(1), "the seed decides");
    let mut orders = BTreeSet::new();
    for seed in 0..40 {
        for walk in random(seed).chunks(3) {
            let mut sorted = walk.to_vec();
            sorted.sort();
            assert_eq!(sorted, ["192.0.2.1:5432", "192.0.2.2:5433", "192.0.2.3:5432"], "each once");
            assert!(walk[1] != "192.0.2.2:5433", "the addresses of a host stay together: {walk:?}");
            orders.insert(walk.to_vec());
        }
    }
    assert_eq!(orders.len(), 4, "hosts and addresses in every order: {orders:?}");
}

#[test]
fn a_host_that_drops_packets_leaves_time_for_the_others() {
    let mut probe = probe(dial(SslMode::Require));
    let Step::Resolve { until, .. } = probe.step(Reply::Begin, ms(0)) else { panic!() };
    assert_eq!(until, ms(5000), "two hosts");
    let Step::Connect(first) = probe.step(Reply::Resolved(vec![ONE, THREE]), ms(1000)) else { panic!() };
    assert_eq!(
        (first.tcp_until, first.until),
        (ms(4000), ms(10_000)),
        "three addresses; a login has all the time"
    );
    let elapsed = || Reply::Failed(Trouble::Elapsed(Phase::Tcp));
    let Step::Connect(second) = probe.step(elapsed(), ms(4000)) else { panic!() };
    assert_eq!((second.tcp_until, second.until), (ms(7000), ms(10_000)));
    let Step::Connect(last) = probe.step(elapsed(), ms(7000)) else { panic!() };
    assert_eq!((last.tcp_until, last.until), (ms(10_000), ms(10_000)));
}

#[test]
fn connect_timeout_holds_for_both_ways_to_an_address() {
    let hosts = vec![DialHost::addr(None, ONE, 1)];
    let dial = Dial { hosts, connect_timeout: Some(ms(2000)), ..dial(SslMode::Prefer) };
    let mut probe = probe(dial);
    let Step::Connect(first) = probe.step(Reply::Begin, ms(0)) else { panic!() };
    let broken = Reply::Failed(Trouble::Tls(TlsTrouble::Broken));
    let Step::Connect(second) = probe.step(broken, ms(1500)) else { panic!() };
    assert_eq!((first.until, second.until, second.tls), (ms(2000), ms(2000), Tls::Never));
}

#[test]
fn what_each_address_said() {
    let mut probe = probe(dial(SslMode::Require));
    probe.step(Reply::Begin, ms(0));
    probe.step(Reply::Failed(Trouble::Dns(Unresolved::NoName)), ms(1));
    probe.step(connected(), ms(2));
    probe.step(Reply::Answered(vec![session("7", "f", "off")]), ms(3));
    let tried: Vec<_> = probe.tried();
    let said: Vec<_> = tried.iter().map(|t| t.failure.as_ref().map(|f| f.class)).collect();
    assert_eq!(said, [Some(FailureClass::DnsFailed), None]);
    assert!(tried[0].address.is_none() && tried[0].port == 5432 && !tried[0].tls);
    assert_eq!(tried[0].host.as_ref().unwrap().to_string(), "db.example");
    assert_eq!(tried[1].address.as_ref().unwrap().to_string(), "192.0.2.2:5433");
    assert!(tried[1].host.is_none() && tried[1].tls);
}
