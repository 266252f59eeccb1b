//! The same finding keeps its fingerprint while lines move, and tells nothing of a value.

use crate::{finding, sqlite, weak};
use pgward::{
    Files, Policy, lint,
    unstable::finding::{Located, Severity, fingerprints},
};
use std::collections::BTreeSet;

fn of(text: &str) -> Vec<(String, String)> {
    let files = vec![("deploy/.env.production".to_owned(), text.as_bytes().to_vec())];
    let found = lint(&Files { files, ..Files::default() }, &Policy::default());
    assert!(found.len() > 3, "{found:?}");
    let rules = found.iter().map(|f| f.rule.clone());
    rules.zip(fingerprints(&found, &str::to_owned)).collect()
}

const TEXT: &str = "DATABASE_URL=postgres://app:app@db.example.com/app?sslmod=a&sslmoda=b\nTEST_DATABASE_URL=postgres://x:x@db.example.com/app\nSECRET=\n";

#[test]
fn lines_above_change_nothing() {
    let before = of(TEXT);
    let moved = TEXT.replace("TEST_", "\n# more\n\nTEST_");
    assert_eq!(before, of(&format!("# a line\n\nLOG_LEVEL=info\n{moved}")));
    assert_eq!(before, of(&TEXT.replace('\n', "\r\n")));
}

#[test]
fn a_value_is_not_in_it() {
    let other = TEXT.replace("app:app@", "app:another@").replace("x:x@", "x:another@");
    let kept: BTreeSet<_> = of(TEXT).into_iter().collect();
    // What is still found is what it was.
    let left: Vec<_> = of(&other).into_iter().filter(|f| !kept.contains(f)).map(|f| f.0).collect();
    assert!(left.iter().all(|rule| !of(TEXT).iter().any(|(r, _)| r == rule)), "{left:?}");
}

#[test]
fn equals_are_told_apart_and_the_first_is_its_own() {
    let all = of(TEXT);
    let unique: BTreeSet<_> = all.iter().map(|(_, print)| print).collect();
    assert_eq!(unique.len(), all.len(), "{all:?}");
    let twice = vec![weak(), sqlite(), weak()];
    let prints = fingerprints(&twice, &str::to_owned);
    assert_eq!((&prints[0], &prints[1]), (&weak().fingerprint(), &sqlite().fingerprint()));
    assert_ne!(prints[0], prints[2]);
    assert!(prints.iter().all(|p| p.len() == 32 && p.bytes().all(|b| b.is_ascii_hexdigit())));
}

#[test]
fn the_order_of_the_list_does_not_count() {
    let mut later = weak();
    later.primary.as_mut().unwrap().place.line += 1;
    let print = |list: &[Located]| -> BTreeSet<(usize, String)> {
        let lines = list.iter().map(|f| f.primary.as_ref().unwrap().place.line);
        lines.zip(fingerprints(list, &str::to_owned)).collect()
    };
    assert_eq!(print(&[weak(), later.clone()]), print(&[later, weak()]));
}

#[test]
fn rule_and_file_count_and_the_spelling_of_the_path_does_not() {
    let nowhere = finding("a", Severity::Error, "m");
    assert_ne!(nowhere.fingerprint(), finding("b", Severity::Error, "m").fingerprint());
    assert_eq!(nowhere.fingerprint(), finding("a", Severity::Note, "another").fingerprint());
    let mut spelled = sqlite();
    spelled.primary.as_mut().unwrap().place.path = Some("./.env".into());
    assert_eq!(spelled.fingerprint(), sqlite().fingerprint());
    spelled.primary.as_mut().unwrap().place.path = Some("sub/.env".into());
    assert_ne!(spelled.fingerprint(), sqlite().fingerprint());
    let above = |path: &str| path.trim_start_matches("sub/").to_owned();
    assert_eq!(fingerprints(&[spelled], &above), [sqlite().fingerprint()]);
}
