//! TLS key logs, in the text and in its pieces.
#![no_main]

use h2lint::tls::KeyLog;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let mut keys = KeyLog::new();
    let bad = keys.add("fuzz", octets);
    let lines = octets.split(|octet| matches!(octet, b'\n' | b'\r')).count();
    assert!(bad.len() <= lines && keys.len() <= lines as u64);
    for line in String::from_utf8_lossy(octets).lines().take(50) {
        if let Some(again) = keys.line_of(line) {
            assert!(KeyLog::new().add("again", again.as_bytes()).is_empty(), "{again}");
        }
    }
    keys.add("twice", octets);
});
