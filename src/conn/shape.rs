//! What a field block lacks or has too much of, seen as a whole and in its place in the message (RFC 9113 §8.1 to §8.5). Rightful
//! blocks are told by one comparison; only the others are looked at closely.

use std::ops::{BitOr, BitOrAssign};

use super::message::Role;
use super::odd::ODD;
use crate::base::Side;
use crate::hpack::{Block, Traits};

/// A set of things that are not as they should be about a field block as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape(u32);

impl Shape {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// A request without `:method`.
    pub const NO_METHOD: Self = Self(1);
    /// A request that needs `:scheme` and has none.
    pub const NO_SCHEME: Self = Self(1 << 1);
    /// A request that needs `:path` and has none.
    pub const NO_PATH: Self = Self(1 << 2);
    /// A request for http or https with neither `:authority` nor host; a promised one without `:authority`.
    pub const NO_AUTHORITY: Self = Self(1 << 3);
    /// `:status` in a request, or a pseudo-header field of requests in what a server sends.
    pub const WRONG_DIRECTION: Self = Self(1 << 4);
    /// A pseudo-header field in trailers that end the stream.
    pub const PSEUDO_IN_TRAILERS: Self = Self(1 << 5);
    /// host names another authority than `:authority`.
    pub const HOST_DIFFERS: Self = Self(1 << 6);
    /// A response without `:status`.
    pub const NO_STATUS: Self = Self(1 << 7);
    /// An interim response that ends the stream.
    pub const INTERIM_ENDS: Self = Self(1 << 8);
    /// Behind the request's or the final response's fields, and without END_STREAM.
    pub const WITHIN_MESSAGE: Self = Self(1 << 9);
    /// On a stream that is a tunnel by then (RFC 9113 §8.5).
    pub const ON_TUNNEL: Self = Self(1 << 10);
    /// Several content-length fields that differ.
    pub const LENGTHS_DIFFER: Self = Self(1 << 11);
    /// content-length in a response that must not have it (RFC 9110 §8.6).
    pub const LENGTH_FORBIDDEN: Self = Self(1 << 12);
    /// CONNECT with `:scheme` or `:path`, or without an authority with a port.
    pub const BAD_CONNECT: Self = Self(1 << 13);
    /// `:protocol` that the server's SETTINGS do not allow (RFC 8441 §3).
    pub const NOT_NEGOTIATED: Self = Self(1 << 14);
    /// `:protocol` with another method than CONNECT, or without `:scheme`, `:path` or `:authority` (RFC 8441 §4).
    pub const BAD_EXTENDED_CONNECT: Self = Self(1 << 15);
    /// Larger than the receiver's MAX_HEADER_LIST_SIZE.
    pub const TOO_LARGE: Self = Self(1 << 16);
    /// The first request whose `:scheme` is https on a connection without TLS, or http on one with it.
    pub const OTHER_SCHEME: Self = Self(1 << 17);
    /// Fields that have no place in trailers.
    pub const NOT_FOR_TRAILERS: Self = Self(1 << 18);
    /// te in what a server sends.
    pub const TE_FROM_SERVER: Self = Self(1 << 19);
    /// A `:path` of http or https that is empty, or neither begins with `/` nor is the `*` of OPTIONS.
    pub const BAD_PATH: Self = Self(1 << 20);
    /// A `:path` of http or https with SP, control octets or `#`.
    pub const STRANGE_PATH: Self = Self(1 << 21);
    /// An `:authority` of http or https with user information.
    pub const USERINFO: Self = Self(1 << 22);
    /// A promised request that is not GET or HEAD, or has content.
    pub const UNSAFE_PROMISE: Self = Self(1 << 23);
    /// A promised request for an authority that no request on the connection named.
    pub const FOREIGN_AUTHORITY: Self = Self(1 << 24);

    /// True when any of `these` is in the set.
    #[must_use]
    pub const fn intersects(self, these: Self) -> bool {
        self.0 & these.0 != 0
    }

    /// Both sets together, for constants.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The set without `these`.
    pub(super) const fn without(self, these: Self) -> Self {
        Self(self.0 & !these.0)
    }

    /// These, if `so`.
    pub(super) const fn when(self, so: bool) -> Self {
        if so { self } else { Self::NONE }
    }
}

