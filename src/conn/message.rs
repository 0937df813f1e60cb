//! Field blocks become message heads (RFC 9113 §8.1, §8.3): what views show of them, and what later frames are held against.

use std::sync::Arc;

use super::MessageState;
use super::alternatives;
use super::authority::{self, Authorities};
use super::metadata::{self, Metadata};
use super::odd::{ODD, OddField};
use super::product;
use super::request::{Kept, Long, Part, Request};
use super::shape::Shape;
use crate::base::{self, Load, Scale, to_u64};
use crate::frame::StreamId;
use crate::hpack::{Block, Decoder, Field, Text, Traits};
use crate::limits;

/// A decoded field block.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// What it is to its message.
    pub role: Role,
    /// What the decoder says of the block as a whole.
    pub block: Block,
    /// The status code, in a response.
    pub status: Option<u16>,
    /// `grpc-status`, in a response.
    pub grpc_status: Option<u32>,
    /// What `content-length` says, where it is a number.
    pub content_length: Option<u64>,
    /// What is not as it should be about the block as a whole.
    pub shape: Shape,
    /// Fields that are not as they should be; bounded.
    pub odd: Option<Arc<[OddField]>>,
    /// The fields of gRPC, where there are any.
    pub metadata: Option<Arc<Metadata>>,
}

/// What a field block is to the message it belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// The fields of a request, also of a promised one.
    #[default]
    Request,
    /// An interim response (RFC 9110 §15.2).
    Interim,
    /// The final response.
    Response,
    /// Fields behind the content.
    Trailers,
    /// A second request on a stream that had one.
    Reuse,
}

/// Decodes the field blocks of one side and gathers what is kept of them. A block like the last one is not decoded again, and a
/// request like the last one costs neither a copy nor an allocation.
#[derive(Debug, Default)]
pub(super) struct Gatherer {
    /// The block decoded last, as it is by itself; handed out, and taken back by [`Gatherer::keep`].
    head: Option<Box<Head>>,
    /// The stream that it is about, as long as the frame that ended it is at hand; kept up only where frames are told.
    pub(super) subject: Option<StreamId>,
    /// Its shape, before it was known where it stands.
    shape: Shape,
    method: Kept,
    path: Kept,
    authority: Kept,
    last: Option<Arc<Request>>,
    pub(super) rare: Option<Box<Rare>>,
    /// Traits of fields that were told beside those always told, in the block decoded last.
    also: Traits,
    /// Those of the requests.
    pub(super) authorities: Authorities,
    metadata: metadata::Gathered,
    /// What says which program it is.
    pub(super) product: product::Gathered,
    /// Long texts of requests and of calls.
    pub(super) scale: Scale,
    /// Octets of the blocks that were decoded.
    read: u64,
    /// Texts of the block decoded last that are not kept: their fields count as unknown.
    forgone: u32,
    /// True when any block had such a text.
    pub(super) forgoes: bool,
}

/// What few sides send.
#[derive(Debug, Default)]
pub(super) struct Rare {
    /// What names alternatives to the server.
    pub(super) alt_svc: alternatives::Gathered,
    long: Long,
}

/// What a first block left behind.
#[derive(Debug)]
pub(super) struct Learnt {
    head: Head,
    shape: Shape,
    line: [Kept; 3],
    also: Traits,
    product: product::Gathered,
    read: u64,
}

/// What the fields of a block add up to beside its summary.
#[derive(Default)]
struct Noted {
    status: Option<u16>,
    grpc_status: Option<u32>,
    content_length: Option<u64>,
    shape: Shape,
    odd: Vec<OddField>,
}

impl Gatherer {
    /// Decodes a block. Its role is for the caller to find out. Fields with a trait in `also` are odd where it stands.
    pub(super) fn decode(&mut self, decoder: &mut Decoder, octets: &[u8], also: Traits) -> Box<Head> {
        let same = decoder.repeats(octets) && self.also == also && !self.metadata.wants_more();
        let mut head = match self.head.take() {
            Some(head) if same => head,
            known => self.decode_anew(known.unwrap_or_default(), decoder, octets, also),
        };
        (head.role, head.shape) = (Role::Request, self.shape);
        head
    }

    /// The caller is done with the head of a block.
    pub(super) fn keep(&mut self, head: Box<Head>) {
        self.head = Some(head);
    }

    /// True as long as it has decoded nothing, and is to keep no more of the first block than of others.
    pub(super) const fn is_new(&self) -> bool {
        self.read == 0 && self.head.is_none() && self.last.is_none() && !self.metadata.wants_more()
    }

