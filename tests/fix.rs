//! Fixes: each page's flagged env file lints clean of its rule afterwards and stays so, files are written at one stroke
//! or not at all, and nothing secret is printed on the way.

#![expect(clippy::disallowed_methods, reason = "the test runs the binary and reads what it wrote")]

use pgward::{
    Policy,
    unstable::{
        finding::{Applicability, Edit, Finding, Label, Severity},
        fix,
        lint::{Files, lint_with, mend},
        rules::RULES,
        source::{SourceKind, Sources},
    },
};
use std::collections::BTreeMap;

#[path = "fix/binary.rs"]
mod binary;
#[path = "support/page.rs"]
mod page;
use page::{Piece, pieces};

const SECRET: &str = "k3Vq/9mT2@xL#pW";
const ENCODED: &str = "k3Vq%2F9mT2%40xL%23pW";

fn files(files: &[(&str, &str)]) -> Files {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    Files { files, ..Files::default() }
}

fn fixed(path: &str, text: &str, most: Applicability) -> String {
    let mended = mend(&files(&[(path, text)]), &Policy::default(), most);
    assert!(mended.settled, "{text:?}");
    let again = mend(&mended.files, &Policy::default(), most);
    assert!(again.fixed.is_empty() && again.changed().count() == 0, "a second run changes {text:?}");
    String::from_utf8(mended.files.files[0].1.clone()).expect("UTF-8")
}

fn safely(text: &str) -> String {
    fixed(".env.production", text, Applicability::Safe)
}

/// The env files of each example of a page, with its policy; none where it is not judged as files.
fn examples(page: &str) -> Vec<(Files, Policy)> {
    let (mut out, mut found, mut policy, mut other) = (Vec::new(), Vec::new(), Policy::default(), false);
    for piece in pieces(page) {
        let Piece::Block { info, body } = piece else { continue };
        match info.as_str() {
            "env" => {
                let named = body.strip_prefix("# file: ").and_then(|b| b.split_once('\n'));
                let (path, text) = named.unwrap_or((".env", &body));
                found.push((path.to_owned(), text.as_bytes().to_vec()));
            }
            "toml" => policy = Policy::from_toml(&body).expect("a policy"),
            "report" => {
                let files = Files { files: std::mem::take(&mut found), ..Files::default() };
                if !other && !files.files.is_empty() {
                    out.push((files, policy));
                }
                (policy, other) = (Policy::default(), false);
            }
            _ => other = true,
        }
    }
    out
}

#[test]
fn fixed_examples_are_clean_of_their_rule() {
    let (mut seen, mut rules) = (0, BTreeMap::new());
    for rule in RULES {
        for (files, policy) in examples(rule.page) {
            let before = lint_with(&mut Sources::default(), &files, &policy);
            let fixable = |f: &&pgward::Finding| f.rule == rule.id && !f.fix.is_empty();
            if !before.iter().any(|f| fixable(&f)) {
                continue;
            }
            for most in [Applicability::Safe, Applicability::Unsafe] {
                let mended = mend(&files, &policy, most);
                assert!(mended.settled, "{}: the fixes go on", rule.id);
                let left = mended.left.iter().filter(fixable).filter(|f| f.applicability <= most);
                assert_eq!(left.count(), 0, "{}: fixed and flagged again", rule.id);
                let again = mend(&mended.files, &policy, most);
                assert_eq!(again.changed().count(), 0, "{}: a second run changes more", rule.id);
                let changed: Vec<&str> = mended.changed().map(|(path, ..)| path).collect();
                for (path, ..) in mended.changed() {
                    assert!(mended.fixed[path] > 0, "{}", rule.id);
                }
                if changed.is_empty() {
                    continue;
                }
                seen += 1;
                *rules.entry(rule.id).or_insert(0) += 1;
                // What stood beside it is not more than before.
                for other in mended.left.iter().filter(|f| f.severity == Severity::Error) {
                    let known = before.iter().any(|f| f.rule == other.rule);
                    let hidden = before.iter().any(|f| f.rule == "reserved-char-unencoded");
                    assert!(known || hidden, "{}: the fix brings {} about", rule.id, other.rule);
                }
            }
        }
    }
    assert!(seen >= 5 && rules.len() >= 3, "{rules:?}");
}

