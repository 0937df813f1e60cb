//! Topics, and what a text may be about, as data.

use serde::Serialize;

use super::json;
use crate::policy::{Found, Subject};
use crate::rules::Topic;

/// A topic in JSON.
#[derive(Serialize)]
struct Page {
    topic: &'static str,
    title: &'static str,
    words: Vec<&'static str>,
    rules: Vec<&'static str>,
    text: &'static str,
}

/// What was found for a text.
#[derive(Serialize)]
struct Answer<'a> {
    decoded: Vec<Reading<'a>>,
    candidates: Vec<Line>,
}

/// What a dump means.
#[derive(Serialize)]
struct Reading<'a> {
    from: &'a str,
    means: &'a str,
    hint: &'static str,
}

/// Who knows the text.
#[derive(Serialize)]
struct Line {
    rule: Option<&'static str>,
    topic: Option<&'static str>,
    name: &'static str,
    summary: &'static str,
    score: f64,
    exact: bool,
    symptom: Option<&'static str>,
}

/// A topic as a JSON object.
#[must_use]
pub fn topic_as_json(topic: &Topic) -> String {
    let mut written = json::element(&Page {
        topic: topic.name,
        title: topic.title,
        words: topic.words().collect(),
        rules: topic.rules().collect(),
        text: topic.body(),
    });
    written.push('\n');
    written
}

/// What a text may be about, as a JSON object.
#[must_use]
pub fn found_as_json(found: &Found) -> String {
    let decoded = found
        .decoded
        .iter()
        .map(|one| Reading { from: &one.from, means: &one.means, hint: one.hint })
        .collect();
    let candidates = found
        .candidates
        .iter()
        .map(|candidate| {
            let (rule, topic, name, summary) = match &candidate.subject {
                Subject::Rule(rule) => (Some(rule.code), None, rule.name, rule.summary),
                Subject::Topic(topic) => (None, Some(topic.name), topic.name, topic.title),
            };
            let score = (candidate.score * 1000.0).round() / 1000.0;
            Line { rule, topic, name, summary, score, exact: candidate.exact, symptom: candidate.symptom }
        })
        .collect();
    let mut written = json::element(&Answer { decoded, candidates });
    written.push('\n');
    written
}
