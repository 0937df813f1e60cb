//! Which protocol each side speaks, decided from its first octets. What is not decided yet is held, and replayed in the order in
//! which it passed.

use crate::base::{Origin, Piece, Side, to_index, to_u64};
use crate::frame::{Decoder as FrameDecoder, HEADER_OCTETS, Header, MAX_LENGTH, Output, PREFACE, Payload};
use crate::hpack::{Decoder, Traits};
use crate::http1::{
    ClientOpening, Exchange, FirstOctets, Opening, Outcome, Prologue, Protocol, RequestHead, ServerOpening,
    Upgrade, names_https,
};
use crate::limits;
use crate::tcp::Start;
use crate::tls::{Verdict, looks_like_tls};

/// Octets of one side that are held until it is clear what they are.
#[derive(Debug, Default)]
pub(super) struct Held(Option<Box<Chunks>>);

/// They, and where they came from.
#[derive(Debug, Default)]
struct Chunks {
    octets: Vec<u8>,
    /// End of the first chunk in `octets`, and where it came from; mostly there is no other.
    chunk: Option<(usize, Origin)>,
    /// The same of the others.
    others: Vec<(usize, Origin)>,
}

impl Held {
    pub(super) fn add(&mut self, bytes: &[u8], origin: Origin) {
        let held = self.0.get_or_insert_default();
        held.octets.extend_from_slice(bytes);
        let chunk = (held.octets.len(), origin);
        match held.chunk {
            None => held.chunk = Some(chunk),
            Some(_) => held.others.push(chunk),
        }
    }

    fn chunks(&self) -> impl DoubleEndedIterator<Item = &(usize, Origin)> {
        self.0.iter().flat_map(|held| held.chunk.iter().chain(&held.others))
    }

    /// How many chunks there are.
    fn count(&self) -> usize {
        self.0.as_ref().map_or(0, |held| held.others.len().saturating_add(usize::from(held.chunk.is_some())))
    }

    pub(super) fn octets(&self) -> &[u8] {
        self.0.as_ref().map_or(&[], |held| &held.octets)
    }

    /// The first octets, and where the last one that is held came from.
    pub(super) fn first(&self) -> FirstOctets {
        FirstOctets::of(self.octets(), self.origin(1))
    }

    /// Octets that this holds in memory.
    pub(super) fn weight(&self) -> usize {
        self.octets().len().saturating_add(self.count().saturating_mul(size_of::<(usize, Origin)>()))
    }

    pub(super) fn is_full(&self) -> bool {
        self.octets().len() >= limits::MAX_UNDECIDED || self.count() >= limits::MAX_HELD_CHUNKS
    }

    /// Where the octet before `length` came from.
    pub(super) fn origin(&self, length: usize) -> Origin {
        let chunk = self.chunks().find(|(end, _)| *end >= length).or_else(|| self.chunks().next_back());
        chunk.map_or_else(Origin::default, |(end, origin)| origin.before(to_u64(end.saturating_sub(length))))
    }

    /// Takes everything out, and hands on what stands behind the first `skip` octets.
    pub(super) fn replay(&mut self, skip: usize, mut emit: impl FnMut(Piece<'_>)) {
        let held = std::mem::take(self);
        let mut start = 0;
        for (end, origin) in held.chunks().copied() {
            let bytes = held.octets().get(start.max(skip).min(end)..end).unwrap_or_default();
            if !bytes.is_empty() {
                emit(Piece::Chunk { bytes, origin });
            }
            start = end;
        }
    }

    /// Drops the first `length` octets.
    pub(super) fn drop_front(&mut self, length: usize) {
        let mut rest = Self::default();
        self.replay(length, |piece| {
            if let Piece::Chunk { bytes, origin } = piece {
                rest.add(bytes, origin);
            }
        });
        *self = rest;
    }
}

/// Whether octets stood inside TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secured {
    Yes,
    No,
}

