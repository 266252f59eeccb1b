//! Pages are tests: the blocks of each rule's page are judged, and its `report` blocks are what pgward says. The
//! list of rules is the directory. `UPDATE=1 cargo test --test rules` writes both anew; read the difference by eye.

#![expect(clippy::disallowed_methods, reason = "the test reads the pages and a variable of its own")]

mod support {
    pub(crate) mod page;
}

use pgward::unstable::{
    probe::FailureClass,
    rules::{Check, RULES},
};
use std::{collections::BTreeSet, fmt::Write as _, fs, path::PathBuf};
use support::page;

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/rules")
}

fn updating() -> bool {
    std::env::var_os("UPDATE").is_some()
}

#[test]
fn pages_say_what_pgward_says() {
    let mut bad = String::new();
    for rule in RULES {
        let path = directory().join(format!("{}.md", rule.id.replace('-', "_")));
        let text = fs::read_to_string(&path).expect("each rule has a page");
        let run = page::run(rule, &text);
        for problem in run.problems {
            writeln!(bad, "{}: {problem}", rule.id).expect("writing to a string");
        }
        if run.text != text {
            if updating() {
                fs::write(&path, &run.text).expect("the page can be written");
            } else {
                writeln!(bad, "{}: the page is out of date:\n{}", rule.id, run.text)
                    .expect("writing to a string");
            }
        }
    }
    assert!(bad.is_empty(), "run `UPDATE=1 cargo test --test rules` and read the difference\n{bad}");
}

#[test]
fn the_list_is_the_directory() {
    let mut names: Vec<String> = fs::read_dir(directory())
        .expect("src/rules")
        .map(|e| e.expect("an entry").path())
        .filter(|p| p.extension().is_some_and(|x| x == "rs"))
        .map(|p| p.file_stem().and_then(|s| s.to_str()).expect("a name").to_owned())
        .collect();
    names.sort();
    let mut want = String::from("// rules:begin\n");
    for name in &names {
        writeln!(want, "mod {name};").expect("writing to a string");
    }
    want.push_str("\n/// Every rule, in the order of their names.\npub static RULES: &[&Rule] = &[\n");
    for name in &names {
        writeln!(want, "    &{name}::RULE,").expect("writing to a string");
    }
    want.push_str("];\n// rules:end\n");
    let path = directory().with_extension("rs");
    let text = fs::read_to_string(&path).expect("src/rules.rs");
    let begin = text.find("// rules:begin").expect("the first marker");
    let end = text.find("// rules:end\n").expect("the second marker") + "// rules:end\n".len();
    if text[begin..end] != want {
        assert!(updating(), "src/rules.rs does not list {names:?}; run `UPDATE=1 cargo test --test rules`");
        fs::write(&path, format!("{}{want}{}", &text[..begin], &text[end..]))
            .expect("the list can be written");
    }
}

#[test]
fn ids_are_unique_and_named_like_their_files() {
    let mut seen = BTreeSet::new();
    for rule in RULES {
        assert!(seen.insert(rule.id), "{} twice", rule.id);
        assert!(
            rule.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
            "{}",
            rule.id
        );
        assert!(directory().join(format!("{}.rs", rule.id.replace('-', "_"))).exists(), "{}", rule.id);
        assert!(rule.page.starts_with(&format!("# {}\n", rule.id)), "{}: the page's title", rule.id);
        let version = |v: &str| v.split('.').map(|n| n.parse().expect("a number")).collect::<Vec<u32>>();
        assert!(
            version(rule.since) <= version(env!("CARGO_PKG_VERSION")),
            "{}: since {}",
            rule.id,
            rule.since
        );
    }
}

#[test]
fn an_id_stands_in_its_own_file_only() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut stack = vec![root];
    let mut bad = Vec::new();
    while let Some(dir) = stack.pop() {
        for entry in fs::read_dir(dir).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                stack.push(path);
                continue;
            }
            if path.extension().is_none_or(|x| x != "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).expect("a source file");
            // An example may name one.
            let code: Vec<&str> = text.lines().filter(|l| !l.trim_start().starts_with("///")).collect();
            let text = code.join("\n");
            for rule in RULES {
                let own = path.file_stem().is_some_and(|s| s.to_string_lossy() == rule.id.replace('-', "_"));
                // A failure's class has the name of its rule, and a key of pgward.toml may have one's.
                let words = ["probe", "driver", "policy"];
                let class = path.components().any(|c| words.iter().any(|word| c.as_os_str() == *word));
                if !own && !class && text.contains(&format!("\"{}\"", rule.id)) {
                    bad.push(format!("{}: {}", path.display(), rule.id));
                }
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn every_class_of_failure_has_a_rule_of_its_name() {
    for class in FailureClass::ALL {
        let rule = RULES.iter().find(|r| r.id == class.as_str());
        let rule = rule.unwrap_or_else(|| panic!("no rule `{class}`"));
        let own = rule.checks.iter().any(|check| matches!(check, Check::Failure(of, _) if of == class));
        assert!(own, "`{class}` has no check for its failure");
    }
}
