//! The traits that follow from a field's name alone: which field it is, and which octets a name must not have.

use super::Traits;

/// The traits of a name. Which field it is holds without regard to case: the wrong case is a trait of its own.
pub(super) fn traits_of_name(name: &[u8]) -> Traits {
    let Some((&first, rest)) = name.split_first() else { return Traits::REGULAR | Traits::EMPTY_NAME };
    let pseudo = first == b':';
    let octets = if pseudo { rest } else { name };
    let classes = octets.iter().fold(0, |all, &octet| all | class(octet));
    let lower = if classes & UPPERCASE == 0 { None } else { Some(name.to_ascii_lowercase()) };
    let name = lower.as_deref().unwrap_or(name);
    let field = if pseudo { pseudo_header(name) } else { Traits::REGULAR | regular(name) };
    field | strange(classes)
}

fn strange(classes: u8) -> Traits {
    let mut traits = Traits::NONE;
    for (class, its) in [
        (UPPERCASE, Traits::UPPERCASE_NAME),
        (INVALID, Traits::INVALID_NAME),
        (UNUSUAL, Traits::UNUSUAL_NAME),
    ] {
        traits |= its.when(classes & class != 0);
    }
    traits
}

fn pseudo_header(name: &[u8]) -> Traits {
    match name {
        b":method" => Traits::METHOD,
        b":scheme" => Traits::SCHEME,
        b":authority" => Traits::AUTHORITY,
        b":path" => Traits::PATH,
        b":status" => Traits::STATUS,
        b":protocol" => Traits::PROTOCOL,
        _ => Traits::OTHER_PSEUDO,
    }
}

fn regular(name: &[u8]) -> Traits {
    match name {
        b"transfer-encoding" => Traits::CONNECTION_SPECIFIC | Traits::NO_TRAILER,
        b"connection" | b"proxy-connection" | b"keep-alive" | b"upgrade" | b"http2-settings" => {
            Traits::CONNECTION_SPECIFIC
        }
        b"te" => Traits::TE | Traits::NO_TRAILER,
        b"content-length" => Traits::CONTENT_LENGTH | Traits::NO_TRAILER,
        b"host" => Traits::HOST | Traits::NO_TRAILER,
        b"expect" => Traits::EXPECT | Traits::NO_TRAILER,
        b"content-type" => Traits::CONTENT_TYPE | Traits::NO_TRAILER,
        b"trailer" => Traits::TRAILER | Traits::NO_TRAILER,
        b"cookie" => Traits::COOKIE | Traits::SECRET | Traits::NO_TRAILER,
        b"authorization" | b"proxy-authorization" | b"set-cookie" => Traits::SECRET | Traits::NO_TRAILER,
        b"authentication-info" | b"proxy-authentication-info" => Traits::SECRET,
        b"cache-control"
        | b"content-encoding"
        | b"content-range"
        | b"range"
        | b"location"
        | b"max-forwards"
        | b"pragma"
        | b"www-authenticate"
        | b"proxy-authenticate"
        | b"if-match"
        | b"if-none-match"
        | b"if-modified-since"
        | b"if-unmodified-since"
        | b"if-range" => Traits::NO_TRAILER,
        b"user-agent" | b"server" | b"via" => Traits::PRODUCT,
        b"alt-svc" => Traits::ALT_SVC,
        b"priority" => Traits::PRIORITY,
        b"grpc-status" => Traits::GRPC_STATUS,
        b"grpc-message" => Traits::GRPC_MESSAGE,
        b"grpc-timeout" => Traits::GRPC_TIMEOUT,
        b"grpc-encoding" | b"grpc-accept-encoding" => Traits::GRPC_ENCODING,
        _ => ending(name),
    }
}

fn ending(name: &[u8]) -> Traits {
    let secret = SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending));
    Traits::BINARY.when(name.ends_with(b"-bin")) | Traits::SECRET.when(secret)
}

