//! What a file that is no capture looks like, so that the refusal says more than "no".

use std::fmt::Write;

use super::Compression;
use super::source::Broken;

/// Names what these first octets of a file belong to.
pub(super) fn describe(head: &[u8]) -> String {
    if head.is_empty() {
        return "empty file".to_owned();
    }
    if head.get(257..262) == Some(b"ustar") {
        return "a tar archive".to_owned();
    }
    if let Some((_, name)) = SIGNATURES.iter().find(|(magic, _)| head.starts_with(magic)) {
        return (*name).to_owned();
    }
    if head.iter().all(|octet| *octet == 0) {
        return "nothing but zeros".to_owned();
    }
    match first_line(head) {
        Some(line) => format!("text starting with \"{line}\""),
        None => format!("first octets {}", hexadecimal(head)),
    }
}

/// As [`describe`], when that is what a compressed file holds, or the beginning of it.
pub(super) fn describe_inside(compression: Compression, broken: Option<Broken>, inside: &str) -> String {
    let data = compression.word();
    match broken {
        _ if !cfg!(feature = "compress") => {
            format!("{data} data, which this build does not unpack: unpack it first")
        }
        Some(Broken::Cut) => format!("{data} data that is cut behind its first octets"),
        Some(Broken::Damaged) => format!("{data} data that is damaged or needs too much memory"),
        None => format!("{data} data around this: {inside}"),
    }
}

/// The first line, as far as it fits a message; none when the octets are not text.
fn first_line(head: &[u8]) -> Option<String> {
    let text = match str::from_utf8(head) {
        Ok(text) => text,
        // A character may be cut at the end of what is looked at; anything before that is no text.
        Err(error) if error.error_len().is_none() => str::from_utf8(head.get(..error.valid_up_to())?).ok()?,
        Err(_) => return None,
    };
    let blank = |character: char| matches!(character, '\t' | '\r' | '\n');
    if text.is_empty() || text.chars().any(|character| character.is_control() && !blank(character)) {
        return None;
    }
    let line = text.lines().find(|line| !line.trim().is_empty())?;
    Some(line.chars().take(SHOWN_CHARACTERS).collect::<String>().escape_debug().to_string())
}

fn hexadecimal(head: &[u8]) -> String {
    head.iter().take(SHOWN_OCTETS).fold("0x".to_owned(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

/// Octets looked at: the head of a tar archive says what it is at its end.
pub(super) const LOOKED_AT: usize = 512;

const SHOWN_CHARACTERS: usize = 32;

const SHOWN_OCTETS: usize = 8;

/// First octets of files that are taken for captures by mistake.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"\x1f\x8b", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"\x04\x22\x4d\x18", "lz4 data"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"BZh", "bzip2 data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x7fELF", "an ELF program"),
    (b"MZ", "a Windows program"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x89PNG", "a PNG image"),
    (b"\x0a\x0d\x0d\x0a", "a pcapng section header that is cut short or has no valid byte-order magic"),
    (b"\xa1\xb2\xc3\xd4", "a pcap file header that is cut short"),
    (b"\xd4\xc3\xb2\xa1", "a pcap file header that is cut short"),
    (b"\xa1\xb2\x3c\x4d", "a pcap file header that is cut short"),
    (b"\x4d\x3c\xb2\xa1", "a pcap file header that is cut short"),
    (b"\xa1\xb2\xcd\x34", "a pcap file header that is cut short"),
    (b"\x34\xcd\xb2\xa1", "a pcap file header that is cut short"),
    (b"snoop\0\0\0", "a snoop capture; convert it with editcap"),
    (b"GMBU", "a Microsoft Network Monitor capture; convert it with editcap"),
    (b"# SSL/TLS secrets log file", "a TLS key log"),
    (b"CLIENT_RANDOM ", "a TLS key log"),
    (b"CLIENT_HANDSHAKE_TRAFFIC_SECRET ", "a TLS key log"),
    (b"SERVER_HANDSHAKE_TRAFFIC_SECRET ", "a TLS key log"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_people_pass_by_mistake_are_named() {
        let cases: [(&[u8], &str); 8] = [
            (b"", "empty file"),
            (b"\x1f\x8b\x08\x00", "gzip data"),
            (b"\x7fELF\x02\x01", "an ELF program"),
            (b"CLIENT_RANDOM 00", "a TLS key log"),
            (b"\xd4\xc3\xb2\xa1\x02", "a pcap file header that is cut short"),
            (&[0; 64], "nothing but zeros"),
            (b"\n{ \"log\": {\n", "text starting with \"{ \\\"log\\\": {\""),
            (b"\x80\x01\xff\x00\x00\x00\x00\x01\x02", "first octets 0x8001ff0000000001"),
        ];
        for (head, expected) in cases {
            assert_eq!(describe(head), expected);
        }
    }

    #[test]
    fn text_is_cut_to_a_message_and_can_do_no_harm() {
        assert_eq!(
            describe("übermäßig".repeat(9).as_bytes()).chars().count(),
            "text starting with \"\"".len() + 32
        );
        assert_eq!(
            describe(&"übermäßig".repeat(9).as_bytes()[..64]),
            describe("übermäßig".repeat(9).as_bytes())
        );
        assert_eq!(describe(b"a\x1b[31mred"), "first octets 0x611b5b33316d7265");
    }
}
