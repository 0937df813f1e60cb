//! Whom a server's certificate names: a walk over DER that reads the subject's common name, the alternative names (RFC 5280 §4.2.1.6)
//! and the issuer's name, and nothing else.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::grammar::{vector8, vector24, whole};
use super::names::Version;
use super::records::Stretch;
use crate::base::{text, to_index};
use crate::limits::MAX_CERTIFICATE_NAMES;

/// The server's own certificate. At most [`MAX_CERTIFICATE_NAMES`] names are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Where the message stands.
    pub at: Stretch,
    /// The subject's common name.
    pub common_name: Option<Box<str>>,
    /// Alternative names that are DNS names.
    pub dns_names: Vec<Box<str>>,
    /// Alternative names that are IP addresses, as text.
    pub addresses: Vec<Box<str>>,
    /// The issuer's common name, or its organization where it has none.
    pub issuer: Option<Box<str>>,
    /// True when there are more names than are kept.
    pub more: bool,
}

impl Certificate {
    /// True when the certificate is good for this host, a DNS name or an IP address without brackets and port (RFC 9525 §6).
    #[must_use]
    pub fn covers(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        if self.more || self.addresses.iter().any(|address| **address == *host) {
            return true;
        }
        let alone = self.dns_names.is_empty() && self.addresses.is_empty();
        let common = self.common_name.iter().filter(|_| alone);
        self.dns_names.iter().chain(common).any(|name| covers(name, host))
    }

    /// Reads the body of the Certificate message: the first certificate of its list.
    pub(super) fn read(body: &[u8], version: Version, at: Stretch) -> Option<Self> {
        let list = if version.is_tls13() { vector8(body).ok()?.0 } else { body };
        let (_, first) = vector24(whole(list, vector24)?).ok()?;
        let mut read = Self { at, ..Self::default() };
        read.certificate(first);
        Some(read)
    }

    /// Certificate, its TBSCertificate, and the fields of that (RFC 5280 §4.1).
    fn certificate(&mut self, octets: &[u8]) -> Option<()> {
        let certificate = element(octets)?.inside(SEQUENCE)?;
        let mut rest = element(certificate)?.inside(SEQUENCE)?;
        let first = element(rest)?;
        if first.tag == VERSION {
            rest = first.behind;
        }
        let serial = element(rest)?;
        let signature = element(serial.behind)?;
        let issuer = element(signature.behind)?;
        let validity = element(issuer.behind)?;
        let subject = element(validity.behind)?;
        let mut names = (None, None);
        name(issuer.inside(SEQUENCE)?, &mut names);
        self.issuer = names.0.or(names.1);
        let mut names = (None, None);
        name(subject.inside(SEQUENCE)?, &mut names);
        self.common_name = names.0;
        let key = element(subject.behind)?;
        let mut rest = key.behind;
        while let Some(next) = element(rest) {
            if next.tag == EXTENSIONS {
                self.extensions(element(next.content)?.inside(SEQUENCE)?);
            }
            rest = next.behind;
        }
        Some(())
    }

    fn extensions(&mut self, mut rest: &[u8]) {
        while let Some(extension) = element(rest) {
            rest = extension.behind;
            let Some(id) = element(extension.content).filter(|id| id.content == SUBJECT_ALT_NAME) else {
                continue;
            };
            let mut behind = id.behind;
            while let Some(part) = element(behind) {
                behind = part.behind;
                if part.tag == OCTET_STRING
                    && let Some(names) = element(part.content).and_then(|names| names.inside(SEQUENCE))
                {
                    self.alternatives(names);
                }
            }
        }
    }

    fn alternatives(&mut self, mut rest: &[u8]) {
        while let Some(name) = element(rest) {
            rest = name.behind;
            if self.dns_names.len().saturating_add(self.addresses.len()) >= MAX_CERTIFICATE_NAMES {
                self.more = true;
                return;
            }
            match name.tag {
                DNS_NAME => self.dns_names.push(text(name.content)),
                IP_ADDRESS => self.addresses.extend(address(name.content)),
                _ => {}
            }
        }
    }
}

/// The common name and the organization of a Name.
fn name(mut rest: &[u8], (common, organization): &mut (Option<Box<str>>, Option<Box<str>>)) {
    while let Some(set) = element(rest) {
        rest = set.behind;
        let Some(pair) = element(set.content).and_then(|pair| pair.inside(SEQUENCE)) else { continue };
        let Some(id) = element(pair) else { continue };
        let Some(value) = element(id.behind) else { continue };
        match id.content {
            COMMON_NAME => *common = Some(text(value.content)),
            ORGANIZATION => *organization = Some(text(value.content)),
            _ => {}
        }
    }
}

