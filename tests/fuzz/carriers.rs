//! Files of every carrier: what is read lies inside the text and is what stands there, and a password is shown nowhere.

use super::{MARK, Target, inside, marked_once};
use pgward::unstable::{
    layer::{Carrier, Segment, SegmentKind, carried, dotenv::Dialect},
    lint::{Files, lint_with},
    policy::Policy,
    source::{SourceKind, Sources, Span},
};
use secrecy::ExposeSecret as _;
use std::collections::BTreeMap;

pub(super) const TARGET: Target = Target {
    name: "carriers",
    run,
    replay,
    readers: (Carrier::ALL.len(), |reader, data| read(Carrier::ALL[reader], data)),
    words: &[
        "\n",
        "\n  ",
        "\n    ",
        "\t",
        "- ",
        ": ",
        "=",
        "'",
        "\"",
        "`",
        "#",
        "//",
        "--",
        "/*",
        "*/",
        "\\",
        "\\\n",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        ",",
        ";",
        "&",
        "&a ",
        "*a",
        "<<: *a",
        "|",
        ">",
        "|\n  ",
        "%",
        "%%",
        "%(a)s",
        "$",
        "${",
        "${A:-",
        "$$",
        "$(",
        "<<EOF\n",
        "EOF\n",
        "<%= ENV[",
        "%>",
        "${{ ",
        " }}",
        "---\n",
        "\"\"\"",
        "r'",
        "f\"",
        "b'",
        "ż",
        "\u{feff}",
        "\r\n",
        "\u{0}",
        "services:\n",
        "environment:",
        "env:",
        "image: postgres",
        "ports:",
        "apiVersion: v1\nkind: Secret\n",
        "data:",
        "stringData:",
        "jobs:",
        "variables:",
        "containerDefinitions",
        "spring:",
        "datasource:",
        "url: ",
        "database:",
        "password: ",
        "[alembic]\n",
        "sqlalchemy.url = ",
        "DATABASE_URL",
        "DATABASES = {",
        "'default': {",
        "'ENGINE': ",
        "os.environ.get(",
        "os.getenv(",
        "env(",
        "process.env.",
        " || ",
        " ?? ",
        "create_engine(",
        "new Pool({",
        "FROM x\n",
        "ENV ",
        "ARG ",
        "export ",
        "Environment=",
        "psql -c ",
        "GRANT ALL ON DATABASE ",
        "CREATE EXTENSION ",
        "postgresql://u:cAnArY9Qz7Wx@h/d",
        "cAnArY9Qz7Wx",
    ],
    lines: &["A{}=b\n", "a{}: b\n", "  - a{}\n", "ENV A{}=b\n", "x{} = 'a'\n", "&a{} [*a]\n"],
    around: &[
        ("", ""),
        ("a: \"", "\""),
        ("a: |\n  ", "\n"),
        ("services:\n  db:\n    image: postgres\n    environment:\n      ", "\n"),
        ("x = '", "'"),
        ("DATABASES = {'default': {", "}}"),
        ("FROM x\nENV A=", "\n"),
        ("psql <<EOF\n", "\nEOF\n"),
    ],
    cost: 40,
};

/// One carrier, chosen by the length.
fn run(data: &[u8]) {
    read(Carrier::ALL[data.len() % Carrier::ALL.len()], data);
}

fn replay(data: &[u8]) {
    for carrier in Carrier::ALL {
        read(carrier, data);
    }
}

fn read(carrier: Carrier, data: &[u8]) {
    let mut sources = Sources::default();
    let id = sources.add(SourceKind::File("x".into()), data);
    let file = carried::read(&mut sources, id, "x", carrier, Dialect::default(), &|_| None);
    if let Ok(text) = std::str::from_utf8(data) {
        for layer in &file.layers {
            for entry in &layer.entries {
                within(text, entry.key_span);
                within(text, entry.value_span);
                let value = entry.value.text.to_secret_string();
                for segment in &entry.value.map {
                    place(text, value.expose_secret(), segment);
                }
            }
            for read in &layer.reads {
                within(text, read.span);
            }
        }
        let shown = sources.get(id).masked_lines().join("\n");
        assert!(!(marked_once(text) && shown.contains(MARK)), "the mark is shown");
    }
    let files = Files {
        files: vec![("x".to_owned(), data.to_vec())],
        carriers: BTreeMap::from([("x".to_owned(), carrier)]),
        ..Files::default()
    };
    let findings = lint_with(&mut Sources::default(), &files, &Policy::default());
    let text = String::from_utf8_lossy(data);
    if text.matches(MARK).count() == 1 && text.contains(&format!("postgresql://u:{MARK}@h/d")) {
        assert!(!format!("{findings:?}").contains(MARK), "the mark is in a finding");
    }
}

fn within(text: &str, span: Span) {
    inside(text, &span.range());
}

/// What stands in the source as it is must be the value's own bytes.
fn place(text: &str, value: &str, segment: &Segment) {
    inside(value, &segment.value);
    within(text, segment.span);
    if segment.kind == SegmentKind::Literal {
        assert_eq!(&value[segment.value.clone()], &text[segment.span.range()], "a literal is another text");
    }
}
