//! NSS key logs (RFC 9850): lines of label, client random and secret, from files and from secrets embedded in captures. Every
//! secret remembers where it came from, so that a report can name the source that opened a connection.

use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::base::{to_index, to_u32, to_u64};
use crate::limits::{MAX_KEY_LINES, MAX_KEY_SOURCES};

/// The client random of a ClientHello: what key logs name a session by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Random(pub [u8; 32]);

/// What a secret of a key log is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    /// The master secret, up to TLS 1.2.
    ClientRandom,
    /// The client's 0-RTT data.
    ClientEarlyTrafficSecret,
    /// The client's handshake messages.
    ClientHandshakeTrafficSecret,
    /// The server's handshake messages.
    ServerHandshakeTrafficSecret,
    /// The client's data.
    ClientTrafficSecret0,
    /// The server's data.
    ServerTrafficSecret0,
}

/// Number of a source of secrets, in the order in which they were added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Source(u32);

/// A line of a key log that is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub number: u64,
    /// What is wrong with it.
    pub why: BadLineKind,
}

/// Why a line of a key log is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadLineKind {
    /// The label is not one of RFC 9850.
    UnknownLabel,
    /// Not three words.
    WordCount,
    /// The client random is not 64 hexadecimal digits.
    Random,
    /// The secret is not hexadecimal, or of no length that a secret has.
    Secret,
    /// A label (`RSA`, `PMS_CLIENT_RANDOM`) whose secret is made before the master secret, and is not used.
    PreMaster,
    /// An earlier line has another secret for the same session and label; it stays.
    Contradiction,
    /// There are too many lines.
    TooMany,
}

/// Secrets by session and label.
#[derive(Clone, Default)]
pub struct KeyLog {
    sources: Vec<Named>,
    /// A session has a few. A capture may hold hundreds of thousands of sessions, none of which knows where it comes to stand.
    sessions: HashMap<Random, Vec<(Label, Secret)>, foldhash::fast::RandomState>,
    /// Of all sessions.
    count: usize,
    /// True when master secrets are among them.
    masters: bool,
}

/// A source of secrets.
#[derive(Clone)]
struct Named {
    name: String,
    /// It was read to its end, and all of its lines were of use.
    sound: bool,
}

/// A secret: octets that are overwritten when they are dropped.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret {
    octets: [u8; 48],
    length: u8,
    pub(super) source: Source,
}

/// The lines of one source on their way into a key log.
pub struct KeyLines<'k> {
    log: &'k mut KeyLog,
    source: Source,
    number: u64,
    bad: Vec<BadLine>,
}

impl KeyLog {
    /// A key log without secrets.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the lines of a key log; `source` names it in reports. Returns the lines that are of no use.
    pub fn add(&mut self, source: &str, octets: &[u8]) -> Vec<BadLine> {
        let mut lines = self.lines(source);
        octets.split(|octet| *octet == b'\n').for_each(|line| lines.add(line));
        lines.bad()
    }

    /// True when a key log of this name was read to its end already, and there was nothing to say about it.
    #[must_use]
    pub fn has_read(&self, source: &str) -> bool {
        self.sources.iter().any(|known| known.sound && known.name == source)
    }

