//! The fields of gRPC in a field block, as text: gathered where HPACK delivers them, kept once for blocks that say the same.

use std::sync::Arc;

use super::Head;
use crate::base::{Load, Scale, to_index, to_u32, to_u64};
use crate::hpack::{Field, Text, Traits};
use crate::limits;

/// The fields of gRPC that a field block carries; bounded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    text: Vec<u8>,
    fields: Vec<Kept>,
    /// A bit for each name that occurs: most questions are about what is absent.
    names: u16,
    /// What it weighs, where its texts are long.
    load: Load,
}

/// Which field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// content-type, where it is one of gRPC, or stands in an answer to a call.
    ContentType,
    /// grpc-status.
    Status,
    /// grpc-message.
    Message,
    /// grpc-timeout.
    Timeout,
    /// grpc-encoding.
    Encoding,
    /// grpc-accept-encoding.
    AcceptEncoding,
    /// grpc-status-details-bin; its value is not kept.
    StatusDetails,
    /// A `-bin` field that is not base64: its name.
    BrokenBinary,
}

/// A field: its text stands in the metadata up to here, behind that of the field before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kept {
    named: Named,
    end: u32,
    malformed: bool,
}

impl Metadata {
    /// The value of the first field of this name.
    #[must_use]
    pub fn get(&self, named: Named) -> Option<&[u8]> {
        if self.names & named.bit() == 0 {
            return None;
        }
        let at = self.fields.iter().position(|field| field.named == named)?;
        let end = self.fields.get(at)?.end;
        let before = at.checked_sub(1).and_then(|before| self.fields.get(before));
        let start = before.map_or(0, |before| before.end);
        self.text.get(to_index(u64::from(start))..to_index(u64::from(end)))
    }

    /// True when the value of the first field of this name has not the form that gRPC prescribes.
    #[must_use]
    pub fn is_malformed(&self, named: Named) -> bool {
        let mut fields = self.fields.iter();
        self.names & named.bit() != 0
            && fields.find(|field| field.named == named).is_some_and(|field| field.malformed)
    }
}

impl Named {
    #[expect(clippy::as_conversions, reason = "a fieldless enum's own number, below 16")]
    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl Head {
    /// True when every field of the block is known, so that what is not there is absent.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.block.unknown == 0 && self.block.error.is_none() && self.block.complete
    }

    /// True for a content-type that begins with `application/grpc`, but not with `application/grpc-web`.
    #[must_use]
    pub const fn is_grpc(&self) -> bool {
        self.block.traits.contains(Traits::GRPC)
    }

    /// True for a content-type that begins with `application/grpc-web`.
    #[must_use]
    pub const fn is_grpc_web(&self) -> bool {
        self.block.traits.contains(Traits::GRPC_WEB)
    }

    /// True when there is a content-type.
    #[must_use]
    pub const fn has_content_type(&self) -> bool {
        self.block.traits.contains(Traits::CONTENT_TYPE)
    }

    /// True for `te: trailers`.
    #[must_use]
    pub const fn accepts_trailers(&self) -> bool {
        self.block.traits.contains(Traits::TE_TRAILERS)
    }

    /// True for `:method: POST`.
    #[must_use]
    pub const fn is_post(&self) -> bool {
        self.block.traits.contains(Traits::POST)
    }

    /// The value of the first field of this name.
    #[must_use]
    pub fn get(&self, named: Named) -> Option<&[u8]> {
        self.metadata.as_deref()?.get(named)
    }

    /// True when the value of the first field of this name has not the form that gRPC prescribes.
    #[must_use]
    pub fn is_malformed(&self, named: Named) -> bool {
        self.metadata.as_deref().is_some_and(|metadata| metadata.is_malformed(named))
    }
}

/// Metadata on its way through a decoder.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Those of the block that is decoded; few connections have any.
    now: Option<Box<Metadata>>,
    last: Option<Arc<Metadata>>,
    /// Whether the block decoded last was noted with every content-type, and whether the next one is to be.
    had_types: bool,
    wants_types: bool,
}

impl Gathered {
    /// Tells whether the next block is to be noted with every content-type.
    pub(super) const fn want(&mut self, types: bool) {
        self.wants_types = types;
    }

    /// True when a block that repeats the last one has to be decoded again.
    pub(super) const fn wants_more(&self) -> bool {
        self.wants_types && !self.had_types
    }

    /// A block begins; returns what is to be noted besides [`NOTED`].
    pub(super) fn begin(&mut self) -> Traits {
        self.had_types = self.wants_types;
        if let Some(now) = &mut self.now {
            now.fields.clear();
            now.text.clear();
            now.names = 0;
        }
        if self.wants_types { Traits::CONTENT_TYPE } else { Traits::NONE }
    }

    /// Octets of text with one more.
    pub(super) fn with(&self, text: &[u8]) -> usize {
        self.now.as_ref().map_or(0, |now| now.text.len()).saturating_add(text.len())
    }

    /// Takes a field.
    pub(super) fn note(&mut self, field: &Field<'_>, value: &[u8]) {
        let Some((named, text)) = named(field, value) else { return };
        let now = self.now.get_or_insert_default();
        // Of each name the first one counts, however many others there are.
        if now.fields.len() >= limits::MAX_METADATA_FIELDS && now.names & named.bit() != 0 {
            return;
        }
        now.text.extend_from_slice(text.get(..limits::MAX_METADATA_TEXT).unwrap_or(text));
        let malformed = field.traits.contains(Traits::MALFORMED_GRPC);
        now.names |= named.bit();
        now.fields.push(Kept { named, end: to_u32(now.text.len()), malformed });
    }

