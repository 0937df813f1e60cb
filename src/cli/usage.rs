//! What is wrong with the words of a command line, in a line.

use clap::error::ErrorKind;

/// What clap finds wrong, with its tips, without its page of usage.
pub(super) fn in_a_line(error: &clap::Error) -> String {
    let rendered = error.render().to_string();
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let below = rendered.lines().skip_while(|line| *line != "Commands:").skip(1);
        let named = below.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
        let words: Vec<&str> = named.filter_map(|line| line.split_whitespace().next()).collect();
        return match words.contains(&"analyze") {
            true => NO_CAPTURE.to_owned(),
            false => format!("a command is missing; there are {}", words.join(", ")),
        };
    }
    let mut said = Vec::new();
    for line in rendered.lines() {
        let line = line.trim();
        if line.starts_with("Usage:") || line.starts_with("For more information") {
            break;
        }
        let line = line.strip_prefix("error: ").or_else(|| line.strip_prefix("tip: ")).unwrap_or(line);
        if !line.is_empty() {
            said.push(line);
        }
    }
    match said.as_slice() {
        [] => NO_CAPTURE.to_owned(),
        [only] => format!("{only}; see `h2lint --help`"),
        several => several.join("; ").replace(":; ", ": "),
    }
}

const NO_CAPTURE: &str = "no capture given; `h2lint FILE`, or `h2lint --help`";

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    fn told(words: &[&str]) -> String {
        in_a_line(&Cli::try_parse_from(words).unwrap_err())
    }

    #[test]
    fn a_misspelled_flag_is_told_with_what_was_meant() {
        let said = told(&["h2lint", "a.pcap", "--min-confidense", "likely"]);
        assert!(said.starts_with("unexpected argument '--min-confidense' found; "), "{said}");
        assert!(said.contains("'--min-confidence'") && !said.contains('\n'), "{said}");
    }

    #[test]
    fn a_command_without_its_own_command_is_told_which_there_are() {
        assert_eq!(told(&["h2lint", "baseline"]), "a command is missing; there are write, prune, show, help");
        assert_eq!(told(&["h2lint"]), NO_CAPTURE);
    }

    #[test]
    fn what_is_missing_is_told_in_a_sentence() {
        let said = told(&["h2lint", "explain"]);
        assert_eq!(said, "the following required arguments were not provided: <WHAT>...");
    }

    #[test]
    fn a_wrong_word_is_told_with_the_right_ones() {
        let said = told(&["h2lint", "a.pcap", "--fail-on", "errors"]);
        assert!(said.contains("possible values: error, warning, info, never"), "{said}");
    }
}