impl BitOr for Shape {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Shape {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// Where a block stands: who sent it, and what it is to its message.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    pub sender: Side,
    pub role: Role,
    /// What came before it on its stream is known.
    pub known: bool,
    pub ends_stream: bool,
    /// Its stream is a tunnel, or its status forbids content-length.
    pub bare: bool,
    /// It ends a message with less content than was said.
    pub short: bool,
}

impl Standing {
    /// A block of which only the sender is known.
    pub(super) const fn new(sender: Side) -> Self {
        let role = match sender {
            Side::Client => Role::Request,
            Side::Server => Role::Response,
        };
        Self { sender, role, known: false, ends_stream: false, bare: false, short: false }
    }

    /// True for a request that a server promises.
    pub(super) fn promised(self) -> bool {
        self.sender == Side::Server && self.role == Role::Request
    }

    /// True for a block of which its traits show that nothing is odd about it.
    pub(super) fn is_plain(self, traits: Traits) -> bool {
        match self.role {
            Role::Request if self.sender == Side::Client => traits & ASKED == REQUEST,
            Role::Response => traits & ANSWERED == Traits::STATUS,
            Role::Trailers => (traits & TRAILING).is_empty() && self.ends_stream,
            Role::Request | Role::Interim | Role::Reuse => false,
        }
    }

    /// What is odd about a block by itself.
    pub(super) fn shape(self, block: &Block) -> Shape {
        let whole = block.complete && block.error.is_none() && block.unknown == 0;
        let traits = block.traits;
        if !self.known {
            return if self.promised() { Shape::NONE } else { by_side(self.sender, traits) };
        }
        match self.role {
            Role::Request => request(traits, whole, self.promised()),
            Role::Interim | Role::Response => self.response(traits, whole),
            Role::Trailers => self.trailers(traits),
            Role::Reuse => Shape::WRONG_DIRECTION.when(traits.contains(Traits::STATUS)),
        }
    }

    fn response(self, traits: Traits, whole: bool) -> Shape {
        by_side(Side::Server, traits)
            | Shape::NO_STATUS.when(whole && !traits.contains(Traits::STATUS))
            | Shape::INTERIM_ENDS.when(self.role == Role::Interim && self.ends_stream)
    }

