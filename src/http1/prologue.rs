//! What may stand before a connection's own protocol: the PROXY protocol of load balancers (versions 1 and 2), SOCKS 4, 4a and 5
//! (RFC 1928, RFC 1929), and the CONNECT of HTTP/1.x (RFC 9110 §9.3.6). Behind it both sides begin anew.

use nom::bytes::complete::{tag, take, take_until};
use nom::combinator::verify;
use nom::number::complete::{be_u8, be_u16};
use nom::{IResult, Parser};

use super::head::{HeadFault, RequestHead, ResponseHead};
use crate::limits;

/// A prologue, by its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prologue {
    /// PROXY protocol, version 1: a line of text.
    Proxy1,
    /// PROXY protocol, version 2: a binary header.
    Proxy2,
    /// SOCKS 4 or 4a.
    Socks4,
    /// SOCKS 5.
    Socks5,
    /// HTTP CONNECT, answered with a 2xx.
    Connect,
}

/// What the first octets of both sides say about a prologue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// More octets are needed.
    NotYet,
    /// There is none.
    None,
    /// It is complete: so many octets of the client and of the server belong to it.
    Is(Prologue, usize, usize),
}

/// Longest line of version 1, line break included (its specification §2.1).
const PROXY1_LINE: usize = 107;

/// The 12 octets with which version 2 begins (its specification §2.2).
const PROXY2_SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

impl Prologue {
    /// The word used in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Proxy1 => "proxy_v1",
            Self::Proxy2 => "proxy_v2",
            Self::Socks4 => "socks4",
            Self::Socks5 => "socks5",
            Self::Connect => "http_connect",
        }
    }

    /// True for octets that only the front of the PROXY protocol has, wherever they stand.
    #[must_use]
    pub fn is_proxy(octets: &[u8]) -> bool {
        octets.starts_with(b"PROXY ") || octets.starts_with(PROXY2_SIGNATURE)
    }

    /// Reads the first octets of both sides.
    #[must_use]
    pub fn read(client: &[u8], server: &[u8]) -> Step {
        match client.first() {
            Some(b'P' | b'\r') => proxy(client),
            Some(4) => either(socks4(client, server)),
            Some(5) => either(socks5(client, server)),
            Some(b'C') => connect(client, server),
            _ => Step::None,
        }
    }
}

fn proxy(client: &[u8]) -> Step {
    let agrees = |start: &[u8]| client.iter().zip(start).all(|(octet, expected)| octet == expected);
    if agrees(b"PROXY ") {
        let line = client.get(..PROXY1_LINE).unwrap_or(client);
        return match line.windows(2).position(|pair| pair == b"\r\n") {
            Some(at) => Step::Is(Prologue::Proxy1, at.saturating_add(2), 0),
            None if client.len() < PROXY1_LINE => Step::NotYet,
            None => Step::None,
        };
    }
    if !agrees(PROXY2_SIGNATURE) {
        return Step::None;
    }
    let header = |octets| {
        let (octets, _) = tag(PROXY2_SIGNATURE)(octets)?;
        let (octets, _) = verify(be_u8, |version| version >> 4 == 2).parse(octets)?;
        let (octets, _) = be_u8(octets)?;
        let (octets, length) = be_u16(octets)?;
        take(length)(octets)
    };
    let parsed: IResult<&[u8], &[u8]> = header(client);
    match parsed {
        Ok((rest, _)) => Step::Is(Prologue::Proxy2, client.len().saturating_sub(rest.len()), 0),
        Err(_) if client.get(12).is_some_and(|version| version >> 4 != 2) => Step::None,
        Err(_) => Step::NotYet,
    }
}

/// Why a SOCKS dialogue cannot be read to its end.
enum Stop {
    /// More octets are needed.
    NotYet,
    /// This is none, or it was refused.
    Other,
}

const fn either(step: Result<Step, Stop>) -> Step {
    match step {
        Ok(step) => step,
        Err(Stop::NotYet) => Step::NotYet,
        Err(Stop::Other) => Step::None,
    }
}

