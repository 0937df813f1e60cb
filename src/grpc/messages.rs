//! The messages that one side sends in a call: a prefix of five octets, flag and length, then so many octets, over any number of DATA
//! frames. Counted as they pass; only the trailers of gRPC-Web are held, and they are bounded.

use super::base64::Base64;
use crate::base::{Origin, PacketNumber, to_index, to_u32, to_u64};
use crate::limits;

/// The messages of one side.
#[derive(Clone, Debug, Default)]
pub struct Messages {
    /// Complete messages.
    pub count: u64,
    /// Octets in them and in the one under way, prefixes left out.
    pub octets: u64,
    /// Messages that are marked as compressed.
    pub compressed: u64,
    /// Where the first one began.
    pub first: Option<Origin>,
    /// The packet in which the last one began; 0 when there is none.
    pub last_pkt: PacketNumber,
    /// The first flag that is neither 0 nor 1.
    pub odd_flag: Option<u8>,
    /// True when content is missing: where messages begin is not known any more.
    pub lost: bool,
    prefix: [u8; PREFIX],
    /// Octets of the prefix that have come.
    have: u8,
    /// Octets of the message that are to come.
    left: u32,
    /// The trailers that gRPC-Web sends as if they were a message.
    web: Option<Vec<u8>>,
    base64: Base64,
}

/// What a piece of content brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Brought {
    /// The first flag that is neither 0 nor 1.
    pub odd_flag: bool,
    /// The first message that is marked as compressed.
    pub compressed: bool,
}

impl Messages {
    /// Octets still to come of the message or prefix that has begun: 0 between messages.
    #[must_use]
    pub fn missing(&self) -> u32 {
        match self.have {
            0 => 0,
            FULL => self.left,
            have => u32::from(FULL.saturating_sub(have)),
        }
    }

    /// True inside a prefix.
    #[must_use]
    pub const fn is_in_prefix(&self) -> bool {
        self.have > 0 && self.have < FULL
    }

    /// The length that the message under way announces.
    #[must_use]
    pub const fn announced(&self) -> u32 {
        let [_, a, b, c, d] = self.prefix;
        u32::from_be_bytes([a, b, c, d])
    }

    /// The value of a trailer of gRPC-Web, which is a line of text in the content.
    #[must_use]
    pub fn web_trailer(&self, name: &str) -> Option<&[u8]> {
        let lines = self.web.as_deref()?.split(|octet| *octet == b'\n');
        lines
            .filter_map(|line| line.split_at_checked(line.iter().position(|octet| *octet == b':')?))
            .find_map(|(field, value)| {
                let known = field.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
                known.then(|| value.get(1..).unwrap_or_default().trim_ascii())
            })
    }

    /// Takes content.
    pub(super) fn push(&mut self, octets: &[u8], at: &Origin, web: Web) -> Brought {
        let mut brought = Brought::default();
        if web != Web::Text {
            self.read(octets, at, web, &mut brought);
            return brought;
        }
        for signs in octets.chunks(TEXT) {
            let mut decoded = [0; TEXT];
            let octets = signs.iter().filter_map(|sign| self.base64.take(*sign));
            let length = decoded.iter_mut().zip(octets).map(|(place, octet)| *place = octet).count();
            self.read(decoded.get(..length).unwrap_or_default(), at, web, &mut brought);
        }
        brought
    }

    fn read(&mut self, mut octets: &[u8], at: &Origin, web: Web, brought: &mut Brought) {
        while !octets.is_empty() && !self.lost {
            octets =
                if self.have < FULL { self.prefix(octets, at, web, brought) } else { self.content(octets) };
        }
    }

