//! Percent-encoding: the decoding of Rust's `percent-encoding`, and JavaScript's own functions.

/// Decodes each `%` that two hexadecimal digits follow; any other stays.
pub(super) fn bytes(text: &str) -> Vec<u8> {
    let text = text.as_bytes();
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let decoded = escape(text, at);
        out.push(decoded.unwrap_or(text[at]));
        at += if decoded.is_some() { 3 } else { 1 };
    }
    out
}

/// The byte that the escape at an offset stands for.
fn escape(text: &[u8], at: usize) -> Option<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    match text.get(at..at + 3)? {
        [b'%', high, low] => Some(digit(high)? * 16 + digit(low)?),
        _ => None,
    }
}

/// JavaScript's `decodeURIComponent`; `None` where it throws.
pub(super) fn decode_uri_component(text: &str) -> Option<String> {
    decode_js(text, b"")
}

/// JavaScript's `decodeURI`: escapes of what has a meaning in a URI stay; `None` where it throws.
pub(super) fn decode_uri(text: &str) -> Option<String> {
    decode_js(text, b";/?:@&=+$,#")
}

fn decode_js(text: &str, keep: &[u8]) -> Option<String> {
    let source = text.as_bytes();
    let mut out = Vec::with_capacity(source.len());
    let mut at = 0;
    while at < source.len() {
        if source[at] != b'%' {
            out.push(source[at]);
            at += 1;
            continue;
        }
        let byte = escape(source, at)?;
        if keep.contains(&byte) {
            out.extend_from_slice(&source[at..at + 3]);
        } else {
            // Each character must be escaped as a whole, which is the same as: the result is UTF-8, and no escape
            // completes what stands unescaped, for that is UTF-8 already.
            out.push(byte);
        }
        at += 3;
    }
    String::from_utf8(out).ok()
}

/// JavaScript's `encodeURI`.
pub(super) fn encode_uri(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b";,/?:@&=+$-_.!~*'()#".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.push(char::from(DIGITS[usize::from(digit)]));
            }
        }
    }
    out
}
