//! What PgBouncer refuses, with the distribution's own PgBouncer before a real server.

use super::servers::WORLD;
use super::support::pg;
use super::{CANARY, all, open, refused, scenario};
use pgward::unstable::probe::{Evidence, FailureClass as C, Phase as P};
use std::{
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};

/// A running PgBouncer, ended with the test that holds its pipe.
struct Bouncer {
    port: u16,
    _dir: tempfile::TempDir,
    _keeper: Child,
    _refusing: super::Refusing,
}

fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs =
        std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin"), PathBuf::from("/usr/local/sbin")]);
    let found = dirs.map(|dir| dir.join("pgbouncer")).find(|program| program.exists());
    found.expect("no PgBouncer found: install one with `apt-get install pgbouncer`")
}

impl Bouncer {
    fn start(settings: &str) -> Self {
        let (dir, port) =
            (tempfile::Builder::new().prefix("pgward").tempdir().expect("a directory"), super::free_port());
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(dir.path(), open).expect("its mode");
        let write = |name: &str, text: String| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).expect("a file");
            let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
            std::fs::set_permissions(&path, readable).expect("its mode");
            path
        };
        let users = write("users.txt", format!("\"app\" \"{CANARY}\"\n\"tester\" \"{CANARY}\"\n"));
        let (server, refusing) = (WORLD.server.port(), super::Refusing::new());
        let down = refusing.port;
        let ini = write(
            "pgbouncer.ini",
            format!(
                "[databases]\napp = host=127.0.0.1 port={server} dbname=app\n\
                 gone = host=127.0.0.1 port={server} dbname=nosuchdb\n\
                 badpw = host=127.0.0.1 port={server} dbname=app user=app password=wrong\n\
                 down = host=127.0.0.1 port={down} dbname=app\n\
                 [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
                 auth_type = scram-sha-256\nauth_file = {}\nadmin_users = app\nquery_wait_timeout = 1\n\
                 server_login_retry = 1\nlogfile =\npidfile =\n{settings}\n",
                users.display()
            ),
        );
        let script = "\"$0\" -q \"$1\" >/dev/null 2>&1 & bouncer=$!; cat >/dev/null; kill -KILL $bouncer; wait $bouncer";
        let keeper = pg::unprivileged_command(Path::new("/bin/sh"))
            .args(["-c", script])
            .arg(program())
            .arg(ini)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("sh runs");
        let until = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "PgBouncer does not come up");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { port, _dir: dir, _keeper: keeper, _refusing: refusing }
    }

    fn url(&self, rest: &str) -> String {
        format!("postgresql://app:{CANARY}@127.0.0.1:{}/{rest}", self.port)
    }
}

static BOUNCER: LazyLock<Bouncer> =
    LazyLock::new(|| Bouncer::start("pool_mode = transaction\ndefault_pool_size = 5"));

#[tokio::test]
async fn what_a_pooler_refuses() {
    let b = &*BOUNCER;
    assert!(open(&b.url("app")).await.is_ok());
    let wrong = format!("postgresql://app:bad@127.0.0.1:{}/app", b.port);
    all(vec![
        scenario("bouncer,wrong-password", wrong.clone(), C::AuthFailed, P::Authentication, "08P01"),
        scenario(
            "bouncer,unknown-role",
            format!("postgresql://nosuch:{CANARY}@127.0.0.1:{}/app", b.port),
            C::AuthFailed,
            P::Authentication,
            "08P01",
        ),
        scenario("bouncer,sslmode=require", b.url("app?sslmode=require"), C::TlsRefused, P::Tls, ""),
        scenario("bouncer,admin-db SELECT 1", b.url("pgbouncer"), C::NotPostgres, P::Query, ""),
    ])
    .await;
    // where PgBouncer speaks for itself the phase is its own affair: class, SQLSTATE and retryability count
    for (name, rest, class) in [
        ("bouncer,unknown-db", "nosuch", C::DatabaseMissing),
        ("bouncer,database missing behind it", "gone", C::DatabaseMissing),
        ("bouncer,backend-password-wrong", "badpw", C::AuthFailed),
        ("bouncer,backend-down", "down", C::PoolerUnavailable),
        (
            "bouncer,session-mode options",
            "app?options=-c%20statement_timeout%3D5000",
            C::StartupParameterRejected,
        ),
    ] {
        let failure = refused(&b.url(rest)).await;
        assert_eq!(failure.class, class, "{name}: {failure}");
        assert_eq!(failure.retryable, class == C::PoolerUnavailable, "{name}: {failure}");
        assert_eq!(failure.sqlstate.map(|s| s.to_string()).as_deref(), Some("08P01"), "{name}");
        assert!(failure.evidence.contains(&Evidence::ViaPooler), "{name}: {failure}");
    }
}

#[tokio::test]
async fn what_a_full_pooler_refuses() {
    let narrow = Bouncer::start("pool_mode = session\ndefault_pool_size = 1\nmax_client_conn = 50");
    // A busy machine may take longer than the three seconds that the pooler waits for its server.
    let mut held = open(&narrow.url("app")).await;
    for _ in 0..5 {
        if held.as_ref().is_err_and(|failure| failure.class == C::PoolerUnavailable) {
            held = open(&narrow.url("app")).await;
        }
    }
    let held = held.expect("the one server connection");
    let failure = refused(&narrow.url("app")).await;
    let name = "bouncer,pool exhausted (query_wait_timeout=3)";
    assert_eq!((failure.class, failure.retryable), (C::PoolerUnavailable, true), "{name}: {failure}");
    drop(held);

    let few = Bouncer::start("pool_mode = session\nmax_client_conn = 1");
    let held = open(&few.url("app")).await.expect("the one client");
    let failure = refused(&few.url("app")).await;
    let name = "bouncer,max_client_conn";
    assert_eq!((failure.class, failure.retryable), (C::SlotsExhausted, true), "{name}: {failure}");
    drop(held);
}
