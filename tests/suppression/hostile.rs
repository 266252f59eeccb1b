//! Text that was written to confuse: no panic, no place outside the text, and time that grows with the length.

use super::{SQLITE, files, said, styles::silenced};
use pgward::{Policy, Severity, lint};
use std::time::{Duration, Instant};

const PATHS: [&str; 13] = [
    ".env",
    "a.yml",
    "a.toml",
    "a.py",
    "a.js",
    "a.sh",
    "a.sql",
    "a.ini",
    "a.properties",
    "Dockerfile",
    "Makefile",
    "a.json",
    "a.service",
];

#[test]
fn fragments_in_any_order() {
    let pieces = [
        "\n",
        "#",
        " # ",
        "pgward:",
        " allow[",
        "a-rule",
        "]",
        "until=",
        "2026-01-01",
        "'",
        "\"",
        "\"\"\"",
        "`",
        "|\n",
        "- ",
        ": ",
        "<<EOF\n",
        "EOF\n",
        "$$",
        "$x$",
        "/*",
        "*/",
        "//",
        "--",
        "\\",
        "\r\n",
        "\u{feff}",
        "ż",
        "HERE",
        "=",
        ",",
        "\t",
        "\0",
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..24 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text.push_str(pieces[usize::try_from(state % pieces.len() as u64).expect("small")]);
        }
        text.push_str("HERE");
        silenced(PATHS[usize::try_from(state % PATHS.len() as u64).expect("small")], &text);
    }
}

fn time<T>(work: impl Fn() -> T) -> Duration {
    let began = Instant::now();
    std::hint::black_box(work());
    began.elapsed()
}

#[test]
fn time_grows_with_the_length() {
    let repeated = [
        "# pgward: allow[a-rule] x\n",
        "# pgward: allow[a-rule] x\nA=1\n",
        "pgward:",
        "# pgward: allow[",
        "a: '",
        "\"a\"",
        "- |\n  x\n",
        ",|",
        "[\"",
        "<<A\n",
        "<<A ",
        "$a$",
        "$a",
        "/*",
        "/* pgward: allow[a-rule] */",
        "`",
        "\\\n",
        "'''",
        "!a \"",
        "# pgward: allow[a,b,c] ",
    ];
    for path in [".env", "a.yml", "a.toml", "a.js", "a.sh", "a.sql", "a.properties"] {
        for piece in repeated {
            let text = |n: usize| format!("# pgward: allow[a-rule]\n{}\nHERE", piece.repeat(n));
            let (small, large) = (text(500), text(5_000));
            // Other programs may be at work: what is slow each time is slow.
            let slow = (0..5).all(|_| {
                let tenth = time(|| silenced(path, &small));
                let whole = time(|| silenced(path, &large));
                whole > tenth * 40 + Duration::from_millis(60)
            });
            assert!(!slow, "{path}, {piece:?}");
        }
    }
}

#[test]
fn thousands_of_comments() {
    let above = "# pgward: allow[sqlite-in-production] again\n".repeat(5_000);
    let found = lint(&files(&[(".env.production", &format!("{above}{SQLITE}"))]), &Policy::default());
    assert!(said(&found).is_empty() && found.iter().any(|f| f.suppressed.is_some()));
    let unknown: Vec<String> = (0..3_000).map(|i| format!("# pgward: allow[no-such-rule-{i}]\n")).collect();
    let unknown = unknown.concat();
    let began = Instant::now();
    let found = lint(&files(&[(".env.production", &format!("{unknown}{SQLITE}"))]), &Policy::default());
    assert_eq!(said(&found).len(), 3_000);
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    let names = "tls-weak,".repeat(20_000);
    let found = lint(
        &files(&[(".env.production", &format!("# pgward: allow[{names}]\n{SQLITE}"))]),
        &Policy::default(),
    );
    assert_eq!(said(&found), ["a comment silences `tls-weak`, which is not found here"]);
}

#[test]
fn nothing_of_a_comment_is_said() {
    let text = format!(
        "# pgward: allow[hunter2-rule, tls-weak] hunter2\n# pgward: allow hunter2\n# pgward: allow[weak-secret] until=hunter2\n{SQLITE}"
    );
    let found = lint(&files(&[(".env.production", &text)]), &Policy::default());
    assert_eq!(said(&found).len(), 4, "{found:?}");
    assert!(!format!("{found:?}").contains("hunter2"));
    assert!(
        found.iter().filter(|f| f.rule.starts_with("suppression-")).all(|f| f.severity == Severity::Warning)
    );
}

#[test]
fn bytes_that_are_no_text() {
    let mut bytes = b"# pgward: allow[sqlite-in-production] \xff\xfe\n".to_vec();
    bytes.extend_from_slice(SQLITE.as_bytes());
    let mut project = files(&[]);
    project.files.push((".env.production".into(), bytes));
    project.files.push(("b.env".into(), b"\xff\xfe#\0 \0p\0g\0w\0a\0r\0d\0:\0".to_vec()));
    let found = lint(&project, &Policy::default());
    assert!(found.iter().all(|f| !f.rule.starts_with("suppression-")), "{found:?}");
}
