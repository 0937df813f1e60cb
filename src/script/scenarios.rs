//! Conversations with a name, for `gen` and for whoever wants to try what is said of them.

use super::conversation::Script;
use super::frames::{
    Wire, continuation, data, get, http1, ping, post, preface, response, rst_stream, settings, settings_ack,
    window_update,
};
use super::grpc::{answer, call, finish, message};
use crate::base::{Side, Span};
use crate::frame::{ErrorCode, Setting};

/// A conversation with a name.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// What happens in it.
    pub words: &'static str,
    /// Code of the rule that it shows; empty where nothing is wrong.
    pub shows: &'static str,
    /// The conversation.
    pub script: fn() -> Script,
}

/// Every scenario with a name of its own.
pub static SCENARIOS: &[Scenario] = &[
    scenario("clean", "two gRPC calls on one connection, nothing wrong", "", clean),
    scenario("h2c_upgrade_ok", "HTTP/1.1 upgraded to h2c, as RFC 7540 has it", "", upgrade),
    scenario("cmux_no_server_settings", "server waits for HEADERS, client for SETTINGS", "PRE001", cmux),
    scenario(
        "cmux_client_sends_anyway",
        "the same, but the client sends its request at once",
        "PRE001",
        || silent_server(Script::connect().client([preface(), settings(&[]), get(1)])),
    ),
    scenario(
        "cmux_late_settings",
        "server sends SETTINGS only after it saw a request",
        "PRE003",
        late_settings,
    ),
    scenario(
        "settings_never_acked",
        "server never acknowledges the client's SETTINGS",
        "SET011",
        never_acked,
    ),
    scenario("bad_settings_value", "MAX_FRAME_SIZE below its minimum", "SET007", || {
        Script::open().client([settings(&[(Setting::MAX_FRAME_SIZE, 100)])])
    }),
    scenario("settings_len5", "SETTINGS of 5 octets", "SET003", || {
        Script::open().client([settings(&[]).map(|frame| frame.payload(&[0, 3, 0, 0, 0]))])
    }),
    scenario("settings_nonzero_stream", "SETTINGS on stream 1", "SET002", || {
        Script::open().client([settings(&[]).map(|frame| frame.on(1))])
    }),
    scenario("data_on_idle", "DATA on a stream that was never opened", "STS001", || {
        Script::open().client([data(5, b"early")])
    }),
    scenario("data_on_closed", "DATA behind END_STREAM", "STS005", || {
        Script::open().client([get(1)]).client([data(1, b"late")]).close()
    }),
    scenario("missing_trailers_grpc", "a gRPC answer that ends without grpc-status", "GRP004", no_trailers),
    scenario("even_client_stream", "a client opens stream 2", "SID001", || Script::open().client([get(2)])),
    scenario("stream_id_decrease", "a client opens stream 7, then 5", "SID002", || {
        Script::open().client([get(7)]).client([get(5)])
    }),
    scenario("frame_too_big", "DATA of 16,385 octets without leave", "FRM001", || {
        Script::open().client([post(1)]).client([data(1, &[0; 16_385])])
    }),
    scenario("continuation_interrupted", "PING inside a field block", "CON001", || {
        Script::open().client([get(1).map(Wire::unfinished), ping([0; 8]), continuation(1, &[])])
    }),
    scenario("window_overrun_stream", "server sends 500 octets into a window of 100", "FLW001", overrun),
    scenario(
        "window_overrun_connection",
        "five streams fill more than the connection's window",
        "FLW002",
        crowd,
    ),
    scenario(
        "window_never_refilled",
        "a download stops at 65,535 octets, and the client gives up",
        "FLW011",
        never_refilled,
    ),
    scenario("max_concurrent_exceeded", "a client passes a limit that it had acknowledged", "STS013", || {
        let limit = [(Setting::MAX_CONCURRENT_STREAMS, 1)];
        Script::open_with(&[], &limit).client([post(1)]).client([post(3)])
    }),
    scenario("max_concurrent_race", "streams opened before the limit could be known: allowed", "", race),
];

const fn scenario(
    name: &'static str,
    words: &'static str,
    shows: &'static str,
    script: fn() -> Script,
) -> Scenario {
    Scenario { name, words, shows, script }
}

fn clean() -> Script {
    [1, 3]
        .into_iter()
        .fold(Script::open(), |script, stream| {
            script
                .client([call(stream, &[]), data(stream, &message(b"ask")).map(Wire::end_stream)])
                .wait(Span::millis(3))
                .server([answer(stream, &[]), data(stream, &message(b"say")), finish(stream, "0", &[])])
        })
        .close()
}

fn upgrade() -> Script {
    let request = "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\
        HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n";
    let switch = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
    Script::connect()
        .client([http1(request)])
        .server([http1(switch), settings(&[])])
        .client([preface(), settings(&[]), settings_ack()])
        .server([settings_ack(), response(1), data(1, b"hello").map(Wire::end_stream)])
        .close()
}

fn silent_server(script: Script) -> Script {
    script.ack(Side::Server).wait(Span::seconds(20)).close()
}

fn cmux() -> Script {
    silent_server(Script::connect().client([preface(), settings(&[])]))
}

fn late_settings() -> Script {
    Script::connect()
        .client([preface(), settings(&[])])
        .ack(Side::Server)
        .wait(Span::seconds(1))
        .client([get(1)])
        .server([settings(&[]), settings_ack()])
        .close()
}

fn never_acked() -> Script {
    Script::connect()
        .client([preface(), settings(&[])])
        .server([settings(&[])])
        .client([settings_ack()])
        .ack(Side::Server)
        .wait(Span::seconds(20))
        .close()
}

fn no_trailers() -> Script {
    Script::open()
        .client([call(1, &[]), data(1, &message(b"ask")).map(Wire::end_stream)])
        .server([answer(1, &[]), data(1, &message(b"say")).map(Wire::end_stream)])
        .close()
}

fn overrun() -> Script {
    Script::open_with(&[(Setting::INITIAL_WINDOW_SIZE, 100)], &[])
        .client([get(1)])
        .server([response(1), data(1, &[0; 500])])
}

fn crowd() -> Script {
    let wide = [(Setting::INITIAL_WINDOW_SIZE, 1 << 20)];
    [1, 3, 5, 7, 9].into_iter().fold(Script::open_with(&[], &wide), |script, stream| {
        script.client([post(stream), data(stream, &[0; 16_000])])
    })
}

fn never_refilled() -> Script {
    Script::open()
        .client([get(1), window_update(0, 100_000)])
        .server([response(1)])
        .server([data(1, &[0; 16_384]), data(1, &[0; 16_384])])
        .server([data(1, &[0; 16_384]), data(1, &[0; 16_383])])
        .ack(Side::Client)
        .wait(Span::seconds(10))
        .client([rst_stream(1, ErrorCode::CANCEL)])
        .close()
}

fn race() -> Script {
    Script::connect()
        .client([preface(), settings(&[]), get(1), get(3), get(5)])
        .server([settings(&[(Setting::MAX_CONCURRENT_STREAMS, 1)]), settings_ack()])
        .server([rst_stream(3, ErrorCode::REFUSED_STREAM), rst_stream(5, ErrorCode::REFUSED_STREAM)])
        .client([settings_ack()])
        .server([response(1), data(1, b"hello").map(Wire::end_stream)])
        .close()
}
