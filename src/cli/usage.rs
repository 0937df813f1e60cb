//! What is wrong with the words of a command line, in a line.

/// What clap finds wrong, with its tips, without its page of usage.
pub(super) fn in_a_line(error: &clap::Error) -> String {
    let rendered = error.render().to_string();
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
        [] => "no capture given; `h2lint FILE`, or `h2lint --help`".to_owned(),
        [only] => format!("{only}; see `h2lint --help`"),
        several => several.join("; "),
    }
}

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
    fn a_wrong_word_is_told_with_the_right_ones() {
        let said = told(&["h2lint", "a.pcap", "--fail-on", "errors"]);
        assert!(said.contains("possible values: error, warning, info, never"), "{said}");
    }
}
