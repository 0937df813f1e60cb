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
    let mut written = Vec::new();
    write_element(value, &mut written);
    String::from_utf8(written).unwrap_or_default()
}

/// The same, behind what was written before.
pub(super) fn write_element(value: &impl Serialize, into: &mut Vec<u8>) {
    let begin = into.len();
    if let Err(error) = serde_json::to_writer_pretty(&mut *into, value) {
        into.truncate(begin);
        into.extend(serde_json::json!({ "error": error.to_string() }).to_string().into_bytes());
    }
}
