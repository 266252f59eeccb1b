//! What a session through a pooler is told from, and what stays in the pool behind it.

use super::{CANARY, WORLD, dial, open, pooler, root};
use pgward::Part;
use pgward::unstable::probe::{Dial, DialHost, Query, SslMode};
use pgward::unstable::settings;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

#[tokio::test]
async fn a_pooler_is_recognised_in_each_mode() {
    let pooler = pooler(
        "app = SERVER\nsession = SERVER dbname=app pool_mode=session\n\
         statement = SERVER dbname=app pool_mode=statement\nforced = SERVER dbname=app user=app",
        "",
    );
    for database in ["app", "session", "statement", "forced"] {
        let driver = open(dial(pooler.port(), database)).await.expect(database);
        let facts = driver.probe().facts();
        assert_eq!(facts.pooler, Some(true), "{database}: {facts:?}");
        assert!(database != "session" || !facts.by_transaction, "{facts:?}");
        // Statement pooling refuses blocks of transactions; a message of its own is none.
        let refused: Vec<_> = driver.probe().answers().iter().filter(|(_, a)| a.rows().is_none()).collect();
        assert!(refused.is_empty() && facts.dropped.is_empty(), "{database}: {refused:?} {facts:?}");
    }
}

#[tokio::test]
async fn a_server_behind_a_plain_proxy_is_no_pooler() {
    for port in [WORLD.server.port(), forward(WORLD.server.port())] {
        for _ in 0..3 {
            let driver = open(dial(port, "app")).await.expect("a session");
            let facts = driver.probe().facts();
            assert_eq!((facts.pooler, facts.by_transaction), (Some(false), false), "{facts:?}");
        }
        let secure = Dial { sslmode: SslMode::VerifyFull, sslrootcert: Some(root()), ..dial(port, "app") };
        assert_eq!(open(secure).await.expect("TLS").probe().facts().pooler, Some(false));
    }
}

/// Bytes to and fro.
fn forward(to: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(("127.0.0.1", to)).unwrap();
            for (mut from, mut to) in
                [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)]
            {
                std::thread::spawn(move || {
                    let mut bytes = [0; 4096];
                    while let Ok(n @ 1..) = from.read(&mut bytes) {
                        if to.write_all(&bytes[..n]).is_err() {
                            break;
                        }
                    }
                    let _ = to.shutdown(std::net::Shutdown::Both);
                });
            }
        }
    });
    port
}

/// Many at once through a pool of three: some session meets two processes, and none through session pooling.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn transaction_pooling_is_measured_where_it_shows() {
    let pooler =
        pooler("app = SERVER\nsession = SERVER dbname=app pool_mode=session", "default_pool_size = 3");
    let met = |database: &'static str| {
        let port = pooler.port();
        async move {
            let session = || async move {
                let mut driver = open(dial(port, database)).await.expect("a session");
                for _ in 0..5 {
                    let question = Query::new("late", "SELECT pg_catalog.pg_sleep(0.01)");
                    driver.ask(vec![question]).await.expect("asked again");
                }
                driver.probe().facts().by_transaction
            };
            let sessions: Vec<_> = (0..12).map(|_| tokio::spawn(session())).collect();
            let mut changed = 0;
            for session in sessions {
                changed += usize::from(session.await.unwrap());
            }
            changed
        }
    };
    assert!(met("app").await > 0, "no session met two processes");
    assert_eq!(met("session").await, 0);
}

/// The dial of a URL, as every door makes it.
fn of_url(port: u16, database: &str, options: &str) -> Dial {
    use pgward::unstable::configuration::{Configuration, Input};
    let url =
        format!("postgresql://app:{CANARY}@127.0.0.1:{port}/{database}?sslmode=disable&options={options}");
    let variables = [("DATABASE_URL".to_owned(), url.into_bytes())].into();
    let configuration = Configuration::new(Input { variables, ..Input::default() });
    let target = configuration.settings.selected().expect("a target");
    settings::dial::dial(target, &settings::files::LibpqFiles::default()).expect("it can be dialled")
}

