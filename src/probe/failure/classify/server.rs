//! What an `ErrorResponse` means: SQLSTATE first, then the routine of the server's source, then its text.

use super::super::{Evidence, Failure, FailureCause, FailureClass as C, Over, Phase, ServerError};
use super::language::Sentence;
use super::{Said, pooler, say};
use crate::{conninfo::SslMode, probe::dial::Dial};

/// The failure that the server's words amount to.
pub(super) fn failure(phase: Phase, error: &ServerError, dial: &Dial, place: &str) -> Failure {
    let sqlstate = error.sqlstate.as_ref().map_or("", |s| s.as_str());
    // PostgreSQL always names the routine; poolers and proxies do not
    let pooler = error.routine.is_none() && error.sqlstate.is_some();
    let said =
        pooler.then(|| pooler::said(phase, error, dial, place, sqlstate)).flatten().unwrap_or_else(|| {
            let class = server_class(sqlstate, error);
            let place = if pooler {
                format!("the pooler at {place}, or the server behind it,")
            } else {
                place.to_owned()
            };
            server_sentence(class, phase, sqlstate, error, dial, &place)
        });
    let mut failure = said.into_failure();
    failure.sqlstate = error.sqlstate;
    if pooler {
        failure.evidence.insert(0, Evidence::ViaPooler);
    }
    failure
}

fn server_class(sqlstate: &str, error: &ServerError) -> C {
    let routine = error.routine.as_deref().unwrap_or_default();
    match sqlstate {
        "28P01" => C::AuthFailed,
        "28000" => match routine {
            "ClientAuthentication" => C::HbaRejected,
            "auth_failed" if error.password_asked => C::AuthFailed,
            "auth_failed" => C::PeerAuthFailed,
            "InitializeSessionUserId" | "InitializeSessionUserIdStandalone" => missing_or_nologin(error),
            _ if text(error, &["pg_hba.conf"]) => C::HbaRejected,
            _ if text(error, &["Peer auth", "Ident auth"]) => C::PeerAuthFailed,
            _ if nologin(error) || missing(error) => missing_or_nologin(error),
            // passed on by a pooler, in another language: the rejections name the file in every one
            "" => C::RoleMissing,
            _ => C::HbaRejected,
        },
        "3D000" | "57P04" => C::DatabaseMissing,
        "42501" if sets_parameter(routine) => C::StartupParameterRejected,
        "42501" | "55000" => C::ConnectDenied,
        "53300" => C::SlotsExhausted,
        "57P03" if Sentence::ShuttingDown.is_said(error) => C::ServerStopping,
        "57P03" if Sentence::HotStandbyOff.is_said(error) => C::NotQueryableStandby,
        "57P03" => C::ServerStarting,
        "57P01" | "57P02" => C::ServerStopping,
        // `-c role=x` is checked by a hook; the text equals that of 28000
        "22023" if routine == "call_string_check_hook" && error.sets_role => C::RoleMissing,
        "22023" | "42704" | "55P02" | "42601" | "42602" | "22P02" => C::StartupParameterRejected,
        "57014" => C::StatementTimeout,
        "55P03" => C::LockTimeout,
        "08P01" => C::NotPostgres,
        _ => C::ServerError,
    }
}

/// Both are 28000 from one routine. Who answered a request for a password exists, where the text cannot be read: a missing
/// role fails there. LDAP, PAM and RADIUS know it themselves, and the server looks for the role after them.
fn missing_or_nologin(error: &ServerError) -> C {
    let asked = error.password_asked && !missing(error);
    if asked || nologin(error) { C::RoleCannotLogin } else { C::RoleMissing }
}

fn nologin(error: &ServerError) -> bool {
    Sentence::NotPermittedToLogIn.is_said(error)
}

fn missing(error: &ServerError) -> bool {
    Sentence::RoleDoesNotExist.is_said(error)
}

/// Routines of guc.c that take a setting, and the hooks that judge its value (`-c role=x` without the membership).
fn sets_parameter(routine: &str) -> bool {
    routine.starts_with("set_config")
        || routine.ends_with("_check_hook")
        || routine == "parse_and_validate_value"
}

