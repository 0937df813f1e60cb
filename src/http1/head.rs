//! Heads of HTTP/1.x messages (RFC 9112), as far as the way to HTTP/2 needs them.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};

/// Fields looked at in one head: what common servers accept.
const MAX_FIELDS: usize = 256;

/// The head of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestHead {
    /// The method.
    pub method: Box<str>,
    /// The request target.
    pub target: Box<str>,
    /// The Host field.
    pub host: Option<Box<str>>,
    /// True when an Upgrade field lists `h2c`.
    pub upgrade_h2c: bool,
    /// True when an Upgrade field lists `h2`, which names HTTP/2 over TLS.
    pub upgrade_h2: bool,
    /// True when an Upgrade field lists what is no HTTP, as WebSocket.
    pub upgrade_other: bool,
    /// True when its content is that of a gRPC call.
    pub grpc: bool,
    /// The `HTTP2-Settings` fields, as they stand.
    pub http2_settings: Vec<Box<str>>,
    /// The tokens of the Connection fields, in lower case.
    pub connection: Vec<Box<str>>,
    /// Octets of content that follow.
    pub content_length: u64,
    /// Octets of the head.
    pub length: usize,
}

/// The head of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseHead {
    /// The status code.
    pub status: u16,
    /// True when an Upgrade field lists `h2c`.
    pub upgrade_h2c: bool,
    /// True when an Upgrade field lists `h2`.
    pub upgrade_h2: bool,
    /// True when it carries `HTTP2-Settings`, which is for requests.
    pub http2_settings: bool,
    /// The Alt-Svc fields, as they stand.
    pub alt_svc: Vec<Box<str>>,
    /// Octets of the head.
    pub length: usize,
    /// The first line, for display.
    pub line: Box<str>,
}

/// What is wrong with the value of `HTTP2-Settings`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsFault {
    /// A character that base64url has not.
    Alphabet,
    /// A length that no octets have in base64url.
    Length,
    /// Octets that are no whole number of parameters.
    Parameters,
    /// Padding at the end, which is to be left out; all else is right.
    Padding,
}

/// Why there is no head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadFault {
    /// More octets are needed.
    Partial,
    /// These octets are no head.
    Malformed,
}

impl RequestHead {
    /// Reads a head.
    ///
    /// # Errors
    /// When the head is not complete, or these octets are none.
    pub fn read(octets: &[u8]) -> Result<Self, HeadFault> {
        let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let mut request = httparse::Request::new(&mut fields);
        let length = match request.parse(octets) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Err(HeadFault::Partial),
            Err(_) => return Err(HeadFault::Malformed),
        };
        let mut head = Self {
            method: request.method.unwrap_or_default().into(),
            target: request.path.unwrap_or_default().into(),
            length,
            ..Self::default()
        };
        for field in request.headers.iter() {
            head.note(field.name, &String::from_utf8_lossy(field.value));
        }
        Ok(head)
    }

    fn note(&mut self, name: &str, value: &str) {
        match name.to_ascii_lowercase().as_str() {
            "host" => self.host = Some(value.into()),
            "upgrade" => {
                self.upgrade_h2c |= tokens(value).any(|token| token == "h2c");
                self.upgrade_h2 |= tokens(value).any(|token| token == "h2");
                self.upgrade_other |= tokens(value).any(|token| token != "h2c" && token != "h2");
            }
            "content-type" => self.grpc |= value.starts_with("application/grpc"),
            "http2-settings" => self.http2_settings.push(value.into()),
            "connection" => self.connection.extend(tokens(value).map(Into::into)),
            "content-length" => self.content_length = value.trim().parse().unwrap_or_default(),
            _ => {}
        }
    }

    /// What keeps `HTTP2-Settings` from being read as the payload of SETTINGS (RFC 7540 §3.2.1), where there is one field.
    #[must_use]
    pub fn settings_fault(&self) -> Option<SettingsFault> {
        let [value] = self.http2_settings.as_slice() else { return None };
        let value = value.trim();
        let bare = value.trim_end_matches('=');
        let plain = |sign: u8| sign.is_ascii_alphanumeric() || matches!(sign, b'-' | b'_');
        if !bare.bytes().all(plain) {
            Some(SettingsFault::Alphabet)
        } else if bare.len() % 4 == 1 {
            Some(SettingsFault::Length)
        } else if !(bare.len().saturating_mul(6) / 8).is_multiple_of(6) {
            Some(SettingsFault::Parameters)
        } else {
            (bare != value).then_some(SettingsFault::Padding)
        }
    }

    /// The SETTINGS payload in `HTTP2-Settings`, where there is one field and it can be decoded (RFC 7540 §3.2.1).
    #[must_use]
    pub fn settings(&self) -> Option<Vec<u8>> {
        let [value] = self.http2_settings.as_slice() else { return None };
        let value = value.trim().as_bytes();
        URL_SAFE_NO_PAD.decode(value).or_else(|_| URL_SAFE.decode(value)).ok()
    }
}

