//! The traits that follow from a field's value, seen in the light of its name.

use super::Traits;
use super::field::number;

/// The traits of a value, given those of its name.
pub(super) fn traits_of_value(name: Traits, value: &[u8]) -> Traits {
    let traits = any_value(value) | controls(value);
    if name.intersects(PRESCRIBED) { traits | prescribed(name, value) } else { traits }
}

/// What a value of any field may have.
fn any_value(value: &[u8]) -> Traits {
    let (Some(first), Some(last)) = (value.first(), value.last()) else { return Traits::EMPTY_VALUE };
    let blank = |octet: &u8| matches!(octet, b' ' | b'\t');
    let token = match first {
        b'B' | b'b' => [&b"bearer "[..], b"basic "].iter().any(|scheme| begins(value, scheme)),
        b'e' => value.starts_with(b"eyJ"),
        _ => false,
    };
    Traits::SURROUNDED_VALUE.when(blank(first) | blank(last)) | Traits::TOKEN.when(token)
}

/// The control octets of a value. Nearly every value has none.
fn controls(value: &[u8]) -> Traits {
    if any(value, control, u8::is_ascii_control) { which_controls(value) } else { Traits::NONE }
}

/// True when `eight` is not 0 for one of the octets, which are tried eight at a time, or where there are fewer, `one` by one.
fn any(value: &[u8], eight: impl Fn(u64) -> u64, one: impl Fn(&u8) -> bool) -> bool {
    let test = |octets: &[u8; 8]| eight(u64::from_ne_bytes(*octets));
    match value.last_chunk::<8>() {
        Some(last) => value.as_chunks().0.iter().fold(test(last), |seen, chunk| seen | test(chunk)) != 0,
        None => value.iter().any(one),
    }
}

/// Not 0 if one of the octets of a word is below 0x20 or is 0x7f.
const fn control(word: u64) -> u64 {
    (below(word, 0x20) | same(word, 0x7f)) & HIGHEST
}

/// The highest bit of an octet is set if one of the octets is below `bound`, which is at most 0x80.
const fn below(word: u64, bound: u64) -> u64 {
    word.wrapping_sub(EACH.wrapping_mul(bound)) & !word
}

/// The highest bit of an octet is set if one of the octets is this one.
const fn same(word: u64, octet: u64) -> u64 {
    let differing = word ^ EACH.wrapping_mul(octet);
    differing.wrapping_sub(EACH) & !differing
}

/// The lowest bit, and the highest, of each octet of a word.
const EACH: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = EACH << 7;

#[cold]
fn which_controls(value: &[u8]) -> Traits {
    value.iter().fold(Traits::NONE, |traits, octet| {
        traits
            | match octet {
                0 | b'\n' | b'\r' => Traits::INVALID_VALUE,
                b'\t' => Traits::NONE,
                octet if octet.is_ascii_control() => Traits::CONTROL_IN_VALUE,
                _ => Traits::NONE,
            }
    })
}

/// What the definition of the field has to say.
fn prescribed(name: Traits, value: &[u8]) -> Traits {
    match name & PRESCRIBED {
        Traits::METHOD => method(value),
        Traits::SCHEME => scheme(value),
        Traits::AUTHORITY => authority(value),
        Traits::PATH => path(value),
        Traits::STATUS => status(value),
        Traits::TE => te(value),
        Traits::CONTENT_LENGTH => Traits::MALFORMED_CONTENT_LENGTH
            .when(number(value).is_none_or(|length| i64::try_from(length).is_err())),
        Traits::CONTENT_TYPE => {
            let web = begins(value, b"application/grpc-web");
            Traits::GRPC.when(begins(value, b"application/grpc") && !web) | Traits::GRPC_WEB.when(web)
        }
        Traits::GRPC_STATUS => grpc_status(value),
        Traits::GRPC_MESSAGE => Traits::MALFORMED_GRPC.when(!is_percent_encoded(value)),
        Traits::GRPC_TIMEOUT => Traits::MALFORMED_GRPC.when(!is_timeout(value)),
        Traits::BINARY => Traits::MALFORMED_GRPC.when(!value.split(|&octet| octet == b',').all(is_base64)),
        _ => Traits::NONE,
    }
}

