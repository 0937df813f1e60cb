//! The report as a page carries it: without what is null or empty, and no longer than a page should be. What is left out is counted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::weight;
use crate::finding::Report;

/// The report as JSON: findings are listed worst first, streams those with findings first.
pub(super) fn fitted(report: &Report) -> Value {
    let mut value =
        serde_json::to_value(report).unwrap_or_else(|error| json!({ "error": error.to_string() }));
    prune(&mut value);
    let rest = shorten(&mut value, "inputs", INPUTS_WEIGH);
    let more = spread(&mut value);
    let rest = shorten(&mut value, "findings", FINDINGS_WEIGH.saturating_add(rest));
    if let Value::Object(fields) = &mut value {
        fields.insert("page".to_owned(), json!({ "more_findings": more }));
    }
    if let Some(Value::Array(spots)) = value.pointer_mut("/coverage/blind_spots") {
        spots.truncate(MOST_SPOTS);
    }
    let room = CONNECTIONS_WEIGH.saturating_add(rest);
    spare(&mut value, "connections", room, SPARED_OF_CONNECTIONS);
    let rest = shorten(&mut value, "connections", room);
    let room = STREAMS_WEIGH.saturating_add(rest).min(STREAMS_AT_MOST);
    if let Some(Value::Array(streams)) = value.get_mut("streams") {
        streams.iter_mut().for_each(slim);
        streams.sort_by_key(|row| row.get("findings").is_none());
    }
    strand(&mut value);
    spare(&mut value, "streams", room, SPARED_OF_STREAMS);
    shorten(&mut value, "streams", room);
    value
}

/// Rows do without what stands at these places when they are too many.
fn spare(report: &mut Value, list: &str, room: usize, places: &[&str]) {
    let Some(Value::Array(rows)) = report.get_mut(list) else { return };
    if rows.iter().map(|row| weight(row).saturating_add(1)).fold(0, usize::saturating_add) > room {
        rows.iter_mut().for_each(|row| without(row, places));
    }
}

/// Leaves out the streams of connections that are left out.
fn strand(report: &mut Value) {
    if report.pointer("/omitted/connections").and_then(Value::as_u64) == Some(0) {
        return;
    }
    let number = |row: &Value, field: &str| row.get(field).and_then(Value::as_u64).unwrap_or_default();
    let Some(Value::Array(rows)) = report.get("connections") else { return };
    let listed: BTreeSet<u64> = rows.iter().map(|row| number(row, "id")).collect();
    cut(report, "streams", |row| listed.contains(&number(row, "conn")));
}

/// Lists of equal findings only the first ones, so that all kinds find room; says how many more there are of each kind.
fn spread(report: &mut Value) -> BTreeMap<String, u64> {
    let (mut kept, mut more) = (BTreeMap::<String, u64>::new(), BTreeMap::<String, u64>::new());
    let Some(Value::Array(rows)) = report.get_mut("findings") else { return more };
    rows.retain(|row| {
        let word = |place: &str| row.pointer(place).and_then(Value::as_str).unwrap_or_default();
        let kind = format!("{} {}", word("/rule"), word("/culprit/role"));
        let known = row.get("suppressed").is_some();
        let count = kept.entry(if known { format!("{kind} suppressed") } else { kind.clone() }).or_default();
        *count = count.saturating_add(1);
        let fits = *count <= MOST_EQUAL;
        if !fits && !known {
            let left = more.entry(kind).or_default();
            *left = left.saturating_add(1);
        }
        fits
    });
    more
}

/// Cuts a list to so many octets, and tells how many of them are left over.
fn shorten(report: &mut Value, list: &str, octets: usize) -> usize {
    let mut left = octets;
    cut(report, list, |row| {
        let weighs = weight(row).saturating_add(1);
        let fits = weighs <= left;
        left = if fits { left.saturating_sub(weighs) } else { 0 };
        fits
    });
    left
}

/// Keeps the rows of a list for which this holds, and counts the others as omitted.
fn cut(report: &mut Value, list: &str, keep: impl FnMut(&Value) -> bool) {
    let Some(Value::Array(rows)) = report.get_mut(list) else { return };
    let all = rows.len();
    rows.retain(keep);
    let gone = all.saturating_sub(rows.len());
    if gone > 0 {
        let counted = report.pointer(&format!("/omitted/{list}")).and_then(Value::as_u64).unwrap_or_default();
        let gone = u64::try_from(gone).unwrap_or(u64::MAX).saturating_add(counted);
        if let Some(Value::Object(omitted)) = report.get_mut("omitted") {
            omitted.insert(list.to_owned(), json!(gone));
        }
    }
}

/// Takes out what is null or empty, below the first level.
fn prune(value: &mut Value) {
    let empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(rows) => rows.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(prune);
            fields.retain(|_, value| !empty(value));
        }
        Value::Array(rows) => rows.iter_mut().for_each(prune),
        _ => {}
    }
}

