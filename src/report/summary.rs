//! The last line of every run: what was decided, about which database, and why. One line, complete in itself,
//! because `kubectl describe` and `/dev/termination-log` show nothing else.

#[cfg(feature = "cli")]
use super::IssuerReport;
use super::{ConnectionReport, FailureReport, Options, Report, ServerReport, TargetReport, clean};
use crate::finding::{Applicability, Located, Severity};
use std::{collections::BTreeSet, net::IpAddr};

/// The line, without a newline.
pub fn line(report: &Report, options: &Options) -> String {
    let text = match report.ready {
        // Observed: it may start, and would not where it is enforced.
        Some(true) if report.observe && (report.failure.is_some() || report.count(Severity::Error) > 0) => {
            refused(report, options)
        }
        Some(true) => accepted(report, options),
        Some(false) => refused(report, options),
        None => linted(report, options),
    };
    format!("pgward: {}", clean::line(&text))
}

/// `ready: app as web at db:5432 (172.18.0.2), PostgreSQL 16.4, no TLS, development from PGWARD_ENV, 41 ms`
fn accepted(report: &Report, options: &Options) -> String {
    let target = report.target.as_ref();
    let postgres = target.is_none_or(TargetReport::is_postgres);
    let dialled = report.server.is_some() || (!postgres && report.command != "check");
    let mut parts = about(report);
    parts.extend(report.policy.iter().map(|path| format!("policy {path}")));
    if dialled {
        let installed = report.extensions.iter().filter(|e| e.installed_now);
        parts.extend(installed.map(|e| format!("installed {}", e.name)));
        parts.extend(report.connection.iter().filter(|c| c.tries > 1).map(|c| format!("{} tries", c.tries)));
        parts.extend(report.elapsed_ms.map(|ms| format!("{ms} ms")));
    } else {
        parts.push("not connected".to_owned());
    }
    let word = if dialled { "ready" } else { "configuration accepted" };
    format!("{word}: {}{}", parts.join(", "), tail(&counts(report, options)))
}

/// `refused: 2 errors (test-equals-primary, tls-weak); app as web at db:5432, production from APP_ENV`
fn refused(report: &Report, options: &Options) -> String {
    let waiting = report.failure.as_ref().is_some_and(|f| {
        let denied = |rule: &str| rule != f.class;
        f.retryable && !report.standing().any(|x| x.severity == Severity::Error && denied(x.rule.as_str()))
    });
    let let_pass = report.observe && report.ready == Some(true);
    let word = match (let_pass, waiting, report.command.as_str()) {
        (true, true, _) => "observe mode: would not have been ready",
        (true, false, _) => "observe mode: would have been refused",
        (false, true, _) => "not ready",
        (false, false, _) if report.observe => "refused, in observe mode too",
        (false, false, "check") => "configuration refused",
        (false, false, _) => "refused",
    };
    let rules: BTreeSet<&str> = report
        .standing()
        .filter(|f| f.severity == Severity::Error)
        .map(|f| f.rule.as_str())
        .filter(|rule| report.failure.as_ref().is_none_or(|f| f.class != *rule))
        .collect();
    let mut why: Vec<String> = report.failure.iter().map(failure).collect();
    match counts(report, options) {
        counts if counts.is_empty() => {}
        counts if rules.is_empty() => why.push(counts.join(", ")),
        counts => why.push(format!("{} ({})", counts.join(", "), some(&rules))),
    }
    why.extend(report.connection.as_ref().filter(|c| c.wait_over).map(wait_over));
    let about = about(report);
    if !about.is_empty() {
        why.push(about.join(", "));
    }
    if why.is_empty() { word.to_owned() } else { format!("{word}: {}", why.join("; ")) }
}

