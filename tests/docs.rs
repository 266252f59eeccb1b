//! The documents say what the program does. `UPDATE=1 cargo test --test docs` writes `docs/rules/` anew from the
//! rules' own pages; the rest is written by hand and compared.

#![expect(clippy::disallowed_methods, reason = "the test reads and writes documents")]

use pgward::{
    Policy,
    unstable::{
        page,
        policy::{KEYS, Key, Kind, VARIABLES},
        rules::RULES,
    },
};
use std::{collections::BTreeSet, fmt::Write as _, fs, path::PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn document(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The pages of `docs/rules/`: name and text.
fn pages() -> Vec<(String, String)> {
    let mut index = String::from(
        "# Rules\n\n\
         Written by `UPDATE=1 cargo test --test docs` from `src/rules/`; `pgward explain RULE` prints the same pages.\n\n\
         Levels are those of development, test, staging and production: `.` off, `I` note, `W` warning, `E` error. An error\n\
         of a rule that does not refuse at boot is a warning for the guard. `pgward.toml` changes a level: see\n\
         [configuration](../configuration.md#rules).\n\n\
         | rule | levels | at boot | what it says |\n|---|---|---|---|\n",
    );
    let mut out = Vec::new();
    for rule in RULES {
        let boot = if rule.boot { "refuses" } else { "warns" };
        let summary = page::summary(rule).replace('|', "\\|");
        let levels = rule.levels.letters();
        writeln!(index, "| [{0}]({0}.md) | `{levels}` | {boot} | {summary} |", rule.id).expect("a string");
        out.push((format!("{}.md", rule.id), page::explain(rule)));
    }
    out.push(("README.md".into(), index));
    out
}

#[test]
fn rule_pages_are_written() {
    let directory = root().join("docs/rules");
    let updating = std::env::var_os("UPDATE").is_some();
    if updating {
        fs::create_dir_all(&directory).expect("docs/rules can be made");
    }
    let pages = pages();
    let mut bad = Vec::new();
    for (name, text) in &pages {
        let path = directory.join(name);
        if fs::read_to_string(&path).is_ok_and(|there| there == *text) {
            continue;
        }
        if updating {
            fs::write(&path, text).expect("a page can be written");
        } else {
            bad.push(format!("docs/rules/{name} is missing or out of date"));
        }
    }
    for entry in fs::read_dir(&directory).expect("docs/rules") {
        let entry = entry.expect("an entry");
        if !pages.iter().any(|(name, _)| *name == *entry.file_name().to_string_lossy()) {
            if updating {
                fs::remove_file(entry.path()).expect("a stray page can be removed");
            } else {
                bad.push(format!("docs/rules/{} belongs to no rule", entry.file_name().display()));
            }
        }
    }
    assert!(bad.is_empty(), "run `UPDATE=1 cargo test --test docs`\n{}", bad.join("\n"));
}

/// docs.rs shows every file of a release, and no other.
#[test]
fn the_address_of_a_page_is_a_file_of_the_package() {
    let manifest: toml::Table = toml::from_str(&document("Cargo.toml")).expect("TOML");
    let package = &manifest["package"];
    let word = |key: &str| package[key].as_str().expect("a text");
    let base = format!("https://docs.rs/crate/{}/{}/source/", word("name"), word("version"));
    let excluded: Vec<&str> =
        package["exclude"].as_array().expect("a list").iter().filter_map(|e| e.as_str()).collect();
    assert!(package.get("include").is_none());
    for rule in RULES {
        let address = page::address(rule);
        let path = address.strip_prefix(&base).unwrap_or_else(|| panic!("{address}"));
        assert!(root().join(path).is_file(), "{path}");
        assert!(excluded.iter().all(|e| !format!("/{path}").starts_with(e)), "{path} is not in the package");
    }
}

#[test]
fn pages_open_with_one_sentence() {
    for rule in RULES {
        let summary = page::summary(rule);
        assert!(summary.ends_with('.') && summary.len() < 240, "{}: {summary:?}", rule.id);
        let page = page::explain(rule);
        let hidden = ["```answers", "```sql", "```link", "```failure", "\n\n\n", "## On a server"];
        assert!(hidden.iter().all(|h| !page.contains(h)), "{}", rule.id);
    }
}

#[test]
fn every_key_of_the_policy_is_documented() {
    let text = document("docs/configuration.md");
    // The error of an unknown key lists the known ones.
    let error = Policy::from_toml("no-such-key-as-this = 1").expect_err("unknown").to_string();
    let keys: Vec<&str> = error.split("known here: ").nth(1).expect("a list").split(", ").collect();
    assert!(keys.len() >= 10, "{error}");
    let documented = |key: &str| {
        [format!("\n{key} = "), format!("\n[{key}]"), format!("\n[[{key}]]")]
            .iter()
            .any(|form| text.contains(form))
    };
    let missing: Vec<&&str> = keys.iter().filter(|key| !documented(key)).collect();
    assert!(missing.is_empty(), "docs/configuration.md lacks {missing:?}");
    let missing: Vec<&&str> =
        VARIABLES.iter().map(|k| &k.name).filter(|key| !text.contains(&format!("\n{key} = ["))).collect();
    assert!(missing.is_empty(), "docs/configuration.md lacks {missing:?} under [variables]");
}

/// What a key takes, in a few words.
fn takes(kind: &Kind) -> String {
    let bare = |what: &str| {
        let what = what.trim_start_matches("not ").trim_end_matches(" that this version knows");
        let what = what.trim_start_matches("the ").trim_start_matches("a ").trim_start_matches("an ");
        what.split([':', ',']).next().unwrap_or_default().to_owned()
    };
    match kind {
        Kind::Text => "text".into(),
        Kind::Form(form) => bare(form.what),
        Kind::Word(words) => {
            let all = (words.words)();
            let all: Vec<String> = all.iter().map(|word| format!("`{word}`")).collect();
            if all.len() > 5 { bare(words.what) } else { all.join(", ") }
        }
        Kind::Number(all) => all.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", "),
        Kind::Whole(least) => format!("number from {least}"),
        Kind::Truth => "`true`, `false`".into(),
        Kind::TextOrWhole => "text or number".into(),
        Kind::List(of) => format!("list: {}", takes(of)),
        Kind::Level(keys) => takes(&keys[0].kind),
        Kind::Table(_) | Kind::Tables(_) | Kind::Open(_) => "table".into(),
    }
}

/// The rows of some keys, each under the name of its table.
fn rows(keys: &[Key], table: &str, out: &mut String) {
    for key in keys {
        let name = match (&key.kind, table) {
            (Kind::Table(_) | Kind::Open(_), "") => format!("[{}]", key.name),
            (Kind::Tables(_), _) => format!("[[{}]]", key.name),
            _ => format!("{table}{}", key.name),
        };
        let needed = if key.required { ", required" } else { "" };
        writeln!(out, "| `{name}` | {}{needed} | {} |", takes(&key.kind), key.doc).expect("a string");
        match &key.kind {
            Kind::Table(inner) | Kind::Tables(inner) => {
                let inside = if table.is_empty() { format!("{name} ") } else { format!("{name}.") };
                rows(inner, &inside, out);
            }
            Kind::Open(open) => {
                rows(open.known, &format!("{name} "), out);
                if let Some(rest) = open.rest.or(open.groups.map(|(_, rest)| rest)) {
                    let called = open.called.trim_start_matches("a ");
                    let takes = takes(rest);
                    if takes != "table" {
                        writeln!(out, "| `{name}` *{called}* | {takes} | |").expect("a string");
                    }
                }
            }
            _ => {}
        }
    }
}

#[test]
fn the_table_of_keys_is_written() {
    let path = root().join("docs/configuration.md");
    let text = document("docs/configuration.md");
    let mut table = String::from("| key | takes | what it is for |\n|---|---|---|\n");
    rows(KEYS, "", &mut table);
    let from = text.find("<!-- keys:begin").expect("a mark");
    let from = from + text[from..].find('\n').expect("a line") + 1;
    let to = text.find("<!-- keys:end").expect("a mark");
    if text[from..to] == table {
        return;
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, format!("{}{table}{}", &text[..from], &text[to..])).expect("it can be written");
    } else {
        panic!(
            "docs/configuration.md has not the keys of src/policy/keys.rs: run `UPDATE=1 cargo test --test docs`"
        );
    }
}