    /// What the first block left behind here, which is just decoded; `None` for one with more than most have.
    pub(super) fn learnt(&self, head: &Head) -> Option<Learnt> {
        let plain = head.is_whole() && head.odd.is_none() && head.metadata.is_none();
        (plain && self.rare.is_none()).then(|| Learnt {
            head: head.clone(),
            shape: self.shape,
            line: [self.method.clone(), self.path.clone(), self.authority.clone()],
            also: self.also,
            product: self.product.clone(),
            read: self.read,
        })
    }

    /// Takes over what a first block left behind on another connection.
    pub(super) fn learn(&mut self, learnt: &Learnt) -> Box<Head> {
        [self.method, self.path, self.authority] = learnt.line.clone();
        self.product.clone_from(&learnt.product);
        (self.shape, self.also, self.read) = (learnt.shape, learnt.also, learnt.read);
        Box::new(learnt.head.clone())
    }

    fn decode_anew(
        &mut self,
        mut head: Box<Head>,
        decoder: &mut Decoder,
        octets: &[u8],
        also: Traits,
    ) -> Box<Head> {
        self.also = also;
        let noted = NOTED.or(self.metadata.begin()).or(self.product.wants());
        self.method = Kept::Absent;
        self.path = Kept::Absent;
        self.authority = Kept::Absent;
        self.forgone = 0;
        self.read = self.read.saturating_add(to_u64(octets.len()));
        let mut gathered = Noted::default();
        let wanted = noted | ODD | also;
        head.block = decoder.decode_where(octets, |traits| traits.intersects(wanted), &mut |field| {
            self.note(&field, &mut gathered);
        });
        head.block.unknown = head.block.unknown.saturating_add(self.forgone);
        let Noted { status, grpc_status, content_length, shape, odd } = gathered;
        (head.status, head.grpc_status, head.content_length) = (status, grpc_status, content_length);
        self.shape = shape;
        head.odd = (!odd.is_empty()).then(|| odd.into());
        head.metadata = self.metadata.settle(&mut self.scale);
        head
    }

    /// The head of the block that the frame at hand ended, and what it is about.
    pub(super) fn ended(&self) -> Option<(&Head, StreamId)> {
        Some((self.head.as_deref()?, self.subject?))
    }

    /// Octets that this holds in memory, the texts that streams share left out.
    pub(super) fn weight(&self) -> usize {
        let alt_svc = self.rare.as_ref().map_or(0, |rare| rare.alt_svc.weight());
        self.authorities.weight().saturating_add(alt_svc)
    }

    /// Tells whether the block decoded next belongs to a gRPC call: whatever its content-type is, it is kept then.
    pub(super) const fn want(&mut self, call: bool) {
        self.metadata.want(call);
    }

    fn note(&mut self, field: &Field<'_>, head: &mut Noted) {
        if field.traits.intersects(ODD | self.also) {
            head.note_odd(field);
        }
        let Text::Known(value) = field.value else { return };
        match field.traits {
            traits if traits.contains(Traits::METHOD) => self.note_part(Part::Method, value),
            traits if traits.contains(Traits::PATH) => self.note_part(Part::Path, value),
            traits if traits.contains(Traits::AUTHORITY) => self.note_part(Part::Authority, value),
            traits if traits.contains(Traits::STATUS) => head.status = head.status.or_else(|| field.status()),
            traits if traits.contains(Traits::CONTENT_LENGTH) => note_length(field, head),
            traits if traits.contains(Traits::ALT_SVC) => {
                self.rare.get_or_insert_default().alt_svc.note(value)
            }
            traits if traits.contains(Traits::PRODUCT) => self.product.note(field, value),
            traits if traits.contains(Traits::HOST) => self.note_host(field, value, head),
            traits if traits.contains(Traits::GRPC_STATUS) => {
                head.grpc_status = std::str::from_utf8(value).ok().and_then(|value| value.parse().ok());
                self.metadata.note(field, value);
            }
            _ if self.is_too_much(self.metadata.with(value)) => self.forgo(),
            _ => self.metadata.note(field, value),
        }
    }

