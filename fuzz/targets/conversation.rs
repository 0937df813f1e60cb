//! Conversations that keep to the shape of frames and break every rule: random frames of both ends, pauses, losses, over TLS and over
//! every link, and then a file that is mangled. The whole program bears them.
#![no_main]

use h2lint::base::{Side, Span};
use h2lint::frame::{ErrorCode, Setting};
use h2lint::script::{
    Handshake, Octets, Script, WAYS, Wire, continuation, data, get, goaway, headers, http1, ping, post,
    priority, push_promise, response, rst_stream, settings, settings_ack, trailers, unknown, window_update,
};
use h2lint_fuzz::{Choices, everything, is_borne};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let mut choices = Choices::new(octets);
    let over = choices.octet();
    let mangled = choices.below(8);
    let mut script = match over % 4 {
        0 => Script::connect(),
        1 => Script::tls(&Handshake::tls13().offers(&["h2"]).answers(&["h2"])),
        _ => Script::open(),
    };
    let mut turns = 0;
    let places: Vec<_> = (0..mangled).map(|_| (choices.word(), choices.octet())).collect();
    while !choices.is_over() && turns < 300 {
        turns += 1;
        script = turn(script, &mut choices);
    }
    let mut file =
        if over < 128 { script.pcap() } else { script.pcap_over(&WAYS[usize::from(over) % WAYS.len()]) };
    for (place, bits) in places {
        let at = place as usize % file.len();
        file[at] ^= bits;
    }
    if let Some(report) = everything(&file) {
        is_borne(&report, file.len());
    }
});

fn turn(script: Script, choices: &mut Choices<'_>) -> Script {
    let side = choices.side();
    match choices.below(24) {
        0 => script.wait(Span::millis([0, 1, 30, 900, 12_000, 70_000][choices.below(6)])),
        1 => script.ack(side),
        2 => script.blind(side),
        3 => script.sees(side),
        4 => script.fin(side),
        5 => script.rst(side),
        6 => script.full(side),
        7 => {
            let last = script.packets().len().saturating_sub(1);
            let lost = last.saturating_sub(choices.below(4));
            if lost > 3 { script.lose(lost) } else { script }
        }
        8 => script.send(side, [http1(choices.piece())]),
        _ => {
            let count = choices.below(4) + 1;
            let frames: Vec<_> = (0..count).map(|_| frame(side, choices)).collect();
            script.send(side, frames)
        }
    }
}

fn frame(side: Side, choices: &mut Choices<'_>) -> Octets {
    let stream = match choices.below(8) {
        0 => choices.word() >> 1,
        near => near as u32,
    };
    let code = ErrorCode(u32::from(choices.octet() % 16));
    let frame = match choices.below(16) {
        0 => get(stream),
        1 => post(stream),
        2 => response(stream),
        3 => trailers(stream),
        4 => headers(stream, choices.piece()),
        5 => continuation(stream, choices.piece()),
        6 | 7 => data(stream, choices.piece()),
        8 => priority(stream, choices.word()),
        9 => rst_stream(stream, code),
        10 => settings(&[
            (Setting(choices.short() % 12), choices.word()),
            (Setting(1), u32::from(choices.short())),
        ]),
        11 => settings_ack(),
        12 if side == Side::Server => push_promise(stream, u32::from(choices.octet())),
        13 => ping([choices.octet(); 8]),
        14 => goaway(stream, code),
        15 => window_update(stream, choices.word()),
        _ => unknown(choices.octet(), stream, choices.piece()),
    };
    let change = choices.octet();
    frame.map(|wire| changed(wire, change))
}

fn changed(wire: Wire, change: u8) -> Wire {
    match change {
        0..128 => wire,
        128..160 => wire.end_stream(),
        160..170 => wire.unfinished(),
        170..180 => wire.reserved(),
        180..190 => wire.padded(change, 0),
        190..200 => wire.claiming(u32::from(change)),
        200..210 => wire.on(0),
        _ => wire.flag(change),
    }
}
