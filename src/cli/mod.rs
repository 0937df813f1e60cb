//! The command line: words become flags, flags become meaning, and the rest of the program does the work. One command a file.
//!
//! Exit codes: 0 nothing at or above `--fail-on`, 1 a finding, 2 usage, 3 an input that cannot be read, 4 no HTTP/2.

mod analyze;
mod baseline;
mod completions;
mod diff;
mod explain;
mod export;
mod flags;
mod generate;
mod keys;
mod narrowing;
mod output;
mod quantities;
mod rules;
mod scan;
mod schema;
mod settings;
mod show;
mod stamp;
mod talk;
mod terminal;
mod test;
mod usage;
mod walk;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::error::Error;
use terminal::Terminal;

/// Reads packet captures offline and judges HTTP/2: what went wrong, who did it, how certain that is, and which packets prove it.
#[derive(Debug, Parser)]
#[command(
    name = "h2lint",
    version,
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true,
    after_help = "`h2lint FILE` is `h2lint analyze FILE`.\n\n\
        Exit codes: 0 nothing at or above --fail-on; 1 a finding; 2 usage; 3 an input cannot be read;\n\
        4 neither HTTP/2 nor a negotiation towards it was found."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    analyze: analyze::Args,
}

/// The commands.
#[derive(Debug, Subcommand)]
enum Command {
    /// Judge a capture: one verdict, with culprit and evidence (the default)
    Analyze(analyze::Args),
    /// Judge many captures: directories, patterns, lists; in parallel; one summary
    Scan(scan::Args),
    /// Join the JSON reports of a scan done in shards
    Merge(scan::MergeArgs),
    /// Show what happened, without judging it: connections, frames, streams, settings
    Show(show::Args),
    /// Tell everything about a rule and what it prints on its own example; a topic; or what an error text may come from
    Explain(explain::Args),
    /// Tell which TLS connections can be opened, and which key lines are missing; write keys into a pcapng
    Keys(keys::Args),
    /// Write a capture for other tools: Wireshark, HAR and qlog viewers, or only some of its connections
    Export(export::Args),
    /// List all rules
    Rules(rules::Args),
    /// Write down, prune or list the findings that are known
    Baseline(baseline::Args),
    /// Test captures by the sidecar files beside them
    Test(test::Args),
    /// Compare two captures or reports: what is new, fixed, changed
    Diff(diff::Args),
    /// Write a synthetic capture: the example of a rule, or a scenario with a name
    Gen(generate::Args),
    /// Print the JSON Schema of an output or of the configuration
    Schema(schema::Args),
    /// Print completions for a shell
    Completions(completions::Completions),
    /// Print the manual page of the program or of a command
    Man(completions::Man),
}

/// Runs the program with these words, the first being its name, and says how it ended.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut terminal = Terminal::default();
    let ended = match Cli::try_parse_from(words) {
        Ok(cli) => guarded(&mut terminal, |terminal| dispatch(cli, terminal)),
        Err(error) if !error.use_stderr() => terminal.print(&error.render().to_string()).map(|()| 0),
        Err(error) => Err(Error::Usage(usage::in_a_line(&error))),
    };
    let ended = ended.and_then(|code| terminal.flush().map(|()| code));
    let code = ended.unwrap_or_else(|error| {
        terminal.complain(&error.to_string());
        code_of(&error)
    });
    ExitCode::from(code)
}

fn dispatch(cli: Cli, terminal: &mut Terminal) -> Result<u8, Error> {
    match cli.command {
        Some(Command::Analyze(args)) => analyze::run(args, terminal),
        Some(Command::Scan(args)) => scan::run(&args, terminal),
        Some(Command::Merge(args)) => scan::merge(&args, terminal),
        Some(Command::Show(args)) => show::run(args, terminal),
        Some(Command::Explain(args)) => explain::run(&args, terminal),
        Some(Command::Keys(args)) => keys::run(&args, terminal),
        Some(Command::Export(args)) => export::run(args, terminal),
        Some(Command::Rules(args)) => rules::run(&args, terminal),
        Some(Command::Baseline(args)) => baseline::run(args, terminal),
        Some(Command::Test(args)) => test::run(&args, terminal),
        Some(Command::Diff(args)) => diff::run(&args, terminal),
        Some(Command::Gen(args)) => generate::run(&args, terminal),
        Some(Command::Schema(args)) => schema::run(&args, terminal),
        Some(Command::Completions(words)) => completions::completions(&words, terminal),
        Some(Command::Man(words)) => completions::man(&words, terminal),
        None => analyze::run(cli.analyze, terminal),
    }
}

/// The names of the commands.
fn commands() -> Vec<String> {
    Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

/// Does something; a fault of this program becomes an exit code, so that the rest is still done.
fn guarded(
    terminal: &mut Terminal,
    act: impl FnOnce(&mut Terminal) -> Result<u8, Error>,
) -> Result<u8, Error> {
    catch_unwind(AssertUnwindSafe(|| act(terminal))).unwrap_or_else(|_| {
        terminal.complain("internal error, see above: this is a fault of h2lint, please report it");
        Ok(3)
    })
}

/// The exit code of a failure.
const fn code_of(error: &Error) -> u8 {
    match error {
        Error::Usage(_) => 2,
        Error::Read { .. } | Error::NotACapture { .. } | Error::Bad(_) | Error::Write { .. } => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_agree_with_each_other() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn a_fault_of_the_program_is_code_three() {
        let mut terminal = Terminal::default();
        let ended = guarded(&mut terminal, |_| panic!("on purpose, by a test"));
        assert!(matches!(ended, Ok(3)));
        assert!(matches!(guarded(&mut terminal, |_| Ok(1)), Ok(1)));
    }
}