fn method(value: &[u8]) -> Traits {
    match value {
        b"GET" => Traits::GET,
        b"HEAD" => Traits::HEAD,
        b"POST" => Traits::POST,
        b"OPTIONS" => Traits::OPTIONS,
        b"CONNECT" => Traits::CONNECT,
        _ => Traits::MALFORMED_METHOD.when(value.is_empty() || !value.iter().all(|&octet| is_token(octet))),
    }
}

fn scheme(value: &[u8]) -> Traits {
    let Some((first, rest)) = value.split_first() else { return Traits::MALFORMED_SCHEME };
    let fits = first.is_ascii_alphabetic()
        && rest.iter().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'-' | b'.'));
    Traits::HTTP.when(value.eq_ignore_ascii_case(b"http"))
        | Traits::HTTPS.when(value.eq_ignore_ascii_case(b"https"))
        | Traits::MALFORMED_SCHEME.when(!fits)
}

fn authority(value: &[u8]) -> Traits {
    let mut parts = value.rsplitn(2, |&octet| octet == b':');
    let port = parts.next().is_some_and(|end| number(end).is_some()) && parts.next().is_some();
    Traits::USERINFO.when(value.contains(&b'@')) | Traits::NO_PORT.when(!port)
}

fn path(value: &[u8]) -> Traits {
    let eight = |word| (below(word, 0x21) | same(word, 0x7f) | same(word, 0x23)) & HIGHEST;
    let unusual = any(value, eight, |&octet| octet <= b' ' || octet == 0x7f || octet == b'#');
    let form = match value {
        b"*" => Traits::ASTERISK,
        [b'/', ..] => Traits::NONE,
        _ => Traits::MALFORMED_PATH,
    };
    form | Traits::UNUSUAL_PATH.when(unusual)
}

fn status(value: &[u8]) -> Traits {
    let code = if value.len() == 3 { number(value) } else { None };
    match code {
        Some(101) => Traits::INTERIM | Traits::SWITCHING,
        Some(100..200) => Traits::INTERIM,
        Some(200..600) => Traits::NONE,
        Some(600..) => Traits::UNUSUAL_STATUS,
        _ => Traits::MALFORMED_STATUS,
    }
}

/// The members of a comma-separated list, without parameters.
fn te(value: &[u8]) -> Traits {
    let members = value.split(|&octet| octet == b',').map(|member| {
        let name = member.split(|&octet| octet == b';').next().unwrap_or_default().trim_ascii();
        match name {
            b"" => Traits::NONE,
            name if name.eq_ignore_ascii_case(b"trailers") => Traits::TE_TRAILERS,
            _ => Traits::TE_OTHER,
        }
    });
    members.fold(Traits::NONE, |all, member| all | member)
}

fn grpc_status(value: &[u8]) -> Traits {
    let plain = matches!(value, [b'0'..=b'9'] | [b'1', b'0'..=b'6']);
    Traits::GRPC_FAILURE.when(value != b"0") | Traits::MALFORMED_GRPC.when(!plain)
}

/// At most eight digits and a unit.
fn is_timeout(value: &[u8]) -> bool {
    value.split_last().is_some_and(|(unit, digits)| {
        b"HMSmun".contains(unit) && (1..=8).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
    })
}

/// Printable ASCII, in which `%` is followed by two hexadecimal digits.
fn is_percent_encoded(value: &[u8]) -> bool {
    value.iter().all(|octet| matches!(octet, 0x20..=0x7e))
        && value.split(|&octet| octet == b'%').skip(1).all(|rest| {
            rest.first_chunk::<2>().is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        })
}

/// Base64 of the standard alphabet, with or without padding.
fn is_base64(part: &[u8]) -> bool {
    let part = part.trim_ascii();
    let text = part.strip_suffix(b"==").or_else(|| part.strip_suffix(b"=")).unwrap_or(part);
    let length_fits = text.len() % 4 != 1 && (text.len() == part.len() || part.len().is_multiple_of(4));
    let strange = text.iter().fold(false, |any, &octet| {
        any | !(octet.is_ascii_alphanumeric() | (octet == b'+') | (octet == b'/'))
    });
    length_fits && !strange
}

