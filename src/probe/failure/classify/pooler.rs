//! What a connection pooler says of itself, and what it passes on from the server without its SQLSTATE. PgBouncer
//! says 08P01 for all its own sentences, before 1.20 for the server's too (client.c, objects.c, janitor.c and
//! server.c of 1.5 to 1.25); pgcat 58000, Supavisor XX000, Odyssey and RDS Proxy the code that fits.

use super::super::{FailureClass as C, Phase, ServerError};
use super::{Said, say, server};
use crate::{probe::dial::Dial, secret::Part};

/// What a sentence amounts to. Those that begin with `Server` are the server's own, passed on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cause {
    DatabaseUnknown,
    TenantUnknown,
    EndpointUnnamed,
    EndpointUnknown,
    DatabaseDisabled,
    LoginRefused,
    IdentityRefused,
    ClientLimit,
    NotAdmitted,
    TlsDemanded,
    ParameterRefused,
    Console,
    Stopping,
    NoServer,
    ServerMethod,
    Misconfigured,
    NoMemory,
    Ended,
    ServerLogin,
    ServerIdentity,
    ServerRoleMissing,
    ServerRoleNoLogin,
    ServerDatabaseMissing,
    ServerConnectDenied,
    ServerNotAdmitted,
    ServerLimit,
    ServerStarting,
    ServerStopping,
    /// Another language, and the role's name in it.
    ServerSaysRole,
    /// Another language, and the database's name in it.
    ServerSaysDatabase,
    /// Anything else: another language, or another pooler.
    Unknown,
}

/// Phrases in the order in which they are looked for. The cached error of `server_login_retry` names its cause in
/// the server's words, hence these stand before it.
const PHRASES: &[(Cause, &[&str])] = &[
    (
        Cause::DatabaseUnknown,
        &["no such database", "No such database", "No pool configured for database", "' is not found"],
    ),
    (Cause::TenantUnknown, &["Tenant or user not found", "(ENOTFOUND)", "(ENOIDENTIFIER)"]),
    // Neon's proxy, which finds the server by the name in the TLS handshake
    (Cause::EndpointUnnamed, &["Endpoint ID is not specified", "project ID is not specified"]),
    (Cause::EndpointUnknown, &["requested endpoint could not be found", "endpoint not found"]),
    (Cause::ServerStarting, &["database system is starting up", "in recovery mode", "not yet accepting"]),
    (Cause::ServerStopping, &["database system is shutting down"]),
    (Cause::ServerNotAdmitted, &["pg_hba.conf"]),
    (Cause::ServerRoleNoLogin, &["is not permitted to log in"]),
    (Cause::ServerConnectDenied, &["permission denied for database", "not currently accepting connections"]),
    (
        Cause::ServerLimit,
        &[
            "too many connections for role",
            "too many connections for database",
            "too many clients already",
            "remaining connection slots",
        ],
    ),
    (Cause::Misconfigured, &["authentication database \""]),
    (Cause::DatabaseDisabled, &["\" is disabled", "database does not allow connections"]),
    // a reused name first: `role "database "` is nobody's
    (Cause::ServerRoleMissing, &["role \""]),
    (Cause::ServerDatabaseMissing, &["database \""]),
    (
        Cause::LoginRefused,
        &[
            "SASL authentication failed",
            "\"trust\" authentication failed",
            "PAM authentication failed",
            "LDAP authentication failed",
            "ldap authentication failed",
            "no such user",
            "No such user",
            "auth failed",
            "Auth failed",
            "empty password returned by client",
            "username too long",
            "password too long",
            "no username supplied",
            "No username supplied",
            "incorrect user",
            "(EAUTHQUERY) user not found",
            "has no credentials for the role",
        ],
    ),
    (Cause::IdentityRefused, &["certificate authentication failed", "unix socket login rejected"]),
    (Cause::IdentityRefused, &["TLS client certificate required", "TLS certificate name mismatch"]),
    (Cause::ServerIdentity, &["Peer authentication failed", "Ident authentication failed"]),
    (Cause::ServerLogin, &["password authentication failed for user", "authentication failed for user"]),
    (Cause::LoginRefused, &["password authentication failed"]),
    (
        Cause::ClientLimit,
        &[
            "no more connections allowed",
            "client connections exceeded",
            "max client connections reached",
            "Max client connections reached",
            "max clients reached",
            "(EMAXCONN",
            "(EMAXPOOLSREACHED)",
            "too many tcp connections",
            "too many client tcp connections",
            "too many active clients for user",
        ],
    ),
    (
        Cause::NotAdmitted,
        &["login rejected", "no authentication method is found", "(EADDRNOTALLOWED)", "user blocked"],
    ),
    (
        Cause::TlsDemanded,
        &[
            "SSL required",
            "SSL is required",
            "TLS connection required",
            "SSL connection is required",
            "requires TLS connections",
            "connection is insecure",
        ],
    ),
    (
        Cause::ParameterRefused,
        &[
            "nsupported startup parameter",
            "unsupported options startup parameter",
            "invalid server parameter",
            "invalid startup packet layout",
            "support command-line options",
            "support the option ",
            "unrecognized configuration parameter",
            "invalid value for parameter",
        ],
    ),
    (Cause::Stopping, &["pooler is shutting down", "server shutting down", "(EPOOLTERMINATING)"]),
    (Cause::ServerMethod, &["server login failed:"]),
    (
        Cause::Misconfigured,
        &[
            "bouncer config error",
            "auth_ldap_options is null",
            "ldap is not supported by this build",
            "failed to make auth query",
            "(EAUTHQUERY)",
            "(EAUTHSECRETS)",
        ],
    ),
    (
        Cause::NoMemory,
        &[
            "bouncer resources exhaustion",
            "no memory for",
            "out of memory",
            "failed to prepare welcome message",
        ],
    ),
    (
        Cause::NoServer,
        &[
            "query_wait_timeout",
            "client_login_timeout",
            "pgbouncer cannot connect to server",
            "server login has been failing",
            "could not get connection from the pool",
            "Pool down for database",
            "failed to get remote server connection",
            "failed to connect to remote server",
            "unable to check out",
            "Unable to check out",
            "(ECHECKOUT",
            "(ECIRCUITBREAKER)",
            "Timed-out waiting to acquire database connection",
            "suspend_timeout",
            "pause failed",
        ],
    ),
    (
        Cause::Ended,
        &[
            "query_timeout",
            "client_idle_timeout",
            "idle transaction timeout",
            "admin forced disconnect",
            "server conn crashed",
            "server connection closed",
            "(EDBHANDLEREXITED)",
            "terminating connection due to",
        ],
    ),
];

