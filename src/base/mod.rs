//! The words that every floor speaks: who sent ([`Side`]), when ([`Time`]), where in the capture ([`Origin`]),
//! which octets ([`Piece`]), what happened without octets ([`Signal`]), and what could not be seen ([`Loss`]).
//! No policy lives here.

mod load;
mod num;
mod origin;
mod packet;
mod piece;
mod side;
mod text;
mod time;

pub use load::{Load, Scale};
pub use num::{Digits, to_index, to_u32, to_u64};
pub use origin::{Origin, Place};
pub use packet::PacketNumber;
pub use piece::{Loss, LossKind, Piece, Signal};
pub use side::{PerSide, Side};
pub use text::text;
pub use time::{Span, Time};