/// A stream without what its reader knows without being told: its name made of two numbers, zeros, what is so for nearly all, and the
/// parts of its path. Times are told to the microsecond.
fn slim(row: &mut Value) {
    let path = row.pointer("/request/path").and_then(Value::as_str).map(str::to_owned);
    if let Some(Value::Object(call)) = row.get_mut("grpc") {
        let part = |name: &str| call.get(name).and_then(Value::as_str).unwrap_or_default();
        if path == Some(format!("/{}/{}", part("service"), part("method"))) {
            call.remove("service");
            call.remove("method");
        }
    }
    for (place, usual) in USUAL {
        if row.pointer(place).and_then(Value::as_str) == Some(usual) {
            without(row, &[place]);
        }
    }
    without(row, &["/id"]);
    for place in COUNTS {
        if let Some(Value::Object(counts)) = row.pointer_mut(place) {
            counts.retain(|_, count| count.as_f64() != Some(0.0));
        }
    }
    round(row);
}

/// Takes out what stands at these places.
fn without(row: &mut Value, places: &[&str]) {
    for place in places {
        let Some((above, name)) = place.rsplit_once('/') else { continue };
        if let Some(Value::Object(fields)) = row.pointer_mut(above) {
            fields.remove(name);
        }
    }
}

/// Numbers with a fraction to the millionth.
fn round(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(round),
        Value::Number(number) if number.is_f64() => *value = json!(number.as_f64().map(super::micros)),
        _ => {}
    }
}

/// Words that a stream in a page has unless it says otherwise.
const USUAL: [(&str, &str); 4] = [
    ("/end", "closed"),
    ("/opened_by", "client"),
    ("/request/headers_known", "all"),
    ("/grpc/kind", "unknown"),
];
/// Where zeros say nothing.
const COUNTS: [&str; 3] = ["/bytes", "/latency_ms", "/grpc/messages"];
/// What a page does without when streams are many, and when connections are.
const SPARED_OF_STREAMS: &[&str] = &["/request/authority", "/latency_ms/server", "/latency_ms/queued"];
const SPARED_OF_CONNECTIONS: &[&str] =
    &["/tcp_stream", "/start", "/encapsulation", "/vantage", "/packets", "/windows", "/rtt_ms"];

/// Octets of each list in a page; what one leaves over the next one has.
const INPUTS_WEIGH: usize = 400_000;
const FINDINGS_WEIGH: usize = 600_000;
const CONNECTIONS_WEIGH: usize = 1_600_000;
const STREAMS_WEIGH: usize = 900_000;
/// Streams are never listed longer than this: a browser has to draw them.
const STREAMS_AT_MOST: usize = 3_300_000;
/// Findings of one kind that are listed.
const MOST_EQUAL: u64 = 100;
/// Blind spots; the rest is of the same kinds.
const MOST_SPOTS: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::sample::{connection, empty, hang, stream};

    #[test]
    fn one_kind_of_finding_leaves_room_for_the_others() {
        let mut report = hang();
        let (first, mut last) = (report.findings[0].clone(), report.findings[0].clone());
        last.rule = "GOA007";
        report.findings = std::iter::repeat_n(first, 5000).chain([last]).collect();
        let value = fitted(&report);
        assert_eq!(value["findings"].as_array().unwrap().len(), 101);
        assert_eq!(value["page"]["more_findings"], json!({ "PRE001 server": 4900 }));
    }

    #[test]
    fn streams_go_with_their_connections() {
        let mut report = empty("many.pcap");
        report.connections = (0..9_000).map(connection).collect();
        report.streams = (0..9_000).map(|conn| stream(conn, 1, "/a")).collect();
        let value = fitted(&report);
        let count = |list: &str| u64::try_from(value[list].as_array().unwrap().len()).unwrap();
        let omitted = |list: &str| value["omitted"][list].as_u64().unwrap();
        assert!(count("connections") > 2_000 && omitted("connections") > 0, "{}", value["omitted"]);
        assert_eq!(count("connections") + omitted("connections"), 9_000);
        assert_eq!(count("streams") + omitted("streams"), 9_000);
        let last = value["connections"].as_array().unwrap().last().unwrap()["id"].as_u64();
        assert!(value["streams"].as_array().unwrap().iter().all(|row| row["conn"].as_u64() <= last));
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut report = empty("many.pcap");
        report.connections.push(connection(0));
        let path = "/a.long.package.of.services.v1.ServiceWithAName/AndMethodWithALongName";
        report.streams = (0..40_000).map(|number| stream(0, number * 2 + 1, path)).collect();
        let value = fitted(&report);
        let omitted = value["omitted"]["streams"].as_u64().unwrap();
        let listed = u64::try_from(value["streams"].as_array().unwrap().len()).unwrap();
        assert!(listed >= 10_000 && omitted + listed == 40_000, "{omitted} {listed}");
        assert!(weight(&value) < 3_400_000);
    }
}
