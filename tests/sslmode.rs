//! How a connection ends, by certificate, host, mode and root file: as libpq's, whose recorded answers are in the
//! corpus and whose present ones `psql` gives. Only where libpq goes on in plaintext after a certificate that does
//! not convince, pgward refuses.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "the test reads files and starts programs")]

mod support {
    pub(crate) mod certs;
    pub(crate) mod home;
    pub(crate) mod pg;
}

use pgward::Policy;
use pgward::unstable::{
    configuration::{Configuration, Input},
    driver::Driver,
    probe::{Bounds, Probe},
    settings::dial,
    source::{SourceKind, Sources},
};
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    process::Command,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use support::{certs, home, pg};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum End {
    Tls,
    Plaintext,
    Refused,
}

/// What a server shows, or how it is set up, in the words of the corpus.
const SERVERS: [&str; 10] = [
    "good",
    "good(+IP SAN)",
    "selfsigned",
    "expired",
    "notyet",
    "wronghost",
    "cnonly",
    "good, pg_hba hostssl only",
    "good, pg_hba hostnossl only",
    "server ssl=off",
];

const MODES: [&str; 7] = [
    "",
    "sslmode=disable",
    "sslmode=allow",
    "sslmode=prefer",
    "sslmode=require",
    "sslmode=verify-ca",
    "sslmode=verify-full",
];

/// What people write in place of a mode.
const ODD: [&str; 9] = [
    "sslmode=REQUIRE",
    "sslmode=",
    "sslmode=no-verify",
    "ssl=true",
    "ssl=require",
    "ssl=true&sslmode=disable",
    "tls=true",
    "sslMode=require",
    "sslnegotiation=direct&sslmode=require",
];

/// Root files, in the words of the corpus and beyond.
const ROOTS: [&str; 7] = [
    "none",
    "ca",
    "otherca",
    "the self-signed cert itself",
    "~/.postgresql/root.crt = unrelated CA",
    "~/.postgresql/root.crt = ca",
    "a file that does not exist",
];

/// One server, one world of files.
struct World {
    server: pg::Server,
    dir: tempfile::TempDir,
    identities: BTreeMap<&'static str, certs::Identity>,
    shown: Mutex<String>,
}

