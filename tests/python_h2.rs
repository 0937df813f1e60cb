//! Random conversations of python-h2 as an endpoint: it refuses, and h2lint blames, the same wrong frames, but for those explained in
//! testdata/differences-from-python-h2.md. Without python3 and the package h2 the test says so and passes.

#![cfg(feature = "cli")]
#![allow(missing_docs, clippy::panic, clippy::unwrap_used, reason = "a test")]

use std::io::Write;
use std::process::Command;

#[test]
fn python_h2_refuses_the_same_frames() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/differential/python-h2");
    let run = Command::new("python3").args([script, env!("CARGO_BIN_EXE_h2lint"), "153"]).output();
    let done = run.ok().filter(|done| done.status.code() != Some(77));
    let Some(done) = done else {
        writeln!(std::io::stderr(), "skipped: no python3 with the package h2 to compare with").unwrap();
        return;
    };
    let said =
        [done.stdout, done.stderr].map(|octets| String::from_utf8_lossy(&octets).into_owned()).concat();
    assert!(done.status.success(), "{said}");
}
