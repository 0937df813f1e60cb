//! ALPN's answer without keys: TLS 1.3 seals it in EncryptedExtensions, but where that message travels alone its record's length gives
//! the answer away. What servers do, as captured (`testdata/captures/tls`, `about.md` there tells the commands):
//!
//! FINDINGS_TABLE

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

/// Longest extensions that are taken for those of EncryptedExtensions alone: any flight that ends in the same record has a Finished
/// message, 36 octets at least, and a length that fits no answer but by padding.
const LONGEST: usize = 34;

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
    parts.contains(&length)
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
