//! Which keys opened what: the rows of `h2lint keys`, the counts of the report, and the sources that were of no use.

use std::collections::{BTreeMap, BTreeSet};

use super::desk::Desk;
use crate::base::to_index;
use crate::finding::{Input, KeyRow, Keys, Notice};
use crate::tcp::Endpoint;
use crate::tls::{KeyLog, Openable, Session, Source};

/// What became of the TLS sessions of each input.
#[derive(Debug, Default)]
pub(super) struct Keyring {
    inputs: BTreeMap<u64, Used>,
}

/// What became of the TLS sessions of one input.
#[derive(Debug, Default)]
struct Used {
    sources: BTreeSet<Source>,
    decrypted: u64,
    total: u64,
}

impl Keyring {
    /// Counts a session whose first packet stands in this input.
    pub(super) fn count(&mut self, input: u64, source: Option<Source>) {
        let used = self.inputs.entry(input).or_default();
        used.total = used.total.saturating_add(1);
        if let Some(source) = source {
            used.decrypted = used.decrypted.saturating_add(1);
            used.sources.insert(source);
        }
    }

    /// Writes the counts into the inputs.
    pub(super) fn tell(&self, inputs: &mut [Input], keys: &KeyLog) {
        for (number, input) in (0..).zip(inputs) {
            if let Some(used) = self.inputs.get(&number) {
                let mut sources: Vec<String> =
                    used.sources.iter().map(|source| keys.source(*source).to_owned()).collect();
                sources.sort_unstable();
                input.keys = Keys { sources, sessions_decrypted: used.decrypted, sessions_total: used.total };
            }
        }
    }

    /// Sources of keys that opened nothing although there were sessions.
    pub(super) fn unused(&self, keys: &KeyLog) -> Vec<Notice> {
        let total = self.inputs.values().map(|used| used.total).fold(0, u64::saturating_add);
        let idle =
            |source: &Source| total > 0 && !self.inputs.values().any(|used| used.sources.contains(source));
        let sessions = if total == 1 {
            "the TLS session".to_owned()
        } else {
            format!("any of the {total} TLS sessions")
        };
        let text = |name: &str| match name {
            super::files::EMBEDDED => format!("the keys inside the capture did not open {sessions}"),
            name => format!("{name} did not open {sessions}"),
        };
        let names = keys.sources().filter(|(source, _)| idle(source));
        names.map(|(_, name)| Notice { kind: "keys_not_used", text: text(name) }).collect()
    }
}

/// Secrets in the capture came when sessions had begun that they might have opened.
pub(super) fn late(after: crate::base::PacketNumber) -> Notice {
    let text =
        format!("keys that stand behind pkt {after} in the capture open only connections that begin later");
    Notice { kind: "keys_not_used", text }
}

/// A session's row, if it is among those that are listed.
pub(super) fn row(
    conn: u64,
    (client, server): (Endpoint, Endpoint),
    session: &Session,
    desk: &Desk,
) -> Option<Box<KeyRow>> {
    if to_index(conn) >= desk.wishes.limit_keys {
        return None;
    }
    let seen = session.negotiation();
    let shared = desk.shared.borrow();
    let opened = session.opened();
    let (state, missing) = match (session.openable(&desk.keys, &shared), opened) {
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
    Some(Box::new(KeyRow {
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
    }))
}
