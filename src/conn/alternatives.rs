//! Alternative services that a server names (RFC 7838): in a response field, or in an ALTSVC frame.

use super::connection::Connection;
use super::fact::{Fact, Kind};
use super::frames::Seen;
use crate::base::{Origin, Side};
use crate::frame::Payload;
use crate::limits;

/// An alternative service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The protocol, by its ALPN name.
    pub protocol: Box<str>,
    /// The host; empty for the host that names it.
    pub host: Box<str>,
    /// The port.
    pub port: u16,
    /// Seconds for which it holds, when that is said.
    pub max_age: Option<u64>,
    /// Where it was named.
    pub at: Origin,
}

/// What a server said about alternatives to it.
#[derive(Clone, Debug, Default)]
pub struct Alternatives {
    named: Vec<Alternative>,
    /// Where it last withdrew all of them.
    pub cleared: Option<Origin>,
}

impl Alternatives {
    /// Those named, each once.
    #[must_use]
    pub fn named(&self) -> &[Alternative] {
        &self.named
    }

    /// Octets that this holds in memory.
    pub(super) fn weight(&self) -> usize {
        let texts = self.named.iter().map(|named| named.host.len().saturating_add(named.protocol.len()));
        texts.fold(0, usize::saturating_add)
    }

    fn note(&mut self, value: &[u8], at: Origin) {
        let text = String::from_utf8_lossy(value.get(..limits::MAX_REQUEST_TEXT).unwrap_or(value));
        if text.trim() == "clear" {
            self.cleared = Some(at);
            return;
        }
        for alternative in text.split(',').filter_map(|part| Alternative::read(part, at)) {
            let known = self.named.iter().any(|known| known.same(&alternative));
            if !known && self.named.len() < limits::MAX_ALTERNATIVES {
                self.named.push(alternative);
            }
        }
    }
}

impl Alternative {
    /// Reads one of the values: `h2="alt.example:8000"; ma=60`.
    fn read(text: &str, at: Origin) -> Option<Self> {
        let mut parts = text.split(';');
        let (protocol, authority) = parts.next()?.trim().split_once('=')?;
        let (host, port) = authority.trim().trim_matches('"').rsplit_once(':')?;
        let age = parts.filter_map(|part| part.trim().split_once('=')).find(|(name, _)| *name == "ma");
        Some(Self {
            protocol: protocol.into(),
            host: host.into(),
            port: port.parse().ok()?,
            max_age: age.and_then(|(_, seconds)| seconds.trim_matches('"').parse().ok()),
            at,
        })
    }

    fn same(&self, other: &Self) -> bool {
        (&self.protocol, &self.host, self.port) == (&other.protocol, &other.host, other.port)
    }
}

impl Connection {
    /// What the server says about alternatives to it.
    #[must_use]
    pub fn alternatives(&self) -> Option<&Alternatives> {
        self.alternatives.as_deref()
    }

    /// The server named alternatives, or withdrew them.
    pub fn note_alt_svc(&mut self, value: &[u8], at: Origin) {
        self.alternatives.get_or_insert_default().note(value, at);
    }

    /// A frame that names alternatives, or origins.
    pub(super) fn advertise(
        &mut self,
        seen: &Seen<'_>,
        payload: &Payload<'_>,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        if let (Side::Server, Payload::AltSvc { value, .. }) = (seen.side, payload) {
            self.note_alt_svc(value, *seen.end);
        }
        emit(self, seen.fact(Kind::Advertised(*payload)));
    }

    /// The block decoded last may have named alternatives that no block before it did.
    #[inline]
    pub(super) fn note_alt_svc_field(&mut self, seen: &Seen<'_>) {
        if seen.side == Side::Server
            && let Some(value) = self.sides.server.gatherer.rare.as_mut().and_then(|rare| rare.alt_svc.take())
        {
            self.note_alt_svc(&value, *seen.end);
        }
    }
}

/// The value of Alt-Svc that was gathered last, and whether somebody has it already.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    value: Box<[u8]>,
    fresh: bool,
}

impl Gathered {
    #[cold]
    pub(super) fn note(&mut self, value: &[u8]) {
        let value = value.get(..limits::MAX_REQUEST_TEXT).unwrap_or(value);
        if *value != *self.value {
            self.value = value.into();
            self.fresh = true;
        }
    }

    /// Octets that this holds in memory.
    pub(super) const fn weight(&self) -> usize {
        self.value.len()
    }

    /// The value, when it is another one than the last.
    #[inline]
    fn take(&mut self) -> Option<Box<[u8]>> {
        std::mem::take(&mut self.fresh).then(|| self.value.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_are_read_once_each_and_clear_withdraws_them() {
        let mut alternatives = Alternatives::default();
        let value = br#"h3=":443"; ma=86400, h2="alt.example:8443"; persist=1"#;
        for _ in 0..3 {
            alternatives.note(value, Origin::default());
        }
        let told: Vec<_> = alternatives
            .named()
            .iter()
            .map(|named| (&*named.protocol, &*named.host, named.port, named.max_age))
            .collect();
        assert_eq!(told, [("h3", "", 443, Some(86400)), ("h2", "alt.example", 8443, None)]);
        alternatives.note(b"clear", Origin::default());
        alternatives.note(b"nonsense", Origin::default());
        assert!(alternatives.cleared.is_some() && alternatives.named().len() == 2);
    }
}
