//! The house rules that a compiler does not hold: who may import whom, who may open a secret, who may read the
//! world, how long a file is, what a service pulls in. ARCHITECTURE.md says why.

#![expect(clippy::disallowed_methods, reason = "the test reads files and starts cargo")]

#[path = "architecture/scan.rs"]
mod scan;

use scan::{code, heads, imports, without_tests};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The modules and what each may import, from the ground up: an arrow goes to a line above, except for [`CYCLES`].
const MODULES: &[(&str, &str)] = &[
    ("secret", ""),
    ("environment", ""),
    ("near", ""),
    ("world", ""),
    ("x509", ""),
    ("source", "secret"),
    ("conninfo", "secret"),
    ("consumer", "conninfo secret"),
    // `conninfo` for `SslMode` alone: libpq's six words are written down once.
    ("probe", "conninfo secret"),
    ("driver", "probe secret x509"),
    ("interpolation", "secret"),
    ("layer", "environment interpolation secret source"),
    ("repository", "consumer layer source"),
    ("finding", "secret source"),
    ("report", "finding"),
    // `finding` for what is silenced and by whom.
    ("suppression", "finding layer source x509"),
    // `report` for its cleaning of what a terminal must not see.
    ("fix", "finding report secret source"),
    // `finding` for the place in an error, `conninfo` for the keywords of `[connection]`.
    ("policy", "conninfo consumer environment finding layer near secret source"),
    // `probe` for `settings/dial.rs` alone: a target as what the probe dials. Both sides are plain data.
    ("settings", "conninfo consumer environment layer near policy probe repository secret source x509"),
    ("advice", "near probe secret settings x509"),
    (
        "rules",
        "advice ask beside conninfo consumer environment layer misread policy probe secret settings sink source \
         suppression unreachable",
    ),
    ("sink", "environment finding policy probe rules secret settings source"),
    ("ask", "advice near policy probe rules"),
    ("unreachable", "probe rules settings"),
    ("misread", "rules settings source"),
    ("beside", "environment layer rules settings source"),
    // `report` for what its writers may tell of a rule.
    ("page", "environment finding policy report rules"),
    ("baseline", "finding rules"),
    ("judge", "environment finding policy probe rules settings sink source suppression"),
    (
        "lint",
        "consumer environment finding fix judge layer near policy repository rules secret settings source suppression",
    ),
    // `report` for the environment as a report names it.
    (
        "configuration",
        "environment finding judge layer policy report repository rules secret settings source",
    ),
    (
        "preflight",
        "ask configuration driver environment finding judge near probe report rules secret settings",
    ),
    (
        "guard",
        "configuration consumer driver environment finding layer policy preflight probe report \
         rules secret settings source world",
    ),
    (
        "cli",
        "ask baseline configuration conninfo consumer driver environment finding fix guard layer lint near page \
         policy preflight probe report repository rules secret settings source world",
    ),
];

/// Arrows that go up. A rule's questions, its sink and the words of a failed connection are written in terms of what
/// a rule is, and the prelude of `rules` hands them to the rules.
const CYCLES: &[(&str, &str)] = &[
    ("rules", "ask"),
    ("rules", "beside"),
    ("rules", "sink"),
    ("rules", "unreachable"),
    ("rules", "misread"),
];

/// Where the text of a secret may be read.
const EXPOSING: &[(&str, &str)] = &[
    ("src/secret", "the types themselves"),
    ("src/interpolation", "puts variables into a text"),
    ("src/layer", "parsers of carriers"),
    ("src/conninfo", "the parser of connection strings"),
    ("src/settings", "the resolver"),
    ("src/driver", "dials and logs in"),
    ("src/consumer", "reads and writes URLs as a client library does"),
    ("src/fix.rs", "writes what an edit inserts"),
    ("src/guard/verified.rs", "names the host that was verified to `consumer`"),
    ("src/cli/run/export.rs", "hands the URL to the command that is started"),
];

/// Where something of the outside may be touched. Methods are told by their name, so a name of ours must not be one.
const OUTSIDE: &[(&str, &[&str])] = &[
    ("std::fs", &["src/world", "src/cli"]),
    ("std::env", &["src/world.rs"]),
    ("std::net::TcpStream", &[]),
    ("SystemTime", &["src/world.rs"]),
    ("Instant::now", &["src/driver.rs", "src/preflight.rs", "src/cli"]),
    ("std::thread", &["src/world", "src/driver", "src/lint/parallel.rs"]),
    ("std::process", &["src/main.rs", "src/cli", "src/guard.rs"]),
    (".is_file()", &["src/world", "src/cli"]),
    (".is_dir()", &["src/world", "src/cli"]),
    (".exists()", &["src/world.rs", "src/cli"]),
    (".metadata()?", &["src/world"]),
    ("stdin()", &["src/cli"]),
    ("stdout()", &["src/cli"]),
    ("stderr()", &["src/cli"]),
    ("println!", &[]),
    ("print!", &[]),
    ("dbg!", &[]),
    ("clap::", &["src/cli"]),
    ("tokio::", &["src/driver", "src/guard"]),
    ("tokio_postgres::", &["src/driver", "src/guard"]),
    ("postgres::", &["src/guard"]),
    ("HashMap", &[]),
];

