//! Promises of pushed responses, and what may be wrong with them (RFC 9113 §6.6, §8.4).

use super::connection::Connection;
use super::fact::{Fact, Kind};
use super::frames::Seen;
use super::streams::Known;
use crate::base::{Origin, Side};
use crate::frame::{Setting, StreamId};

/// What is wrong with a PUSH_PROMISE frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPromise {
    /// A client sent it.
    FromClient,
    /// The client had disabled push, and the server had acknowledged that.
    Disabled,
    /// It was sent on a stream that was itself pushed.
    Recursive,
    /// It was sent on a stream that the client never opened.
    Idle,
    /// Its sender had ended the stream that it was sent on: where.
    Ended(Origin),
    /// Its sender had reset the stream that it was sent on: where.
    Reset(Origin),
    /// The stream that it was sent on is a tunnel (RFC 9113 §8.5), since the server said so there.
    Tunnel(Origin),
    /// It promises stream 0.
    Zero,
    /// It promises a stream that only a client may open.
    Odd,
    /// It promises a stream that is not above those promised before.
    NotIncreasing {
        /// The highest one promised before.
        highest: StreamId,
    },
}

impl Connection {
    /// A PUSH_PROMISE frame is complete, and not applied yet.
    pub(super) fn examine_promise(
        &mut self,
        seen: &Seen<'_>,
        promised: StreamId,
        emit: &mut impl FnMut(&Self, Fact<'_>),
    ) {
        let faults = if seen.side == Side::Client {
            [Some(BadPromise::FromClient), None, None]
        } else {
            let disabled = self.sides.client.settings.permitted(Setting::ENABLE_PUSH) == 0;
            [
                disabled.then_some(BadPromise::Disabled),
                self.parent_fault(seen),
                self.identifier_fault(promised),
            ]
        };
        for fault in faults.into_iter().flatten() {
            emit(self, seen.fact(Kind::BadPromise { fault, promised }));
        }
    }

    fn parent_fault(&mut self, seen: &Seen<'_>) -> Option<BadPromise> {
        let parent = seen.header.stream;
        if parent == StreamId::CONNECTION {
            return None;
        }
        if !parent.is_odd() {
            return Some(BadPromise::Recursive);
        }
        let unseen = self.streams.may_be_unseen(parent);
        match self.streams.find(parent) {
            Known::Here(stream) if stream.irregular => None,
            Known::Here(stream) => {
                let sent = &stream.sent.server;
                let reset = sent.reset().map(|(at, _)| BadPromise::Reset(at));
                let ended = sent.ended.map(BadPromise::Ended);
                reset.or(ended).or_else(|| stream.tunnel.as_deref().copied().map(BadPromise::Tunnel))
            }
            Known::Idle | Known::Skipped if !unseen => Some(BadPromise::Idle),
            Known::Idle | Known::Skipped | Known::Forgotten => None,
        }
    }

    fn identifier_fault(&self, promised: StreamId) -> Option<BadPromise> {
        let highest = self.streams.highest(Side::Server);
        match promised {
            StreamId::CONNECTION => Some(BadPromise::Zero),
            promised if promised.is_odd() => Some(BadPromise::Odd),
            promised if promised <= highest => Some(BadPromise::NotIncreasing { highest }),
            _ => None,
        }
    }
}
