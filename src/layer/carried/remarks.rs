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
        for line in comments(bytes) {
            copy |= copied::asks(&line);
            not_for_production |= meant::says(&line);
        }
        copy &= carrier != Carrier::Compose;
        copy |= carrier == Carrier::Kubernetes && copied::asks_for_values(bytes);
        Self { copy, not_for_production }
    }
}

/// So far into a file a sentence about the whole of it may stand.
const HEAD: usize = 2048;

/// The comments at the top, line by line, in lower case. Of most files the first line that is none comes soon.
fn comments(bytes: &[u8]) -> impl Iterator<Item = String> {
    let head = bytes[..bytes.len().min(HEAD)].split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let top = head.take_while(|line| line.is_empty() || line.starts_with(b"#") || *line == b"---");
    top.filter(|line| !line.is_empty()).map(|line| String::from_utf8_lossy(line).to_lowercase())
}