#[tokio::test]
async fn options_that_were_dropped_are_told_by_their_names() {
    let options = "-c%20statement_timeout%3D4321%20-c%20search_path%3Dapp,public%20--lock-timeout%3D2s%20-c%20jit%3Doff";
    let dropping = pooler("app = SERVER", "ignore_startup_parameters = options");
    let dropped = open(of_url(dropping.port(), "app", options)).await.expect("a session");
    assert_eq!(dropped.probe().facts().dropped, ["statement_timeout", "search_path", "lock_timeout", "jit"]);
    // What the server has anyway is in force, and so is what reaches it.
    let same = open(of_url(dropping.port(), "app", "-c%20statement_timeout%3D0")).await.expect("a session");
    assert!(same.probe().facts().dropped.is_empty());
    let direct = open(of_url(WORLD.server.port(), "app", options)).await.expect("a session");
    assert!(direct.probe().facts().dropped.is_empty(), "{:?}", direct.probe().facts());
    // The pooler sets it for every session.
    let told = pooler(
        "app = SERVER connect_query='SET statement_timeout = 4321; SET lock_timeout = 2000'",
        "ignore_startup_parameters = options",
    );
    let told = open(of_url(told.port(), "app", options)).await.expect("a session");
    assert_eq!(told.probe().facts().dropped, ["search_path", "jit"]);
}

#[tokio::test]
async fn a_unix_socket_is_direct() {
    let directory = WORLD.server.socket_dir().to_string_lossy().into_owned();
    let hosts = vec![DialHost::unix(Part::harmless(directory), WORLD.server.port())];
    let driver = open(Dial { hosts, ..dial(0, "app") }).await.expect("a session");
    assert_eq!(driver.probe().facts().pooler, Some(false));
}

/// Point 8's last clause: the one server session of a pool of one, before and after.
#[tokio::test]
async fn nothing_stays_in_a_pooled_session() {
    let pooler = pooler("fresh = SERVER pool_size=1", "server_reset_query_always = 0\nserver_reset_query =");
    let state = || {
        let sql = "SELECT pg_catalog.pg_backend_pid() FROM (SELECT 1) AS one; \
                   SELECT name, setting, source, reset_val FROM pg_catalog.pg_settings \
                   WHERE name NOT IN ('application_name', 'transaction_read_only') AND name NOT LIKE '%.%' ORDER BY 1; \
                   SELECT * FROM pg_catalog.pg_prepared_statements; SELECT * FROM pg_catalog.pg_cursors; \
                   SELECT locktype, mode FROM pg_catalog.pg_locks \
                   WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'advisory'; \
                   SELECT relname FROM pg_catalog.pg_class WHERE relpersistence = 't'; \
                   SELECT pg_catalog.pg_listening_channels(); SELECT current_user, session_user; \
                   SELECT pg_catalog.pg_my_temp_schema()";
        let out = pooler.psql("fresh", "app", CANARY, sql);
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    };
    let before = state();
    assert!(before.lines().count() > 300, "{before}");
    for install in [None, Some("pg_trgm"), Some("no_such_extension")] {
        let mut driver = open(dial(pooler.port(), "fresh")).await.expect("a session");
        if let Some(extension) = install {
            driver.install(&[extension.to_owned()]).await.expect("an answer");
            let answer = &driver.probe().installs()[0].answer;
            assert_eq!(answer.rows().is_some(), extension == "pg_trgm", "{answer:?}");
            driver.ask(vec![Query::new("late", "SELECT 1/0")]).await.expect("asked");
        }
        drop(driver);
        let after = state();
        let differs: Vec<_> = before.lines().zip(after.lines()).filter(|(a, b)| a != b).collect();
        assert!(before == after, "after {install:?}: {differs:?}");
    }
}
