//! What a file says of itself in a comment at its top.

mod copied;
mod meant;

use super::Carrier;

/// What a file says of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Remarks {
    /// It is there to be copied, or filled in.
    pub copy: bool,
    /// It is for development, tests or a demonstration.
    pub not_for_production: bool,
}

impl Remarks {
    pub(super) fn of(carrier: Carrier, bytes: &[u8]) -> Self {
        // What else has comments is read by others than those who fill it in.
        match carrier {
            Carrier::Dotenv | Carrier::Yaml | Carrier::Kubernetes | Carrier::Compose => {}
            _ => return Self::default(),
        }
        let (mut copy, mut not_for_production) = (false, false);
        // An env file, and settings that a program reads, are a developer's anyhow, or say where they are used.
        let of_containers = matches!(carrier, Carrier::Compose | Carrier::Kubernetes);
        // A bar (`────`) is no title.
        let mut untitled = true;
        for (line, fresh) in comments(bytes) {
            let title = untitled && line.contains(char::is_alphanumeric);
            untitled &= !title;
            copy |= copied::asks(&line);
            not_for_production |=
                of_containers && (meant::says(&line, fresh) || title && meant::is_title(&line));
        }
        copy &= carrier != Carrier::Compose;
        copy |= carrier == Carrier::Dotenv && copied::has_sample_domain(bytes);
        if carrier == Carrier::Kubernetes {
            copy |= copied::asks_for_values(bytes);
            not_for_production |= meant::says_of_values(bytes);
        }
        Self { copy, not_for_production }
    }
}

/// So far into a file a sentence about the whole of it may stand.
const HEAD: usize = 2048;

/// The comments at the top, line by line, in lower case, and whether each begins a sentence, by a capital letter or by the line
/// before. Of most files the first line that is none comes soon. One above an assignment that is commented out belongs to that.
fn comments(bytes: &[u8]) -> impl Iterator<Item = (String, bool)> {
    let head = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head = head[..head.len().min(HEAD)].split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let mut top = head
        .take_while(|line| line.is_empty() || line.starts_with(b"#") || *line == b"---")
        .map(String::from_utf8_lossy)
        .peekable();
    let mut ended = true;
    std::iter::from_fn(move || {
        loop {
            let line = top.next()?;
            let text = line.trim_start_matches(['#', ' ', '-', '*', '=']);
            let fresh = ended || text.starts_with(char::is_uppercase);
            ended = text.is_empty() || text.ends_with(['.', '!', '?', ':']);
            if !text.is_empty() && !top.peek().is_some_and(|next| is_assignment(next)) {
                return Some((line.to_lowercase(), fresh));
            }
        }
    })
}

/// `# SENTRY_DSN=`, and no command with a variable before it.
fn is_assignment(line: &str) -> bool {
    let line = line.trim_start_matches(['#', ' ']);
    let name = line.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    name > 0 && line[name..].starts_with('=') && !line.contains(' ')
}
