//! A real PgBouncer in front of a real PostgreSQL: what is recognised, what each refusal is called, what stays behind.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "the tests write files and start servers")]

#[path = "support"]
mod support {
    pub(crate) mod certs;
    #[allow(dead_code, reason = "a pooler's words take a part of it")]
    pub(crate) mod fake;
    pub(crate) mod pg;
    pub(crate) mod pgbouncer;
}

#[path = "pooler/preflight.rs"]
mod preflight;
#[path = "pooler/refusals.rs"]
mod refusals;
#[path = "pooler/session.rs"]
mod session;
#[path = "pooler/words.rs"]
mod words;

use pgward::unstable::driver::Driver;
use pgward::unstable::probe::{Bounds, Dial, DialHost, Failure, Probe, Query, RootCert, SslMode};
use pgward::{Part, Secret};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;
use std::time::Duration;
use support::{certs, pg, pgbouncer::Pooler, pgbouncer::Setup};

/// Letters alone, so that it needs no encoding and cannot stand in a text by chance.
const CANARY: &str = "cAnArYpAsSwOrDqXvB";
const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

struct World {
    server: pg::Server,
    authority: certs::Authority,
    identity: certs::Identity,
    empty: tempfile::TempDir,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let authority = certs::Authority::new("the authority of all");
    let identity = authority.leaf(&["localhost", "127.0.0.1"], |_| {});
    let server = pg::Server::start(&pg::Setup {
        hba: "local all app scram-sha-256\nhost all rejected all reject\nhost all all all scram-sha-256\n",
        conf: "ssl = on\nmax_connections = 120",
        files: &[("server.crt", &identity.pem), ("server.key", &identity.key_pem)],
        sql: &format!(
            "CREATE ROLE app LOGIN PASSWORD '{CANARY}'; CREATE DATABASE app OWNER app;
             CREATE ROLE nologin NOLOGIN PASSWORD '{CANARY}'; CREATE ROLE rejected LOGIN PASSWORD '{CANARY}';
             CREATE ROLE limited LOGIN CONNECTION LIMIT 0 PASSWORD '{CANARY}';
             CREATE DATABASE closed; REVOKE CONNECT ON DATABASE closed FROM PUBLIC;
             CREATE DATABASE off; ALTER DATABASE off ALLOW_CONNECTIONS false;
             CREATE DATABASE fresh OWNER app;"
        ),
    });
    let empty = tempfile::tempdir().expect("a temporary directory");
    World { server, authority, identity, empty }
});

/// Lines for `[databases]`; `SERVER` stands for the real one.
fn pooler(databases: &str, conf: &str) -> Pooler {
    let server = format!("host=127.0.0.1 port={}", WORLD.server.port());
    let databases = databases.replace("SERVER", &server);
    let users =
        [("app", CANARY), ("rejected", CANARY), ("limited", CANARY), ("nologin", CANARY), ("gone", "x")];
    let identity = [("server.crt", &*WORLD.identity.pem), ("server.key", &*WORLD.identity.key_pem)];
    Pooler::start(&Setup { databases: &databases, conf, users: &users, files: &identity })
}

fn dial(port: u16, database: &str) -> Dial {
    Dial {
        hosts: vec![DialHost::addr(Some(Part::harmless("localhost")), LOCALHOST, port)],
        user: Some(Part::harmless("app")),
        password: Some(Secret::from(CANARY)),
        dbname: Some(Part::harmless(database)),
        sslmode: SslMode::Disable,
        ..Dial::default()
    }
}

fn root() -> RootCert {
    RootCert { path: Part::harmless("ca.pem"), pem: Ok(WORLD.authority.pem.clone().into_bytes()) }
}

/// A session with some questions answered, or why there is none.
async fn open(dial: Dial) -> Result<Driver, Failure> {
    let questions = NAMES.map(|name| Query::new(name, "SELECT 1 AS n")).into();
    let bounds = Bounds { timeout: Duration::from_secs(30), ..Bounds::default() };
    let mut driver = Driver::new(Probe::new(dial, questions, bounds));
    driver.run().await?;
    Ok(driver)
}

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

async fn refused(dial: Dial) -> Failure {
    let failure = open(dial).await.err().expect("a refusal");
    let all = format!("{failure} {failure:?}");
    assert!(!all.contains(CANARY), "a password is shown: {all}");
    failure
}
