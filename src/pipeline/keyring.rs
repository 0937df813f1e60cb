//! Which keys opened what: the rows of `h2lint keys`, the counts of the report, and the sources that were of no use.

use std::collections::{BTreeMap, BTreeSet};

use super::desk::Desk;
use crate::base::Side;
use crate::finding::{Input, KeyRow, Keys, Notice};
use crate::tcp::Endpoint;
use crate::tls::{KeyLog, Openable, Session};

/// What became of the TLS sessions of each input.
#[derive(Debug, Default)]
pub(super) struct Keyring {
    inputs: BTreeMap<u64, Used>,
}

/// What became of the TLS sessions of one input.
#[derive(Debug, Default)]
struct Used {
    sources: BTreeSet<String>,
    decrypted: u64,
    total: u64,
}

impl Keyring {
    /// Counts a session whose first packet stands in this input.
    pub(super) fn count(&mut self, input: u64, row: &KeyRow) {
        let used = self.inputs.entry(input).or_default();
        used.total = used.total.saturating_add(1);
        if let Some(source) = &row.source {
            used.decrypted = used.decrypted.saturating_add(1);
            if !used.sources.contains(source) {
                used.sources.insert(source.clone());
            }
        }
    }

    /// Writes the counts into the inputs.
    pub(super) fn tell(&self, inputs: &mut [Input]) {
        for (number, input) in (0..).zip(inputs) {
            if let Some(used) = self.inputs.get(&number) {
                input.keys = Keys {
                    sources: used.sources.iter().cloned().collect(),
                    sessions_decrypted: used.decrypted,
                    sessions_total: used.total,
                };
            }
        }
    }

    /// Sources of keys that opened nothing although there were sessions.
    pub(super) fn unused(&self, keys: &KeyLog) -> Vec<Notice> {
        let total = self.inputs.values().map(|used| used.total).fold(0, u64::saturating_add);
        let idle = |name: &&str| total > 0 && !self.inputs.values().any(|used| used.sources.contains(*name));
        let sessions = if total == 1 {
            "the TLS session".to_owned()
        } else {
            format!("any of the {total} TLS sessions")
        };
        let text = |name: &str| match name {
            super::files::EMBEDDED => format!("the keys inside the capture did not open {sessions}"),
            name => format!("{name} did not open {sessions}"),
        };
        let names = keys.sources().map(|(_, name)| name).filter(idle);
        names.map(|name| Notice { kind: "keys_not_used", text: text(name) }).collect()
    }
}

/// Secrets in the capture came when sessions had begun that they might have opened.
pub(super) fn late(after: crate::base::PacketNumber) -> Notice {
    let text =
        format!("keys that stand behind pkt {after} in the capture open only connections that begin later");
    Notice { kind: "keys_not_used", text }
}

/// A session's row.
pub(super) fn row(
    conn: u64,
    (client, server): (Endpoint, Endpoint),
    session: &Session,
    desk: &Desk,
) -> KeyRow {
    let seen = session.negotiation();
    let shared = desk.shared.borrow();
    let report = session.key_report(&desk.keys, &shared);
    let opened = Side::BOTH.into_iter().find_map(|side| report.opened[side]);
    let (state, missing) = match (report.openable, opened) {
        (Openable::Missing(lines), opened) => {
            let state = if opened.is_some() { "partly_opened" } else { "missing_lines" };
            (state, lines.iter().map(ToString::to_string).collect())
        }
        (Openable::WrongSecret, _) => ("wrong_secret", Vec::new()),
        (Openable::Unsupported(..), _) => ("unsupported", Vec::new()),
        (Openable::HandshakeNotSeen, _) => ("handshake_not_seen", Vec::new()),
        (Openable::Yes, Some(_)) => ("opened", Vec::new()),
        (Openable::Yes | Openable::NothingSealed, _) => ("nothing_sealed", Vec::new()),
    };
    let version = seen.version();
    KeyRow {
        conn,
        client: client.to_string(),
        server: server.to_string(),
        sni: seen.server_name().map(str::to_owned),
        version: version.map(|version| version.number().map_or_else(|| version.to_string(), str::to_owned)),
        cipher: seen.suite().map(|suite| suite.to_string()),
        state,
        source: opened.map(|source| desk.keys.source(source).to_owned()),
        missing,
        used: session.lines_used(&desk.keys, &shared).iter().map(ToString::to_string).collect(),
    }
}
