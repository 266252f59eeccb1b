//! base64 as the API server reads it (`encoding/base64` of Go, `StdEncoding`): padded, line breaks passed over.

/// The bytes; none for what the API server refuses.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let letters: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\n' | b'\r')).collect();
    if !letters.len().is_multiple_of(4) {
        return None;
    }
    let body = letters.iter().rposition(|b| *b != b'=').map_or(0, |i| i + 1);
    if letters.len() - body > 2 {
        return None;
    }
    let mut out = Vec::with_capacity(body * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0);
    for letter in &letters[..body] {
        let six = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    Some(out)
}

/// Whether a text is the base64 of something that people read. A short one may be by chance.
pub(super) fn is_one(text: &str) -> bool {
    let readable = |bytes: &[u8]| bytes.iter().all(|b| (0x20..0x7f).contains(b) || *b == b'\n');
    let likely = text.len() >= 16 && text.len().is_multiple_of(4);
    likely && decode(text).is_some_and(|bytes| readable(&bytes))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn as_go_reads_it() {
        let text = |encoded| decode(encoded).map(|b| String::from_utf8_lossy(&b).into_owned());
        assert_eq!(text("aHVudGVyMg==").as_deref(), Some("hunter2"));
        assert_eq!(text("aHVudGVy\nMg==\n").as_deref(), Some("hunter2"));
        assert_eq!(text("").as_deref(), Some(""));
        for bad in ["hunter2", "aHVudGVyMg", "aHVu dGVyMg==", "a===", "aHVu-_==", "=aaa"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