/// Every other refusal of `pg_hba.conf` names that file, in every language.
fn demands_certificate(error: &ServerError) -> bool {
    let known = error.routine.as_deref() == Some("ClientAuthentication");
    text(error, &["client certificate"])
        || known && error.message.is_there() && !text(error, &["pg_hba.conf"])
}

/// Whether the server's English text or its detail holds one of the phrases.
fn text(error: &ServerError, phrases: &[&str]) -> bool {
    error.message.says(phrases) || error.detail.says(phrases)
}

fn server_sentence(
    class: C,
    phase: Phase,
    sqlstate: &str,
    error: &ServerError,
    dial: &Dial,
    place: &str,
) -> Said {
    let (role, database) = (role(dial), database(dial));
    let s = |message: String| say(class, phase, message);
    match class {
        // The server's own passwords are 28P01, in every language.
        C::AuthFailed if sqlstate == "28000" => s(format!(
            "{place} let {} check the password of {role} and admits nobody: the password is wrong there, the name is \
             unknown there, or it could not be reached",
            service(error)
        ))
        .cause(FailureCause::OutsideService),
        C::AuthFailed => s(format!(
            "{place} refused {role}: its password is wrong, expired or was never set, or the role does not exist"
        )),
        C::HbaRejected if demands_certificate(error) => {
            let sent = match &dial.sslcert {
                _ if error.over != Over::Tls => "which needs TLS",
                Some(_) => "and did not take the one of sslcert",
                None if dial.absent.contains(&"sslcert") => "and the file of sslcert does not exist",
                None => "and none is set",
            };
            s(format!("pg_hba.conf of {place} demands a client certificate, {sent}"))
                .help("set sslcert and sslkey to a certificate that an authority of the server's ssl_ca_file signed")
                .cause(FailureCause::ClientCertificate)
        }
        C::HbaRejected => {
            let said = s(format!(
                "pg_hba.conf of {place} admits no connection of {role} to {database} {}",
                if error.over == Over::Tls { OVER_TLS } else { WITHOUT_TLS }
            ));
            match error.over {
                Over::Plaintext if dial.sslmode != SslMode::Disable => said.cause(FailureCause::WithoutTls),
                Over::Plaintext => said
                    .help("if the server demands TLS, set sslmode=require or verify-full")
                    .cause(FailureCause::WithoutTls),
                Over::Tls => said
                    .help("have the server's administrator add a line for this address")
                    .cause(FailureCause::OverTls),
                Over::Unix => said,
            }
        }
        C::PeerAuthFailed => s(format!(
            "{place} identifies the client by its system user or certificate, which may not be {role}"
        ))
        .help("connect over TCP with a password, or map the user in pg_ident.conf"),
        C::RoleMissing if error.sets_role && sqlstate == "22023" => {
            s(format!("the role that `options` sets does not exist at {place}"))
        }
        C::RoleMissing if missing(error) => s(format!("{role} does not exist at {place}")),
        C::RoleMissing => s(format!("{role} does not exist at {place}, or may not log in")),
        C::RoleCannotLogin => s(format!("{role} may not log in at {place}"))
            .help("have the administrator run ALTER ROLE … LOGIN"),
        C::DatabaseMissing => s(format!("{database} does not exist at {place}")),
        C::ConnectDenied if sqlstate == "55000" && error.routine.as_deref() == Some("InitPostgres") => {
            s(format!("{database} at {place} was left half dropped and cannot be used any more"))
                .cause(FailureCause::HalfDropped)
        }
        C::ConnectDenied if sqlstate == "55000" => {
            s(format!("{database} at {place} accepts no connections")).cause(FailureCause::DatabaseClosed)
        }
        C::ConnectDenied => s(format!("{role} lacks the CONNECT privilege on {database} at {place}"))
            .help("have the owner run GRANT CONNECT ON DATABASE … TO …"),
        C::SlotsExhausted => {
            let said = s(slots(error, &role, &database, place));
            match error.routine.as_deref() {
                Some("InitializeSessionUserId") => said.cause(FailureCause::RoleLimit),
                Some("CheckMyDatabase") => said.cause(FailureCause::DatabaseLimit),
                _ => said,
            }
        }
        C::ServerStarting => s(format!("{place} is starting up or recovering")),
        C::ServerStopping if sqlstate == "57P01" => {
            s(format!("{place} ended the session by an administrator's command, or is shutting down"))
        }
        C::ServerStopping if sqlstate == "57P02" => {
            s(format!("{place} ended all sessions because one of its processes crashed"))
        }
        C::ServerStopping => s(format!("{place} is shutting down")),
        C::NotQueryableStandby => {
            s(format!("{place} is a standby that answers no queries (hot_standby is off)"))
        }
        C::StartupParameterRejected => {
            s(format!("{place} does not accept a parameter of the startup message (options)"))
        }
        C::NotPostgres => s(format!("what listens at {place} broke PostgreSQL's protocol")),
        C::StatementTimeout => s(format!("a statement at {place} took longer than it may")),
        C::LockTimeout => s(format!("a lock at {place} was not given in time")),
        // what a server says that could start no process for the connection (postmaster.c)
        _ if sqlstate.is_empty() => s(format!(
            "{place} ended the connection with an error without a SQLSTATE: it may have no process left"
        ))
        .retryable(true),
        _ => s(format!("{place} ended the connection with SQLSTATE {sqlstate}")).retryable(passes(sqlstate)),
    }
}

