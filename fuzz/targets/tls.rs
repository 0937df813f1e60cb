//! TLS: hellos, records and gaps of both sides, with keys that may fit, from the beginning and joined late.
#![no_main]

use h2lint::base::{LossKind, PerSide, Piece, Side};
use h2lint::tls::{KeyLog, Output, Session, Shared, looks_like_tls};
use h2lint_fuzz::Choices;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let mut choices = Choices::new(octets);
    let mut session = if choices.below(4) == 0 { Session::joined_late() } else { Session::new() };
    let (mut keys, mut shared) = (KeyLog::new(), Shared::default());
    keys.add("fuzz", choices.piece());
    let (mut sent, mut passed) = (PerSide::<u64>::default(), 0_usize);
    let mut hear = |_: &Session, output: Output<'_>| {
        if let Output::Plain(_, Piece::Chunk { bytes, .. }) = output {
            passed += bytes.len();
        }
    };
    while !choices.is_over() {
        let side = choices.side();
        let missing = u64::from(choices.octet() / 250) * 300;
        if missing > 0 {
            sent[side] += missing;
            let origin = choices.origin(sent[side], sent[side.peer()]);
            let gap = Piece::Gap { length: missing, loss: LossKind::Captured, origin };
            session.push(side, &gap, &keys, &mut shared, &mut hear);
        }
        let bytes = choices.piece();
        let _ = looks_like_tls(bytes);
        sent[side] += bytes.len() as u64;
        let origin = choices.origin(sent[side], sent[side.peer()]);
        session.push(side, &Piece::Chunk { bytes, origin }, &keys, &mut shared, &mut hear);
    }
    for side in Side::BOTH {
        let end = choices.origin(sent[side], sent[side.peer()]);
        session.finish(side, &end, &keys, &mut shared, &mut hear);
    }
    assert!(passed <= octets.len(), "more plaintext than octets");
    let _ = session.negotiation().alpn();
    let _ = session.openable(&keys, &shared);
});
