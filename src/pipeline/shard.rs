//! Some of the connections of a capture, or all: keeps those that live, and concludes those that are over. What becomes of a connection
//! never depends on who else is in its shard.

use std::collections::{HashMap, VecDeque};

use super::conclusion::Concluded;
use super::desk::Desk;
use super::intake::{Moment, Seated};
use super::listing::{Bar, Listed};
use super::session::Session;
use super::weight::{Share, Weight};
use crate::base::{Place, Span, Time};
use crate::conn::Interest;
use crate::limits;
use crate::rules::interest;
use crate::tcp::Endpoint;
use crate::views::Observed;

/// Connections that are judged together.
#[derive(Default)]
pub(super) struct Shard {
    pub(super) desk: Desk,
    interest: Interest,
    live: HashMap<u64, Live, foldhash::fast::FixedState>,
    /// Connections that have ended and may still see stragglers, by the time of their end.
    lingering: VecDeque<(u64, Since)>,
    weight: Weight,
    bar: Bar,
    told: Vec<Told>,
}

/// When a connection ended: packets of the capture before that, and its latest time.
#[derive(Clone, Copy)]
struct Since {
    turn: u64,
    latest: Time,
}

/// A connection that is not concluded.
struct Live {
    session: Box<Session>,
    /// Since when it waits for stragglers.
    lingers: Option<Since>,
    share: Share,
}

/// Something that is told of a connection, for the report.
pub(super) struct Told {
    /// When it was known, and of which connection: the order in which it is collected, whoever tells it.
    pub(super) turn: u64,
    pub(super) number: u64,
    pub(super) news: News,
}

/// What is told.
pub(super) enum News {
    /// Streams that may be listed.
    Candidates(Vec<Listed>),
    /// The connection is over.
    Over(Over),
}

/// A connection that is over.
pub(super) struct Over {
    pub(super) concluded: Box<Concluded>,
    /// The sender of its first packet, and the other end.
    pub(super) ends: (Endpoint, Endpoint),
    /// The first packet that the capture had twice, and how many there are.
    pub(super) copies: Option<(Place, u64)>,
    /// It held too much, or others did and it was silent longest.
    pub(super) gave_way: bool,
}

/// What a live connection holds, and when it was heard last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weighed {
    pub(super) number: u64,
    pub(super) last: Place,
    pub(super) octets: u64,
}

impl Shard {
    pub(super) fn new(desk: Desk) -> Self {
        let interest = interest(desk.wishes.interest);
        Self { desk, interest, ..Self::default() }
    }

