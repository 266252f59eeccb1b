//! Source code: Python, JavaScript and Prisma, each value with its map to the source.

use super::{Target, inside};
use pgward::{
    dotenv::Dialect,
    unstable::{
        layer::{Carrier, SegmentKind, carried},
        source::{SourceKind, Sources, Span},
    },
};
use secrecy::ExposeSecret as _;

pub(super) const TARGET: Target = Target {
    name: "code",
    run,
    replay: run,
    readers: (CARRIERS.len(), |reader, data| read(data, CARRIERS[reader])),
    words: &[
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "'",
        "\"\"\"",
        "`",
        "${",
        "f\"{",
        "}\"",
        "\\",
        "\\u0040",
        "\\N",
        "#",
        "//",
        "/*",
        "*/",
        "/",
        "\n",
        "    ",
        "\t",
        ",",
        ":",
        "=",
        "||=",
        " or ",
        " if x else ",
        "?",
        " ?? ",
        "+",
        "%",
        ".",
        "->",
        "=>",
        "not ",
        "lambda ",
        "await ",
        "new Pool(",
        "class A(BaseSettings):\n",
        "DATABASES = {\"default\": {",
        "\"ENGINE\": \"django.db.backends.postgresql\",",
        "DATABASES[\"default\"]",
        "os.getenv(\"DATABASE_URL\", ",
        "process.env.DATABASE_URL",
        "\"postgresql://app:cAnArY9Qz7Wx@h/d\"",
        "DATABASE_URL",
        ".replace(",
        ".format(",
        "datasource db {\n",
        "url = env(\"X\")",
        "ż",
        "😀",
        "\u{feff}",
        "\r\n",
    ],
    lines: &["DATABASE_URL_{} = os.getenv(\"X{}\", \"sqlite:///x\")\n", "const a{} = \"postgres://h/{}\";\n"],
    around: &[
        ("", ""),
        ("DATABASE_URL = \"", "\""),
        ("DATABASE_URL = f\"", "\""),
        ("const DATABASE_URL = `", "`;"),
        ("DATABASES = {\"default\": {", "}}"),
        ("DATABASE_URL = ", ""),
    ],
    cost: 2,
};

const CARRIERS: [Carrier; 3] = [Carrier::Python, Carrier::JavaScript, Carrier::Prisma];

fn run(data: &[u8]) {
    for carrier in CARRIERS {
        read(data, carrier);
    }
}

fn read(data: &[u8], carrier: Carrier) {
    // One of the signs without which nothing is looked at.
    let text = format!("{}\n# ://", String::from_utf8_lossy(data));
    let mut sources = Sources::default();
    let id = sources.add(SourceKind::File("code".into()), text.as_str());
    let read = carried::read(&mut sources, id, "code", carrier, Dialect::LIBRARIES[0], &|_| None);
    let range = |span: Span| {
        let range = span.start as usize..span.end as usize;
        inside(&text, &range);
        range
    };
    for layer in &read.layers {
        for read in &layer.reads {
            range(read.span);
        }
        for entry in &layer.entries {
            range(entry.key_span);
            range(entry.value_span);
            let value = entry.value.text.to_secret_string();
            let value = value.expose_secret();
            let mut end = 0;
            for segment in &entry.value.map {
                inside(value, &segment.value);
                assert!(segment.value.start == end, "a gap in the map");
                end = segment.value.end;
                let place = range(segment.span);
                let same = text[place] == value[segment.value.clone()];
                assert!(same || segment.kind != SegmentKind::Literal, "not literal");
                // What stands there alone may be shown, so that it must be the very same.
                let exact = entry.value.span_of(segment.value.clone()) == Some(segment.span);
                assert!(same || !exact, "shown at a wrong place");
            }
            assert!(end == value.len() || entry.value.map.is_empty(), "the map ends early");
        }
    }
}