#[test]
fn passwords_are_encoded_whole() {
    for (raw, want) in [
        (SECRET, ENCODED),
        ("k3V%q@9m", "k3V%25q%409m"),
        ("k3V%40q@9m", "k3V%40q%409m"),
        ("k3Vq 9m[x]", "k3Vq%209m%5Bx%5D"),
        ("a:b@c:d", "a:b%40c:d"),
    ] {
        let text =
            |p: &str| format!("A=1\nDATABASE_URL=postgresql://app:{p}@db.example.com/app?sslmode=require\n");
        assert_eq!(safely(&text(raw)), text(want));
    }
    let text = "DATABASE_URL=postgresql://app@corp:k3Vq@9m@db.example.com/app\n";
    assert_eq!(safely(text), "DATABASE_URL=postgresql://app%40corp:k3Vq%409m@db.example.com/app\n");
    for raw in [
        // Some take `app` for the host.
        "app#x:k3Vq9m@db.example.com",
        // All go to a host `9mT2`, if there is one.
        "app:k3Vq@9mT2/xL@db.example.com",
    ] {
        let text = format!("DATABASE_URL=postgresql://{raw}/app\n");
        assert_eq!(safely(&text), text);
        // Quotes may come around it; nothing in it is encoded.
        assert!(fixed(".env.production", &text, Applicability::Unsafe).contains(raw));
    }
}

#[test]
fn line_ends_and_marks_stay() {
    let text = format!(
        "\u{feff}APP_ENV=production\r\nDATABASE_URL='postgresql://app:{SECRET}@db.example.com/app?sslmode=REQUIRE'\r\nX=1"
    );
    let want = text.replace(SECRET, ENCODED).replace("REQUIRE", "require");
    assert_eq!(safely(&text), want);
    // Of a mixture each keeps its own.
    let text = "A=1\r\nDATABASE_URL=postgresql://app@db.example.com/app?sslmode=REQUIRE\nB=2\r\n";
    assert_eq!(safely(text), text.replace("REQUIRE", "require"));
}

#[test]
fn what_may_change_the_target_is_not_safe() {
    let text = "DATABASE_URL=postgresql://app:k3Vq9mT2xLpW@db.example.com/app?sslmode=disable\n";
    assert_eq!(safely(text), text);
    assert_eq!(
        fixed(".env.production", text, Applicability::Unsafe),
        text.replace("disable", "require"),
        "an unsafe one is made when it is asked for"
    );
    // A password may end in a blank; the host may not.
    let text = "DB_HOST=\" db.example.com\"\nDB_NAME=app\nDB_USER=app\nDB_PASSWORD=\"k3Vq9mT2xLpW \"\n";
    let got = fixed(".env", text, Applicability::Safe);
    assert!(got.contains("\"k3Vq9mT2xLpW \""), "{got}");
}

/// Findings that a rule might report, over a text of three lines.
struct Bench {
    sources: Sources,
    id: pgward::unstable::source::SourceId,
}

impl Bench {
    fn new() -> Self {
        let mut sources = Sources::default();
        let id = sources.add(SourceKind::File(".env".into()), "abcdef\nghijkl\n");
        Self { sources, id }
    }

    fn finding(&self, severity: Severity, edits: &[(usize, usize, &str)]) -> Finding {
        let span = |from: usize, to: usize| self.sources.span(self.id, from..to);
        Finding {
            rule: "a-rule",
            severity,
            message: "something is wrong".into(),
            primary: Some(Label { span: span(0, 1), text: "here".into() }),
            related: Vec::new(),
            notes: Vec::new(),
            help: None,
            fix: edits
                .iter()
                .map(|(a, b, t)| Edit { span: span(*a, *b), insert: pgward::Part::harmless(*t) })
                .collect(),
            applicability: Applicability::Safe,
            suppressed: None,
        }
    }

    fn round(&self, findings: &[Finding]) -> (String, Vec<usize>) {
        let round = fix::round(&self.sources, findings, Applicability::Safe, &|_| true);
        let text = round.texts.get(&self.id).cloned().unwrap_or_default();
        (String::from_utf8(text).expect("UTF-8"), round.made)
    }
}

#[test]
fn of_two_that_meet_the_worse_is_made() {
    use Severity::{Error, Note, Warning};
    let bench = Bench::new();
    let f = |severity, edits: &[_]| bench.finding(severity, edits);
    let worse = [f(Warning, &[(0, 3, "X")]), f(Error, &[(2, 4, "Y")]), f(Note, &[(7, 8, "Z")])];
    assert_eq!(bench.round(&worse), ("abYef\nZhijkl\n".into(), vec![1, 2]));
    // All edits of a finding, or none.
    let split = [f(Error, &[(0, 1, "X")]), f(Error, &[(7, 8, "Z"), (0, 2, "Y")]), f(Note, &[(7, 8, "W")])];
    assert_eq!(bench.round(&split), ("Xbcdef\nWhijkl\n".into(), vec![0, 2]));
    // Neighbours do not meet; two insertions at one place do.
    let near = [f(Error, &[(0, 2, "X")]), f(Error, &[(2, 4, "Y")])];
    assert_eq!(bench.round(&near).0, "XYef\nghijkl\n");
    let twice = [f(Error, &[(3, 3, "X")]), f(Error, &[(3, 3, "Y")])];
    assert_eq!(bench.round(&twice), ("abcXdef\nghijkl\n".into(), vec![0]));
    let around = [f(Error, &[(2, 4, "")]), f(Warning, &[(0, 6, "Y")]), f(Note, &[(3, 3, "Z")])];
    assert_eq!(bench.round(&around), ("abef\nghijkl\n".into(), vec![0]));
    // A mask is no text to be written.
    assert_eq!(bench.round(&[f(Error, &[(0, 1, "x\u{2022}\u{2022}\u{2022}")])]).1, Vec::<usize>::new());
}