/// What the first octets of a side mean.
#[derive(Debug)]
pub(super) enum Decision {
    /// Not decided yet.
    Wait,
    /// The side speaks this; the first octets, so many, are no frames.
    Is(Protocol, usize),
    /// The side speaks HTTP/2; where its frames begin must be found.
    Search,
    /// The client's connection preface agrees with the right one for so many octets only.
    BadPreface(u8),
}

/// Reads the client's held octets; `secured` when they stood inside TLS.
pub(super) fn client(exchange: &mut Exchange, held: &Held, secured: Secured) -> Decision {
    if let Some(decision) = tls(held, secured) {
        return decision;
    }
    match ClientOpening::read(held.octets()) {
        Opening::NotYet if held.is_full() => Decision::Is(Protocol::Other, 0),
        Opening::NotYet => Decision::Wait,
        Opening::Is(ClientOpening::Preface) => Decision::Is(Protocol::Http2, PREFACE.len()),
        Opening::Is(ClientOpening::BadPreface { agree }) => Decision::BadPreface(agree),
        Opening::Is(ClientOpening::Other) => Decision::Is(Protocol::Other, 0),
        Opening::Is(ClientOpening::Request(head)) => request(exchange, head, held),
    }
}

fn request(exchange: &mut Exchange, head: RequestHead, held: &Held) -> Decision {
    let (requested, length) = (held.origin(head.length), head.length);
    exchange.content_left = head.content_length;
    if head.upgrade_h2c {
        let first = exchange.first.server.filter(|_| exchange.protocols.server == Protocol::Http2);
        exchange.upgrade = Some(Box::new(Upgrade {
            request: head.clone(),
            requested,
            response: None,
            answered: first.map(|first| first.origin),
            outcome: if first.is_some() { Outcome::TalkedOver } else { Outcome::Pending },
        }));
    }
    exchange.request = Some(Box::new((head, requested)));
    Decision::Is(Protocol::Http1, length)
}

/// Reads the server's held octets. Octets that may stand in the middle of a frame are taken for frames only when they begin with
/// SETTINGS.
pub(super) fn server(exchange: &mut Exchange, held: &Held, start: Start, secured: Secured) -> Decision {
    if let Some(decision) = tls(held, secured) {
        return decision;
    }
    match ServerOpening::read(held.octets()) {
        Opening::NotYet if held.is_full() => Decision::Is(Protocol::Other, 0),
        Opening::NotYet => Decision::Wait,
        Opening::Is(ServerOpening::Settings) => Decision::Is(Protocol::Http2, 0),
        Opening::Is(ServerOpening::Response(head)) => {
            let at = held.origin(head.length);
            let length = head.length;
            let rest = held.octets().get(length..).unwrap_or_default();
            let offered = exchange.upgrade.is_some()
                || exchange.request.as_deref().is_some_and(|(request, _)| request.upgrade_h2);
            let follows = ServerOpening::read(rest);
            let cut = follows == Opening::NotYet && !held.is_full();
            if head.status == 101 && !head.upgrade_h2c && offered && cut {
                return Decision::Wait;
            }
            exchange.names_https = head.status == 400 && names_https(rest);
            let switches = head.status == 101 && offered && follows == Opening::Is(ServerOpening::Settings);
            let outcome = if switches { Outcome::Accepted } else { Outcome::of(&head) };
            if let Some(upgrade) = &mut exchange.upgrade {
                upgrade.outcome = outcome;
                upgrade.response = Some(head.clone());
                upgrade.answered = Some(at);
            }
            let accepted = outcome == Outcome::Accepted;
            exchange.response = Some(Box::new((head, at)));
            Decision::Is(if accepted { Protocol::Http2 } else { Protocol::Http1 }, length)
        }
        Opening::Is(ServerOpening::Other) => match exchange.protocols.client {
            Protocol::Unknown => Decision::Wait,
            Protocol::Http2 if start == Start::Syn && is_frame(held.octets()) && knows(exchange) => {
                Decision::Is(Protocol::Http2, 0)
            }
            _ => Decision::Is(Protocol::Other, 0),
        },
    }
}

/// True when the client's own octets show what it speaks, not only that frames are searched for.
fn knows(exchange: &Exchange) -> bool {
    exchange.client_began_http().is_some()
}

