//! Words in a text: runs of letters, and of digits.

/// The runs of letters and of digits of a text without other characters than ASCII's.
pub(super) fn ascii_segments(text: &str) -> impl Iterator<Item = &[u8]> {
    let kind = |b: &u8| (b.is_ascii_alphabetic(), b.is_ascii_digit());
    let runs = text.as_bytes().chunk_by(move |a, b| kind(a) == kind(b));
    runs.filter(|run| run[0].is_ascii_alphanumeric())
}

/// Lower-case runs of letters and runs of digits, in order.
pub(super) fn word_segments(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut last = None;
    for c in text.chars() {
        let kind = if c.is_alphabetic() {
            Some('a')
        } else if c.is_numeric() {
            Some('0')
        } else {
            None
        };
        if kind.is_some() {
            if kind == last {
                out.last_mut().expect("a segment was begun").extend(c.to_lowercase());
            } else {
                out.push(c.to_lowercase().collect());
            }
        }
        last = kind;
    }
    out
}
