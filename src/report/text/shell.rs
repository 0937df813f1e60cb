//! Commands to paste into a shell.

use crate::finding::ConnectionRow;
use crate::report::numbers::ranges;

use super::width::width;

/// The command that shows a connection in a view.
pub(super) fn show(path: &str, conn: u64, view: &str) -> Vec<String> {
    let conn = conn.to_string();
    ["h2lint", "show", &quote(path), "--as", view, "--conn", &conn].map(str::to_owned).to_vec()
}

/// The command by which tshark shows these packets; without TLS it is told that the port speaks HTTP/2.
pub(super) fn tshark(path: &str, connection: Option<&ConnectionRow>, packets: &[u64]) -> Vec<String> {
    let mut words = vec!["tshark".to_owned(), "-r".to_owned(), quote(path)];
    if let Some(row) = connection.filter(|row| row.http2 && row.negotiation.tls.is_none()) {
        words.extend(["-d".to_owned(), format!("tcp.port=={},http2", row.server.port)]);
    }
    let numbers = ranges(packets, "..", usize::MAX);
    words.extend(["-Y".to_owned(), format!("'frame.number in {{{numbers}}}'")]);
    words
}

/// Joins words to lines of at most `room` columns, each but the last ending in a backslash; a word and its option stay together.
pub(super) fn lines(words: &[String], room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut rest = words.iter().peekable();
    while let Some(word) = rest.next() {
        let mut piece = word.clone();
        if word.starts_with('-')
            && let Some(value) = rest.next_if(|value| !value.starts_with('-'))
        {
            piece = format!("{word} {value}");
        }
        let wanted =
            width(&line).saturating_add(1).saturating_add(width(&piece)).saturating_add(CONTINUED.len());
        if !line.is_empty() && wanted > room {
            line.push_str(CONTINUED);
            lines.push(std::mem::replace(&mut line, format!("  {piece}")));
        } else {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(&piece);
        }
    }
    lines.push(line);
    lines
}

/// A word as a shell takes it: in quotes when it holds anything but harmless characters.
fn quote(word: &str) -> String {
    let harmless = |char: char| char.is_ascii_alphanumeric() || "-_./=:,@%+".contains(char);
    if !word.is_empty() && word.chars().all(harmless) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The end of a line that goes on.
const CONTINUED: &str = " \\";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_leave_its_quotes() {
        assert_eq!(quote("a b'$(rm x).pcap"), r"'a b'\''$(rm x).pcap'");
        assert_eq!(quote("/tmp/a-b_1.pcap"), "/tmp/a-b_1.pcap");
    }

    #[test]
    fn a_long_command_goes_on_behind_a_backslash() {
        let words: Vec<_> =
            ["tshark", "-r", "a.pcap", "-d", "tcp.port==80,http2", "-Y", "'frame.number in {1}'"]
                .map(str::to_owned)
                .to_vec();
        assert_eq!(
            lines(&words, 40),
            ["tshark -r a.pcap -d tcp.port==80,http2 \\", "  -Y 'frame.number in {1}'"]
        );
        assert_eq!(lines(&words, 400).len(), 1);
    }
}
