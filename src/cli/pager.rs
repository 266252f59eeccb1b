//! Long texts through the user's pager, when a terminal shows them; everywhere else they are just printed.

use super::output;
use crate::world::World;
use std::{
    io::{self, IsTerminal as _, Write as _},
    process::{Command, Stdio},
};

/// Shows a text. A pager that is missing is no error: the text is printed.
pub(super) fn show(world: &World, text: &str) -> io::Result<()> {
    let pager = world.variable("PAGER").map(str::trim);
    let dumb = world.variable("TERM").is_none_or(|term| term == "dumb");
    if !io::stdout().is_terminal() || dumb || matches!(pager, Some("" | "cat")) || !paged(world, pager, text)
    {
        return output::stdout(text);
    }
    Ok(())
}

/// Whether a pager took the text.
fn paged(world: &World, pager: Option<&str>, text: &str) -> bool {
    let mut command = match pager {
        // A line for the shell, as git and man have it.
        Some(line) if cfg!(unix) => {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", line]);
            command
        }
        Some(program) => Command::new(program),
        None => {
            let mut command = Command::new("less");
            command.arg("-R");
            command
        }
    };
    // What fits on the screen is left there.
    if world.variable("LESS").is_none() {
        command.env("LESS", "FRX");
    }
    // An interrupt is for the pager, which stays.
    #[cfg(unix)]
    let kept = signal_hook::flag::register(signal_hook::consts::SIGINT, std::sync::Arc::default());
    let shown = command.stdin(Stdio::piped()).spawn().and_then(|mut child| {
        if let Some(mut input) = child.stdin.take() {
            // A pager that was left early has shown enough.
            let _left = input.write_all(text.as_bytes());
        }
        child.wait()
    });
    #[cfg(unix)]
    if let Ok(id) = kept {
        signal_hook::low_level::unregister(id);
    }
    // 126 and 127 are the shell's, for a line that names no program.
    shown.is_ok_and(|status| !matches!(status.code(), Some(126 | 127)))
}