/// Whether a sentence says that only TLS is served.
pub(super) fn demands_tls(error: &ServerError) -> bool {
    cause_by_phrase(error) == Some(Cause::TlsDemanded)
}

fn cause_by_phrase(error: &ServerError) -> Option<Cause> {
    if error.message.is("not allowed") {
        return Some(Cause::Console);
    }
    PHRASES.iter().find(|(_, words)| error.message.says(words)).map(|(cause, _)| *cause)
}

/// PgBouncer's own sentences are never translated; the server's pass through it in the server's language. Which
/// name such a sentence quotes still tells what it is about.
fn cause(error: &ServerError, dial: &Dial) -> Cause {
    let quotes = |part: &Option<Part>| {
        part.as_ref().and_then(Part::shown).is_some_and(|name| error.message.quotes(name))
    };
    cause_by_phrase(error).unwrap_or(match (quotes(&dial.user), quotes(&dial.dbname)) {
        (true, _) => Cause::ServerSaysRole,
        (false, true) => Cause::ServerSaysDatabase,
        (false, false) => Cause::Unknown,
    })
}

/// The failure behind a sentence of a pooler; none where the SQLSTATE says it better. Under 08P01 every sentence
/// counts, for PgBouncer has no other code of its own.
pub(super) fn said(
    phase: Phase,
    error: &ServerError,
    dial: &Dial,
    place: &str,
    sqlstate: &str,
) -> Option<Said> {
    let cause = match sqlstate {
        "08P01" => cause(error, dial),
        "58000" | "XX000" | "08006" | "0A000" | "28000" | "3D000" | "42501" | "53300" | "55000" | "57P03" => {
            cause_by_phrase(error)?
        }
        _ => return None,
    };
    Some(sentence(cause, phase, error, dial, place))
}

