//! Env files that only a shell reads: what they have beside assignments are its commands.

use crate::{
    layer::Layer,
    settings::misreading::{Cause, Misreading, Teller},
};

/// What begins a line that nobody but a shell can be meant to read.
const COMMANDS: [&[u8]; 7] = [b"source ", b". ", b"set -", b"set +", b"eval ", b"export $(", b"if ["];

/// Whether a shell is to read a file: among the lines that a library cannot read is a command.
pub(super) fn is_sourced(bytes: &[u8], layer: &Layer) -> bool {
    let broken = layer.problems.iter().filter(|p| p.kind.is_syntax());
    broken.map(|p| line(bytes, p.span.start as usize)).any(|l| COMMANDS.iter().any(|c| l.starts_with(c)))
}

/// Whether it is about a command of such a file: a line that assigns nothing, while nobody says who reads it.
pub(super) fn is_command(bytes: &[u8], found: &Misreading) -> bool {
    found.teller() == Teller::Of(Cause::Syntax) && !found.told && {
        let line = line(bytes, found.span.start as usize);
        let line = line.strip_prefix(b"export ").unwrap_or(line).trim_ascii_start();
        let name = line.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let rest = line[name..].trim_ascii_start();
        name == 0 || !rest.starts_with(b"=") && !line[name..].starts_with(b":")
    }
}

/// The line that a place is in, without the blanks before it.
fn line(bytes: &[u8], at: usize) -> &[u8] {
    let at = at.min(bytes.len());
    let start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
    let end = bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| at + i);
    bytes[start..end].trim_ascii_start()
}
