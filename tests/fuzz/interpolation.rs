//! `$NAME` and `${NAME}` as each program puts them in: every byte of the result has its place in the text.

use super::{MARK, Target, inside};
use pgward::{
    Secret,
    interpolation::{ErrorKind, Flavour, Kind, expand},
};
use secrecy::ExposeSecret as _;

pub(super) const TARGET: Target = Target {
    name: "interpolation",
    run,
    replay: run,
    readers: (1, |_, data| run(data)),
    words: &[
        "$",
        "$$",
        "{",
        "}",
        "${",
        "$A",
        "${A}",
        "${A:-",
        "${A-b}",
        "${A:-b}",
        "${A:+",
        "${A+b}",
        "${A:?",
        "${A?b}",
        "${NO}",
        "${NO:-",
        "${NO-${A}}",
        "${NO:-$NO}",
        "$NO",
        "${EMPTY:-x}",
        "${EMPTY-x}",
        "$EMPTY",
        "${1}",
        "$1",
        "${A",
        "${ A}",
        "${A:",
        ":",
        ":-",
        "-",
        "?",
        "+",
        "\n",
        "\\$",
        "\\",
        "'",
        "\"",
        " ",
        "ż",
        "$ż",
        "${ż}",
        "\u{17f}",
        "$\u{212a}",
        "${\u{17f}:-",
        "😀",
        "\0",
        "_",
        "a",
        "cAnArY9Qz7Wx",
    ],
    lines: &[],
    around: &[
        ("", ""),
        ("${NO:-", "}"),
        ("${A:+", "}"),
        ("${", "}"),
        ("${NO:-${NO:-", "}}"),
        ("postgresql://app:", "@h/d"),
    ],
    cost: 1,
};

/// A result may have so many bytes: more than most have, and few enough that some meet it.
const LIMIT: usize = 4096;

fn lookup(name: &str) -> Option<Secret> {
    match name {
        "A" => Some("value of A, ż".into()),
        "EMPTY" => Some("".into()),
        "K" | "a" => Some("$A".into()),
        _ => None,
    }
}

fn run(data: &[u8]) {
    let text = &*String::from_utf8_lossy(data);
    // One for the timing, where no limit ends what is long.
    let limit = if text.len() > LIMIT { 1 << 24 } else { LIMIT };
    for flavour in Flavour::ALL {
        check(text, flavour, limit);
    }
}

fn check(text: &str, flavour: Flavour, limit: usize) {
    let expansion = match expand(text, flavour, limit, &lookup) {
        Ok(expansion) => expansion,
        Err(error) => {
            inside(text, &error.at);
            assert!(!format!("{error}{error:?}").contains(MARK), "an error quotes the text");
            let own = matches!(error.kind, ErrorKind::TooLong | ErrorKind::TooDeep);
            assert!(own || flavour == Flavour::Compose, "{flavour:?} refuses nothing");
            return;
        }
    };
    assert!(!format!("{expansion:?}").contains(MARK), "the result is printed");
    let exposed = expansion.text.to_secret_string();
    let result = exposed.expose_secret();
    assert!(result.len() <= limit, "longer than the limit");
    let mut end = 0;
    for piece in &expansion.pieces {
        if piece.output.is_empty() {
            // What had no value inside a default stands behind the default's piece.
            assert!(piece.output.start <= end, "ahead of the result");
        } else {
            assert_eq!(piece.output.start, end, "a gap in the result");
            end = piece.output.end;
        }
        inside(result, &piece.output);
        inside(text, &piece.input);
        inside(text, &piece.name);
        let (from, to) = (&text[piece.input.clone()], &result[piece.output.clone()]);
        match piece.kind {
            Kind::Literal => assert_eq!(from, to, "not literal"),
            Kind::Escape => assert!(from == "$$" && to == "$", "no escape"),
            Kind::Unresolved => assert!(to.is_empty() && from.starts_with('$'), "not unresolved"),
            Kind::Reference | Kind::Fallback => assert!(from.starts_with('$'), "no reference"),
        }
    }
    assert_eq!(end, result.len(), "the pieces end before the result");
    if !text.contains('$') {
        assert_eq!(text, result, "nothing to put in");
    }
}
