//! Comments that silence findings: where they are seen and where they are text, what they concern, when they end, and
//! what is said of those that do nothing.

#[cfg(feature = "cli")]
#[path = "suppression/binary.rs"]
mod binary;
#[path = "suppression/hostile.rs"]
mod hostile;
#[path = "suppression/styles.rs"]
mod styles;

use pgward::{Files, Finding, Policy, lint};

/// 1 January 2026.
const NOW: u64 = 1_767_225_600;
const SQLITE: &str = "DATABASE_URL=sqlite:///app.db\n";

fn files(files: &[(&str, &str)]) -> Files {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    Files { files, now: Some(NOW), ..Files::default() }
}

fn linted(text: &str) -> Vec<Finding> {
    lint(&files(&[(".env.production", text)]), &Policy::default())
}

/// Whether the SQLite of production is silenced, and the rules of comments that speak.
fn outcome(text: &str) -> (bool, Vec<String>) {
    let found = linted(text);
    let sqlite = found.iter().find(|f| f.rule == "sqlite-in-production").expect("it is found");
    assert_eq!(sqlite.suppressed.is_some(), !sqlite.stands());
    (sqlite.suppressed.is_some(), said(&found))
}

fn said(found: &[Finding]) -> Vec<String> {
    found.iter().filter(|f| f.rule.starts_with("suppression-")).map(|f| f.message.clone()).collect()
}

fn silenced(above: &str) -> bool {
    let (silenced, said) = outcome(&format!("{above}{SQLITE}"));
    assert!(said.is_empty(), "{above:?}: {said:?}");
    silenced
}

#[test]
fn a_comment_above_silences() {
    for above in [
        "# pgward: allow[sqlite-in-production] a kiosk\n",
        "#pgward:allow[sqlite-in-production]\n",
        "##   pgward:  allow [ sqlite-in-production , ]   \n",
        "  \t# pgward: allow[sqlite-in-production] żółw 🐢\n",
        "# pgward: allow[weak-secret, sqlite-in-production]\nPASSWORD=abc\n# pgward: allow[sqlite-in-production]\n",
        "# pgward: allow[sqlite-in-production]\n\n\n# more about it\n\n",
        "# first\n# pgward: allow[sqlite-in-production] a block of comments\n# last\n",
        "\u{feff}# pgward: allow[sqlite-in-production]\n",
        "# pgward: allow[sqlite-in-production]\r\n",
        "# noqa # pgward: allow[sqlite-in-production]\n",
        "# pgward: allow[sqlite-in-production] until=2026-01-01\n",
        "# pgward: allow[sqlite-in-production] until=2026-01-01, then it moves\n",
        "# pgward: allow[sqlite-in-production] as agreed (until=9999-12-31)\n",
        "# pgward: allow[sqlite-in-production] ] [allow] pgward\n",
    ] {
        let (silenced, _) = outcome(&format!("{above}{SQLITE}"));
        assert!(silenced, "{above:?}");
    }
}

#[test]
fn what_is_no_comment_above_silences_nothing() {
    for above in [
        "",
        "# pgward: allow[sqlite-in-production] of the other\nOTHER=1\n",
        "# see pgward: allow[sqlite-in-production]\n",
        "# the docs say `pgward: allow[sqlite-in-production]`\n",
        "# pgward: checks this file\n",
        "# PGWARD: allow[sqlite-in-production]\n",
        "NOTE=\"\n# pgward: allow[sqlite-in-production] text\n\"\n",
        "NOTE='a\n\n# pgward: allow[sqlite-in-production] text\n'\n",
    ] {
        let (silenced, _) = outcome(&format!("{above}{SQLITE}"));
        assert!(!silenced, "{above:?}");
    }
    let (silenced, said) = outcome(&format!("{SQLITE}# pgward: allow[sqlite-in-production] below\n"));
    assert!(!silenced && said.len() == 1, "{said:?}");
    assert!(!silenced_by_file_end());
}

fn silenced_by_file_end() -> bool {
    outcome(&format!("{SQLITE}# pgward: allow[sqlite-in-production]")).0
}

#[test]
fn in_doubt_it_is_text_and_that_is_said() {
    // To python-dotenv a value ends with its line; dotenv of Node takes all up to the second backtick.
    let (silenced, said) = outcome(&format!("A=`x\n# pgward: allow[sqlite-in-production]\n{SQLITE}B=y`\n"));
    assert!(!silenced);
    assert_eq!(said, ["a comment that another loader takes for a part of a value silences nothing"]);
}

