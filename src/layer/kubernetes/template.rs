//! What becomes YAML when it is filled in.

/// Whether something is put in between the lines, or in place of a value. In quotes, in a comment and in a text of several lines
/// (`dashboard.json: |`) it is a part of a value.
pub(super) fn is_template(text: &str) -> bool {
    if !text.contains("{{") {
        return false;
    }
    let mut within = None;
    text.lines().any(|line| {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        if within.is_some_and(|outer| content.is_empty() || indent > outer) || content.starts_with('#') {
            return false;
        }
        let last = content.rsplit([' ', ':']).next().unwrap_or_default();
        let block = last.strip_prefix(['|', '>']);
        let block = block.is_some_and(|rest| rest.bytes().all(|b| b"+-123456789".contains(&b)));
        within = block.then_some(indent);
        holds_a_bare_one(content)
    })
}

/// Whether braces stand in a line neither in quotes nor in a comment; in one look.
fn holds_a_bare_one(line: &str) -> bool {
    let (mut quote, mut last) = (None, ' ');
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some('"'), '"') if last == '\\' => {}
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, '#') if last == ' ' => return false,
            (None, '{') if line[at..].starts_with("{{") => return true,
            _ => {}
        }
        last = c;
    }
    false
}
