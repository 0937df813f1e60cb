//! What both sides of a connection speak, and the first request and response of HTTP/1.x: the view that rules and reports read.

use super::{RequestHead, ResponseHead, Upgrade};
use crate::base::{Origin, PerSide, Side, to_u64};

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
    length: u8,
    /// Where they were.
    pub origin: Origin,
}

/// What stands before HTTP/2, or in its place. Under TLS, inside it. What HTTP/2 alone does not have is kept apart.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    /// What each side speaks.
    pub protocols: PerSide<Protocol>,
    /// What each side began with.
    pub first: PerSide<Option<FirstOctets>>,
    /// The first request, and where its head was complete.
    pub request: Option<Box<(RequestHead, Origin)>>,
    /// The first response, and where its head was complete.
    pub response: Option<Box<(ResponseHead, Origin)>>,
    /// The upgrade that was asked for, which few do.
    pub upgrade: Option<Box<Upgrade>>,
    /// Octets of the request's content that have not come yet.
    pub content_left: u64,
    /// Where the client began HTTP/2 behind a request to upgrade that was not answered yet.
    pub early_preface: Option<Box<Origin>>,
    /// True when the client sent anything behind the request, once the upgrade was accepted.
    pub spoke_on: bool,
    /// True when the text of the first response says that this port is one for HTTPS.
    pub names_https: bool,
    /// What the server answered in clear to a TLS ClientHello.
    pub clear_answer: Option<Box<FirstOctets>>,
}

impl Exchange {
    /// Octets that the heads hold in memory.
    #[must_use]
    pub fn octets(&self) -> u64 {
        let request = self.request.as_deref().map_or(0, |(head, _)| head.length);
        let response = self.response.as_deref().map_or(0, |(head, _)| head.length);
        to_u64(request.saturating_add(response)).saturating_mul(2)
    }

    /// What a side speaks, in HTTP's two shapes.
    #[must_use]
    pub fn speaks(&self, side: Side, protocol: Protocol) -> bool {
        self.protocols[side] == protocol
    }

    /// Where the client began to speak HTTP in either shape; `None` also when its first octets are not there to show it.
    #[must_use]
    pub fn client_began_http(&self) -> Option<Origin> {
        let http = matches!(self.protocols.client, Protocol::Http2 | Protocol::Http1);
        self.first.client.filter(|_| http).map(|first| first.origin)
    }

    /// Where the server answered with an alert of TLS, and what it says, when its first octets are one.
    #[must_use]
    pub fn tls_alert(&self) -> Option<(Option<u8>, Origin)> {
        let first = self.first.server.as_ref()?;
        let alert = matches!(first.octets(), [21, 3, ..]);
        alert.then(|| (first.octets().get(6).copied(), first.origin))
    }
}

impl FirstOctets {
    /// Octets that are kept: those of a TLS alert.
    const MOST: usize = 7;

    /// The beginning of `octets`.
    #[must_use]
    pub fn of(octets: &[u8], origin: Origin) -> Self {
        let mut kept = [0; Self::MOST];
        kept.iter_mut().zip(octets).for_each(|(place, octet)| *place = *octet);
        let length = u8::try_from(octets.len().min(Self::MOST)).unwrap_or(u8::MAX);
        Self { octets: kept, length, origin }
    }

    /// The octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.octets.get(..self.length.into()).unwrap_or_default()
    }
}