fn is_token(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet)
}

fn begins(value: &[u8], with: &[u8]) -> bool {
    value.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
}

/// The names whose values have a form to keep to, or a meaning to find.
const PRESCRIBED: Traits = Traits::METHOD
    .or(Traits::SCHEME)
    .or(Traits::AUTHORITY)
    .or(Traits::PATH)
    .or(Traits::STATUS)
    .or(Traits::TE)
    .or(Traits::CONTENT_LENGTH)
    .or(Traits::CONTENT_TYPE)
    .or(Traits::GRPC_STATUS)
    .or(Traits::GRPC_MESSAGE)
    .or(Traits::GRPC_TIMEOUT)
    .or(Traits::BINARY);

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn each(name: Traits, cases: &[(&str, Traits)]) {
        for (value, expected) in cases {
            assert_eq!(traits_of_value(name, value.as_bytes()), *expected, "{value:?}");
        }
    }

    #[test]
    fn an_ordinary_value_has_no_trait() {
        each(
            Traits::REGULAR,
            &[("gzip, deflate", Traits::NONE), ("a", Traits::NONE), ("a\tb c\u{fc}", Traits::NONE)],
        );
    }

    #[test]
    fn a_control_octet_is_found_wherever_it_stands() {
        for length in 1..40 {
            for at in 0..length {
                for octet in (0..0x20).chain([0x7f]) {
                    let mut value = vec![b'x'; length];
                    value[at] = octet;
                    let expected = match octet {
                        0 | b'\n' | b'\r' => Traits::INVALID_VALUE,
                        b'\t' => Traits::SURROUNDED_VALUE.when(at == 0 || at == length - 1),
                        _ => Traits::CONTROL_IN_VALUE,
                    };
                    assert_eq!(traits_of_value(Traits::REGULAR, &value), expected, "{value:?}");
                }
            }
        }
    }

    #[test]
    fn octets_beyond_ascii_are_no_control_octets() {
        for octet in 0x80..=0xff {
            assert_eq!(traits_of_value(Traits::REGULAR, &[octet; 21]), Traits::NONE);
        }
    }

    #[test]
    fn blanks_around_a_value_and_emptiness_are_told() {
        each(
            Traits::REGULAR,
            &[
                ("", Traits::EMPTY_VALUE),
                (" a", Traits::SURROUNDED_VALUE),
                ("a\t", Traits::SURROUNDED_VALUE),
                (" ", Traits::SURROUNDED_VALUE),
            ],
        );
    }

    #[test]
    fn values_that_look_like_secrets_are_told_under_any_name() {
        each(
            Traits::REGULAR,
            &[
                ("Bearer abc", Traits::TOKEN),
                ("basic QWxh", Traits::TOKEN),
                ("eyJhbGciOi", Traits::TOKEN),
                ("bear", Traits::NONE),
                ("eye", Traits::NONE),
            ],
        );
    }

    #[test]
    fn a_method_is_a_token() {
        each(
            Traits::METHOD,
            &[
                ("GET", Traits::GET),
                ("HEAD", Traits::HEAD),
                ("CONNECT", Traits::CONNECT),
                ("get", Traits::NONE),
                ("M-SEARCH", Traits::NONE),
                ("GE T", Traits::MALFORMED_METHOD),
                ("", Traits::EMPTY_VALUE | Traits::MALFORMED_METHOD),
            ],
        );
    }

    #[test]
    fn a_scheme_begins_with_a_letter() {
        each(
            Traits::SCHEME,
            &[
                ("http", Traits::HTTP),
                ("HTTPS", Traits::HTTPS),
                ("coap+tcp", Traits::NONE),
                ("1http", Traits::MALFORMED_SCHEME),
                ("ht tp", Traits::MALFORMED_SCHEME),
            ],
        );
    }

    #[test]
    fn a_path_is_absolute_or_an_asterisk() {
        each(
            Traits::PATH,
            &[
                ("/", Traits::NONE),
                ("/a?b=c", Traits::NONE),
                ("*", Traits::ASTERISK),
                ("", Traits::EMPTY_VALUE | Traits::MALFORMED_PATH),
                ("a/b", Traits::MALFORMED_PATH),
                ("/a b", Traits::UNUSUAL_PATH),
                ("/#x", Traits::UNUSUAL_PATH),
            ],
        );
    }

    #[test]
    fn an_authority_tells_user_and_port() {
        each(
            Traits::AUTHORITY,
            &[
                ("a.example:443", Traits::NONE),
                ("a.example", Traits::NO_PORT),
                ("a.example:", Traits::NO_PORT),
                ("[::1]", Traits::NO_PORT),
                ("[::1]:8080", Traits::NONE),
                ("me@a.example", Traits::USERINFO | Traits::NO_PORT),
            ],
        );
    }

    #[test]
    fn a_status_is_three_digits_from_100() {
        each(
            Traits::STATUS,
            &[
                ("200", Traits::NONE),
                ("103", Traits::INTERIM),
                ("101", Traits::INTERIM | Traits::SWITCHING),
                ("777", Traits::UNUSUAL_STATUS),
                ("099", Traits::MALFORMED_STATUS),
                ("20", Traits::MALFORMED_STATUS),
                ("200 OK", Traits::MALFORMED_STATUS),
            ],
        );
    }

    #[test]
    fn te_is_read_member_by_member() {
        each(
            Traits::TE,
            &[
                ("trailers", Traits::TE_TRAILERS),
                ("Trailers", Traits::TE_TRAILERS),
                ("gzip;q=0.5, trailers", Traits::TE_TRAILERS | Traits::TE_OTHER),
                ("deflate", Traits::TE_OTHER),
                ("trailers,", Traits::TE_TRAILERS),
            ],
        );
    }

    #[test]
    fn a_content_length_is_one_number() {
        let malformed = Traits::MALFORMED_CONTENT_LENGTH;
        each(
            Traits::CONTENT_LENGTH,
            &[
                ("0", Traits::NONE),
                ("9223372036854775807", Traits::NONE),
                ("9223372036854775808", malformed),
                ("-1", malformed),
                ("5, 5", malformed),
                ("", malformed | Traits::EMPTY_VALUE),
            ],
        );
    }

    #[test]
    fn grpc_is_told_from_grpc_web() {
        each(
            Traits::CONTENT_TYPE,
            &[
                ("application/grpc", Traits::GRPC),
                ("application/grpc+proto", Traits::GRPC),
                ("application/grpc-web+proto", Traits::GRPC_WEB),
                ("text/html", Traits::NONE),
            ],
        );
    }

    #[test]
    fn a_grpc_status_is_a_plain_number_up_to_16() {
        let failure = Traits::GRPC_FAILURE;
        each(
            Traits::GRPC_STATUS,
            &[
                ("0", Traits::NONE),
                ("16", failure),
                ("17", failure | Traits::MALFORMED_GRPC),
                ("00", failure | Traits::MALFORMED_GRPC),
                ("ok", failure | Traits::MALFORMED_GRPC),
            ],
        );
    }

    #[test]
    fn grpc_metadata_is_held_to_its_form() {
        let malformed = Traits::MALFORMED_GRPC;
        each(
            Traits::GRPC_TIMEOUT,
            &[
                ("1S", Traits::NONE),
                ("99999999n", Traits::NONE),
                ("123456789n", malformed),
                ("5s", malformed),
            ],
        );
        each(
            Traits::GRPC_MESSAGE,
            &[("no%20luck", Traits::NONE), ("100%", malformed), ("%2", malformed), ("\u{e4}", malformed)],
        );
        each(
            Traits::BINARY,
            &[
                ("AAE", Traits::NONE),
                ("AAE=,AA==", Traits::NONE),
                ("AAE==", malformed),
                ("A", malformed),
                ("a_b-", malformed),
            ],
        );
    }
}
