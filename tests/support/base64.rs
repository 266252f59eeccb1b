//! The bytes of a corpus row.

/// RFC 4648, as the recorder wrote it; not checked.
pub(crate) fn base64(text: &str) -> Vec<u8> {
    let digit = |b: u8| match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut out = Vec::new();
    for chunk in text.trim_end_matches('=').as_bytes().chunks(4) {
        let bits =
            chunk.iter().fold(0_u32, |n, b| (n << 6) | u32::from(digit(*b))) << (6 * (4 - chunk.len()));
        out.extend(bits.to_be_bytes()[1..chunk.len()].iter().copied());
    }
    out
}
