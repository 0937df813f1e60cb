//! ALPN's answer without keys: TLS 1.3 seals it in EncryptedExtensions, but where that message travels alone its record's length gives
//! the answer away. What servers do, as captured (the commands are in `testdata/make/tls.sh`):
//!
//! | server | EncryptedExtensions | record: no answer, `h2`, `http/1.1` |
//! |---|---|---|
//! | OpenSSL 3.0.19 (s_server, Node 20.20, Python 3.11) | alone | 23, 32, 38 |
//! | OpenSSL, client without a share for the group that the server likes best | alone, with supported_groups | 49, 58, 64 |
//! | OpenSSL behind nginx 1.22, client with server_name | alone, server_name acknowledged | 27, 36, 42; with early_data 4 more |
//! | nghttpd 1.52 (OpenSSL), after HelloRetryRequest | alone | 23, 32 (no answer when only `http/1.1` is offered) |
//! | Go 1.19.8 | alone | 23, 32, 38 |
//! | GnuTLS 3.7.9 | alone, then CertificateRequest or Certificate | 23, 32, 38; 38 is `h2` for a client with record_size_limit |
//! | Java 17.0.15 | alone, with supported_groups, every record padded by 16 octets | 65, 74, 80: more than one reading, not used |
//! | NSS 3.87 (selfserv) | in one record with all messages behind it | 559 and more: not used |
//! | rustls 0.23 | in one record with all messages behind it | 550 and more: not used |
//! | Google's front ends (BoringSSL) | in one record with all messages behind it | 2484 and more: not used |
//!
//! So the lengths alone do not suffice: what the client offered says which answers can be in it, and where two readings fit, nothing
//! is said. Whether HTTP/2 is spoken is not read off later records: tickets, which look like data, come in between.

use super::alpn::ProtocolName;
use super::client_hello::{ClientHello, ServerName};
use super::extension as id;

/// What the length of the first sealed record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Inferred {
    /// There is no room for an answer.
    NoAnswer,
    /// Only this answer fits.
    Name(ProtocolName),
}

/// Octets around the extensions of EncryptedExtensions in a record of its own: message header, length of the list, content type, tag.
const AROUND: usize = 4 + 2 + 1 + 16;

/// Octets of ALPN's answer besides the name: type and length of the extension, length of the list, length of the name.
const AROUND_NAME: usize = 4 + 2 + 1;

/// Longest extensions that are taken for those of EncryptedExtensions alone: a record that holds the whole flight of a resumed session
/// has a Finished message too, 36 octets at least.
const LONGEST: usize = 35;

/// Octets of the shortest supported_groups that are believed: servers send it when the group they like best is another one than that in
/// use, with all groups they know. Five groups.
const SHORTEST_GROUPS: usize = 4 + 2 + 2 * 5;

/// Reads ALPN's answer off the length of the first sealed record of the server, header not counted. `None` when more than one answer
/// fits, or none.
pub(super) fn alpn(record: usize, hello: &ClientHello) -> Option<Inferred> {
    let extensions = record.checked_sub(AROUND).filter(|length| *length <= LONGEST)?;
    let mut found = None;
    let mut ways = 0_usize;
    let answers = hello.alpn.names().iter().filter(|name| !name.is_grease());
    let all = answers.map(|name| (name.0.len().saturating_add(AROUND_NAME), Inferred::Name(name.clone())));
    for (length, answer) in std::iter::once((0, Inferred::NoAnswer)).chain(all) {
        let left = extensions.checked_sub(length);
        if left.is_some_and(|left| can_be(left, hello)) {
            ways = ways.saturating_add(1);
            found = Some(answer);
        }
    }
    found.filter(|_| ways == 1)
}

/// True when the server's answers to the client's other extensions can be so long together.
fn can_be(length: usize, hello: &ClientHello) -> bool {
    let named = hello.server_name != ServerName::Absent;
    let mut parts = vec![0_usize];
    let mut may_add = |octets: usize| {
        let with: Vec<usize> = parts.iter().map(|sum| sum.saturating_add(octets)).collect();
        parts.extend(with.into_iter().filter(|sum| *sum <= LONGEST));
    };
    if named {
        may_add(4);
    }
    for (extension, octets) in ANSWERS {
        if hello.extensions.contains(&extension) {
            may_add(octets);
        }
    }
    let groups = |sum: &usize| {
        let left = length.checked_sub(*sum);
        left.is_some_and(|left| left >= SHORTEST_GROUPS && left.is_multiple_of(2))
    };
    parts.contains(&length) || parts.iter().any(groups)
}

/// Extensions that a server answers in EncryptedExtensions, and the length of the answer (IANA "TLS ExtensionType Values").
const ANSWERS: [(u16, usize); 9] = [
    (id::MAX_FRAGMENT_LENGTH, 5),
    (id::HEARTBEAT, 5),
    (id::CLIENT_CERTIFICATE_TYPE, 5),
    (id::SERVER_CERTIFICATE_TYPE, 5),
    (id::RECORD_SIZE_LIMIT, 6),
    (id::EARLY_DATA, 4),
    (id::TICKET_REQUEST, 5),
    (id::USE_SRTP, 9),
    (id::APPLICATION_SETTINGS[1], 4),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::Stretch;
    use crate::tls::sample::client_hello;

    const BOTH: &[u8] = b"\x00\x0c\x02h2\x08http/1.1";
    const SNI: (u16, &[u8]) = (0, b"\x00\x09\x00\x00\x06a.test");

    fn said(record: usize, extensions: &[(u16, &[u8])]) -> String {
        let octets = client_hello(&[0; 32], &[0x1301], extensions);
        let hello = ClientHello::read(&octets[4..], Stretch::default()).unwrap();
        match alpn(record, &hello) {
            None => "?".to_owned(),
            Some(Inferred::NoAnswer) => "none".to_owned(),
            Some(Inferred::Name(name)) => name.to_string(),
        }
    }

    #[test]
    fn lengths_of_real_servers_give_the_answer() {
        let plain = [(16, BOTH)];
        assert_eq!([23, 32, 38].map(|record| said(record, &plain)), ["none", "h2", "http/1.1"]);
        let named = [SNI, (16, BOTH)];
        assert_eq!([23, 32, 38].map(|record| said(record, &named)), ["none", "h2", "http/1.1"]);
        assert_eq!([27, 36, 42].map(|record| said(record, &named)), ["none", "h2", "http/1.1"]);
        let early = [SNI, (16, BOTH), (42, b"")];
        assert_eq!(said(40, &early), "h2");
    }

    #[test]
    fn lengths_with_two_readings_say_nothing() {
        let limited = [(28, &b"\x40\x00"[..]), (16, BOTH)];
        assert_eq!([23, 29, 32, 38].map(|record| said(record, &limited)), ["none", "none", "h2", "?"]);
        let plain = [(16, BOTH)];
        assert_eq!([49, 58, 64].map(|record| said(record, &plain)), ["none", "?", "?"]);
        assert_eq!([65, 74, 80, 559, 22, 0].map(|record| said(record, &plain)), ["?"; 6]);
        assert_eq!([24, 33, 36].map(|record| said(record, &plain)), ["?"; 3]);
    }
}
