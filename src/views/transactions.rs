//! What an export in the HTTP archive format is made of: each request with its answer, once both are over. Bodies are counted, never
//! kept; of fields no more is kept at once than the cap allows.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

use super::fields::ExportFields;
use super::secret::Secrets;
use super::{Observed, streams};
use crate::base::{PacketNumber, PerSide, Side, Span, Time};
use crate::conn::{Ended, Head, Interest, Kind, On, Request, Role, Stream};
use crate::frame::StreamId;
use crate::hpack::Decoder;
use crate::http1::Outcome;
use crate::limits;

/// A request and its answer.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// The connection.
    pub conn: u64,
    /// The stream.
    pub stream: u32,
    /// Who opened it: the server by a push.
    pub opened_by: Side,
    /// Address and port of both ends.
    pub ends: Option<PerSide<(IpAddr, u16)>>,
    /// True when the connection's octets come out of TLS.
    pub encrypted: bool,
    /// True for the request of HTTP/1.1 that asked for the upgrade.
    pub upgrade: bool,
    /// The packet in which it began.
    pub first_pkt: PacketNumber,
    /// The last packet of it.
    pub last_pkt: PacketNumber,
    /// When it began, as the capture has it.
    pub start: Time,
    /// The same since the connection's first packet, in seconds.
    pub t: f64,
    /// `:method`, as far as it is known. Stems from the traffic.
    pub method: Option<String>,
    /// `:path`. Stems from the traffic.
    pub path: Option<String>,
    /// `:authority`. Stems from the traffic.
    pub authority: Option<String>,
    /// Status code of the final response.
    pub status: Option<u16>,
    /// Interim responses.
    pub interim: u64,
    /// Fields of request and final response, by sender.
    pub fields: PerSide<ExportFields>,
    /// Fields behind the content, by sender.
    pub trailers: PerSide<ExportFields>,
    /// Octets of content, by sender.
    pub content: PerSide<u64>,
    /// `grpc-status`.
    pub grpc_status: Option<u32>,
    /// `grpc-message`, decoded. Stems from the traffic.
    pub grpc_message: Option<String>,
    /// How it ended: `closed`, `reset_client`, `reset_server`, `open`, `connection_lost`.
    pub end: &'static str,
    /// Code of the RST_STREAM that ended it.
    pub error_code: Option<String>,
    /// Where its time went.
    pub timing: Timing,
}

/// Where the time of a request went, in milliseconds. The first three follow each other and make up the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timing {
    /// The request itself.
    pub send: f64,
    /// From its end to the first frame of the answer.
    pub wait: f64,
    /// The answer.
    pub receive: f64,
    /// In the client's queue: 0 where there was room for it, else not known.
    pub queued: Option<f64>,
    /// One round trip of TCP.
    pub network: Option<f64>,
    /// At the server.
    pub server: Option<f64>,
    /// Without credit.
    pub window_blocked: f64,
    /// Behind octets that were lost and sent again.
    pub tcp_loss: f64,
}

/// Makes [`Transaction`]s of facts.
#[derive(Debug)]
pub struct Transactions {
    secrets: Secrets,
    connections: HashMap<u64, Held, foldhash::fast::FixedState>,
    /// Octets of fields that are kept.
    kept: usize,
    scratch: Decoder,
}

/// Those of one connection.
#[derive(Debug, Default)]
struct Held {
    open: HashMap<StreamId, Transaction, foldhash::fast::RandomState>,
    /// Closed ones: a field block may still end behind the END_STREAM that it began with.
    closed: VecDeque<Transaction>,
    /// The block of each side that is being decoded.
    block: PerSide<Option<ExportFields>>,
}

impl Transactions {
    /// The facts that it listens to.
    pub const INTEREST: Interest =
        Interest::NONE.with(On::Opened).with(On::FieldBlock).with(On::Head).with(On::Closed).with(On::End);

    /// Nothing has been heard.
    #[must_use]
    pub fn new(secrets: Secrets) -> Self {
        Self { secrets, connections: HashMap::default(), kept: 0, scratch: Decoder::default() }
    }

    /// Takes a fact.
    pub fn push(&mut self, seen: &Observed<'_>, emit: &mut impl FnMut(Transaction)) {
        let side = seen.fact.side;
        match &seen.fact.kind {
            Kind::Opened(stream) => {
                let held = self.connections.entry(seen.conn).or_default();
                held.open.insert(stream.id, Transaction::new(seen, stream));
            }
            Kind::FieldBlock { octets, decoder, .. } => {
                let room = limits::MAX_EXPORTED_FIELDS.saturating_sub(self.kept);
                let fields = ExportFields::decode(octets, decoder, &mut self.scratch, (self.secrets, room));
                let held = self.connections.entry(seen.conn).or_default();
                held.block[side] = Some(fields);
            }
            Kind::Head { head, stream } => {
                let Some(held) = self.connections.get_mut(&seen.conn) else { return };
                let fields = held.block[side].take().unwrap_or_default();
                if let Some(transaction) = stream.and_then(|stream| held.find(stream.id)) {
                    let before = transaction.kept();
                    transaction.take(head, side, fields);
                    self.kept = self.kept.saturating_add(transaction.kept()).saturating_sub(before);
                    transaction.last_pkt = transaction.last_pkt.max(seen.fact.end.at.pkt);
                }
            }
            Kind::Closed(stream) => self.close(seen, stream, emit),
            Kind::End => self.end(seen, emit),
            _ => {}
        }
    }

