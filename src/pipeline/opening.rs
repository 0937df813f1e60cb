//! Which protocol each side speaks, decided from its first octets. What is not decided yet is held, and replayed in the order in
//! which it passed.

use crate::base::{Origin, Piece, Side, to_index, to_u64};
use crate::frame::{Decoder as FrameDecoder, HEADER_OCTETS, Header, MAX_LENGTH, Output, PREFACE, Payload};
use crate::hpack::{Decoder, Traits};
use crate::http1::{ClientOpening, Opening, Outcome, RequestHead, ResponseHead, ServerOpening, Upgrade};
use crate::limits;
use crate::tcp::Start;

/// What a side speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    /// Not decided: octets are held.
    #[default]
    Opening,
    /// HTTP/2 frames.
    Frames,
    /// HTTP/1.x.
    Http1,
    /// TLS.
    Tls,
    /// Something else, or nothing that can be read any more.
    Opaque,
}

/// Octets of one side that are held until it is clear what they are.
#[derive(Debug, Default)]
pub(super) struct Held {
    octets: Vec<u8>,
    /// End of each chunk in `octets`, and where it came from.
    chunks: Vec<(usize, Origin)>,
}

impl Held {
    pub(super) fn add(&mut self, bytes: &[u8], origin: Origin) {
        self.octets.extend_from_slice(bytes);
        self.chunks.push((self.octets.len(), origin));
    }

    pub(super) fn octets(&self) -> &[u8] {
        &self.octets
    }

    pub(super) fn is_full(&self) -> bool {
        self.octets.len() >= limits::MAX_UNDECIDED
    }

    /// Where the octet before `length` came from.
    pub(super) fn origin(&self, length: usize) -> Origin {
        let chunk = self.chunks.iter().find(|(end, _)| *end >= length).or_else(|| self.chunks.last());
        chunk.map_or_else(Origin::default, |(end, origin)| origin.before(to_u64(end.saturating_sub(length))))
    }

    /// Takes everything out, and hands on what stands behind the first `skip` octets.
    pub(super) fn replay(&mut self, skip: usize, mut emit: impl FnMut(Piece<'_>)) {
        let held = std::mem::take(self);
        let mut start = 0;
        for (end, origin) in held.chunks {
            let bytes = held.octets.get(start.max(skip).min(end)..end).unwrap_or_default();
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

/// What HTTP/1.x said before HTTP/2, if anything.
#[derive(Debug, Default)]
pub(super) struct Http1 {
    /// The first request.
    pub request: Option<(RequestHead, Origin)>,
    /// The first response.
    pub response: Option<(ResponseHead, Origin)>,
    /// The upgrade that was asked for.
    pub upgrade: Option<Upgrade>,
    /// Octets of the request's content that come before the preface.
    pub content_left: u64,
}

/// What the first octets of a side mean.
#[derive(Debug)]
pub(super) enum Decision {
    /// Not decided yet.
    Wait,
    /// The side speaks this; the first octets, so many, are no frames.
    Is(Mode, usize),
    /// The client's connection preface agrees with the right one for so many octets only.
    BadPreface(u8),
}

impl Http1 {
    /// Reads the client's held octets.
    pub(super) fn client(&mut self, held: &Held) -> Decision {
        match ClientOpening::read(held.octets()) {
            Opening::NotYet if held.is_full() => Decision::Is(Mode::Opaque, 0),
            Opening::NotYet => Decision::Wait,
            Opening::Is(ClientOpening::Preface) => Decision::Is(Mode::Frames, PREFACE.len()),
            Opening::Is(ClientOpening::BadPreface { agree }) => Decision::BadPreface(agree),
            Opening::Is(ClientOpening::Tls) => Decision::Is(Mode::Tls, 0),
            Opening::Is(ClientOpening::Other) => Decision::Is(Mode::Opaque, 0),
            Opening::Is(ClientOpening::Request(head)) => {
                let requested = held.origin(head.length);
                let length = head.length;
                self.content_left = head.content_length;
                if head.upgrade_h2c {
                    self.upgrade = Some(Upgrade {
                        request: head.clone(),
                        requested,
                        response: None,
                        answered: None,
                        outcome: Outcome::Pending,
                    });
                }
                self.request = Some((head, requested));
                Decision::Is(Mode::Http1, length)
            }
        }
    }

    /// Reads the server's held octets; `client` is what the client speaks. Octets that may stand in the middle of a frame are taken for
    /// frames only when they begin with SETTINGS.
    pub(super) fn server(&mut self, held: &Held, start: Start, client: Mode) -> Decision {
        match ServerOpening::read(held.octets()) {
            Opening::NotYet if held.is_full() => Decision::Is(Mode::Opaque, 0),
            Opening::NotYet => Decision::Wait,
            Opening::Is(ServerOpening::Settings) => Decision::Is(Mode::Frames, 0),
            Opening::Is(ServerOpening::Tls) => Decision::Is(Mode::Tls, 0),
            Opening::Is(ServerOpening::Response(head)) => {
                let at = held.origin(head.length);
                let (length, outcome) = (head.length, Outcome::of(&head));
                if let Some(upgrade) = &mut self.upgrade {
                    upgrade.outcome = outcome;
                    upgrade.response = Some(head.clone());
                    upgrade.answered = Some(at);
                }
                let accepted = outcome == Outcome::Accepted;
                self.response = Some((head, at));
                Decision::Is(if accepted { Mode::Frames } else { Mode::Http1 }, length)
            }
            Opening::Is(ServerOpening::Other) => match client {
                Mode::Opening => Decision::Wait,
                Mode::Frames if start == Start::Syn && is_frame(held.octets()) => {
                    Decision::Is(Mode::Frames, 0)
                }
                _ => Decision::Is(Mode::Opaque, 0),
            },
        }
    }

    /// The client's octets behind an upgrade request: content first, then the preface. How many to skip, or `None` to wait.
    pub(super) fn skip_content(&mut self, length: usize) -> usize {
        let skip = to_index(self.content_left).min(length);
        self.content_left = self.content_left.saturating_sub(to_u64(skip));
        skip
    }
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
        (Opening::Is(ClientOpening::Tls), _) if octets.get(5) == Some(&1) => Some((Side::Client, true)),
        _ => None,
    }
}

/// Which side sent frames, as far as a message head among them tells: requests come from clients, responses and promises from servers.
pub(super) fn role(octets: &[u8]) -> Option<Side> {
    let mut found = None;
    let mut decoder = FrameDecoder::joined_late();
    let mut note = |output: Output<'_>| {
        let Output::End { header, payload, .. } = output else { return };
        found = found.or(match *payload {
            Payload::PushPromise { .. } => Some(Side::Server),
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