#[test]
fn a_safe_fix_that_does_not_hold_is_demoted() {
    let bench = Bench::new();
    let mut findings: Vec<Finding> =
        (0..6).map(|i| bench.finding(Severity::Error, &[(i, i + 1, "X")])).collect();
    let holds = |texts: &fix::Texts| texts.values().all(|t| t[3] == b'd');
    fix::prove(&bench.sources, &mut findings, &holds);
    let safe: Vec<bool> = findings.iter().map(|f| f.applicability == Applicability::Safe).collect();
    assert_eq!(safe, [true, true, true, false, true, true]);
    assert!(findings[3].notes[0].contains("needs a look"));
}

#[test]
fn what_changes_a_password_for_anyone_is_not_safe() {
    // libpq 18 takes the blank away, older ones and SQLAlchemy send it.
    let blank = "DATABASE_URL=\"postgresql://u@h/app?password=abcd \"\n";
    let files = Files { files: vec![(".env".to_owned(), blank.as_bytes().to_vec())], ..Files::default() };
    for consumers in ["", "sqlalchemy", "libpq", "asyncpg", "sqlx"] {
        let list =
            if consumers.is_empty() { String::new() } else { format!("consumers = [\"{consumers}\"]\n") };
        let policy = Policy::from_toml(&format!("{list}loaders = [\"python-dotenv\"]\n")).expect("a policy");
        let found = lint_with(&mut Sources::default(), &files, &policy);
        let wrapped = found.iter().find(|f| f.rule == "value-wrapped").expect("it");
        assert_eq!(wrapped.fix.len(), 1, "{consumers}");
        if ["", "sqlalchemy", "libpq"].contains(&consumers) {
            assert_eq!(wrapped.applicability, Applicability::Unsafe, "{consumers}");
            assert_eq!(mend(&files, &policy, Applicability::Safe).changed().count(), 0, "{consumers}");
        }
        assert_eq!(mend(&files, &policy, Applicability::Unsafe).changed().count(), 1, "{consumers}");
    }
    // A name that ends in a blank is nobody's, and no part ends here in anything but what it should.
    for text in ["postgresql://u:p@h/app ", " postgresql://u:p@h/app"] {
        assert_eq!(
            safely(&format!("A=\"{text}\"\nDATABASE_URL=\"{text}\"\n")),
            format!("A=\"{text}\"\nDATABASE_URL=\"{}\"\n", text.trim())
        );
    }
}

#[test]
fn any_file_comes_to_rest() {
    let words = [
        "DATABASE_URL=",
        "DB_HOST=",
        "DB_NAME=",
        "PGSSLMODE=",
        "DB_PASSWORD=",
        "\n",
        "\r\n",
        "'",
        "\"",
        " ",
        "#",
        "@",
        "/",
        "?",
        "%",
        "%4",
        "%40",
        "[",
        "]",
        ":",
        "postgresql://",
        "u:p@",
        "host",
        "/db",
        "?sslmode=REQUIRE",
        "&sslmode=no-verify",
        "\\n",
        "\u{feff}",
        "${X:-y}",
        "\u{e9}",
        "\t",
        "export ",
        "=",
    ];
    let mut state = 5_u64;
    let mut below = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % n
    };
    let mut changed = 0;
    for _ in 0..1_500 {
        let mut text = String::from(["DATABASE_URL=", "DATABASE_URL=postgresql://", "DB_HOST="][below(3)]);
        (0..below(12)).for_each(|_| text.push_str(words[below(words.len())]));
        for most in [Applicability::Safe, Applicability::Unsafe] {
            changed += usize::from(fixed(".env.production", &text, most) != text);
        }
    }
    assert!(changed > 60, "only {changed} texts were changed");
}