/// Files that may be longer than [`LINES`], each with its reason.
const LONGER: &[(&str, &str)] = &[("src/rules.rs", "the list of rules grows with them")];

const LINES: usize = 450;

/// One file of the project: its path from the root, with `/`, and its text.
type File = (String, String);

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a directory of the project, in the order of the paths.
fn files(under: &str) -> Vec<(String, Vec<u8>)> {
    let (mut stack, mut out) = (vec![root().join(under)], Vec::new());
    while let Some(dir) = stack.pop() {
        for entry in fs::read_dir(&dir).expect("a directory") {
            let path = entry.expect("an entry").path();
            let name =
                path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
            match path.is_dir() {
                true if matches!(name.as_str(), "target" | "fuzz/target" | ".git") => {}
                true => stack.push(path),
                false if name == ".git" => {}
                false => out.push((name, fs::read(&path).expect("a file"))),
            }
        }
    }
    out.sort();
    out
}

fn rust(under: &str) -> Vec<File> {
    let rust = |(path, _): &(String, Vec<u8>)| Path::new(path).extension().is_some_and(|x| x == "rs");
    files(under).into_iter().filter(rust).map(|(p, t)| (p, String::from_utf8(t).expect("UTF-8"))).collect()
}

/// Whether a path is one of these, below one, or the file that belongs to a directory: `src/cli` covers `src/cli.rs`.
fn among<'p>(path: &str, allowed: impl IntoIterator<Item = &'p str>) -> bool {
    allowed.into_iter().any(|a| {
        path.strip_prefix(a).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest == ".rs")
    })
}

fn expect_none(bad: &[String]) {
    assert!(bad.is_empty(), "\n{}\n", bad.join("\n"));
}

/// The arrows of a file that the table does not have, and those that it has.
fn arrows((path, text): &File, used: &mut BTreeSet<(String, String)>) -> Vec<String> {
    let inner = path.strip_prefix("src/").and_then(|p| p.strip_suffix(".rs")).expect("a file of src/");
    let parts: Vec<&str> = inner.split('/').collect();
    let module = parts[0];
    if matches!(module, "lib" | "main") {
        return Vec::new();
    }
    let text = code(text);
    let text = without_tests(&text);
    let mut bad = Vec::new();
    if module == "rules" && parts.len() > 1 {
        let own = text.replace("use super::prelude::*;", "");
        if own.contains("super::") || own.contains("crate::") {
            bad.push(format!("{path}: a rule sees `super::prelude` and nothing else"));
        }
        return bad;
    }
    let Some((_, allowed)) = MODULES.iter().find(|(name, _)| *name == module) else {
        return vec![format!("{path}: the module `{module}` is not in the table")];
    };
    for import in imports(text, parts.len()) {
        if !MODULES.iter().any(|(name, _)| *name == import) {
            bad.push(format!("{path}: `crate::{import}` is no module: name the module that it comes from"));
        } else if import != module && !allowed.split(' ').any(|a| a == import) {
            bad.push(format!("{path}: `{module}` must not import `{import}`"));
        }
        used.insert((module.to_owned(), import));
    }
    bad
}

/// The places outside `allowed` where a marker stands. `std::x` is found in grouped imports too.
fn outside((path, text): &File, marker: &str, allowed: &[&str]) -> Option<String> {
    if among(path, allowed.iter().copied()) {
        return None;
    }
    let text = code(text);
    let text = without_tests(&text);
    let found = match marker.strip_prefix("std::") {
        Some(word) if !word.contains("::") => heads(text, "std").contains(word),
        _ => text.match_indices(marker).any(|(at, _)| {
            let ours = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            !marker.starts_with(|c: char| c.is_alphabetic()) || !text[..at].ends_with(ours)
        }),
    };
    found.then(|| format!("{path}: `{marker}` belongs to {allowed:?}"))
}

