//! IP packets, whole or cut into fragments, in any order and with repetitions.

/// How an IP packet is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Which of the IP headers, counted from the outermost, modulo how many there are.
    pub layer: usize,
    /// Octets that a fragment carries at most; a multiple of 8, and 8 at least, whatever is said here.
    pub octets: usize,
    /// In which order the fragments come.
    pub order: Order,
    /// The fragment of this number, modulo how many there are, comes once more, at the end.
    pub again: Option<usize>,
}

/// An order of fragments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As they stand in the packet.
    Forward,
    /// The last one first.
    Reversed,
    /// Beginning with the one of this number, modulo how many there are.
    From(usize),
}

/// An IP packet in the making.
#[derive(Clone, Debug)]
pub(super) struct IpPacket<'a> {
    /// Four octets or sixteen.
    pub source: Vec<u8>,
    pub destination: Vec<u8>,
    pub protocol: u8,
    pub identification: u16,
    pub ttl: u8,
    /// What tells the fragments of this packet from those of others.
    pub number: u32,
    pub payload: &'a [u8],
}

impl IpPacket<'_> {
    pub(super) fn whole(&self) -> Vec<u8> {
        if self.source.len() == 4 {
            self.version_4(self.identification, 0x4000, self.payload)
        } else {
            self.version_6(self.protocol, self.payload)
        }
    }

    pub(super) fn fragments(&self, cut: &Cut) -> Vec<Vec<u8>> {
        let most = cut.octets.max(8) & !7;
        let parts: Vec<&[u8]> = self.payload.chunks(most).collect();
        let last = parts.len().saturating_sub(1);
        if last == 0 {
            return vec![self.whole()];
        }
        let starts = (0..self.payload.len()).step_by(most);
        let mut all: Vec<Vec<u8>> = starts
            .zip(&parts)
            .enumerate()
            .map(|(place, (start, part))| self.fragment(start, place < last, part))
            .collect();
        let again = cut.again.and_then(|place| all.get(place.checked_rem(all.len())?).cloned());
        match cut.order {
            Order::Forward => {}
            Order::Reversed => all.reverse(),
            Order::From(first) => {
                let first = first.checked_rem(all.len()).unwrap_or_default();
                all.rotate_left(first);
            }
        }
        all.extend(again);
        all
    }

    fn fragment(&self, start: usize, more: bool, part: &[u8]) -> Vec<u8> {
        let offset = u16::try_from(start).unwrap_or(u16::MAX);
        let [.., high, low] = self.number.to_be_bytes();
        if self.source.len() == 4 {
            let field = (offset >> 3) | if more { 0x2000 } else { 0 };
            return self.version_4(u16::from_be_bytes([high, low]), field, part);
        }
        let field = ((offset & !7) | u16::from(more)).to_be_bytes();
        let extension = [&[self.protocol, 0][..], &field, &self.number.to_be_bytes(), part].concat();
        self.version_6(FRAGMENT, &extension)
    }

    fn version_4(&self, identification: u16, fragment: u16, payload: &[u8]) -> Vec<u8> {
        let total = u16::try_from(payload.len().saturating_add(20)).unwrap_or_default();
        let [total, identification, fragment] = [total, identification, fragment].map(u16::to_be_bytes);
        let fixed = [self.ttl, self.protocol, 0, 0];
        [&[0x45, 0], &total[..], &identification, &fragment, &fixed, &self.source, &self.destination, payload]
            .concat()
    }

    fn version_6(&self, next: u8, payload: &[u8]) -> Vec<u8> {
        let length = u16::try_from(payload.len()).unwrap_or_default().to_be_bytes();
        [&[0x60, 0, 0, 0], &length[..], &[next, self.ttl], &self.source, &self.destination, payload].concat()
    }
}

/// The fragment header of IPv6 (RFC 8200 §4.5).
const FRAGMENT: u8 = 44;
