//! A primary, a streaming standby and a read-only server: the binary reaches the one that psql reaches, or neither.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "the tests start servers and programs")]

#[path = "support"]
mod support {
    pub(crate) mod pg;
}

use std::{
    collections::BTreeSet,
    net::TcpListener,
    process::{Command, Output, Stdio},
    sync::LazyLock,
};
use support::pg;

const PASSWORD: &str = "cAnArYpAsSwOrDqXvB";

struct World {
    primary: pg::Server,
    standby: pg::Server,
    /// A standby that takes no sessions: 57P03.
    closed_standby: pg::Server,
    read_only: pg::Server,
    /// Nobody listens here.
    down: u16,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let sql = format!(
        "CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'; CREATE DATABASE app OWNER app; CREATE ROLE trusty LOGIN;"
    );
    let hba = "local replication postgres trust\nhost all trusty all trust\nhost all all all scram-sha-256\n";
    let setup = pg::Setup { hba, conf: "", files: &[], sql: &sql };
    let primary = pg::Server::start(&setup);
    let standby = pg::Server::standby(&primary, "");
    let closed_standby = pg::Server::standby(&primary, "hot_standby = off");
    let read_only = pg::Server::start(&setup);
    read_only.sql("postgres", "ALTER DATABASE app SET default_transaction_read_only = on");
    standby.wait_until_ready();
    let down = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    World { primary, standby, closed_standby, read_only, down }
});

fn names(ports: &[u16]) -> Vec<&'static str> {
    let name = |port: &u16| match *port {
        port if port == WORLD.primary.port() => "primary",
        port if port == WORLD.standby.port() => "standby",
        port if port == WORLD.closed_standby.port() => "closed standby",
        port if port == WORLD.read_only.port() => "read-only",
        _ => "down",
    };
    ports.iter().map(name).collect()
}

fn url(ports: &[u16], rest: &str) -> String {
    let hosts: Vec<String> = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
    format!("postgresql://app:{PASSWORD}@{}/app?sslmode=disable{rest}", hosts.join(","))
}

fn ran(command: &mut Command) -> Output {
    command
        .current_dir("/")
        .env_clear()
        .env("HOME", "/nonexistent")
        .stdin(Stdio::null())
        .output()
        .expect("it runs")
}

/// The port of the server that psql reaches.
fn psql(url: &str) -> Option<u16> {
    let out = ran(Command::new(WORLD.primary.program("psql")).args(["-X", "-At", "-c", "SHOW port", url]));
    String::from_utf8(out.stdout).expect("UTF-8").trim().parse().ok()
}

/// What the binary says, and the port of the server that it reaches.
fn pgward(url: &str) -> (serde_json::Value, Option<u16>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pgward"));
    command.args([
        "preflight",
        "--no-pg-env",
        "--format",
        "json",
        "--database-url",
        url,
        "--environment",
        "development",
    ]);
    let out = ran(&mut command);
    let json: serde_json::Value = serde_json::from_slice(&out.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stderr)));
    let port = json["target"]["port"].as_u64().filter(|_| out.status.success());
    let port = port.map(|port| u16::try_from(port).expect("a port"));
    (json, port)
}

/// Every order of every one, two and three of these.
fn orders(of: &[u16]) -> Vec<Vec<u16>> {
    let mut out: Vec<Vec<u16>> = of.iter().map(|port| vec![*port]).collect();
    let mut from = 0;
    while out[from].len() < 3.min(of.len()) {
        let longer: Vec<Vec<u16>> = of
            .iter()
            .filter(|port| !out[from].contains(port))
            .map(|port| [out[from].clone(), vec![*port]].concat())
            .collect();
        out.extend(longer);
        from += 1;
    }
    out
}

#[test]
fn the_server_that_psql_reaches() {
    let world = &*WORLD;
    let [primary, standby] = [world.primary.port(), world.standby.port()];
    let mut orders: BTreeSet<Vec<u16>> =
        orders(&[primary, standby, world.read_only.port()]).into_iter().collect();
    orders.extend(self::orders(&[primary, standby, world.down]));
    orders.extend(self::orders(&[primary, world.closed_standby.port()]));
    let (mut met, mut unmet) = (0, 0);
    for attrs in ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"] {
        for ports in &orders {
            let url = url(ports, &format!("&target_session_attrs={attrs}&user=trusty"));
            let (theirs, (json, ours)) = (psql(&url), pgward(&url));
            assert_eq!(ours, theirs, "{attrs} over {:?}\n{json:#}", names(ports));
            if ours.is_some() {
                met += 1;
            } else {
                unmet += 1;
            }
            let addresses = json["connection"]["addresses"].as_array().expect("a list");
            let answered: Vec<u64> = addresses
                .iter()
                .filter(|a| a["answered"] == true)
                .map(|a| a["port"].as_u64().expect("a port"))
                .collect();
            assert_eq!(answered, ours.map(u64::from).into_iter().collect::<Vec<_>>(), "{json:#}");
            // Several servers are no reason to try again what is not there.
            assert_eq!(json["connection"]["tries"], 1);
        }
    }
    assert!(met > 60 && unmet > 20, "{met} {unmet}");
}

