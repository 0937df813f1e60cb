//! The static table (RFC 7541 Appendix A), with the traits of its entries.

use std::sync::LazyLock;

use crate::base::to_u32;

use super::Traits;
use super::names::traits_of_name;
use super::values::traits_of_value;

/// An entry of the static table.
#[derive(Clone, Copy)]
pub(super) struct Fixed {
    pub(super) name: &'static [u8],
    pub(super) value: &'static [u8],
    pub(super) traits: Traits,
    /// By RFC 7541 §4.1.
    pub(super) size: u32,
}

/// How many entries the static table has; the dynamic table begins behind them.
pub(super) const FIXED: u32 = 61;

/// The static table, index 1 first.
pub(super) fn table() -> &'static [Fixed; 61] {
    static TABLE: LazyLock<[Fixed; 61]> = LazyLock::new(|| {
        TEXTS.map(|(name, value)| {
            let (name, value) = (name.as_bytes(), value.as_bytes());
            let of_name = traits_of_name(name);
            let size = to_u32(name.len()).saturating_add(to_u32(value.len())).saturating_add(32);
            Fixed { name, value, traits: of_name | traits_of_value(of_name, value), size }
        })
    });
    &TABLE
}

const TEXTS: [(&str, &str); 61] = [
    (":authority", ""),
    (":method", "GET"),
    (":method", "POST"),
    (":path", "/"),
    (":path", "/index.html"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "200"),
    (":status", "204"),
    (":status", "206"),
    (":status", "304"),
    (":status", "400"),
    (":status", "404"),
    (":status", "500"),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", ""),
    ("accept-ranges", ""),
    ("accept", ""),
    ("access-control-allow-origin", ""),
    ("age", ""),
    ("allow", ""),
    ("authorization", ""),
    ("cache-control", ""),
    ("content-disposition", ""),
    ("content-encoding", ""),
    ("content-language", ""),
    ("content-length", ""),
    ("content-location", ""),
    ("content-range", ""),
    ("content-type", ""),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("expect", ""),
    ("expires", ""),
    ("from", ""),
    ("host", ""),
    ("if-match", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("if-range", ""),
    ("if-unmodified-since", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("max-forwards", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ""),
    ("range", ""),
    ("referer", ""),
    ("refresh", ""),
    ("retry-after", ""),
    ("server", ""),
    ("set-cookie", ""),
    ("strict-transport-security", ""),
    ("transfer-encoding", ""),
    ("user-agent", ""),
    ("vary", ""),
    ("via", ""),
    ("www-authenticate", ""),
];
