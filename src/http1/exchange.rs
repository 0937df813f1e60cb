//! What both sides of a connection speak, and the first request and response of HTTP/1.x: the view that rules and reports read.

use super::{RequestHead, ResponseHead, Upgrade};
use crate::base::{Origin, PerSide};

/// What a side speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// Not known, or not yet.
    #[default]
    Unknown,
    /// HTTP/2 frames.
    Http2,
    /// HTTP/1.x.
    Http1,
    /// TLS.
    Tls,
    /// Something else, or nothing that can be read any more.
    Other,
}

/// The first octets of a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstOctets {
    octets: [u8; Self::MOST],
    length: usize,
    /// Where they were.
    pub origin: Origin,
}

/// What stands before HTTP/2, or in its place. Under TLS, inside it.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    /// What each side speaks.
    pub protocols: PerSide<Protocol>,
    /// What each side began with.
    pub first: PerSide<Option<FirstOctets>>,
    /// The first request, and where its head was complete.
    pub request: Option<(RequestHead, Origin)>,
    /// The first response, and where its head was complete.
    pub response: Option<(ResponseHead, Origin)>,
    /// The upgrade that was asked for.
    pub upgrade: Option<Upgrade>,
    /// Octets of the request's content that have not come yet.
    pub content_left: u64,
    /// What the server answered in clear to a TLS ClientHello.
    pub clear_answer: Option<FirstOctets>,
}

impl FirstOctets {
    /// Octets that are kept: a TLS alert, a frame's header, the beginning of a status line.
    const MOST: usize = 16;

    /// The beginning of `octets`.
    #[must_use]
    pub fn of(octets: &[u8], origin: Origin) -> Self {
        let mut kept = [0; Self::MOST];
        let length = octets.len().min(Self::MOST);
        kept.iter_mut().zip(octets).for_each(|(place, octet)| *place = *octet);
        Self { octets: kept, length, origin }
    }

    /// The octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.octets.get(..self.length).unwrap_or_default()
    }
}
