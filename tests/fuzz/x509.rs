//! A server's certificate, before anybody has verified it.

use super::Target;
use pgward::unstable::driver::certificate;

pub(super) const TARGET: Target = Target {
    name: "x509",
    run,
    replay: run,
    readers: (1, |_, data| run(data)),
    words: &[
        "0\x00",
        "0\x01",
        "0\x7f",
        "\x02\x01\x02",
        "\x03\x02\0\x01",
        "\x04\0",
        "\x05\0",
        "\x06\x03U\x04\x03",
        "\x06\x03U\x1d\x11",
        "\x06\x03U\x1d\x13",
        "\x0c\x01a",
        "\x17\x0d700101000001Z",
        "\x18\x0f20491231235959Z",
        "\x18\x0f00000000000000Z",
        "\x17\x0d+1+1+1+1+1+1Z",
        "1\x0b0\x09",
        "\0",
        "\u{80}",
        "db.example",
    ],
    lines: &["\x17\x0d{}Z"],
    around: &[("", ""), ("0\x7f0\x7f", ""), ("0\x7f", "\0")],
    cost: 1,
};

fn run(data: &[u8]) {
    let Some(fields) = certificate(data) else { return };
    assert!(!fields.contains("\\0"), "a name with a NUL is a part of a name: {fields}");
    // its length stands at its beginning: nothing of it may be missing
    let length = usize::from(data[1]);
    let whole = if length < 0x80 {
        2 + length
    } else {
        let bytes = length & 0x7f;
        2 + bytes + data[2..2 + bytes].iter().fold(0, |n, byte| n << 8 | usize::from(*byte))
    };
    assert!(whole <= data.len() && certificate(&data[..whole]).is_some(), "{whole} of {}", data.len());
    assert!(certificate(&data[..whole - 1]).is_none(), "a certificate without its end");
}
