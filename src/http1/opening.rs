//! What the first octets of each side are. The answer is *not yet* as long as more octets could change it.

use super::head::{HeadFault, RequestHead, ResponseHead, looks_like_request, looks_like_response};
use crate::base::to_u32;
use crate::frame::{Flags, FrameType, HEADER_OCTETS, Header, PREFACE, StreamId};
use crate::limits;

/// An answer that may need more octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening<T> {
    /// More octets are needed.
    NotYet,
    /// What it is.
    Is(T),
}

/// What a client begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientOpening {
    /// The connection preface: frames follow behind its 24 octets.
    Preface,
    /// It begins as the preface does, at least with `PRI `, and then differs after so many octets.
    BadPreface {
        /// Octets that agree.
        agree: u8,
    },
    /// An HTTP/1.x request.
    Request(RequestHead),
    /// Something else.
    Other,
}

/// What a server begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerOpening {
    /// A SETTINGS frame.
    Settings,
    /// An HTTP/1.x response.
    Response(ResponseHead),
    /// Something else.
    Other,
}

impl ClientOpening {
    /// Reads the client's first octets.
    #[must_use]
    pub fn read(octets: &[u8]) -> Opening<Self> {
        let agree = agreement(octets);
        if usize::from(agree) == PREFACE.len() {
            return Opening::Is(Self::Preface);
        }
        if usize::from(agree) == octets.len() {
            return Opening::NotYet;
        }
        if agree >= 4 {
            return Opening::Is(Self::BadPreface { agree });
        }
        if looks_like_request(octets) {
            return match RequestHead::read(octets) {
                Ok(head) => Opening::Is(Self::Request(head)),
                Err(HeadFault::Partial) if octets.len() < limits::MAX_HTTP1_HEAD => Opening::NotYet,
                Err(_) => Opening::Is(Self::Other),
            };
        }
        let still_a_method =
            octets.len() < 24 && octets.iter().all(|octet| octet.is_ascii_uppercase() || *octet == b'-');
        if still_a_method { Opening::NotYet } else { Opening::Is(Self::Other) }
    }
}

impl ServerOpening {
    /// Reads the server's first octets.
    #[must_use]
    pub fn read(octets: &[u8]) -> Opening<Self> {
        if looks_like_response(octets) {
            return match ResponseHead::read(octets) {
                Ok(head) => Opening::Is(Self::Response(head)),
                Err(HeadFault::Partial) if octets.len() < limits::MAX_HTTP1_HEAD => Opening::NotYet,
                Err(_) => Opening::Is(Self::Other),
            };
        }
        if octets.is_empty() {
            return Opening::NotYet;
        }
        match Header::read(octets) {
            Some(header) if is_first_settings(&header) => Opening::Is(Self::Settings),
            Some(_) => Opening::Is(Self::Other),
            None if octets.first() == Some(&0) && octets.len() < HEADER_OCTETS => Opening::NotYet,
            None => Opening::Is(Self::Other),
        }
    }
}

/// True for the header that a server's first frame has (RFC 9113 §3.4), with a length that real ones have.
fn is_first_settings(header: &Header) -> bool {
    header.kind == FrameType::SETTINGS
        && header.flags == Flags::default()
        && header.stream == StreamId::CONNECTION
        && header.length.is_multiple_of(6)
        && header.length <= to_u32(limits::MAX_FIRST_SETTINGS)
}

/// True when the text of a response says that the port is one for HTTPS: what Go, nginx and Apache write to a client that speaks in
/// clear to their TLS ports.
#[must_use]
pub fn names_https(content: &[u8]) -> bool {
    let text = content.get(..MOST_TEXT).unwrap_or(content).to_ascii_lowercase();
    [&b"https server"[..], b"https port", b"ssl-enabled server port"]
        .iter()
        .any(|words| text.windows(words.len()).any(|part| part == *words))
}

/// Octets of a response's content that are looked at for words: error pages of servers are shorter.
const MOST_TEXT: usize = 2048;

/// How many of the first octets agree with the connection preface.
#[must_use]
pub fn agreement(octets: &[u8]) -> u8 {
    let agree = octets.iter().zip(PREFACE).take_while(|(octet, expected)| octet == expected).count();
    u8::try_from(agree).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_beginning_of_the_preface_waits_for_more() {
        for length in 0..PREFACE.len() {
            assert_eq!(ClientOpening::read(&PREFACE[..length]), Opening::NotYet, "{length} octets");
        }
        assert_eq!(ClientOpening::read(PREFACE), Opening::Is(ClientOpening::Preface));
    }

    #[test]
    fn a_preface_that_goes_wrong_is_told_from_another_protocol() {
        assert_eq!(
            ClientOpening::read(b"PRI * HTTP/1.1\r\n"),
            Opening::Is(ClientOpening::BadPreface { agree: 11 })
        );
        assert!(matches!(
            ClientOpening::read(b"PUT / HTTP/1.1\r\n\r\n"),
            Opening::Is(ClientOpening::Request(_))
        ));
        assert_eq!(ClientOpening::read(b"\x00\x01binary"), Opening::Is(ClientOpening::Other));
    }

    #[test]
    fn a_server_that_begins_with_settings_speaks_http2() {
        let settings = [0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3];
        assert_eq!(ServerOpening::read(&settings), Opening::Is(ServerOpening::Settings));
        assert_eq!(ServerOpening::read(&settings[..5]), Opening::NotYet);
        assert_eq!(ServerOpening::read(b"220 smtp ready"), Opening::Is(ServerOpening::Other));
    }
}