#[test]
fn the_documented_policy_is_one() {
    let text = document("docs/configuration.md");
    let blocks: Vec<&str> =
        text.split("```toml\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        let policy = Policy::from_toml(block).unwrap_or_else(|e| panic!("{e}\n{block}"));
        for setting in &policy.levels {
            assert!(RULES.iter().any(|r| r.id == setting.rule), "no rule `{}`", setting.rule);
        }
    }
}

#[test]
fn every_field_of_a_report_is_documented() {
    let text = document("docs/json.md");
    let mut fields = BTreeSet::new();
    let source = document("src/report.rs");
    let data = source.split("/// What a writer may choose").next().expect("the data comes first");
    fields
        .extend(data.lines().filter_map(|l| l.trim().strip_prefix("pub ")?.split_once(": ").map(|(f, _)| f)));
    let wire = document("src/finding/wire.rs");
    let structs = wire.split("impl ").next().expect("the structs come first");
    fields.extend(structs.lines().filter_map(|l| l.strip_prefix("    ")?.split_once(": ").map(|(f, _)| f)));
    fields.retain(|f| !f.contains(' ') && !["at", "place"].contains(f));
    assert!(fields.len() > 40, "{fields:?}");
    let missing: Vec<&&str> = fields.iter().filter(|f| !text.contains(&format!("`{f}`"))).collect();
    assert!(missing.is_empty(), "docs/json.md lacks {missing:?}");
}

