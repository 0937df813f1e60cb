//! Credit that makes a window larger than 2^31-1 octets: the least generous ledger there is.

use crate::conn::{Kind, MAX_WINDOW, On};
use crate::finding::{Culprit, Level, Severity};
use crate::frame::{FrameType, Setting, StreamId};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, get, response, settings, window_update};

/// Stream window raised above 2^31-1.
pub(in crate::rules) static STREAM_WINDOW_OVERFLOW: Rule = Rule {
    code: "FLW005",
    name: "stream-window-overflow",
    since: "0.1.0",
    area: areas::FLOW_CONTROL,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "FLOW_CONTROL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Permissive,
    rfc: &[rfc9113("6.9.1", Some(Level::Must)), rfc7540("6.9.1", Some(Level::Must))],
    summary: "Stream window raised above 2^31-1",
    why: "No flow-control window is ever larger than 2^31-1 octets.",
    meaning: "With a WINDOW_UPDATE of a side the window that it gave on a stream is larger than \
        2,147,483,647 octets, even when all DATA is deducted that its peer sent before the peer's \
        TCP acknowledged that frame.",
    harm: "The peer resets the stream with FLOW_CONTROL_ERROR.",
    doubt: "The giver's frames are its own, and what its peer had sent is bounded by the DATA seen up to \
        that acknowledgement, so DATA on its way in the other direction is allowed for. While a \
        change of INITIAL_WINDOW_SIZE is not acknowledged the lower value counts. Not judged before \
        the acknowledgement, nor where frames of either side are missing.",
    not_blamed: "It had used up no more of the window.",
    remedy: &["Give back what was consumed, and no more."],
    symptoms: &["nghttp2: WINDOW_UPDATE: window size overflow", "any: FLOW_CONTROL_ERROR"],
    refs: &[],
    h2spec: &["http2/6.9.1/3", "client/6.9.1/2"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Start],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).client([window_update(1, 0x7fff_ffff)]).server([response(1)]),
    quiet: || {
        Script::open().client([get(1)]).client([window_update(1, 0x7fff_ffff - 65_535)]).server([response(1)])
    },
    judges: &[Judge::On(&[On::WindowOverflow], of_stream)],
};

/// Connection window raised above 2^31-1.
pub(in crate::rules) static CONNECTION_WINDOW_OVERFLOW: Rule = Rule {
    code: "FLW006",
    name: "connection-window-overflow",
    since: "0.1.0",
    area: areas::FLOW_CONTROL,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "FLOW_CONTROL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Permissive,
    rfc: &[rfc9113("6.9.1", Some(Level::Must)), rfc7540("6.9.1", Some(Level::Must))],
    summary: "Connection window raised above 2^31-1",
    why: "No flow-control window is ever larger than 2^31-1 octets.",
    meaning: "With a WINDOW_UPDATE of a side the window that it gave on the connection is larger than \
        2,147,483,647 octets, even when all DATA is deducted that its peer sent before the peer's \
        TCP acknowledged that frame.",
    harm: "The peer ends the connection with FLOW_CONTROL_ERROR.",
    doubt: "As for the window of a stream. Many ends open this window to the very limit at the start and \
        then give back what they read: that is legal.",
    not_blamed: "It had used up no more of the window.",
    remedy: &["Give back what was consumed, and no more."],
    symptoms: &["nghttp2: WINDOW_UPDATE: window size overflow", "any: FLOW_CONTROL_ERROR"],
    refs: &[],
    h2spec: &["http2/6.9.1/2", "client/6.9.1/1"],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Start],
    folds_into: &[],
    fires: || Script::open().client([window_update(0, 0x7fff_ffff)]).ack(crate::base::Side::Server),
    quiet: || Script::open().client([window_update(0, 0x7fff_ffff - 65_535)]).ack(crate::base::Side::Server),
    judges: &[Judge::On(&[On::WindowOverflow], of_connection)],
};

/// INITIAL_WINDOW_SIZE change pushes a stream window above 2^31-1.
pub(in crate::rules) static SETTINGS_WINDOW_OVERFLOW: Rule = Rule {
    code: "FLW007",
    name: "settings-window-overflow",
    since: "0.1.0",
    area: areas::FLOW_CONTROL,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "FLOW_CONTROL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Permissive,
    rfc: &[rfc9113("6.9.2", Some(Level::Must)), rfc7540("6.9.2", Some(Level::Must))],
    summary: "INITIAL_WINDOW_SIZE change pushes a stream window above 2^31-1",
    why: "A change of INITIAL_WINDOW_SIZE makes no window larger than 2^31-1 octets.",
    meaning: "With a greater INITIAL_WINDOW_SIZE and the WINDOW_UPDATE frames given before, the window of \
        an open stream is larger than 2,147,483,647 octets, all DATA deducted that the peer sent \
        before its TCP acknowledged the SETTINGS.",
    harm: "The peer ends the connection with FLOW_CONTROL_ERROR.",
    doubt: "As for the window of a stream. Only streams count on which the peer can certainly still \
        send.",
    not_blamed: "It only applies the value to the streams that are open.",
    remedy: &["Mind the credit that was given before when the initial size is raised."],
    symptoms: &["Go: flow control update exceeds maximum window size", "any: FLOW_CONTROL_ERROR"],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Start],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1)])
            .client([window_update(1, 0x7fff_0000)])
            .client([settings(&[(Setting::INITIAL_WINDOW_SIZE, 0x7fff_0000)])])
            .server([response(1)])
    },
    quiet: || {
        Script::open()
            .client([get(1)])
            .client([window_update(1, 0x7fff_0000)])
            .server([response(1).map(Wire::end_stream)])
            .client([settings(&[(Setting::INITIAL_WINDOW_SIZE, 0x7fff_0000)])])
            .ack(crate::base::Side::Server)
    },
    judges: &[Judge::On(&[On::WindowOverflow], by_settings)],
};

