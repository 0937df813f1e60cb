//! gRPC: its words, and calls whose fields and content are anything, in DATA frames of any size.
#![no_main]

use h2lint::grpc::{is_plain_status, percent_decoded, span_of_timeout};
use h2lint::script::{Script, answer, call, data, finish};
use h2lint_fuzz::{Choices, everything, is_borne};
use libfuzzer_sys::fuzz_target;

const TYPES: [&str; 6] = [
    "application/grpc",
    "application/grpc+proto",
    "application/grpc-web",
    "application/grpc-web-text",
    "application/grpc-web-text+proto",
    "text/plain",
];

fuzz_target!(|octets: &[u8]| {
    let mut choices = Choices::new(octets);
    let text = choices.piece();
    let _ = (span_of_timeout(text), is_plain_status(text), percent_decoded(text));
    let word = String::from_utf8_lossy(text);
    let kind = TYPES[choices.below(TYPES.len())];
    let timeout = String::from_utf8_lossy(choices.piece());
    let mut script = Script::open()
        .client([call(1, &[("content-type", kind), ("grpc-timeout", &timeout), ("grpc-encoding", &word)])]);
    script = script.server([answer(1, &[("content-type", kind), ("grpc-status-details-bin", &word)])]);
    while !choices.is_over() {
        let side = choices.side();
        script = script.send(side, [data(1, choices.piece())]);
    }
    let file = script.server([finish(1, &timeout, &[("grpc-message", &word)])]).close().pcap();
    if let Some(report) = everything(&file) {
        is_borne(&report, file.len());
    }
});
