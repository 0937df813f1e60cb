//! Connections on which nothing was out of the ordinary. Most are such, and most judges of an end have nothing to say of them: they are
//! woken only for the others ([`super::Given::Trouble`]). What is asked here is little, and known without another look at frames.

use super::event::Event;
use crate::base::{Side, Span};
use crate::conn::Stream;
use crate::frame::Setting;

/// True when all was seen of a connection that began with a preface, every stream that is remembered was answered to its end, and
/// nothing is owed, held up or used up. Calls of gRPC have their own ways to fail.
pub(super) fn went_well(event: &Event<'_>) -> bool {
    let (conn, transport) = (event.conn, &event.conn.transport);
    let lasted = transport.last.time.since(transport.first.time);
    conn.preface.is_some()
        && event.http1.upgrade.is_none()
        && event.coverage.ran_back == Span::ZERO
        && lasted <= event.options.hung_stream
        && transport.resumed().is_none()
        && conn.crowding().is_none()
        && event.grpc.count == 0
        && conn.sides.server.settings.announced(Setting::MAX_CONCURRENT_STREAMS) > 0
        && owes_nothing(event, Side::Client)
        && owes_nothing(event, Side::Server)
        && conn.streams.iter().all(is_done)
}

/// True when all was seen of a side, and it neither waits for anything nor keeps its peer waiting.
fn owes_nothing(event: &Event<'_>, side: Side) -> bool {
    let (conn, half, seen) = (event.conn, &event.conn.sides[side], &event.coverage.sides[side]);
    seen.whole()
        && seen.lost().differs.is_none()
        && half.first_frame.is_some()
        && half.settings.outstanding().len() == 0
        && half.pings.waiting().len() == 0
        && half.open_block().is_none()
        && half.credit.discarded().last.is_none()
        && !half.credit.stalled()
        && conn.stalls(side).longest.is_none()
        && conn.keepalive(side).is_none()
        && conn.transport.shut(side).is_none_or(|shut| shut.until.is_some())
}

/// True when both sides of a stream ended it.
fn is_done(stream: &Stream) -> bool {
    stream.is_closed()
        && stream.is_unreset()
        && !stream.irregular
        && stream.sent.client.ended.is_some()
        && stream.sent.server.ended.is_some()
}
