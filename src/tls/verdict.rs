//! Tells TLS by the first octets of a side, on any port.

use super::names::ContentType;
use super::records::{HEADER_OCTETS, Header, SSLV2_HELLO};

/// What the first octets of a side are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// TLS records.
    Yes,
    /// Something else.
    No,
    /// More octets are needed.
    NotYet,
}

/// Reads the first octets of a side: six octets are enough. A side begins with a hello or with an alert, in the form of TLS or, as
/// clients of long ago do, of SSL 2.0.
#[must_use]
pub fn looks_like_tls(octets: &[u8]) -> Verdict {
    match octets {
        [] => Verdict::NotYet,
        [20..=23, 3, 0..=4, ..] | [20..=23] | [20..=23, 3] => of_record(octets),
        [0x80..=0xff, ..] => of_sslv2(octets),
        _ => Verdict::No,
    }
}

fn of_record(octets: &[u8]) -> Verdict {
    let Some(head) = octets.first_chunk::<HEADER_OCTETS>() else { return Verdict::NotYet };
    let Some(header) = Header::read(*head) else { return Verdict::No };
    match (header.kind, octets.get(HEADER_OCTETS)) {
        (ContentType::HANDSHAKE, None) => Verdict::NotYet,
        (ContentType::HANDSHAKE, Some(0..=24 | 67)) if header.length >= 1 => Verdict::Yes,
        (ContentType::HANDSHAKE, Some(_)) => Verdict::No,
        (ContentType::ALERT, _) if header.length == 2 || header.length >= 18 => Verdict::Yes,
        (ContentType::CHANGE_CIPHER_SPEC, _) if header.length == 1 => Verdict::Yes,
        (ContentType::APPLICATION_DATA, _) => Verdict::Yes,
        _ => Verdict::No,
    }
}

fn of_sslv2(octets: &[u8]) -> Verdict {
    match octets {
        [_] | [_, _] | [_, _, 1] | [_, _, 1, 0 | 3] => Verdict::NotYet,
        [_, _, 1, 0, 2, ..] | [_, _, 1, 3, 0..=4, ..] => {
            let known = octets.first_chunk().and_then(|head| Header::of_first(*head));
            if known.is_some_and(|header| header.kind == SSLV2_HELLO) { Verdict::Yes } else { Verdict::No }
        }
        _ => Verdict::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hellos_and_alerts_are_tls() {
        for octets in
            [&[22, 3, 1, 2, 0, 1][..], &[22, 3, 3, 0, 90, 2], &[21, 3, 3, 0, 2, 2, 40], &[0x80, 46, 1, 3, 1]]
        {
            assert_eq!(looks_like_tls(octets), Verdict::Yes, "{octets:?}");
            for cut in 0..octets.len().min(5) {
                assert_eq!(looks_like_tls(&octets[..cut]), Verdict::NotYet, "{octets:?} {cut}");
            }
        }
    }

    #[test]
    fn http_and_other_protocols_are_not() {
        for octets in
            [&b"PRI * HTTP/2.0"[..], b"GET / HTTP/1.1", b"\x00\x00\x12\x04\x00", b"SSH-2.0", b"\x05\x01\x00"]
        {
            assert_eq!(looks_like_tls(octets), Verdict::No, "{octets:?}");
        }
        assert_eq!(looks_like_tls(&[22, 3, 1, 0xff, 0xff, 1]), Verdict::No);
        assert_eq!(looks_like_tls(&[22, 3, 1, 2, 0, 99]), Verdict::No);
        assert_eq!(looks_like_tls(&[0x80, 46, 4]), Verdict::No);
    }
}
