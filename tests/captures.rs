//! Every capture with a sidecar says what its sidecar says (`expect`, `forbid`, `facts`, `blind_spots`), as `h2lint test` judges it.

#![allow(missing_docs, clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test")]

mod common;

use common::{captures, sidecars};
use h2lint::finding::Finding;
use h2lint::pipeline::{KeyLog, Wishes, analyze};
use h2lint::policy::{Policy, Sidecar};

#[test]
fn every_capture_says_what_its_sidecar_says() {
    let cases = sidecars(&captures());
    assert!(cases.len() > 50, "only {} captures", cases.len());
    let mut failures = Vec::new();
    for (capture, path) in &cases {
        let text = std::fs::read_to_string(path).unwrap();
        let sidecar = Sidecar::read(&path.display().to_string(), &text).unwrap();
        let mut report =
            analyze(std::slice::from_ref(capture), &Wishes::default(), KeyLog::new(), &mut |_| {}).unwrap();
        Policy::default().apply(&mut report);
        let json = serde_json::to_value(&report).unwrap();
        let findings: Vec<&Finding> = report.findings.iter().collect();
        let case = capture.parent().unwrap().strip_prefix(captures()).unwrap().display();
        for expected in &sidecar.cases {
            let unmet = expected.unmet(&findings, &json);
            failures.extend(unmet.map(|why| format!("{case}: {}: {why}", expected.name())));
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}
