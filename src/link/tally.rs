//! What the packets were that hide traffic, and how many of each kind.

use std::fmt;

use super::{Hidden, Layer, Opaque};
use crate::base::PacketNumber;
use crate::capture::LinkType;
use crate::limits::MAX_HIDDEN_REASONS;

/// Why packets could not be looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cover {
    /// Their link type is not one that is decoded.
    LinkType(LinkType),
    /// They are encrypted, compressed or split in a way that is not undone.
    Opaque(Opaque),
    /// There are more headers inside headers than are followed.
    TooDeep,
    /// The snapshot length cut them inside this header.
    Cut(Layer),
    /// They are whole, and yet end inside this header, or its lengths contradict each other.
    Malformed(Layer),
    /// Where an IP header should be, the version is this, which is none.
    IpVersion(u8),
    /// Any of these, beyond those that are counted one by one.
    Other,
}

/// Packets that hide traffic, all for the same reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covered {
    /// The reason.
    pub cover: Cover,
    /// How many packets.
    pub packets: u64,
    /// The number of the first one.
    pub first: PacketNumber,
}

/// Counts them.
#[derive(Debug, Default)]
pub(super) struct Tally {
    covered: Vec<Covered>,
}

impl Tally {
    /// Counts a packet, if it hides anything; `cut` when the capture has only its beginning.
    #[cold]
    pub(super) fn count(&mut self, hidden: &Hidden<'_>, packet: PacketNumber, cut: bool) {
        let cover = match *hidden {
            Hidden::LinkType(link) => Cover::LinkType(link),
            Hidden::Opaque(opaque) => Cover::Opaque(opaque),
            Hidden::TooDeep => Cover::TooDeep,
            Hidden::TooShort(layer) if cut => Cover::Cut(layer),
            Hidden::TooShort(layer) | Hidden::Malformed(layer) => Cover::Malformed(layer),
            Hidden::IpVersion(version) => Cover::IpVersion(version),
            _ => return,
        };
        let room = self.covered.len() < MAX_HIDDEN_REASONS;
        let known = self.covered.iter().position(|covered| covered.cover == cover);
        let place = known.unwrap_or_else(|| {
            if room {
                self.covered.push(Covered { cover, packets: 0, first: packet });
            }
            self.covered.len().saturating_sub(1)
        });
        if let Some(covered) = self.covered.get_mut(place) {
            covered.packets = covered.packets.saturating_add(1);
            if !room && covered.cover != cover {
                covered.cover = Cover::Other;
            }
        }
    }

    /// What was counted, in the order of the first packets.
    pub(super) fn covered(&self) -> &[Covered] {
        &self.covered
    }
}

impl fmt::Display for Cover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LinkType(link) => write!(f, "link type {link}"),
            Self::Opaque(opaque) => opaque.fmt(f),
            Self::TooDeep => write!(f, "too many headers inside headers"),
            Self::Cut(layer) => write!(f, "cut inside the {} header", layer.name()),
            Self::Malformed(layer) => write!(f, "malformed {} header", layer.name()),
            Self::IpVersion(version) => write!(f, "IP of version {version}"),
            Self::Other => write!(f, "other reasons"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::EtherType;
    use super::*;
    use crate::base::to_u64;

    #[test]
    fn what_hides_nothing_is_not_counted() {
        let mut tally = Tally::default();
        for hidden in [Hidden::NotIp(EtherType::ARP), Hidden::NotIpOverLlc(7), Hidden::NoData(Layer::Wlan)] {
            tally.count(&hidden, 1.into(), false);
        }
        assert!(tally.covered().is_empty());
    }

    #[test]
    fn a_broken_header_is_told_from_one_that_the_capture_cut() {
        let mut tally = Tally::default();
        tally.count(&Hidden::TooShort(Layer::Ipv4), 1.into(), false);
        tally.count(&Hidden::Malformed(Layer::Ipv4), 2.into(), true);
        tally.count(&Hidden::TooShort(Layer::Ipv4), 3.into(), true);
        let said: Vec<_> = tally.covered().iter().map(|covered| (covered.cover, covered.packets)).collect();
        assert_eq!(said, [(Cover::Malformed(Layer::Ipv4), 2), (Cover::Cut(Layer::Ipv4), 1)]);
    }

    #[test]
    fn reasons_are_counted_apart_and_bounded() {
        let mut tally = Tally::default();
        for packet in 1..=100_u64 {
            tally.count(&Hidden::TooShort(Layer::Ipv4), packet.into(), true);
            tally.count(
                &Hidden::LinkType(LinkType(1_000 + u32::try_from(packet).unwrap())),
                packet.into(),
                true,
            );
        }
        let covered = tally.covered();
        assert_eq!(covered[0], Covered { cover: Cover::Cut(Layer::Ipv4), packets: 100, first: 1.into() });
        assert_eq!((covered.len(), covered[1].packets), (MAX_HIDDEN_REASONS, 1));
        assert_eq!(covered.last().unwrap().cover, Cover::Other);
        assert_eq!(covered.iter().map(|covered| covered.packets).sum::<u64>(), 200);
        assert_eq!(to_u64(covered.len()), 32);
    }
}
