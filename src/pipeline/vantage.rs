//! Where the tap stood, from what a connection shows: the two halves of its handshake, times to live that no router has lowered yet,
//! segments larger than the path takes, and on which side of the tap segments were lost.

use crate::base::{Side, Span};
use crate::conn::Transport;
use crate::tcp::Stream;

/// Times to live that systems start with.
const START: [u8; 3] = [64, 128, 255];

/// Where the tap stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vantage {
    /// Near one end.
    Near(Side),
    /// Near both: the same host, or the same network.
    Both,
    /// Near neither.
    Middle,
    /// Nothing tells, or two signs contradict each other.
    Unknown,
}

impl Vantage {
    /// Infers it.
    pub(super) fn of(transport: &Transport, client: &Stream, server: &Stream) -> Self {
        let handshake = handshake(transport);
        if matches!(handshake, None | Some(Self::Both)) {
            return handshake.unwrap_or(Self::Unknown);
        }
        let signs = [handshake, hops(client, server), offload(client, server), losses(client, server)];
        let mut told = signs.into_iter().flatten();
        let Some(first) = told.next() else { return Self::Unknown };
        if told.all(|sign| sign == first) { first } else { Self::Unknown }
    }

    /// The word used in reports.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Near(side) => side.word(),
            Self::Both => "both",
            Self::Middle => "middle",
            Self::Unknown => "unknown",
        }
    }
}

/// From the handshake: SYN to SYN/ACK, and SYN/ACK to ACK. Near is less than a tenth of the round trip, and less than a millisecond.
fn handshake(transport: &Transport) -> Option<Vantage> {
    let (syn, answer, third) = (transport.syn.client?, transport.syn.server?, transport.established?);
    let (to_server, to_client) = (answer.time.since(syn.time), third.time.since(answer.time));
    let short = |part: Span| part < Span::millis(1);
    let near = |part: Span, other: Span| short(part) && part.times(9) < other;
    Some(match (to_server, to_client) {
        (a, b) if short(a) && short(b) => Vantage::Both,
        (a, b) if near(b, a) => Vantage::Near(Side::Client),
        (a, b) if near(a, b) => Vantage::Near(Side::Server),
        _ => Vantage::Middle,
    })
}

/// From the times to live: a start value has crossed no router. When both are start values no router stands between the ends, which
/// says nothing about the path's length.
fn hops(client: &Stream, server: &Stream) -> Option<Vantage> {
    let fresh = |stream: &Stream| {
        let (low, high) = stream.stats.ttl?;
        (low == high).then(|| START.contains(&high))
    };
    match (fresh(client)?, fresh(server)?) {
        (true, true) => None,
        (true, false) => Some(Vantage::Near(Side::Client)),
        (false, true) => Some(Vantage::Near(Side::Server)),
        (false, false) => Some(Vantage::Middle),
    }
}

/// From segments larger than the receiver's SYN allows: an offloading card will still cut them. Where both sides send them the cards of
/// one end cut and join.
fn offload(client: &Stream, server: &Stream) -> Option<Vantage> {
    let large = |stream: &Stream, peer: &Stream| {
        let most = u64::from(peer.largest_segment?);
        Some(stream.stats.longest > most)
    };
    match (large(client, server)?, large(server, client)?) {
        (true, false) => Some(Vantage::Near(Side::Client)),
        (false, true) => Some(Vantage::Near(Side::Server)),
        (true, true) | (false, false) => None,
    }
}

/// From losses: what is lost behind the tap is seen twice, what is lost before it comes late into a hole.
fn losses(client: &Stream, server: &Stream) -> Option<Vantage> {
    let behind = |stream: &Stream| stream.again().repeated > MANY;
    let before = |stream: &Stream| stream.again().resent > MANY;
    let (near_client, near_server) = (behind(client) || before(server), behind(server) || before(client));
    match (near_client, near_server) {
        (true, true) => Some(Vantage::Middle),
        (true, false) => Some(Vantage::Near(Side::Client)),
        (false, true) => Some(Vantage::Near(Side::Server)),
        (false, false) => None,
    }
}

/// Octets lost that count as a sign: some full segments. A single one may be sent again without need.
const MANY: u64 = 8 * 1460;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Place, Time};
    use crate::tcp::Again;

    fn transport(to_server_us: i64, to_client_us: i64) -> Transport {
        let at = |us: i64| Some(Place { time: Time(us * 1_000), ..Place::default() });
        let mut transport = Transport::default();
        transport.syn.client = at(0);
        transport.syn.server = at(to_server_us);
        transport.established = at(to_server_us + to_client_us);
        transport
    }

    fn stream(ttl: u8) -> Stream {
        let mut stream = Stream::default();
        stream.stats.ttl = Some((ttl, ttl));
        stream.largest_segment = Some(1460);
        stream
    }

    fn word(transport: &Transport, client: &Stream, server: &Stream) -> &'static str {
        Vantage::of(transport, client, server).word()
    }

    #[test]
    fn the_shorter_half_of_the_handshake_is_the_near_end() {
        let (client, server) = (stream(64), stream(64));
        let at = |a, b| word(&transport(a, b), &client, &server);
        assert_eq!([at(40_000, 30), at(30, 40_000), at(20_000, 20_000)], ["client", "server", "middle"]);
        assert_eq!([at(50, 20), at(40_000, 4_200)], ["both", "middle"]);
        assert_eq!(word(&Transport::default(), &client, &server), "unknown");
    }

    #[test]
    fn signs_that_agree_confirm_and_signs_that_contradict_say_nothing() {
        let near_client = transport(40_000, 30);
        assert_eq!(word(&near_client, &stream(64), &stream(52)), "client");
        assert_eq!(word(&near_client, &stream(57), &stream(64)), "unknown");
        assert_eq!(word(&transport(20_000, 20_000), &stream(57), &stream(120)), "middle");
    }

    #[test]
    fn large_segments_and_losses_are_signs_too() {
        let (near_client, near_server) = (transport(40_000, 30), transport(30, 40_000));
        let mut client = stream(64);
        client.stats.longest = 14_600;
        assert_eq!(word(&near_client, &client, &stream(64)), "client");
        assert_eq!(word(&near_server, &client, &stream(64)), "unknown");
        let mut server = stream(64);
        server.again = Some(Box::new(Again { resent: 100_000, ..Again::default() }));
        assert_eq!(word(&near_client, &stream(64), &server), "client");
        server.again = Some(Box::new(Again { resent: 100_000, repeated: 100_000, ..Again::default() }));
        assert_eq!(word(&near_server, &stream(64), &server), "unknown");
    }
}
