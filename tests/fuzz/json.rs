//! JSON objects: what `serde_json` reads, with the bytes of each member.

use super::{Target, inside};
use pgward::unstable::layer::json::{self, Json, Member};
use secrecy::ExposeSecret as _;
use serde_json::Value;

pub(super) const TARGET: Target = Target {
    name: "json",
    run,
    replay: run,
    readers: (1, |_, data| run(data)),
    words: &[
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "\\",
        "\\\"",
        "\\u0040",
        "\\ud83d",
        "\\ude00",
        "\\u12",
        "true",
        "false",
        "null",
        "0",
        "-",
        "1e5",
        "0.5",
        "007",
        "1E+9",
        " ",
        "\n",
        "\t",
        "\r",
        "\u{1}",
        "\u{7f}",
        "ż",
        "😀",
        "\u{feff}",
        "\"a\":",
        "{}",
        "[]",
        "{\"a\":1}",
        "\"host\":\"h\",",
        "\"password\":\"cAnArY9Qz7Wx\",",
        "\"engine\":\"postgres\",",
        "//",
        "'",
        "NaN",
    ],
    lines: &[],
    around: &[("", ""), ("{\"a\":\"", "\"}"), ("{\"a\":[", "]}"), ("{", "\"a\":1}"), ("{\"a\":", "}")],
    cost: 1,
};

/// `serde_json` gives up at 128; nobody nests a secret.
const DEPTH: usize = 64;

fn run(data: &[u8]) {
    let text = &*String::from_utf8_lossy(data);
    let own = json::object(text);
    let theirs = serde_json::from_str::<Value>(text).ok().and_then(|value| match value {
        Value::Object(map) => Some(map),
        _ => None,
    });
    let members = match own {
        Ok(members) => members,
        Err(invalid) => {
            assert!(text.is_char_boundary(invalid.at) && !invalid.why.is_empty(), "{}", invalid.at);
            assert!(theirs.is_none() || depth(text) > DEPTH, "serde_json takes it");
            return;
        }
    };
    for member in &members {
        inside(text, &member.key);
        inside(text, &member.range);
        assert!(text[member.key.clone()].starts_with('"') && text[member.key.clone()].ends_with('"'));
        if let Json::Text(value) | Json::Number(value) = &member.value {
            let same = value.equals(&text[member.range.clone()]);
            assert!(same || !member.exact, "not exact");
        }
    }
    let Some(theirs) = theirs else {
        // A number beyond the range of a double is a number all the same.
        assert!(text.bytes().any(|b| matches!(b, b'e' | b'E' | b'0'..=b'9')), "serde_json refuses it");
        return;
    };
    for (name, value) in &theirs {
        let last: Option<&Member> = members.iter().rev().find(|m| m.name.equals(name));
        match (&last.expect("the member is there").value, value) {
            (Json::Text(own), Value::String(theirs)) => {
                assert_eq!(own.to_secret_string().expose_secret(), theirs);
            }
            (Json::Truth(own), Value::Bool(theirs)) => assert_eq!(own, theirs),
            (Json::Number(_), Value::Number(_))
            | (Json::Null, Value::Null)
            | (Json::Nested, Value::Array(_) | Value::Object(_)) => {}
            (own, _) => panic!("{own:?} is another kind of value"),
        }
    }
}

/// At least how deep brackets stand in each other.
fn depth(text: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' => now += 1,
            b'}' | b']' => now = now.saturating_sub(1),
            _ => {}
        }
        most = most.max(now);
    }
    most
}