impl World {
    fn new() -> Self {
        let (ca, other) = (certs::Authority::new("ca"), certs::Authority::new("other ca"));
        let named = |name: &'static str| {
            move |p: &mut rcgen::CertificateParams| p.distinguished_name.push(rcgen::DnType::CommonName, name)
        };
        let identities = BTreeMap::from([
            ("good", ca.leaf(&["localhost"], named("localhost"))),
            ("good(+IP SAN)", ca.leaf(&["localhost", "127.0.0.1"], named("localhost"))),
            ("selfsigned", certs::self_signed(&["localhost"], named("localhost"))),
            ("expired", ca.leaf(&["localhost"], |p| p.not_after = rcgen::date_time_ymd(2001, 1, 1))),
            ("notyet", ca.leaf(&["localhost"], |p| p.not_before = rcgen::date_time_ymd(2089, 1, 1))),
            ("wronghost", ca.leaf(&["other.example"], named("other.example"))),
            ("cnonly", ca.leaf(&[], named("localhost"))),
        ]);
        let good = &identities["good"];
        let server = pg::Server::start(&pg::Setup {
            hba: "hostssl all onlytls all trust\nhost all onlytls all reject\n\
                  hostnossl all onlyplain all trust\nhost all onlyplain all reject\n\
                  host all all all trust",
            conf: "ssl = on",
            files: &[("server.crt", &good.pem), ("server.key", &good.key_pem)],
            sql: "CREATE ROLE app LOGIN; CREATE ROLE onlytls LOGIN; CREATE ROLE onlyplain LOGIN",
        });
        let dir = tempfile::tempdir().expect("a directory");
        let put = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, text).expect("a file");
        };
        put("ca.pem", &ca.pem);
        put("otherca.pem", &other.pem);
        put("self.pem", &identities["selfsigned"].pem);
        put("empty/file", "");
        put("right/.postgresql/root.crt", &ca.pem);
        put("unrelated/.postgresql/root.crt", &other.pem);
        Self { server, dir, identities, shown: Mutex::new("good".into()) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Makes the server what it is to be.
    fn become_(&self, server: &str) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let identity = self.identities.get(server).unwrap_or(&self.identities["good"]);
        if *shown != server {
            let ssl = if server == "server ssl=off" { "off" } else { "on" };
            self.server.sql("postgres", &format!("ALTER SYSTEM SET ssl = {ssl}"));
            self.server.identity(&identity.pem, &identity.key_pem);
            // the reload is the postmaster's; sessions that it forks afterwards have it
            for _ in 0..200 {
                let probe = Cell { server, host: "localhost", query: "", root: "none" };
                if self.psql(&Cell { query: "sslmode=require", ..probe }, "app") == End::Tls || ssl == "off" {
                    break;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            server.clone_into(&mut shown);
        }
    }

    fn psql(&self, cell: &Cell<'_>, role: &str) -> End {
        let (home, url) = self.url(cell, role);
        let out = Command::new(self.server.psql())
            .env_clear()
            .envs([("HOME", home.to_str().expect("UTF-8")), ("LC_ALL", "C")])
            .args(["-X", "-At", "-c", "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &url])
            .output()
            .expect("psql runs");
        match String::from_utf8_lossy(&out.stdout).trim() {
            "t" if out.status.success() => End::Tls,
            "f" if out.status.success() => End::Plaintext,
            _ => End::Refused,
        }
    }

    /// The home directory and the URL of a cell.
    fn url(&self, cell: &Cell<'_>, role: &str) -> (PathBuf, String) {
        let file = |name: &str| format!("sslrootcert={}", self.path(name).display());
        let (home, root) = match cell.root {
            "none" => ("empty", String::new()),
            "ca" => ("empty", file("ca.pem")),
            "otherca" => ("empty", file("otherca.pem")),
            "the self-signed cert itself" => ("empty", file("self.pem")),
            "~/.postgresql/root.crt = unrelated CA" => ("unrelated", String::new()),
            "~/.postgresql/root.crt = ca" => ("right", String::new()),
            "a file that does not exist" => ("empty", file("missing.pem")),
            "sslrootcert=system" => ("empty", "sslrootcert=system".into()),
            other => panic!("a root that nobody knows: {other}"),
        };
        let query: Vec<&str> = [cell.query, &root].into_iter().filter(|part| !part.is_empty()).collect();
        let (host, port) = (cell.host, self.server.port());
        (self.path(home), format!("postgresql://{role}@{host}:{port}/postgres?{}", query.join("&")))
    }

    /// How pgward's driver ends, with libpq's files of that home; none where a parameter is another client's, which
    /// is passed over with a remark.
    async fn pgward(&self, cell: &Cell<'_>, role: &str, libpq: &str) -> Option<End> {
        let (home, url) = self.url(cell, role);
        let url = url.trim_end_matches('?').to_owned();
        let mut sources = Sources::default();
        let id = sources.add(SourceKind::File("pgward.toml".into()), libpq);
        let policy = Policy::parse(&mut sources, id).expect("a policy");
        let variables = BTreeMap::from([("DATABASE_URL".to_owned(), url.into_bytes())]);
        let libpq_files = Some(home::files(&home));
        let configuration =
            Configuration::new(Input { sources, policy, variables, libpq_files, ..Input::default() });
        let target = configuration.settings.selected().expect("a target");
        if target.parsed.as_ref().is_ok_and(|c| !c.unknown().is_empty()) && target.oddities.unknown.is_empty()
        {
            return None;
        }
        let Ok(dial) = dial::dial(target, &home::files(&home)) else { return Some(End::Refused) };
        let bounds = Bounds { timeout: Duration::from_secs(20), ..Bounds::default() };
        let mut driver = Driver::new(Probe::new(dial, Vec::new(), bounds));
        Some(match driver.run().await {
            Ok(()) if driver.session().is_some_and(|s| s.tls().is_some()) => End::Tls,
            Ok(()) => End::Plaintext,
            Err(_) => End::Refused,
        })
    }

    /// How `psql` ends in each cell, some at a time, and how pgward should.
    fn beside<'c>(&self, cells: &[Cell<'c>]) -> Vec<(Cell<'c>, End, End)> {
        let ask = |cell: &Cell<'c>| {
            let libpq = self.psql(cell, role(cell.server));
            (*cell, libpq, self.expected(cell, libpq))
        };
        std::thread::scope(|scope| {
            let ask = |some| {
                scope.spawn(move || {
                    let some: &[Cell<'c>] = some;
                    some.iter().map(ask).collect::<Vec<_>>()
                })
            };
            let workers: Vec<_> = cells.chunks(cells.len().div_ceil(8)).map(ask).collect();
            workers.into_iter().flat_map(|worker| worker.join().expect("psql runs")).collect()
        })
    }

    /// What DESIGN.md says of a cell that libpq ends so: no plaintext where TLS was tried and a root file did not
    /// convince. Whether it does, libpq says itself.
    fn expected(&self, cell: &Cell<'_>, libpq: End) -> End {
        let falls_back = matches!(cell.query, "" | "sslmode=prefer");
        let rooted = !matches!(cell.root, "none" | "a file that does not exist");
        let doubted = || self.psql(&Cell { query: "sslmode=verify-ca", ..*cell }, "app") == End::Refused;
        let tls = cell.server != "server ssl=off";
        if libpq == End::Plaintext && falls_back && rooted && tls && doubted() { End::Refused } else { libpq }
    }
}

#[derive(Clone, Copy, Debug)]
struct Cell<'a> {
    server: &'a str,
    host: &'a str,
    query: &'a str,
    root: &'a str,
}