fn of_stream(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::WindowOverflow { window, stream } = event.fact.kind else { return };
    if stream != StreamId::CONNECTION && event.frame() == Some(FrameType::WINDOW_UPDATE) {
        say(event, verdict, window, &format!("stream {stream}"));
    }
}

fn of_connection(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::WindowOverflow { window, stream: StreamId::CONNECTION } = event.fact.kind else { return };
    say(event, verdict, window, "the connection");
}

fn by_settings(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::WindowOverflow { window, stream } = event.fact.kind else { return };
    if event.frame() == Some(FrameType::SETTINGS) {
        say(event, verdict, window, &format!("stream {stream}"));
    }
}

fn say(event: &Event<'_>, verdict: &mut Verdict<'_>, window: i64, of: &str) {
    let (who, peer) = (event.side().word(), event.side().peer().word());
    let (frame, over) =
        (event.frame().unwrap_or(FrameType::WINDOW_UPDATE), window.saturating_sub(MAX_WINDOW));
    let message = format!(
        "With {frame} of the {who} the window of {of} is {window} octets, {over} more than there may be, whatever the \
         {peer} had sent by then."
    );
    verdict.say(Draft::against_sender(event, message));
}

#[cfg(test)]
mod tests {
    use crate::base::Side;
    use crate::frame::Setting;
    use crate::rules::tests::report;
    use crate::script::{Script, data, get, post, response, settings, settings_ack, window_update};

    fn found(script: &Script) -> Vec<&'static str> {
        let report = report(script);
        report
            .findings
            .iter()
            .map(|finding| finding.name)
            .filter(|name| name.ends_with("-overflow"))
            .collect()
    }

    /// A client whose window is at the limit, and a server that has sent 1,000 octets which the client gives back.
    fn at_the_limit() -> Script {
        Script::open()
            .client([window_update(0, 0x7fff_ffff - 65_535)])
            .client([get(1)])
            .server([response(1), data(1, &[0; 1000])])
    }

    #[test]
    fn what_was_read_may_be_given_back() {
        assert!(found(&at_the_limit().client([window_update(0, 1000)]).ack(Side::Server)).is_empty());
        assert_eq!(
            found(&at_the_limit().client([window_update(0, 1001)]).ack(Side::Server)),
            ["connection-window-overflow"]
        );
    }

    #[test]
    fn data_that_was_on_its_way_is_deducted() {
        let early =
            at_the_limit().blind(Side::Server).client([window_update(0, 2000)]).server([data(1, &[0; 1000])]);
        assert!(found(&early.clone().sees(Side::Server).ack(Side::Server)).is_empty());
        let late =
            at_the_limit().client([window_update(0, 2000)]).ack(Side::Server).server([data(1, &[0; 1000])]);
        assert_eq!(found(&late), ["connection-window-overflow"]);
    }

    #[test]
    fn quiet_until_the_credit_is_acknowledged() {
        assert!(found(&at_the_limit().blind(Side::Server).client([window_update(0, 2000)])).is_empty());
    }

    #[test]
    fn credit_given_later_is_not_counted_twice() {
        let script = at_the_limit().blind(Side::Server).client([window_update(0, 1001), window_update(0, 1)]);
        let report = script.sees(Side::Server).ack(Side::Server);
        assert_eq!(found(&report), ["connection-window-overflow"]);
    }

    #[test]
    fn the_lower_initial_size_counts_while_neither_is_acknowledged() {
        let lower = Script::open()
            .client([get(1)])
            .client([settings(&[(Setting::INITIAL_WINDOW_SIZE, 10)]), window_update(1, 0x7fff_ffff - 10)]);
        assert!(found(&lower.server([settings_ack()])).is_empty());
    }

    #[test]
    fn the_server_is_held_to_the_same() {
        let script =
            Script::open().client([post(1)]).server([window_update(1, 0x7fff_ffff)]).ack(Side::Client);
        assert_eq!(found(&script), ["stream-window-overflow"]);
    }
}