    /// Takes lines one by one; `source` names their key log in reports.
    pub fn lines(&mut self, source: &str) -> KeyLines<'_> {
        let known = self.sources.iter().position(|known| known.name == source);
        let number = known.unwrap_or(self.sources.len());
        if known.is_none() && number < MAX_KEY_SOURCES {
            self.sources.push(Named { name: source.to_owned(), sound: false });
        }
        if let Some(known) = self.sources.get_mut(number) {
            known.sound = false;
        }
        let source = Source(to_u32(number.min(MAX_KEY_SOURCES.saturating_sub(1))));
        KeyLines { log: self, source, number: 0, bad: Vec::new() }
    }

    fn line(&mut self, source: Source, line: &[u8]) -> Result<(), BadLineKind> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            return Ok(());
        }
        if let Some((label, random, secret)) = usual(line, source) {
            return self.insert(label, random, secret);
        }
        if is_exporter(line) {
            return Ok(());
        }
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let word = words.next().unwrap_or_default();
        let (Some(random), Some(secret), None) = (words.next(), words.next(), words.next()) else {
            return Err(if known(word) { BadLineKind::WordCount } else { BadLineKind::UnknownLabel });
        };
        let Some(label) = Label::read(word) else { return unused(word) };
        let random = Random::read(random).ok_or(BadLineKind::Random)?;
        let secret = Secret::read(secret, source).filter(|secret| label.fits(secret.octets().len()));
        self.insert(label, random, secret.ok_or(BadLineKind::Secret)?)
    }

    fn insert(&mut self, label: Label, random: Random, secret: Secret) -> Result<(), BadLineKind> {
        if self.count >= MAX_KEY_LINES && !self.has(label, &random) {
            return Err(BadLineKind::TooMany);
        }
        let secrets = self.sessions.entry(random).or_default();
        match secrets.iter().find(|(known, _)| *known == label) {
            Some((_, earlier)) if earlier.octets() == secret.octets() => Ok(()),
            Some(_) => Err(BadLineKind::Contradiction),
            None => {
                self.masters |= label == Label::ClientRandom;
                self.count = self.count.saturating_add(1);
                if secrets.is_empty() {
                    secrets.reserve_exact(label.beside());
                }
                secrets.push((label, secret));
                Ok(())
            }
        }
    }

    /// The line that a name of the form `LABEL random` stands for, with its secret.
    #[must_use]
    pub fn line_of(&self, name: &str) -> Option<String> {
        let (label, random) = name.split_once(' ')?;
        let (label, random) = (Label::read(label.as_bytes())?, Random::read(random.as_bytes())?);
        let secret = self.find(label, &random)?;
        let digits: String = secret.octets().iter().map(|octet| format!("{octet:02x}")).collect();
        Some(format!("{label} {random} {digits}"))
    }

    /// Secrets held.
    #[must_use]
    pub fn len(&self) -> u64 {
        to_u64(self.count)
    }

    /// True when there are no secrets.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The name of a source.
    #[must_use]
    pub fn source(&self, source: Source) -> &str {
        self.sources.get(source.at()).map_or("", |known| &known.name)
    }

    /// The names of all sources, in the order in which they were added.
    pub fn sources(&self) -> impl Iterator<Item = (Source, &str)> {
        (0..).map(Source).zip(self.sources.iter().map(|known| known.name.as_str()))
    }

    /// True when there are secrets of sessions up to TLS 1.2.
    pub(super) const fn has_masters(&self) -> bool {
        self.masters
    }

    /// True when the secret is known.
    #[must_use]
    pub fn has(&self, label: Label, random: &Random) -> bool {
        self.find(label, random).is_some()
    }

    pub(super) fn find(&self, label: Label, random: &Random) -> Option<&Secret> {
        let secrets = self.sessions.get(random)?;
        secrets.iter().find(|(known, _)| *known == label).map(|(_, secret)| secret)
    }
}

impl Source {
    fn at(self) -> usize {
        to_index(self.0.into())
    }
}

impl KeyLines<'_> {
    /// Takes the next line.
    pub fn add(&mut self, line: &[u8]) {
        self.number = self.number.saturating_add(1);
        if let Err(why) = self.log.line(self.source, line) {
            self.bad.push(BadLine { number: self.number, why });
        }
    }

    /// There are no more; those that are of no use.
    #[must_use]
    pub fn bad(self) -> Vec<BadLine> {
        if let Some(known) = self.log.sources.get_mut(self.source.at()) {
            known.sound = self.bad.is_empty();
        }
        self.bad
    }
}

impl fmt::Debug for KeyLog {
    /// How many, from where; never what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.sources().map(|(_, name)| name).collect();
        write!(f, "KeyLog({} secrets from {names:?})", self.count)
    }
}

impl Label {
    /// The label as key logs spell it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ClientRandom => "CLIENT_RANDOM",
            Self::ClientEarlyTrafficSecret => "CLIENT_EARLY_TRAFFIC_SECRET",
            Self::ClientHandshakeTrafficSecret => "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            Self::ServerHandshakeTrafficSecret => "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            Self::ClientTrafficSecret0 => "CLIENT_TRAFFIC_SECRET_0",
            Self::ServerTrafficSecret0 => "SERVER_TRAFFIC_SECRET_0",
        }
    }

    const ALL: [Self; 6] = [
        Self::ClientRandom,
        Self::ClientEarlyTrafficSecret,
        Self::ClientHandshakeTrafficSecret,
        Self::ServerHandshakeTrafficSecret,
        Self::ClientTrafficSecret0,
        Self::ServerTrafficSecret0,
    ];

    fn read(word: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|label| label.word().as_bytes() == word)
    }

    /// Secrets that a session with one for this mostly has, itself included.
    const fn beside(self) -> usize {
        match self {
            Self::ClientRandom => 1,
            _ => 4,
        }
    }

    const fn fits(self, length: usize) -> bool {
        match self {
            Self::ClientRandom => length == 48,
            _ => length == 32 || length == 48,
        }
    }
}

