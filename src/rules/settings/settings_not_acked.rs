//! SETTINGS that are never acknowledged.

use crate::base::{Origin, Side, Span};
use crate::conn::{Connection, Ended, On};
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::frame::ErrorCode;
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, Wire, get, goaway, ping, preface, response, settings, settings_ack};

/// SETTINGS never acknowledged.
pub(in crate::rules) static SETTINGS_NOT_ACKED: Rule = Rule {
    code: "SET011",
    name: "settings-not-acked",
    since: "0.1.0",
    area: areas::SETTINGS,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "SETTINGS_TIMEOUT",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must"],
    view: View::Reaction,
    rfc: &[
        rfc9113("6.5.3", Some(Level::Must)),
        rfc9113("3.4", Some(Level::Must)),
        rfc7540("6.5.3", Some(Level::Must)),
        rfc7540("3.5", Some(Level::Must)),
    ],
    summary: "SETTINGS never acknowledged",
    why: "Every SETTINGS frame is acknowledged at once when its values are applied.",
    meaning: "A SETTINGS frame of the peer was TCP-acknowledged by X, to the end the ACK count stays below the \
        SETTINGS count, and X (a) later answered something sent after that SETTINGS by a frame other than GOAWAY and \
        RST_STREAM, before it raised an error, or (b) kept the connection open for at least the wait (default 10 s), seen at its end \
        or at the end of the capture, or (c) later sent frames other than GOAWAY and RST_STREAM, and the \
        connection came to an orderly end at least 1 s (default) after that SETTINGS.",
    harm: "The sender of the SETTINGS cannot rely on its values, and may close with SETTINGS_TIMEOUT.",
    doubt: "Certain with (a) (response to a later request, PING ACK) and the connection's end seen, with no \
        gap in X's direction. (b) and (c): likely. A side that after the SETTINGS sends nothing but \
        GOAWAY, RST_STREAM or FIN within 1 s is acquitted: healthy clients (nghttp, curl) drop the ACK \
        when the response and the end come at once. Frames still in X's send queue at an abort acquit. \
        An illegal SETTINGS need not be acknowledged, and none once GOAWAY with an error gave the connection up. WINDOW_UPDATE is no proof for (a). An ACK that \
        comes late withdraws the finding and becomes slow-settings-ack.",
    not_blamed: "Its SETTINGS arrived, and it may expect an acknowledgement.",
    remedy: &["Queue the ACK while applying the parameters; do not tie it to the next response \
        (grpc/grpc#27847)."],
    symptoms: &[
        "Go: timeout waiting for SETTINGS frames from …",
        "any: SETTINGS_TIMEOUT",
        "nghttp2: Too many inflight SETTINGS",
    ],
    refs: &["grpc#27847"],
    h2spec: &["http2/6.5.3/2", "client/6.5.3/1", "generic/3.5/1"],
    options: &["settings_ack_wait_s", "settings_ack_given_up_s"],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Acks, Need::End],
    folds_into: &[],
    fires: || {
        Script::connect()
            .client([preface(), settings(&[])])
            .server([settings(&[]), settings_ack()])
            .client([get(1)])
            .server([response(1).map(Wire::end_stream)])
            .client([get(3)])
            .server([response(3).map(Wire::end_stream), ping([7; 8])])
            .client([ping([7; 8]).map(|frame| frame.flag(1)), get(5)])
            .ack(Side::Server)
            .wait(Span::seconds(2))
            .close()
    },
    quiet: || {
        Script::connect()
            .client([preface(), settings(&[])])
            .server([settings(&[]), settings_ack()])
            .client([goaway(0, ErrorCode::NO_ERROR)])
            .ack(Side::Server)
            .wait(Span::seconds(2))
            .close()
    },
    judges: &[Judge::Given(Given::Trouble, &[On::End], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    for side in Side::BOTH {
        if let Some(draft) = owed(event, side) {
            verdict.say(draft);
        }
    }
}

/// What `side` owes, if it had the time and the life to give it.
fn owed(event: &Event<'_>, side: Side) -> Option<Draft> {
    let conn = event.conn;
    let (own, peer) = (&conn.sides[side], &conn.sides[side.peer()]);
    let (announcement, waiting) = peer.settings.oldest().filter(|(oldest, _)| oldest.invalid.is_empty())?;
    own.first_frame?;
    if peer.settings.surplus() > 0 {
        // The capture may show the acknowledgement before what it acknowledges.
        return None;
    }
    let sent = announcement.end;
    let since = own.knowledge.covered_since(sent.tcp_end)?;
    let (ended, end) = conn.transport.ended();
    let until = [end, given_up(conn)].into_iter().flatten().map(|end| end.at).min_by_key(|place| place.time);
    let over = until.unwrap_or(event.now).time.since(since.time);
    let (read, proof) = own.knowledge.answered();
    let aborted = matches!(ended, Ended::Rst(_));
    let raised = own.goaways.iter().find(|goaway| goaway.code != ErrorCode::NO_ERROR);
    let going = raised.is_none_or(|goaway| proof.tcp_end < goaway.end.tcp_end);
    let processed = read > sent.tcp_end && going && !aborted;
    let waited = over >= event.options.settings_ack_wait;
    let left = matches!(ended, Ended::Fin(_))
        && over >= event.options.settings_ack_given_up
        && own.last_ordinary > since.pkt;
    if !(processed || waited || left) {
        return None;
    }
    let message = format!(
        "The {} never acknowledged the SETTINGS of the {}{}, in {over}.",
        side.word(),
        side.peer().word(),
        if waiting > 1 { format!(" ({waiting} of them)") } else { String::new() }
    );
    let arrived = Origin { at: since, tcp_end: 0, peer_acked: sent.tcp_end };
    let mut draft = Draft::new(Culprit::of(side), message, announcement.start, sent)
        .over(over)
        .knowing("the SETTINGS arrived", format!("pkt {} acknowledges them", since.pkt))
        .shows(EvidenceRole::Cause, side.peer(), announcement.start, "SETTINGS")
        .shows(EvidenceRole::Proof, side, arrived, "TCP ACK: the SETTINGS arrived");
    if processed {
        draft = draft.shows(EvidenceRole::Proof, side, proof, "answers something sent after them");
    } else {
        draft = draft.at_most(Confidence::Likely);
        if waited {
            draft = draft.without(Need::End);
        }
    }
    Some(draft)
}

/// Where the first of both gave the connection up with an error: nothing is owed from there on.
fn given_up(conn: &Connection) -> Option<Origin> {
    let raised =
        |side: Side| conn.sides[side].goaways.iter().find(|goaway| goaway.code != ErrorCode::NO_ERROR);
    Side::BOTH.into_iter().filter_map(raised).map(|goaway| goaway.end).min_by_key(|end| end.at.time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::finding;
    use crate::script::{data, rst_stream};

    #[test]
    fn quiet_when_an_error_gave_the_connection_up() {
        let ends = |script: Script| script.wait(Span::seconds(12)).fin(Side::Client).fin(Side::Server);
        let opened = Script::connect().client([preface(), settings(&[])]);
        let left = opened.clone().server([settings(&[]), data(0, b"x")]);
        let raised = left.client([goaway(0, ErrorCode::PROTOCOL_ERROR)]);
        assert!(finding(&SETTINGS_NOT_ACKED, &ends(raised)).is_none());
        let silent = opened.server([settings(&[]), settings_ack()]).ack(Side::Client);
        assert!(finding(&SETTINGS_NOT_ACKED, &ends(silent)).is_some());
    }

    #[test]
    fn quiet_when_all_that_shows_it_read_is_its_last_word() {
        let asked = Script::connect().client([preface(), settings(&[]), get(1), data(1, b"x")]);
        let said = |word| asked.clone().server([settings(&[]), word]).client([settings_ack()]);
        let raised = said(goaway(1, ErrorCode::PROTOCOL_ERROR)).fin(Side::Server).close();
        assert!(finding(&SETTINGS_NOT_ACKED, &raised).is_none(), "an error in place of the acknowledgement");
        let parted = said(goaway(1, ErrorCode::NO_ERROR)).fin(Side::Server).close();
        assert!(finding(&SETTINGS_NOT_ACKED, &parted).is_none());
        let refused = said(rst_stream(1, ErrorCode::REFUSED_STREAM)).close();
        assert!(finding(&SETTINGS_NOT_ACKED, &refused).is_none());
        let went_on = said(response(1).map(Wire::end_stream)).close();
        assert!(finding(&SETTINGS_NOT_ACKED, &went_on).is_some());
    }
}