    /// What the block had.
    pub(super) fn settle(&mut self, scale: &mut Scale) -> Option<Arc<Metadata>> {
        let now = self.now.as_deref().filter(|now| !now.fields.is_empty())?;
        if self.last.as_deref() != Some(now) {
            let mut kept = now.clone();
            let octets = to_u64(kept.text.len());
            if octets > limits::SHORT_TEXTS {
                kept.load = scale.load(octets);
            }
            self.last = Some(Arc::new(kept));
        }
        self.last.clone()
    }
}

/// Which field it is, and the text to keep of it.
fn named<'a>(field: &'a Field<'_>, value: &'a [u8]) -> Option<(Named, &'a [u8])> {
    let is = |name: &[u8]| field.name == Text::Known(name);
    let traits = field.traits;
    let named = match traits {
        _ if traits.contains(Traits::CONTENT_TYPE) => Named::ContentType,
        _ if traits.contains(Traits::GRPC_STATUS) => Named::Status,
        _ if traits.contains(Traits::GRPC_MESSAGE) => Named::Message,
        _ if traits.contains(Traits::GRPC_TIMEOUT) => Named::Timeout,
        _ if traits.contains(Traits::GRPC_ENCODING) && is(b"grpc-encoding") => Named::Encoding,
        _ if traits.contains(Traits::GRPC_ENCODING) => Named::AcceptEncoding,
        _ if traits.contains(Traits::BINARY.or(Traits::MALFORMED_GRPC)) => {
            let Text::Known(name) = field.name else { return None };
            return Some((Named::BrokenBinary, name));
        }
        _ if traits.contains(Traits::BINARY) && is(b"grpc-status-details-bin") => {
            return Some((Named::StatusDetails, b""));
        }
        _ => return None,
    };
    Some((named, value))
}

/// Fields that are kept of any block.
pub(super) const NOTED: Traits = Traits::GRPC
    .or(Traits::GRPC_WEB)
    .or(Traits::GRPC_STATUS)
    .or(Traits::GRPC_MESSAGE)
    .or(Traits::GRPC_TIMEOUT)
    .or(Traits::GRPC_ENCODING)
    .or(Traits::BINARY);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conn::message::Gatherer;
    use crate::hpack::{Coding, Decoder, Encoder, Representation};

    fn block(fields: &[(&str, &str)]) -> Vec<u8> {
        let mut block = Encoder::new();
        for (name, value) in fields {
            let (name, value) = (name.as_bytes(), value.as_bytes());
            block.named_literal(Representation::WithoutIndexing, name, value, Coding::Plain);
        }
        block.into_octets()
    }

    #[test]
    fn fields_are_told_by_their_names_and_kept_once() {
        let fields = [
            ("content-type", "application/grpc"),
            ("grpc-encoding", "gzip"),
            ("grpc-accept-encoding", "identity,gzip"),
            ("grpc-timeout", "5s"),
            ("key-bin", "a?"),
            ("other-bin", "YWJj"),
        ];
        let (mut gatherer, mut decoder) = (Gatherer::default(), Decoder::new());
        let [first, again, third] =
            [(); 3].map(|()| gatherer.decode(&mut decoder, &block(&fields), Traits::NONE).metadata.unwrap());
        assert!(Arc::ptr_eq(&first, &again) && Arc::ptr_eq(&again, &third));
        assert_eq!(first.get(Named::Encoding), Some(&b"gzip"[..]));
        assert_eq!(first.get(Named::AcceptEncoding), Some(&b"identity,gzip"[..]));
        assert_eq!(first.get(Named::BrokenBinary), Some(&b"key-bin"[..]));
        assert_eq!((first.get(Named::Timeout), first.is_malformed(Named::Timeout)), (Some(&b"5s"[..]), true));
        assert_eq!(first.get(Named::Status), None);
    }

    #[test]
    fn behind_many_fields_the_first_of_each_name_is_kept() {
        let mut fields = vec![("key-bin", "a?"); 3 * limits::MAX_METADATA_FIELDS];
        fields.extend([("grpc-message", "no"), ("grpc-status", "5"), ("grpc-status", "7")]);
        let head = Gatherer::default().decode(&mut Decoder::new(), &block(&fields), Traits::NONE);
        assert_eq!((head.get(Named::Status), head.get(Named::Message)), (Some(&b"5"[..]), Some(&b"no"[..])));
        assert_eq!(
            head.metadata.map(|metadata| metadata.fields.len()),
            Some(limits::MAX_METADATA_FIELDS + 2)
        );
    }

    #[test]
    fn other_content_types_are_kept_of_answers_to_calls_alone() {
        let html = block(&[(":status", "200"), ("content-type", "text/html")]);
        let (mut gatherer, mut decoder) = (Gatherer::default(), Decoder::new());
        let types = [false, false, true, true].map(|call| {
            gatherer.want(call);
            let head = gatherer.decode(&mut decoder, &html, Traits::NONE);
            head.metadata.as_deref().and_then(|metadata| metadata.get(Named::ContentType)).is_some()
        });
        assert_eq!(types, [false, false, true, true]);
    }
}
