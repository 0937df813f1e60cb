//! One block for each group of equal findings: what, where, which packets, why, and what next.

use crate::base::{Side, to_index, to_u64};
use crate::finding::{Confidence, ConnectionRow, Culprit, Finding, Peer, Report, Severity, Status};
use crate::policy::Group;
use crate::report::look::Detail;
use crate::report::numbers::grouped;
use crate::report::rules::sections;
use crate::rules::find;
use crate::views::endpoint;

use super::evidence;
use super::page::{Ink, Page, Part};
use super::shell;
use super::width::width;

/// Writes the block of a group; `number` is its place in the report.
pub(super) fn write(page: &mut Page, report: &Report, group: &Group<'_>, number: usize) {
    let Some(first) = group.first() else { return };
    heading(page, group, first);
    let in_headline = number == 0 && matches!(report.verdict.status, Status::Fail | Status::Warn);
    let several = page.look().detail == Detail::Full && group.findings.len() > 1;
    if !in_headline && !several {
        page.paragraph(&[Part(Ink::Plain, "  ")], 2, Part(Ink::Strong, &first.message));
    }
    if page.look().detail < Detail::Normal {
        return;
    }
    if several {
        for finding in group.findings {
            page.paragraph(&[Part(Ink::Plain, "  ")], 2, Part(Ink::Strong, &finding.message));
            place(page, report, finding);
            known_by(page, finding);
        }
    } else {
        place(page, report, first);
        others(page, group);
        known_by(page, first);
    }
    words(page, first);
    next(page, report, first);
}

/// The block without what needs a file.
pub(super) fn evidence_only(page: &mut Page, report: &Report, group: &Group<'_>) {
    let Some(first) = group.first() else { return };
    heading(page, group, first);
    place(page, report, first);
    words(page, first);
}

fn heading(page: &mut Page, group: &Group<'_>, finding: &Finding) {
    let ink = match finding.severity {
        Severity::Error => Ink::Error,
        Severity::Warning => Ink::Warning,
        Severity::Info => Ink::Info,
    };
    let unsure = match finding.confidence {
        Confidence::Certain => String::new(),
        doubtful => format!(" ({})", doubtful.word()),
    };
    let count = match group.findings.len() {
        0 | 1 => String::new(),
        several => format!(" ×{}", grouped(to_u64(several))),
    };
    let left = [
        Part(ink, finding.severity.word()),
        Part(Ink::Plain, " "),
        Part(Ink::Strong, finding.rule),
        Part(Ink::Plain, " "),
        Part(Ink::Strong, finding.name),
        Part(Ink::Plain, &unsure),
        Part(Ink::Plain, &count),
    ];
    page.spread(&left, Part(Ink::Faint, &cited(page, finding)));
}

/// The sections to name: those of the specification that judges, and of others than the two RFCs of HTTP/2.
fn cited(page: &Page, finding: &Finding) -> String {
    let main = finding.rfc.first().map_or("", |reference| reference.doc);
    let full = page.look().detail == Detail::Full;
    let http2 = ["RFC 9113", "RFC 7540"];
    let named = finding
        .rfc
        .iter()
        .filter(|reference| full || reference.doc == main || !http2.contains(&reference.doc));
    sections(&named.copied().collect::<Vec<_>>())
}

/// Connection or stream, and the packets.
fn place(page: &mut Page, report: &Report, finding: &Finding) {
    let connection = finding.conn.and_then(|conn| report.connection(conn));
    match (finding.conn, finding.stream) {
        (Some(conn), Some(stream)) => stream_line(page, report, conn, stream),
        (Some(conn), None) => connection_line(page, conn, connection),
        (None, _) => {}
    }
    evidence::write(page, finding, connection, &report.inputs);
}

fn connection_line(page: &mut Page, conn: u64, row: Option<&ConnectionRow>) {
    let lead = format!("  conn {conn}  ");
    let Some(row) = row else {
        return page.paragraph(&[Part(Ink::Plain, &lead)], 4, Part(Ink::Plain, "(not listed)"));
    };
    let (ends, via) = (format!("{} → {}", end(&row.client), end(&row.server)), agreed(row.negotiation.via));
    let fits = |text: &str| lead.len().saturating_add(width(text)) <= page.look().width;
    let whole = format!("{ends}  {via}");
    if fits(&whole) || !fits(&ends) {
        return page.paragraph(&[Part(Ink::Plain, &lead)], 4, Part(Ink::Plain, &whole));
    }
    page.paragraph(&[Part(Ink::Plain, &lead)], 4, Part(Ink::Plain, &ends));
    page.paragraph(&[Part(Ink::Plain, "    ")], 4, Part(Ink::Plain, &via));
}

/// How the protocol was agreed, in full.
fn agreed(via: &str) -> String {
    match via {
        "h2c_prior_knowledge" => "h2c prior knowledge".to_owned(),
        other => super::connections::via(other),
    }
}

/// Address and port, in front of them the program that it may be.
fn end(peer: &Peer) -> String {
    let guess = peer.implementation.as_ref().map(|guess| format!("{}? ", name(&guess.guess)));
    format!("{}{}", guess.unwrap_or_default(), endpoint(peer))
}

/// The product without its version.
fn name(guess: &str) -> &str {
    guess
        .split_once('/')
        .filter(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()))
        .map_or(guess, |(name, _)| name)
}