/// Who checks the password in the server's place. The names are the same in every language (auth.c).
fn service(error: &ServerError) -> &'static str {
    let services = [("LDAP", "LDAP"), ("RADIUS", "RADIUS"), ("PAM", "PAM"), ("BSD", "BSD authentication")];
    let named = services.into_iter().find(|(name, _)| text(error, &[name]));
    named.map_or("another service (LDAP, RADIUS, PAM)", |(_, service)| service)
}

/// Makes one of two refusals by `pg_hba.conf` at one address, with TLS and without. False where they are none.
pub(in crate::probe) fn both_ways(failure: &mut Failure, other: &Failure) -> bool {
    let both = [failure.cause, other.cause];
    let ways = [Some(FailureCause::OverTls), Some(FailureCause::WithoutTls)];
    let Some(one) = [OVER_TLS, WITHOUT_TLS].into_iter().find_map(|way| failure.message.strip_suffix(way))
    else {
        return false;
    };
    if both[0] == both[1] || !both.iter().all(|cause| ways.contains(cause)) {
        return false;
    }
    failure.message = format!("{one}with TLS or without");
    failure.cause = Some(FailureCause::EitherWay);
    true
}

const OVER_TLS: &str = "over TLS";
const WITHOUT_TLS: &str = "without TLS";

/// Conditions that pass: resources, conflicts, an operator's intervention, input and output.
fn passes(sqlstate: &str) -> bool {
    ["40", "53", "57", "58"].iter().any(|class| sqlstate.starts_with(class))
}

/// Which limit: the role's and the database's have routines of their own, the text of both is checked as well.
fn slots(error: &ServerError, role: &str, database: &str, place: &str) -> String {
    match error.routine.as_deref() {
        Some("InitializeSessionUserId") => format!("{role} has reached its connection limit at {place}"),
        Some("CheckMyDatabase") => format!("{database} has reached its connection limit at {place}"),
        Some("InitPostgres") => format!(
            "{place} has no connection slot left but those it keeps for superusers (superuser_reserved_connections)"
        ),
        None => format!(
            "{place} has no connection left for {role} (a limit of the pooler, the server, the role or the database)"
        ),
        _ => format!("{place} has no connection slot left (max_connections)"),
    }
}

pub(super) fn role(dial: &Dial) -> String {
    dial.user
        .as_ref()
        .map_or_else(|| "the role of the system user's name".to_owned(), |u| format!("role `{u}`"))
}

pub(super) fn database(dial: &Dial) -> String {
    let named = dial.dbname.as_ref().filter(|name| !name.is_empty());
    named.map_or_else(|| "the database of the role's name".to_owned(), |d| format!("database `{d}`"))
}
