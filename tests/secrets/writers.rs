//! Everything that can be printed of one input, without a process: all writers, `Debug`, `Display`, a panic.

use crate::log;
use pgward::{
    Files, Policy,
    conninfo::{Conninfo, Libpq, unencoded, visible, visible_url},
    figment,
    unstable::{
        configuration::{Configuration, Input},
        finding::{Applicability, Located, fingerprints},
        fix::diff,
        judge::Evidence,
        layer,
        lint::{lint_with, mend},
        report::{Format, Options, Report},
        rules::Door,
        settings::{document, secret_file::Fault, variables::may_hold_credential},
        source::{SourceKind, Sources},
    },
};
use std::fmt::{Debug, Display, Write as _};

/// Output by output, with the name of each.
pub(crate) type Outputs = Vec<(&'static str, String)>;

/// An env file, as `lint` and as `check` see it.
pub(crate) fn env_file(path: &str, bytes: &[u8], policy: &Policy) -> Outputs {
    let mut out = Outputs::new();
    let mut sources = Sources::default();
    let files = Files {
        files: vec![(path.into(), bytes.to_vec()), (".env".into(), bytes.to_vec())],
        ..Files::default()
    };
    let mut report = Report::new("lint");
    report.findings = log::during(&mut out, || lint_with(&mut sources, &files, policy));
    written(&mut out, &report);
    debug(&mut out, "sources", &sources);
    configured(&mut out, |input| input.env_files = vec![(path.into(), bytes.to_vec())], policy);
    if report.findings.iter().any(|f| !f.fix.is_empty()) {
        mended(&mut out, &files, policy);
    }
    out
}

/// Files of any kind, as `lint` sees them.
pub(crate) fn files(files: Vec<(String, Vec<u8>)>, policy: &Policy) -> Outputs {
    let mut out = Outputs::new();
    let mut sources = Sources::default();
    let files = Files { files, ..Files::default() };
    let mut report = Report::new("lint");
    report.findings = log::during(&mut out, || lint_with(&mut sources, &files, policy));
    written(&mut out, &report);
    debug(&mut out, "sources", &sources);
    if report.findings.iter().any(|f| !f.fix.is_empty()) {
        mended(&mut out, &files, policy);
    }
    out
}

/// What `--diff` and `--fix` print.
fn mended(out: &mut Outputs, files: &Files, policy: &Policy) {
    let mended = log::during(out, || mend(files, policy, Applicability::Unsafe));
    debug(out, "mended", &mended);
    for (path, before, after) in mended.changed() {
        out.push(("diff", diff::unified(path, before, after)));
    }
    let mut report = Report::new("lint");
    report.findings = mended.left;
    out.push(("left", report.to_string()));
}

/// A value in the process environment, on the command line and from a provider.
pub(crate) fn value(key: &str, value: &str) -> Outputs {
    let mut out = Outputs::new();
    let policy = Policy::default();
    configured(
        &mut out,
        |input| {
            input.variables.insert("APP_ENV".into(), b"production".to_vec());
            input.variables.insert(key.into(), value.as_bytes().to_vec());
        },
        &policy,
    );
    configured(&mut out, |input| flag(input, value), &policy);
    let provider = figment::Figment::new().merge((key.to_ascii_lowercase(), value));
    configured(
        &mut out,
        |input| {
            let credential = |key: &str| may_hold_credential(key, &Policy::default());
            let layer = layer::from_provider(&mut input.sources, &provider, credential);
            input.layers.push(layer.expect("a string is taken"));
        },
        &policy,
    );
    out
}

/// A text in the file that a variable names, in the variable itself, and as the document of the command line.
pub(crate) fn secret_file(key: &str, text: &str) -> Outputs {
    let mut out = Outputs::new();
    let toml = "[variables]\nsecret-json = [\"APP_SECRET\"]\n";
    let policy = Policy::from_toml(toml).expect("a policy");
    let set = |input: &mut Input, key: &str, value: &str| {
        drop(input.variables.insert(key.into(), value.as_bytes().to_vec()));
    };
    configured(
        &mut out,
        |input| {
            set(input, &format!("{key}_FILE"), "/run/secrets/it");
            input.secret_files.insert("/run/secrets/it".into(), Ok(text.as_bytes().to_vec()));
        },
        &policy,
    );
    configured(
        &mut out,
        |input| {
            set(input, key, text);
            // The secret in the place of its file's name.
            set(input, &format!("{key}_FILE"), text);
            input.secret_files.insert(text.into(), Err(Fault::Missing));
        },
        &policy,
    );
    configured(
        &mut out,
        |input| {
            let file = SourceKind::File("secret.json".into());
            input.layers.push(layer::document(&mut input.sources, file, document::FLAG, text.as_bytes()));
        },
        &policy,
    );
    out
}

/// Bytes that are no text in the process environment.
pub(crate) fn raw_value(key: &str, bytes: &[u8]) -> Outputs {
    let mut out = Outputs::new();
    let set = |input: &mut Input| drop(input.variables.insert(key.into(), bytes.to_vec()));
    configured(&mut out, set, &Policy::default());
    out
}

/// A provider's value that is no string, or stands where nobody looks for it.
pub(crate) fn foreign(provider: &dyn figment::Provider) -> Outputs {
    let mut out = Outputs::new();
    let mut input = Input::default();
    let credential = |key: &str| may_hold_credential(key, &Policy::default());
    match layer::from_provider(&mut input.sources, provider, credential) {
        Err(error) => told(&mut out, "provider error", error),
        Ok(layer) => configured(
            &mut out,
            |input| {
                let again = layer::from_provider(&mut input.sources, provider, |_| false);
                input.layers.push(again.unwrap_or(layer));
            },
            &Policy::default(),
        ),
    }
    out
}

/// A pgward.toml, wrong or right.
pub(crate) fn policy(text: &str) -> Outputs {
    let mut out = Outputs::new();
    match log::during(&mut out, || Policy::from_toml(text)) {
        Err(error) => told(&mut out, "policy error", error),
        Ok(policy) => {
            let file =
                b"APP_ENV=production\nDATABASE_URL=postgres://app:x@db.example.com/app?sslmode=prefer\n";
            let mut report = Report::new("lint");
            let files = Files { files: vec![(".env".into(), file.to_vec())], ..Files::default() };
            report.findings = pgward::lint(&files, &policy);
            written(&mut out, &report);
            let mut sources = Sources::default();
            let id = sources.add(SourceKind::File("pgward.toml".into()), text);
            let policy = Policy::parse(&mut sources, id).expect("what was read once is read again");
            let mut sources = Some(sources);
            configured(
                &mut out,
                |input| {
                    input.sources = sources.take().unwrap_or_default();
                    input.env_files = vec![(".env".into(), file.to_vec())];
                },
                &policy,
            );
        }
    }
    out
}

/// A connection string by itself.
pub(crate) fn conninfo(text: &str) -> Outputs {
    let mut out = Outputs::new();
    for parsed in [
        Conninfo::parse(text),
        Conninfo::parse_as(text, Libpq::V18),
        Conninfo::parse_any_scheme(text, Libpq::V18),
    ] {
        match parsed {
            Err(error) => told(&mut out, "conninfo error", error),
            Ok(conninfo) => {
                debug(&mut out, "conninfo", &conninfo);
                debug(&mut out, "dial", &conninfo.dial());
                debug(&mut out, "invalid values", &conninfo.invalid_values());
                let parts = conninfo.keywords().map(|(_, value)| value.part().to_string());
                out.push(("parts", parts.collect::<Vec<_>>().join("\n")));
                for error in &conninfo.dial().errors {
                    out.push(("dial error", error.to_string()));
                }
            }
        }
    }
    for ranges in [visible(text), visible_url(text)] {
        out.push(("visible", ranges.into_iter().map(|r| &text[r]).collect()));
    }
    debug(&mut out, "unencoded", &unencoded(text));
    out
}

/// What `check`, `preflight` and the guard print of an input.
fn configured(out: &mut Outputs, fill: impl FnOnce(&mut Input), policy: &Policy) {
    let mut input = Input { policy: policy.clone(), ..Input::default() };
    fill(&mut input);
    let configuration = log::during(out, || Configuration::new(input));
    out.push(("settings", format!("{:?}", configuration.settings)));
    debug(out, "sources", &configuration.sources);
    for door in [Door::Check, Door::Boot] {
        let findings = log::during(out, || configuration.findings(door, Evidence::default()));
        debug(out, "findings", &findings);
        let mut report = Report::new("check");
        report.environment = Some(configuration.environment_report());
        report.findings = findings.iter().map(|f| f.locate(&configuration.sources)).collect();
        report.findings.sort_by(Located::by_place);
        report.ready = Some(false);
        // Pictures are costly, and those of the two doors differ in severities alone.
        if door == Door::Check {
            written(out, &report);
        } else {
            told(out, "report", &report);
        }
    }
}

fn flag(input: &mut Input, value: &str) {
    let layer = layer::flag(&mut input.sources, "--database-url", "DATABASE_URL", value);
    input.layers.push(layer);
}

/// Every writer: those of people and programs each time, of the documents one, chosen by what was found, so that each has
/// its turn many times. JSON has every text that they have.
pub(crate) fn written(out: &mut Outputs, report: &Report) {
    let always = |f: &&Format| matches!(f, Format::Text | Format::Concise | Format::Json);
    let (always, documents): (Vec<&Format>, Vec<&Format>) = Format::ALL.iter().partition(always);
    let turn: usize = report.findings.iter().map(|f| f.message.len() + f.rule.len()).sum();
    let document = documents.get(turn % documents.len().max(1)).copied();
    for format in always.into_iter().chain(document) {
        for color in [false, true] {
            if color && (*format != Format::Text || report.command != "lint") {
                continue;
            }
            let options =
                Options { color, show_notes: true, remarks: true, width: 200, ..Options::default() };
            let mut text = Vec::new();
            format.write(report, &options, &mut text).expect("memory takes everything");
            // Sixteen digits make a part of some canaries by chance; what goes into a fingerprint is tested elsewhere.
            let mut text = String::from_utf8_lossy(&text).into_owned();
            if matches!(format, Format::Sarif | Format::Gitlab) {
                for print in fingerprints(&report.findings, &str::to_owned) {
                    text = text.replace(&print, "");
                }
            }
            out.push((format.name(), text));
        }
    }
    told(out, "report", report);
}

/// `Display`, `Debug`, and the words of a panic over it.
pub(crate) fn told(out: &mut Outputs, name: &'static str, what: impl Display + Debug) {
    out.push((name, what.to_string()));
    debug(out, name, &what);
    out.push(("panic", panic_over(&what)));
}

fn debug(out: &mut Outputs, name: &'static str, what: &dyn Debug) {
    let mut text = String::new();
    let _infallible = write!(text, "{what:?}");
    out.push((name, text));
}

/// What a panic hook is given when somebody unwraps.
fn panic_over(what: &dyn Debug) -> String {
    let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        // As `unwrap` words it, without the default hook's noise on stderr.
        std::panic::resume_unwind(Box::new(format!("called `Result::unwrap()` on an `Err` value: {what:?}")))
    }));
    let payload: Box<dyn std::any::Any + Send> = match unwound {
        Err(payload) => payload,
        Ok(()) => return String::new(),
    };
    payload.downcast::<String>().map(|text| *text).unwrap_or_default()
}
