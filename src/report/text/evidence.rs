//! The packets that show a finding, a line each: `pkt 4    0.003 s  C→S  preface`, and a line for a long silence between two.

use jiff::{SignedDuration, Timestamp};

use crate::base::{to_index, to_u64};
use crate::finding::{ConnectionRow, Evidence, Finding, Input};
use crate::report::look::{Charset, Clock};
use crate::report::numbers::plural;

use super::page::{Ink, Page, Part};
use super::width::width;

/// Writes the lines of a finding.
pub(super) fn write(
    page: &mut Page,
    finding: &Finding,
    connection: Option<&ConnectionRow>,
    inputs: &[Input],
) {
    let clock = page.look().clock;
    let moments: Vec<String> = finding
        .evidence
        .iter()
        .map(|evidence| evidence.t.map_or_else(String::new, |t| moment(clock, t, connection)))
        .collect();
    let packets: Vec<String> = finding.evidence.iter().map(|evidence| packet(evidence, inputs)).collect();
    let digits = packets.iter().map(|packet| width(packet)).max().unwrap_or(1);
    let columns = moments.iter().map(String::len).max().unwrap_or(0);
    let mut before: Option<f64> = None;
    for ((evidence, moment), packet) in finding.evidence.iter().zip(&moments).zip(&packets) {
        silence(page, before, evidence, digits, columns);
        before = evidence.t.or(before);
        let lead = format!("    {packet:<digits$}  {moment:>columns$}  {}  ", evidence.dir.arrow());
        let hang = page.look().say(&lead).chars().count();
        page.paragraph(&[Part(Ink::Plain, &lead)], hang, Part(Ink::Plain, &evidence.what));
    }
    let more = finding.evidence_total.saturating_sub(to_u64(finding.evidence.len()));
    if more > 0 {
        page.line(&[Part(Ink::Plain, &format!("    +{}", plural(more, "more packet")))]);
    }
}

/// The packet, and among several files the one it stands in: `pkt 4`, `b.pcap:44`.
fn packet(evidence: &Evidence, inputs: &[Input]) -> String {
    let number = evidence.pkt.number();
    let input = evidence.input.and_then(|input| inputs.get(to_index(input)));
    match input {
        Some(input) => format!("{}:{number}", input.path.rsplit('/').next().unwrap_or(&input.path)),
        None => format!("pkt {number}"),
    }
}

fn silence(page: &mut Page, before: Option<f64>, evidence: &Evidence, digits: usize, columns: usize) {
    let (Some(before), Some(t)) = (before, evidence.t) else { return };
    let passed = t - before;
    if passed > SILENCE_S {
        let dots = if page.look().charset == Charset::Ascii { "..." } else { "···" };
        let blank = " ".repeat(digits);
        let arrow = page.look().say(evidence.dir.arrow()).chars().map(|_| ' ').collect::<String>();
        let lead = format!("    {blank}  {dots:>columns$}  {arrow}  ");
        let hang = lead.chars().count();
        let said = format!("{passed:.1} s later");
        page.paragraph(&[Part(Ink::Faint, &lead)], hang, Part(Ink::Faint, &said));
    }
}

/// A moment as the clock asked for says it: seconds since the connection's first packet, or the capture's own time.
fn moment(clock: Clock, t: f64, connection: Option<&ConnectionRow>) -> String {
    let start = connection.and_then(|row| row.start.timestamp());
    let at = SignedDuration::try_from_secs_f64(t).ok().and_then(|since| start?.checked_add(since).ok());
    absolute(clock, at).unwrap_or_else(|| format!("{t:.3} s"))
}

/// A moment of the capture's own time; `None` where relative time is asked for, or the moment is not known.
pub(super) fn absolute(clock: Clock, at: Option<Timestamp>) -> Option<String> {
    match clock {
        Clock::Relative => None,
        Clock::Utc => Some(format!("{:.6}", at?)),
        Clock::Local(zone) => {
            Some(at?.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.6f%:z").to_string())
        }
        Clock::Epoch => Some(format!("{}.{:06}", at?.as_second(), at?.subsec_microsecond())),
    }
}

/// Seconds between two lines that are worth a line.
const SILENCE_S: f64 = 1.0;
