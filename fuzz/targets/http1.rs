//! What stands before HTTP/2: prefaces, upgrades, answers of HTTP/1, prologues of proxies.
#![no_main]

use h2lint::http1::{
    ClientOpening, Prologue, RequestHead, ResponseHead, ServerOpening, agreement, looks_like_request,
    looks_like_response, names_https,
};
use h2lint_fuzz::Choices;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let mut choices = Choices::new(octets);
    let client = choices.piece();
    let server = choices.rest();
    for text in [client, server] {
        let _ = (ClientOpening::read(text), ServerOpening::read(text));
        let _ = (agreement(text), names_https(text), looks_like_request(text), looks_like_response(text));
        if let Ok(head) = RequestHead::read(text) {
            let _ = (head.settings_fault(), head.settings());
        }
        let _ = ResponseHead::read(text);
    }
    let _ = (Prologue::is_proxy(client), Prologue::read(client, server));
});
