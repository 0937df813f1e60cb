//! The client's PINGs as a gRPC server counts them (gRFC A8): one that follows another too soon is a strike, and what the server
//! itself sends between them wipes the strikes away. What a server allows is its own affair; these are the defaults.

use crate::base::{Origin, Span, Time};

/// The client's PINGs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keepalive {
    /// PINGs that are no acknowledgements.
    pub pings: u64,
    /// PINGs that followed another without HEADERS or DATA of the server between them.
    pub bare: u64,
    /// Of these, those while no stream was open.
    pub streamless: u64,
    /// The last two of them, the earlier first: the first one of a row counts too.
    pub first_bare: Option<Origin>,
    /// The last PING.
    pub last: Option<Origin>,
    /// Time between bare PINGs, all together.
    pub apart: Span,
    /// Strikes since the server last sent HEADERS or DATA.
    pub strikes: u32,
    /// Most strikes in a row, and the PING that made them.
    pub worst: Option<(u32, Origin)>,
    /// HEADERS and DATA of the server by the last PING.
    spoken: u64,
}

/// What is open when a PING is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Streams {
    None,
    Some,
}

impl Keepalive {
    /// Mean time between PINGs that follow each other without HEADERS or DATA of the server between them.
    #[must_use]
    pub fn interval(&self) -> Option<Span> {
        let apart = self.apart.0.checked_div(i64::try_from(self.bare).ok()?)?;
        Some(Span(apart))
    }

    /// The client sends a PING, after so many HEADERS and DATA frames of the server.
    pub(super) fn ping(&mut self, at: &Origin, spoken: u64, streams: Streams) {
        self.pings = self.pings.saturating_add(1);
        let silent = spoken == self.spoken;
        self.spoken = spoken;
        let Some(last) = self.last.replace(*at) else { return };
        if !silent {
            self.strikes = 0;
            return;
        }
        let gap = at.at.time.since(last.at.time);
        self.bare = self.bare.saturating_add(1);
        self.streamless = self.streamless.saturating_add(u64::from(streams == Streams::None));
        self.apart = self.apart.plus(gap);
        self.first_bare.get_or_insert(last);
        let least = if streams == Streams::None { WITHOUT_STREAMS } else { Self::LEAST };
        if gap < least {
            self.strikes = self.strikes.saturating_add(1);
            if self.worst.is_none_or(|(worst, _)| self.strikes > worst) {
                self.worst = Some((self.strikes, *at));
            }
        }
    }
}

/// The same as [`Keepalive::LEAST`], while no stream is open.
const WITHOUT_STREAMS: Span = Span::seconds(7200);

impl Keepalive {
    /// No PINGs.
    pub(super) const NONE: Self = Self {
        pings: 0,
        bare: 0,
        streamless: 0,
        first_bare: None,
        last: None,
        apart: Span::ZERO,
        strikes: 0,
        worst: None,
        spoken: 0,
    };

    /// Strikes that a server forgives (gRFC A8).
    pub const FORGIVEN: u32 = 2;

    /// How long a server asks a client to wait between PINGs while streams are open (gRFC A8).
    pub const LEAST: Span = Span::seconds(300);

    /// Time from the first bare PING to the last PING.
    #[must_use]
    pub fn over(&self) -> Span {
        let time = |origin: Option<Origin>| origin.map_or(Time(0), |origin| origin.at.time);
        time(self.last).since(time(self.first_bare.or(self.last)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Place;

    fn at(seconds: i64) -> Origin {
        Origin { at: Place { time: Time(seconds * 1_000_000_000), ..Place::default() }, ..Origin::default() }
    }

    fn strikes(pings: &[(i64, u64, Streams)]) -> u32 {
        let mut keepalive = Keepalive::default();
        for (second, spoken, streams) in pings {
            keepalive.ping(&at(*second), *spoken, *streams);
        }
        keepalive.worst.map_or(0, |(worst, _)| worst)
    }

    #[test]
    fn pings_that_follow_each_other_too_soon_are_strikes() {
        let row = [0, 10, 20, 30].map(|second| (second, 4, Streams::Some));
        assert_eq!(strikes(&row), 3);
        let row = [0, 300, 600, 900].map(|second| (second, 4, Streams::Some));
        assert_eq!(strikes(&row), 0);
        let row = [0, 300, 600, 900].map(|second| (second, 4, Streams::None));
        assert_eq!(strikes(&row), 3);
    }

    #[test]
    fn what_the_server_sends_wipes_the_strikes_away() {
        let row = [(0, 1), (1, 2), (2, 3), (3, 3), (4, 4), (5, 5)].map(|(s, n)| (s, n, Streams::Some));
        assert_eq!(strikes(&row), 1);
    }
}
