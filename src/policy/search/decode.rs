//! What dumps and numbers in a log line mean: octets in hexadecimal, escapes, lengths and types that are letters.

/// Something that a text holds in another form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// As it stands in the text.
    pub from: String,
    /// As text.
    pub means: String,
    /// What that is.
    pub hint: &'static str,
}

/// Everything that can be read, in the order of the text.
pub(super) fn decode(text: &str) -> Vec<Decoded> {
    let mut all = dumps(text);
    all.extend(escapes(text));
    all.extend(numbers(text));
    all.dedup();
    all.truncate(MOST);
    all
}

/// Hexadecimal dumps: `485454502f`, `48 54 54 50 2f`, `0x48,0x54`.
fn dumps(text: &str) -> Vec<Decoded> {
    let mut found = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    let ends = std::iter::once("");
    let parts = text.split(|char: char| !char.is_alphanumeric()).filter(|part| !part.is_empty());
    for part in parts.chain(ends) {
        let digits = part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")).unwrap_or(part);
        if digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            run.push(digits);
            continue;
        }
        found.extend(
            octets(&run.concat()).filter(|_| run.len() >= 3).and_then(|it| known(&run.join(" "), &it)),
        );
        run.clear();
        let long = digits.len() >= 6 && digits.bytes().any(|digit| digit.is_ascii_digit());
        found.extend(octets(digits).filter(|_| long).and_then(|it| known(part, &it)));
    }
    found
}

/// Escapes as Go and C print them: `\x16\x03\x01`.
fn escapes(text: &str) -> Vec<Decoded> {
    let mut digits = String::new();
    for part in text.split("\\x").skip(1) {
        digits.extend(part.get(..2).filter(|two| two.bytes().all(|digit| digit.is_ascii_hexdigit())));
    }
    let written: String =
        text.find("\\x").and_then(|at| text.get(at..)).unwrap_or("").chars().take(24).collect();
    octets(&digits).and_then(|octets| known(&written, &octets)).into_iter().collect()
}

/// Numbers that are letters, read as a header: a frame of 4740180 octets, frame type 80.
fn numbers(text: &str) -> Vec<Decoded> {
    let mut found = Vec::new();
    let words: Vec<&str> =
        text.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    for (at, word) in words.iter().enumerate() {
        let Ok(number) = word.parse::<u32>() else { continue };
        let [high, a, b, c] = number.to_be_bytes();
        let before = at.checked_sub(1).and_then(|place| words.get(place)).map(|word| word.to_lowercase());
        if high == 0 && [a, b, c].iter().all(u8::is_ascii_uppercase) {
            found.extend(known(word, &[a, b, c]));
        } else if before.as_deref() == Some("type") && number < 128 && c.is_ascii_uppercase() {
            let means = char::from(c).to_string();
            let hint = "a letter: text was read as a frame header; P is the fourth octet of \"HTTP/1.1\", an HTTP/1.x server answered";
            found.push(Decoded { from: format!("type {word}"), means, hint });
        }
    }
    found
}

/// Octets of an even number of hexadecimal digits.
fn octets(digits: &str) -> Option<Vec<u8>> {
    if digits.is_empty() || digits.len() % 2 == 1 || digits.len() > LONGEST {
        return None;
    }
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(digits.get(at..at.saturating_add(2))?, 16).ok())
        .collect()
}

/// What octets are: a known beginning, or text.
fn known(from: &str, octets: &[u8]) -> Option<Decoded> {
    let begins = BEGINNINGS.iter().find(|(begin, _)| octets.starts_with(begin) || is_cut(octets, begin));
    let printable =
        octets.iter().all(|octet| (0x20..0x7f).contains(octet) || matches!(octet, b'\r' | b'\n' | b'\t'));
    let means: String = match (begins, printable) {
        (_, true) => String::from_utf8_lossy(octets).trim_end().to_owned(),
        (Some((_, what)), false) => what.split(' ').take(2).collect::<Vec<_>>().join(" "),
        (None, false) => return None,
    };
    let hint = begins.map_or("text", |(_, what)| *what);
    (begins.is_some() || octets.len() >= SHORTEST).then(|| Decoded { from: from.to_owned(), means, hint })
}

/// True when the octets are a telling part of the beginning, cut short.
fn is_cut(octets: &[u8], begin: &[u8]) -> bool {
    octets.len() >= 3 && begin.starts_with(octets)
}

/// How known octets begin, and what they are.
static BEGINNINGS: &[(&[u8], &str)] = &[
    (b"HTTP/", "the begin of an HTTP/1.x response: an HTTP/1.x server answered the preface"),
    (b"PRI * HTTP/2.0", "the client's HTTP/2 connection preface"),
    (b"GET ", "the begin of an HTTP/1.x request"),
    (b"POST ", "the begin of an HTTP/1.x request"),
    (b"OPTIONS ", "the begin of an HTTP/1.x request"),
    (b"SSH-", "the greeting of an SSH server"),
    (&[0x16, 0x03], "TLS handshake record: one side speaks TLS"),
    (&[0x15, 0x03], "TLS alert record"),
    (&[0x17, 0x03], "TLS application data record"),
];

/// Digits of the longest dump that is read: what follows tells no more.
const LONGEST: usize = 1024;

/// Octets of text below which a dump without a known beginning tells nothing.
const SHORTEST: usize = 5;

/// Dumps of one line that are told.
const MOST: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn means(text: &str) -> Vec<String> {
        decode(text).into_iter().map(|one| one.means).collect()
    }

    #[test]
    fn dumps_of_every_kind_are_read() {
        assert_eq!(means("Hex dump for first 5 bytes: 485454502f"), ["HTTP/"]);
        assert_eq!(means("received 48 54 54 50 2f 31"), ["HTTP/1"]);
        assert_eq!(means("0x47,0x45,0x54,0x20"), ["GET"]);
        assert_eq!(means("not an SSL/TLS record: 505249202a20485454502f322e300d0a"), ["PRI * HTTP/2.0"]);
        assert_eq!(means("bogus greeting from client: \"\\x16\\x03\\x01\\x02\""), ["TLS handshake"]);
        assert_eq!(means("upstream sent too large http2 frame: 4740180"), ["HTT"]);
        assert_eq!(means("got frame type 80"), ["P"]);
    }

    #[test]
    fn what_is_no_dump_is_left_alone() {
        assert!(decode("deadbeef decade facade at 10.0.0.1:50051, 1234567 bytes").is_empty());
        assert!(decode("\\xzz \\x \\x1").is_empty());
        assert!(decode(&"4".repeat(5000)).is_empty());
    }
}