    fn prefix<'o>(&mut self, octets: &'o [u8], at: &Origin, web: Web, brought: &mut Brought) -> &'o [u8] {
        let have = usize::from(self.have);
        let (taken, rest) = octets.split_at_checked(PREFIX.saturating_sub(have)).unwrap_or((octets, &[]));
        if have == 0 {
            self.first.get_or_insert(*at);
            self.last_pkt = at.at.pkt;
        }
        for (place, octet) in self.prefix.iter_mut().skip(have).zip(taken) {
            *place = *octet;
        }
        self.have = self.have.saturating_add(u8::try_from(taken.len()).unwrap_or(FULL));
        if have == 0 {
            self.flag(web, brought);
        }
        if self.have == FULL {
            self.left = self.announced();
            self.end();
        }
        rest
    }

    /// The first octet of a message.
    fn flag(&mut self, web: Web, brought: &mut Brought) {
        let [flag, ..] = self.prefix;
        match (flag, web) {
            (0, _) => {}
            (1, _) => {
                brought.compressed = self.compressed == 0;
                self.compressed = self.compressed.saturating_add(1);
            }
            (0x80 | 0x81, Web::Trailers | Web::Text) => self.web = Some(Vec::new()),
            _ => {
                brought.odd_flag = self.odd_flag.is_none();
                self.odd_flag.get_or_insert(flag);
                self.lost = true;
            }
        }
    }

    fn content<'o>(&mut self, octets: &'o [u8]) -> &'o [u8] {
        let length = to_u32(octets.len()).min(self.left);
        let (taken, rest) = octets.split_at_checked(to_index(u64::from(length))).unwrap_or((octets, &[]));
        match &mut self.web {
            Some(text) => {
                let room = limits::MAX_WEB_TRAILERS.saturating_sub(text.len());
                text.extend_from_slice(taken.get(..room).unwrap_or(taken));
            }
            None => self.octets = self.octets.saturating_add(to_u64(taken.len())),
        }
        self.left = self.left.saturating_sub(length);
        self.end();
        rest
    }

    /// Counts the message, if it is complete.
    fn end(&mut self) {
        if self.left == 0 {
            self.have = 0;
            self.count = self.count.saturating_add(u64::from(self.web.is_none()));
        }
    }
}

/// Whether the content may carry trailers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Web {
    /// No.
    No,
    /// The highest bit of the flag marks them.
    Trailers,
    /// The same, and all of it in base64.
    Text,
}

/// Signs of base64 that are decoded at a time.
const TEXT: usize = 256;

const PREFIX: usize = 5;
const FULL: u8 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    fn message(flag: u8, content: &[u8]) -> Vec<u8> {
        let mut octets = vec![flag];
        octets.extend(to_u32(content.len()).to_be_bytes());
        octets.extend_from_slice(content);
        octets
    }

    fn cut(octets: &[u8], size: usize, web: Web) -> Messages {
        let mut messages = Messages::default();
        for piece in octets.chunks(size) {
            messages.push(piece, &Origin::default(), web);
        }
        messages
    }

    #[test]
    fn messages_are_counted_however_they_are_cut() {
        let stream = [message(0, b"abc"), message(0, b""), message(1, &[7; 300]), message(0, b"x")].concat();
        for size in 1..stream.len() {
            let messages = cut(&stream, size, Web::No);
            assert_eq!((messages.count, messages.octets, messages.compressed), (4, 304, 1), "by {size}");
            assert_eq!((messages.missing(), messages.odd_flag), (0, None));
        }
    }

    #[test]
    fn base64_is_the_same_content() {
        // A message of three octets, then trailers, each encoded by itself.
        let text = b"AAAAAANhYmM=gAAAABBncnBjLXN0YXR1czogNQ0K";
        for size in 1..text.len() {
            let messages = cut(text, size, Web::Text);
            assert_eq!((messages.count, messages.octets, messages.missing()), (1, 3, 0), "by {size}");
            assert_eq!(messages.web_trailer("grpc-status"), Some(&b"5"[..]));
        }
    }

    #[test]
    fn what_is_missing_of_a_message_is_told() {
        let stream = message(0, b"abcdef");
        assert_eq!(cut(&stream[..3], 1, Web::No).missing(), 2);
        assert!(cut(&stream[..3], 1, Web::No).is_in_prefix());
        assert_eq!(cut(&stream[..7], 1, Web::No).missing(), 4);
        assert_eq!(cut(&stream[..7], 1, Web::No).announced(), 6);
    }

    #[test]
    fn trailers_of_grpc_web_are_read_and_are_no_message() {
        let text = b"grpc-status: 5\r\nGRPC-Message:no%20way\r\n";
        let stream = [message(0, b"abc"), message(0x80, text)].concat();
        for size in 1..stream.len() {
            let messages = cut(&stream, size, Web::Trailers);
            assert_eq!((messages.count, messages.odd_flag), (1, None));
            assert_eq!(messages.web_trailer("grpc-status"), Some(&b"5"[..]));
            assert_eq!(messages.web_trailer("grpc-message"), Some(&b"no%20way"[..]));
        }
        assert_eq!(cut(&stream, 9, Web::No).odd_flag, Some(0x80));
    }
}