    /// A part of the request line: the first one is kept; a second one of the same name is for the rules.
    #[inline]
    fn note_part(&mut self, part: Part, value: &[u8]) {
        if !matches!(self.kept(part), Kept::Absent) {
            return;
        }
        let text = value.get(..limits::MAX_REQUEST_TEXT).unwrap_or(value);
        // A part of an authority is none, and compared with others it is another one.
        if part == Part::Authority && text.len() < value.len() {
            return self.forgo();
        }
        let last = self.last.as_deref().and_then(|last| part.of(last));
        let kept = if last.is_some_and(|last| last.as_bytes() == text) {
            Kept::Same
        } else if let Some(known) = self.rare.as_ref().and_then(|rare| rare.long.find(part, text)) {
            Kept::Other(Arc::clone(known))
        } else if self.is_too_much(text.len()) {
            return self.forgo();
        } else {
            Kept::Other(base::text(text))
        };
        *self.kept(part) = kept;
    }

    const fn kept(&mut self, part: Part) -> &mut Kept {
        match part {
            Part::Method => &mut self.method,
            Part::Path => &mut self.path,
            Part::Authority => &mut self.authority,
        }
    }

    /// True for texts of so many octets when those that are held are out of all proportion to what was sent: HPACK names one by an octet.
    fn is_too_much(&self, octets: usize) -> bool {
        let allowed =
            || limits::FREE_TEXTS.saturating_add(self.read.saturating_mul(limits::TEXTS_FOR_OCTETS));
        to_u64(octets) > limits::SHORT_TEXTS && self.scale.octets() > allowed()
    }

    #[cold]
    const fn forgo(&mut self) {
        self.forgone = self.forgone.saturating_add(1);
        self.forgoes = true;
    }

    /// `host` beside `:authority`, which stands before it.
    fn note_host(&mut self, field: &Field<'_>, host: &[u8], head: &mut Noted) {
        let authority = match &self.authority {
            Kept::Absent => return,
            Kept::Same => self.last.as_deref().and_then(|last| last.authority.as_deref()),
            Kept::Other(text) => Some(&**text),
        };
        if authority.is_some_and(|authority| !authority::same(host, authority.as_bytes())) {
            head.shape |= Shape::HOST_DIFFERS;
            head.note_odd(field);
        }
    }

    /// The request that the block decoded last carries.
    pub(super) fn request(&mut self, head: &Head) -> Arc<Request> {
        let whole = head.block.unknown == 0 && head.block.error.is_none();
        let last = self.last.as_deref();
        let same = |last: &&Request| {
            last.whole == whole
                && self.method.is(last.method.is_some())
                && self.path.is(last.path.is_some())
                && self.authority.is(last.authority.is_some())
        };
        if last.filter(same).is_none() {
            let method = self.method.settle(last.and_then(|last| last.method.as_ref()));
            // That of CONNECT is where a proxy is to connect to, not whom the client talks to (RFC 9113 §8.5).
            let connects = method.as_deref() == Some("CONNECT");
            if let Kept::Other(authority) = &self.authority
                && !connects
            {
                self.authorities.note(authority);
            }
            if !whole {
                self.authorities.miss();
            }
            let request = Request {
                method,
                path: self.path.settle(last.and_then(|last| last.path.as_ref())),
                authority: self.authority.settle(last.and_then(|last| last.authority.as_ref())),
                whole,
                load: Load::default(),
            };
            let octets = request.octets();
            self.last = Some(if octets > limits::SHORT_TEXTS {
                let long = &mut self.rare.get_or_insert_default().long;
                long.keep(request, |request| request.load = self.scale.load(octets))
            } else {
                Arc::new(request)
            });
        }
        self.last.clone().unwrap_or_default()
    }
}

impl Noted {
    #[cold]
    fn note_odd(&mut self, field: &Field<'_>) {
        if self.odd.len() < limits::MAX_ODD_FIELDS {
            self.odd.push(OddField::of(field));
        }
    }
}

/// Those of the request line.
const LINE: Traits = Traits::METHOD.or(Traits::PATH).or(Traits::AUTHORITY);

/// Fields that are kept.
const NOTED: Traits = LINE
    .or(Traits::STATUS)
    .or(Traits::CONTENT_LENGTH)
    .or(Traits::HOST)
    .or(Traits::ALT_SVC)
    .or(metadata::NOTED);

/// A second content-length that says the same is a matter of form only.
fn note_length(field: &Field<'_>, head: &mut Noted) {
    let length = field.content_length();
    if !field.traits.contains(Traits::REPEATED) {
        head.content_length = length;
    } else if head.content_length != length {
        head.content_length = None;
        head.shape |= Shape::LENGTHS_DIFFER;
    }
}

/// The traits of fields that have no place in a block that follows a message which has come so far.
pub(super) fn no_place(message: MessageState) -> Traits {
    if message < MessageState::Head { Traits::NONE } else { Traits::NO_TRAILER.or(Traits::PSEUDO) }
}