fn class(octet: u8) -> u8 {
    CLASSES.get(usize::from(octet)).copied().unwrap_or(INVALID)
}

const UPPERCASE: u8 = 1;
const INVALID: u8 = 2;
const UNUSUAL: u8 = 4;

/// What the octets of a name belong to: RFC 9113 §8.2.1 forbids the first two classes, RFC 9110 §5.6.2 the third.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut octet = 0;
    #[expect(
        clippy::indexing_slicing,
        clippy::as_conversions,
        reason = "the compiler runs it, and refuses a mistake"
    )]
    while octet < 256_usize {
        classes[octet] = match octet as u8 {
            b'A'..=b'Z' => UPPERCASE,
            0..=b' ' | 0x7f..=0xff | b':' => INVALID,
            b'a'..=b'z' | b'0'..=b'9' => 0,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`'
            | b'|' | b'~' => 0,
            _ => UNUSUAL,
        };
        octet += 1;
    }
    classes
};

/// How names of fields end that carry what lets their reader in.
const SECRET_ENDINGS: [&[u8]; 7] =
    [b"token", b"secret", b"password", b"api-key", b"apikey", b"access-key", b"-authorization"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_name_is_regular_and_nothing_more() {
        for name in [&b"accept"[..], b"x-request-id", b"a", b"sec-ch-ua", b"x_y.z~1"] {
            assert_eq!(traits_of_name(name), Traits::REGULAR, "{}", name.escape_ascii());
        }
    }

    #[test]
    fn each_octet_that_a_name_must_not_have_is_told() {
        for octet in 0..=255_u8 {
            let traits = traits_of_name(&[b'x', octet]);
            let expected = match octet {
                b'A'..=b'Z' => Traits::UPPERCASE_NAME,
                0..=0x20 | 0x7f..=0xff | b':' => Traits::INVALID_NAME,
                b'"' | b'(' | b')' | b',' | b'/' | b';' | b'<' | b'=' | b'>' | b'?' | b'@' | b'[' | b'\\'
                | b']' | b'{' | b'}' => Traits::UNUSUAL_NAME,
                _ => Traits::NONE,
            };
            assert_eq!(traits, Traits::REGULAR | expected, "octet {octet:#x}");
        }
    }

    #[test]
    fn a_colon_is_allowed_in_front_only() {
        assert_eq!(traits_of_name(b":path"), Traits::PATH);
        assert_eq!(traits_of_name(b"::path"), Traits::OTHER_PSEUDO | Traits::INVALID_NAME);
        assert_eq!(traits_of_name(b"pa:th"), Traits::REGULAR | Traits::INVALID_NAME);
        assert_eq!(traits_of_name(b""), Traits::REGULAR | Traits::EMPTY_NAME);
    }

    #[test]
    fn the_wrong_case_hides_no_field() {
        assert_eq!(
            traits_of_name(b"Connection"),
            Traits::REGULAR | Traits::CONNECTION_SPECIFIC | Traits::UPPERCASE_NAME
        );
        assert_eq!(traits_of_name(b":Method"), Traits::METHOD | Traits::UPPERCASE_NAME);
        assert!(traits_of_name(b"X-Auth-TOKEN").contains(Traits::SECRET));
    }

    #[test]
    fn a_name_says_nothing_about_its_values() {
        for name in
            [&b"te"[..], b"content-length", b":method", b"grpc-status", b"x-y-bin", b"set-cookie", b"X y:"]
        {
            let traits = traits_of_name(name);
            assert_eq!(traits & Traits::OF_NAME, traits);
        }
    }

    #[test]
    fn secrets_are_known_by_their_names() {
        for name in [&b"authorization"[..], b"cookie", b"set-cookie", b"x-api-key", b"x-amz-security-token"] {
            assert!(traits_of_name(name).contains(Traits::SECRET), "{}", name.escape_ascii());
        }
        assert!(!traits_of_name(b"tokens-left").contains(Traits::SECRET));
    }
}