/// What the pooler says about the client.
fn sentence(cause: Cause, phase: Phase, error: &ServerError, dial: &Dial, place: &str) -> Said {
    let (role, database) = (server::role(dial), server::database(dial));
    let own = |class, text: String| say(class, phase, format!("the pooler at {place} {text}"));
    match cause {
        Cause::DatabaseUnknown => own(C::DatabaseMissing, format!("knows no {database}"))
            .help("correct the name, or add it to the pooler: for PgBouncer a line in [databases], then RELOAD"),
        Cause::TenantUnknown => own(
            C::AuthFailed,
            format!("knows no tenant or user of this name: {role} lacks the tenant's, or the host is another region's"),
        )
        .help("for Supabase: the role is postgres.PROJECT_REF, and the host is the one of the project's region"),
        Cause::EndpointUnnamed => own(C::ServerError, "was not told which endpoint is meant: no name of one came with TLS".to_owned())
            .help(
                "for Neon: connect to the endpoint's own host name, not to an address or another name for it; a client \
                 without SNI adds `options=endpoint%3DENDPOINT_ID`, the first part of the host name",
            ),
        Cause::EndpointUnknown => own(
            C::ServerError,
            "knows no endpoint of this name, or not for this role".to_owned(),
        )
        .help("for Neon: compare the host name with the one in its console; the endpoint may have been deleted"),
        Cause::DatabaseDisabled => own(C::ConnectDenied, format!("takes no connections for {database}: it is disabled"))
            .help("for PgBouncer: `ENABLE` with the database's name, on its console, when the maintenance is over"),
        Cause::LoginRefused => own(
            C::AuthFailed,
            format!("refused {role}: the password is wrong, or the pooler does not know the role (it does not say which)"),
        )
        .help("for PgBouncer: compare with its auth_file, or run its auth_query by hand as auth_user; then RELOAD"),
        Cause::IdentityRefused => own(
            C::PeerAuthFailed,
            format!("identifies the client by its certificate or system user, which may not be {role}"),
        )
        .help("log in with a password, or have the pooler's auth_type and its HBA and ident files corrected"),
        Cause::ClientLimit => own(C::SlotsExhausted, "has reached its limit of clients".to_owned())
            .help("for PgBouncer: raise max_client_conn (or the limit of the database or user), or close idle clients"),
        Cause::NotAdmitted => own(
            C::HbaRejected,
            format!("admits no connection of {role} to {database} from this address"),
        )
        .help("have the pooler's own access rules (PgBouncer: auth_hba_file) admit it; those of the server are others"),
        Cause::TlsDemanded => own(C::HbaRejected, "serves clients over TLS only".to_owned())
            .help("set sslmode=verify-full with sslrootcert, or at least sslmode=require"),
        Cause::ParameterRefused => parameter(phase, error, place),
        Cause::Console => own(
            C::NotPostgres,
            format!("has its administration console at this name, which {role} may not use and which takes no SQL"),
        )
        .help("the database named pgbouncer is the console; name the real database"),
        _ => below(cause, phase, dial, place),
    }
}

/// What the pooler says of itself and of the way to the server.
fn below(cause: Cause, phase: Phase, dial: &Dial, place: &str) -> Said {
    let own = |class, text: &str| say(class, phase, format!("the pooler at {place} {text}"));
    match cause {
        Cause::Stopping => own(C::ServerStopping, "is shutting down")
            .help("start the pooler again; the server behind it was not asked"),
        Cause::NoServer => own(
            C::PoolerUnavailable,
            "gave no server connection in time: the server is down, its name does not resolve, it refuses the pooler's \
             login, every connection of the pool is busy, or the pool is paused (the pooler does not say which)"
                ,
        )
        .help("the pooler's log has the cause; for PgBouncer `SHOW POOLS` and `SHOW DATABASES` on its console tell of a full or paused pool"),
        Cause::ServerMethod => own(
            C::PoolerUnavailable,
            "cannot log in at the server: it has no password of the kind that the server asks for",
        )
        .help("for PgBouncer: auth_file needs the plain password or the server's own SCRAM secret, not an MD5 hash")
        .retryable(false),
        Cause::Misconfigured => own(C::PoolerUnavailable, "is set up wrongly and cannot authenticate anyone here")
            .help("the pooler's log has the cause: its auth_user, auth_query or auth_dbname")
            .retryable(false),
        Cause::NoMemory => own(C::PoolerUnavailable, "is out of memory")
            .help("give the pooler more memory, or fewer clients"),
        Cause::Ended => own(C::PoolerUnavailable, "ended the session, or lost the server connection below it")
            .help("the pooler's log has the cause: a timeout of its own, a command on its console, or the server"),
        Cause::Unknown => own(
            C::PoolerUnavailable,
            "refused the session, in words of its own or in the server's language: no server connection, a server that \
             starts or has no slot left, or a login that the server refuses"
                ,
        )
        .help("the pooler's log has the sentence and the cause"),
        _ => passed_on(cause, phase, dial, place),
    }
}

