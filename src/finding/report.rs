//! The whole answer: verdict, totals, inputs, coverage, and the bounded lists.

use crate::base::PacketNumber;
use serde::{Deserialize, Serialize};

use super::{Confidence, ConnectionRow, Culprit, Finding, StreamRow};

/// A report, `h2lint/report/1`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// `h2lint/report/1`.
    pub schema: &'static str,
    /// Who wrote it.
    pub tool: Tool,
    /// The answer in short.
    pub verdict: Verdict,
    /// Counts over all inputs, never limited.
    pub totals: Totals,
    /// The captures.
    pub inputs: Vec<Input>,
    /// What was judged, and what could not be.
    pub coverage: Coverage,
    /// The connections, at most `--limit-conns`. Rows are large, and stay where they are made.
    pub connections: Vec<Box<ConnectionRow>>,
    /// The streams, at most `--limit-streams`: those with findings first, then the slowest.
    pub streams: Vec<StreamRow>,
    /// The findings, worst first, at most 10 000.
    pub findings: Vec<Finding>,
    /// What is known and does not count: each entry, and what it did.
    pub suppressions: Vec<SuppressionRow>,
    /// About the run, not the traffic.
    pub notices: Vec<Notice>,
    /// What somebody wrote into the capture, for policy; not part of the schema, and bounded.
    #[serde(skip)]
    pub comments: Vec<Comment>,
    /// Packets with fragments of a connection's datagrams, for those who ask for them; not part of the schema, and bounded.
    #[serde(skip)]
    pub fragments: Vec<(PacketNumber, u64)>,
    /// How many of each list were left out.
    pub omitted: Omitted,
    /// What the run took; filled only when asked for.
    pub stats: Stats,
}

impl Report {
    /// The connection with this number, where it is listed.
    #[must_use]
    pub fn connection(&self, number: u64) -> Option<&ConnectionRow> {
        self.connections.iter().map(|row| &**row).find(|row| row.id == number)
    }

    /// The findings that count: those that nobody knows and bears.
    pub fn counting(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.suppressed.is_none())
    }
}

/// Something that is known and does not count, and what that did.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SuppressionRow {
    /// `baseline`, `config`, `comment`.
    pub by: &'static str,
    /// Where it stands: `h2lint.toml:7`, `a.pcap: comment at pkt 4`; of a baseline the fingerprint.
    pub source: String,
    /// Code, name, prefix or tag.
    pub rule: String,
    /// Only on this server; `None` for all.
    pub server: Option<String>,
    /// Who looks after it.
    pub owner: Option<String>,
    /// The last day on which it holds.
    pub expires: Option<String>,
    /// True when that day is over.
    pub expired: bool,
    /// Findings that it means, whether or not they are shown.
    pub seen: u64,
    /// Findings that do not count because of it.
    pub suppressed: u64,
    /// Days since it was written down; `None` when that is not known.
    pub age_days: Option<u32>,
}

/// Who wrote a report.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Tool {
    /// `h2lint`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Version of the rule catalogue.
    pub rules_version: &'static str,
}

/// The answer in short.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Verdict {
    /// The first word of the text.
    pub status: Status,
    /// The exit code, before `--exit-zero`.
    pub exit_code: u8,
    /// One sentence.
    pub headline: String,
    /// Whose fault the top finding is.
    pub culprit: Option<Culprit>,
    /// How certain that is.
    pub confidence: Option<Confidence>,
    /// The worst finding.
    pub top_finding: Option<String>,
    /// Findings that count, by severity.
    pub counts: Counts,
    /// What explains the log line that was asked about; `None` when none was.
    pub symptom: Option<Explained>,
}

impl Verdict {
    /// No finding yet, and no words.
    #[must_use]
    pub fn unjudged(status: Status) -> Self {
        Self {
            status,
            exit_code: 0,
            headline: String::new(),
            culprit: None,
            confidence: None,
            top_finding: None,
            counts: Counts::default(),
            symptom: None,
        }
    }
}

/// The first word of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// A finding at or above `--fail-on`.
    Fail,
    /// Warnings below it.
    Warn,
    /// No finding that counts.
    Pass,
    /// No HTTP/2 and no negotiation towards it.
    Nothing,
}

impl Status {
    /// The word used in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Pass => "pass",
            Self::Nothing => "nothing",
        }
    }
}

/// Findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the severities")]
pub struct Counts {
    pub error: u64,
    pub warning: u64,
    pub info: u64,
    /// By baseline, configuration or capture comment.
    pub suppressed: u64,
}

/// Counts over all inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// TCP connections.
    pub connections: u64,
    /// Those that speak HTTP/2.
    pub http2_connections: u64,
    /// Streams opened by HEADERS or PUSH_PROMISE, and stream 1 of an upgrade.
    pub streams: u64,
    /// HTTP/2 frames whose header was seen.
    pub frames: u64,
    /// Records in the captures.
    pub packets: u64,
    /// Captured octets of these records.
    pub bytes: u64,
}