/// TLS begins where none is around already.
fn tls(held: &Held, secured: Secured) -> Option<Decision> {
    match (secured, looks_like_tls(held.octets())) {
        (Secured::No, Verdict::Yes) => Some(Decision::Is(Protocol::Tls, 0)),
        (Secured::No, Verdict::NotYet) => Some(Decision::Wait),
        _ => None,
    }
}

/// The client began HTTP/2 before its upgrade was answered: noted where its octets behind the request do.
pub(super) fn note_early_preface(exchange: &mut Exchange, held: &Held) {
    let octets = held.octets();
    let behind = to_index(exchange.content_left).min(octets.len());
    let begins = |skip: usize| octets.get(skip..).is_some_and(|rest| rest.starts_with(PREFACE));
    if exchange.early_preface.is_none()
        && let Some(skip) = [0, behind].into_iter().find(|skip| begins(*skip))
    {
        exchange.early_preface = Some(Box::new(held.origin(skip.saturating_add(PREFACE.len()))));
    }
}

/// The client's octets behind an upgrade request: content first, then the preface. How many to skip. A preface in the place of the
/// content is none of it.
pub(super) fn skip_content(exchange: &mut Exchange, octets: &[u8]) -> usize {
    let length = if octets.starts_with(PREFACE) { 0 } else { octets.len() };
    let skip = to_index(exchange.content_left).min(length);
    exchange.content_left = exchange.content_left.saturating_sub(to_u64(skip));
    skip
}

/// True when octets can be a frame of a known type and an ordinary length.
fn is_frame(octets: &[u8]) -> bool {
    let plausible = |header: &Header| header.kind.name().is_some() && header.length <= MAX_LENGTH / 16;
    octets.len() >= HEADER_OCTETS && Header::read(octets).as_ref().is_some_and(plausible)
}

/// Which side a direction's first octets could only be, and whether that is certain: SETTINGS open a server's octets, but in the
/// middle of a connection either side may send them.
pub(super) fn guess(octets: &[u8]) -> Option<(Side, bool)> {
    match (ClientOpening::read(octets), ServerOpening::read(octets)) {
        (Opening::Is(ClientOpening::Preface | ClientOpening::Request(_)), _) => Some((Side::Client, true)),
        (_, Opening::Is(ServerOpening::Response(_))) => Some((Side::Server, true)),
        (_, Opening::Is(ServerOpening::Settings)) => Some((Side::Server, false)),
        _ if Prologue::is_proxy(octets) => Some((Side::Client, true)),
        _ if matches!(octets, [0x16, 3, _, _, _, 1, ..]) => Some((Side::Client, true)),
        _ if matches!(octets, [0x16, 3, _, _, _, 2, ..]) => Some((Side::Server, true)),
        _ => None,
    }
}

/// Which side sent frames, as far as a message head among them tells: requests come from clients, responses and promises of
/// even streams from servers.
pub(super) fn role(octets: &[u8]) -> Option<Side> {
    let mut found = None;
    let mut decoder = FrameDecoder::joined_late();
    let mut note = |output: Output<'_>| {
        let (Output::End { header, payload, .. } | Output::Whole { header, payload, .. }) = output else {
            return;
        };
        found = found.or(match *payload {
            Payload::PushPromise { promised, .. } if promised.0.is_multiple_of(2) => Some(Side::Server),
            Payload::Headers { fragment, .. } if header.ends_block() => side_of_head(fragment),
            _ => None,
        });
    };
    decoder.push(&Piece::Chunk { bytes: octets, origin: Origin::default() }, &mut note);
    decoder.finish(&mut note);
    found
}

fn side_of_head(block: &[u8]) -> Option<Side> {
    let traits = Decoder::joined_late().decode(block, &mut |_| {}).traits;
    if traits.intersects(Traits::METHOD | Traits::PATH | Traits::SCHEME) {
        Some(Side::Client)
    } else if traits.contains(Traits::STATUS) {
        Some(Side::Server)
    } else {
        None
    }
}
