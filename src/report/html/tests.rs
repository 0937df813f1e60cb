//! The page as a whole, without a browser.

use super::*;
use crate::policy::Policy;
use crate::policy::sample::{connection, empty, hang, stream};

#[test]
fn nothing_of_the_traffic_is_markup() {
    let mut report = hang();
    Policy::default().apply(&mut report);
    report.verdict.headline = "</script><script>alert(1)</script>".to_owned();
    report.inputs[0].path = "<img src=x onerror=alert(1)>".to_owned();
    report.findings[0].message = "</title><b>bold\u{2028}\u{202e}".to_owned();
    let page = super::report(&report, &Drawings::default());
    assert_eq!(page.matches("</script").count(), 4, "three of data, one of code");
    assert!(!page.contains("<img") && !page.contains("<b>bold") && !page.contains("alert(1)</script>"));
    assert!(!page.contains('\u{2028}'), "it would end a line of script");
    assert!(page.matches("http:").count() == 1, "only the name of SVG");
}

#[test]
fn verdict_and_findings_are_there_without_a_script() {
    let mut report = hang();
    Policy::default().apply(&mut report);
    let page = super::report(&report, &Drawings::default());
    let (markup, _) = page.split_once("<script").unwrap();
    let (_, body) = markup.split_once("<main").unwrap();
    for word in ["FAIL", "PRE001 missing-server-settings", "frame.number == 4", "10.0.0.2:31050", "cmux"] {
        assert!(body.contains(word), "{word} in {body}");
    }
}

#[test]
fn only_its_own_script_may_run() {
    let page = super::report(&hang(), &Drawings::default());
    let (_, after) = page.rsplit_once("<script>").unwrap();
    let (code, _) = after.split_once("</script>").unwrap();
    let digest = STANDARD.encode(Sha256::digest(code.as_bytes()));
    assert!(page.contains(&format!("script-src 'sha256-{digest}'")), "the digest is that of the script");
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn ten_thousand_streams_fit_in_five_megabytes() {
    let mut report = empty("many.pcap");
    report.connections.push(connection(0));
    let path = "/a.long.package.of.services.v1.ServiceWithAName/AndMethodWithALongName";
    report.streams = (0..10_000).map(|number| stream(0, number * 2 + 1, path)).collect();
    let page = super::report(&report, &Drawings::default());
    assert!(page.len() < 5_000_000, "{} octets", page.len());
    assert!(page.contains("\"stream\":19999"), "every stream is listed");
    report.streams = (0..40_000).map(|number| stream(0, number * 2 + 1, path)).collect();
    let page = super::report(&report, &Drawings::default());
    assert!(page.len() < 5_000_000, "{} octets", page.len());
}
