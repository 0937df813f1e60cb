//! The language of `--filter`: whatever is read can be asked of a report, and takes no longer than the report is long.
#![no_main]

use std::sync::LazyLock;

use h2lint::finding::Report;
use h2lint::pipeline::{Wishes, analyze_octets};
use h2lint::policy::Filter;
use h2lint::script::{Script, answer, call, finish, get, response};
use libfuzzer_sys::fuzz_target;

static REPORT: LazyLock<Report> = LazyLock::new(|| {
    let script = Script::open().client([get(1)]).server([response(1)]).client([call(3, &[])]);
    let file = script.server([answer(3, &[]), finish(3, "7", &[])]).close().pcap();
    analyze_octets("fuzz", &file, &Wishes::default(), &mut |_| {}).expect("a capture")
});

fuzz_target!(|text: &str| {
    let Ok(filter) = Filter::read(text) else { return };
    let chosen = filter.choose(&REPORT);
    let _ = (chosen.has_stream(0, 1), chosen.has_time((0.0, 1.0)));
});
