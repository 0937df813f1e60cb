//! Pages that are no rule's: a topic, and what a pasted text may be about.

use crate::policy::{Candidate, Found, Subject};
use crate::report::look::Look;
use crate::rules::{Need, Passage, Rule, Topic, find};

use super::page::{Ink, Page, Part};

/// A topic's page.
#[must_use]
pub fn topic_page(topic: &Topic, look: &Look) -> String {
    let mut page = Page::new(look);
    page.spread(&[Part(Ink::Strong, topic.name)], Part(Ink::Plain, "topic"));
    page.paragraph(&[Part(Ink::Plain, "  ")], 2, Part(Ink::Plain, topic.title));
    page.gap();
    for passage in topic.passages() {
        match passage {
            Passage::Gap => page.gap(),
            Passage::Paragraph(text) => page.paragraph(&[Part(Ink::Plain, "  ")], 2, Part(Ink::Plain, text)),
            Passage::Item(label, text) => item(&mut page, label, text),
            Passage::Line(line) => page.line(&[Part(Ink::Info, &format!("    {line}"))]),
        }
    }
    let rules: Vec<&Rule> = topic.rules().filter_map(find).collect();
    if !rules.is_empty() {
        page.gap();
        page.line(&[Part(Ink::Faint, "  rules")]);
    }
    for rule in rules {
        let lead = format!("    {} ", rule.code);
        let said = format!("{}: {}", rule.name, rule.summary);
        page.paragraph(&[Part(Ink::Strong, &lead)], lead.len(), Part(Ink::Plain, &said));
    }
    page.finish()
}

/// All topics, a line each.
#[must_use]
pub fn topic_table(topics: &[Topic], look: &Look) -> String {
    let mut page = Page::new(look);
    for topic in topics {
        item(&mut page, topic.name, topic.title);
    }
    page.finish()
}

/// What a pasted text may be about, the best first.
#[must_use]
pub fn found_page(found: &Found, look: &Look) -> String {
    let mut page = Page::new(look);
    for one in &found.decoded {
        let said = format!("{} is \"{}\": {}", one.from, one.means, one.hint);
        page.paragraph(&[], 2, Part(Ink::Plain, &said));
    }
    let best = found.candidates.first().map_or(0.0, |candidate| candidate.score);
    let near = found.candidates.iter().filter(|candidate| candidate.score >= best * NEAR);
    for (candidate, number) in near.take(LISTED).zip(1_usize..) {
        page.gap();
        match &candidate.subject {
            Subject::Rule(rule) => rule_found(&mut page, number, candidate, rule),
            Subject::Topic(topic) => topic_found(&mut page, number, candidate, topic),
        }
    }
    page.gap();
    let first = found.candidates.first().map_or("CODE", Candidate::key);
    page.line(&[Part(Ink::Plain, &format!("h2lint explain {first}  tells all of the first one"))]);
    page.line(&[Part(Ink::Plain, "h2lint CAPTURE --symptom TEXT  looks which of them a capture shows")]);
    page.finish()
}

fn rule_found(page: &mut Page, number: usize, candidate: &Candidate, rule: &Rule) {
    let lead = format!("{number}  ");
    let title = [
        Part(Ink::Plain, &lead),
        Part(Ink::Strong, rule.code),
        Part(Ink::Plain, " "),
        Part(Ink::Strong, rule.name),
    ];
    page.spread(&title, Part(Ink::Plain, &candidate.sureness()));
    page.paragraph(&[Part(Ink::Plain, "   ")], 3, Part(Ink::Plain, rule.summary));
    if let Some(symptom) = candidate.symptom {
        line(page, "known as", symptom);
    }
    line(page, "because", rule.why);
    line(page, "next", rule.remedy.first().copied().unwrap_or_default());
    line(page, "capture", &capture(rule));
}

fn topic_found(page: &mut Page, number: usize, candidate: &Candidate, topic: &Topic) {
    let lead = format!("{number}  ");
    let title = [Part(Ink::Plain, &lead), Part(Ink::Strong, topic.name), Part(Ink::Plain, " (topic)")];
    page.spread(&title, Part(Ink::Plain, &candidate.sureness()));
    page.paragraph(&[Part(Ink::Plain, "   ")], 3, Part(Ink::Plain, topic.title));
}

/// What a capture must hold for the rule to judge.
fn capture(rule: &Rule) -> String {
    let mut parts = vec!["both directions"];
    let needs = |need| rule.needs.contains(&need);
    if needs(Need::Start) || needs(Need::Handshake) {
        parts.push("from before the connection opens");
    }
    if needs(Need::Payload) || needs(Need::Hpack) {
        parts.push("whole packets (tcpdump -s 0)");
    }
    if needs(Need::End) || needs(Need::Time) {
        parts.push("until the failure and its timeout are over");
    }
    if needs(Need::Plaintext) {
        parts.push("with TLS keys where it is encrypted (h2lint explain keylog)");
    }
    parts.join(", ")
}

fn line(page: &mut Page, label: &str, text: &str) {
    if !text.is_empty() {
        let lead = format!("   {label:<LABEL$} ");
        page.paragraph(&[Part(Ink::Faint, &lead)], lead.len(), Part(Ink::Plain, text));
    }
}

/// A label with its text behind it; a long label stands above it.
fn item(page: &mut Page, label: &str, text: &str) {
    let margin = " ".repeat(ITEM.saturating_add(5));
    if label.chars().count() > ITEM {
        page.line(&[Part(Ink::Strong, &format!("    {label}"))]);
        page.paragraph(&[Part(Ink::Plain, &margin)], margin.len(), Part(Ink::Plain, text));
    } else {
        let lead = format!("    {label:<ITEM$} ");
        page.paragraph(&[Part(Ink::Strong, &lead)], lead.len(), Part(Ink::Plain, text));
    }
}

/// Columns of a label of a candidate.
const LABEL: usize = 8;

/// Columns of the label of an item.
const ITEM: usize = 12;

/// Candidates that are listed: what one reads.
const LISTED: usize = 5;

/// How near to the best one a further candidate has to come.
const NEAR: f64 = 0.6;
