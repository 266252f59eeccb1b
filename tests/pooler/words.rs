//! Sentences of poolers that cannot be had from the PgBouncer at hand: other versions of it, other poolers, a server
//! that speaks another language. The texts are those of the programs' sources.

use super::{dial, refused};
use crate::support::fake::Fake;
use pgward::unstable::probe::{
    Evidence, FailureClass as C, Phase, ServerError, ServerText, SqlState, Trouble,
};

/// As PgBouncer writes it: severity, SQLSTATE and message, nothing else.
fn fields(sqlstate: &str, message: &str) -> Vec<u8> {
    format!("SFATAL\0C{sqlstate}\0M{message}\0\0").into_bytes()
}

fn error(sqlstate: &str, message: &str) -> ServerError {
    ServerError {
        sqlstate: SqlState::parse(sqlstate),
        message: ServerText::new(message.as_bytes()),
        ..ServerError::default()
    }
}

/// What a client without SNI hears.
const ENDPOINT_UNNAMED: &str = "Endpoint ID is not specified. Either please upgrade the postgres client library (libpq) for \
     SNI support or pass the endpoint ID (first part of the domain name) as a parameter: '?options=endpoint%3D<endpoint-id>'.";

/// SQLSTATE, sentence, class, whether waiting may mend it.
const SENTENCES: &[(&str, &str, C, bool)] = &[
    // PgBouncer up to 1.9
    ("08P01", "No such database: app", C::DatabaseMissing, false),
    ("08P01", "No such user: app", C::AuthFailed, false),
    ("08P01", "Auth failed", C::AuthFailed, false),
    ("08P01", "Unsupported startup parameter: extra_float_digits", C::StartupParameterRejected, false),
    ("08P01", "TLS connection required", C::HbaRejected, false),
    ("08P01", "TLS client certificate required", C::PeerAuthFailed, false),
    // up to 1.17
    ("08P01", "pgbouncer cannot connect to server", C::PoolerUnavailable, true),
    ("08P01", "database does not allow connections: app", C::ConnectDenied, false),
    // 1.18 and later
    ("08P01", "client_login_timeout (server down)", C::PoolerUnavailable, true),
    ("08P01", "client_login_timeout", C::PoolerUnavailable, true),
    (
        "08P01",
        "server login has been failing, try again later (server_login_retry)",
        C::PoolerUnavailable,
        true,
    ),
    (
        "08P01",
        "server login has been failing, cached error: connect failed (server_login_retry)",
        C::PoolerUnavailable,
        true,
    ),
    (
        "08P01",
        "server login has been failing, cached error: password authentication failed for user \"app\" (server_lo",
        C::AuthFailed,
        false,
    ),
    (
        "08P01",
        "server login has been failing, cached error: database \"app\" does not exist (server_login_retry)",
        C::DatabaseMissing,
        false,
    ),
    ("08P01", "server login failed: wrong password type", C::PoolerUnavailable, false),
    ("08P01", "server login failed: invalid server signature", C::PoolerUnavailable, false),
    ("08P01", "SSL required", C::HbaRejected, false),
    ("08P01", "login rejected", C::HbaRejected, false),
    ("08P01", "no authentication method is found", C::HbaRejected, false),
    ("08P01", "\"trust\" authentication failed", C::AuthFailed, false),
    ("08P01", "PAM authentication failed", C::AuthFailed, false),
    ("08P01", "password authentication failed", C::AuthFailed, false),
    ("08P01", "certificate authentication failed", C::PeerAuthFailed, false),
    ("08P01", "unix socket login rejected", C::PeerAuthFailed, false),
    ("08P01", "no such user", C::AuthFailed, false),
    ("08P01", "bouncer config error", C::PoolerUnavailable, false),
    ("08P01", "authentication database \"app\" is disabled", C::PoolerUnavailable, false),
    ("08P01", "bouncer resources exhaustion", C::PoolerUnavailable, true),
    ("08P01", "pooler is shutting down", C::ServerStopping, true),
    ("08P01", "server shutting down", C::ServerStopping, true),
    ("08P01", "client connections exceeded (max_db_client_connections)", C::SlotsExhausted, true),
    ("08P01", "client connections exceeded (max_user_client_connections)", C::SlotsExhausted, true),
    (
        "08P01",
        "unsupported startup parameter in options: statement_timeout",
        C::StartupParameterRejected,
        false,
    ),
    (
        "08P01",
        "unsupported options startup parameter: only '-c config=val' is allowed",
        C::StartupParameterRejected,
        false,
    ),
    ("08P01", "query_timeout", C::PoolerUnavailable, true),
    ("08P01", "client_idle_timeout", C::PoolerUnavailable, true),
    ("08P01", "admin forced disconnect", C::PoolerUnavailable, true),
    ("08P01", "not allowed", C::NotPostgres, false),
    // the server's own, passed on by 1.18 under its own code, by 1.20 and later under the server's
    ("08P01", "the database system is starting up", C::ServerStarting, true),
    ("57P03", "the database system is starting up", C::ServerStarting, true),
    ("08P01", "the database system is shutting down", C::ServerStopping, true),
    ("08P01", "sorry, too many clients already", C::SlotsExhausted, true),
    ("53300", "sorry, too many clients already", C::SlotsExhausted, true),
    ("08P01", "too many connections for database \"app\"", C::SlotsExhausted, true),
    ("08P01", "permission denied for database \"app\"", C::ConnectDenied, false),
    ("42501", "permission denied for database \"app\"", C::ConnectDenied, false),
    ("08P01", "database \"app\" is not currently accepting connections", C::ConnectDenied, false),
    ("3D000", "database \"app\" does not exist", C::DatabaseMissing, false),
    ("28P01", "password authentication failed for user \"app\"", C::AuthFailed, false),
    ("28000", "role \"app\" is not permitted to log in", C::RoleCannotLogin, false),
    ("28000", "role \"app\" does not exist", C::RoleMissing, false),
    (
        "28000",
        "no pg_hba.conf entry for host \"10.0.0.7\", user \"app\", database \"app\", no encryption",
        C::HbaRejected,
        false,
    ),
    // pgcat
    ("58000", "No pool configured for database: \"app\", user: \"app\"", C::DatabaseMissing, false),
    ("58000", "Pool down for database: \"app\", user: \"app\"", C::PoolerUnavailable, true),
    ("58000", "could not get connection from the pool - AllServersDown", C::PoolerUnavailable, true),
    // Odyssey
    ("3D000", "odyssey: c12: route for 'app.app' is not found", C::DatabaseMissing, false),
    ("53300", "odyssey: c12: too many client tcp connections (global client_max)", C::SlotsExhausted, true),
    ("08006", "odyssey: c12: failed to get remote server connection", C::PoolerUnavailable, true),
    ("08P01", "odyssey: c12: SSL is required", C::HbaRejected, false),
    // Supavisor, before and after its codes
    ("XX000", "Tenant or user not found", C::AuthFailed, false),
    // Neon's proxy
    ("XX000", ENDPOINT_UNNAMED, C::ServerError, false),
    ("08P01", ENDPOINT_UNNAMED, C::ServerError, false),
    ("XX000", "connection is insecure (try using `sslmode=require`)", C::HbaRejected, false),
    (
        "XX000",
        "The requested endpoint could not be found, or you don't have access to it. Please check the provided ID",
        C::ServerError,
        false,
    ),
    ("XX000", "(ENOTFOUND) tenant/user app.x not found", C::AuthFailed, false),
    ("XX000", "Max client connections reached", C::SlotsExhausted, true),
    (
        "XX000",
        "(EMAXCONNSESSION) max clients reached in session mode - max clients are limited to pool_size: 15",
        C::SlotsExhausted,
        true,
    ),
    (
        "XX000",
        "(ECHECKOUTTIMEOUT) unable to check out connection from the pool after 60000ms in transaction mode",
        C::PoolerUnavailable,
        true,
    ),
    // RDS Proxy
    (
        "0A000",
        "Feature not supported: RDS Proxy currently doesn\u{2019}t support command-line options.",
        C::StartupParameterRejected,
        false,
    ),
];

