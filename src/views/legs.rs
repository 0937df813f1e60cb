//! The rows of `show --as legs`: a request on its way through a proxy, on the connection to the proxy (front) and on the one from it
//! (back). The same method and path leave the address where they arrived, while the front still waits: first come, first matched.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use serde::Serialize;

use super::{Observed, note};
use crate::base::{PacketNumber, PerSide, Place, Side, Time};
use crate::conn::{Interest, Kind, On, Request, Role, Stream};
use crate::limits;

/// A request on two connections.
#[derive(Clone, Debug, Serialize)]
pub struct LegLine {
    /// On the connection to the proxy.
    pub front: Leg,
    /// On the connection from it.
    pub back: Leg,
    /// Method and path. Stems from the traffic.
    pub request: String,
    /// Who ended it first: `client`, `proxy`, `server`; `None` where nobody did.
    pub ended_first: Option<&'static str>,
    /// From the request's beginning at the front to that at the back, in milliseconds.
    pub inward_ms: f64,
    /// From the request's beginning to the end of the answer at the back; `None` where it did not end.
    pub back_ms: Option<f64>,
    /// From the end at the back to the end at the front: below 0 where the front ended first.
    pub outward_ms: Option<f64>,
}

/// A request on one connection.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Leg {
    /// The connection.
    pub conn: u64,
    /// The stream.
    pub stream: u32,
    /// The packet in which its request was complete.
    pub pkt: PacketNumber,
    /// Status code of the response.
    pub status: Option<u16>,
}

/// Makes [`LegLine`]s of facts.
#[derive(Debug, Default)]
pub struct Legs {
    legs: BTreeMap<Key, Tracked>,
    /// Requests so far.
    requests: u64,
}

/// A connection and a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u64, u32);

/// A request that is under way, or whose other leg is.
#[derive(Debug)]
struct Tracked {
    /// Its place among all requests.
    turn: u64,
    ends: PerSide<(IpAddr, u16)>,
    request: Arc<Request>,
    began: Time,
    leg: Leg,
    front: Option<Key>,
    back: Option<Key>,
    over: Option<Over>,
}

/// How a leg is over: by whom and when, where its stream was ended.
#[derive(Clone, Copy, Debug)]
struct Over(Option<(Side, Time)>);

impl Legs {
    /// The facts that it listens to.
    pub const INTEREST: Interest = Interest::NONE.with(On::Head).with(On::Closed).with(On::End);

    /// Takes a fact, and says the requests that are over on both connections.
    pub fn push(&mut self, seen: &Observed<'_>, emit: &mut impl FnMut(LegLine)) {
        match &seen.fact.kind {
            Kind::Head { head, stream: Some(stream) } if head.role == Role::Request => {
                self.begin(seen, stream);
            }
            Kind::Closed(stream) => {
                self.over(Key(seen.conn, stream.id.0), ended(stream, seen.fact.end.at), stream.status, emit);
            }
            Kind::End => {
                let left: Vec<Key> = self
                    .legs
                    .range(Key(seen.conn, 0)..=Key(seen.conn, u32::MAX))
                    .map(|(key, _)| *key)
                    .collect();
                for key in left {
                    let stream = seen.connection.streams.get(crate::frame::StreamId(key.1));
                    let status = stream.and_then(|stream| stream.status);
                    self.over(key, None, status, emit);
                }
            }
            _ => {}
        }
    }

    fn begin(&mut self, seen: &Observed<'_>, stream: &Stream) {
        let (Some(ends), Some(request)) = (seen.ends, stream.request.clone()) else { return };
        if self.legs.len() >= limits::MAX_CLOSED_STREAMS || request.path.is_none() {
            return;
        }
        self.requests = self.requests.saturating_add(1);
        let key = Key(seen.conn, stream.id.0);
        let leg = Leg { conn: key.0, stream: key.1, pkt: seen.fact.end.at.pkt, status: None };
        let mut tracked = Tracked {
            turn: self.requests,
            ends: *ends,
            request,
            began: stream.opened.at.time,
            leg,
            front: None,
            back: None,
            over: None,
        };
        let fronts = self.legs.iter_mut().filter(|(_, front)| front.leads_to(&tracked));
        if let Some((place, front)) = fronts.min_by_key(|(_, front)| front.turn) {
            front.back = Some(key);
            tracked.front = Some(*place);
        }
        self.legs.insert(key, tracked);
    }

