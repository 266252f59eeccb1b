//! The `pgward` binary: reads the command line, prints, exits.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    pgward::cli::run()
}
