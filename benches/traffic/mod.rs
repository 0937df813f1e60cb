//! Traffic made in memory, for the benchmarks: many small requests, and few large responses.

#![allow(unreachable_pub, dead_code, clippy::arithmetic_side_effects)]

use h2lint::base::Side;
use h2lint::frame::Setting;
use h2lint::script::{Octets, Script, Wire, data, get, response, settings_ack, window_update};

/// A conversation and what is in it.
pub struct Traffic {
    /// The capture, a pcap file.
    pub pcap: Vec<u8>,
    /// HTTP/2 frames.
    pub frames: u64,
    /// The octets that the server sent, one element for each segment.
    pub server: Vec<Vec<u8>>,
}

/// Requests of one GET each, 32 at a time, answered with HEADERS and a short DATA: three frames each.
pub fn small(requests: u32) -> Traffic {
    let ids: Vec<u32> = (0..requests).map(|turn| turn * 2 + 1).collect();
    let mut script = Script::open_with(&[], &[(Setting::MAX_CONCURRENT_STREAMS, 100)]);
    for batch in ids.chunks(32) {
        script = script.client(batch.iter().map(|id| get(*id)));
        let answers =
            batch.iter().flat_map(|id| [response(*id), data(*id, b"hello, h2!\n").map(Wire::end_stream)]);
        script = script.server(answers).client([window_update(0, 32 * 11)]);
    }
    finish(script, u64::from(requests) * 3 + u64::from(requests.div_ceil(32)) + 4)
}

/// Downloads of 1 MiB each in frames of 16384 octets.
pub fn bulk(mebibytes: u32) -> Traffic {
    let windows = [(Setting::INITIAL_WINDOW_SIZE, 0x7fff_ffff)];
    let mut script = Script::open_with(&windows, &[]).client([window_update(0, 0x7000_0000)]);
    let content = vec![0x5a; 16_384];
    for turn in 0..mebibytes {
        let id = turn * 2 + 1;
        script = script.client([get(id)]).server([response(id)]);
        for part in 0..64 {
            let frame: Octets = data(id, &content);
            script = script.server([if part == 63 { frame.map(Wire::end_stream) } else { frame }]);
        }
        script = script.ack(Side::Client);
    }
    finish(script, u64::from(mebibytes) * 66 + 5)
}

fn finish(script: Script, frames: u64) -> Traffic {
    let script = script.server([settings_ack()]).close();
    let server =
        script.packets().iter().filter(|packet| packet.side == Side::Server && !packet.payload.is_empty());
    let server = server.map(|packet| packet.payload.clone()).collect();
    Traffic { pcap: script.pcap(), frames, server }
}