/// What a block sent by a server is, and where it brings the message.
pub(super) fn response(state: MessageState, head: &Head) -> (Role, MessageState) {
    match state {
        MessageState::Nothing | MessageState::Interim
            if head.status.is_some_and(|status| status / 100 == 1) =>
        {
            (Role::Interim, MessageState::Interim)
        }
        MessageState::Nothing | MessageState::Interim => (Role::Response, MessageState::Head),
        MessageState::Head | MessageState::Trailers => (Role::Trailers, MessageState::Trailers),
    }
}

/// What a block sent by a client is. A second one with request pseudo-header fields is no trailers but another request.
pub(super) fn request(state: MessageState, head: &Head) -> (Role, MessageState) {
    let target = head.block.traits.intersects(Traits::PATH | Traits::SCHEME);
    match state {
        MessageState::Nothing | MessageState::Interim => (Role::Request, MessageState::Head),
        MessageState::Head | MessageState::Trailers
            if head.block.traits.contains(Traits::METHOD) && target =>
        {
            (Role::Reuse, state)
        }
        MessageState::Head | MessageState::Trailers => (Role::Trailers, MessageState::Trailers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hpack::{Coding, Encoder, Representation};

    /// A GET of this path, which enters no table.
    fn get(path: &str) -> Vec<u8> {
        let mut block = Encoder::new();
        let form = Representation::WithoutIndexing;
        block.indexed(2).literal(form, 4, path.as_bytes(), Coding::Huffman).literal(
            form,
            1,
            b"a",
            Coding::Plain,
        );
        block.into_octets()
    }

    fn request(gatherer: &mut Gatherer, decoder: &mut Decoder, block: &[u8]) -> Arc<Request> {
        let head = gatherer.decode(decoder, block, Traits::NONE);
        let request = gatherer.request(&head);
        gatherer.keep(head);
        request
    }

    #[test]
    fn requests_that_are_the_same_are_kept_once_however_they_are_written() {
        let (mut gatherer, mut decoder) = (Gatherer::default(), Decoder::new());
        let mut ask = |block: &[u8]| request(&mut gatherer, &mut decoder, block);
        let [first, second, third] = [(); 3].map(|()| ask(&get("/a")));
        assert!(Arc::ptr_eq(&first, &second) && Arc::ptr_eq(&second, &third));
        let mut indexing = Encoder::new();
        let form = Representation::IncrementalIndexing;
        indexing.literal(form, 2, b"GET", Coding::Plain).literal(form, 4, b"/a", Coding::Plain);
        indexing.literal(form, 1, b"a", Coding::Plain);
        assert!(Arc::ptr_eq(&third, &ask(&indexing.into_octets())));
    }

    /// Blocks with these paths, which all stay in the table, and as many that name them again by their index.
    fn in_turns(decoder: &mut Decoder, paths: &[Vec<u8>]) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
        decoder.set_limit(1 << 16);
        let first = paths.iter().enumerate().map(|(turn, path)| {
            let mut block = Encoder::new();
            if turn == 0 {
                block.size_update(1 << 16);
            }
            block.literal(Representation::IncrementalIndexing, 4, path, Coding::Plain);
            block.into_octets()
        });
        let again = (62..).take(paths.len()).map(|index| {
            let mut block = Encoder::new();
            block.indexed(index);
            block.into_octets()
        });
        (first.collect(), again.collect())
    }

    #[test]
    fn texts_out_of_all_proportion_to_what_is_sent_are_as_good_as_unknown() {
        let (mut gatherer, mut decoder) = (Gatherer::default(), Decoder::new());
        let paths: Vec<_> = (0..40).map(|octet| vec![octet; 1_000]).collect();
        let (first, again) = in_turns(&mut decoder, &paths);
        let turns = first.iter().chain(again.iter().cycle());
        let held: Vec<_> =
            turns.take(2_000).map(|block| request(&mut gatherer, &mut decoder, block)).collect();
        let kept = held.iter().filter(|request| request.whole && request.path.is_some());
        let forgone = held.iter().filter(|request| !request.whole && request.path.is_none()).count();
        assert!(forgone > 0 && kept.clone().count() + forgone == 2_000, "{forgone}");
        let places: std::collections::BTreeSet<_> = kept.map(Arc::as_ptr).collect();
        let sent = 40 * 1_010 + 2_000;
        let most = crate::base::to_index(limits::FREE_TEXTS + sent * limits::TEXTS_FOR_OCTETS) / 1_000 + 1;
        assert!(places.len() <= most && places.len() > 256, "{}", places.len());
        drop(held);
        // There is room again.
        assert!(request(&mut gatherer, &mut decoder, &again[0]).whole);
    }

    #[test]
    fn a_few_long_texts_in_turns_are_kept_once() {
        let (mut gatherer, mut decoder) = (Gatherer::default(), Decoder::new());
        let paths: Vec<_> = (b'a'..).take(limits::LONG_REQUESTS).map(|octet| vec![octet; 1_000]).collect();
        let (first, again) = in_turns(&mut decoder, &paths);
        let turns = first.iter().chain(again.iter().cycle());
        let held: Vec<_> =
            turns.take(10_000).map(|block| request(&mut gatherer, &mut decoder, block)).collect();
        let places: std::collections::BTreeSet<_> = held.iter().map(Arc::as_ptr).collect();
        assert!(held.iter().all(|request| request.whole) && places.len() == paths.len(), "{}", places.len());
        assert_eq!(gatherer.scale.octets(), 1_000 * u64::try_from(paths.len()).unwrap());
    }

    #[test]
    fn metadata_out_of_all_proportion_leave_the_block_in_doubt() {
        let (mut gatherer, mut decoder) = (Gatherer::default(), Decoder::new());
        let (mut both, mut indices) = (Encoder::new(), [Encoder::new(), Encoder::new()]);
        for octet in [b'a', b'b'] {
            let form = Representation::IncrementalIndexing;
            both.named_literal(form, b"grpc-accept-encoding", &[octet; 1_000], Coding::Plain);
        }
        let block = both.into_octets();
        for (index, block) in (62..).zip(&mut indices) {
            block.indexed(index);
        }
        let again = indices.map(Encoder::into_octets);
        let mut held = Vec::new();
        for block in [&block].into_iter().chain(again.iter().cycle()).take(400) {
            let head = gatherer.decode(&mut decoder, block, Traits::NONE);
            held.push((head.is_whole(), head.metadata.clone()));
            gatherer.keep(head);
        }
        assert!(held.iter().all(|(whole, metadata)| *whole == metadata.is_some()));
        assert!((257..400).contains(&held.iter().filter(|(whole, _)| *whole).count()));
    }

    #[test]
    fn an_authority_that_is_too_long_to_be_kept_is_not_compared_with_host() {
        let form = Representation::WithoutIndexing;
        for (length, other) in [(100, false), (100, true), (limits::MAX_REQUEST_TEXT + 1, false)] {
            let (mut gatherer, mut decoder) = (Gatherer::default(), Decoder::new());
            let authority = vec![b'a'; length];
            let mut block = get("/").to_vec();
            let mut rest = Encoder::new();
            let host = if other { &authority[1..] } else { &authority };
            rest.literal(form, 1, &authority, Coding::Plain).literal(form, 38, host, Coding::Plain);
            // The authority of this one takes the place of the usual one.
            block.truncate(block.len() - 3);
            block.extend(rest.into_octets());
            let head = gatherer.decode(&mut decoder, &block, Traits::NONE);
            assert_eq!(head.shape.intersects(Shape::HOST_DIFFERS), other, "{length}");
            let request = gatherer.request(&head);
            let kept = length <= limits::MAX_REQUEST_TEXT;
            assert_eq!((request.whole, request.authority.is_some()), (kept, kept));
            assert!(!gatherer.authorities.lack("b") || kept);
        }
    }

    #[test]
    fn a_request_among_others_that_repeat_is_its_own() {
        let (mut gatherer, mut decoder) = (Gatherer::default(), Decoder::new());
        let paths = ["/a", "/a", "/a", "/b", "/b", "/b", "/a", "/c"];
        for path in paths {
            let request = request(&mut gatherer, &mut decoder, &get(path));
            let expected = Request {
                method: Some("GET".into()),
                path: Some(path.into()),
                authority: Some("a".into()),
                whole: true,
                load: Load::default(),
            };
            assert_eq!(*request, expected);
        }
    }

    #[test]
    fn trailers_that_repeat_keep_their_status() {
        let (mut gatherer, mut decoder) = (Gatherer::default(), Decoder::new());
        let mut block = Encoder::new();
        block.named_literal(Representation::WithoutIndexing, b"grpc-status", b"13", Coding::Plain);
        let block = block.into_octets();
        let statuses = [(); 4].map(|()| {
            let head = gatherer.decode(&mut decoder, &block, Traits::NONE);
            let status = head.grpc_status;
            gatherer.keep(head);
            status
        });
        assert_eq!(statuses, [Some(13); 4]);
    }
}
