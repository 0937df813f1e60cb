//! The whole program: a file becomes a report in every format, the rows of every view, and the exports.
#![no_main]

use h2lint_fuzz::{everything, is_borne};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    if let Some(report) = everything(octets) {
        is_borne(&report, octets.len());
    }
});
