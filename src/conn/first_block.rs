//! The first field block of a side is often that of the connection before, octet for octet: a client that opens one connection after the
//! other asks the same each time, and is answered the same. What such a block left behind is copied then, and not decoded again.
//!
//! A first block says the same on every connection, for it refers to nothing before it. So it makes no difference whose it was, and
//! which thread came by it.

use std::cell::RefCell;

use super::half::Half;
use super::message::{Gatherer, Head, Learnt};
use crate::base::{PerSide, Side};
use crate::hpack::{Decoder, Traits};

thread_local! {
    static LAST: RefCell<PerSide<First>> =
        const { RefCell::new(PerSide { client: First::NONE, server: First::NONE }) };
}

/// Longest block that is compared with the next one: larger ones carry fresh values.
const LONGEST: usize = 512;

/// The first block of a side of the connection that came last.
struct First {
    octets: Vec<u8>,
    /// What it left behind, once it came again.
    left: Option<Left>,
}

/// What a first block left behind, where the decoder stood with this limit, and fields with these traits were odd.
struct Left {
    limit: u32,
    also: Traits,
    decoder: Decoder,
    learnt: Learnt,
}

/// Decodes a field block of a side, be it the first one or not.
#[inline(always)]
pub(super) fn decode(side: Side, half: &mut Half, octets: &[u8], also: Traits) -> Box<Head> {
    if half.gatherer.is_new() {
        decode_first(side, half, octets, also)
    } else {
        half.gatherer.decode(&mut half.hpack, octets, also)
    }
}

#[cold]
fn decode_first(side: Side, half: &mut Half, octets: &[u8], also: Traits) -> Box<Head> {
    let Half { gatherer, hpack, .. } = half;
    if hpack.is_new() && octets.len() <= LONGEST {
        LAST.with_borrow_mut(|last| last[side].decode(gatherer, hpack, octets, also))
    } else {
        gatherer.decode(hpack, octets, also)
    }
}

impl First {
    const NONE: Self = Self { octets: Vec::new(), left: None };

    fn decode(
        &mut self,
        gatherer: &mut Gatherer,
        hpack: &mut Decoder,
        octets: &[u8],
        also: Traits,
    ) -> Box<Head> {
        let (again, limit) = (self.octets == octets, hpack.limit());
        let fits = |left: &&Left| again && left.limit == limit && left.also == also;
        if let Some(left) = self.left.as_ref().filter(fits) {
            hpack.clone_from(&left.decoder);
            return gatherer.learn(&left.learnt);
        }
        let head = gatherer.decode(hpack, octets, also);
        self.left = None;
        if again {
            let left = |learnt| Left { limit, also, decoder: hpack.clone(), learnt };
            self.left = gatherer.learnt(&head).map(left);
        } else {
            self.octets.clear();
            self.octets.extend_from_slice(octets);
        }
        head
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conn::message::Role;
    use crate::hpack::{Coding, Encoder, Representation};

    fn block(path: &str) -> Vec<u8> {
        let mut block = Encoder::new();
        let form = Representation::IncrementalIndexing;
        block.indexed(2).indexed(6).literal(form, 4, path.as_bytes(), Coding::Huffman);
        block.literal(form, 1, b"a.example", Coding::Plain);
        block.named_literal(form, b"user-agent", b"someone/1", Coding::Plain);
        block.into_octets()
    }

    /// All that can be seen of a side after this block and one that refers to it.
    fn seen(half: &mut Half, octets: &[u8], side: Side) -> String {
        let mut told = String::new();
        let mut next = Encoder::new();
        next.indexed(62).indexed(63).indexed(64).indexed(2).indexed(6);
        for octets in [octets, &next.into_octets()] {
            let head = decode(side, half, octets, Traits::NONE);
            let request = half.gatherer.request(&head);
            let rows: Vec<_> = half.hpack.table().collect();
            told += &format!("{head:?} {request:?} {:?} {rows:?}\n", half.gatherer);
            half.gatherer.keep(head);
        }
        told
    }

    #[test]
    fn a_first_block_that_comes_again_leaves_the_same_behind() {
        let [one, other] = ["/one", "/two"].map(block);
        let alone = |octets: &[u8]| {
            let mut half = Half::default();
            // Decoded on a thread that has seen nothing yet.
            std::thread::scope(|scope| scope.spawn(|| seen(&mut half, octets, Side::Client)).join()).unwrap()
        };
        let expected = [alone(&one), alone(&other)];
        assert_ne!(expected[0], expected[1]);
        for turn in [0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0] {
            let octets = if turn == 0 { &one } else { &other };
            assert_eq!(seen(&mut Half::default(), octets, Side::Client), expected[turn]);
        }
    }

    #[test]
    fn a_first_block_of_another_limit_or_behind_a_loss_is_its_own() {
        let mut update = vec![0x3f, 0xe1, 0x0f];
        update.extend(block("/"));
        for turn in 0..8 {
            let mut half = Half::default();
            half.hpack.set_limit(if turn % 4 == 3 { 1_000 } else { 4_096 });
            if turn % 4 == 2 {
                half.hpack.lose();
            }
            let head = decode(Side::Server, &mut half, &update, Traits::NONE);
            assert_eq!((head.block.error.is_some(), head.role), (turn % 4 == 3, Role::Request), "{turn}");
            assert_eq!(half.hpack_exact(), turn % 4 != 2, "{turn}");
        }
    }
}
