//! Who sends what and when.

use super::frames::{Octets, preface, settings, settings_ack};
use super::links::{Way, capture_over};
use super::pcapng;
use super::tls::{Handshake, Secured};
use super::wire::{ACK, FIN, PSH, Packet, RST, SYN, capture};
use crate::base::{PerSide, Side, Span, Time, to_u64};
use crate::frame::Setting;
use crate::tls::ContentType;

/// A conversation over one TCP connection. Each call of [`Script::client`] or [`Script::server`] is one write, one segment, and
/// acknowledges everything the other end sent before, unless that end was made [`Script::blind`].
#[derive(Clone, Debug)]
pub struct Script {
    packets: Vec<Packet>,
    clock: Time,
    sent: PerSide<u64>,
    seen: PerSide<u64>,
    blind: PerSide<bool>,
    full: PerSide<bool>,
    port: u16,
    hop: u8,
    /// What both sides of the connection before an [`Script::onward`] had sent and seen.
    before: Option<(PerSide<u64>, PerSide<u64>)>,
    torn: bool,
    secured: Option<Secured>,
}

/// Octets that one segment carries at most: what loopback and offloading cards really show.
const SEGMENT: usize = 16_384;

/// Octets missing at the end of a torn file.
const TORN: usize = 7;

/// Between two packets when nothing else is said.
const STEP: Span = Span(100_000);

impl Script {
    /// A TCP handshake, and nothing yet.
    #[must_use]
    pub fn connect() -> Self {
        let none = PerSide { client: 0, server: 0 };
        let blind = PerSide { client: false, server: false };
        let start = Time(1_700_000_000_000_000_000);
        let script = Self {
            packets: Vec::new(),
            clock: start,
            sent: none,
            seen: none,
            blind,
            full: blind,
            port: 0,
            hop: 0,
            before: None,
            torn: false,
            secured: None,
        };
        script.bare(Side::Client, SYN).bare(Side::Server, SYN | ACK).bare(Side::Client, ACK)
    }

    /// A client that tries to connect, and nothing yet in answer.
    #[must_use]
    pub fn knock() -> Self {
        let mut script = Self::connect();
        script.packets.truncate(1);
        script.sent.server = 0;
        script.seen.client = 0;
        script
    }

    /// The server's host refuses the client's SYN.
    #[must_use]
    pub fn refuse(self) -> Self {
        self.rst(Side::Server).change_last(|packet| packet.offset = super::wire::NUMBER_ZERO)
    }

    /// The client's SYN again.
    #[must_use]
    pub fn knock_again(mut self) -> Self {
        self.sent.client = 0;
        self.bare(Side::Client, SYN)
    }

    /// A TCP handshake and one of TLS; what is sent behind it is sealed.
    #[must_use]
    pub fn tls(handshake: &Handshake) -> Self {
        Self::connect()
            .client([handshake.client_hello()])
            .server([handshake.server_flight()])
            .client([handshake.client_flight()])
            .server([handshake.server_end()])
            .sealed_by(handshake)
    }

    /// What is sent from here on is sealed, as this handshake agreed.
    #[must_use]
    pub fn sealed_by(mut self, handshake: &Handshake) -> Self {
        self.secured = Some(Secured::new(handshake.clone()));
        self
    }

    /// As [`Script::open`], over a path with this round trip, near the server.
    #[must_use]
    pub fn open_over(round_trip: Span) -> Self {
        let mut script = Self::connect();
        for packet in script.packets.iter_mut().skip(2) {
            packet.time = packet.time.after(round_trip);
        }
        script
            .wait(round_trip)
            .client([preface(), settings(&[])])
            .server([settings(&[]), settings_ack()])
            .client([settings_ack()])
    }

    /// As [`Script::tls`], with a session that is resumed, and 0-RTT data that the server takes.
    #[must_use]
    pub fn tls_early(handshake: &Handshake, early: impl IntoIterator<Item = Octets>) -> Self {
        let handshake = handshake.clone().with_early_data();
        let octets: Vec<u8> = early.into_iter().flat_map(|part| part.octets()).collect();
        let early = handshake.early_record(ContentType::APPLICATION_DATA, &octets, 0);
        Self::connect()
            .client([handshake.client_hello(), Octets::Plain(early)])
            .server([handshake.server_flight()])
            .client([handshake.client_flight()])
            .sealed_by(&handshake)
    }

    /// A handshake message behind the handshake, in a sealed record.
    #[must_use]
    pub fn message(mut self, side: Side, kind: u8, body: &[u8]) -> Self {
        let record = self.secured.as_mut().map(|secured| secured.seal_message(side, kind, body));
        self.segment(side, ACK | PSH, &record.unwrap_or_default())
    }

    /// Behind this conversation, after a pause, another connection of the same client to the same server, from the next port: handshake,
    /// and nothing yet. What is open stays open.
    #[must_use]
    pub fn again(mut self, pause: Span) -> Self {
        self.port = self.port.saturating_add(1);
        self.sent = PerSide { client: 0, server: 0 };
        self.seen = self.sent;
        self.secured = None;
        self.wait(pause).bare(Side::Client, SYN).bare(Side::Server, SYN | ACK).bare(Side::Client, ACK)
    }

