//! Whom a server's certificate names: a walk over DER that reads the subject's common name, the alternative names (RFC 5280 §4.2.1.6)
//! and the issuer's name, and nothing else.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Deref;
use std::sync::Arc;

use super::grammar::{vector8, vector24, whole};
use super::names::Version;
use super::records::Stretch;
use crate::base::{text, to_index};
use crate::limits::{MAX_CERTIFICATE_NAMES, MAX_KNOWN_CERTIFICATES};

/// The server's own certificate, and where it was shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Where the message stands.
    pub at: Stretch,
    /// Connections to one server share it.
    names: Arc<CertificateNames>,
}

/// Whom a certificate names. At most [`MAX_CERTIFICATE_NAMES`] names are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateNames {
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

/// The certificates that were read last, with their octets: most connections show one that an earlier one showed.
#[derive(Debug, Default)]
pub(super) struct Certificates {
    known: VecDeque<(Box<[u8]>, Arc<CertificateNames>)>,
}

impl Certificates {
    /// Reads the body of the Certificate message: the first certificate of its list.
    pub(super) fn read(&mut self, body: &[u8], version: Version, at: Stretch) -> Option<Certificate> {
        let list = if version.is_tls13() { vector8(body).ok()?.0 } else { body };
        let (_, first) = vector24(whole(list, vector24)?).ok()?;
        Some(Certificate { at, names: self.names(first) })
    }

    fn names(&mut self, octets: &[u8]) -> Arc<CertificateNames> {
        if let Some((_, names)) = self.known.iter().find(|(known, _)| **known == *octets) {
            return Arc::clone(names);
        }
        let mut read = CertificateNames::default();
        read.certificate(octets);
        let names = Arc::new(read);
        if self.known.len() >= MAX_KNOWN_CERTIFICATES {
            self.known.pop_front();
        }
        self.known.push_back((octets.into(), Arc::clone(&names)));
        names
    }
}

impl Deref for Certificate {
    type Target = CertificateNames;

    fn deref(&self) -> &CertificateNames {
        &self.names
    }
}

impl CertificateNames {
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
        let read = read(&message).unwrap();
        assert_eq!(read.common_name.as_deref(), Some("common.test"));
        assert_eq!(read.dns_names, ["example.test".into(), "*.wild.test".into()]);
        assert_eq!(read.addresses, ["127.0.0.1".into(), "::1".into()]);
        assert_eq!(read.issuer.as_deref(), Some("common.test"));
    }

    #[test]
    fn a_certificate_is_good_for_its_alternative_names() {
        let read = read(&message()).unwrap();
        for host in ["example.test", "EXAMPLE.test.", "a.wild.test", "127.0.0.1", "::1"] {
            assert!(read.covers(host), "{host}");
        }
        for host in ["common.test", "wild.test", "a.b.wild.test", "127.0.0.2"] {
            assert!(!read.covers(host), "{host}");
        }
        let old = CertificateNames { common_name: Some("common.test".into()), ..CertificateNames::default() };
        assert!(old.covers("common.test"));
    }

    #[test]
    fn a_cut_certificate_gives_what_stands_before_the_cut() {
        for length in 0..CERTIFICATE.len() {
            let mut read = CertificateNames::default();
            read.certificate(&CERTIFICATE[..length]);
        }
        assert!(read(&message()[..9]).is_none());
    }

    #[test]
    fn a_certificate_that_is_shown_again_is_not_read_again() {
        let mut certificates = Certificates::default();
        let mut read =
            |message: &[u8]| certificates.read(message, Version::TLS12, Stretch::default()).unwrap();
        let (first, again) = (read(&message()), read(&message()));
        assert!(Arc::ptr_eq(&first.names, &again.names));
        for other in 0..=u8::try_from(MAX_KNOWN_CERTIFICATES).unwrap() {
            read(&[0, 0, 4, 0, 0, 1, other]);
        }
        assert!(!Arc::ptr_eq(&first.names, &read(&message()).names));
        assert_eq!(certificates.known.len(), MAX_KNOWN_CERTIFICATES);
    }

    fn read(message: &[u8]) -> Option<Certificate> {
        Certificates::default().read(message, Version::TLS12, Stretch::default())
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
            CertificateNames::default().certificate(&octets);
        }
    }
}
