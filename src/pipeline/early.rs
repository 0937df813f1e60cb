//! What a connection says before it is known which of its ends is the client.

use super::desk::Desk;
use super::layers::Layers;
use super::opening::{guess, role};
use super::session::side;
use crate::base::{LossKind, Origin, Piece, Side, Signal};
use crate::limits;
use crate::tcp::{Direction, Output, PerDirection};
use crate::views::Observed;

/// What waits until it is known which end is the client.
#[derive(Default)]
pub(super) struct Waiting {
    outputs: Vec<(Direction, Early)>,
    octets: PerDirection<Vec<u8>>,
    /// Octets that were there when they were last looked at.
    looked: PerDirection<usize>,
}

/// What came before it was known which end is the client.
enum Early {
    Chunk(Vec<u8>, Origin),
    Gap(u64, LossKind, Origin),
    Signal(Signal, Origin),
}

impl Waiting {
    pub(super) fn push(&mut self, direction: Direction, output: Output<'_>) {
        if let Output::Piece(Piece::Chunk { bytes, .. }) = output {
            self.octets[direction].extend_from_slice(bytes);
        }
        self.outputs.push((direction, Early::of(output)));
    }

    /// Octets that wait.
    pub(super) fn octets(&self) -> usize {
        self.octets.forward.len().saturating_add(self.octets.backward.len())
    }

    /// Octets that this holds in memory, half of them as outputs.
    pub(super) fn weight(&self) -> usize {
        let outputs = self.outputs.len().saturating_mul(size_of::<(Direction, Early)>() / 2);
        self.octets().saturating_add(outputs)
    }

    pub(super) fn is_full(&self) -> bool {
        self.octets() >= limits::MAX_UNDECIDED || self.outputs.len() >= limits::MAX_EARLY_OUTPUTS
    }

    /// Which direction is the client's, and whether that is certain; `None` while more octets may tell. What was held is looked at
    /// again only when it has doubled.
    pub(super) fn who_is_client(&mut self, direction: Direction, bytes: &[u8]) -> Option<(Direction, bool)> {
        let of = |side: Side, direction: Direction| {
            if side == Side::Client { direction } else { direction.reverse() }
        };
        if self.octets[direction].len() == bytes.len()
            && let Some((side, true)) = guess(bytes)
        {
            return Some((of(side, direction), true));
        }
        let length = self.octets[direction].len();
        if length < self.looked[direction].saturating_mul(2) {
            return None;
        }
        self.looked[direction] = length;
        role(&self.octets[direction]).map(|side| (of(side, direction), true))
    }

    /// Hands on what waited.
    pub(super) fn replay(
        self,
        client: Direction,
        layers: &mut Layers,
        desk: &Desk,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        for (direction, output) in self.outputs {
            layers.upper.ears.coverage.sides[side(client, direction)].absent = false;
            layers.take(side(client, direction), output.output(), desk, observe);
        }
    }
}

impl Early {
    fn of(output: Output<'_>) -> Self {
        match output {
            Output::Piece(Piece::Chunk { bytes, origin }) => Self::Chunk(bytes.to_vec(), origin),
            Output::Piece(Piece::Gap { length, loss, origin }) => Self::Gap(length, loss, origin),
            Output::Signal(signal, origin) => Self::Signal(signal, origin),
        }
    }

    fn output(&self) -> Output<'_> {
        match self {
            Self::Chunk(bytes, origin) => Output::Piece(Piece::Chunk { bytes, origin: *origin }),
            Self::Gap(length, loss, origin) => {
                Output::Piece(Piece::Gap { length: *length, loss: *loss, origin: *origin })
            }
            Self::Signal(signal, origin) => Output::Signal(*signal, *origin),
        }
    }
}