    /// After a pause, a connection of the server, which is an intermediary, to a host behind it. What is open stays open.
    #[must_use]
    pub fn onward(mut self, pause: Span) -> Self {
        self.before = Some((self.sent, self.seen));
        self.hop = 1;
        self.again(pause)
    }

    /// Back on the connection in front of the intermediary.
    #[must_use]
    pub fn back(mut self) -> Self {
        if let Some((sent, seen)) = self.before.take() {
            (self.sent, self.seen, self.hop) = (sent, seen, 0);
            self.port = self.port.saturating_sub(1);
        }
        self
    }

    /// As [`Script::again`], with preface, SETTINGS of both sides and their acknowledgements.
    #[must_use]
    pub fn again_open(self, pause: Span) -> Self {
        self.again(pause)
            .client([preface(), settings(&[])])
            .server([settings(&[]), settings_ack()])
            .client([settings_ack()])
    }

    /// The packet before these was lost and comes, sent again, only behind them and the pause.
    #[must_use]
    pub fn overtaken(mut self, pause: Span, others: impl FnOnce(Self) -> Self) -> Self {
        let lost = self.packets.pop();
        let mut script = others(self).wait(pause);
        if let Some(lost) = lost {
            script.packets.push(Packet { time: script.clock, ..lost });
            script.clock = script.clock.after(STEP);
        }
        script
    }

    /// Handshake, preface, SETTINGS of both sides and their acknowledgements.
    #[must_use]
    pub fn open() -> Self {
        Self::open_with(&[], &[])
    }

    /// As [`Script::open`], with these parameters of the client and the server.
    #[must_use]
    pub fn open_with(client: &[(Setting, u32)], server: &[(Setting, u32)]) -> Self {
        Self::connect()
            .client([preface(), settings(client)])
            .server([settings(server), settings_ack()])
            .client([settings_ack()])
    }

    /// The client sends.
    #[must_use]
    pub fn client(self, octets: impl IntoIterator<Item = Octets>) -> Self {
        self.send(Side::Client, octets)
    }

    /// The server sends.
    #[must_use]
    pub fn server(self, octets: impl IntoIterator<Item = Octets>) -> Self {
        self.send(Side::Server, octets)
    }

    /// One end sends.
    #[must_use]
    pub fn send(mut self, side: Side, octets: impl IntoIterator<Item = Octets>) -> Self {
        let all: Vec<u8> = octets.into_iter().flat_map(|part| part.octets()).collect();
        for chunk in all.chunks(SEGMENT) {
            let sealed = self.secured.as_mut().map(|secured| secured.seal(side, chunk));
            self = self.segment(side, ACK | PSH, sealed.as_deref().unwrap_or(chunk));
        }
        self
    }

    /// Time passes.
    #[must_use]
    pub fn wait(mut self, span: Span) -> Self {
        self.clock = self.clock.after(span);
        self
    }

    /// One end acknowledges everything, without a word of its own.
    #[must_use]
    pub fn ack(self, side: Side) -> Self {
        self.bare(side, ACK)
    }

    /// One end asks by a keep-alive of TCP whether the other one lives: the octet before its next one, without that octet.
    #[must_use]
    pub fn probe(self, side: Side) -> Self {
        self.ack(side).change_last(|packet| packet.offset = packet.offset.saturating_sub(1))
    }

    /// One end acknowledges everything, and says that it takes no more for now.
    #[must_use]
    pub fn takes_nothing(self, side: Side) -> Self {
        let mut script = self.ack(side);
        if let Some(packet) = script.packets.last_mut() {
            packet.window = 0;
        }
        script
    }

    /// From here on `side` does not receive what the other end sends: it is still on its way.
    #[must_use]
    pub fn blind(mut self, side: Side) -> Self {
        self.blind[side] = true;
        self
    }

    /// Everything on its way to `side` arrives.
    #[must_use]
    pub fn sees(mut self, side: Side) -> Self {
        self.blind[side] = false;
        self
    }

    /// One end closes in order.
    #[must_use]
    pub fn fin(self, side: Side) -> Self {
        self.bare(side, FIN | ACK)
    }

    /// One end resets.
    #[must_use]
    pub fn rst(self, side: Side) -> Self {
        self.bare(side, RST | ACK)
    }

    /// One end acknowledges everything; from here on its receive window is full.
    #[must_use]
    pub fn full(mut self, side: Side) -> Self {
        self.full[side] = true;
        self.ack(side)
    }

    /// One end acknowledges everything, and has room again.
    #[must_use]
    pub fn room(mut self, side: Side) -> Self {
        self.full[side] = false;
        self.ack(side)
    }