/// `2 errors, 1 warning in 2 of 14 files`
fn linted(report: &Report, options: &Options) -> String {
    let read = report.files.read;
    let hit: BTreeSet<&str> = report
        .standing()
        .filter(|f| options.shows(f.severity))
        .filter_map(|f| f.primary.as_ref()?.place.path.as_deref())
        .collect();
    let found: Vec<String> = [Severity::Error, Severity::Warning]
        .into_iter()
        .filter_map(|s| count(report.count(s), s.as_str()))
        .chain(options.show_notes.then(|| count(report.count(Severity::Note), "note")).flatten())
        .collect();
    let found = if found.is_empty() { "no findings".to_owned() } else { found.join(", ") };
    let place = match (hit.len(), read) {
        (0, 0) => String::new(),
        (0, read) => format!(" in {}", files(read)),
        (hit, read) if hit < read => format!(" in {hit} of {}", files(read)),
        (hit, _) => format!(" in {}", files(hit)),
    };
    let more = hidden(report, options).into_iter().chain(silenced(report)).chain(fixable(report, options));
    let unreadable = Some(report.files.unreadable).filter(|n| *n > 0).map(|n| format!("{n} unreadable"));
    let mut more: Vec<String> = more.chain(unreadable).collect();
    // Files without a word of a database are many, and no news: where there is room.
    let skipped = Some(report.files.skipped).filter(|n| *n > 0).map(|n| format!("{n} skipped"));
    let shown = format!("pgward: {found}{place}{}", tail(&more)).chars().count();
    more.extend(skipped.filter(|skipped| shown + ", ".len() + skipped.len() <= WIDTH));
    let left = format!("{found}{place}{}", tail(&more));
    match report.fixed.filter(|fixed| fixed.fixed_findings > 0) {
        Some(fixed) => {
            let made = count(fixed.fixed_findings, "finding").unwrap_or_default();
            format!("fixed {made} in {}; left: {left}", files(fixed.fixed_files))
        }
        None => left,
    }
}

/// The width that a line of a report is kept in, where nothing of weight is left out for it.
const WIDTH: usize = 80;

/// How many findings count for nothing, and why.
fn silenced(report: &Report) -> Vec<String> {
    let by_comment = report.findings.iter().filter(|f| f.suppressed.is_some()).count();
    let known = report.findings.iter().filter(|f| f.suppressed.is_none() && !f.stands()).count();
    let some = |n: usize, words: &str| (n > 0).then(|| format!("{n} {words}"));
    some(by_comment, "suppressed").into_iter().chain(some(known, "in the baseline")).collect()
}

/// How many findings have a fix, with the flags that make it.
fn fixable(report: &Report, options: &Options) -> Option<String> {
    let of = |wanted: Applicability| {
        let fits = |f: &&Located| f.applicability == wanted && has_fix(f);
        report.standing().filter(|f| options.shows(f.severity)).filter(fits).count()
    };
    match (of(Applicability::Safe), of(Applicability::Unsafe)) {
        (0, 0) => None,
        (safe, all) if options.fixes == Applicability::Unsafe && all > 0 => {
            Some(format!("{} fixable with `--fix --unsafe-fixes`", safe + all))
        }
        (safe, 0) => Some(format!("{safe} fixable with `--fix`")),
        (0, more) => Some(format!("{more} fixable with `--fix --unsafe-fixes`")),
        (safe, more) => Some(format!("{safe} fixable with `--fix`, {more} more with `--unsafe-fixes`")),
    }
}

/// Whether `--fix` can mend it, with `--unsafe-fixes` where it must.
pub(super) fn has_fix(finding: &Located) -> bool {
    finding.fix.iter().all(|e| e.place.path.is_some()) && !finding.fix.is_empty()
}

/// Which database, who answered, and for which environment.
fn about(report: &Report) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(target) = &report.target {
        out.push(named(target));
        if let Some(server) = &report.server {
            out.push(format!("PostgreSQL {}", server.version));
            out.push(leg(target, server));
        }
        out.extend((target.in_recovery == Some(true)).then(|| "standby".to_owned()));
        if target.pooler == Some(true) {
            // Two legs, each with or without TLS: the client's stands above.
            let sees = report.server.as_ref().and_then(|s| s.server_sees_tls);
            out.push(match sees {
                Some(true) => "through a pooler (TLS to the server)".to_owned(),
                Some(false) => "through a pooler (no TLS to the server)".to_owned(),
                None => "through a pooler".to_owned(),
            });
        }
    } else {
        out.push("no database configured".to_owned());
    }
    if let Some(environment) = &report.environment {
        out.push(match &environment.origin {
            _ if !environment.determined => format!("{} assumed", environment.name),
            Some(origin) => format!("{} from {origin}", environment.name),
            None => environment.name.clone(),
        });
    }
    out
}

fn named(target: &TargetReport) -> String {
    if !target.is_postgres() {
        let engine = if target.engine == "sqlite" { "SQLite" } else { &target.engine };
        return target
            .database
            .as_ref()
            .map_or_else(|| engine.to_owned(), |name| format!("{engine} database {name}"));
    }
    let database = target.database.as_deref().unwrap_or("the default database");
    let role = target.role.as_ref().map_or_else(String::new, |role| format!(" as {role}"));
    let place = match (target.host.as_deref(), target.address.as_deref()) {
        (Some(host), address) if is_socket(host) => {
            let port = target.port.map_or_else(String::new, |port| format!(" (port {port})"));
            return format!("{database}{role} at {}{port}", address.unwrap_or(host));
        }
        (Some(host), Some(address)) if host != address => {
            format!(" at {} ({address})", with_port(host, target.port))
        }
        (Some(host), _) | (None, Some(host)) => format!(" at {}", with_port(host, target.port)),
        (None, None) => String::new(),
    };
    format!("{database}{role}{place}")
}