fn address(octets: &[u8]) -> Option<Box<str>> {
    if let Some(four) = octets.first_chunk::<4>().filter(|_| octets.len() == 4) {
        return Some(Ipv4Addr::from(*four).to_string().into());
    }
    let sixteen = octets.first_chunk::<16>().filter(|_| octets.len() == 16)?;
    Some(Ipv6Addr::from(*sixteen).to_string().into())
}

/// `*.example.com` is good for one label (RFC 9525 §6.3).
fn covers(name: &str, host: &str) -> bool {
    if name.eq_ignore_ascii_case(host) {
        return true;
    }
    let parents = (name.strip_prefix("*."), host.split_once('.'));
    matches!(parents, (Some(pattern), Some((_, parent))) if pattern.eq_ignore_ascii_case(parent))
}

/// A value in DER: tag, content, and what follows it.
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    behind: &'a [u8],
}

impl<'a> Element<'a> {
    fn inside(&self, tag: u8) -> Option<&'a [u8]> {
        (self.tag == tag).then_some(self.content)
    }
}

fn element(octets: &[u8]) -> Option<Element<'_>> {
    let (&tag, rest) = octets.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f).min(5))?;
        let length = digits.iter().fold(0_u64, |length, digit| length.wrapping_shl(8) | u64::from(*digit));
        (to_index(length), rest)
    };
    let (content, behind) = rest.split_at_checked(length)?;
    Some(Element { tag, content, behind })
}

const SEQUENCE: u8 = 0x30;
const OCTET_STRING: u8 = 0x04;
/// The explicit tags of TBSCertificate's version and extensions.
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
/// The implicit tags of GeneralName.
const DNS_NAME: u8 = 0x82;
const IP_ADDRESS: u8 = 0x87;
/// Object identifiers 2.5.4.3, 2.5.4.10 and 2.5.29.17.
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ORGANIZATION: &[u8] = &[0x55, 4, 10];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::sample::CERTIFICATE;

    #[test]
    fn names_of_a_real_certificate_are_read() {
        let message = message();
        let read = Certificate::read(&message, Version::TLS12, Stretch::default()).unwrap();
        assert_eq!(read.common_name.as_deref(), Some("common.test"));
        assert_eq!(read.dns_names, ["example.test".into(), "*.wild.test".into()]);
        assert_eq!(read.addresses, ["127.0.0.1".into(), "::1".into()]);
        assert_eq!(read.issuer.as_deref(), Some("common.test"));
    }

    #[test]
    fn a_certificate_is_good_for_its_alternative_names() {
        let read = Certificate::read(&message(), Version::TLS12, Stretch::default()).unwrap();
        for host in ["example.test", "EXAMPLE.test.", "a.wild.test", "127.0.0.1", "::1"] {
            assert!(read.covers(host), "{host}");
        }
        for host in ["common.test", "wild.test", "a.b.wild.test", "127.0.0.2"] {
            assert!(!read.covers(host), "{host}");
        }
        let old = Certificate { common_name: Some("common.test".into()), ..Certificate::default() };
        assert!(old.covers("common.test"));
    }

    #[test]
    fn a_cut_certificate_gives_what_stands_before_the_cut() {
        for length in 0..CERTIFICATE.len() {
            let mut read = Certificate::default();
            read.certificate(&CERTIFICATE[..length]);
        }
        assert!(Certificate::read(&message()[..9], Version::TLS12, Stretch::default()).is_none());
    }

    fn message() -> Vec<u8> {
        let length = |octets: usize| u32::try_from(octets).unwrap().to_be_bytes()[1..].to_vec();
        let list = CERTIFICATE.len() + 3;
        [length(list), length(CERTIFICATE.len()), CERTIFICATE.to_vec()].concat()
    }

    proptest::proptest! {
        #[test]
        fn no_octets_fail_it(at in 0..CERTIFICATE.len(), octet in 0_u8.., cut in 0..CERTIFICATE.len()) {
            let mut octets = CERTIFICATE.to_vec();
            octets[at] = octet;
            octets.truncate(cut.max(at));
            Certificate::default().certificate(&octets);
        }
    }
}
