//! Can a connection be opened, and if not, what is missing? What `h2lint keys` says.

use super::half::Epoch;
use super::keylog::{KeyLog, Label, Random, Source};
use super::names::Version;
use super::negotiation::EarlyData;
use super::opening::label;
use super::session::Session;
use super::shared::Shared;
use super::suite::CipherSuite;
use crate::base::Side;

/// Whether a connection can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Openable {
    /// It can: no line is missing, and what was tried was opened.
    Yes,
    /// These lines of a key log are missing.
    Missing(Vec<MissingLine>),
    /// No line is missing, but records cannot be opened: the secret is of another session.
    WrongSecret,
    /// The suite seals records, in this version, in a way that cannot be opened here.
    Unsupported(Version, CipherSuite),
    /// The hellos are not in the capture.
    HandshakeNotSeen,
    /// The handshake did not get as far as keys.
    NothingSealed,
}

/// A line that a key log would need: label and client random, without the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingLine {
    /// The label.
    pub label: Label,
    /// The client random.
    pub random: Random,
}

impl std::fmt::Display for MissingLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.label, self.random)
    }
}

impl Session {
    /// Whose secret opened it, the client's records first.
    #[must_use]
    pub fn opened(&self) -> Option<Source> {
        Side::BOTH.into_iter().find_map(|side| self.opened_by(side))
    }

    /// True when records of a side that are all there cannot be opened with the secret at hand, and no data of that side ever were.
    #[must_use]
    pub fn tries_in_vain(&self, side: Side) -> bool {
        let half = &self.halves[side];
        half.failing && half.gap.is_none() && self.negotiation().application_data[side].is_none()
    }

    /// The lines of the key log that open this connection; none when none of its records was opened.
    #[must_use]
    pub fn lines_used(&self, keys: &KeyLog, shared: &Shared) -> Vec<MissingLine> {
        let Some(hello) = self.negotiation().client_hello.as_ref().filter(|_| self.opened().is_some()) else {
            return Vec::new();
        };
        let found = |label: Label| {
            let own = Some(hello.random).filter(|random| keys.has(label, random));
            own.or_else(|| self.resumed(label, keys, shared)).map(|random| MissingLine { label, random })
        };
        self.labels().into_iter().filter_map(found).collect()
    }

    /// Whether the whole connection can be opened.
    #[must_use]
    pub fn openable(&self, keys: &KeyLog, shared: &Shared) -> Openable {
        let seen = self.negotiation();
        let nothing = seen.sealed_records.client == 0 && seen.sealed_records.server == 0;
        let Some(hello) = &seen.client_hello else { return Openable::HandshakeNotSeen };
        let Some(answer) = &seen.server_hello else {
            return if nothing { Openable::NothingSealed } else { Openable::HandshakeNotSeen };
        };
        let failed = seen.failure().is_some() && nothing;
        if failed {
            return Openable::NothingSealed;
        }
        if !super::crypt::opens(answer.version, answer.suite) {
            return Openable::Unsupported(answer.version, answer.suite);
        }
        let random = hello.random;
        let missing: Vec<MissingLine> = self
            .labels()
            .into_iter()
            .filter(|label| !self.has(*label, &random, keys, shared))
            .map(|label| MissingLine { label, random })
            .collect();
        let in_vain = Side::BOTH.iter().any(|side| {
            self.tries_in_vain(*side)
                || self.halves[*side].tries > 0 && self.halves[*side].opened_by.is_none()
        });
        match (missing.is_empty(), in_vain) {
            (false, _) => Openable::Missing(missing),
            (true, true) => Openable::WrongSecret,
            (true, false) => Openable::Yes,
        }
    }

    /// The lines that opening the whole connection takes.
    fn labels(&self) -> Vec<Label> {
        if !self.negotiation().is_tls13() {
            return vec![Label::ClientRandom];
        }
        let early = matches!(
            self.negotiation().early_data,
            EarlyData::Accepted | EarlyData::Offered | EarlyData::Unknown
        );
        let early = early.then_some(Label::ClientEarlyTrafficSecret);
        let others = [Epoch::Handshake, Epoch::Application]
            .into_iter()
            .flat_map(|epoch| Side::BOTH.map(|side| label(side, epoch)));
        early.into_iter().chain(others).collect()
    }

    fn has(&self, label: Label, random: &Random, keys: &KeyLog, shared: &Shared) -> bool {
        keys.has(label, random) || self.resumed(label, keys, shared).is_some()
    }

    /// The session that this one resumes, when the key log has its master secret.
    fn resumed(&self, label: Label, keys: &KeyLog, shared: &Shared) -> Option<Random> {
        let earlier = if label == Label::ClientRandom { self.earlier(keys, shared) } else { None };
        earlier.filter(|random| keys.has(label, random))
    }
}