fn with_port(host: &str, port: Option<u16>) -> String {
    let host = match host.parse() {
        Ok(IpAddr::V6(_)) => format!("[{host}]"),
        _ => host.to_owned(),
    };
    port.map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
}

/// As libpq tells them apart: a directory, or `@` for the abstract namespace.
fn is_socket(host: &str) -> bool {
    host.starts_with(['/', '@'])
}

fn leg(target: &TargetReport, server: &ServerReport) -> String {
    match &server.tls {
        Some(tls) if !tls.chain_verified => format!("{} (certificate not verified)", tls.version),
        Some(tls) if !tls.name_verified => format!("{} (name not verified)", tls.version),
        Some(tls) => tls.version.clone(),
        None if target.host.as_deref().is_some_and(is_socket) => "Unix socket".to_owned(),
        None => "no TLS".to_owned(),
    }
}

/// The server's certificate and those that signed it, in one line; none without TLS.
#[cfg(feature = "cli")]
pub(super) fn certificate(report: &Report) -> Option<String> {
    let certificate = report.server.as_ref()?.tls.as_ref()?.certificate.as_ref()?;
    let names = certificate.names.iter().take(NAMES).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = certificate.names.len().checked_sub(NAMES + 1).map_or("", |_| ", …");
    let (subject, until) = (&certificate.subject, &certificate.not_after);
    let mut parts = vec![format!("certificate: {subject}, for {names}{more}, until {until}")];
    let signed = |issuer: &IssuerReport| format!("signed by {}, until {}", issuer.subject, issuer.not_after);
    parts.extend(certificate.chain.iter().map(signed));
    let ends = certificate.chain.last().map(|last| (&last.subject, &last.issuer));
    let (last, issuer) = ends.unwrap_or((subject, &certificate.issuer));
    match (last == issuer, certificate.chain.is_empty()) {
        (true, true) => parts.push("self-signed".to_owned()),
        (true, false) => {}
        (false, _) => parts.push(format!("signed by {issuer}")),
    }
    Some(clean::line(&parts.join("; ")))
}

/// Of a certificate for more, so many names are printed.
#[cfg(feature = "cli")]
const NAMES: usize = 8;

fn failure(failure: &FailureReport) -> String {
    let state = failure.sqlstate.as_ref().map_or_else(String::new, |s| format!(", SQLSTATE {s}"));
    let again = if failure.retryable { ", retryable" } else { "" };
    format!("{}: {} ({}{state}{again})", failure.class, failure.message, failure.phase)
}

/// `the wait is over, after 41 tries in 60.0 s`
fn wait_over(connection: &ConnectionReport) -> String {
    let tries = connection.tries;
    let tries = if tries == 1 { "1 try".to_owned() } else { format!("{tries} tries") };
    let tenths = connection.spent.total_ms.saturating_add(50) / 100;
    format!("the wait is over, after {tries} in {}.{} s", tenths / 10, tenths % 10)
}

fn counts(report: &Report, options: &Options) -> Vec<String> {
    let shown = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter(|s| options.shows(*s))
        .filter_map(|s| count(report.count(s), s.as_str()));
    shown.chain(hidden(report, options)).collect()
}

fn hidden(report: &Report, options: &Options) -> Option<String> {
    let notes = count(report.count(Severity::Note), "note").filter(|_| !options.show_notes)?;
    // A service has no flags.
    let how = if report.command == "guard" { "" } else { " (-v)" };
    Some(format!("{notes} not shown{how}"))
}

fn count(n: usize, word: &str) -> Option<String> {
    (n > 0).then(|| format!("{n} {word}{}", if n == 1 { "" } else { "s" }))
}

fn files(n: usize) -> String {
    count(n, "file").unwrap_or_default()
}

fn tail(parts: &[String]) -> String {
    if parts.is_empty() { String::new() } else { format!("; {}", parts.join(", ")) }
}

fn some(rules: &BTreeSet<&str>) -> String {
    let mut names: Vec<String> = rules.iter().take(RULES).map(|r| (*r).to_owned()).collect();
    if rules.len() > RULES {
        names.push(format!("{} more", rules.len() - RULES));
    }
    names.join(", ")
}

impl TargetReport {
    fn is_postgres(&self) -> bool {
        self.engine.is_empty() || self.engine == "postgres"
    }
}

/// So many rules are named in the line.
const RULES: usize = 4;
