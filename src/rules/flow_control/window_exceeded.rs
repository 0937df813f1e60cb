//! DATA beyond the credit that can have arrived: the most generous ledger there is.

use crate::conn::{Kind, On};
use crate::finding::{Culprit, Level, Severity};
use crate::frame::Setting;
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, post, window_update};

/// DATA exceeds the stream flow-control window.
pub(in crate::rules) static STREAM_WINDOW_EXCEEDED: Rule = Rule {
    code: "FLW001",
    name: "stream-window-exceeded",
    since: "0.1.0",
    area: areas::FLOW_CONTROL,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "FLOW_CONTROL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "tolerable"],
    view: View::Permissive,
    rfc: &[
        rfc9113("6.9.1", Some(Level::Must)),
        rfc9113("5.2.1", Some(Level::Must)),
        rfc7540("6.9.1", Some(Level::Must)),
        rfc7540("5.2.1", Some(Level::Must)),
    ],
    summary: "DATA exceeds the stream flow-control window",
    why: "A sender sends no more DATA on a stream than its flow-control window allows.",
    meaning: "The DATA of a side on a stream, padding included, is more than the greatest window that can \
        have been in force: the initial 65,535 octets or INITIAL_WINDOW_SIZE, an increase from the \
        moment it passed and a decrease from its acknowledgement on, and every WINDOW_UPDATE for the \
        stream that passed before. DATA without octets needs no credit; any other on a window below \
        0 is beyond it.",
    harm: "The receiver resets the stream, or ends the connection, with FLOW_CONTROL_ERROR.",
    doubt: "Credit that had not passed the tap cannot have been received, wherever the tap is: what \
        exceeds even that is certain. It takes every frame of the peer: where one may be missing \
        nothing is judged, while DATA that is missing only hides faults. The debt stays: what \
        follows from the first overrun is not told again.",
    not_blamed: "It had given no more credit.",
    remedy: &[
        "Take credit from the windows of both the stream and the connection before writing.",
        "Apply a change of INITIAL_WINDOW_SIZE to streams that are open.",
    ],
    symptoms: &[
        "grpc-go: received …-bytes data exceeding the limit … bytes",
        "Netty: Flow control window exceeded for stream: …",
        "hyper-h2: Flow control window shrunk below 0",
        "any: FLOW_CONTROL_ERROR",
    ],
    refs: &[],
    h2spec: &["http2/6.9.1/1", "http2/6.9.2/1", "http2/6.9.2/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Start],
    folds_into: &[],
    fires: || used_up(Script::open().server([window_update(0, 100_000)])).client([data(1, &[0; 100])]),
    quiet: || {
        used_up(Script::open().server([window_update(0, 100_000)]))
            .server([window_update(1, 100)])
            .client([data(1, &[0; 100])])
    },
    judges: &[Judge::On(&[On::WindowExceeded], of_stream)],
};

/// DATA exceeds the connection flow-control window.
pub(in crate::rules) static CONNECTION_WINDOW_EXCEEDED: Rule = Rule {
    code: "FLW002",
    name: "connection-window-exceeded",
    since: "0.1.0",
    area: areas::FLOW_CONTROL,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "FLOW_CONTROL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "tolerable"],
    view: View::Permissive,
    rfc: &[
        rfc9113("6.9.1", Some(Level::Must)),
        rfc9113("5.2.1", Some(Level::Must)),
        rfc7540("6.9.1", Some(Level::Must)),
        rfc7540("5.2.1", Some(Level::Must)),
    ],
    summary: "DATA exceeds the connection flow-control window",
    why: "A sender sends no more DATA on all streams together than the flow-control window of the \
        connection allows.",
    meaning: "All DATA of a side, padding and streams that were reset included, is more than 65,535 octets \
        and every WINDOW_UPDATE for stream 0 that passed before. SETTINGS never move this window.",
    harm: "The receiver ends the connection with FLOW_CONTROL_ERROR.",
    doubt: "As for the window of a stream, and from the first frame of the connection on: one that was \
        joined later is not judged. The debt stays: what follows from the first overrun is not told \
        again.",
    not_blamed: "It had given no more credit.",
    remedy: &["Count padding and the DATA of streams that were cancelled too: the peer does."],
    symptoms: &[
        "Go: connection exceeded flow control window size",
        "Netty: Flow control window exceeded for stream: 0",
        "hyper-h2: Flow control window shrunk below 0",
        "any: FLOW_CONTROL_ERROR",
        "Node: Session closed with error code NGHTTP2_FLOW_CONTROL_ERROR",
    ],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Start],
    folds_into: &[],
    fires: || {
        used_up(Script::open_with(&[], &[(Setting::INITIAL_WINDOW_SIZE, 100_000)]))
            .client([data(1, &[0; 100])])
    },
    quiet: || {
        used_up(Script::open_with(&[], &[(Setting::INITIAL_WINDOW_SIZE, 100_000)]))
            .server([window_update(0, 100)])
            .client([data(1, &[0; 100])])
    },
    judges: &[Judge::On(&[On::WindowExceeded], of_connection)],
};

/// A request whose content takes the initial window, all but nothing.
fn used_up(script: Script) -> Script {
    script
        .client([post(1), data(1, &[0; 16_384])])
        .client([data(1, &[0; 16_384]), data(1, &[0; 16_384])])
        .client([data(1, &[0; 16_383])])
}

fn of_stream(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let (Kind::WindowExceeded { window, connection: false }, Some(header)) =
        (event.fact.kind, event.header())
    else {
        return;
    };
    let (who, length, stream) = (event.side().word(), header.length, header.stream);
    let beyond = window.saturating_neg();
    let unit = if beyond == 1 { "octet" } else { "octets" };
    let message = format!(
        "The {who} sent DATA of {length} octets on stream {stream}; with them it is {beyond} {unit} beyond the window of \
         the stream."
    );
    verdict.say(Draft::against_sender(event, message));
}

