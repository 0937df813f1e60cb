//! Handshake messages, however they are split over records (RFC 8446 §5.1). Messages that lie in one record are not copied.

use std::borrow::Cow;

use super::names::HandshakeType;
use super::records::Stretch;
use crate::base::{Origin, to_index};
use crate::limits::MAX_HANDSHAKE_MESSAGE;

/// Puts the messages of one side together.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// The begin of a message that spans records.
    held: Vec<u8>,
    start: Origin,
    /// Octets of an overlong message that are still to come.
    skip: usize,
}

/// What comes out of a record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item<'a> {
    /// A message without its header.
    Message(HandshakeType, Cow<'a, [u8]>, Stretch),
    /// A message that is too long to be read; what follows it is found.
    TooLong(HandshakeType, usize, Stretch),
}

/// Octets of a message's header.
const HEADER: usize = 4;

impl Messages {
    /// The next message in `rest`, the end of a record at `at`; takes its octets off.
    pub(super) fn next<'a>(&mut self, rest: &mut &'a [u8], at: Stretch) -> Option<Item<'a>> {
        if self.skip > 0 {
            let taken = take(rest, self.skip);
            self.skip = self.skip.saturating_sub(taken.len());
        }
        if rest.is_empty() {
            return None;
        }
        if !self.held.is_empty() {
            return self.held(rest, at);
        }
        let Some((kind, length)) = head(rest) else {
            self.hold(rest, at);
            return None;
        };
        if length > MAX_HANDSHAKE_MESSAGE {
            take(rest, HEADER);
            return Some(self.too_long(kind, length, rest, at));
        }
        let Some((message, behind)) = rest.split_at_checked(HEADER.saturating_add(length)) else {
            self.hold(rest, at);
            return None;
        };
        *rest = behind;
        Some(Item::Message(kind, Cow::Borrowed(message.get(HEADER..).unwrap_or_default()), at))
    }

    /// Octets that are held.
    pub(super) const fn weight(&self) -> usize {
        self.held.capacity()
    }

    /// What is held belongs to nothing that follows.
    pub(super) fn lose(&mut self) {
        *self = Self::default();
    }

    fn hold(&mut self, rest: &mut &[u8], at: Stretch) {
        self.start = at.start;
        self.held = rest.to_vec();
        *rest = &[];
    }

    fn held<'a>(&mut self, rest: &mut &'a [u8], at: Stretch) -> Option<Item<'a>> {
        let missing = HEADER.saturating_sub(self.held.len());
        self.held.extend_from_slice(take(rest, missing));
        let (kind, length) = head(&self.held)?;
        let at = Stretch { start: self.start, end: Origin { peer_acked: self.start.peer_acked, ..at.end } };
        if length > MAX_HANDSHAKE_MESSAGE {
            self.held = Vec::new();
            return Some(self.too_long(kind, length, rest, at));
        }
        let missing = HEADER.saturating_add(length).saturating_sub(self.held.len());
        let taken = take(rest, missing);
        self.held.extend_from_slice(taken);
        if taken.len() < missing {
            return None;
        }
        let mut message = std::mem::take(&mut self.held);
        message.drain(..HEADER.min(message.len()));
        Some(Item::Message(kind, Cow::Owned(message), at))
    }

    fn too_long<'a>(
        &mut self,
        kind: HandshakeType,
        length: usize,
        rest: &mut &'a [u8],
        at: Stretch,
    ) -> Item<'a> {
        let taken = take(rest, length);
        self.skip = length.saturating_sub(taken.len());
        Item::TooLong(kind, length, at)
    }
}

/// Type and length.
fn head(octets: &[u8]) -> Option<(HandshakeType, usize)> {
    let [kind, high, middle, low] = *octets.first_chunk::<HEADER>()?;
    Some((HandshakeType(kind), to_index(u32::from_be_bytes([0, high, middle, low]).into())))
}

fn take<'b>(rest: &mut &'b [u8], wanted: usize) -> &'b [u8] {
    let (taken, left) = rest.split_at_checked(wanted).unwrap_or((rest, &[]));
    *rest = left;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(records: &[&[u8]]) -> Vec<(u8, usize)> {
        let mut messages = Messages::default();
        let mut found = Vec::new();
        for record in records {
            let mut rest = *record;
            while !rest.is_empty() {
                match messages.next(&mut rest, Stretch::default()) {
                    Some(Item::Message(kind, body, _)) => found.push((kind.0, body.len())),
                    Some(Item::TooLong(kind, length, _)) => found.push((kind.0, length)),
                    None => {}
                }
            }
        }
        found
    }

    #[test]
    fn messages_split_in_any_way_are_the_same() {
        let octets = [&[2, 0, 0, 3, 1, 2, 3, 14, 0, 0, 0, 11, 0, 1, 4][..], &[7; 260]].concat();
        let expected = [(2, 3), (14, 0), (11, 260)];
        assert_eq!(all(&[&octets]), expected);
        for size in 1..20 {
            assert_eq!(all(&octets.chunks(size).collect::<Vec<_>>()), expected, "{size}");
        }
    }

    #[test]
    fn an_overlong_message_is_stepped_over() {
        let mut octets = vec![11, 2, 0, 0];
        octets.extend(vec![5; 0x20000]);
        octets.extend([14, 0, 0, 0]);
        for size in [3, 1000, 16384, octets.len()] {
            let found = all(&octets.chunks(size).collect::<Vec<_>>());
            assert_eq!(found.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [11, 14], "{size}");
        }
    }
}
