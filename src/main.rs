//! The `pgward` binary: reads the command line, prints, exits.
#![forbid(unsafe_code)]

use std::process::ExitCode;

// Rust's runtime changes some of what a process was started with before it calls `main`, and `run` gives the command
// back what it was.
#[cfg(unix)]
#[ctor::ctor]
fn before_main() {
    pgward::cli::look_before_main();
}

fn main() -> ExitCode {
    pgward::cli::run()
}
