//! The rows of `show --as grpc`: one for each gRPC call, when its connection is over.

use std::collections::HashMap;

use serde::Serialize;

use super::Observed;
use crate::base::{PerSide, Side, Span};
use crate::conn::{Ended, Interest, Kind, On};
use crate::frame::{ErrorCode, StreamId};
use crate::grpc::{Call, Flavour, name, of_error_code, of_http_status};
use crate::limits;

/// A gRPC call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallLine {
    /// The connection.
    pub conn: u64,
    /// The stream.
    pub stream: u32,
    /// `grpc`, `grpc-web` or `grpc-web-text`.
    pub protocol: &'static str,
    /// The service; empty when the path is not known or has another form. Stems from the traffic.
    pub service: String,
    /// The method. Stems from the traffic.
    pub method: String,
    /// `unary`, `client_streaming`, `server_streaming`, `bidi_streaming`, `unknown`.
    pub kind: &'static str,
    /// grpc-status.
    pub status: Option<u32>,
    /// What became of it: the name of the status, or the one that clients make of a reset or an HTTP status.
    pub outcome: Option<&'static str>,
    /// grpc-message, decoded. Stems from the traffic.
    pub message: Option<String>,
    /// Status code of the HTTP response.
    pub http_status: Option<u16>,
    /// How it ended: `closed`, `reset_client`, `reset_server`, `open`, `connection_lost`.
    pub end: &'static str,
    /// Code of the RST_STREAM that ended it before its status came.
    pub error_code: Option<String>,
    /// The answer is one field block.
    pub trailers_only: bool,
    /// Complete messages by sender; of content that is missing those before the gap.
    pub messages: PerSide<u64>,
    /// Octets in messages, as they passed, prefixes left out.
    pub octets: PerSide<u64>,
    /// Messages that are marked as compressed.
    pub compressed: PerSide<u64>,
    /// grpc-timeout in milliseconds.
    pub timeout_ms: Option<f64>,
    /// Milliseconds from the request to the first packet of the answer.
    pub first_octet_ms: Option<f64>,
    /// Milliseconds from the request to the end.
    pub total_ms: Option<f64>,
}

/// Makes [`CallLine`]s of facts: those of a connection when it is over, in the order of their streams; of very long ones some before
/// that.
#[derive(Debug, Default)]
pub struct CallList {
    closed: HashMap<u64, Vec<CallLine>, foldhash::fast::FixedState>,
}

impl CallList {
    /// The facts that it listens to.
    pub const INTEREST: Interest = Interest::NONE.with(On::Closed).with(On::End);

    /// Takes a fact; `emit` takes the lines of a connection together.
    pub fn push(&mut self, seen: &Observed<'_>, emit: &mut impl FnMut(Vec<CallLine>)) {
        match seen.fact.kind {
            Kind::Closed(stream) if stream.call => {
                let Some(call) = seen.grpc.get(stream.id.0) else { return };
                let lines = self.closed.entry(seen.conn).or_default();
                lines.push(line(seen, call));
                if lines.len() >= limits::MAX_CLOSED_STREAMS {
                    emit(sorted(std::mem::take(lines)));
                }
            }
            Kind::End => {
                let mut lines = self.closed.remove(&seen.conn).unwrap_or_default();
                for known in &mut lines {
                    if let Some(call) = seen.grpc.get(known.stream) {
                        // What was on its way when it closed has passed since.
                        *known = line(seen, call);
                    }
                }
                let is_open = |call: &&Call| {
                    seen.connection
                        .streams
                        .get(StreamId(call.stream))
                        .is_some_and(|stream| !stream.is_closed())
                };
                lines.extend(seen.grpc.all().into_iter().filter(is_open).map(|call| line(seen, call)));
                if !lines.is_empty() {
                    emit(sorted(lines));
                }
            }
            _ => {}
        }
    }
}

fn sorted(mut lines: Vec<CallLine>) -> Vec<CallLine> {
    lines.sort_by_key(|line| line.stream);
    lines
}

fn line(seen: &Observed<'_>, call: &Call) -> CallLine {
    let (service, method) = call.method().unwrap_or_default();
    let reset = reset(call);
    let over = call.over();
    let since = |span: Option<Span>| span.map(Span::as_millis);
    let asked = call.request.as_ref().map(|request| request.start.at.time);
    let first = call.response.as_ref().map(|response| response.start.at.time);
    CallLine {
        conn: seen.conn,
        stream: call.stream,
        protocol: match call.flavour {
            Flavour::Grpc => "grpc",
            Flavour::Web => "grpc-web",
            Flavour::WebText => "grpc-web-text",
        },
        service: service.to_owned(),
        method: method.to_owned(),
        kind: call.shape().word(),
        status: call.code(),
        outcome: outcome(call, reset),
        message: call.message(),
        http_status: call.http_status,
        end: end(seen, call, reset),
        error_code: reset.map(|(_, code)| ErrorCode(code).to_string()),
        trailers_only: call.is_trailers_only() && call.status().is_some(),
        messages: PerSide::from_fn(|side| call.sides[side].messages.count),
        octets: PerSide::from_fn(|side| call.sides[side].messages.octets),
        compressed: PerSide::from_fn(|side| call.sides[side].messages.compressed),
        timeout_ms: since(call.timeout),
        first_octet_ms: since(first.zip(asked).map(|(first, asked)| first.since(asked))),
        total_ms: since(over.zip(asked).map(|(over, asked)| over.at.time.since(asked))),
    }
}

/// The RST_STREAM that came before the answer was complete: who sent it, and its code.
fn reset(call: &Call) -> Option<(Side, u32)> {
    let of = |side: Side| call.sides[side].reset.map(|(at, code)| (at.at.pkt, side, code));
    let first = of(Side::Client).into_iter().chain(of(Side::Server)).min_by_key(|(pkt, _, _)| *pkt);
    first.filter(|_| call.sides.server.ended.is_none()).map(|(_, side, code)| (side, code))
}

fn outcome(call: &Call, reset: Option<(Side, u32)>) -> Option<&'static str> {
    match (call.code(), reset, call.http_status) {
        (Some(code), _, _) => name(code),
        (None, Some((_, code)), _) => Some(of_error_code(code)),
        (None, None, Some(status)) if status != 200 && call.sides.server.ended.is_some() => {
            Some(of_http_status(status))
        }
        _ => None,
    }
}

fn end(seen: &Observed<'_>, call: &Call, reset: Option<(Side, u32)>) -> &'static str {
    let closed = call.sides.server.ended.is_some();
    match reset {
        Some((Side::Client, _)) => "reset_client",
        Some((Side::Server, _)) => "reset_server",
        None if closed => "closed",
        None if seen.connection.transport.ended().0 != Ended::Open => "connection_lost",
        None => "open",
    }
}
