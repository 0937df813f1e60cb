//! Judgements and reports as plain data, in the shape of the JSON report (`h2lint/report/1`). Nothing is decided here.

mod judgement;
mod keys;
mod report;
mod rows;
mod stamp;
mod table;

pub use judgement::{
    Blame, Causality, Confidence, Culprit, Direction, Evidence, EvidenceRole, Finding, Level, Linked,
    PacketFilter, Reference, Severity, Suppression,
};
pub use keys::KeyRow;
pub use report::{
    BlindSpot, BlindSpotKind, Comment, ConnectionFit, Counts, Coverage, Explained, FindingFit, Input, Keys,
    Known, Notice, Omitted, Report, Scanned, Skipped, Stats, Status, SuppressionRow, Tool, Totals, Verdict,
};
pub use rows::{
    AlertRow, AltSvc, Calls, ConnectionRow, End, GoawayRow, Grpc, Implementation, Latency, Negotiation, Npn,
    Peer, RequestRow, ResponseRow, RoundTrips, SettingsRow, StateChange, StreamCounts, StreamRow, TlsRow,
    UpDown, UpgradeRow, WindowsRow,
};
pub use stamp::Stamp;
pub use table::Table;
