//! The frames that the ladders of a page show: the first ones of each connection, bounded.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::report::text::rung_label;
use crate::views::{LadderLine, Rung};

/// Rungs by connection.
#[derive(Debug, Default)]
pub struct Rungs {
    told: HashMap<u64, u32, foldhash::fast::FixedState>,
    value: Value,
    octets: usize,
}

impl Rungs {
    /// Takes a rung, as long as there is room for it.
    pub fn push(&mut self, line: &LadderLine) {
        let told = self.told.entry(line.conn).or_default();
        if *told >= MOST || self.octets >= WEIGH || matches!(line.rung, Rung::Silence { .. }) {
            return;
        }
        *told = told.saturating_add(1);
        let (kind, text) = match &line.rung {
            Rung::Frame { kind, .. } => (kind.as_str(), rung_label(line.conn, &line.rung)),
            Rung::Signal { signal: "RST" } => ("RST", rung_label(line.conn, &line.rung)),
            Rung::Signal { .. } => ("signal", rung_label(line.conn, &line.rung)),
            Rung::Receipt { through_pkt, .. } => ("receipt", format!("received, up to pkt {through_pkt}")),
            Rung::Silence { .. } => return,
        };
        let text: String = text.chars().take(LONGEST).collect();
        let t = (line.t * 1e6).round() / 1e6;
        let rung = json!({ "pkt": line.pkt, "t": t, "dir": line.dir, "kind": kind, "text": text });
        self.octets = self.octets.saturating_add(rung.to_string().len());
        if !self.value.is_object() {
            self.value = Value::Object(Map::new());
        }
        if let Value::Object(conns) = &mut self.value {
            let rungs = conns.entry(line.conn.to_string()).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(rungs) = rungs {
                rungs.push(rung);
            }
        }
    }

    /// All of them.
    pub(super) const fn value(&self) -> &Value {
        &self.value
    }
}

/// Rungs of one connection: more than anybody climbs; `show --as ladder` has them all.
const MOST: u32 = 1000;
/// Octets of all rungs, a share of what a page may weigh.
const WEIGH: usize = 600_000;
/// Characters of a rung.
const LONGEST: usize = 160;
