//! Authorities: whether two of them name the same host and port, and which ones were asked for on a connection.

use crate::limits;

/// The authorities of the requests that one side sent.
#[derive(Debug, Default)]
pub(super) struct Authorities {
    known: Vec<Box<str>>,
    /// There were others: more than fit, or some that are not known.
    others: bool,
}

impl Authorities {
    pub(super) fn note(&mut self, authority: &str) {
        if self.known.iter().any(|known| **known == *authority) {
            return;
        }
        if self.known.len() < limits::MAX_AUTHORITIES {
            if self.known.capacity() == 0 {
                // Mostly it stays the only one.
                self.known = Vec::with_capacity(1);
            }
            self.known.push(authority.into());
        } else {
            self.others = true;
        }
    }

    /// There was a request of which not everything is known.
    pub(super) const fn miss(&mut self) {
        self.others = true;
    }

    /// Octets that this holds in memory.
    pub(super) fn weight(&self) -> usize {
        self.known.iter().fold(0, |sum: usize, known| sum.saturating_add(known.len()))
    }

    /// Those that are remembered, in the order in which they were first named.
    pub(super) fn listed(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(AsRef::as_ref)
    }

    /// True when requests were seen, and none of them named this authority.
    pub(super) fn lack(&self, authority: &str) -> bool {
        let mut known = self.known.iter();
        !self.others
            && !self.known.is_empty()
            && !known.any(|known| same(known.as_bytes(), authority.as_bytes()))
    }
}

/// True when both name the same: case of the host, a final dot, user information and the usual ports make no difference
/// (RFC 9110 §4.2.3).
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    if one == other {
        return true;
    }
    let ((host, port), (its_host, its_port)) = (split(one), split(other));
    let usual = |port: &[u8]| matches!(port, b"" | b"80" | b"443");
    let ports =
        port == its_port || ((port.is_empty() || its_port.is_empty()) && usual(port) && usual(its_port));
    ports && host.eq_ignore_ascii_case(its_host)
}

/// The host of an authority: without user information, port, brackets and final dot.
#[must_use]
pub fn host_of(authority: &str) -> &str {
    let (host, _) = split(authority.as_bytes());
    let host = std::str::from_utf8(host).unwrap_or_default();
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// True when the host of an authority is a domain name of more than one label, not an address.
#[must_use]
pub fn is_domain(authority: &str) -> bool {
    let host = host_of(authority);
    host.contains('.') && host.parse::<std::net::IpAddr>().is_err()
}

/// Host without final dot, and port; empty where there is none.
fn split(authority: &[u8]) -> (&[u8], &[u8]) {
    let host = authority.rsplit(|octet| *octet == b'@').next().unwrap_or(authority);
    let colon = host.iter().rposition(|octet| *octet == b':');
    let (host, port) = match colon.and_then(|at| Some((host.get(..at)?, host.get(at.saturating_add(1)..)?))) {
        Some((name, port)) if port.iter().all(u8::is_ascii_digit) && !is_cut_address(name) => (name, port),
        _ => (host, &b""[..]),
    };
    (host.strip_suffix(b".").unwrap_or(host), port)
}

/// True for the first part of an IPv6 address that is not in brackets, or whose bracket is still open.
fn is_cut_address(host: &[u8]) -> bool {
    host.contains(&b':') && !host.ends_with(b"]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_the_same_host_and_port_is_the_same() {
        for (one, other) in [
            ("a.example", "A.Example"),
            ("a.example", "a.example:443"),
            ("a.example:80", "a.example."),
            ("a.example:", "a.example"),
            ("[::1]:443", "[::1]"),
            ("u@a.example", "a.example"),
            ("a.example:8080", "A.example:8080"),
        ] {
            assert!(same(one.as_bytes(), other.as_bytes()), "{one} and {other}");
        }
    }

    #[test]
    fn the_host_of_an_authority_is_told_from_what_stands_around_it() {
        let hosts = ["u@a.example.:443", "[::1]:80", "10.0.0.1", "::1", ""].map(host_of);
        assert_eq!(hosts, ["a.example", "::1", "10.0.0.1", "::1", ""]);
        assert_eq!(
            ["a.example:1", "localhost", "[::1]:80", "10.0.0.1"].map(is_domain),
            [true, false, false, false]
        );
    }

    #[test]
    fn another_host_or_port_is_another_authority() {
        for (one, other) in [
            ("a.example", "b.example"),
            ("a.example:8080", "a.example"),
            ("a.example:80", "a.example:443"),
            ("[::1]", "[::2]"),
            ("", "a.example"),
        ] {
            assert!(!same(one.as_bytes(), other.as_bytes()), "{one} and {other}");
        }
    }

    #[test]
    fn an_authority_is_lacking_only_among_those_that_are_all_known() {
        let mut known = Authorities::default();
        assert!(!known.lack("b"));
        known.note("a");
        assert!(known.lack("b") && !known.lack("A"));
        (0..100).for_each(|number| known.note(&number.to_string()));
        assert!(!known.lack("b"));
        let mut known = Authorities::default();
        known.note("a");
        known.miss();
        assert!(!known.lack("b"));
    }
}