/// Takes so much of the front as `parser` reads; what it does not find may be on its way.
fn next<'a, T>(
    rest: &mut &'a [u8],
    parser: impl FnOnce(&'a [u8]) -> IResult<&'a [u8], T>,
) -> Result<T, Stop> {
    let (behind, value) = parser(rest).map_err(|_| Stop::NotYet)?;
    *rest = behind;
    Ok(value)
}

/// The octet in front must be one of these.
fn expect(rest: &mut &[u8], wanted: impl Fn(u8) -> bool) -> Result<u8, Stop> {
    let octet = next(rest, be_u8)?;
    if wanted(octet) { Ok(octet) } else { Err(Stop::Other) }
}

fn socks4(client: &[u8], server: &[u8]) -> Result<Step, Stop> {
    let (mut asks, mut answers) = (client, server);
    expect(&mut asks, |version| version == 4)?;
    expect(&mut asks, |command| command == 1)?;
    next(&mut asks, take(2_usize))?;
    let address = next(&mut asks, take(4_usize))?;
    text(&mut asks)?;
    if matches!(address, [0, 0, 0, last] if *last != 0) {
        text(&mut asks)?;
    }
    expect(&mut answers, |zero| zero == 0)?;
    expect(&mut answers, |granted| granted == 0x5a)?;
    next(&mut answers, take(6_usize))?;
    Ok(done(Prologue::Socks4, (client, asks), (server, answers)))
}

/// Text up to a zero octet.
fn text(rest: &mut &[u8]) -> Result<(), Stop> {
    let long = rest.len() > usize::from(u8::MAX) && !rest.get(..256).unwrap_or_default().contains(&0);
    if long {
        return Err(Stop::Other);
    }
    next(rest, take_until(&[0_u8][..]))?;
    next(rest, take(1_usize)).map(|_| ())
}

fn socks5(client: &[u8], server: &[u8]) -> Result<Step, Stop> {
    let (mut asks, mut answers) = (client, server);
    expect(&mut asks, |version| version == 5)?;
    let count = expect(&mut asks, |count| count > 0)?;
    let methods = next(&mut asks, take(count))?;
    expect(&mut answers, |version| version == 5)?;
    let method = expect(&mut answers, |method| method != 0xff && methods.contains(&method))?;
    match method {
        0 => {}
        2 => {
            expect(&mut asks, |version| version == 1)?;
            for _ in 0..2 {
                let length = next(&mut asks, be_u8)?;
                next(&mut asks, take(length))?;
            }
            expect(&mut answers, |version| version == 1)?;
            expect(&mut answers, |status| status == 0)?;
        }
        _ => return Err(Stop::Other),
    }
    for (rest, granted) in [(&mut asks, 1), (&mut answers, 0)] {
        expect(rest, |version| version == 5)?;
        expect(rest, |word| word == granted)?;
        expect(rest, |zero| zero == 0)?;
        let length = match expect(rest, |kind| matches!(kind, 1 | 3 | 4))? {
            1 => 4,
            3 => next(rest, be_u8)?,
            _ => 16,
        };
        next(rest, take(length))?;
        next(rest, take(2_usize))?;
    }
    Ok(done(Prologue::Socks5, (client, asks), (server, answers)))
}

fn done(prologue: Prologue, client: (&[u8], &[u8]), server: (&[u8], &[u8])) -> Step {
    let length = |(whole, rest): (&[u8], &[u8])| whole.len().saturating_sub(rest.len());
    Step::Is(prologue, length(client), length(server))
}