/// A line as programs write it: three words with one space between them. Any other one has to be looked at more closely.
fn usual(line: &[u8], source: Source) -> Option<(Label, Random, Secret)> {
    let behind = |label: &Label| {
        let (word, rest) = line.split_at_checked(label.word().len())?;
        rest.strip_prefix(b" ").filter(|_| word == label.word().as_bytes())
    };
    let (label, rest) = Label::ALL.into_iter().find_map(|label| behind(&label).map(|rest| (label, rest)))?;
    let (random, rest) = rest.split_at_checked(RANDOM_DIGITS)?;
    let random = Random::read(random)?;
    let secret = Secret::read(rest.strip_prefix(b" ")?, source)?;
    label.fits(secret.octets().len()).then_some((label, random, secret))
}

/// True for a line as programs write it with a secret that is of no use here, though nearly every session of TLS 1.3 has one.
fn is_exporter(line: &[u8]) -> bool {
    let words = line.strip_prefix(b"EXPORTER_SECRET ").and_then(|rest| rest.split_at_checked(RANDOM_DIGITS));
    let Some((random, [b' ', secret @ ..])) = words else { return false };
    let is_word = |word: &[u8]| word.iter().fold(u8::MAX, |least, octet| least.min(*octet)) > b' ';
    is_word(random) && !secret.is_empty() && is_word(secret)
}

/// Hexadecimal digits of a client random.
const RANDOM_DIGITS: usize = 64;

/// True for a label that has a meaning, though not always a use here.
fn known(word: &[u8]) -> bool {
    Label::read(word).is_some()
        || PRE_MASTER.contains(&word)
        || OTHER.iter().any(|other| word.starts_with(other))
}

/// A whole line with a label that is not used here.
fn unused(word: &[u8]) -> Result<(), BadLineKind> {
    if PRE_MASTER.contains(&word) {
        Err(BadLineKind::PreMaster)
    } else if known(word) {
        Ok(())
    } else {
        Err(BadLineKind::UnknownLabel)
    }
}

const PRE_MASTER: [&[u8]; 2] = [b"RSA", b"PMS_CLIENT_RANDOM"];

/// Labels of RFC 9850 whose secrets open nothing here, and those of QUIC and of later generations, by their beginning.
const OTHER: [&[u8]; 7] = [
    b"EXPORTER_SECRET",
    b"EARLY_EXPORTER_SECRET",
    b"ECH_",
    b"QUIC_",
    b"CLIENT_TRAFFIC_SECRET_",
    b"SERVER_TRAFFIC_SECRET_",
    b"EARLY_EXPORTER_MASTER_SECRET",
];

impl Hash for Random {
    /// Word by word: its length tells nothing, and four words take less than a string of octets.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_chunks().0.iter().for_each(|word| state.write_u64(u64::from_ne_bytes(*word)));
    }
}

impl Random {
    fn read(hex: &[u8]) -> Option<Self> {
        let mut octets = [0; 32];
        (read_hex(hex, &mut octets)? == octets.len()).then_some(Self(octets))
    }
}

impl fmt::Display for Random {
    /// Lower case hexadecimal, as key logs have it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl BadLineKind {
    /// What is wrong, as a person is told.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::UnknownLabel => "unknown label",
            Self::WordCount => "not three words",
            Self::Random => "the client random is not 64 hexadecimal digits",
            Self::Secret => "the secret is not hexadecimal, or of a wrong length",
            Self::PreMaster => "secrets from before the master secret are not used",
            Self::Contradiction => "another secret for the same session stands before it",
            Self::TooMany => "too many lines",
        }
    }
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.number, self.why.word())
    }
}

impl Secret {
    pub(super) fn octets(&self) -> &[u8] {
        self.octets.get(..usize::from(self.length)).unwrap_or_default()
    }

    fn read(hex: &[u8], source: Source) -> Option<Self> {
        let mut octets = [0; 48];
        let length = u8::try_from(read_hex(hex, &mut octets)?).ok()?;
        Some(Self { octets, length, source })
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        wipe(&mut self.octets);
    }
}

/// Overwrites octets, and looks at them, so that the writing is not optimised away.
pub(super) fn wipe(octets: &mut [u8]) {
    octets.fill(0);
    std::hint::black_box(octets);
}

/// Reads hexadecimal digits; returns the number of octets, or `None` when something else is among them, or when they do not fit. Random
/// and secrets are whole blocks of 16 octets; a block at a time is fast, since key logs may have a million lines.
fn read_hex(hex: &[u8], octets: &mut [u8]) -> Option<usize> {
    let (blocks, rest) = hex.as_chunks::<32>();
    let (rooms, _) = octets.as_chunks_mut::<16>();
    if !rest.is_empty() || blocks.len() > rooms.len() {
        return None;
    }
    let mut all = 0;
    for (room, block) in rooms.iter_mut().zip(blocks) {
        let mut digits = [0; 32];
        for (value, letter) in digits.iter_mut().zip(block) {
            *value = digit(*letter);
            all |= *value;
        }
        for (octet, [high, low]) in room.iter_mut().zip(digits.as_chunks::<2>().0) {
            *octet = (high << 4) | low;
        }
    }
    (all < 16).then_some(blocks.len().saturating_mul(16))
}

