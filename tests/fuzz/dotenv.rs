//! Env files: every loader, each value with its map to the source.

use super::Target;
use pgward::{
    Secret,
    dotenv::{self, Dialect},
    unstable::{
        layer::{Layer, SegmentKind},
        source::{SourceKind, Sources, Span},
    },
};
use secrecy::ExposeSecret as _;
use std::collections::BTreeMap;

pub(super) const TARGET: Target = Target {
    name: "dotenv",
    run,
    replay: every_loader,
    readers: (DIALECTS.len(), |reader, data| read(data, DIALECTS[reader])),
    words: &[
        "A=",
        "B=b",
        "DB_PASSWORD=",
        "DATABASE_URL=",
        "export ",
        "=",
        "'",
        "\"",
        "`",
        "\\",
        "\\n",
        "\\\n",
        "\\u00e9",
        "$",
        "$$",
        "$A",
        "${",
        "}",
        "${A}",
        "${A:-",
        "${A:-b}",
        "${A-b}",
        "${A:?",
        "${A:+b}",
        "${HOME}",
        "$(",
        ")",
        "#",
        " #",
        "# c",
        "\n",
        "\r\n",
        "\r",
        "\t",
        " ",
        "\u{feff}",
        "\u{a0}",
        "\u{2028}",
        "ż",
        ":",
        ";",
        ",",
        "\0",
        "=\n",
        "A\n",
        "A='b\nc'\n",
        "A=\"\n",
        "A='\n",
        "'A\n",
        "A=\"\\\"\n",
        "\\n${A}",
        "\\\\",
        "A=`\n",
        "A=$(\n",
        "A=${B:-\n",
        "{{",
        "A A ",
        "cAnArY9Qz7Wx",
    ],
    lines: &[
        "A{}=b\n",
        "A{}=p#s\n",
        "A{}=$A{}\n",
        "A{}=${A:-b}\n",
        "A{}='b'\n",
        "A{}=\"b\"\n",
        "A{}=b ",
        "A{}\n",
        "A={}\n",
        "A={}\nB={}\n",
        "# {}\n",
        "export A{}=b\n",
        "A{}=\"${A{}}\n\"\n",
        "A{}: b\n",
    ],
    around: &[
        ("", ""),
        ("A=", "\n"),
        ("A=\"", "\"\n"),
        ("A='", "'\n"),
        ("A=${", "}\n"),
        ("A=\"\\n${B}", "\"\n"),
    ],
    cost: 4,
};

/// Every loader that this version reads as.
const DIALECTS: &[Dialect] = &Dialect::ALL;

/// One loader an input, told by its bytes: so many inputs reach each of them in the time of one.
fn run(data: &[u8]) {
    let sum = data.iter().fold(data.len(), |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    read(data, DIALECTS[sum % DIALECTS.len()]);
}

/// For kept inputs.
fn every_loader(data: &[u8]) {
    for dialect in DIALECTS {
        read(data, *dialect);
    }
}

fn read(data: &[u8], dialect: Dialect) {
    let environment = BTreeMap::from([("HOME".to_owned(), "/home/app".to_owned())]);
    let outer = |name: &str| environment.get(name).map(|value| Secret::new(value.as_str()));
    let mut sources = Sources::default();
    let id = sources.add(SourceKind::File(".env".into()), data);
    let layer = dotenv::parse(&mut sources, id, dialect, &outer);
    check(data, &sources, &layer);
    drop(dotenv::read(data, dialect, &environment));
}

fn check(data: &[u8], sources: &Sources, layer: &Layer) {
    let text = std::str::from_utf8(data).ok();
    let bounds = |span: Span| {
        let range = span.range();
        assert!(range.start <= range.end && range.end <= data.len(), "{range:?} of {}", data.len());
        if let Some(text) = text {
            assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end), "{range:?}");
        }
    };
    for problem in &layer.problems {
        // The first byte that is no UTF-8 may lie inside of what is a character to others.
        assert!(problem.span.range().end <= data.len());
    }
    // A picture looks at the whole text, so that one of each span would take quadratic time by itself.
    let few = layer.entries.iter().take(8).flat_map(|e| [e.key_span, e.value_span]);
    for span in few.chain(layer.problems.iter().take(8).map(|p| p.span)) {
        let masked = sources.get(span.source).masked(span.range());
        assert!(
            masked.text.get(masked.range.clone()).is_some(),
            "{:?} of {:?}",
            masked.range,
            masked.text.len()
        );
    }
    for entry in &layer.entries {
        bounds(entry.key_span);
        bounds(entry.value_span);
        let exposed = entry.value.text.to_secret_string();
        let value = exposed.expose_secret();
        let mut end = 0;
        for segment in &entry.value.map {
            assert_eq!(segment.value.start, end, "the map leaves a gap");
            end = segment.value.end;
            assert!(value.is_char_boundary(end), "the map cuts a character");
            bounds(segment.span);
            if segment.kind == SegmentKind::Literal {
                assert_eq!(
                    &data[segment.span.range()],
                    value[segment.value.clone()].as_bytes(),
                    "not literal"
                );
            }
        }
        assert_eq!(end, value.len(), "the map ends before the value");
    }
}
