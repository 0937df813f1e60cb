//! gRPC calls: right ones, to which fields can be added.

use super::frames::{Octets, Wire, block, headers};
use crate::base::to_u32;

/// The request of a call to `/pkg.Greeter/Hello`, with these fields besides; its messages follow.
#[must_use]
pub fn call(stream: u32, fields: &[(&str, &str)]) -> Octets {
    let fixed = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", "/pkg.Greeter/Hello"),
        (":authority", "a.example"),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
    ];
    headers(stream, &block(&[&fixed, fields].concat()))
}

/// The head of an answer, with these fields besides; its messages follow.
#[must_use]
pub fn answer(stream: u32, fields: &[(&str, &str)]) -> Octets {
    let fixed = [(":status", "200"), ("content-type", "application/grpc")];
    headers(stream, &block(&[&fixed, fields].concat()))
}

/// Trailers with this grpc-status, with these fields besides; they end the stream.
#[must_use]
pub fn finish(stream: u32, status: &str, fields: &[(&str, &str)]) -> Octets {
    headers(stream, &block(&[&[("grpc-status", status)], fields].concat())).map(Wire::end_stream)
}

/// A message that is not compressed: prefix and content.
#[must_use]
pub fn message(content: &[u8]) -> Vec<u8> {
    let mut octets = vec![0];
    octets.extend(to_u32(content.len()).to_be_bytes());
    octets.extend_from_slice(content);
    octets
}
