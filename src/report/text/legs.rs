//! Requests on the two connections of a proxy, as lines.

use super::fold::fold;
use crate::report::look::Look;
use crate::report::numbers::millis;
use crate::views::LegLine;

/// The line above requests.
#[must_use]
pub fn leg_header(look: &Look) -> String {
    columns(["front", "back", "status", "ended by", "in", "behind", "out", "request"], look)
}

/// A request in one line: its streams on both connections, the status on each, who ended it first, the time until it left the proxy,
/// behind the proxy, and until its end left it.
#[must_use]
pub fn leg_line(line: &LegLine, look: &Look) -> String {
    let status = |status: Option<u16>| status.map_or_else(|| "-".to_owned(), |status| status.to_string());
    let time = |time: Option<f64>| time.map_or_else(|| "-".to_owned(), millis);
    let cells = [
        &format!("{}:{}", line.front.conn, line.front.stream),
        &format!("{}:{}", line.back.conn, line.back.stream),
        &format!("{}/{}", status(line.front.status), status(line.back.status)),
        line.ended_first.unwrap_or("nobody"),
        &millis(line.inward_ms),
        &time(line.back_ms),
        &time(line.outward_ms),
        &line.request,
    ];
    columns(cells, look)
}

fn columns([front, back, status, first, inward, behind, outward, request]: [&str; 8], look: &Look) -> String {
    let head =
        format!("{front:>6}  {back:>6}  {status:<7}  {first:<8}  {inward:>7}  {behind:>7}  {outward:>7}  ");
    fold(&look.say(&head), &look.say(request), HANG, look)
}

/// Where a request goes on that has no room beside the other cells.
const HANG: usize = 16;
