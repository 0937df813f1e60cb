//! Captures written to the program's standard input as they are made, and what the program took to read them.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use h2lint::base::Side;
use serde_json::Value;

/// Writes a capture, larger by a factor.
#[derive(Clone)]
#[allow(clippy::type_complexity, reason = "said once")]
pub struct Flood(Arc<dyn Fn(&mut Tap<'_>, u32) + Send + Sync>);

impl Flood {
    pub fn new(write: impl Fn(&mut Tap<'_>, u32) + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }
}

/// Where packets are written. Flows have a client each, and one server; numbers go on by themselves.
pub struct Tap<'w> {
    out: &'w mut dyn Write,
    octets: u64,
    at: u64,
    /// Of the flow written last.
    flow: Option<u32>,
    next: [u32; 2],
    waiting: Vec<u8>,
}

/// Where sequence numbers begin.
const FIRST: [u32; 2] = [8, 100];

const SYN: u8 = 2;
const PUSH: u8 = 24;
const ACK: u8 = 16;

impl Tap<'_> {
    fn enter(&mut self, flow: u32) {
        if self.flow != Some(flow) {
            (self.flow, self.next) = (Some(flow), FIRST);
        }
    }

    /// The handshake of a flow. What is said of a flow is said before the next one begins.
    pub fn shake(&mut self, flow: u32) {
        self.enter(flow);
        self.segment(flow, Side::Client, SYN, 7, &[], 0);
        self.segment(flow, Side::Server, SYN | ACK, 99, &[], 0);
    }

    /// A segment with these octets.
    pub fn say(&mut self, flow: u32, side: Side, octets: &[u8]) {
        self.cut(flow, side, octets, u32::try_from(octets.len()).unwrap());
    }

    /// A segment of `length` octets, of which the capture has these. Longer ones than IP takes are several.
    pub fn cut(&mut self, flow: u32, side: Side, mut octets: &[u8], mut length: u32) {
        self.enter(flow);
        while length > 0 {
            let most = length.min(65_000);
            let (part, rest) = octets.split_at(octets.len().min(most as usize));
            self.segment(flow, side, PUSH, self.next[side as usize], part, most);
            self.next[side as usize] = self.next[side as usize].wrapping_add(most);
            (octets, length) = (rest, length - most);
        }
    }

    /// Octets that are said together with those after them.
    pub fn add(&mut self, flow: u32, side: Side, octets: &[u8]) {
        self.waiting.extend(octets);
        if self.waiting.len() > 60_000 {
            self.flush(flow, side);
        }
    }

    pub fn flush(&mut self, flow: u32, side: Side) {
        let octets = std::mem::take(&mut self.waiting);
        self.say(flow, side, &octets);
    }

    /// So many octets are not in the capture, and may still come.
    pub fn skip(&mut self, flow: u32, side: Side, octets: u32) {
        self.enter(flow);
        self.next[side as usize] = self.next[side as usize].wrapping_add(octets);
    }

    /// So many octets are not in the capture, and their receiver acknowledged them.
    pub fn lose(&mut self, flow: u32, side: Side, octets: u32) {
        self.skip(flow, side, octets);
        self.say(flow, side, b"x");
        for _ in 0..2 {
            self.at += 20_000;
            self.segment(flow, side.peer(), ACK, self.next[side.peer() as usize], &[], 0);
        }
    }

    fn segment(&mut self, flow: u32, side: Side, flags: u8, sequence: u32, octets: &[u8], length: u32) {
        self.at += 1;
        let client =
            (u32::to_be_bytes(0x0a00_0002 + flow / 50_000), u16::try_from(10_000 + flow % 50_000).unwrap());
        let server = ([10, 200, 0, 1], 80_u16);
        let (from, to) = if side == Side::Client { (client, server) } else { (server, client) };
        let (kept, whole) = (40 + octets.len(), 40 + length);
        let mut packet = Vec::with_capacity(56 + octets.len());
        let words =
            [1_700_000_000 + (self.at / 1_000_000) as u32, (self.at % 1_000_000) as u32, kept as u32, whole];
        packet.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        packet.extend([0x45, 0]);
        packet.extend(u16::try_from(whole).unwrap().to_be_bytes());
        packet.extend((self.at as u16).to_be_bytes());
        packet.extend([0x40, 0, 64, 6, 0, 0]);
        packet.extend([from.0, to.0].concat());
        packet.extend([from.1.to_be_bytes(), to.1.to_be_bytes()].concat());
        packet.extend(sequence.to_be_bytes());
        let acknowledged = if flags == SYN { 0 } else { self.next[side.peer() as usize] };
        packet.extend(acknowledged.to_be_bytes());
        packet.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        packet.extend(octets);
        self.octets += packet.len() as u64;
        self.out.write_all(&packet).unwrap();
    }
}

/// What reading took.
pub struct Ran {
    pub report: Value,
    pub took: Duration,
    /// Kibibytes.
    pub peak: u64,
    pub octets: u64,
}

impl Ran {
    /// It took no longer than this.
    pub fn within(&self, name: &str, most: Duration) {
        assert!(self.took < most, "{name}: {:?} for {} octets", self.took, self.octets);
    }

    /// The rules that spoke.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.report["findings"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap())
    }
}

/// Reads a flood with so many kibibytes of memory at most.
pub fn run(flood: &Flood, scale: u32, memory: u32, arguments: &[&str]) -> Ran {
    let started = Instant::now();
    let flood = flood.clone();
    let (report, peak, octets) = read_within(memory, arguments, move |out| {
        let mut head = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        head.extend(262_144_u32.to_le_bytes());
        head.extend(101_u32.to_le_bytes());
        out.write_all(&head).unwrap();
        let mut tap = Tap { out, octets: 24, at: 0, flow: None, next: FIRST, waiting: Vec::new() };
        (flood.0)(&mut tap, scale);
        tap.octets
    });
    Ran { report, took: started.elapsed(), peak, octets }
}

/// The report on what `write` writes to standard input, the kibibytes that the program took for it, which are so many at most, and what
/// `write` returns.
pub fn read_within<T: Send + 'static>(
    memory: u32,
    arguments: &[&str],
    write: impl FnOnce(&mut dyn Write) -> T + Send + 'static,
) -> (Value, u64, T) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_h2lint"))
        .args(["analyze", "-", "--format", "json", "--stamp"])
        .args(arguments)
        .env_remove("SSLKEYLOGFILE")
        .env("H2LINT_LOG", "error")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = std::io::BufWriter::with_capacity(1 << 20, child.stdin.take().unwrap());
    let writer = std::thread::spawn(move || {
        let written = write(&mut stdin);
        stdin.flush().unwrap();
        written
    });
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    let code = child.wait().unwrap().code();
    assert!(matches!(code, Some(0 | 1 | 3 | 4)), "{code:?}: {text}");
    let written = writer.join().unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    // Linux tells it, others do not.
    let peak = report["stats"]["peak_memory"].as_u64().map(|octets| octets >> 10);
    assert!(peak.is_some() || cfg!(not(target_os = "linux")), "{}", report["stats"]);
    let peak = peak.unwrap_or_default();
    assert!(peak <= u64::from(memory), "{peak} KiB");
    (report, peak, written)
}

/// Octets without any pattern, always the same.
pub fn gibberish(count: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..count).map(|_| next()).collect()
}