    fn close(&mut self, seen: &Observed<'_>, stream: &Stream, emit: &mut impl FnMut(Transaction)) {
        let Some(held) = self.connections.get_mut(&seen.conn) else { return };
        let Some(mut transaction) = held.open.remove(&stream.id) else { return };
        transaction.update(seen, stream);
        held.closed.push_back(transaction);
        if held.closed.len() > LATE
            && let Some(transaction) = held.closed.pop_front()
        {
            self.finish(transaction, seen, emit);
        }
    }

    fn end(&mut self, seen: &Observed<'_>, emit: &mut impl FnMut(Transaction)) {
        let Some(Held { open, closed, .. }) = self.connections.remove(&seen.conn) else { return };
        for transaction in closed {
            self.finish(transaction, seen, emit);
        }
        let mut open: Vec<Transaction> = open.into_values().collect();
        open.sort_unstable_by_key(|transaction| transaction.stream);
        let lost = seen.connection.transport.ended().0 != Ended::Open;
        for mut transaction in open {
            if let Some(stream) = seen.connection.streams.get(StreamId(transaction.stream)) {
                transaction.update(seen, stream);
            }
            if transaction.end == "open" && lost {
                transaction.end = "connection_lost";
            }
            self.finish(transaction, seen, emit);
        }
    }

    /// Says a transaction to which nothing more comes.
    fn finish(
        &mut self,
        mut transaction: Transaction,
        seen: &Observed<'_>,
        emit: &mut impl FnMut(Transaction),
    ) {
        self.kept = self.kept.saturating_sub(transaction.kept());
        if let Some(call) = seen.grpc.get(transaction.stream) {
            transaction.grpc_message = call.message();
            transaction.grpc_status = transaction.grpc_status.or(call.code());
        }
        emit(transaction);
    }
}

impl Held {
    fn find(&mut self, id: StreamId) -> Option<&mut Transaction> {
        match self.open.get_mut(&id) {
            Some(open) => Some(open),
            None => self.closed.iter_mut().find(|closed| closed.stream == id.0),
        }
    }
}

impl Transaction {
    fn new(seen: &Observed<'_>, stream: &Stream) -> Self {
        let asked = seen.http1.upgrade.as_ref();
        let upgraded =
            asked.is_some_and(|asked| matches!(asked.outcome, Outcome::Accepted | Outcome::TalkedOver));
        Self {
            conn: seen.conn,
            stream: stream.id.0,
            opened_by: stream.opened_by,
            ends: seen.ends.copied(),
            encrypted: seen.connection.encrypted,
            upgrade: upgraded && stream.id == StreamId(1),
            first_pkt: stream.opened.at.pkt,
            last_pkt: stream.opened.at.pkt,
            start: stream.opened.at.time,
            t: seen.since_first(stream.opened.at).as_seconds(),
            method: None,
            path: None,
            authority: None,
            status: None,
            interim: 0,
            fields: PerSide::default(),
            trailers: PerSide::default(),
            content: PerSide::default(),
            grpc_status: None,
            grpc_message: None,
            end: "open",
            error_code: None,
            timing: Timing::default(),
        }
    }

    /// Octets of fields in it.
    fn kept(&self) -> usize {
        let parts = Side::BOTH.map(|side| [&self.fields[side], &self.trailers[side]]);
        parts.iter().flatten().map(|fields| fields.kept()).fold(0, usize::saturating_add)
    }

    /// Takes a decoded block.
    fn take(&mut self, head: &Head, side: Side, fields: ExportFields) {
        self.grpc_status = self.grpc_status.or(head.grpc_status);
        match head.role {
            // A promise is the server's, and its fields are those of a request.
            Role::Request => self.fields.client = fields,
            Role::Response => {
                self.fields.server = fields;
                self.status = head.status.or(self.status);
            }
            Role::Trailers => self.trailers[side] = fields,
            Role::Interim => self.interim = self.interim.saturating_add(1),
            Role::Reuse => {}
        }
    }

    /// Brings it up to date with what is known of its stream.
    fn update(&mut self, seen: &Observed<'_>, stream: &Stream) {
        let at = seen.fact.end.at;
        self.ends = seen.ends.copied().or(self.ends);
        self.last_pkt = self.last_pkt.max(at.pkt);
        if let Some(request) = &stream.request {
            let request: &Arc<Request> = request;
            let known = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
            self.method = known(&request.method);
            self.path = known(&request.path);
            self.authority = known(&request.authority);
        }
        self.status = stream.status.or(self.status);
        self.grpc_status = stream.grpc_status.or(self.grpc_status);
        self.content = PerSide::from_fn(|side| stream.sent[side].content);
        (self.end, self.error_code) = streams::ending(stream);
        self.timing = Timing::of(stream, stream.closed.unwrap_or(at.time));
        self.timing.network = seen.connection.transport.round_trip().map(Span::as_millis);
    }
}

impl Timing {
    fn of(stream: &Stream, end: Time) -> Self {
        let start = stream.opened.at.time;
        let end = end.max(start);
        let within = |time: Time| time.max(start).min(end);
        let answered = stream.answered.map(|answered| within(answered.at.time));
        let pushed = stream.opened_by == Side::Server;
        let asked = stream.sent.client.ended.filter(|_| !pushed).map(|ended| ended.at.time);
        let sent = within(asked.unwrap_or(start)).min(answered.unwrap_or(end));
        let first = answered.unwrap_or(end);
        let between = |from: Time, to: Time| to.since(from).as_millis();
        Self {
            send: between(start, sent),
            wait: between(sent, first),
            receive: between(first, end),
            queued: stream.had_room.then_some(0.0),
            network: None,
            server: stream.served.map(Span::as_millis),
            window_blocked: stream.blocked.as_millis(),
            tcp_loss: stream.lost.as_millis(),
        }
    }
}

/// Closed streams whose fields are waited for: those that end in one segment.
const LATE: usize = 16;
