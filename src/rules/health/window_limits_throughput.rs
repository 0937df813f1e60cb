//! A window that is too small for the path: throughput is window by round trip.

use crate::base::{Side, Span};
use crate::conn::{On, Stream};
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, get, response, window_update};

/// Window below the bandwidth-delay product: throughput is window / RTT.
pub(in crate::rules) static WINDOW_LIMITS_THROUGHPUT: Rule = Rule {
    code: "HLT008",
    name: "window-limits-throughput",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["performance", "predict"],
    view: View::Timer,
    rfc: &[rfc9113("5.2.3", None), rfc7540("5.2.2", None)],
    summary: "Window below the bandwidth-delay product: throughput is window / RTT",
    why: "Without more credit in flight than a round trip takes, a transfer stands still once in every round \
        trip.",
    meaning: "A transfer of at least 256 KiB on a path with a round trip above 5 ms, of which the sender was \
        without credit for at least 30 percent (default) of the time.",
    harm: "However fast the path is, not more than a window passes in each round trip.",
    doubt: "The round trip is TCP's, from the handshake. A sender counts as waiting only when it goes on right \
        after WINDOW_UPDATE has passed.",
    not_blamed: "It may not send without credit.",
    remedy: &["Raise INITIAL_WINDOW_SIZE and the connection's window, or let them grow with the transfer."],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &["window_blocked_percent"],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Time],
    folds_into: &[],
    fires: || {
        let open = Script::open_over(Span::millis(20)).client([get(1)]).server([response(1)]);
        let full = open.server([
            data(1, &[0; 16_384]),
            data(1, &[0; 16_384]),
            data(1, &[0; 16_384]),
            data(1, &[0; 16_383]),
        ]);
        (0..6).fold(full, |script, _| {
            script.wait(Span::millis(20)).client([window_update(1, 65_535), window_update(0, 65_535)]).server(
                [data(1, &[0; 16_384]), data(1, &[0; 16_384]), data(1, &[0; 16_384]), data(1, &[0; 16_383])],
            )
        })
    },
    quiet: || {
        let open = Script::open_over(Span::millis(20)).client([
            get(1),
            window_update(1, 1 << 20),
            window_update(0, 1 << 20),
        ]);
        (0..6).fold(open.server([response(1)]), |script, _| {
            script.wait(Span::millis(20)).server([
                data(1, &[0; 16_384]),
                data(1, &[0; 16_384]),
                data(1, &[0; 16_384]),
            ])
        })
    },
    judges: &[Judge::On(&[On::End], judge)],
};

/// Shorter transfers, in octets, and faster paths are not looked at.
const LEAST: u64 = 256 << 10;
const FAR: Span = Span::millis(5);

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(round_trip) = event.conn.transport.round_trip().filter(|round_trip| *round_trip > FAR) else {
        return;
    };
    for sender in Side::BOTH {
        let streams =
            event.conn.streams.iter().filter_map(|stream| Some((stream, held(event, stream, sender)?)));
        let Some((stream, share)) = streams.max_by_key(|(stream, _)| stream.blocked) else { continue };
        let receiver = sender.peer();
        let window = event.conn.sides[sender].limits.initial_window;
        let cap = u64::from(window).saturating_mul(1_000_000_000).checked_div(nanoseconds(round_trip));
        let message = format!(
            "The {} was without credit for {} of a transfer of {} octets ({share} %): {window} octets in {round_trip} \
             allow {} KiB/s.",
            sender.word(),
            stream.blocked,
            stream.sent[sender].content,
            cap.unwrap_or_default() / 1024
        );
        let draft = Draft::new(Culprit::of(receiver), message, stream.opened, event.fact.end)
            .at_most(Confidence::Likely)
            .stream(stream.id.0)
            .over(stream.blocked)
            .shows(EvidenceRole::Context, Side::Client, stream.opened, "the request");
        verdict.say(draft);
    }
}

/// The share of the transfer, in percent, for which its sender was without credit, where that is much.
fn held(event: &Event<'_>, stream: &Stream, sender: Side) -> Option<i64> {
    let sent = &stream.sent[sender];
    let time = sent.last?.time.since(stream.opened.at.time);
    let share = stream.blocked.0.saturating_mul(100).checked_div(time.0)?;
    (sent.content >= LEAST && share >= event.options.window_blocked_percent).then_some(share)
}

fn nanoseconds(span: Span) -> u64 {
    u64::try_from(span.0).unwrap_or(1).max(1)
}
