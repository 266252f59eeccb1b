//! Loaders that take a line as it stands: `docker run --env-file` and compose's `format: raw` (docker/cli
//! `pkg/kvfile`).

use super::{
    run::{Event, Run, Set},
    text::Text,
};
use crate::layer::ProblemKind;

/// A line longer than this is refused (`bufio.MaxScanTokenSize`).
const LONGEST: usize = 64 * 1024;

/// `NAME=value`, to the letter.
pub(super) fn key_value(run: &mut Run<'_>) {
    let text = run.text;
    let mut at = 0;
    while at < text.len() {
        let stop = text[at..].find('\n').map_or(text.len(), |i| at + i);
        let end = if text[at..stop].ends_with('\r') { stop - 1 } else { stop };
        if stop - at >= LONGEST {
            return run.refuse(at..end, ProblemKind::TooLarge);
        }
        let lead = end - text[at..end].trim_start().len();
        let line = &text[lead..end];
        at = stop + 1;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = match line.find('=') {
            Some(i) => (&line[..i], Some(lead + i + 1..end)),
            None => (line, None),
        };
        let key_range = lead..lead + key.len();
        if key.is_empty() {
            return run.refuse(lead..end, ProblemKind::BadName);
        }
        if key.contains([' ', '\t']) {
            let kind = match value {
                None => ProblemKind::NoEquals,
                Some(_) if key.trim_end_matches([' ', '\t']).contains([' ', '\t']) => ProblemKind::BadName,
                Some(_) => ProblemKind::BlankBeforeEquals,
            };
            return run.refuse(key_range, kind);
        }
        match value {
            Some(value) => run.set(Set {
                lead,
                key: key.to_owned(),
                key_range,
                value: Text::of(text, value.clone()),
                end: value.end,
                value_range: value,
            }),
            None => run.events.push(Event::Inherit { key: key.to_owned(), at: key_range }),
        }
    }
}
