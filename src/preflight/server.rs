//! What answered, in a report.

use super::target_report;
use crate::{
    ask,
    driver::{CertificateInfo, Driver, Session},
    probe,
    report::{CertificateReport, ExtensionReport, IssuerReport, Report, ServerReport, TlsReport},
    settings::Target,
};

/// What answered.
pub(super) fn describe(report: &mut Report, target: &Target, driver: &Driver, installed_now: &[String]) {
    let (answers, facts) = (driver.probe().answers(), driver.probe().facts());
    let value = |column: &str| answers.rows(ask::SERVER.name).and_then(|r| r.get(0, column)).map(plain);
    let truth = |column: &str| value(column).map(|v| matches!(v.as_str(), "t" | "true" | "on"));
    let out = report.target.get_or_insert_with(|| target_report(target));
    if let Some(session) = driver.session() {
        out.address = match &session.attempt().address {
            probe::Address::Tcp(address) => Some(address.ip().to_string()),
            probe::Address::Unix(..) => None,
        };
        out.port = match &session.attempt().address {
            probe::Address::Tcp(address) => Some(address.port()),
            probe::Address::Unix(_, port) => Some(*port),
        };
        out.host = session.attempt().host.as_ref().map(ToString::to_string).or_else(|| {
            match &session.attempt().address {
                probe::Address::Unix(dir, _) => Some(dir.to_string()),
                probe::Address::Tcp(address) => Some(address.ip().to_string()),
            }
        });
    }
    out.database = value("database").or(out.database.take());
    out.role = value("role").or(out.role.take());
    out.in_recovery = truth("in_recovery").or(facts.in_recovery);
    out.pooler = facts.pooler;
    out.pool_mode = facts.by_transaction.then(|| "transaction".to_owned());
    report.server = Some(ServerReport {
        version: value("version")
            .map(|v| v.split(' ').next().unwrap_or_default().to_owned())
            .unwrap_or_default(),
        version_num: value("version_num").and_then(|v| v.parse().ok()),
        tls: driver.session().and_then(Session::tls).map(|tls| TlsReport {
            version: tls.version.to_owned(),
            cipher: tls.cipher.clone(),
            chain_verified: tls.chain_verified,
            name_verified: tls.name_verified,
            certificate: certificate_report(&tls.chain),
        }),
        server_sees_tls: truth("server_sees_tls"),
    });
    report.extensions = target
        .extensions
        .iter()
        .map(|wanted| {
            let rows = answers.rows(ask::EXTENSIONS.name);
            let places = 0..rows.map_or(0, probe::Rows::len);
            let named = |i: usize| rows.filter(|r| r.get(i, "name") == Some(wanted.name.as_str()));
            let installed = places.into_iter().find_map(|i| named(i)?.get(i, "version").map(plain));
            let installed_now = installed.is_some() && installed_now.contains(&wanted.name);
            ExtensionReport { name: wanted.name.clone(), installed, installed_now }
        })
        .collect();
}

fn certificate_report(chain: &[CertificateInfo]) -> Option<CertificateReport> {
    let (leaf, issuers) = chain.split_first()?;
    Some(CertificateReport {
        subject: plain(&leaf.subject),
        names: leaf.names.iter().map(|name| plain(name)).collect(),
        issuer: plain(&leaf.issuer),
        not_before: leaf.since(),
        not_after: leaf.until(),
        chain: issuers
            .iter()
            .map(|one| IssuerReport {
                subject: plain(&one.subject),
                issuer: plain(&one.issuer),
                not_after: one.until(),
            })
            .collect(),
    })
}

/// A server's word, fit for one line: a hostile server must not write to the terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(128).collect()
}
