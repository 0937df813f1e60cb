//! HTML: one page without any other file. It says verdict and findings as they are, and carries the JSON report and a script that
//! draws it; the same script draws any other `report.json` that is dropped on the page. Nothing of the traffic is ever markup.

mod climb;
mod drawings;
mod fitting;
mod groups;
mod page;
mod sheet;
#[cfg(test)]
mod tests;
mod words;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::{Environment, context};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::base::PacketNumber;
use crate::finding::Report;
use crate::rules::catalog;

pub use drawings::Drawings;
use page::{STYLE, TEMPLATE, script};

/// The page of a report; `drawings` are what its diagrams show beside it.
#[must_use]
pub fn report(report: &Report, drawings: &Drawings) -> String {
    let rules: Vec<Value> =
        catalog().iter().map(|rule| json!([rule.code, rule.name, rule.summary])).collect();
    let script = script();
    let fitted = fitting::fitted(report);
    let left = WEIGHS.saturating_sub(weight(&fitted));
    let words = context! {
        version => report.tool.version,
        words => words::of(report),
        report => embedded(&fitted),
        rules => embedded(&Value::Array(rules)),
        drawings => embedded(&drawings.value(report, left.min(DRAWINGS_WEIGH))),
        style => STYLE,
        digest => STANDARD.encode(Sha256::digest(script.as_bytes())),
        script,
    };
    // The template is a constant and asks for nothing that is not there; a test renders it.
    let page = Environment::new().render_named_str("page.html", TEMPLATE, words);
    page.unwrap_or_else(|error| format!("<!doctype html><title>h2lint</title><p>{error}"))
}

/// JSON that can stand in a script element: no `<` can end it.
fn embedded(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// Octets of a value in the page.
fn weight(value: &Value) -> usize {
    let text = value.to_string();
    text.len().saturating_add(text.bytes().filter(|octet| *octet == b'<').count().saturating_mul(5))
}

/// Milliseconds to a thousandth, seconds to a millionth: more digits only weigh.
fn micros(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// A packet as the script knows it: its number, and from bit 40 on the file of several that it is in.
fn packet(pkt: PacketNumber) -> u64 {
    pkt.number() | (pkt.input() << 40)
}

/// The text, cut to so many characters.
fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Octets of the report and the drawings in a page: with style, script and rules less than 5 MB.
const WEIGHS: usize = 4_700_000;
/// Octets of all drawings.
const DRAWINGS_WEIGH: usize = 1_200_000;
