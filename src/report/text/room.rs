//! The rows of `show` about time and room, as lines.

use super::fold::fold;
use super::rows::moment;
use super::width::width;
use crate::report::look::{Charset, Look};
use crate::report::numbers::{grouped, millis};
use crate::views::{ConcurrencyLine, LatencyLine, PingLine, STEPS, WindowLine};

/// The line above PINGs.
#[must_use]
pub fn ping_header(look: &Look) -> String {
    ping_columns(["conn", "by", "pkt", "t", "answered", "round trip", "streams", "who answers"], look)
}

/// A PING in one line.
#[must_use]
pub fn ping_line(line: &PingLine, look: &Look) -> String {
    let answered = line.answered_pkt.map_or_else(|| "never".to_owned(), |pkt| pkt.to_string());
    let took = line.round_trip_ms.map_or_else(|| "-".to_owned(), millis);
    let answers = if line.answered_pkt.is_some() { line.answers.word() } else { "nobody" };
    let cells = [
        &line.conn.to_string(),
        line.by.word(),
        &line.pkt.to_string(),
        &moment(look, line.time, line.t),
        &answered,
        &took,
        &line.streams.to_string(),
        answers,
    ];
    ping_columns(cells, look)
}

fn ping_columns([conn, by, pkt, t, answered, took, streams, answers]: [&str; 8], look: &Look) -> String {
    let said =
        format!("{conn:>4}  {by:<6}  {pkt:>6}  {t:>11}  {answered:>8}  {took:>10}  {streams:>7}  {answers}");
    look.say(&said).into_owned()
}

/// The line above latencies.
#[must_use]
pub fn latency_header(look: &Look) -> String {
    let titles = ["N:S", "total", "queue", "network", "server", "window", "loss", "rest", "request"];
    latency_columns(titles, look)
}

/// The time of a call in one line: total, and the parts that add up to it.
#[must_use]
pub fn latency_line(line: &LatencyLine, look: &Look) -> String {
    let part = |part: Option<f64>| part.map_or_else(|| "?".to_owned(), millis);
    let cells = [
        &format!("{}:{}", line.conn, line.stream),
        &millis(line.total),
        &part(line.queued),
        &part(line.network),
        &part(line.server),
        &millis(line.window_blocked),
        &millis(line.tcp_loss),
        &millis(line.rest),
        &line.request,
    ];
    latency_columns(cells.map(String::as_str), look)
}

fn latency_columns(cells: [&str; 9], look: &Look) -> String {
    let [number, total, queue, network, server, window, loss, rest, request] = cells;
    let head = format!(
        "{number:>7} {total:>7} {queue:>7} {network:>7} {server:>7} {window:>7} {loss:>7} {rest:>7}  "
    );
    fold(&look.say(&head), &look.say(request), HANG, look)
}

/// Where a request goes on that has no room beside the other cells.
const HANG: usize = 9;

/// The line above windows.
#[must_use]
pub fn window_header(look: &Look) -> String {
    window_columns(["N:S", "sender", "least left over time", "least", "blocked"], look)
}

/// A window in one line.
#[must_use]
pub fn window_line(line: &WindowLine, look: &Look) -> String {
    let cells = [
        &format!("{}:{}", line.conn, line.stream),
        line.sender.word(),
        &sparkline(&line.steps, look),
        &line.minimum.to_string(),
        &millis(line.blocked_ms),
    ];
    window_columns(cells, look)
}

fn window_columns([number, sender, way, least, blocked]: [&str; 5], look: &Look) -> String {
    let way = pad(way, look);
    look.say(&format!("{number:>7}  {sender:<6}  {way}  {least:>12}  {blocked:>8}")).into_owned()
}

/// The line above concurrency.
#[must_use]
pub fn concurrency_header(look: &Look) -> String {
    concurrency_columns(["conn", "open streams over time", "peak", "limit", "at limit"], look)
}

/// How many streams a connection had open, in one line.
#[must_use]
pub fn concurrency_line(line: &ConcurrencyLine, look: &Look) -> String {
    let limit = line.limit.map_or_else(|| "none".to_owned(), |limit| grouped(u64::from(limit)));
    let cells = [
        &line.conn.to_string(),
        &sparkline(&line.steps, look),
        &line.peak.to_string(),
        &limit,
        &millis(line.full_ms),
    ];
    concurrency_columns(cells.map(String::as_str), look)
}

fn concurrency_columns([conn, way, peak, limit, full]: [&str; 5], look: &Look) -> String {
    let way = pad(way, look);
    look.say(&format!("{conn:>5}  {way}  {peak:>6}  {limit:>7}  {full:>8}")).into_owned()
}

/// The text, filled up with blanks to the width of a sparkline.
fn pad(text: &str, look: &Look) -> String {
    let taken = width(&look.say(text));
    format!("{text}{}", " ".repeat(STEPS.saturating_sub(taken)))
}

/// Heights from nothing to the most.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII_HEIGHTS: [char; 8] = ['_', '.', ':', '-', '=', '+', '*', '#'];

/// Values over time as heights, the greatest one the highest.
fn sparkline(steps: &[Option<i64>], look: &Look) -> String {
    let heights = if look.charset == Charset::Ascii { ASCII_HEIGHTS } else { HEIGHTS };
    let most = steps.iter().flatten().copied().max().unwrap_or_default().max(1);
    let sign = |step: &Option<i64>| {
        let Some(value) = step else { return ' ' };
        let height = value.max(&0).saturating_mul(7).checked_div(most).unwrap_or_default();
        usize::try_from(height).ok().and_then(|height| heights.get(height)).copied().unwrap_or(' ')
    };
    steps.iter().map(sign).collect()
}