#[test]
fn behind_a_value_of_an_env_file_it_is_no_comment() {
    let (silenced, said) = outcome("DATABASE_URL=sqlite:///app.db # pgward: allow[sqlite-in-production]\n");
    assert!(!silenced);
    assert_eq!(said, ["a comment behind a value silences nothing in this kind of file"]);
    // To every loader a part of the value: somebody writes about pgward.
    let (_, said) = outcome(&format!("NOTE=\"write # pgward: allow[x] above\"\n{SQLITE}"));
    assert!(said.is_empty(), "{said:?}");
}

#[test]
fn a_value_over_several_lines_is_spoken_of_above_its_first() {
    let text = "# pgward: allow[tls-weak] why\nDATABASE_URL=\"host=db.example.com user=app dbname=app\n\
                sslmode=disable\"\n";
    for (text, silenced) in [(text.to_owned(), true), (text.replace("# pgward", "# not"), false)] {
        let found = linted(&text);
        let weak = found.iter().find(|f| f.rule == "tls-weak").unwrap_or_else(|| panic!("{found:?}"));
        assert_eq!(weak.primary.as_ref().map(|l| l.place.line), Some(3));
        assert_eq!(weak.suppressed.is_some(), silenced);
    }
}

#[test]
fn the_last_day_counts_and_only_a_day_of_the_calendar() {
    for (until, silences, says) in [
        ("until=2026-01-01", true, ""),
        ("until=2025-12-31", false, "a comment silenced `sqlite-in-production` until 2025-12-31"),
        ("until=1970-01-01", false, "a comment silenced `sqlite-in-production` until 1970-01-01"),
        ("until=2028-02-29", true, ""),
        ("until=2027-02-29", false, NO_DAY),
        ("until=2100-02-29", false, NO_DAY),
        ("until=1969-12-31", false, NO_DAY),
        ("until=0000-01-01", false, NO_DAY),
        ("until=99999-01-01", false, NO_DAY),
        ("until=2026-1-1", false, NO_DAY),
        ("until=2026-13-01", false, NO_DAY),
        ("until=2026-00-10", false, NO_DAY),
        ("until=2026-01-00", false, NO_DAY),
        ("until=+026-01-01", false, NO_DAY),
        ("until=２０２６-01-01", false, NO_DAY),
        ("until=tomorrow", false, NO_DAY),
        ("until=", false, NO_DAY),
        ("until=2027-01-01 until=2028-01-01", false, NO_DAY),
    ] {
        let (silenced, said) = outcome(&format!("# pgward: allow[sqlite-in-production] {until} x\n{SQLITE}"));
        assert_eq!((silenced, said.concat().as_str()), (silences, says), "{until}");
    }
    // Nobody says what day it is.
    let text = format!("# pgward: allow[sqlite-in-production] until=1999-12-31\n{SQLITE}");
    let found = lint(&Files { now: None, ..files(&[(".env.production", &text)]) }, &Policy::default());
    assert!(said(&found).is_empty() && found.iter().any(|f| f.suppressed.is_some()));
}

const NO_DAY: &str = "`until=` names no day, so that the comment silences nothing";

#[test]
fn names_are_taken_apart() {
    for (words, expected) in [
        (
            "allow[sqlite-in-production, no-such-rule]",
            &["a comment silences a rule that this version does not have"][..],
        ),
        ("allow[sqlite-in-production[x]]", &["a comment silences a rule that this version does not have"]),
        (
            "allow[sqlite-in-production, weak-secret, tls-weak]",
            &["a comment silences `weak-secret` and `tls-weak`, which are not found here"],
        ),
        ("allow[sqlite-in-production, sqlite-in-production]", &[]),
        ("allow[]", &[UNREADABLE]),
        ("allow", &[UNREADABLE]),
        ("allow sqlite-in-production", &[UNREADABLE]),
        ("allow[sqlite-in-production", &[UNREADABLE]),
        ("ignore[sqlite-in-production]", &[UNREADABLE]),
        ("deny[sqlite-in-production]", &[UNREADABLE]),
        ("noqa", &[UNREADABLE]),
        ("", &[]),
        ("checked", &[]),
        ("allow[sqlite-in-production, test-equals-primary]", &["no comment silences `test-equals-primary`"]),
        ("allow[sqlite-in-production, suppression-unused]", &["no comment silences `suppression-unused`"]),
        (
            "allow[sqlite-in-production, auth-failed]",
            &["a comment silences `auth-failed`, which `lint` never reports"],
        ),
    ] {
        let (silenced, said) = outcome(&format!("# pgward: {words}\n{SQLITE}"));
        let reads = words.starts_with("allow[sqlite-in-production,");
        assert_eq!((silenced, said), (reads, expected.iter().map(ToString::to_string).collect()), "{words}");
    }
}

