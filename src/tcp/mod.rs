//! TCP segments become ordered pieces for each direction, and signals; every octet knows its packet, and what its sender
//! had acknowledged when it spoke.
//!
//! [`Flows`] says which connection a segment belongs to (numbered as Wireshark's `tcp.stream`), [`Connection`] puts the
//! segments of one connection in order. In-order octets are handed on without a copy; only late ones are stored.

mod connection;
mod duplicates;
mod flows;
mod held;
mod segment;
mod sequence;
mod stream;

pub use connection::{Connection, Output};
pub use flows::{Endpoint, Flows, Seat};
pub use segment::{Flags, IpHeader, Segment};
pub use stream::{Again, Start, Stats, Stream};

/// Who sent, before it is known which end is the client: the sender of the connection's first captured packet, or the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Sent by the end that sent the first captured packet.
    Forward,
    /// Sent by the other end.
    Backward,
}

impl Direction {
    /// The other direction.
    #[must_use]
    pub const fn reverse(self) -> Self {
        match self {
            Self::Forward => Self::Backward,
            Self::Backward => Self::Forward,
        }
    }
}

/// A value for each direction.
#[derive(Clone, Copy, Debug, Default)]
pub struct PerDirection<T> {
    /// Of the sender of the first packet.
    pub forward: T,
    /// Of the other end.
    pub backward: T,
}

impl<T> PerDirection<T> {
    /// That of a direction, and that of the other one.
    const fn of(&self, direction: Direction) -> (&T, &T) {
        match direction {
            Direction::Forward => (&self.forward, &self.backward),
            Direction::Backward => (&self.backward, &self.forward),
        }
    }

    /// See [`Self::of`].
    const fn of_mut(&mut self, direction: Direction) -> (&mut T, &mut T) {
        match direction {
            Direction::Forward => (&mut self.forward, &mut self.backward),
            Direction::Backward => (&mut self.backward, &mut self.forward),
        }
    }
}

impl<T> std::ops::Index<Direction> for PerDirection<T> {
    type Output = T;
    fn index(&self, direction: Direction) -> &T {
        match direction {
            Direction::Forward => &self.forward,
            Direction::Backward => &self.backward,
        }
    }
}

impl<T> std::ops::IndexMut<Direction> for PerDirection<T> {
    fn index_mut(&mut self, direction: Direction) -> &mut T {
        match direction {
            Direction::Forward => &mut self.forward,
            Direction::Backward => &mut self.backward,
        }
    }
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