    /// Takes the next segment of its connections.
    pub(super) fn push(&mut self, seated: &Seated<'_>, observe: &mut (impl FnMut(Observed<'_>) + ?Sized)) {
        let Seated { seat, segment, now, .. } = *seated;
        self.desk.shared.get_mut().reach(now.turn);
        if let Some(old) = seat.replaces {
            self.conclude(old, segment.at, now.turn, observe);
        }
        if seat.opens {
            self.open(seated);
        }
        // Stragglers of a connection that is reported have no session.
        let Some(live) = self.live.get_mut(&seat.number) else { return };
        if live.lingers.as_ref().is_some_and(|since| is_past(since, now)) {
            return self.conclude(seat.number, segment.at, now.turn, observe);
        }
        live.session.push(seat.direction, segment, &self.desk, observe);
        self.weight.segment(&mut live.share, &live.session, segment.payload);
        if live.share.octets() > self.desk.wishes.max_memory / limits::LARGEST_SHARE {
            return self.give_way(seat.number, segment.at, now.turn, observe);
        }
        let limit = self.desk.wishes.limit_slowest();
        if live.session.has_candidates(self.bar.height(limit)) {
            let candidates = live.session.candidates();
            self.bar.raise(&candidates, limit);
            self.told.push(Told { turn: now.turn, number: seat.number, news: News::Candidates(candidates) });
        }
        if live.session.is_closed() {
            self.conclude(seat.number, segment.at, now.turn, observe);
        } else if live.lingers.is_none() && live.session.is_over() {
            let since = Since { turn: now.turn, latest: now.latest };
            live.lingers = Some(since);
            self.lingering.push_back((seat.number, since));
        }
    }

    fn open(&mut self, seated: &Seated<'_>) {
        let Seated { seat, ends, encapsulation, segment, .. } = *seated;
        let session = Session::open(seat.number, *ends, segment, encapsulation, &self.desk, self.interest);
        let live = Live { session, lingers: None, share: Share::default() };
        self.live.insert(seat.number, live);
    }

    /// All segments of its connections before this turn were taken.
    pub(super) fn pass(&self, turn: u64) {
        self.desk.shared.borrow().pass(turn);
    }

    /// An epoch ends: concludes connections whose stragglers are no longer waited for.
    pub(super) fn end_epoch(&mut self, now: Moment, observe: &mut (impl FnMut(Observed<'_>) + ?Sized)) {
        self.desk.shared.get_mut().reach(now.turn);
        while let Some((number, since)) = self.lingering.front().copied() {
            if !is_past(&since, &now) {
                break;
            }
            self.lingering.pop_front();
            self.conclude(number, now.last, now.turn, observe);
        }
        self.told.sort_by_key(Told::order);
    }

    /// Octets that its connections hold.
    pub(super) const fn weight(&self) -> u64 {
        self.weight.total()
    }

    /// Its live connections.
    pub(super) fn census(&self) -> Vec<Weighed> {
        let weighed = |(number, live): (&u64, &Live)| Weighed {
            number: *number,
            last: live.session.last(),
            octets: live.share.octets(),
        };
        self.live.iter().map(weighed).collect()
    }

    /// Concludes those of its connections that give way to others.
    pub(super) fn put_aside(
        &mut self,
        which: &[Weighed],
        now: Moment,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        for one in which {
            self.give_way(one.number, one.last, now.turn, observe);
        }
        self.told.sort_by_key(Told::order);
    }

    /// The numbers of the connections that still live, the lowest one last.
    pub(super) fn living(&self) -> Vec<u64> {
        let mut numbers: Vec<u64> = self.live.keys().copied().collect();
        numbers.sort_unstable_by(|one, other| other.cmp(one));
        numbers
    }

    /// The capture is over: concludes those of the `living` that are below this number, in order, and hands on what is told.
    pub(super) fn finish(
        &mut self,
        (living, below): (&mut Vec<u64>, u64),
        end: Moment,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
        tell: &mut impl FnMut(Told),
    ) {
        while let Some(number) = living.pop_if(|number| *number < below) {
            let turn = end.turn.saturating_add(number);
            self.desk.shared.get_mut().reach(turn);
            self.conclude(number, end.last, turn, observe);
            self.told.drain(..).for_each(&mut *tell);
        }
    }

    /// True when something is told.
    pub(super) const fn has_news(&self) -> bool {
        !self.told.is_empty()
    }

    /// What is told since this was called last, in its order.
    pub(super) fn tells(&mut self) -> std::vec::Drain<'_, Told> {
        self.told.drain(..)
    }

    /// True when TLS has begun on any of its connections.
    pub(super) fn is_secured(&self) -> bool {
        self.live.values().any(|live| live.session.is_secured())
    }

    /// A connection is judged as if the capture had ended with its last packet: what follows on it may silence, never accuse.
    fn give_way(
        &mut self,
        number: u64,
        last: Place,
        turn: u64,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        self.conclude(number, last, turn, observe);
        let told = self.told.last_mut().filter(|told| told.number == number);
        if let Some(Told { news: News::Over(over), .. }) = told {
            over.gave_way = true;
        }
    }

    /// A connection is over, or nothing more is heard of it; `until` is the last packet of the capture so far.
    fn conclude(
        &mut self,
        number: u64,
        until: Place,
        turn: u64,
        observe: &mut (impl FnMut(Observed<'_>) + ?Sized),
    ) {
        let Some(Live { mut session, share, .. }) = self.live.remove(&number) else { return };
        self.weight.forget(&share);
        let concluded = session.finish(until, &self.desk, observe);
        self.bar.raise(&concluded.candidates, self.desk.wishes.limit_slowest());
        let over = Over { concluded, ends: session.ends(), copies: session.copies(), gave_way: false };
        self.told.push(Told { turn, number, news: News::Over(over) });
    }
}

impl Told {
    /// The order in which everything is collected that is told of an epoch, of one connection in that in which it is told.
    pub(super) const fn order(&self) -> (u64, u64) {
        (self.turn, self.number)
    }
}

/// True when stragglers of a connection that ended at `since` are no longer waited for.
fn is_past(since: &Since, now: &Moment) -> bool {
    now.latest.since(since.latest) > Span::seconds(limits::LINGER_S)
        || now.turn.saturating_sub(since.turn) > limits::LINGER_PACKETS
}
