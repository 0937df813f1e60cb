//! Packets in, IP payloads out: what one packet alone cannot tell. Fragments wait here for the rest of their datagram, which may
//! be a tunnel with fragments inside; packets that hide traffic are counted.

use super::fragments::Fragments;
use super::tally::Tally;
use super::{Covered, Datagram, FragmentFacts, Hidden, decode, ip};
use crate::base::{PacketNumber, to_index};
use crate::capture::Packet;
use crate::limits::MAX_NESTING;

/// What is remembered from packet to packet.
#[derive(Debug, Default)]
pub struct Links {
    fragments: Fragments,
    /// The octets of the latest datagram that was put together.
    whole: Vec<u8>,
    /// The packets of its fragments.
    parts: Vec<PacketNumber>,
    tally: Tally,
}

impl Links {
    /// Finds the IP payload of the next packet. A datagram in fragments comes with the packet that completes it.
    ///
    /// # Errors
    ///
    /// Why there is none: [`Hidden`] is what the packet is instead.
    #[inline]
    pub fn decode<'a>(&'a mut self, packet: &Packet<'a>) -> Result<Datagram<'a>, Hidden<'a>> {
        match decode(packet.link, packet.data) {
            Ok(datagram) => Ok(datagram),
            Err(hidden) => self.hidden(packet, hidden),
        }
    }

    /// The packets whose fragments this one completed to a datagram, itself last; empty for any other packet.
    #[must_use]
    pub fn parts(&self, completed_by: PacketNumber) -> &[PacketNumber] {
        if self.parts.last() == Some(&completed_by) { &self.parts } else { &[] }
    }

    /// Why packets could not be looked into, in the order of the first ones.
    #[must_use]
    pub fn covered(&self) -> &[Covered] {
        self.tally.covered()
    }

    /// What is known about fragments, now that no more packets come.
    pub fn finish(&mut self) -> FragmentFacts {
        self.fragments.finish()
    }

    #[cold]
    fn hidden<'a>(&'a mut self, packet: &Packet<'a>, hidden: Hidden<'a>) -> Result<Datagram<'a>, Hidden<'a>> {
        let cut = packet.data.len() < to_index(packet.original_length.into());
        let Hidden::Fragment(fragment) = hidden else {
            self.tally.count(&hidden, packet.place().pkt, cut);
            return Err(hidden);
        };
        let Some(mut whole) = self.fragments.push(&fragment, packet.place()) else { return Err(hidden) };
        for _ in 0..MAX_NESTING {
            let next = match ip::resume(whole.datagram(&whole.octets)) {
                Err(Hidden::Fragment(inner)) => {
                    self.fragments.push_of(&inner, packet.place(), &whole.packets)
                }
                Err(hidden) => {
                    self.tally.count(&hidden, packet.place().pkt, cut);
                    None
                }
                Ok(_) => None,
            };
            match next {
                Some(next) => whole = next,
                None => break,
            }
        }
        let datagram = whole.datagram(&[]);
        self.whole = std::mem::take(&mut whole.octets);
        self.parts = std::mem::take(&mut whole.packets);
        ip::resume(Datagram { payload: &self.whole, ..datagram })
    }
}