/// What the server said to the pooler.
fn passed_on(cause: Cause, phase: Phase, dial: &Dial, place: &str) -> Said {
    let (role, database) = (server::role(dial), server::database(dial));
    let passed =
        |class, text: String| say(class, phase, format!("the server behind the pooler at {place} {text}"));
    match cause {
        Cause::ServerLogin => passed(
            C::AuthFailed,
            format!("refused the login that the pooler makes for {role}: the pooler's password is wrong, the role does \
                     not exist, or its password has expired (the server does not say which)"),
        )
        .help("the pooler's password for the server is another one than yours: for PgBouncer in auth_file or in [databases]"),
        Cause::ServerIdentity => passed(
            C::PeerAuthFailed,
            format!("identifies the pooler by its system user, which may not be {role}"),
        )
        .help("have the pooler log in over TCP with a password, or map its user in pg_ident.conf"),
        Cause::ServerRoleMissing => passed(C::RoleMissing, "has no such role as the pooler logs in with".to_owned())
            .help("create the role at the server, or correct user= of the pooler's database"),
        Cause::ServerRoleNoLogin => passed(C::RoleCannotLogin, "lets the pooler's role not log in".to_owned())
            .help("have the server's administrator run ALTER ROLE … LOGIN"),
        Cause::ServerDatabaseMissing => passed(
            C::DatabaseMissing,
            format!("has no such database as the pooler opens for {database}"),
        )
        .help("create it at the server, or correct dbname= of the pooler's database"),
        Cause::ServerConnectDenied => passed(
            C::ConnectDenied,
            format!("lets the pooler not connect to the database that it opens for {database}"),
        )
        .help("have its owner run GRANT CONNECT ON DATABASE … TO …, or ALTER DATABASE … ALLOW_CONNECTIONS true"),
        Cause::ServerNotAdmitted => passed(
            C::HbaRejected,
            "does not admit the pooler: its pg_hba.conf judges the pooler's address and the pooler's TLS".to_owned(),
        )
        .help("add a line for the pooler's address to the server's pg_hba.conf; if it demands TLS, set PgBouncer's server_tls_sslmode"),
        Cause::ServerLimit => passed(
            C::SlotsExhausted,
            "has no connection slot left for the pooler (its own limit, the role's or the database's)".to_owned(),
        )
        .help("the pools together want more than the server has: lower default_pool_size, or raise the server's limit"),
        Cause::ServerStarting => passed(C::ServerStarting, "is starting up or recovering".to_owned()),
        Cause::ServerStopping => passed(C::ServerStopping, "is shutting down".to_owned()),
        Cause::ServerSaysRole => passed(
            C::AuthFailed,
            format!("refused {role} in another language: a wrong password, a role that does not exist or may not log \
                     in, or a limit of the role"),
        )
        .help("its log has the sentence; the pooler's password for the server may be another one than yours"),
        Cause::ServerSaysDatabase => passed(
            C::DatabaseMissing,
            format!("refused {database} in another language: it does not exist, or it takes no connections of this role"),
        )
        .help("list the databases at the server itself: psql -l; and look for dbname= in the pooler's configuration"),
        _ => passed(C::ServerError, "ended the connection with an error".to_owned()),
    }
}

/// Names the parameter, where it is one of ours.
fn parameter(phase: Phase, error: &ServerError, place: &str) -> Said {
    let before = ["startup parameter: ", "startup parameter in options: ", "configuration parameter \""];
    let named = before.iter().find_map(|before| error.message.word_behind(before, STARTUP));
    let what = match named {
        Some("options") => "`options`".to_owned(),
        Some(name) => format!("the parameter `{name}`"),
        None => "a parameter of the startup message".to_owned(),
    };
    say(C::StartupParameterRejected, phase, format!("the pooler at {place} does not accept {what}")).help(
        "PgBouncer: ignore_startup_parameters drops it without a word; set it for the role instead, with ALTER ROLE … SET",
    )
}

/// Parameters that clients send with the startup message.
const STARTUP: &[&str] = &[
    "options",
    "replication",
    "client_encoding",
    "datestyle",
    "DateStyle",
    "timezone",
    "TimeZone",
    "intervalstyle",
    "IntervalStyle",
    "extra_float_digits",
    "search_path",
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "transaction_timeout",
    "default_transaction_isolation",
    "default_transaction_read_only",
    "session_authorization",
    "role",
    "jit",
    "geqo",
    "work_mem",
    "maintenance_work_mem",
    "client_min_messages",
    "tcp_keepalives_idle",
    "tcp_keepalives_interval",
    "tcp_keepalives_count",
    "bytea_output",
    "synchronous_commit",
];