    fn trailers(self, traits: Traits) -> Shape {
        let server = self.sender == Side::Server;
        Shape::PSEUDO_IN_TRAILERS.when(traits.intersects(Traits::PSEUDO) && self.ends_stream)
            | Shape::WITHIN_MESSAGE.when(!self.ends_stream)
            | Shape::NOT_FOR_TRAILERS.when(traits.contains(Traits::NO_TRAILER) && self.ends_stream)
            | Shape::TE_FROM_SERVER.when(server && traits.contains(Traits::TE))
    }
}

/// What is wrong from this side in any message; a promised request is no such message.
fn by_side(sender: Side, traits: Traits) -> Shape {
    match sender {
        Side::Client => Shape::WRONG_DIRECTION.when(traits.contains(Traits::STATUS)),
        Side::Server => {
            Shape::WRONG_DIRECTION.when(traits.intersects(Traits::REQUEST))
                | Shape::TE_FROM_SERVER.when(traits.contains(Traits::TE))
        }
    }
}

fn request(traits: Traits, whole: bool, promised: bool) -> Shape {
    let lacks = |these| whole && !traits.contains(these);
    let (method, connect) = (traits.contains(Traits::METHOD), traits.contains(Traits::CONNECT));
    let extended = traits.contains(Traits::PROTOCOL);
    let mut shape = Shape::WRONG_DIRECTION.when(traits.contains(Traits::STATUS))
        | Shape::NO_METHOD.when(lacks(Traits::METHOD))
        | target(traits, whole, promised);
    if connect && !extended {
        let port = !traits.contains(Traits::AUTHORITY) || !traits.contains(Traits::NO_PORT);
        let wrong = traits.intersects(Traits::SCHEME | Traits::PATH) || lacks(Traits::AUTHORITY) || !port;
        return shape | Shape::BAD_CONNECT.when(wrong);
    }
    if extended {
        let alone = lacks(Traits::SCHEME) || lacks(Traits::PATH) || lacks(Traits::AUTHORITY);
        shape |= Shape::BAD_EXTENDED_CONNECT.when((method && !connect) || alone);
    }
    if !(extended && connect) {
        shape |= Shape::NO_SCHEME.when(lacks(Traits::SCHEME)) | Shape::NO_PATH.when(lacks(Traits::PATH));
    }
    shape
}

/// What is asked for, in the schemes whose form is known: http and https.
fn target(traits: Traits, whole: bool, promised: bool) -> Shape {
    let unsafe_method = traits.contains(Traits::METHOD) && !traits.intersects(Traits::GET | Traits::HEAD);
    let authority = if promised { Traits::AUTHORITY } else { Traits::AUTHORITY | Traits::HOST };
    let connect = traits.contains(Traits::CONNECT);
    let mut shape = Shape::UNSAFE_PROMISE.when(promised && unsafe_method);
    if traits.intersects(Traits::HTTP | Traits::HTTPS) {
        let other_method = traits.contains(Traits::METHOD) && !traits.contains(Traits::OPTIONS);
        let asterisk = traits.contains(Traits::ASTERISK) && other_method;
        shape |= Shape::NO_AUTHORITY.when(whole && !traits.intersects(authority) && !connect)
            | Shape::BAD_PATH.when(traits.contains(Traits::MALFORMED_PATH) || asterisk)
            | Shape::STRANGE_PATH.when(traits.contains(Traits::UNUSUAL_PATH))
            | Shape::USERINFO.when(traits.contains(Traits::USERINFO));
    }
    shape
}

const REQUEST: Traits = Traits::METHOD.or(Traits::SCHEME).or(Traits::PATH).or(Traits::AUTHORITY);
const ASKED: Traits =
    ODD.or(REQUEST).or(Traits::STATUS).or(Traits::PROTOCOL).or(Traits::CONNECT).or(Traits::ASTERISK);
const ANSWERED: Traits = ODD.or(Traits::PSEUDO).or(Traits::TE);
const TRAILING: Traits = ODD.or(Traits::PSEUDO).or(Traits::NO_TRAILER).or(Traits::TE);

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(sender: Side, role: Role) -> Standing {
        Standing { role, known: true, ends_stream: role == Role::Trailers, ..Standing::new(sender) }
    }

    fn block(traits: Traits) -> Block {
        Block { traits, complete: true, ..Block::default() }
    }

    #[test]
    fn what_is_plain_has_no_shape() {
        let get = REQUEST | Traits::GET | Traits::HTTPS | Traits::REGULAR | Traits::COOKIE | Traits::HOST;
        let answer = Traits::STATUS | Traits::REGULAR | Traits::CONTENT_LENGTH;
        let cases = [
            (standing(Side::Client, Role::Request), get),
            (standing(Side::Server, Role::Response), answer),
            (standing(Side::Server, Role::Trailers), Traits::REGULAR | Traits::GRPC_STATUS),
        ];
        for (standing, traits) in cases {
            assert!(standing.is_plain(traits), "{traits:?}");
            assert_eq!(standing.shape(&block(traits)), Shape::NONE, "{traits:?}");
        }
    }

    #[test]
    fn what_has_a_shape_is_not_plain() {
        for bits in 0..1_u64 << 14 {
            let traits = TRIED
                .iter()
                .enumerate()
                .fold(Traits::NONE, |all, (at, one)| if bits >> at & 1 == 1 { all | *one } else { all });
            for sender in Side::BOTH {
                for role in [Role::Request, Role::Response, Role::Trailers] {
                    let standing = standing(sender, role);
                    if standing.is_plain(traits) {
                        assert_eq!(standing.shape(&block(traits)), Shape::NONE, "{role:?} {traits:?}");
                    }
                }
            }
        }
    }

    const TRIED: [Traits; 14] = [
        Traits::METHOD,
        Traits::SCHEME,
        Traits::PATH,
        Traits::AUTHORITY,
        Traits::STATUS,
        Traits::PROTOCOL,
        Traits::CONNECT,
        Traits::HTTP,
        Traits::ASTERISK,
        Traits::MALFORMED_PATH,
        Traits::TE,
        Traits::NO_TRAILER,
        Traits::USERINFO,
        Traits::HOST,
    ];
}
