//! The program: see [`h2lint::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    h2lint::cli::run(std::env::args_os())
}
