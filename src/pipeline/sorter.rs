//! Says of packets which connection they belong to: the analysis once more, for those who copy a capture and know already which
//! connections they want.

use super::analyzer::Analyzer;
use super::wishes::Wishes;
use crate::capture::Packet;
use crate::conn::Interest;
use crate::tls::KeyLog;

/// Takes the packets of a capture in their order, all of them.
pub struct Sorter {
    analyzer: Analyzer,
}

impl Sorter {
    /// One that numbers connections as an analysis with these wishes does.
    #[must_use]
    pub fn new(wishes: &Wishes) -> Self {
        let none = Wishes { limit_connections: 0, limit_streams: 0, interest: Interest::NONE, ..*wishes };
        Self { analyzer: Analyzer::new(none, KeyLog::new()) }
    }

    /// The connection, by the number that it has in the report on the capture. A fragment belongs to none: which one it belongs to is
    /// known only when its datagram is whole.
    pub fn connection(&mut self, packet: &Packet<'_>) -> Option<u64> {
        self.analyzer.push(packet, &mut |_| {});
        self.analyzer.belongs()
    }
}