impl ResponseHead {
    /// Reads a head.
    ///
    /// # Errors
    /// When the head is not complete, or these octets are none.
    pub fn read(octets: &[u8]) -> Result<Self, HeadFault> {
        let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let mut response = httparse::Response::new(&mut fields);
        let length = match response.parse(octets) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Err(HeadFault::Partial),
            Err(_) => return Err(HeadFault::Malformed),
        };
        let mut head = Self {
            status: response.code.unwrap_or_default(),
            length,
            line: first_line(octets),
            ..Self::default()
        };
        for field in response.headers.iter() {
            head.note(field.name, &String::from_utf8_lossy(field.value));
        }
        Ok(head)
    }

    fn note(&mut self, name: &str, value: &str) {
        match name.to_ascii_lowercase().as_str() {
            "upgrade" => {
                self.upgrade_h2c |= tokens(value).any(|token| token == "h2c");
                self.upgrade_h2 |= tokens(value).any(|token| token == "h2");
            }
            "http2-settings" => self.http2_settings = true,
            "alt-svc" => self.alt_svc.push(value.into()),
            _ => {}
        }
    }
}

/// True when the octets can be the beginning of an HTTP/1.x request: a method in capitals and a space.
#[must_use]
pub fn looks_like_request(octets: &[u8]) -> bool {
    let method = octets.iter().take(24).position(|octet| !octet.is_ascii_uppercase() && *octet != b'-');
    match method {
        Some(at) => at >= 2 && octets.get(at) == Some(&b' '),
        None => false,
    }
}

/// True when the octets can be the beginning of an HTTP/1.x response, as far as they go.
#[must_use]
pub fn looks_like_response(octets: &[u8]) -> bool {
    let known = b"HTTP/1.";
    !octets.is_empty() && octets.iter().zip(known).all(|(octet, expected)| octet == expected)
}

fn first_line(octets: &[u8]) -> Box<str> {
    let line = octets.split(|octet| matches!(octet, b'\r' | b'\n')).next().unwrap_or_default();
    String::from_utf8_lossy(line.get(..120).unwrap_or(line)).into()
}

fn tokens(value: &str) -> impl Iterator<Item = String> + '_ {
    value.split(',').map(|token| token.trim().to_ascii_lowercase()).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const UPGRADE: &[u8] =
        b"GET / HTTP/1.1\r\nHost: a:80\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\
        HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n";

    #[test]
    fn an_upgrade_request_gives_its_settings() {
        let head = RequestHead::read(UPGRADE).expect("a head");
        assert!(head.upgrade_h2c);
        assert_eq!(&*head.connection.concat(), "upgradehttp2-settings");
        assert_eq!(head.settings().expect("settings").len(), 18);
        assert_eq!(head.length, UPGRADE.len());
    }

    #[test]
    fn a_head_that_is_not_complete_asks_for_more() {
        assert_eq!(RequestHead::read(&UPGRADE[..40]), Err(HeadFault::Partial));
    }

    #[test]
    fn settings_in_two_fields_or_in_no_base64_are_not_read() {
        let twice = RequestHead { http2_settings: vec!["AAMAAABk".into(); 2], ..RequestHead::default() };
        let broken = RequestHead { http2_settings: vec!["%%".into()], ..RequestHead::default() };
        assert_eq!((twice.settings(), broken.settings()), (None, None));
    }

    #[test]
    fn an_accepted_upgrade_is_a_101_with_h2c() {
        let head =
            ResponseHead::read(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n").expect("a head");
        assert_eq!((head.status, head.upgrade_h2c), (101, true));
    }

    #[test]
    fn methods_look_like_requests_and_frames_do_not() {
        assert!(looks_like_request(b"GET / HTTP/1.1"));
        assert!(looks_like_request(b"M-SEARCH * HTTP/1.1"));
        assert!(!looks_like_request(&[0, 0, 18, 4, 0, 0, 0, 0, 0]));
        assert!(!looks_like_request(b"SSH-2.0-x"));
        assert!(looks_like_response(b"HTTP"));
        assert!(!looks_like_response(b"HTTP/2"));
    }
}
