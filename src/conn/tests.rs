//! The stream machine's table, printed whole beside the RFC's figure and compared with `testdata/goldens/stream_states.txt`, and
//! what holds on every walk through it. `UPDATE_GOLDENS=1` writes the golden anew.

use std::fmt::Write;
use std::path::Path;

use proptest::prelude::*;

use super::{Closed, Input, Scope, Sides, Step, StreamState};
use crate::base::Side;
use crate::frame::ErrorCode;

const SETS: [Sides; 4] = [Sides::Neither, Sides::One(Side::Client), Sides::One(Side::Server), Sides::Both];

/// Every state there is.
fn states() -> Vec<StreamState> {
    let closed =
        SETS.into_iter().flat_map(|ended| SETS.map(|reset| StreamState::Closed(Closed { ended, reset })));
    let open = [
        StreamState::Idle,
        StreamState::Reserved,
        StreamState::Open,
        StreamState::HalfClosed(Side::Client),
        StreamState::HalfClosed(Side::Server),
    ];
    open.into_iter().chain(closed).collect()
}

fn state_name(state: StreamState) -> String {
    let set = |sides: Sides| match sides {
        Sides::Neither => "nobody",
        Sides::One(side) => side.word(),
        Sides::Both => "both",
    };
    match state {
        StreamState::HalfClosed(side) => format!("half-closed by {}", side.word()),
        StreamState::Closed(closed) => {
            format!("closed, ended by {}, reset by {}", set(closed.ended), set(closed.reset))
        }
        StreamState::Idle | StreamState::Reserved | StreamState::Open => format!("{state:?}").to_lowercase(),
    }
}

fn input_name(input: Input) -> &'static str {
    match input {
        Input::Headers => "HEADERS",
        Input::Data => "DATA",
        Input::EndStream => "END_STREAM",
        Input::RstStream => "RST_STREAM",
        Input::WindowUpdate => "WINDOW_UPDATE",
        Input::Priority => "PRIORITY",
        Input::PushPromise => "PUSH_PROMISE",
        Input::Reserve => "(promised)",
    }
}

fn step_name(state: StreamState, step: Step) -> String {
    match step {
        Step::To(next) if next == state => "stays".to_owned(),
        Step::To(next) => format!("→ {}", state_name(next)),
        Step::Race => "only while in flight".to_owned(),
        Step::Illegal(illegal) => {
            let scope = if illegal.scope == Scope::Connection { "connection" } else { "stream" };
            format!("illegal: RFC 9113 §{}, {} on the {scope}", illegal.section, illegal.error)
        }
    }
}

fn table() -> String {
    let mut text =
        String::from("What a frame of a side does to a stream, by the stream's state at the tap.\n");
    for state in states() {
        write!(text, "\n{}\n", state_name(state)).expect("a string takes everything");
        for side in Side::BOTH {
            for input in Input::ALL {
                let step = step_name(state, state.step(side, input));
                writeln!(text, "  {} {:<13} {step}", side.word(), input_name(input))
                    .expect("a string takes everything");
            }
        }
    }
    text
}

#[test]
fn the_table_is_the_golden_one() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/goldens/stream_states.txt");
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        std::fs::create_dir_all(golden.parent().expect("a folder")).expect("a folder can be made");
        std::fs::write(&golden, table()).expect("the golden can be written");
    }
    let expected = std::fs::read_to_string(&golden).expect("the golden is there");
    let changed: Vec<_> = table()
        .lines()
        .zip(expected.lines())
        .filter(|(now, then)| now != then)
        .map(|(now, then)| format!("was {then}\nis  {now}"))
        .collect();
    assert!(table() == expected, "UPDATE_GOLDENS=1 accepts this:\n{}", changed.join("\n"));
}

/// The other set of sides.
fn mirrored(sides: Sides) -> Sides {
    if let Sides::One(side) = sides { Sides::One(side.peer()) } else { sides }
}

fn mirror(state: StreamState) -> StreamState {
    match state {
        StreamState::HalfClosed(side) => StreamState::HalfClosed(side.peer()),
        StreamState::Closed(Closed { ended, reset }) => {
            StreamState::Closed(Closed { ended: mirrored(ended), reset: mirrored(reset) })
        }
        StreamState::Idle | StreamState::Reserved | StreamState::Open => state,
    }
}

