//! gRPC calls on top of one HTTP/2 connection: what is asked, what is answered, how it ends. Facts of `conn` go in; [`Calls`] keeps
//! what each call is, and says with each fact what is noteworthy about it ([`Notices`]); whether that is a fault is for rules.
//!
//! The content of messages is counted, never held: five octets of prefix tell the length, and the rest passes by.

mod base64;
mod call;
mod calls;
mod keepalive;
mod messages;
mod notice;
mod status;
mod text;

pub use call::{Call, Flavour, Half, Part, Shape, Told};
pub use calls::Calls;
pub use keepalive::Keepalive;
pub use messages::Messages;
pub use notice::{Notice, Notices};
pub use status::{name, of_error_code, of_http_status};
pub use text::{is_plain_status, percent_decoded, span_of_timeout};

#[cfg(test)]
mod tests;
