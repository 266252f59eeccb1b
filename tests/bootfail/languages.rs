//! Servers that speak another language: the class stays the same.

use super::support::pg;
use super::{CANARY, refused};
use pgward::unstable::probe::{Dial, FailureClass as C, Phase, ServerError, ServerText, SqlState, Trouble};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// PostgreSQL's message catalogues on this machine.
fn catalogues() -> Vec<PathBuf> {
    let told = Command::new("pg_config").arg("--localedir").output().ok();
    let told = told.and_then(|out| String::from_utf8(out.stdout).ok()).map(|dir| PathBuf::from(dir.trim()));
    let dirs = [told, Some(PathBuf::from("/usr/share/locale"))];
    let mut found: Vec<PathBuf> = dirs
        .into_iter()
        .flatten()
        .filter_map(|dir| std::fs::read_dir(dir).ok())
        .flatten()
        .flatten()
        .filter_map(|entry| std::fs::read_dir(entry.path().join("LC_MESSAGES")).ok())
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("postgres-") && name.ends_with(".mo")
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The messages of a catalogue (GNU gettext's binary format, as this machine writes it).
fn messages(path: &Path) -> BTreeMap<String, String> {
    let bytes = std::fs::read(path).expect("a catalogue");
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes")) as usize;
    assert_eq!(number(0), 0x9504_12de, "{} is written for another machine", path.display());
    let text = |table: usize, i: usize| {
        let (length, at) = (number(table + 8 * i), number(table + 8 * i + 4));
        String::from_utf8_lossy(&bytes[at..at + length]).into_owned()
    };
    (0..number(8)).map(|i| (text(number(12), i), text(number(16), i))).collect()
}

#[test]
fn every_catalogue_of_this_machine_is_understood() {
    let said = |sqlstate: &str, routine: &str, message: &str, detail: &str| ServerError {
        sqlstate: SqlState::parse(sqlstate),
        routine: Some(routine.to_owned()),
        message: ServerText::new(message.as_bytes()),
        detail: ServerText::new(detail.as_bytes()),
        ..ServerError::default()
    };
    let init = "InitializeSessionUserId";
    let cases = [
        ("28000", init, "role \"%s\" does not exist", "", C::RoleMissing),
        ("28000", init, "role \"%s\" is not permitted to log in", "", C::RoleCannotLogin),
        ("28000", "", "role \"%s\" is not permitted to log in", "", C::RoleCannotLogin),
        ("57P03", "ProcessStartupPacket", "the database system is starting up", "", C::ServerStarting),
        ("57P03", "ProcessStartupPacket", "the database system is in recovery mode", "", C::ServerStarting),
        ("57P03", "ProcessStartupPacket", "the database system is shutting down", "", C::ServerStopping),
        (
            "57P03",
            "ProcessStartupPacket",
            "the database system is not yet accepting connections",
            "Consistent recovery state has not been yet reached.",
            C::ServerStarting,
        ),
        (
            "57P03",
            "ProcessStartupPacket",
            "the database system is not accepting connections",
            "Hot standby mode is disabled.",
            C::NotQueryableStandby,
        ),
        (
            "28000",
            "",
            "no pg_hba.conf entry for host \"%s\", user \"%s\", database \"%s\", %s",
            "",
            C::HbaRejected,
        ),
    ];
    let mut checked = 0;
    let english = BTreeMap::new();
    let found = catalogues();
    let languages = found.iter().map(|path| (path.display().to_string(), messages(path)));
    for (path, messages) in languages.chain([("English".to_owned(), english)]) {
        for (sqlstate, routine, message, detail, class) in cases {
            let text = |id: &str| messages.get(id).cloned().unwrap_or_else(|| id.to_owned());
            let (message, detail) = (text(message).replace("%s", "app"), text(detail));
            let detail = if detail.contains("Project-Id-Version") { String::new() } else { detail };
            let mut error = said(sqlstate, routine, &message, &detail);
            if routine.is_empty() {
                error.routine = None;
            }
            let failure = Trouble::Server(Phase::Startup, error).classify(&Dial::default(), "db:5432");
            assert_eq!(failure.class, class, "{path}: {message} {detail}");
            checked += 1;
        }
    }
    assert!(checked >= cases.len());
}

/// A server that speaks German or French, with a locale that is made for this test alone; where the system's sources
/// of locales or PostgreSQL's catalogues are not installed, there is no such server.
#[tokio::test]
async fn a_server_in_another_language() {
    if catalogues().is_empty() {
        return;
    }
    for (locale, language) in [("de_DE", "de"), ("fr_FR", "fr")] {
        let dir = tempfile::Builder::new().prefix("pgward-locale").tempdir().expect("a directory");
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(dir.path(), open).expect("its mode");
        let path = dir.path().join(format!("{locale}.UTF-8"));
        let made = Command::new("localedef").args(["-i", locale, "-f", "UTF-8"]).arg(&path).output();
        if !made.is_ok_and(|out| out.status.success()) {
            continue;
        }
        let conf = format!("lc_messages = '{locale}.UTF-8'\nmax_connections = 20");
        let hba = "host all trusty,trustynologin,missing all trust\nhost all rejected all reject\n\
                   host all peer all ident\nhost all app,nobody all scram-sha-256\n";
        let setup = pg::Setup { hba, conf: &conf, files: &[], sql: "" };
        let mut server = pg::Server::prepare(&setup);
        server.launch_in(&[("LOCPATH", dir.path().to_str().expect("UTF-8"))]);
        server.wait_until_ready();
        server.sql(
            "postgres",
            &format!(
                "CREATE ROLE app LOGIN PASSWORD '{CANARY}'; CREATE ROLE trusty LOGIN;
                 CREATE ROLE trustynologin NOLOGIN; CREATE ROLE rejected LOGIN; CREATE ROLE peer LOGIN;
                 CREATE DATABASE frozen ALLOW_CONNECTIONS false; CREATE DATABASE full_up CONNECTION LIMIT 0"
            ),
        );
        let text = server.sql("postgres", "DO $$ BEGIN RAISE NOTICE ''; END $$; SHOW lc_messages");
        assert_eq!(text.lines().last(), Some(&*format!("{locale}.UTF-8")));
        let url = |role: &str, rest: &str| {
            format!("postgresql://{role}:{CANARY}@127.0.0.1:{}/{rest}", server.port())
        };
        for (role, rest, class) in [
            ("app", "nosuchdb", C::DatabaseMissing),
            ("nobody", "postgres", C::AuthFailed),
            ("missing", "postgres", C::RoleMissing),
            ("trustynologin", "postgres", C::RoleCannotLogin),
            ("rejected", "postgres", C::HbaRejected),
            ("nowhere", "postgres", C::HbaRejected),
            ("peer", "postgres", C::PeerAuthFailed),
            ("app", "frozen", C::ConnectDenied),
            ("app", "full_up", C::SlotsExhausted),
            ("app", "postgres?options=-c%20nosuch%3D1", C::StartupParameterRejected),
            ("app", "postgres?options=-c%20work_mem%3Dmuch", C::StartupParameterRejected),
            ("app", "postgres?options=-c%20role%3Dnosuch", C::RoleMissing),
        ] {
            let failure = refused(&url(role, rest)).await;
            assert_eq!(failure.class, class, "{language} {role} {rest}: {failure}");
        }
        // shutting down, while somebody is still in
        let held = super::open(&url("app", "postgres")).await.expect("a session");
        let sent = Command::new("kill").arg("-TERM").arg(server.pid().to_string()).status();
        assert!(sent.is_ok_and(|status| status.success()));
        let until = Instant::now() + Duration::from_secs(10);
        let failure = loop {
            match super::open(&url("app", "postgres")).await {
                Err(failure) => break failure,
                Ok(_) => assert!(Instant::now() < until, "it does not begin to stop"),
            }
        };
        assert_eq!(failure.class, C::ServerStopping, "{language}: {failure}");
        drop(held);
    }
}
