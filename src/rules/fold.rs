//! From drafts to findings: what is the same is counted, what has one root is folded, and the rest is written out.

use std::borrow::Cow;
use std::fmt::Write;
use std::hash::BuildHasher;

use sha2::{Digest, Sha256};

use super::engine::Ends;
use super::rule::{Rule, Scope};
use super::verdict::{Draft, Shown};
use crate::base::{Origin, Place, to_u64};
use crate::finding::{Blame, Culprit, Evidence, Finding, Linked, PacketFilter, Severity, Table};
use crate::limits;
use crate::tcp::Endpoint;

/// A draft that passed the coverage.
#[derive(Debug)]
pub(super) struct Made {
    pub rule: &'static Rule,
    pub severity: Severity,
    pub draft: Draft,
    pub count: u64,
    pub linked: Vec<Linked>,
}

impl Made {
    /// True when the other one is the same fault again.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        self.rule.code == other.rule.code
            && self.draft.culprit == other.draft.culprit
            && match self.rule.scope {
                Scope::Connection | Scope::Capture => self.draft.discriminator == other.draft.discriminator,
                Scope::Stream => self.draft.stream == other.draft.stream,
                Scope::Frame => self.draft.start == other.draft.start,
            }
    }

    /// A number that is the same for the same fault.
    pub(super) fn digest(&self) -> u64 {
        let draft = &self.draft;
        let state = foldhash::fast::FixedState::default();
        match self.rule.scope {
            Scope::Connection | Scope::Capture => {
                state.hash_one((self.rule.code, draft.culprit, &draft.discriminator))
            }
            Scope::Stream => state.hash_one((self.rule.code, draft.culprit, draft.stream)),
            Scope::Frame => {
                let Origin { at, tcp_end, peer_acked } = draft.start;
                let start = (at.pkt, at.time.0, at.record, tcp_end, peer_acked);
                state.hash_one((self.rule.code, draft.culprit, start))
            }
        }
    }

    /// The same fault again: counted, and its packets kept as far as there is room.
    pub(super) fn again(&mut self, other: Self) {
        self.count = self.count.saturating_add(1);
        self.severity = self.severity.max(other.severity);
        if other.draft.confidence > self.draft.confidence {
            self.draft.confidence = other.draft.confidence;
            self.draft.message = other.draft.message;
            self.draft.causality = other.draft.causality;
            let own = std::mem::replace(&mut self.draft.evidence, other.draft.evidence);
            self.draft.evidence.extend(own);
        } else {
            self.draft.evidence.extend(other.draft.evidence);
        }
        self.draft.evidence.truncate(limits::MAX_EVIDENCE);
    }

    /// True when both have the same root: the same connection, and the same stream or frame where both have one.
    fn same_root(&self, other: &Self) -> bool {
        let frame = (self.rule.scope == Scope::Frame && other.rule.scope == Scope::Frame)
            .then(|| self.draft.start == other.draft.start);
        let stream = match (self.draft.stream, other.draft.stream) {
            (Some(own), Some(theirs)) => own == theirs,
            _ => true,
        };
        frame.unwrap_or(stream)
    }

    /// Writes the finding out.
    pub(super) fn finding(mut self, ends: &Ends) -> Finding {
        let (rule, draft) = (self.rule, &mut self.draft);
        draft.evidence.sort_by_key(|shown| shown.role);
        let total = to_u64(draft.evidence.len()).max(self.count);
        let about_connection = rule.scope != Scope::Capture || !draft.conns.is_empty();
        let shown = std::mem::take(&mut draft.evidence).into_iter().take(limits::MAX_EVIDENCE);
        let evidence = shown.map(|shown| show(shown, about_connection.then_some(ends.first))).collect();
        let at = draft.at.unwrap_or(draft.end.at);
        Finding {
            id: String::new(),
            rule: rule.code,
            name: rule.name,
            area: rule.area.folder,
            severity: self.severity,
            confidence: draft.confidence,
            culprit: Blame {
                role: draft.culprit,
                endpoint: endpoint(draft.culprit, ends),
                maybe: draft.maybe.map(str::to_owned),
            },
            input: None,
            conn: about_connection.then_some(ends.number),
            conns: std::mem::take(&mut draft.conns),
            stream: draft.stream,
            t: about_connection.then(|| seconds(at.time.since(ends.first.time))),
            message: std::mem::take(&mut draft.message),
            why: rule.why,
            not_blamed: not_blamed(rule, draft),
            rfc: rule.rfc.into(),
            evidence,
            evidence_total: total,
            causality: draft.causality.take(),
            linked: self.linked,
            remedy: rule.remedy.into(),
            refs: rule.refs.into(),
            fingerprint: fingerprint(rule.code, draft.culprit, &ends.server_key(), &draft.discriminator),
            suppressed: None,
            alike: 0,
        }
    }
}

