//! Conversations written down, made into captures: examples of rules, tests, and `gen`.
//!
//! A [`Script`] says who sends what and when, each call one TCP segment; what is not said is done as a healthy end would do it.
//! ```
//! use h2lint::script::{Script, data, get};
//! // A client that sends DATA after it ended the stream.
//! let octets = Script::open().client([get(1)]).client([data(1, b"late")]).pcap();
//! assert_eq!(&octets[..4], &[0xd4, 0xc3, 0xb2, 0xa1]);
//! ```

mod certificate;
mod conversation;
mod fragments;
mod frames;
mod grpc;
mod links;
mod pcapng;
mod scenarios;
mod tls;
mod wire;

pub use conversation::Script;
pub use fragments::{Cut, Order};
pub use frames::{
    Octets, Wire, block, continuation, data, get, goaway, headers, http1, ping, post, preface, priority,
    push_promise, response, rst_stream, settings, settings_ack, trailers, unknown, window_update,
};
pub use grpc::{answer, call, finish, message};
pub use links::{Layer, WAYS, Way, capture_over};
pub use scenarios::{SCENARIOS, Scenario};
pub use tls::{Handshake, alert};
pub use wire::{Packet, capture};