const UNREADABLE: &str = "a comment to pgward cannot be read, and silences nothing";

#[test]
fn what_no_comment_silences_stays() {
    let url = "postgresql://app@db.example.com/app?sslmode=verify-full";
    let text = format!("# pgward: allow[test-equals-primary]\nTEST_DATABASE_URL={url}\nDATABASE_URL={url}\n");
    let found = linted(&text);
    let found = found.iter().find(|f| f.rule == "test-equals-primary").expect("it is found");
    assert!(found.stands());
}

#[test]
fn unused_is_what_is_found_in_no_environment() {
    let local = "DATABASE_URL=postgresql://app@localhost/app\n";
    let text = format!("# pgward: allow[localhost-in-production] the proxy\n{local}");
    assert!(said(&lint(&files(&[(".env", &text)]), &Policy::default())).is_empty());
    // The rule is off, by the project's own word.
    let text = format!("# pgward: allow[sqlite-in-production] once\n{local}");
    let unused =
        |files: &Files, policy: &str| said(&lint(files, &Policy::from_toml(policy).expect("a policy"))).len();
    let project = files(&[(".env", &text)]);
    assert_eq!(unused(&project, ""), 1);
    assert_eq!(unused(&project, "[rules]\nsqlite-in-production = \"allow\""), 0);
    assert_eq!(unused(&Files { partial: true, ..project.clone() }, ""), 0);
    assert_eq!(unused(&Files { no_ignores: true, ..project }, ""), 0);
    // An example's values are nobody's, so that most rules do not look at it.
    assert_eq!(unused(&files(&[(".env.example", &text)]), ""), 0);
}

#[test]
fn a_silenced_finding_stays_and_counts_for_nothing() {
    let text = format!("# pgward: allow[sqlite-in-production] hunter2 until=2030-06-30\n{SQLITE}");
    let found = linted(&text);
    let finding = found.iter().find(|f| f.rule == "sqlite-in-production").expect("it stays");
    let suppression = finding.suppressed.as_ref().expect("silenced");
    assert_eq!(suppression.justification.as_deref(), Some("a comment in line 1 allows it, until 2030-06-30"));
    assert!(finding.fix.is_empty());
    let all = lint(&Files { no_ignores: true, ..files(&[(".env.production", &text)]) }, &Policy::default());
    assert!(all.iter().all(Finding::stands) && all.iter().any(|f| f.rule == "sqlite-in-production"));
    assert!(!format!("{found:?}").contains("hunter2"), "the reason goes nowhere");
}

#[test]
fn a_silenced_finding_is_not_fixed_and_a_useless_comment_goes_when_asked() {
    use pgward::unstable::{finding::Applicability, lint::mend};
    let url = "DATABASE_URL=\"postgresql://app:p@ss#w@db.example.com/app?sslmode=verify-full\"\n";
    let fixed = |text: &str, most| {
        let mended = mend(&files(&[(".env.production", text)]), &Policy::default(), most);
        String::from_utf8(mended.files.files[0].1.clone()).expect("UTF-8")
    };
    assert_ne!(fixed(url, Applicability::Safe), url, "it is fixable");
    let text = format!("# pgward: allow[reserved-char-unencoded] it works\n{url}");
    assert_eq!(fixed(&text, Applicability::Safe), text);
    let good = "DATABASE_URL=postgresql://app@db.example.com/app?sslmode=verify-full&sslrootcert=system\n";
    for (above, left) in [
        ("# pgward: allow[tls-weak]\n", ""),
        ("A=1\r\n  # pgward: allow[tls-weak] why\r\n", "A=1\r\n"),
        ("\u{feff}# pgward: allow[tls-weak] why\n", "\u{feff}"),
        ("# pgward: allow[tls-weak] until=2001-01-01\n", ""),
    ] {
        let text = format!("{above}{good}");
        assert_eq!(fixed(&text, Applicability::Safe), text);
        assert_eq!(fixed(&text, Applicability::Unsafe), format!("{left}{good}"), "{above:?}");
    }
    // What stands beside it is somebody's words.
    for above in ["# noqa # pgward: allow[tls-weak]\n", "# pgward: allow[tls-weak, no-such-rule]\n"] {
        let text = format!("{above}{good}");
        assert_eq!(fixed(&text, Applicability::Unsafe), text);
    }
    assert!(silenced("# pgward: allow[sqlite-in-production]\n"));
}