/// Folds findings into those that `folds_into` names: the first name that has one wins.
pub(super) fn fold(mut kept: Vec<Made>) -> Vec<Made> {
    let mut folding: Vec<Made> = kept.extract_if(.., |made| !made.rule.folds_into.is_empty()).collect();
    folding.sort_by_key(|made| made.rule.folds_into.len());
    while let Some(made) = folding.pop() {
        match target(&made, &mut kept, &mut folding) {
            Some(target) => {
                target.linked.push(Linked { rule: made.rule.code, why: "same evidence" });
                target.linked.extend(made.linked);
            }
            None => kept.push(made),
        }
    }
    kept.sort_by_key(|made| (made.draft.end.at.pkt, made.rule.code));
    kept
}

/// The finding that swallows `made`: that of the first name in `folds_into` that has one with the same root.
fn target<'a>(made: &Made, kept: &'a mut [Made], folding: &'a mut [Made]) -> Option<&'a mut Made> {
    let others = || kept.iter().chain(folding.iter());
    let named = |name: &&&str| others().any(|other| other.rule.name == **name && made.same_root(other));
    let name = made.rule.folds_into.iter().find(named)?;
    kept.iter_mut().chain(folding.iter_mut()).find(|other| other.rule.name == *name && made.same_root(other))
}

fn not_blamed(rule: &Rule, draft: &mut Draft) -> Table<Cow<'static, str>> {
    let sentence = draft.not_blamed.take().map_or(Cow::Borrowed(rule.not_blamed), Cow::Owned);
    let side = draft.culprit.side().filter(|_| !sentence.is_empty());
    side.map_or_else(Table::default, |side| Table::of(side.peer().word(), sentence))
}

pub(super) fn endpoint(culprit: Culprit, ends: &Ends) -> Option<String> {
    match culprit {
        Culprit::Client => Some(words(ends.client)),
        Culprit::Server => Some(words(ends.server)),
        Culprit::Between | Culprit::Capture | Culprit::Unknown => None,
    }
}

fn words(end: Option<Endpoint>) -> String {
    let Some(end) = end else { return String::new() };
    // As long as an address of IPv4 can be: most findings name one, and one piece of memory is enough.
    let mut words = String::with_capacity("255.255.255.255:65535".len());
    // Writing to a string cannot fail.
    let _ = write!(words, "{end}");
    words
}

/// A packet as evidence; its time counts from the first one of the connection that the finding is about.
fn show(shown: Shown, first: Option<Place>) -> Evidence {
    let at = shown.origin.at;
    Evidence {
        role: shown.role,
        pkt: at.pkt,
        t: first.map(|first| seconds(at.time.since(first.time))),
        dir: shown.side.into(),
        stream: shown.stream,
        what: shown.what,
        input: Some(at.pkt.input()),
        file_offset: at.file_offset(),
        file_length: None,
        tcp_seq: Some(shown.origin.tcp_end),
        wireshark: PacketFilter(at.pkt.number()),
    }
}

/// Seconds to the microsecond: what every capture format can hold.
fn seconds(span: crate::base::Span) -> f64 {
    (span.as_seconds() * 1e6).round() / 1e6
}

/// Hexadecimal digits.
const DIGITS: [u8; 16] = *b"0123456789abcdef";

/// Rule, culprit, server and what tells this fault from another one of the rule; never packets, times, or client addresses.
pub(super) fn fingerprint(code: &str, culprit: Culprit, server: &str, discriminator: &str) -> String {
    let parts = ["h2lint/1", code, culprit.word(), server, discriminator];
    let digest =
        parts.iter().fold(Sha256::new(), |sha, part| sha.chain_update(part).chain_update([0])).finalize();
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or_default();
    let mut text = [b'0'; 64];
    for (digits, octet) in text.as_chunks_mut().0.iter_mut().zip(digest) {
        *digits = [digit(octet >> 4), digit(octet & 15)];
    }
    str::from_utf8(&text).map(str::to_owned).unwrap_or_default()
}
