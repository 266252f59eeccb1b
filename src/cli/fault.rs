//! A fault of pgward itself: what is said of it, and how it ends. Rust's own words for a panic may quote what was being
//! read ("byte index 5 is not a char boundary; it is inside … of `postgres://…`"), so they are never printed.

use super::{Exit, output, run};
use std::{
    panic::{self, Location, PanicHookInfo},
    process::{ExitCode, exit},
};

/// What was not done because of it.
#[derive(Clone, Copy)]
pub(super) enum Undone {
    /// Nothing was judged, or what was is not the whole.
    Verdict,
    /// The command of `run` was not started.
    Command,
}

/// From here on a panic in any thread says where it happened and ends the process with a documented code, without a
/// core dump: a core has every credential in it. Nothing is unwound: what a thread left half done is of no use.
pub(super) fn look_out(undone: Undone) {
    panic::set_hook(Box::new(move |panic: &PanicHookInfo<'_>| {
        end(&sentence(panic.location(), undone), undone);
    }));
}

#[expect(clippy::disallowed_methods, reason = "no caller of a panic hook returns to main")]
fn end(sentence: &str, undone: Undone) {
    match undone {
        Undone::Verdict => {
            output::error(sentence);
            exit(i32::from(Exit::CouldNotRun.code()));
        }
        Undone::Command => {
            let _code: ExitCode = run::unusable(sentence);
            exit(i32::from(run::COULD_NOT_RUN));
        }
    }
}

fn sentence(place: Option<&Location<'_>>, undone: Undone) -> String {
    let place = place.map(|p| format!(" at {}:{}:{}", beside_sources(p.file()), p.line(), p.column()));
    let undone = match undone {
        Undone::Verdict => "there is no verdict",
        Undone::Command => "the command was not started",
    };
    format!("pgward {} itself is at fault{}: {undone}", env!("CARGO_PKG_VERSION"), place.unwrap_or_default())
}

/// The path of a source as its package has it, without where it was compiled.
fn beside_sources(path: &str) -> &str {
    let from = path.rfind("/src/").map_or(0, |at| path[..at].rfind('/').map_or(0, |slash| slash + 1));
    &path[from..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;
    use std::process::Command;

    /// Set for the process that is to panic.
    const FAULTY: &str = "PGWARD_TEST_FAULT";

    #[cfg(target_os = "linux")]
    #[test]
    fn a_fault_says_where_it_is_and_not_what_was_read() {
        let world = World::of_process();
        if let Some(undone) = world.variable(FAULTY) {
            look_out(if undone == "command" { Undone::Command } else { Undone::Verdict });
            let url = std::hint::black_box("postgresql://app:hunter2ł@db/app");
            assert_eq!(&url[..25], "", "cut inside a character");
        }
        for (undone, code, says) in
            [("verdict", 2, "there is no verdict"), ("command", 125, "the command was not started")]
        {
            let run = Command::new("/proc/self/exe")
                .args([
                    "--exact",
                    "cli::fault::tests::a_fault_says_where_it_is_and_not_what_was_read",
                    "--nocapture",
                ])
                .env(FAULTY, undone)
                .output()
                .expect("the same test once more");
            let said = String::from_utf8_lossy(&run.stderr);
            assert_eq!(run.status.code(), Some(code), "{said}");
            assert!(
                said.contains(" itself is at fault at src/cli/fault.rs:") && said.contains(says),
                "{said}"
            );
            assert!(!said.contains("hunter2") && !said.contains("app"), "{said}");
        }
    }

    #[test]
    fn where_it_was_compiled_is_nobodys_business() {
        assert_eq!(beside_sources("src/lint.rs"), "src/lint.rs");
        assert_eq!(
            beside_sources("/home/u/.cargo/registry/src/index-1/toml-1.2.0/src/de/mod.rs"),
            "toml-1.2.0/src/de/mod.rs"
        );
        assert_eq!(beside_sources("/rustc/0a1b/library/core/src/str/mod.rs"), "core/src/str/mod.rs");
    }
}