#[test]
fn modules_import_downwards() {
    let mut used = BTreeSet::new();
    let mut bad: Vec<String> = rust("src").iter().flat_map(|file| arrows(file, &mut used)).collect();
    for (i, (module, imports)) in MODULES.iter().enumerate() {
        for import in imports.split_whitespace() {
            let below = MODULES[..i].iter().any(|(name, _)| *name == import);
            if !below && !CYCLES.contains(&(*module, import)) {
                bad.push(format!("the table: `{module}` ▶ `{import}` goes up"));
            }
            if !used.contains(&((*module).to_owned(), import.to_owned())) {
                bad.push(format!("the table: `{module}` ▶ `{import}` is in no file; take it out"));
            }
        }
    }
    expect_none(&bad);
}

#[test]
fn secrets_are_exposed_where_it_is_allowed() {
    let allowed: Vec<&str> = EXPOSING.iter().map(|(path, _)| *path).collect();
    let markers = [".expose()", "Part::expose", "Secret::expose", "expose_secret"];
    let files = rust("src");
    let bad: Vec<String> =
        files.iter().flat_map(|f| markers.iter().filter_map(|m| outside(f, m, &allowed))).collect();
    expect_none(&bad);
    for path in allowed {
        let exposes = |(p, t): &File| among(p, [path]) && markers.iter().any(|m| t.contains(m));
        assert!(files.iter().any(exposes), "{path} exposes nothing any more; take it out of the list");
    }
}

#[test]
fn the_outside_is_touched_at_its_edges() {
    let files = rust("src");
    let found = |(marker, allowed): &(&str, &[&str])| -> Vec<String> {
        files.iter().filter_map(|f| outside(f, marker, allowed)).collect()
    };
    expect_none(&OUTSIDE.iter().flat_map(found).collect::<Vec<_>>());
}

#[test]
fn files_are_short_and_have_names() {
    let mut bad = Vec::new();
    for (path, text) in rust("src").into_iter().chain(rust("tests")) {
        // The list that a test writes may grow; nobody reads it through.
        let list = text.split("// rules:begin").nth(1).filter(|_| path == "src/rules.rs");
        let lines = text.lines().count() - list.map_or(0, |list| list.lines().count());
        if lines > LINES && !LONGER.iter().any(|(long, _)| *long == path) {
            bad.push(format!("{path}: {lines} lines; {LINES} are the most"));
        }
        let name = path.rsplit('/').next().unwrap_or_default();
        if ["mod.rs", "utils.rs", "util.rs", "helpers.rs", "helper.rs", "common.rs"].contains(&name) {
            bad.push(format!("{path}: a file is named for its one job"));
        }
        if path.starts_with("src/") && !path.starts_with("src/rules/") && !text.starts_with("//! ") {
            bad.push(format!("{path}: opens with a `//!` line that says what it is"));
        }
    }
    for (path, _) in LONGER {
        let lines = fs::read_to_string(root().join(path)).expect("a listed file").lines().count();
        assert!(lines > LINES, "{path} is short again; take it out of the list");
    }
    expect_none(&bad);
}

