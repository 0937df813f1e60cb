//! The ladder: two ends, and between them a rung for each frame, silence and proof of receipt.

use jiff::Timestamp;

use super::evidence::absolute;
use super::fold::{ink_of_frame, tinted};
use super::page::Ink;
use super::width::{shorten, width};
use crate::finding::Direction;
use crate::report::look::{Charset, Look};
use crate::report::numbers::{plural, seconds};
use crate::views::{LadderLine, Rung};

/// The signs that a ladder is drawn with.
struct Signs {
    rail: &'static str,
    line: &'static str,
    left: &'static str,
    right: &'static str,
    dots: &'static str,
    ellipsis: &'static str,
    tick: &'static str,
}

const UNICODE: Signs =
    Signs {
        rail: "│", line: "─", left: "◀", right: "▶", dots: "···", ellipsis: "…", tick: "·"
    };
const ASCII: Signs =
    Signs { rail: "|", line: "-", left: "<", right: ">", dots: "...", ellipsis: "~", tick: "." };

/// The line above rungs.
#[must_use]
pub fn ladder_header(look: &Look) -> String {
    let room = room(look);
    let gap = " ".repeat(room.saturating_sub(ENDS));
    format!("{:>PACKET$}  {:>MOMENT$}  client{gap}server", "pkt", "t")
}

/// A rung in one line.
#[must_use]
pub fn ladder_line(line: &LadderLine, look: &Look) -> String {
    let signs = if look.charset == Charset::Ascii { &ASCII } else { &UNICODE };
    let room = room(look);
    if let Rung::Silence { seconds: silent } = line.rung {
        let said = format!(" {} {} of silence {} ", signs.dots, seconds(silent), signs.dots);
        let drawn = centred(&said, " ", room);
        return format!("{:>PACKET$}  {:>MOMENT$}  {rail}{drawn}{rail}", "", signs.dots, rail = signs.rail);
    }
    let moment = absolute(look.clock, Timestamp::from_nanosecond(i128::from(line.time.0)).ok())
        .unwrap_or_else(|| format!("{:.6}", line.t));
    let (stroke, said) = match &line.rung {
        Rung::Receipt { through_pkt, frames } => {
            (signs.tick, format!("ack: {} received, up to pkt {through_pkt}", plural(*frames, "frame")))
        }
        rung => (signs.line, label(line.conn, rung)),
    };
    let said = shorten(&look.say(&said), room.saturating_sub(FRINGE), signs.ellipsis);
    let rest = room.saturating_sub(width(&said)).saturating_sub(FRINGE);
    let drawn = match line.dir {
        Some(Direction::C2s) => format!("{stroke}{stroke} {said} {}{}", stroke.repeat(rest), signs.right),
        Some(Direction::S2c) => format!("{}{} {said} {stroke}{stroke}", signs.left, stroke.repeat(rest)),
        _ => centred(&format!(" {said} "), " ", room),
    };
    let rung = format!(
        "{:>PACKET$}  {moment:>MOMENT$}  {rail}{drawn}{rail}",
        line.pkt.to_string(),
        rail = signs.rail
    );
    let ink = match &line.rung {
        Rung::Frame { kind, .. } => ink_of_frame(kind),
        _ => Ink::Plain,
    };
    tinted(ink, rung, look)
}

/// What stands on a rung.
pub(in crate::report) fn label(conn: u64, rung: &Rung) -> String {
    match rung {
        Rung::Frame { stream, kind, flags, length, note } => {
            let flags = flags.short();
            let length = length.to_string();
            let parts = match kind.as_ref() {
                "preface" => vec![note.as_str()],
                "lost" | "cut" => vec![kind.as_ref(), note],
                kind => vec![kind, &length, note],
            };
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            let (kind, rest) = parts.split_first().map_or(("", &[][..]), |(kind, rest)| (*kind, rest));
            let flags = if flags.is_empty() { String::new() } else { format!(" {}", flags.join(",")) };
            let rest: String = rest.iter().map(|part| format!(" {part}")).collect();
            format!("{conn}:{stream} {kind}{flags}{rest}")
        }
        Rung::Signal { signal } => format!("{conn}: {signal}"),
        Rung::Receipt { .. } | Rung::Silence { .. } => String::new(),
    }
}

fn centred(said: &str, fill: &str, room: usize) -> String {
    let rest = room.saturating_sub(width(said));
    let before = rest / 2;
    format!("{}{said}{}", fill.repeat(before), fill.repeat(rest.saturating_sub(before)))
}

/// Columns between the two rails: as wide as the page, within reason.
fn room(look: &Look) -> usize {
    look.width.saturating_sub(PACKET).saturating_sub(MOMENT).saturating_sub(6).clamp(40, 120)
}

/// Columns of the packet's number and of the moment.
const PACKET: usize = 5;
const MOMENT: usize = 9;
/// Columns of a rung that are no text: two strokes and a blank at one end, a blank and a head at the other.
const FRINGE: usize = 5;
/// Columns of the names of both ends, less the two rails that they stand upon.
const ENDS: usize = 10;
