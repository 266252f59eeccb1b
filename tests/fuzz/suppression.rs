//! Comments to pgward in every kind of file: what is found lies in the text, is the same twice, and nothing of a comment
//! comes out.

use super::{MARK, Target, inside};
use pgward::unstable::{
    finding::{Applicability, Finding, Label, Severity},
    source::{SourceKind, Sources},
    suppression::{Comments, Named, Proof, style_of},
};

pub(super) const TARGET: Target = Target {
    name: "suppression",
    run,
    replay,
    readers: (PATHS.len(), read),
    words: &[
        "# pgward: allow[a-rule] why\n",
        "pgward:",
        " allow[",
        "a-rule",
        "steady",
        "]",
        ",",
        "until=",
        "2026-01-01",
        "9999-12-31",
        "#",
        " # ",
        "//",
        "--",
        ";",
        "/*",
        "*/",
        "'",
        "\"",
        "\"\"\"",
        "'''",
        "`",
        "\\",
        "\n",
        "\r\n",
        "\n\n",
        ": ",
        "- ",
        "|\n",
        ">-\n",
        "  ",
        "\t",
        "!a ",
        "<<EOF\n",
        "<<-'EOF'\n",
        "EOF\n",
        "$$",
        "$a$",
        "[",
        "{",
        "A=1",
        "\u{feff}",
        "ż",
        "😀",
        "\0",
        "cAnArY9Qz7Wx",
    ],
    lines: &["# pgward: allow[a-rule-{}] x", "# pgward: allow[a-rule]", "A{}=x # pgward: allow[a-rule]"],
    around: &[("", ""), ("# pgward: allow[a-rule]\n", "\nA=1"), ("a: '", "'\n# pgward: allow[a-rule]\n")],
    cost: 2,
};

/// One of each style, and one that has no comments.
const PATHS: [&str; 10] =
    [".env", "a.ini", "a.properties", "a.yml", "a.toml", "a.py", "a.js", "a.sh", "a.sql", "a.json"];

fn run(data: &[u8]) {
    let (first, rest) = data.split_first().unwrap_or((&0, &[]));
    read(usize::from(*first) % PATHS.len(), rest);
}

fn replay(data: &[u8]) {
    (0..PATHS.len()).for_each(|reader| read(reader, data));
}

fn read(reader: usize, data: &[u8]) {
    let path = PATHS[reader];
    let text = &*String::from_utf8_lossy(data);
    let mut sources = Sources::default();
    let id = sources.add(SourceKind::File(path.into()), text);
    let Some(style) = style_of(path) else { return assert_eq!(path, "a.json", "no style") };
    let named = |name: &str, _: bool| match name {
        "a-rule" => Named::Rule("a-rule"),
        "steady" => Named::Steadfast("steady"),
        _ => Named::Unknown(None),
    };
    let comments = || Comments::read(&sources, id, style, Proof::default, Some(1_767_225_600), &named);
    let Some(mut found) = comments() else { return };
    let mut silenced = Vec::new();
    for at in [0, data.len() / 2, data.len()] {
        let mut finding = Finding {
            rule: "a-rule",
            severity: Severity::Error,
            message: String::new(),
            primary: Some(Label { span: sources.span(id, at..at), text: String::new() }),
            related: Vec::new(),
            notes: Vec::new(),
            help: None,
            fix: Vec::new(),
            applicability: Applicability::Safe,
            suppressed: None,
        };
        found.silence(&mut finding);
        silenced.extend(finding.suppressed);
    }
    let faults = found.faults(false, &|_| false);
    assert!(!format!("{silenced:?}{faults:?}{found:?}").contains(MARK), "a comment is quoted");
    for fault in &faults {
        inside(text, &fault.span.range());
        assert!(text[fault.span.range()].starts_with("pgward:"), "not the words to pgward");
        let Some(line) = fault.remove else { continue };
        inside(text, &line.range());
        let (before, gone) = (&text[..line.range().start], &text[line.range()]);
        assert!(
            before.is_empty() || before.ends_with(['\n', '\u{feff}']),
            "not from the beginning of a line"
        );
        assert!(gone.lines().count() == 1, "more than a line goes");
        assert!(gone.ends_with('\n') || line.range().end == text.len(), "not to the end of a line");
    }
    let again = comments().expect("as before");
    let fresh = comments().expect("as before");
    assert_eq!(again.faults(false, &|_| false), fresh.faults(false, &|_| false), "not the same twice");
}