/// What cargo prints, without its colours.
fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).current_dir(root()).args(arguments).output().expect("cargo runs");
    assert!(output.status.success(), "{arguments:?}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The names of the crates that a build for this machine links.
fn crates(features: &[&str]) -> BTreeSet<String> {
    let tree = ["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    let text = cargo(&[&tree, features].concat());
    text.lines().filter_map(|l| Some(l.split_once(' ')?.0.to_owned())).collect()
}

#[test]
fn dependencies_know_the_msrv() {
    let rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-vV").output();
    let version = String::from_utf8(rustc.expect("rustc runs").stdout).expect("UTF-8");
    let host = version.lines().find_map(|l| l.strip_prefix("host: ")).expect("a host");
    let metadata =
        ["metadata", "--format-version", "1", "--locked", "--all-features", "--filter-platform", host];
    let metadata: serde_json::Value = serde_json::from_str(&cargo(&metadata)).expect("JSON");
    let list = |v: &serde_json::Value| v.as_array().cloned().unwrap_or_default();
    let nodes: BTreeMap<String, serde_json::Value> =
        list(&metadata["resolve"]["nodes"]).into_iter().map(|n| (n["id"].to_string(), n)).collect();
    let mut reached = BTreeSet::new();
    let mut stack = vec![metadata["resolve"]["root"].to_string()];
    while let Some(id) = stack.pop() {
        if reached.insert(id.clone()) {
            let normal = |d: &serde_json::Value| list(&d["dep_kinds"]).iter().any(|k| k["kind"].is_null());
            stack
                .extend(list(&nodes[&id]["deps"]).iter().filter(|d| normal(d)).map(|d| d["pkg"].to_string()));
        }
    }
    let msrv = numbers(env!("CARGO_PKG_RUST_VERSION"));
    let newer = |p: &serde_json::Value| p["rust_version"].as_str().is_some_and(|v| numbers(v) > msrv);
    let bad: Vec<String> = list(&metadata["packages"])
        .iter()
        .filter(|p| reached.contains(&p["id"].to_string()) && newer(p))
        .map(|p| format!("{} {} wants Rust {}", p["name"], p["version"], p["rust_version"]))
        .collect();
    assert!(reached.len() > 100, "{} crates: the walk is broken", reached.len());
    expect_none(&bad);
}

/// `1.88` and `1.88.0` are the same.
fn numbers(version: &str) -> [u32; 3] {
    let mut parts = version.split('.').map(|n| n.parse().expect("a number"));
    [(); 3].map(|()| parts.next().unwrap_or_default())
}

#[test]
fn features_pull_in_what_they_say() {
    let core = crates(&["--no-default-features"]);
    let guard = crates(&["--no-default-features", "--features", "guard"]);
    let all = crates(&["--all-features"]);
    let mut bad = Vec::new();
    let mut none_of = |set: &BTreeSet<String>, name: &str, words: &[&str]| {
        let found = words.iter().filter(|w| set.contains(**w));
        bad.extend(found.map(|w| format!("{name} pulls in {w}")));
    };
    let other_tls = ["native-tls", "openssl", "openssl-sys", "aws-lc-rs", "aws-lc-sys", "boring", "schannel"];
    let live = ["tokio", "tokio-postgres", "postgres", "rustls", "ring", "socket2", "clap"];
    none_of(&core, "no feature", &live);
    none_of(&guard, "guard", &["clap", "annotate-snippets", "ignore", "saphyr", "rusqlite", "postgres"]);
    for (set, name) in [(&core, "no feature"), (&guard, "guard"), (&all, "all features")] {
        none_of(set, name, &other_tls);
        none_of(set, name, &["serde_yaml", "serde_yml"]);
    }
    // pgward itself is one of the lines.
    if guard.len() - 1 > 110 {
        bad.push(format!("guard pulls in {} crates; 110 are the most", guard.len() - 1));
    }
    assert!(core.contains("pgward") && guard.contains("tokio-postgres") && all.contains("clap"), "the tree");
    expect_none(&bad);
}

/// Words that belong to the machine where the project was written, not to the project; in two halves, so that
/// this file has none.
const FOREIGN: &[[&str; 2]] = &[["/wo", "rk/"], ["/ro", "ot/"], ["spar", "se+http"]];

fn foreign(text: &str) -> Option<String> {
    FOREIGN.iter().map(|halves| halves.concat()).find(|word| text.contains(word.as_str()))
}

#[test]
fn the_project_speaks_of_itself_alone() {
    let mut bad = Vec::new();
    for (path, bytes) in files("") {
        if let Some(word) = foreign(&String::from_utf8_lossy(&bytes)) {
            bad.push(format!("{path}: `{word}`"));
        }
    }
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock");
    let home = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    bad.extend(
        lock.lines().filter(|l| l.starts_with("source") && *l != home).map(|l| format!("Cargo.lock: {l}")),
    );
    expect_none(&bad);
}

#[test]
fn these_tests_can_fail() {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let wrong = |path: &str, text: &str| !arrows(&file(path, text), &mut BTreeSet::new()).is_empty();
    assert!(wrong("src/settings.rs", "use crate::{layer, world::World};"));
    assert!(wrong("src/settings/dial.rs", "use super::super::world::World;"));
    assert!(wrong("src/report/text.rs", "fn f(_: &crate::secret::Secret) {}"));
    assert!(wrong("src/rules/a_rule.rs", "use super::prelude::*;\nuse crate::finding::Span;"));
    assert!(wrong("src/probe.rs", "use crate::Guard;") && wrong("src/utilities.rs", ""));
    assert!(!wrong("src/report/text.rs", "use crate::finding::Located; // crate::secret\n"));
    assert!(!wrong("src/secret.rs", "#[cfg(test)]\nmod tests { use crate::settings::Target; }"));

    let found =
        |text: &str, marker: &str| outside(&file("src/rules.rs", text), marker, &["src/cli"]).is_some();
    assert!(found("use std::{fmt, fs};", "std::fs") && found("std::env::var(\"X\")", "std::env"));
    assert!(found("println!(\"{x}\")", "println!") && found("part.expose()", ".expose()"));
    assert!(!found("eprintln_like!()", "println!") && !found("// std::fs", "std::fs"));
    assert!(among("src/cli.rs", ["src/cli"]) && among("src/cli/a.rs", ["src/cli"]));
    assert!(!among("src/client.rs", ["src/cli"]));
    assert!(foreign(&["see /ro", "ot/x"].concat()).is_some() && foreign("/usr/lib").is_none());
    assert!(numbers("1.88.1") > numbers("1.88") && numbers("1.88.0") == numbers("1.88"));
}