#[test]
fn each_sentence_has_its_class() {
    let dial = dial(6432, "app");
    for (sqlstate, message, class, retryable) in SENTENCES {
        let trouble = Trouble::Server(Phase::Startup, error(sqlstate, message));
        let failure = trouble.classify(&dial, "db:6432");
        assert_eq!((failure.class, failure.retryable), (*class, *retryable), "{message}: {failure}");
        assert!(failure.evidence.contains(&Evidence::ViaPooler), "{message}");
        assert!(failure.message.contains("pooler at db:6432"), "{message}: {failure}");
        assert!(!failure.to_string().contains(message), "server text is shown: {failure}");
    }
}

#[test]
fn the_server_itself_never_speaks_as_a_pooler() {
    for (_, message, ..) in SENTENCES {
        let routine = Some("ProcessStartupPacket".to_owned());
        let trouble = Trouble::Server(Phase::Startup, ServerError { routine, ..error("08P01", message) });
        let failure = trouble.classify(&dial(6432, "app"), "db:6432");
        assert_eq!(failure.class, C::NotPostgres, "{message}: {failure}");
        assert!(!failure.evidence.contains(&Evidence::ViaPooler), "{message}");
    }
}

#[test]
fn the_rejected_parameter_is_named_if_it_is_ours() {
    for (message, names) in [
        ("unsupported startup parameter: options", "`options`"),
        ("unsupported startup parameter in options: search_path", "`search_path`"),
        ("unsupported startup parameter in options: search_path_x", "a parameter of the startup message"),
        ("unsupported startup parameter: s3cr3t", "a parameter of the startup message"),
    ] {
        let failure =
            Trouble::Server(Phase::Startup, error("08P01", message)).classify(&dial(1, "app"), "db:1");
        assert!(failure.message.contains(names), "{failure}");
        assert!(!failure.to_string().contains("s3cr3t"), "{failure}");
    }
}