#[test]
fn once_a_stream_is_open_both_sides_have_the_same_rights_but_for_promises() {
    let used =
        states().into_iter().filter(|state| !matches!(state, StreamState::Idle | StreamState::Reserved));
    for state in used {
        for input in Input::ALL {
            if matches!(input, Input::PushPromise | Input::Reserve) {
                continue;
            }
            let (client, server) = (state.step(Side::Client, input), mirror(state).step(Side::Server, input));
            let client = if let Step::To(next) = client { Step::To(mirror(next)) } else { client };
            assert_eq!(client, server, "{input:?} in {state:?}");
        }
    }
}

#[test]
fn a_client_never_promises_and_nobody_promises_a_stream_twice() {
    for state in states() {
        for input in [Input::PushPromise, Input::Reserve] {
            assert!(matches!(state.step(Side::Client, input), Step::Illegal(_)), "{input:?} in {state:?}");
        }
        if state != StreamState::Idle {
            assert!(matches!(state.step(Side::Server, Input::Reserve), Step::Illegal(_)), "{state:?}");
        }
    }
}

#[test]
fn who_has_reset_a_stream_may_send_nothing_but_priority_on_it() {
    for state in states() {
        let StreamState::Closed(closed) = state else { continue };
        for side in Side::BOTH.into_iter().filter(|side| closed.reset.contains(*side)) {
            for input in Input::ALL {
                let allowed = matches!(state.step(side, input), Step::To(_));
                assert_eq!(
                    allowed,
                    input == Input::Priority,
                    "{input:?} of the {} in {state:?}",
                    side.word()
                );
            }
        }
    }
}

#[test]
fn only_a_stream_that_the_peer_closed_excuses_what_was_in_flight() {
    for state in states() {
        for side in Side::BOTH {
            for input in Input::ALL {
                if state.step(side, input) != Step::Race {
                    continue;
                }
                let StreamState::Closed(closed) = state else { panic!("{input:?} races in {state:?}") };
                let peer = closed.reset.contains(side.peer()) || closed.ended.contains(side.peer());
                assert!(peer && !closed.reset.contains(side), "{input:?} races in {state:?}");
            }
        }
    }
}

#[test]
fn errors_of_a_closed_stream_end_the_stream_and_all_others_the_connection() {
    for state in states() {
        for side in Side::BOTH {
            for input in Input::ALL {
                let Step::Illegal(illegal) = state.step(side, input) else { continue };
                let stream = illegal.error == ErrorCode::STREAM_CLOSED;
                assert_eq!(stream, illegal.scope == Scope::Stream, "{input:?} in {state:?}");
            }
        }
    }
}

fn input() -> impl Strategy<Value = (Side, Input)> {
    (any::<bool>(), 0..Input::ALL.len())
        .prop_map(|(client, input)| (if client { Side::Client } else { Side::Server }, Input::ALL[input]))
}

fn ended(state: StreamState) -> Sides {
    match state {
        StreamState::HalfClosed(side) => Sides::One(side),
        StreamState::Closed(closed) => closed.ended,
        StreamState::Idle | StreamState::Reserved | StreamState::Open => Sides::Neither,
    }
}

proptest! {
    #[test]
    fn on_every_walk_streams_only_grow_older(inputs in prop::collection::vec(input(), 0..60)) {
        let mut state = StreamState::Idle;
        for (side, input) in inputs {
            let Step::To(next) = state.step(side, input) else { continue };
            let said = format!("{} {input:?}: {state:?} → {next:?}", side.word());
            let (was_closed, closed) =
                (matches!(state, StreamState::Closed(_)), matches!(next, StreamState::Closed(_)));
            prop_assert!(closed || !was_closed, "{said}");
            if closed && !was_closed {
                prop_assert!(matches!(input, Input::RstStream | Input::EndStream), "{said}");
            }
            if state == StreamState::Idle && next != state {
                let opens = [(Side::Client, Input::Headers), (Side::Server, Input::Reserve)];
                prop_assert!(opens.contains(&(side, input)), "{said}");
            }
            prop_assert!(next != StreamState::Idle || state == StreamState::Idle, "{said}");
            if matches!(input, Input::Priority | Input::WindowUpdate | Input::Data | Input::PushPromise) {
                prop_assert_eq!(next, state, "{}", said);
            }
            let answers_promise = state == StreamState::Reserved && input == Input::Headers;
            for other in Side::BOTH {
                let newly = ended(next).contains(other) && !ended(state).contains(other);
                let by_itself = other == side && input == Input::EndStream;
                prop_assert!(!newly || by_itself || (answers_promise && other == Side::Client), "{said}");
            }
            state = next;
        }
    }
}