#[test]
fn many_fixes_take_linear_time() {
    let began = std::time::Instant::now();
    let line = format!("DATABASE_URL=postgresql://app:{SECRET}@db.example.com/app?sslmode=require\n");
    let mut all = files(&[]);
    for i in 0..120 {
        all.files.push((format!("a{i}/.env"), line.clone().into_bytes()));
    }
    let mended = mend(&all, &Policy::default(), Applicability::Safe);
    assert_eq!(mended.fixed.len(), 120);
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[test]
fn what_changes_a_known_client_is_not_safe() {
    let text = "DATABASE_URL=postgresql://app@db.example.com/app?sslmode=Disable\n";
    let how = |consumers: &str| {
        let policy = Policy::from_toml(&format!("consumers = [{consumers}]\n")).expect("a policy");
        let found = pgward::lint(&files(&[(".env", text)]), &policy);
        found.into_iter().find(|f| !f.fix.is_empty()).expect("a fix").applicability
    };
    // To libpq it was an error, to node-postgres a word that asks for TLS.
    assert_eq!(how("\"libpq\""), Applicability::Safe);
    assert_eq!(how("\"node-postgres\""), Applicability::Unsafe);
}

/// A rule that is off by itself is asked for.
fn asked(consumers: &str) -> Policy {
    let consumers =
        if consumers.is_empty() { String::new() } else { format!("consumers = [\"{consumers}\"]\n") };
    let rules = "[rules]\nconnect-timeout-missing = \"warn\"\napplication-name-missing = \"note\"\n";
    Policy::from_toml(&format!("{consumers}{rules}")).expect("a policy")
}

fn added(consumers: &str, text: &str) -> String {
    let mended = mend(&files(&[(".env.production", text)]), &asked(consumers), Applicability::Safe);
    assert!(mended.settled, "{text}");
    String::from_utf8(mended.files.files[0].1.clone()).expect("UTF-8")
}

#[test]
fn a_parameter_is_added_where_everybody_heeds_it() {
    let line = |url: &str| format!("A=1\nDATABASE_URL={url}\nB=2\n");
    let url = "postgresql://app:k3Vq9mT2xLpW@db.example.com/shop?sslmode=require";
    for (consumer, more) in [
        ("", "&connect_timeout=10&application_name=shop"),
        ("libpq", "&connect_timeout=10&application_name=shop"),
        ("tokio-postgres", "&connect_timeout=10&application_name=shop"),
        // They drop the one and take the other.
        ("node-postgres", "&application_name=shop"),
        ("sqlx", "&application_name=shop"),
        // It would send the one to the server as a setting.
        ("asyncpg", "&application_name=shop"),
        ("libpq\", \"asyncpg", "&application_name=shop"),
    ] {
        assert_eq!(added(consumer, &line(url)), line(&format!("{url}{more}")), "{consumer}");
    }
    // tokio-postgres has no `verify-full`: nothing is added to what does not work.
    let verified = url.replace("require", "verify-full");
    assert_eq!(added("tokio-postgres", &line(&verified)), line(&verified));
    // SQLAlchemy hands both to asyncpg, which knows neither.
    let asyncpg = "postgresql+asyncpg://app:k3Vq9mT2xLpW@db.example.com/shop?ssl=require";
    assert_eq!(added("sqlalchemy", &line(asyncpg)), line(asyncpg));
    // Without a query, and in keywords.
    let bare = "postgresql://app@db.example.com/shop";
    assert_eq!(added("", &line(bare)), line(&format!("{bare}?connect_timeout=10&application_name=shop")));
    let pairs = "host=db.example.com user=app dbname=shop";
    assert_eq!(
        added("", &line(&format!("\"{pairs}\""))),
        line(&format!("\"{pairs} connect_timeout=10 application_name=shop\""))
    );
    // What has no place, or would be a part of something else, is left alone.
    for text in [
        "postgresql://app@db.example.com/shop?sslmode=require#x",
        "postgresql://app@db.example.com/shop?sslmode=${MODE:-require}",
        "postgresql://app@db.example.com/shop?sslmode=require ",
    ] {
        let text = line(&format!("\"{text}\""));
        let got = added("", &text);
        assert!(!got.contains("connect_timeout=10") || got.contains("sslmode=require&connect"), "{got}");
    }
}

#[test]
fn a_list_of_hosts_is_told_which_server_is_meant() {
    let url = "DATABASE_URL=postgresql://app:k3Vq9mT2xLpW@a.example.com,b.example.com/shop?sslmode=require\n";
    let want = url.replace('\n', "&target_session_attrs=read-write\n");
    assert_eq!(safely(url), want);
    // It may be there for reading.
    for reader in [url.replace("app:", "shop_ro:"), url.replace("b.example", "replica.example")] {
        assert_eq!(safely(&reader), reader);
        let most = fixed(".env.production", &reader, Applicability::Unsafe);
        assert!(most.contains("read-write"), "{most}");
    }
}