    fn over(
        &mut self,
        key: Key,
        ended: Option<(Side, Time)>,
        status: Option<u16>,
        emit: &mut impl FnMut(LegLine),
    ) {
        let Some(tracked) = self.legs.get_mut(&key).filter(|tracked| tracked.over.is_none()) else { return };
        tracked.over = Some(Over(ended));
        tracked.leg.status = status;
        let (front, back) = (tracked.front, tracked.back);
        for (front, back) in [(front, Some(key)), (Some(key), back)] {
            if let (Some(front), Some(back)) = (front, back) {
                self.tell(front, back, emit);
            }
        }
        self.forget(key);
    }

    /// Says a pair once both legs are over.
    fn tell(&mut self, front: Key, back: Key, emit: &mut impl FnMut(LegLine)) {
        let both = self.legs.get(&front).zip(self.legs.get(&back));
        let Some(line) = both.and_then(|(front, back)| line(front, back)) else { return };
        emit(line);
        if let Some(front) = self.legs.get_mut(&front) {
            front.back = None;
        }
        if let Some(back) = self.legs.get_mut(&back) {
            back.front = None;
        }
        self.forget(front);
        self.forget(back);
    }

    /// Forgets a leg that is over and waits for no other.
    fn forget(&mut self, key: Key) {
        let waits = |leg: &Tracked| leg.over.is_none() || leg.front.is_some() || leg.back.is_some();
        if self.legs.get(&key).is_some_and(|leg| !waits(leg)) {
            self.legs.remove(&key);
        }
    }
}

impl Tracked {
    /// True when `back` may be this request, passed on: it leaves the host where this one arrived, for another server.
    fn leads_to(&self, back: &Self) -> bool {
        self.over.is_none()
            && self.back.is_none()
            && self.leg.conn != back.leg.conn
            && self.request.method == back.request.method
            && self.request.path == back.request.path
            && self.ends.server.0 == back.ends.client.0
            && self.ends.server != back.ends.server
            && self.began <= back.began
    }
}

fn line(front: &Tracked, back: &Tracked) -> Option<LegLine> {
    let (Over(front_end), Over(back_end)) = (front.over?, back.over?);
    let first = match (front_end, back_end) {
        (Some((side, at)), Some((_, later))) if at < later => Some(front_word(side)),
        (_, Some((side, _))) => Some(back_word(side)),
        (Some((side, _)), None) => Some(front_word(side)),
        (None, None) => None,
    };
    let millis = |from: Time, to: Time| to.since(from).as_millis();
    Some(LegLine {
        front: front.leg,
        back: back.leg,
        request: note::request(Some(&front.request)),
        ended_first: first,
        inward_ms: millis(front.began, back.began),
        back_ms: back_end.map(|(_, at)| millis(back.began, at)),
        outward_ms: front_end.zip(back_end).map(|((_, front), (_, back))| millis(back, front)),
    })
}

const fn front_word(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Server => "proxy",
    }
}

const fn back_word(side: Side) -> &'static str {
    match side {
        Side::Client => "proxy",
        Side::Server => "server",
    }
}

/// Who ended the stream, and when: the first RST_STREAM, else the end of the answer.
fn ended(stream: &Stream, at: Place) -> Option<(Side, Time)> {
    let reset = Side::BOTH.into_iter().filter_map(|side| {
        let (origin, _) = stream.sent[side].reset()?;
        Some((side, origin.at.time))
    });
    let first = reset.min_by_key(|(_, time)| *time);
    Some(first.unwrap_or((Side::Server, stream.sent.server.ended.map_or(at.time, |ended| ended.at.time))))
}
