//! HTML: one page without any other file. It carries the JSON report, and a script that draws it; the same script draws any other
//! `report.json` that is dropped on the page. Nothing of the traffic is ever markup.

mod page;
mod rungs;

use minijinja::{Environment, context};
use serde_json::{Value, json};

use crate::finding::Report;
use crate::rules::catalog;

use page::{SCRIPT, STYLE, TEMPLATE};
pub use rungs::Rungs;

/// The page of a report; `rungs` are the frames that its ladders show.
#[must_use]
pub fn report(report: &Report, rungs: &Rungs) -> String {
    let (status, headline) = (report.verdict.status.word(), &report.verdict.headline);
    let title = match report.inputs.as_slice() {
        [only] => only.path.clone(),
        several => format!("{} captures", several.len()),
    };
    let rules: Vec<Value> =
        catalog().iter().map(|rule| json!([rule.code, rule.name, rule.summary])).collect();
    let words = context! {
        version => report.tool.version,
        status,
        title,
        headline,
        findings => report.findings.iter().take(SPELLED).map(|finding| context! {
            rule => finding.rule,
            name => finding.name,
            severity => finding.severity.word(),
            confidence => finding.confidence.word(),
            culprit => finding.culprit.role.word(),
            message => &finding.message,
        }).collect::<Vec<_>>(),
        report => embedded(&fitting(report)),
        rules => embedded(&Value::Array(rules)),
        rungs => embedded(rungs.value()),
        style => STYLE,
        script => SCRIPT,
    };
    // The template is a constant and asks for nothing that is not there; a test renders it.
    let page = Environment::new().render_named_str("page.html", TEMPLATE, words);
    page.unwrap_or_else(|error| format!("<!doctype html><title>h2lint</title><p>{error}"))
}

/// JSON that can stand in a script element: no `<` can end it.
fn embedded(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// The report as JSON, without what is null or empty, cut to what a page should weigh: findings are listed worst first, streams those
/// with findings first; what is left out is counted.
fn fitting(report: &Report) -> Value {
    let mut value =
        serde_json::to_value(report).unwrap_or_else(|error| json!({ "error": error.to_string() }));
    prune(&mut value);
    let rest = shorten(&mut value, "findings", FINDINGS_WEIGH);
    let rest = shorten(&mut value, "connections", CONNECTIONS_WEIGH.saturating_add(rest));
    let named = |row: &Value| row.get("findings").is_some();
    if let Some(Value::Array(streams)) = value.get_mut("streams") {
        streams.sort_by_key(|row| !named(row));
    }
    shorten(&mut value, "streams", STREAMS_WEIGH.saturating_add(rest));
    value
}

/// Cuts a list to so many octets, and tells how many of them are left over.
fn shorten(report: &mut Value, list: &str, octets: usize) -> usize {
    let mut left = octets;
    let Some(Value::Array(rows)) = report.get_mut(list) else { return left };
    let all = rows.len();
    rows.retain(|row| {
        let weighs = row.to_string().len().saturating_add(1);
        let fits = weighs <= left;
        left = if fits { left.saturating_sub(weighs) } else { 0 };
        fits
    });
    let gone = all.saturating_sub(rows.len());
    if gone > 0 {
        let counted = report.pointer(&format!("/omitted/{list}")).and_then(Value::as_u64).unwrap_or_default();
        let gone = u64::try_from(gone).unwrap_or(u64::MAX).saturating_add(counted);
        if let Some(Value::Object(omitted)) = report.get_mut("omitted") {
            omitted.insert(list.to_owned(), json!(gone));
        }
    }
    left
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

/// Octets of each list in a page: with ladders, script and rules less than 5 MB in all.
const FINDINGS_WEIGH: usize = 900_000;
const CONNECTIONS_WEIGH: usize = 500_000;
const STREAMS_WEIGH: usize = 2_700_000;
/// Findings that are told without a script as well.
const SPELLED: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use crate::policy::sample::{connection, empty, hang, stream};

    #[test]
    fn nothing_of_the_traffic_is_markup() {
        let mut report = hang();
        Policy::default().apply(&mut report);
        report.verdict.headline = "</script><script>alert(1)</script>".to_owned();
        report.inputs[0].path = "<img src=x onerror=alert(1)>".to_owned();
        report.findings[0].message = "</title><b>bold\u{2028}".to_owned();
        let page = super::report(&report, &Rungs::default());
        assert_eq!(page.matches("</script").count(), 4, "three of data, one of code");
        assert!(!page.contains("<img") && !page.contains("<b>bold") && !page.contains("alert(1)</script>"));
        assert!(!page.contains("http:") || page.matches("http:").count() == 1, "only the name of SVG");
    }

    #[test]
    fn ten_thousand_streams_fit_in_five_megabytes() {
        let mut report = empty("many.pcap");
        report.connections.push(connection(0));
        let path = "/a.long.package.of.services.v1.ServiceWithAName/AndMethodWithALongName";
        report.streams = (0..10_000).map(|number| stream(0, number * 2 + 1, path)).collect();
        let page = super::report(&report, &Rungs::default());
        assert!(page.len() < 5_000_000, "{} octets", page.len());
        assert!(page.contains("\"0:19999\""), "every stream is listed");
        report.streams = (0..40_000).map(|number| stream(0, number * 2 + 1, path)).collect();
        let page = super::report(&report, &Rungs::default());
        assert!(page.len() < 5_000_000, "{} octets", page.len());
        let omitted = fitting(&report)["omitted"]["streams"].as_u64().unwrap();
        assert!(omitted > 0 && omitted < 40_000, "{omitted}");
    }
}
