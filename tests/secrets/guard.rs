//! The boot API: reports, errors, `Ready` and what is logged on the way.

use crate::{
    AFTER, BEFORE, Proof,
    canary::{Canary, NASTY, Random},
    fill, log,
    templates::{PASSWORD_LINES, URLS},
    whole_without_host, writers,
    writers::Outputs,
};
use pgward::{Consumer, Environment, Error, Guard, Policy, figment::Provider as _};
use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::Path,
    time::Duration,
};

fn guard(file: &Path) -> Guard {
    let guard = Guard::from_env().expect("nothing is set wrongly").env_file(file).policy(Policy::default());
    guard.timeout(Duration::from_secs(3))
}

fn told(out: &mut Outputs, result: Result<pgward::Report, Error>) {
    match result {
        Ok(report) => writers::written(out, &report),
        Err(error) => {
            if let Error::Refused(report) = &error {
                writers::written(out, report);
            }
            writers::told(out, "guard error", error);
        }
    }
}

#[test]
fn checks() {
    let (mut random, mut proof) = (Random::new(), Proof::default());
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("app.env");
    let urls = URLS.iter().map(|url| format!("DATABASE_URL='{url}'"));
    let lines = urls.chain(PASSWORD_LINES.iter().map(|line| (*line).to_owned()));
    for (i, line) in lines.enumerate() {
        let nasty = NASTY[(i * 13) % NASTY.len()];
        if whole_without_host(&line, nasty) {
            continue;
        }
        let canary = Canary::new(&mut random, nasty);
        let text = format!("{BEFORE}{}{AFTER}", fill(&line, &canary));
        fs::write(&file, &text).expect("the file is written");
        let mut out = Outputs::new();
        let guard = guard(&file);
        out.push(("guard", format!("{guard:?}")));
        let result = log::during(&mut out, || guard.check());
        told(&mut out, result);
        proof.take(&line, &text, &canary, &out);
    }
    proof.finish(130);
}

#[test]
fn a_port_where_nobody_listens() {
    let (mut random, mut proof) = (Random::new(), Proof::default());
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("app.env");
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|l| l.local_addr()).expect("a port");
    let port = free.port();
    for nasty in NASTY.iter().step_by(5) {
        let canary = Canary::new(&mut random, nasty);
        let encoded = canary.percent_encoded();
        let text = format!("DATABASE_URL=postgres://app:{}@127.0.0.1:{port}/app\n", encoded.text);
        fs::write(&file, &text).expect("the file is written");
        let mut out = Outputs::new();
        let here = || guard(&file).environment(Environment::Development);
        let refused = log::during(&mut out, || here().enforce());
        told(&mut out, refused.map(|ready| ready.report().clone()));
        assert!(out.iter().any(|(_, text)| text.contains("connection-refused")), "{out:?}");
        let ready = log::during(&mut out, || here().observe().enforce()).expect("observing refuses nothing");
        out.push(("ready", format!("{ready:?}")));
        out.push(("provider", format!("{:?} {:?}", ready.metadata(), ready.data())));
        out.extend(Consumer::ALL.map(|consumer| ("url", format!("{:?}", ready.url(consumer)))));
        out.push(("config", format!("{:?}", ready.config())));
        writers::written(&mut out, ready.report());
        proof.take(nasty, &text, &encoded, &out);
    }
    proof.finish(15);
}

/// Another engine gives a `Ready` too, with a URL in it.
#[test]
fn another_engine() {
    let (mut random, mut proof) = (Random::new(), Proof::default());
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("app.env");
    for nasty in NASTY.iter().step_by(5).filter(|nasty| !nasty.contains(['\n', '\r'])) {
        let canary = Canary::new(&mut random, nasty);
        let text = format!("DATABASE_URL=sqlite:///app.db?key={}\n", canary.text);
        fs::write(&file, &text).expect("the file is written");
        let mut out = Outputs::new();
        let here = guard(&file).environment(Environment::Development).observe();
        let ready = log::during(&mut out, || here.enforce()).expect("observing refuses nothing");
        out.push(("ready", format!("{ready:?} {:?} {:?}", ready.url(Consumer::Libpq), ready.data())));
        writers::told(&mut out, "no config", ready.config().expect_err("there is none"));
        writers::written(&mut out, ready.report());
        proof.take(nasty, &text, &canary, &out);
    }
    proof.finish(12);
}
