//! The rungs of one connection that a page shows: the first and the last ones, and between them what controls the connection.

use std::collections::VecDeque;

use serde_json::{Value, json};

use crate::finding::Direction;
use crate::views::{LadderLine, Rung};

/// How many rungs of a connection are held: at its beginning, of its controlling frames between, and at its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    first: usize,
    between: usize,
    last: usize,
}

impl Room {
    /// Less for every connection, the more rungs are held in all: what comes late is seen as well.
    pub(super) const fn beside(held: usize) -> Self {
        match held {
            0..20_000 => Self { first: 400, between: 150, last: 150 },
            20_000..60_000 => Self { first: 60, between: 20, last: 20 },
            60_000..MOST_HELD => Self { first: 12, between: 4, last: 4 },
            _ => Self { first: 0, between: 0, last: 0 },
        }
    }

    /// What a connection of a scan gets.
    pub(super) const FEW: Self = Self { first: 60, between: 20, last: 20 };
}

/// Rungs held of all connections: about 40 MB.
const MOST_HELD: usize = 120_000;

/// The rungs held, each with its place in the whole ladder.
#[derive(Debug, Default)]
pub(super) struct Climb {
    first: Vec<LadderLine>,
    between: Vec<(u64, LadderLine)>,
    last: VecDeque<(u64, LadderLine)>,
    count: u64,
}

impl Climb {
    /// Takes a rung. What it holds then is as long as before, or longer by one.
    pub(super) fn push(&mut self, mut line: LadderLine, room: Room) {
        if matches!(line.rung, Rung::Silence { .. }) {
            return;
        }
        let place = self.count;
        self.count = self.count.saturating_add(1);
        shorten(&mut line);
        if self.last.is_empty() && self.between.is_empty() && self.first.len() < room.first {
            return self.first.push(line);
        }
        self.last.push_back((place, line));
        if self.last.len() > room.last
            && let Some((place, line)) = self.last.pop_front()
            && self.between.len() < room.between
            && controls(&line.rung)
        {
            self.between.push((place, line));
        }
    }

    /// How many rungs are held.
    pub(super) fn held(&self) -> usize {
        self.first.len().saturating_add(self.between.len()).saturating_add(self.last.len())
    }

    /// Lets go of all that is not within the room.
    pub(super) fn trim(&mut self, room: Room) {
        self.between.truncate(room.between);
        let further = self.first.split_off(self.first.len().min(room.first));
        if self.last.is_empty() {
            let from = to_u64(self.first.len());
            self.last = (from..).zip(further).collect();
        }
        self.last.drain(..self.last.len().saturating_sub(room.last));
    }

    /// As rows: packet, seconds, from whom, kind, and what the kind has to tell. A number by itself: so many are not shown here.
    pub(super) fn rows(&self) -> Vec<Value> {
        let numbered = (0..).zip(&self.first);
        let further = self.between.iter().chain(&self.last).map(|(place, line)| (*place, line));
        let (mut rows, mut next) = (Vec::new(), 0_u64);
        for (place, line) in numbered.chain(further) {
            if place > next {
                rows.push(json!(place.saturating_sub(next)));
            }
            next = place.saturating_add(1);
            rows.push(row(line));
        }
        if self.count > next {
            rows.push(json!(self.count.saturating_sub(next)));
        }
        rows
    }
}

fn row(line: &LadderLine) -> Value {
    let (pkt, t, from) =
        (super::packet(line.pkt), super::micros(line.t), u8::from(line.dir == Some(Direction::S2c)));
    match &line.rung {
        Rung::Frame { stream, kind, flags, length, note } => {
            json!([pkt, t, from, kind, stream, flags.names().join(" "), length, note])
        }
        Rung::Signal { signal } => json!([pkt, t, from, signal]),
        Rung::Receipt { through_pkt, .. } => json!([pkt, t, from, "receipt", super::packet(*through_pkt)]),
        Rung::Silence { seconds } => json!([pkt, t, from, "silence", seconds]),
    }
}

/// Frames that a reader looks for in the middle of a long connection.
fn controls(rung: &Rung) -> bool {
    match rung {
        Rung::Frame { kind, .. } => {
            matches!(kind.as_ref(), "SETTINGS" | "PING" | "GOAWAY" | "RST_STREAM" | "lost" | "cut")
        }
        Rung::Signal { .. } => true,
        Rung::Receipt { .. } | Rung::Silence { .. } => false,
    }
}

fn shorten(line: &mut LadderLine) {
    if let Rung::Frame { note, .. } = &mut line.rung
        && note.len() > LONGEST
    {
        *note = super::cut(note, LONGEST);
    }
}

/// Characters of a note.
const LONGEST: usize = 160;

fn to_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Time;
    use crate::views::FlagNames;

    fn rung(pkt: u64, kind: &str) -> LadderLine {
        let kind = kind.to_owned();
        LadderLine {
            conn: 0,
            pkt: pkt.into(),
            t: 0.5,
            dir: Some(Direction::C2s),
            rung: Rung::Frame {
                stream: 1,
                kind: kind.into(),
                flags: FlagNames::NONE,
                length: 3,
                note: "n".repeat(500),
            },
            time: Time(0),
        }
    }

    #[test]
    fn a_long_ladder_keeps_its_ends_and_what_controls_it() {
        let mut climb = Climb::default();
        let room = Room { first: 2, between: 5, last: 3 };
        for pkt in 0..100 {
            climb.push(rung(pkt, if pkt == 50 { "GOAWAY" } else { "DATA" }), room);
        }
        let rows = climb.rows();
        let told: Vec<String> = rows.iter().map(|row| row.get(0).unwrap_or(row).to_string()).collect();
        assert_eq!(told, ["0", "1", "48", "50", "46", "97", "98", "99"]);
        assert!(rows[0].to_string().len() < 250, "a note is cut");
        climb.trim(Room { first: 1, between: 0, last: 1 });
        assert_eq!(climb.rows().len(), 3, "first, gap, last");
    }
}
