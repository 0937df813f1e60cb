//! One HTTP/2 connection: both sides replayed through the RFC's machines. Frames and signals go in, [`Fact`]s come out.
//!
//! [`Connection`] keeps what a judge needs: the streams ([`Streams`], moved by the table in [`StreamState::step`]), what each side
//! announced in SETTINGS and what binds its peer ([`Ledger`]), the windows, and what each side must have known when it spoke
//! ([`Connection::knew`]). It preserves and reports; nothing here says "bad".

mod abuse;
mod alternatives;
mod authority;
mod block;
mod calls;
mod chatter;
mod connection;
mod content;
mod contents;
mod credit;
mod fact;
mod first_block;
mod frames;
mod goaway;
mod half;
mod heads;
mod idle;
mod knowledge;
mod message;
mod metadata;
mod octets;
mod odd;
mod on;
mod pings;
mod places;
mod priority;
mod product;
mod promise;
mod ranges;
mod rates;
mod recent;
mod request;
mod settings;
mod shape;
mod stalls;
mod state;
mod stream;
mod streams;
mod transport;
mod weight;

pub use alternatives::{Alternative, Alternatives};
pub use authority::{host_of, is_domain};
pub use block::{LongBlock, OpenBlock};
pub use chatter::{Keepalive, Pieces, Repeats};
pub use connection::Connection;
pub use content::OddContent;
pub use credit::{Credit, Discarded, MAX_WINDOW, Stall};
pub use fact::{BadStreamId, Fact, Kind};
pub use half::{Goaway, Half, Limits};
pub use idle::{Loss, Resumed};
pub use knowledge::{Knew, Knowledge};
pub use message::{Head, Role};
pub use metadata::{Metadata, Named};
pub use odd::OddField;
pub use on::{Interest, On};
pub use pings::{Ping, Pings};
pub use promise::BadPromise;
pub use rates::{Excess, Pattern, Rate, Thresholds};
pub use recent::Recent;
pub use request::Request;
pub use settings::{Announcement, FEW_STREAMS, Ledger, Values, is_valid};
pub use shape::Shape;
pub use stalls::{CreditWait, Crowding, Stalls};
pub use state::{Closed, Illegal, Input, Scope, Sides, Step, StreamState};
pub use stream::{Last, MessageState, Method, Sent, Stream};
pub use streams::{Known, Streams, opener};
pub use transport::{Ended, Knock, Leave, Shut, Transport};

#[cfg(test)]
mod tests;