    /// Something on the path resets the connection in the name of `side`: with its sequence number, without an acknowledgement, and
    /// from another distance.
    #[must_use]
    pub fn rst_from_between(self, side: Side) -> Self {
        self.bare(side, RST).change_last(|packet| packet.ttl = 61)
    }

    fn change_last(mut self, change: impl FnOnce(&mut Packet)) -> Self {
        if let Some(packet) = self.packets.last_mut() {
            change(packet);
        }
        self
    }

    /// Both ends close, the client first; an end that has closed already does not do it again.
    #[must_use]
    pub fn close(self) -> Self {
        let has_closed = |side| {
            self.packets.iter().any(|packet| {
                packet.side == side
                    && packet.port == self.port
                    && packet.hop == self.hop
                    && packet.flags & FIN != 0
            })
        };
        let (client, server) = (has_closed(Side::Client), has_closed(Side::Server));
        let script = if client { self } else { self.fin(Side::Client) };
        if server { script.ack(Side::Server) } else { script.fin(Side::Server).ack(Side::Client) }
    }

    /// The packets.
    #[must_use]
    pub fn packets(&self) -> &[Packet] {
        &self.packets
    }

    /// The same conversation, as another path would have shown its packets.
    #[must_use]
    pub fn with_packets(mut self, packets: Vec<Packet>) -> Self {
        self.packets = packets;
        self
    }

    /// The conversation as a pcap file, Ethernet and IPv4; with secrets of TLS, as a pcapng file that holds them.
    #[must_use]
    pub fn pcap(&self) -> Vec<u8> {
        self.finished(capture(&self.packets))
    }

    /// As [`Script::pcap`], over this link or tunnel.
    #[must_use]
    pub fn pcap_over(&self, way: &Way) -> Vec<u8> {
        self.finished(capture_over(&self.packets, way, |_| None))
    }

    fn finished(&self, mut octets: Vec<u8>) -> Vec<u8> {
        if let Some(key_log) = self.secured.as_ref().and_then(Secured::key_log) {
            octets = pcapng::with_secrets(&octets, &key_log);
        }
        if self.torn {
            octets.truncate(octets.len().saturating_sub(TORN));
        }
        octets
    }

    /// The capture keeps only so many octets of each packet.
    #[must_use]
    pub fn cut(mut self, snaplen: usize) -> Self {
        for packet in &mut self.packets {
            packet.snaplen = snaplen;
        }
        self
    }

    /// The file ends inside its last record.
    #[must_use]
    pub const fn torn(mut self) -> Self {
        self.torn = true;
        self
    }

    /// The capture lacks this packet, counted from 0.
    #[must_use]
    pub fn lose(mut self, packet: usize) -> Self {
        if packet < self.packets.len() {
            self.packets.remove(packet);
        }
        self
    }

    /// The capture begins behind so many packets.
    #[must_use]
    pub fn without_first(mut self, packets: usize) -> Self {
        self.packets.drain(..packets.min(self.packets.len()));
        self
    }

    /// The capture sees one direction only.
    #[must_use]
    pub fn only(mut self, side: Side) -> Self {
        self.packets.retain(|packet| packet.side == side);
        self
    }

    /// A packet is repeated right behind itself, each octet of its payload changed by `mask`.
    #[must_use]
    pub fn repeat_with(mut self, packet: usize, mask: u8) -> Self {
        if let Some(mut copy) = self.packets.get(packet).cloned() {
            for octet in &mut copy.payload {
                *octet ^= mask;
            }
            self.packets.insert(packet.saturating_add(1), copy);
        }
        self
    }

    /// The IP packets are numbered, as most hosts do.
    #[must_use]
    pub fn numbered(mut self) -> Self {
        for (packet, number) in self.packets.iter_mut().zip(1..) {
            packet.identification = number;
        }
        self
    }

    /// The capture sees this packet again behind itself, on its way out of a router.
    #[must_use]
    pub fn routed(mut self, packet: usize) -> Self {
        if let Some(mut copy) = self.packets.get(packet).cloned() {
            copy.ttl = copy.ttl.saturating_sub(1);
            self.packets.insert(packet.saturating_add(1), copy);
        }
        self
    }

    fn bare(self, side: Side, flags: u8) -> Self {
        self.segment(side, flags, &[])
    }

    fn segment(mut self, side: Side, flags: u8, payload: &[u8]) -> Self {
        let peer = side.peer();
        if !self.blind[side] {
            self.seen[side] = self.sent[peer];
        }
        let packet = Packet {
            time: self.clock,
            side,
            port: self.port,
            hop: self.hop,
            flags,
            offset: self.sent[side],
            acknowledged: self.seen[side],
            window: if self.full[side] { 0 } else { u16::MAX },
            payload: payload.to_vec(),
            identification: 0,
            ttl: 64,
            snaplen: usize::MAX,
        };
        self.packets.push(packet);
        let counts = u64::from(flags & (SYN | FIN) != 0);
        self.sent[side] = self.sent[side].saturating_add(to_u64(payload.len())).saturating_add(counts);
        self.clock = self.clock.after(STEP);
        self
    }
}