#[test]
fn what_the_others_said() {
    let world = &*WORLD;
    let ports = [world.down, world.closed_standby.port(), world.standby.port(), world.primary.port()];
    let (json, reached) = pgward(&url(&ports, "&target_session_attrs=primary"));
    assert_eq!(reached, Some(world.primary.port()), "{json:#}");
    let said: Vec<_> = json["connection"]["addresses"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|a| (a["failure"]["class"].as_str(), a["failure"]["phase"].as_str(), a["address"].as_str()))
        .collect();
    let here = Some("127.0.0.1");
    assert_eq!(
        said,
        [
            (Some("connection-refused"), Some("tcp"), here),
            (Some("not-queryable-standby"), Some("startup"), here),
            (Some("session-attrs-unmet"), Some("session"), here),
            (None, None, here),
        ]
    );
    let remarks: Vec<&str> =
        json["remarks"].as_array().expect("a list").iter().filter_map(|r| r.as_str()).collect();
    let nobody = format!("passed over: nothing listens at 127.0.0.1:{} [connection-refused]", world.down);
    let standby = format!(
        "passed over: the session at 127.0.0.1:{} is on a standby [session-attrs-unmet]",
        world.standby.port()
    );
    assert!(remarks.contains(&nobody.as_str()) && remarks.contains(&standby.as_str()), "{remarks:?}");

    // When none will do, the one that came farthest is the failure, and the others are told.
    let (json, reached) = pgward(&url(&ports[..3], "&target_session_attrs=primary"));
    assert_eq!((reached, &json["failure"]["class"]), (None, &"session-attrs-unmet".into()));
    let notes = json["findings"].to_string();
    assert!(
        notes.contains("also tried: nothing listens at") && notes.contains("not-queryable-standby"),
        "{notes}"
    );
}

#[test]
fn libpq_stops_where_the_login_fails() {
    let world = &*WORLD;
    let good = world.primary.port();
    for (rest, ports) in [
        ("&user=nobody", [world.read_only.port(), good]),
        ("&dbname=nowhere", [world.read_only.port(), good]),
        ("&password=wrong", [world.standby.port(), good]),
        ("", [world.down, good]),
        ("", [world.closed_standby.port(), good]),
    ] {
        let url = url(&ports, rest);
        let (theirs, (json, ours)) = (psql(&url), pgward(&url));
        assert_eq!(ours, theirs, "{rest} {json:#}");
        assert_eq!(ours, rest.is_empty().then_some(good), "{rest}");
    }
}

#[test]
fn load_balancing_reaches_every_host() {
    let world = &*WORLD;
    let ports = [world.primary.port(), world.down, world.read_only.port()];
    let balanced = url(&ports, "&user=trusty&load_balance_hosts=random");
    let mut reached = BTreeSet::new();
    for _ in 0..60 {
        let (json, port) = pgward(&balanced);
        reached.insert(port.unwrap_or_else(|| panic!("{json:#}")));
        if reached.len() == 2 {
            break;
        }
    }
    assert_eq!(reached, BTreeSet::from([ports[0], ports[2]]));
    let plain = url(&ports, "&user=trusty&load_balance_hosts=disable");
    assert!((0..5).all(|_| pgward(&plain).1 == Some(ports[0])));
}

#[test]
fn further_sessions_stay_where_the_first_one_is() {
    use pgward::{Environment, Guard, figment::providers::Serialized};
    let world = &*WORLD;
    let (primary, standby) = (world.primary.port(), world.standby.port());
    for (attrs, ports, port, lasting) in [
        ("primary", [standby, primary], primary, "ReadWrite"),
        ("standby", [primary, standby], standby, "ReadOnly"),
        ("prefer-standby", [world.down, primary], primary, "Any"),
    ] {
        let url = url(&ports, &format!("&target_session_attrs={attrs}"));
        let guard = Guard::from_env().expect("a guard").environment(Environment::Development).no_pg_env();
        let ready = guard.layer(Serialized::default("database_url", url)).enforce().expect("ready");
        let config = ready.config().expect("PostgreSQL");
        assert_eq!((config.get_ports(), config.get_hostaddrs().len()), (&[port][..], 1));
        assert_eq!(format!("{:?}", config.get_target_session_attrs()), lasting);
        #[cfg(feature = "blocking")]
        {
            let mut client = ready.connect().expect("connected");
            let row = client.query_one("SELECT current_setting('port')", &[]).expect("a row");
            assert_eq!(row.get::<_, String>(0), port.to_string());
        }
        let said = &ready.report().connection.as_ref().expect("dialled").addresses;
        assert!(said.len() > 1 && said.iter().filter(|a| a.answered).count() == 1, "{said:?}");
    }
}
