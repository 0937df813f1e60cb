//! The rows of `show --as hpack`: the entries of the dynamic tables when a connection ends, or behind a packet.

use std::collections::HashSet;

use serde::Serialize;

use super::Observed;
use super::secret::{Secrets, text};
use crate::base::{PacketNumber, Side};
use crate::conn::{Interest, Kind, On};
use crate::hpack::{Decoder, Entry, Text};

/// An entry of a dynamic table (RFC 7541 §2.3.2).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TableLine {
    /// The connection.
    pub conn: u64,
    /// Whose field blocks refer to it.
    pub by: Side,
    /// Its index; `None` for the row that stands for what else the table may hold.
    pub index: Option<u32>,
    /// Its name, or `<unknown#62>`. Stems from the traffic.
    pub name: String,
    /// Its value, or `<masked, 24 octets>`. Stems from the traffic.
    pub value: String,
    /// Its size by the measure of RFC 7541 §4.1, in octets.
    pub octets: u32,
    /// `exact`: the whole table is known; `partial`: this entry is, older ones are not, and this one may be gone already;
    /// `unknown`: its name is not known, or the row stands for entries that were never seen.
    pub certainty: &'static str,
    /// The size that the table may have, in octets; `None` where it is not known.
    pub table_size: Option<u32>,
}

/// Makes [`TableLine`]s of facts.
#[derive(Debug, Default)]
pub struct Tables {
    /// Behind this packet; at the end of the connection where there is none.
    at: Option<u64>,
    secrets: Secrets,
    /// The live connections and sides whose table is told.
    told: HashSet<(u64, Side), foldhash::fast::FixedState>,
}

impl Tables {
    /// The facts that it listens to.
    pub const INTEREST: Interest = Interest::NONE.with(On::FieldBlock).with(On::End);

    /// Tables behind packet `at`, or at the end.
    #[must_use]
    pub fn new(at: Option<u64>, secrets: Secrets) -> Self {
        Self { at, secrets, told: HashSet::default() }
    }

    /// Takes a fact, and says the tables that are due.
    pub fn push(&mut self, seen: &Observed<'_>, emit: &mut impl FnMut(TableLine)) {
        match seen.fact.kind {
            Kind::FieldBlock { decoder, .. } => {
                let behind = self.at.is_some_and(|at| seen.fact.end.at.pkt > PacketNumber::from(at));
                if behind && self.told.insert((seen.conn, seen.fact.side)) {
                    self.tell(seen, seen.fact.side, decoder, emit);
                }
            }
            Kind::End => {
                for side in Side::BOTH {
                    let told = self.told.remove(&(seen.conn, side));
                    let began = self.at.is_none_or(|at| seen.first.pkt <= PacketNumber::from(at));
                    if !told && began {
                        self.tell(seen, side, seen.connection.sides[side].decoder(), emit);
                    }
                }
            }
            _ => {}
        }
    }

    fn tell(&self, seen: &Observed<'_>, by: Side, decoder: &Decoder, emit: &mut impl FnMut(TableLine)) {
        let blank = TableLine {
            conn: seen.conn,
            by,
            index: None,
            name: "(older entries)".to_owned(),
            value: String::new(),
            octets: 0,
            certainty: "unknown",
            table_size: decoder.maximum(),
        };
        for entry in decoder.table() {
            emit(self.entry(&blank, &entry, decoder.exact()));
        }
        if !decoder.exact() {
            emit(blank);
        }
    }

    fn entry(&self, blank: &TableLine, entry: &Entry<'_>, exact: bool) -> TableLine {
        TableLine {
            index: Some(entry.index),
            name: text(entry.name),
            value: self.secrets.value(entry.traits, entry.value),
            octets: entry.size,
            certainty: match (entry.name, exact) {
                (Text::Unknown(_), _) => "unknown",
                (Text::Known(_), true) => "exact",
                (Text::Known(_), false) => "partial",
            },
            ..blank.clone()
        }
    }
}
