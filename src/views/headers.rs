//! The rows of `show --as headers`: one for each field line, as the wire has it. Rows are said as the block passes; nothing is held.

use serde::Serialize;

use super::Observed;
use super::secret::{Secrets, text};
use crate::base::{PacketNumber, Time};
use crate::conn::{Interest, Kind, On};
use crate::finding::Direction;
use crate::hpack::{Field, Representation, Text};

/// A field line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeaderLine {
    /// The connection.
    pub conn: u64,
    /// The stream that it is about: of a promise, the promised one.
    pub stream: u32,
    /// The packet that completed its block.
    pub pkt: PacketNumber,
    /// Seconds since the connection's first packet.
    pub t: f64,
    /// Who sent it.
    pub dir: Direction,
    /// Its name, or `<unknown#62>`. Stems from the traffic.
    pub name: String,
    /// Its value, `<unknown#62>`, or `<masked, 24 octets>`. Stems from the traffic.
    pub value: String,
    /// `indexed`, `incremental`, `without_indexing` or `never_indexed` (RFC 7541 §6).
    pub representation: &'static str,
    /// The index on the wire: of the field, or of its name; 0 where the name is written out.
    pub index: u32,
    /// Octets that it takes on the wire.
    pub octets: u32,
    /// Octets fewer than name and value have; `None` where these are not known. Below 0 it takes more.
    pub saved: Option<i64>,
    /// True when name and value are known.
    pub known: bool,
    /// True when the value is a secret that is not said.
    pub masked: bool,
    /// The moment of the packet.
    #[serde(skip)]
    pub time: Time,
}

/// The facts from which [`headers`] makes rows.
pub const HEADERS_INTEREST: Interest = Interest::NONE.with(On::FieldBlock);

/// True for a fact of which [`headers`] makes rows.
#[must_use]
pub const fn has_headers(seen: &Observed<'_>) -> bool {
    matches!(seen.fact.kind, Kind::FieldBlock { .. })
}

/// Says the rows of a field block.
pub fn headers(seen: &Observed<'_>, secrets: Secrets, emit: &mut impl FnMut(HeaderLine)) {
    if let Kind::FieldBlock { octets, decoder, subject } = seen.fact.kind {
        // The connection decodes the block after this; its decoder may not advance here.
        let mut decoder = decoder.clone();
        decoder.decode(octets, &mut |field| emit(line(seen, subject.0, &field, secrets)));
    }
}

fn line(seen: &Observed<'_>, stream: u32, field: &Field<'_>, secrets: Secrets) -> HeaderLine {
    let known = field.name.known().is_some() && field.value.known().is_some();
    let spelled = field.name.len().saturating_add(field.value.len());
    let saved = i64::try_from(spelled).unwrap_or(i64::MAX).saturating_sub(i64::from(field.octets));
    let at = seen.fact.end.at;
    HeaderLine {
        conn: seen.conn,
        stream,
        pkt: at.pkt,
        t: seen.since_first(at).as_seconds(),
        dir: seen.fact.side.into(),
        name: text(field.name),
        value: secrets.value(field.traits, field.value),
        representation: word(field.representation),
        index: field.index,
        octets: field.octets,
        saved: known.then_some(saved),
        known,
        masked: secrets.hides(field.traits) && matches!(field.value, Text::Known(_)),
        time: at.time,
    }
}

const fn word(representation: Representation) -> &'static str {
    match representation {
        Representation::Indexed => "indexed",
        Representation::IncrementalIndexing => "incremental",
        Representation::WithoutIndexing => "without_indexing",
        Representation::NeverIndexed => "never_indexed",
    }
}
