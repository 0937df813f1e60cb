//! What is noteworthy about a field, as one set of 64 bits: computed once for a literal, kept with its entry in the
//! dynamic table, so that an indexed field costs one OR. Facts only; whether they are mistakes is for rules to say.

use std::fmt;
use std::ops::{BitAnd, BitOr, BitOrAssign};

/// A set of traits of a field, or of all fields of a block together.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Traits(u64);

// A macro, because a constant, its documentation and the word it prints must come from one line.
macro_rules! traits {
    ($($(#[$doc:meta])+ $name:ident = $bit:literal;)+) => {
        impl Traits {
            $($(#[$doc])+ pub const $name: Self = Self(1 << $bit);)+

            /// Every trait with its word, lowest bit first.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$name, stringify!($name))),+];
        }
    };
}

traits! {
    /// `:method`.
    METHOD = 0;
    /// `:scheme`.
    SCHEME = 1;
    /// `:authority`.
    AUTHORITY = 2;
    /// `:path`.
    PATH = 3;
    /// `:status`.
    STATUS = 4;
    /// `:protocol` (RFC 8441 §4).
    PROTOCOL = 5;
    /// Another name that begins with a colon.
    OTHER_PSEUDO = 6;
    /// A known name that does not begin with a colon.
    REGULAR = 7;
    /// The name is empty.
    EMPTY_NAME = 8;
    /// The name has an octet from `A` to `Z` (RFC 9113 §8.2.1). All traits of names hold without regard to case.
    UPPERCASE_NAME = 9;
    /// The name has an octet of 0x00 to 0x20 or 0x7f to 0xff, or a colon behind its first octet (RFC 9113 §8.2.1).
    INVALID_NAME = 10;
    /// The name has another octet that no token has (RFC 9110 §5.6.2).
    UNUSUAL_NAME = 11;
    /// The value has NUL, CR or LF (RFC 9113 §8.2.1).
    INVALID_VALUE = 12;
    /// The value has another control octet except HTAB (RFC 9110 §5.5).
    CONTROL_IN_VALUE = 13;
    /// The value begins or ends with SP or HTAB (RFC 9113 §8.2.1).
    SURROUNDED_VALUE = 14;
    /// The value is empty.
    EMPTY_VALUE = 15;
    /// Of the place: a name that begins with a colon, behind a [`Self::REGULAR`] one of the same block.
    AFTER_REGULAR = 16;
    /// Of the place: one of [`Self::SINGLE`] that occurred before in the same block.
    REPEATED = 17;
    /// `:method` GET.
    GET = 18;
    /// `:method` HEAD.
    HEAD = 19;
    /// `:method` POST.
    POST = 20;
    /// `:method` OPTIONS.
    OPTIONS = 21;
    /// `:method` CONNECT.
    CONNECT = 22;
    /// `:method` that is no token (RFC 9110 §9.1).
    MALFORMED_METHOD = 23;
    /// `:scheme` http.
    HTTP = 24;
    /// `:scheme` https.
    HTTPS = 25;
    /// `:scheme` that does not fit RFC 3986 §3.1.
    MALFORMED_SCHEME = 26;
    /// `:path` is `*`.
    ASTERISK = 27;
    /// `:path` is empty, or neither `*` nor begins with `/` (RFC 9113 §8.3.1).
    MALFORMED_PATH = 28;
    /// `:path` has SP, a control octet or `#`.
    UNUSUAL_PATH = 29;
    /// `:authority` has `@` (RFC 9113 §8.3.1).
    USERINFO = 30;
    /// `:authority` does not end with a port (RFC 9110 §9.3.6).
    NO_PORT = 31;
    /// `:status` from 100 to 199.
    INTERIM = 32;
    /// `:status` 101 (RFC 9113 §8.6).
    SWITCHING = 33;
    /// `:status` that is no number from 100 to 999 of three digits.
    MALFORMED_STATUS = 34;
    /// `:status` from 600 to 999 (RFC 9110 §15).
    UNUSUAL_STATUS = 35;
    /// connection, proxy-connection, keep-alive, transfer-encoding, upgrade, http2-settings (RFC 9113 §8.2.2).
    CONNECTION_SPECIFIC = 36;
    /// te.
    TE = 37;
    /// te with the member `trailers`.
    TE_TRAILERS = 38;
    /// te with another member (RFC 9113 §8.2.2).
    TE_OTHER = 39;
    /// content-length.
    CONTENT_LENGTH = 40;
    /// content-length that is no number up to 2⁶³−1 (RFC 9110 §8.6).
    MALFORMED_CONTENT_LENGTH = 41;
    /// host.
    HOST = 42;
    /// cookie.
    COOKIE = 43;
    /// expect.
    EXPECT = 44;
    /// content-type.
    CONTENT_TYPE = 45;
    /// content-type that begins with `application/grpc`, but not with `application/grpc-web`.
    GRPC = 46;
    /// A field that controls framing, routing, authentication or the reading of content, and therefore has no place in
    /// trailers (RFC 9110 §6.5.1). RFC 9110 leaves the list to each field's definition; this one is fixed.
    NO_TRAILER = 47;
    /// grpc-status.
    GRPC_STATUS = 48;
    /// grpc-status other than 0.
    GRPC_FAILURE = 49;
    /// grpc-message.
    GRPC_MESSAGE = 50;
    /// grpc-timeout.
    GRPC_TIMEOUT = 51;
    /// grpc-encoding or grpc-accept-encoding.
    GRPC_ENCODING = 52;
    /// A name that ends with `-bin`: to gRPC, base64.
    BINARY = 53;
    /// grpc-status, grpc-message, grpc-timeout or a `-bin` field whose value is not what gRPC prescribes for it.
    MALFORMED_GRPC = 54;
    /// trailer.
    TRAILER = 55;
    /// alt-svc.
    ALT_SVC = 56;
    /// priority (RFC 9218 §5).
    PRIORITY = 57;
    /// user-agent, server or via: who speaks.
    PRODUCT = 58;
    /// A name whose values are secrets: authorization, cookie, set-cookie and token-like names.
    SECRET = 59;
    /// A value that looks like a secret under whatever name: credentials of an authentication scheme, a JSON web token.
    TOKEN = 60;
    /// content-type that begins with `application/grpc-web`.
    GRPC_WEB = 63;
}

impl Traits {
    /// No trait at all.
    pub const NONE: Self = Self(0);

    /// Every name that begins with a colon.
    pub const PSEUDO: Self = Self(0x7f);

    /// The pseudo-header fields of requests (RFC 9113 §8.3.1, RFC 8441 §4).
    pub const REQUEST: Self = Self(0x2f);

    /// Names that occur at most once in a block.
    pub const SINGLE: Self =
        Self(0x3f | Self::HOST.0 | Self::CONTENT_LENGTH.0 | Self::CONTENT_TYPE.0 | Self::GRPC_STATUS.0);

    /// The traits that follow from the name alone.
    pub const OF_NAME: Self = Self(
        0xfff
            | Self::CONNECTION_SPECIFIC.0
            | Self::TE.0
            | Self::CONTENT_LENGTH.0
            | Self::HOST.0
            | Self::COOKIE.0
            | Self::EXPECT.0
            | Self::CONTENT_TYPE.0
            | Self::NO_TRAILER.0
            | Self::GRPC_STATUS.0
            | Self::GRPC_MESSAGE.0
            | Self::GRPC_TIMEOUT.0
            | Self::GRPC_ENCODING.0
            | Self::BINARY.0
            | Self::TRAILER.0
            | Self::ALT_SVC.0
            | Self::PRIORITY.0
            | Self::PRODUCT.0
            | Self::SECRET.0,
    );

    /// Both sets together, for constants.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True when all of `these` are in the set.
    #[must_use]
    pub const fn contains(self, these: Self) -> bool {
        self.0 & these.0 == these.0
    }

    /// True when any of `these` is in the set.
    #[must_use]
    pub const fn intersects(self, these: Self) -> bool {
        self.0 & these.0 != 0
    }

    /// True when the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// These traits if `so` (true or 1), none otherwise: keeps a chain of observations free of branches.
    #[must_use]
    pub(super) fn when(self, so: impl Into<u64>) -> Self {
        Self(self.0 & so.into().wrapping_neg())
    }

    /// These traits, with those of the place that apply.
    #[cold]
    pub(super) fn with_place(self, misplaced: bool, repeated: bool) -> Self {
        self | Self::AFTER_REGULAR.when(misplaced) | Self::REPEATED.when(repeated)
    }

    /// The words of the traits in the set, lowest bit first.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().filter(move |(one, _)| self.contains(*one)).map(|(_, word)| *word)
    }
}

impl BitOr for Traits {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Traits {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl BitAnd for Traits {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl fmt::Debug for Traits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.words()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trait_has_a_bit_of_its_own() {
        let together = Traits::ALL.iter().fold(Traits::NONE, |set, (one, _)| set | *one);
        assert_eq!(together.0.count_ones() as usize, Traits::ALL.len());
    }

    #[test]
    fn a_set_prints_the_words_of_its_traits() {
        assert_eq!(format!("{:?}", Traits::METHOD | Traits::GET), r#"{"METHOD", "GET"}"#);
    }

    #[test]
    fn the_groups_are_what_they_say() {
        assert_eq!(
            (Traits::PSEUDO & Traits::OF_NAME, Traits::SINGLE & Traits::OF_NAME),
            (Traits::PSEUDO, Traits::SINGLE)
        );
        assert!(Traits::PSEUDO.contains(Traits::REQUEST) && !Traits::REQUEST.intersects(Traits::STATUS));
        assert!(!Traits::OF_NAME.intersects(Traits::EMPTY_VALUE | Traits::GET | Traits::AFTER_REGULAR));
    }
}