/// A capture.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Input {
    /// As the user named it.
    pub path: String,
    /// `pcap`, `pcapng`; `None` when it cannot be read.
    pub format: Option<&'static str>,
    /// `gzip`, `zstd` …
    pub compression: Option<&'static str>,
    /// Link types by tcpdump's names.
    pub linktypes: Vec<String>,
    /// Records.
    pub packets: u64,
    /// Captured octets.
    pub bytes: u64,
    /// RFC 3339.
    pub first: Option<String>,
    /// RFC 3339.
    pub last: Option<String>,
    /// True when the file ends inside a record.
    pub truncated_tail: bool,
    /// Hexadecimal digest, when asked for.
    pub sha256: Option<String>,
    /// Why it cannot be read, or from where on.
    pub error: Option<String>,
    /// The keys used.
    pub keys: Keys,
    /// What a scan of several captures says about it; `None` for the capture of one verdict.
    pub scan: Option<Scanned>,
}

/// What a scan says about one of its captures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scanned {
    /// Its own verdict. Of a capture in several files, this and all below stand at its first one. `None` when it could not be judged.
    pub status: Option<Status>,
    /// Its own headline.
    pub headline: String,
    /// TCP connections.
    pub connections: u64,
    /// Those that speak HTTP/2.
    pub http2_connections: u64,
    /// Findings that count.
    pub counts: Counts,
    /// The first file of the capture that this one goes on with; `None` for a first one.
    pub continues: Option<String>,
}

/// Keys of a capture.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Keys {
    /// `embedded`, or a path.
    pub sources: Vec<String>,
    /// TLS sessions that they opened.
    pub sessions_decrypted: u64,
    /// TLS sessions in all.
    pub sessions_total: u64,
}

/// What was judged, and what could not be.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Coverage {
    /// Rules that were judged.
    pub rules_run: u64,
    /// Rules that were not, and why.
    pub rules_skipped: Vec<Skipped>,
    /// What could not be seen.
    pub blind_spots: Vec<BlindSpot>,
}

/// Rules that were not judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// A code, or a prefix with `*`.
    pub rule: String,
    /// A kind of blind spot, or `not_selected`.
    pub why: &'static str,
    /// The connections; empty for all.
    pub conns: Vec<u64>,
}

/// Something that could not be seen, hence not judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlindSpot {
    /// What kind.
    pub kind: BlindSpotKind,
    /// In a scan the capture, by its first input; `None` where there is one capture.
    pub input: Option<u64>,
    /// The connections.
    pub conns: Vec<u64>,
    /// The direction; `None` for both.
    pub dir: Option<super::Direction>,
    /// The packet from which it holds; `None` for the whole connection.
    pub from_pkt: Option<PacketNumber>,
    /// What is not judged because of it.
    pub effect: String,
}

/// Kinds of blind spots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum BlindSpotKind {
    NoKeys,
    Midstream,
    Gap,
    OneDirection,
    Snaplen,
    HpackUnknown,
    LimitReached,
    UnknownProtocol,
}

impl BlindSpotKind {
    /// The word used in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoKeys => "no_keys",
            Self::Midstream => "midstream",
            Self::Gap => "gap",
            Self::OneDirection => "one_direction",
            Self::Snaplen => "snaplen",
            Self::HpackUnknown => "hpack_unknown",
            Self::LimitReached => "limit_reached",
            Self::UnknownProtocol => "unknown_protocol",
        }
    }
}

/// A comment in a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// What it says.
    pub text: String,
    /// The packet that it is about; `None`: a section or an interface.
    pub pkt: Option<PacketNumber>,
}

/// Something about the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// `expired_suppression`, `unused_suppression`, `suppressed`, `bad_suppression`, `keys_not_used`, `limit_reached`.
    pub kind: &'static str,
    /// One sentence.
    pub text: String,
}

/// How many entries the lists leave out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the lists' names")]
pub struct Omitted {
    pub connections: u64,
    pub streams: u64,
    pub findings: u64,
}

/// What the run took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// Milliseconds.
    pub elapsed_ms: Option<u64>,
    /// Octets.
    pub peak_memory: Option<u64>,
}

/// What explains a log line (`--symptom`), the best first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Explained {
    /// The line.
    pub text: String,
    /// Rules that know it, whether this capture shows them or not.
    pub rules: Vec<Known>,
    /// Findings by how well they explain it.
    pub findings: Vec<FindingFit>,
    /// Connections by how well they explain it.
    pub connections: Vec<ConnectionFit>,
}

/// A rule that knows a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// Its code.
    pub rule: &'static str,
    /// Its name.
    pub name: &'static str,
    /// 0 to 1.
    pub score: f64,
    /// A symptom of it stands in the text word for word.
    pub exact: bool,
}

/// A finding and how well it explains a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingFit {
    /// `f1`.
    pub id: String,
    /// 0 to 1.
    pub score: f64,
}

/// A connection and how well it explains a text.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionFit {
    /// Its number.
    pub conn: u64,
    /// 0 to 1.
    pub score: f64,
}
