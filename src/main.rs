//! The program: see [`h2lint::cli`].

use std::process::ExitCode;

/// Connections are made of many small pieces of memory that are soon given back. It asks the system for large pages, where it gives them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    h2lint::cli::run(std::env::args_os())
}
