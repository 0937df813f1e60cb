//! Heads to show rules with, all on stream 1.

use crate::script::{Octets, Script, Wire, block, get, headers};

/// A request that ends the stream.
pub(super) fn request(fields: &[(&str, &str)]) -> Octets {
    headers(1, &block(fields)).map(Wire::end_stream)
}

/// A GET that ends the stream, with these fields too.
pub(super) fn get_with(fields: &[(&str, &str)]) -> Octets {
    request(&[&GET[..], fields].concat())
}

/// A client that asked with GET.
pub(super) fn asked() -> Script {
    Script::open().client([get(1)])
}

/// A client that asked with this method, and has ended the stream.
pub(super) fn asked_with(method: &str) -> Script {
    Script::open().client([request(&[(":method", method), (":scheme", "http"), (":path", "/"), AUTHORITY])])
}

/// A client that asked for a tunnel.
pub(super) fn tunnel() -> Script {
    let fields = [(":method", "CONNECT"), (":authority", "b.example:25")];
    Script::open().client([headers(1, &block(&fields))])
}

/// A head that does not end the stream.
pub(super) fn head(fields: &[(&str, &str)]) -> Octets {
    headers(1, &block(fields))
}

/// A head that ends the stream.
pub(super) fn last(fields: &[(&str, &str)]) -> Octets {
    head(fields).map(Wire::end_stream)
}

const GET: [(&str, &str); 4] = [(":method", "GET"), (":scheme", "http"), (":path", "/"), AUTHORITY];
const AUTHORITY: (&str, &str) = (":authority", "a.example");
