//! How the server was reached, as the report has it: which address answered, what the others said, where the time went.

use super::failure_report;
use crate::{
    probe::{Address, FailureClass, Probe, Tried},
    report::{AddressReport, ConnectionReport, Report, SpentReport},
};
use std::time::Duration;

/// Adds it to a report; also a remark for each address that was passed over.
pub(super) fn describe(report: &mut Report, probe: &Probe) {
    let (waited, tried) = (probe.waited(), probe.tried());
    let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let spent = waited.spent;
    report.connection = Some(ConnectionReport {
        tries: waited.tries,
        wait_over: waited.over,
        spent: SpentReport {
            total_ms: ms(waited.took),
            dns_ms: ms(spent.dns),
            tcp_ms: ms(spent.tcp),
            tls_ms: ms(spent.tls),
            authentication_ms: ms(spent.authentication),
            query_ms: ms(spent.query),
            looks_ms: ms(spent.looks),
            pauses_ms: ms(spent.pauses),
        },
        addresses: tried.iter().map(address).collect(),
    });
    let Some(answered) = tried.iter().find(|tried| tried.failure.is_none()) else { return };
    for tried in &tried {
        let Some(failure) = tried.failure.as_ref().filter(|_| worth_a_remark(tried, answered)) else {
            continue;
        };
        let remark = format!("passed over: {} [{}]", failure.message, failure.class);
        if !report.remarks.contains(&remark) {
            report.remarks.push(remark);
        }
    }
}

fn address(tried: &Tried) -> AddressReport {
    let (host, address) = match &tried.address {
        Some(Address::Unix(dir, _)) => (Some(dir.to_string()), None),
        Some(Address::Tcp(address)) => {
            (tried.host.as_ref().map(ToString::to_string), Some(address.ip().to_string()))
        }
        None => (tried.host.as_ref().map(ToString::to_string), None),
    };
    AddressReport {
        host,
        address,
        port: tried.port,
        tls: tried.tls,
        answered: tried.failure.is_none(),
        failure: tried.failure.as_ref().map(failure_report),
    }
}

/// Not that `localhost` has two addresses of which one is not listened at, and not that the second way to an address
/// was the right one.
fn worth_a_remark(tried: &Tried, answered: &Tried) -> bool {
    let text = |tried: &Tried| tried.address.as_ref().map(ToString::to_string);
    let name = |tried: &Tried| tried.host.as_ref().map(ToString::to_string);
    let refused = tried.failure.as_ref().is_some_and(|f| f.class == FailureClass::ConnectionRefused);
    let sibling = name(tried).is_some() && name(tried) == name(answered) && tried.port == answered.port;
    text(tried) != text(answered) && !(refused && sibling)
}