fn role(server: &str) -> &'static str {
    match server {
        "good, pg_hba hostssl only" => "onlytls",
        "good, pg_hba hostnossl only" => "onlyplain",
        _ => "app",
    }
}

/// Recorded cells of one libpq, and how many of them end otherwise than they should.
async fn recorded(world: &World, driver: &str, policy: &str) -> (usize, usize, Vec<String>) {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpora/sslmode.public.jsonl"));
    let text = text.expect("the corpus");
    let mut rows: Vec<Json> = text.lines().map(|l| serde_json::from_str(l).expect("a row")).collect();
    rows.retain(|row| row["driver"] == driver);
    rows.sort_by_key(|row| row["server_cert"].to_string());
    let (mut refused, mut wrong) = (0, Vec::new());
    for row in &rows {
        let text = |key: &str| row[key].as_str().expect("a text");
        let server = text("server_cert").split(", connecting").next().expect("a word");
        let server = if server == "good(DNS only)" { "good" } else { server };
        let mode = text("sslmode");
        let query = match mode {
            "(unset)" => String::new(),
            mode => mode.strip_prefix('?').map_or_else(|| format!("sslmode={mode}"), str::to_owned),
        };
        let cell = Cell { server, host: text("host"), query: &query, root: text("rootcert") };
        world.become_(server);
        let libpq = match text("result") {
            "TLS" => End::Tls,
            "PLAINTEXT" => End::Plaintext,
            _ => End::Refused,
        };
        let expected = world.expected(&cell, libpq);
        refused += usize::from(expected != libpq);
        let ours = world.pgward(&cell, role(server), policy).await;
        if ours.is_some_and(|ours| ours != expected) {
            wrong.push(format!("{}: {cell:?}: {ours:?}, {expected:?} expected", text("id")));
        }
    }
    (rows.len(), refused, wrong)
}

#[tokio::test]
#[expect(clippy::disallowed_macros, reason = "how many cells there were is for people")]
async fn ends_as_libpq_ends() {
    let world = World::new();
    for (driver, policy) in [("libpq 15 (psql)", "libpq = 15"), ("libpq 18 (psycopg)", "")] {
        let (cells, refused, wrong) = recorded(&world, driver, policy).await;
        println!("{driver}: {cells} cells, {refused} of them refused instead of plaintext");
        assert!(cells > 40, "the corpus has {cells} rows of {driver}");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
    let (mut cells, mut refused, mut wrong) = (0, 0, Vec::new());
    let mut ends: BTreeMap<End, usize> = BTreeMap::new();
    for server in SERVERS {
        world.become_(server);
        let roots = |mode: &'static str| ROOTS.iter().map(move |root| (mode, *root));
        let of_host = |host: &'static str| {
            let modes =
                MODES.iter().flat_map(move |mode| roots(mode)).chain(ODD.iter().map(|odd| (*odd, "none")));
            modes.map(move |(query, root)| Cell { server, host, query, root })
        };
        let all: Vec<Cell<'_>> = ["localhost", "127.0.0.1"].into_iter().flat_map(of_host).collect();
        for (cell, libpq, expected) in world.beside(&all) {
            let Some(ours) = world.pgward(&cell, role(server), "libpq = 15").await else { continue };
            (cells, refused) = (cells + 1, refused + usize::from(expected != libpq));
            *ends.entry(ours).or_default() += 1;
            if ours != expected {
                wrong.push(format!("{cell:?}: {ours:?}, {expected:?} expected, psql {libpq:?}"));
            }
        }
    }
    println!("beside psql: {cells} cells {ends:?}, {refused} of them refused instead of plaintext");
    assert!(wrong.is_empty(), "{} of {cells}:\n{}", wrong.len(), wrong.join("\n"));
}