fn of_connection(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let (Kind::WindowExceeded { window, connection: true }, Some(header)) = (event.fact.kind, event.header())
    else {
        return;
    };
    let (who, length, stream) = (event.side().word(), header.length, header.stream);
    let beyond = window.saturating_neg();
    let unit = if beyond == 1 { "octet" } else { "octets" };
    let message = format!(
        "The {who} sent DATA of {length} octets on stream {stream}; with them it is {beyond} {unit} beyond the window of \
         the connection."
    );
    verdict.say(Draft::against_sender(event, message));
}

#[cfg(test)]
mod tests {
    use super::used_up;
    use crate::base::Side;
    use crate::finding::{Confidence, Finding};
    use crate::frame::{ErrorCode, Setting};
    use crate::rules::tests::report;
    use crate::script::{
        Script, Wire, data, post, response, rst_stream, settings, settings_ack, window_update,
    };

    fn beyond(script: &Script) -> Vec<Finding> {
        let report = report(script);
        report.findings.into_iter().filter(|finding| finding.name.ends_with("-window-exceeded")).collect()
    }

    fn names(script: &Script) -> Vec<(&'static str, u64)> {
        beyond(script).iter().map(|finding| (finding.name, finding.evidence_total)).collect()
    }

    #[test]
    fn credit_that_passed_later_cannot_have_been_received() {
        let script = used_up(Script::open())
            .client([data(1, &[0; 100])])
            .server([window_update(0, 1000), window_update(1, 1000)]);
        let found = beyond(&script);
        assert_eq!(names(&script), [("stream-window-exceeded", 1), ("connection-window-exceeded", 1)]);
        assert!(found.iter().all(|finding| finding.confidence == Confidence::Certain));
    }

    #[test]
    fn quiet_on_what_follows_from_the_first_overrun() {
        let owing = used_up(Script::open())
            .client([data(1, &[0; 100])])
            .server([window_update(0, 1000), window_update(1, 1000)]);
        let once = [("stream-window-exceeded", 1), ("connection-window-exceeded", 1)];
        assert_eq!(names(&owing.clone().client([data(1, &[0; 900])])), once);
        assert_eq!(names(&owing.clone().client([data(1, &[0; 1000])])), once, "the debt is the same");
        let twice = [("stream-window-exceeded", 2), ("connection-window-exceeded", 2)];
        assert_eq!(names(&owing.client([data(1, &[0; 1001])])), twice, "the debt grew");
    }

    #[test]
    fn an_increase_counts_when_it_passes_and_a_decrease_when_it_is_acknowledged() {
        let plenty = |script: Script| script.server([window_update(0, 1_000_000)]);
        let raised = plenty(Script::open())
            .blind(Side::Client)
            .server([settings(&[(Setting::INITIAL_WINDOW_SIZE, 70_000)])]);
        assert!(beyond(&used_up(raised).client([data(1, &[0; 100])])).is_empty());
        let lowered = plenty(Script::open())
            .client([post(1)])
            .server([settings(&[(Setting::INITIAL_WINDOW_SIZE, 10)])]);
        assert!(beyond(&lowered.clone().client([data(1, &[0; 100])])).is_empty());
        let acknowledged = lowered.client([settings_ack()]);
        assert!(!beyond(&acknowledged.client([data(1, &[0; 100])])).is_empty());
    }

    #[test]
    fn a_window_below_zero_bears_empty_data_only() {
        let below = Script::open()
            .client([post(1), data(1, &[0; 100])])
            .server([settings(&[(Setting::INITIAL_WINDOW_SIZE, 10)])])
            .client([settings_ack()]);
        assert!(beyond(&below.clone().client([data(1, b"").map(Wire::end_stream)])).is_empty());
        assert_eq!(names(&below.client([data(1, b"x")])), [("stream-window-exceeded", 1)]);
    }

    #[test]
    fn data_on_a_stream_that_was_reset_takes_credit_of_the_connection() {
        let script = used_up(Script::open())
            .blind(Side::Client)
            .server([rst_stream(1, ErrorCode::CANCEL), window_update(1, 1000)])
            .client([data(1, &[0; 100])]);
        assert_eq!(names(&script), [("connection-window-exceeded", 1)]);
    }

    #[test]
    fn padding_takes_credit() {
        let room = Script::open()
            .client([post(1)])
            .server([window_update(0, 100_000)])
            .server([settings(&[(Setting::INITIAL_WINDOW_SIZE, 10)])])
            .client([settings_ack()]);
        assert!(beyond(&room.clone().client([data(1, &[0; 10])])).is_empty());
        assert_eq!(
            names(&room.client([data(1, &[0; 5]).map(|frame| frame.padded(5, 0))])),
            [("stream-window-exceeded", 1)]
        );
    }

    #[test]
    fn quiet_when_the_credit_may_be_in_a_hole() {
        let script = used_up(Script::open())
            .server([window_update(0, 1000), window_update(1, 1000)])
            .client([data(1, &[0; 100])]);
        assert!(beyond(&script).is_empty());
        let last = script.packets().len() - 2;
        assert!(
            beyond(&script.lose(last).client([data(1, &[0; 100])]).server([response(1)]).ack(Side::Client))
                .is_empty()
        );
    }

    #[test]
    fn quiet_on_a_connection_that_was_joined_later() {
        assert!(beyond(&used_up(Script::open()).client([data(1, &[0; 100])]).without_first(4)).is_empty());
    }
}
