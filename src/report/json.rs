//! JSON: the report of `h2lint/report/1`, and rows one by one. Controls are escaped as JSON asks; C1 controls and marks of reading
//! order stay as they are, since a reader of JSON wants the octets and not their picture.

use serde::Serialize;

use crate::finding::Report;

/// The report, indented, with a line feed at its end.
#[must_use]
pub fn report(report: &Report) -> String {
    let mut written = element(report);
    written.push('\n');
    written
}

/// One value, indented. What cannot be written is said in its place.
#[must_use]
pub fn element(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value)
        .unwrap_or_else(|error| serde_json::json!({ "error": error.to_string() }).to_string())
}