fn connect(client: &[u8], server: &[u8]) -> Step {
    let start = b"CONNECT ";
    if client.iter().zip(start).any(|(octet, expected)| octet != expected) {
        return Step::None;
    }
    let request = match RequestHead::read(client) {
        Ok(head) => head.length,
        Err(HeadFault::Partial) if client.len() < limits::MAX_HTTP1_HEAD => return Step::NotYet,
        Err(_) => return Step::None,
    };
    match ResponseHead::read(server) {
        Ok(head) if head.status / 100 == 2 => Step::Is(Prologue::Connect, request, head.length),
        Err(HeadFault::Partial) if server.len() < limits::MAX_HTTP1_HEAD => Step::NotYet,
        Ok(_) | Err(_) => Step::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both sides, cut behind any octet of them, say `NotYet` until the prologue is complete.
    fn in_parts(client: &[u8], server: &[u8], expected: Step) {
        for end in 1..client.len() {
            assert_eq!(Prologue::read(&client[..end], &[]), Step::NotYet, "{end} octets of the client");
        }
        for end in 0..server.len() {
            assert_eq!(Prologue::read(client, &server[..end]), Step::NotYet, "{end} octets of the server");
        }
        let (mut more, mut answer) = (client.to_vec(), server.to_vec());
        more.extend_from_slice(b"PRI * HTTP/2.0");
        answer.extend_from_slice(&[0, 0, 0, 4, 0, 0, 0, 0, 0]);
        assert_eq!(Prologue::read(&more, &answer), expected);
    }

    #[test]
    fn the_proxy_protocol_is_read_in_both_versions() {
        let line = b"PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n";
        assert_eq!(Prologue::read(line, &[]), Step::Is(Prologue::Proxy1, line.len(), 0));
        for end in 1..line.len() {
            assert_eq!(Prologue::read(&line[..end], &[]), Step::NotYet);
        }
        let header = [PROXY2_SIGNATURE, &[0x21, 0x11, 0, 12], &[1; 12]].concat();
        assert_eq!(Prologue::read(&header, &[]), Step::Is(Prologue::Proxy2, 28, 0));
        assert_eq!(Prologue::read(&header[..20], &[]), Step::NotYet);
    }

    #[test]
    fn socks_4_and_4a_are_read() {
        let granted = [0, 0x5a, 0, 0, 0, 0, 0, 0];
        in_parts(b"\x04\x01\x01\xbb\x0a\0\0\x01me\0", &granted, Step::Is(Prologue::Socks4, 11, 8));
        in_parts(b"\x04\x01\x01\xbb\0\0\0\x01\0a.example\0", &granted, Step::Is(Prologue::Socks4, 19, 8));
    }

    #[test]
    fn socks_5_is_read_with_and_without_a_password() {
        let (asks, answers) = (b"\x05\x01\0\x05\x01\0\x03\x01a\x01\xbb", b"\x05\0\x05\0\0\x01\0\0\0\0\0\0");
        in_parts(asks, answers, Step::Is(Prologue::Socks5, 11, 12));
        let asks = b"\x05\x02\0\x02\x01\x02me\x03key\x05\x01\0\x01\x0a\0\0\x01\x01\xbb";
        let answers = b"\x05\x02\x01\0\x05\0\0\x01\0\0\0\0\0\0";
        in_parts(asks, answers, Step::Is(Prologue::Socks5, 22, 14));
    }

    #[test]
    fn connect_is_read_when_it_is_granted() {
        let asks = b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n";
        let answers = b"HTTP/1.1 200 Connection established\r\n\r\n";
        in_parts(asks, answers, Step::Is(Prologue::Connect, asks.len(), answers.len()));
        assert_eq!(Prologue::read(asks, b"HTTP/1.1 407 No\r\n\r\n"), Step::None);
    }

    #[test]
    fn what_is_no_prologue_is_told_at_once() {
        for other in [&b"PRI"[..], b"POST", b"GET /", &[0x16, 3, 1], &[5, 0], &[4, 2], b"\r\n\r\n!", b"CO "] {
            assert_eq!(Prologue::read(other, &[]), Step::None, "{other:02x?}");
        }
        assert_eq!(Prologue::read(&[], b"HTTP/1.1 200 OK\r\n\r\n"), Step::None);
        assert_eq!(Prologue::read(&[5, 1, 0], &[5, 0xff]), Step::None);
    }
}
