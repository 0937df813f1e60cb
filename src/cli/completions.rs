//! `h2lint completions SHELL` and `h2lint man`: made from the flags themselves.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Cli;
use super::terminal::Terminal;
use crate::error::Error;

/// The words of `completions`.
#[derive(Debug, clap::Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// The words of `man`.
#[derive(Debug, clap::Args)]
pub(super) struct Man {
    /// A command; without one the page of the program
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

/// Prints completions for a shell.
pub(super) fn completions(words: &Completions, terminal: &mut Terminal) -> Result<u8, Error> {
    let mut script = Vec::new();
    clap_complete::generate(words.shell, &mut Cli::command(), NAME, &mut script);
    print(&script, terminal)
}

/// Prints a manual page.
pub(super) fn man(words: &Man, terminal: &mut Terminal) -> Result<u8, Error> {
    let mut program = Cli::command();
    program.build();
    let chosen = match &words.command {
        None => program,
        Some(name) => {
            let known: Vec<String> = program.get_subcommands().map(|one| one.get_name().to_owned()).collect();
            let found = program.get_subcommands().find(|one| one.get_name() == name).cloned();
            found.ok_or_else(|| {
                Error::Usage(format!("unknown command `{name}`; there are {}", known.join(", ")))
            })?
        }
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(chosen)
        .render(&mut page)
        .map_err(|source| Error::Write { path: "standard output".into(), source })?;
    print(&page, terminal)
}

fn print(octets: &[u8], terminal: &mut Terminal) -> Result<u8, Error> {
    terminal.print(&String::from_utf8_lossy(octets))?;
    Ok(0)
}

const NAME: &str = "h2lint";