/// The words of a text that begin so, up to the first character that is no part of a name.
fn words<'t>(text: &'t str, prefix: &str) -> BTreeSet<&'t str> {
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let starts = |at: &usize| !text[..*at].ends_with(name);
    text.match_indices(prefix)
        .map(|(at, _)| at)
        .filter(starts)
        .map(|at| text[at..].split(|c| !name(c)).next().unwrap_or_default())
        .filter(|w| w[prefix.len()..].starts_with(|c: char| c.is_ascii_alphabetic()))
        .collect()
}

#[cfg(feature = "cli")]
#[test]
fn every_flag_is_documented_and_no_other() {
    let text = document("docs/configuration.md");
    let mut flags = BTreeSet::new();
    let mut twins = BTreeSet::new();
    for command in
        ["--color=never", "lint", "show", "check", "preflight", "run", "url", "init", "explain", "rules"]
    {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_pgward"))
            .env_clear()
            .env("COLUMNS", "100")
            .args([command, "--help"])
            .output()
            .expect("the binary runs");
        let help = String::from_utf8(output.stdout).expect("UTF-8");
        flags.extend(words(&help, "--").into_iter().map(str::to_owned));
        twins.extend(words(&help, "PGWARD_").into_iter().map(str::to_owned));
    }
    assert!(flags.contains("--wait") && twins.contains("PGWARD_WAIT"), "{flags:?} {twins:?}");
    for word in flags.iter().chain(&twins) {
        let documented = words(&text, &word[..2]).contains(word.as_str());
        assert!(documented, "docs/configuration.md lacks {word}");
    }
    for flag in words(&text, "--") {
        assert!(flags.contains(flag), "docs/configuration.md has {flag}, which no command knows");
    }
}

#[test]
fn words_are_whole() {
    let found = words("`--wait 60s`, --env-file=x; a--b PGWARD_ENV. -- |---|", "--");
    assert_eq!(found, BTreeSet::from(["--env-file", "--wait"]));
}
