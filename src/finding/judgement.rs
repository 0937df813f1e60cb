//! One judgement: which rule, how bad, how certain, who, and the packets that prove it.

use std::borrow::Cow;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Table;

use crate::base::{PacketNumber, Side};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A fact for the reader.
    Info,
    /// Breaks a SHOULD, or matches a harmful pattern.
    Warning,
    /// Breaks a MUST, or cannot work for a reason that is shown.
    Error,
}

/// How certain a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Another reading fits about as well.
    Possible,
    /// The most plausible reading.
    Likely,
    /// The captured octets alone show it, from any tap.
    Certain,
}

/// Who is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Culprit {
    /// The TCP client of the connection.
    Client,
    /// The TCP server of the connection.
    Server,
    /// Something on the path that is neither end.
    Between,
    /// The capture itself.
    Capture,
    /// The capture does not show whose fault it is.
    Unknown,
}

/// A finding, as reports print it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// `f1`, `f2` … in the order of printing.
    pub id: String,
    /// The rule's code.
    pub rule: &'static str,
    /// The rule's name.
    pub name: &'static str,
    /// The rule's area: a folder.
    pub area: &'static str,
    /// How bad.
    pub severity: Severity,
    /// How certain.
    pub confidence: Confidence,
    /// Who.
    pub culprit: Blame,
    /// In a scan the capture, by its first input; `None` where there is one capture.
    pub input: Option<u64>,
    /// The connection; `None` when it is about the capture.
    pub conn: Option<u64>,
    /// All connections, when it is about several.
    pub conns: Vec<u64>,
    /// The stream; `None` when it is not about one.
    pub stream: Option<u32>,
    /// Seconds since the connection's first packet.
    pub t: Option<f64>,
    /// One sentence with the numbers.
    pub message: String,
    /// One sentence from the rule.
    pub why: &'static str,
    /// Why the other side is not at fault, by side.
    pub not_blamed: Table<Cow<'static, str>>,
    /// The sections that the rule rests on.
    pub rfc: Cow<'static, [Reference]>,
    /// At most five packets, in the order cause, proof, effect, context.
    pub evidence: Vec<Evidence>,
    /// How many there were.
    pub evidence_total: u64,
    /// What the culprit must have known, and how the capture shows that it did; `None` where nothing had to be known.
    pub causality: Option<Box<Causality>>,
    /// Findings with the same root, folded into this one.
    pub linked: Vec<Linked>,
    /// What to do.
    pub remedy: Cow<'static, [&'static str]>,
    /// Reports from the field and other specifications.
    pub refs: Cow<'static, [&'static str]>,
    /// The same fault again has the same one.
    pub fingerprint: String,
    /// Why it does not count, when it does not.
    pub suppressed: Option<Box<Suppression>>,
    /// Findings of other connections that say the same and are not kept: counted with this one. Not part of the schema.
    #[serde(skip)]
    pub alike: u64,
}

impl Finding {
    /// How many findings it stands for.
    #[must_use]
    pub const fn weight(&self) -> u64 {
        self.alike.saturating_add(1)
    }
}

/// The culprit of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blame {
    /// Who.
    pub role: Culprit,
    /// Address and port, for client and server.
    pub endpoint: Option<String>,
    /// What it may be, in words.
    pub maybe: Option<String>,
}

/// A packet that shows something.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// What the packet is to the finding.
    pub role: EvidenceRole,
    /// Number of the packet, as Wireshark's `frame.number`.
    pub pkt: PacketNumber,
    /// Seconds since the connection's first packet.
    pub t: Option<f64>,
    /// Who sent it.
    pub dir: Direction,
    /// The stream, when it is about one.
    pub stream: Option<u32>,
    /// What it shows.
    pub what: String,
    /// The file, when several were joined.
    pub input: Option<u64>,
    /// Octet offset of the packet record in the file.
    pub file_offset: Option<u64>,
    /// Octets of that record, its header among them; `None` where its offset is.
    pub file_length: Option<u64>,
    /// Relative TCP sequence number of the octets.
    pub tcp_seq: Option<u64>,
    /// A display filter that finds it.
    pub wireshark: PacketFilter,
}

/// A display filter of Wireshark that finds one packet; kept as its number, since reports hold thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketFilter(pub u64);

impl fmt::Display for PacketFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PACKET}{}", self.0)
    }
}

impl Serialize for PacketFilter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PacketFilter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        let number = text.strip_prefix(PACKET).and_then(|number| number.parse().ok());
        number.map(Self).ok_or_else(|| D::Error::custom("no filter of one packet"))
    }
}

/// What stands before the number in [`PacketFilter`].
const PACKET: &str = "frame.number == ";

/// What a packet is to a finding, in the order of printing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceRole {
    /// It is the fault, or what made it one.
    Cause,
    /// It shows what the culprit knew.
    Proof,
    /// It shows what came of it.
    Effect,
    /// It helps to understand.
    Context,
}

/// Who sent a packet, as reports write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Client to server.
    C2s,
    /// Server to client.
    S2c,
}

/// What had to be known, and the proof that it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Causality {
    /// What had to be known.
    pub needed: String,
    /// What shows it.
    pub proof: String,
}

/// A finding folded into another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// Its rule.
    pub rule: &'static str,
    /// Why it is here and not beside.
    pub why: &'static str,
}

/// A section of a specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// `RFC 9113`.
    pub doc: &'static str,
    /// `6.5.2`.
    pub section: &'static str,
    /// How strongly it speaks; `None` where it only informs.
    pub level: Option<Level>,
}

/// RFC 2119's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the words are RFC 2119's")]
pub enum Level {
    Must,
    Should,
    May,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// `baseline`, `config` or `comment`.
    pub by: &'static str,
    /// Whatever was given as the reason.
    pub reason: Option<String>,
    /// The day on which it ends.
    pub expires: Option<String>,
}

impl Culprit {
    /// The culprit that is a side.
    #[must_use]
    pub const fn of(side: Side) -> Self {
        match side {
            Side::Client => Self::Client,
            Side::Server => Self::Server,
        }
    }

    /// The side, where it is one.
    #[must_use]
    pub const fn side(self) -> Option<Side> {
        match self {
            Self::Client => Some(Side::Client),
            Self::Server => Some(Side::Server),
            Self::Between | Self::Capture | Self::Unknown => None,
        }
    }

    /// The word used in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Between => "between",
            Self::Capture => "capture",
            Self::Unknown => "unknown",
        }
    }
}

impl Severity {
    /// The word used in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Confidence {
    /// The word used in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }

    /// One step less certain; `None` below possible.
    #[must_use]
    pub const fn lower(self) -> Option<Self> {
        match self {
            Self::Certain => Some(Self::Likely),
            Self::Likely => Some(Self::Possible),
            Self::Possible => None,
        }
    }
}

impl From<Side> for Direction {
    fn from(side: Side) -> Self {
        match side {
            Side::Client => Self::C2s,
            Side::Server => Self::S2c,
        }
    }
}

impl Direction {
    /// The arrow used in text.
    #[must_use]
    pub const fn arrow(self) -> &'static str {
        match self {
            Self::C2s => Side::Client.arrow(),
            Self::S2c => Side::Server.arrow(),
        }
    }
}

impl Level {
    /// The word of RFC 2119.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::May => "MAY",
        }
    }
}