/// PgBouncer 1.18 passes the server's sentence on in the server's language, and nothing else.
#[test]
fn other_languages_are_told_by_the_name_that_they_quote() {
    for (message, class, retryable) in [
        ("Passwort-Authentifizierung f\u{fc}r Benutzer \u{bb}app\u{ab} fehlgeschlagen", C::AuthFailed, false),
        ("Rolle \u{bb}app\u{ab} existiert nicht", C::AuthFailed, false),
        ("la base de donn\u{e9}es \u{ab} shop \u{bb} n'existe pas", C::DatabaseMissing, false),
        ("データベース\"shop\"は存在しません", C::DatabaseMissing, false),
        ("das Datenbanksystem startet", C::PoolerUnavailable, true),
        ("tut mir leid, schon zu viele Verbindungen", C::PoolerUnavailable, true),
        (
            "kein pg_hba.conf-Eintrag f\u{fc}r Host \u{bb}10.0.0.7\u{ab}, Benutzer \u{bb}app\u{ab}",
            C::HbaRejected,
            false,
        ),
        ("eine Anwendung namens app", C::PoolerUnavailable, true),
    ] {
        let failure =
            Trouble::Server(Phase::Startup, error("08P01", message)).classify(&dial(1, "shop"), "db:1");
        assert_eq!((failure.class, failure.retryable), (class, retryable), "{message}: {failure}");
    }
    // With the server's SQLSTATE the language does not matter.
    for (sqlstate, class) in [
        ("28P01", C::AuthFailed),
        ("28000", C::RoleMissing),
        ("3D000", C::DatabaseMissing),
        ("53300", C::SlotsExhausted),
    ] {
        let failure =
            Trouble::Server(Phase::Startup, error(sqlstate, "?")).classify(&dial(1, "shop"), "db:1");
        assert_eq!(failure.class, class, "{failure}");
    }
}

/// Without the field `V`, in the startup and in an open session.
#[tokio::test]
async fn a_fatal_word_in_a_session_ends_it() {
    let startup = Fake::start(|line| {
        line.hear();
        line.message(b'E', &fields("08P01", "query_wait_timeout"));
    });
    let session = Fake::start(|line| {
        line.hear();
        line.ask(0, b"");
        line.message(b'Z', b"I");
        line.hear();
        line.message(b'E', &fields("08P01", "query_wait_timeout"));
    });
    for (fake, phase) in [(startup, Phase::Startup), (session, Phase::Query)] {
        let failure = refused(dial(fake.port, "app")).await;
        assert_eq!((failure.class, failure.phase), (C::PoolerUnavailable, phase), "{failure}");
        assert!(failure.evidence.contains(&Evidence::ViaPooler), "{failure}");
    }
}