fn stream_line(page: &mut Page, report: &Report, conn: u64, stream: u32) {
    let row = report.streams.iter().find(|row| (row.conn, row.stream) == (conn, stream));
    let said = row.map_or_else(String::new, |row| {
        let part = |text: Option<&str>| text.unwrap_or("?").to_owned();
        match (row.request.method.as_deref(), row.request.path.as_deref()) {
            (None, None) => "method and path not known".to_owned(),
            (method, path) => format!("{} {}", part(method), part(path)),
        }
    });
    page.paragraph(&[Part(Ink::Plain, &format!("  stream {conn}:{stream}  "))], 4, Part(Ink::Plain, &said));
}

/// Where else the same was found.
fn others(page: &mut Page, group: &Group<'_>) {
    let rest = group.findings.get(1..).unwrap_or_default();
    if rest.is_empty() {
        return;
    }
    let limit = if page.look().all { usize::MAX } else { OTHERS };
    let mut said: Vec<String> = rest.iter().take(limit).map(somewhere).collect();
    let more = rest.len().saturating_sub(limit);
    if more > 0 {
        said.push(format!("+{} more", grouped(to_u64(more))));
    }
    labelled(page, "also", &said.join(" · "));
}

fn somewhere(finding: &Finding) -> String {
    let pkt = finding.evidence.first().map(|evidence| format!("pkt {}", evidence.pkt));
    let thing = match (finding.conn, finding.stream) {
        (Some(conn), Some(stream)) => Some(format!("stream {conn}:{stream}")),
        (Some(conn), None) => Some(format!("conn {conn}")),
        (None, _) => None,
    };
    let parts: Vec<_> = thing.into_iter().chain(pkt).collect();
    if parts.is_empty() { "the capture".to_owned() } else { parts.join(" ") }
}

/// What had to be known, and the proof; said where the finding is not certain, or everything is asked for.
fn known_by(page: &mut Page, finding: &Finding) {
    let asked = page.look().detail == Detail::Full || finding.confidence != Confidence::Certain;
    if let (true, Some(causality)) = (asked, &finding.causality) {
        labelled(page, "known", &format!("{}: {}", causality.needed, causality.proof));
    }
}

fn words(page: &mut Page, finding: &Finding) {
    let full = page.look().detail == Detail::Full;
    labelled(page, "why", finding.why);
    for side in Side::BOTH {
        if let Some(reason) = finding.not_blamed.get(side.word()) {
            labelled(page, &format!("not {}", side.word()), reason);
        }
    }
    let doubt = find(finding.rule).map_or("", |rule| rule.doubt);
    if full {
        labelled(page, "doubt", doubt);
    } else if finding.confidence != Confidence::Certain {
        labelled(page, "doubt", doubt.split_inclusive(". ").next().unwrap_or(doubt).trim_end());
    }
    for linked in &finding.linked {
        let name = find(linked.rule).map_or("", |rule| rule.name);
        labelled(page, "linked", &format!("{} {name}: {}", linked.rule, linked.why));
    }
    if full {
        labelled(page, "refs", &finding.refs.join(", "));
    }
}

fn next(page: &mut Page, report: &Report, finding: &Finding) {
    let mut label = "next";
    for remedy in finding.remedy.iter() {
        labelled(page, label, remedy);
        label = "";
    }
    let connection = finding.conn.and_then(|conn| report.connection(conn));
    let input = connection.map_or(0, |row| row.input);
    let path = report.inputs.get(to_index(input)).map_or("-", |input| input.path.as_str());
    command(page, label, &["h2lint".to_owned(), "explain".to_owned(), finding.rule.to_owned()]);
    if let (Some(conn), true) = (finding.conn, path != "-") {
        command(page, "", &shell::show(path, conn, view(connection)));
    }
    let file = finding.evidence.first().and_then(|evidence| evidence.input);
    let shown = finding.evidence.iter().filter(|evidence| evidence.input == file);
    let packets: Vec<u64> = shown.map(|evidence| evidence.pkt.number()).collect();
    let file = file.and_then(|input| report.inputs.get(to_index(input)));
    let path = file.map_or(path, |input| input.path.as_str());
    if !packets.is_empty() && finding.culprit.role != Culprit::Capture {
        command(page, "wireshark", &shell::tshark(path, connection, &packets));
    }
}

/// The view in which there is something to see: a connection that stayed closed has no frames, but a handshake.
fn view(connection: Option<&ConnectionRow>) -> &'static str {
    let closed = connection.is_some_and(|row| {
        let silent = row.frames.client.is_empty() && row.frames.server.is_empty();
        row.negotiation.tls.is_some() && silent
    });
    if closed { "handshake" } else { "frames" }
}

/// A line with a label in front: `  why        …`. Nothing where nothing is said.
fn labelled(page: &mut Page, label: &str, text: &str) {
    if !text.is_empty() {
        let lead = format!("  {label:<LABEL$} ");
        page.paragraph(&[Part(Ink::Faint, &lead)], lead.len(), Part(Ink::Plain, text));
    }
}

/// A command to paste, broken between arguments where a line is full.
fn command(page: &mut Page, label: &str, words: &[String]) {
    let lead = format!("  {label:<LABEL$} ");
    let lines = shell::lines(words, page.look().width.saturating_sub(lead.len()));
    for (number, line) in lines.iter().enumerate() {
        let lead = if number == 0 { lead.clone() } else { " ".repeat(lead.len()) };
        page.line(&[Part(Ink::Faint, &lead), Part(Ink::Plain, line)]);
    }
}

/// Columns of a label.
const LABEL: usize = 10;

/// Places that are named in a line, unless all are asked for.
const OTHERS: usize = 8;