/// The value of a hexadecimal digit, 16 for what is none.
const fn digit(letter: u8) -> u8 {
    let (number, word) = (letter.wrapping_sub(b'0'), (letter | 0x20).wrapping_sub(b'a'));
    if number < 10 {
        number
    } else if word < 6 {
        word.wrapping_add(10)
    } else {
        16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANDOM: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    fn line(label: &str, octets: usize) -> String {
        format!("{label} {RANDOM} {}", "5A".repeat(octets))
    }

    fn why(text: &str) -> Vec<(u64, BadLineKind)> {
        KeyLog::new().add("a", text.as_bytes()).iter().map(|bad| (bad.number, bad.why)).collect()
    }

    #[test]
    fn a_key_log_is_known_as_read_only_when_there_was_nothing_to_say_about_it() {
        let mut log = KeyLog::new();
        log.add(
            "sound",
            format!("# one\n{}\n{}\n", line("CLIENT_RANDOM", 48), line("EXPORTER_SECRET", 32)).as_bytes(),
        );
        log.add("bad", b"CLIENT_RANDOM\n");
        assert_eq!(["sound", "bad", "another"].map(|name| log.has_read(name)), [true, false, false]);
        log.lines("sound").add(b"still being read");
        assert_eq!((log.has_read("sound"), log.len()), (false, 1));
    }

    #[test]
    fn comments_line_ends_case_and_blanks_do_not_matter() {
        let text = format!(
            "\u{feff}# by hand\r\n\r\n  {}\r\n{}\n\t# end",
            line("CLIENT_RANDOM", 48).replace(RANDOM, &RANDOM.to_uppercase()),
            line("SERVER_TRAFFIC_SECRET_0", 32).replace(' ', " \t"),
        );
        let mut log = KeyLog::new();
        assert!(log.add("a.keys", text.as_bytes()).is_empty());
        let random = Random::read(RANDOM.as_bytes()).unwrap();
        assert_eq!(random.to_string(), RANDOM);
        assert!(log.has(Label::ClientRandom, &random) && log.has(Label::ServerTrafficSecret0, &random));
        assert_eq!(log.find(Label::ClientRandom, &random).unwrap().octets(), [0x5a; 48]);
        assert_eq!(log.len(), 2);
    }

    #[test]
    fn a_bad_line_is_named_with_its_number() {
        let text = [
            line("SOME_SECRET", 32),
            line("CLIENT_RANDOM", 32),
            line("CLIENT_RANDOM", 48).replace("00112233", "0011223"),
            "CLIENT_RANDOM abc".to_owned(),
            format!("RSA 0011223344556677 {}", "00".repeat(48)),
            line("CLIENT_RANDOM", 48).replace("5A", "5g"),
            "hello".to_owned(),
        ];
        use BadLineKind::{PreMaster, Random, Secret, UnknownLabel, WordCount};
        let expected = [UnknownLabel, Secret, Random, WordCount, PreMaster, Secret, UnknownLabel];
        assert_eq!(why(&text.join("\n")), (1..).zip(expected).collect::<Vec<_>>());
    }

    #[test]
    fn labels_that_open_nothing_here_are_no_fault() {
        let labels = ["EXPORTER_SECRET", "EARLY_EXPORTER_SECRET", "ECH_SECRET", "CLIENT_TRAFFIC_SECRET_1"];
        assert_eq!(why(&labels.map(|label| line(label, 48)).join("\n")), []);
    }

    #[test]
    fn the_first_of_two_secrets_stays_and_the_same_again_is_no_fault() {
        let (one, two) = (line("CLIENT_RANDOM", 48), line("CLIENT_RANDOM", 48).replace("5A", "5B"));
        assert_eq!(why(&format!("{one}\n{one}\n{two}\n")), [(3, BadLineKind::Contradiction)]);
    }

    #[test]
    fn a_secret_knows_its_source() {
        let mut log = KeyLog::new();
        log.add("embedded", line("CLIENT_RANDOM", 48).as_bytes());
        log.add("x.keys", line("SERVER_TRAFFIC_SECRET_0", 48).as_bytes());
        log.add("embedded", b"");
        let random = Random::read(RANDOM.as_bytes()).unwrap();
        let source = log.find(Label::ServerTrafficSecret0, &random).unwrap().source;
        assert_eq!(log.source(source), "x.keys");
        assert_eq!(log.sources().map(|(_, name)| name).collect::<Vec<_>>(), ["embedded", "x.keys"]);
        assert!(!format!("{log:?}").contains("5A"));
    }

    proptest::proptest! {
        #[test]
        fn no_octets_fail_it(octets in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let _ = KeyLog::new().add("any", &octets);
        }
    }
}
