//! Texts that people and programs write: configuration, baseline, sidecar files, reports to merge and to compare, comments, error texts.
#![no_main]

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use h2lint::finding::{Comment, Report};
use h2lint::policy::{
    Baseline, ConfigFile, Diff, GroupBy, Library, Lists, Selection, Settings, Sidecar, Snapshot, Suppress,
    dates, expectation, groups, join, part, suggestion,
};
use h2lint::report::{Format, Look, clean};
use h2lint::rules::Options;
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;

static LEAKED: AtomicUsize = AtomicUsize::new(0);
const MOST_LEAKED: usize = 20_000;

static LIBRARY: LazyLock<Library> = LazyLock::new(Library::new);

fuzz_target!(|octets: &[u8]| {
    let Some((choice, octets)) = octets.split_first() else { return };
    let Ok(text) = std::str::from_utf8(octets) else { return };
    match choice % 6 {
        0 => config(text),
        1 => {
            if let Ok(baseline) = Baseline::read("fuzz", text) {
                let again = Baseline::read("again", &baseline.write()).expect("what was written can be read");
                assert_eq!(again.write(), baseline.write());
            }
        }
        2 => drop(Sidecar::read("fuzz", text)),
        3 => report(text),
        4 => short(text),
        _ => {
            let found = LIBRARY.search(text);
            assert!(found.candidates.iter().all(|one| (0.0..=1.0).contains(&one.score)));
        }
    }
});

fn config(text: &str) {
    let Ok(file) = ConfigFile::read("fuzz", text) else { return };
    let settings = Settings::merge([file.layer()]);
    settings.tune(&mut Options::default());
    let _ = (settings.severities(), settings.show(Some(&file)));
    let _ = file.profile("ci").is_ok();
}

fn report(text: &str) {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else { return };
    if let Ok(snapshot) = Snapshot::of("fuzz", &value) {
        let _ = Diff::between(&snapshot, &snapshot).regressions(None);
    }
    // Reports borrow their words for as long as the program runs: not more of them than memory holds.
    if LEAKED.fetch_add(1, Ordering::Relaxed) > MOST_LEAKED {
        return;
    }
    let Ok(read) = Report::deserialize(&*Box::leak(Box::new(value))) else { return };
    let _ = groups(&read, GroupBy::default()).len();
    let whole = join(vec![part(read.clone()), part(read)], Lists::default());
    for format in Format::ALL {
        let _ = format.write(&whole, &Look::default());
    }
}

fn short(text: &str) {
    let comment = Comment { text: text.to_owned(), pkt: None };
    let _ = (Suppress::of_comment(&comment, "fuzz"), expectation(text), dates::read(text));
    let words: Vec<_> = text.split(',').map(str::to_owned).collect();
    let _ = Selection::read(&words, &[], &words);
    let _ = suggestion(text, ["missing-server-settings", "PRE001"].into_iter());
    assert!(!clean(text).chars().any(|sign| sign.is_control() && sign != '\n' && sign != '\t'));
}
