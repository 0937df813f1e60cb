//! WINDOW_UPDATE out of proportion to what is sent.

use super::excess;
use crate::conn::{On, Pattern};
use crate::finding::{Culprit, Level, Severity};
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, get, response, window_update};

/// WINDOW_UPDATE frames out of proportion.
pub(in crate::rules) static WINDOW_UPDATE_FLOOD: Rule = Rule {
    code: "ABU014",
    name: "window-update-flood",
    since: "0.1.0",
    area: areas::ABUSE,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "ENHANCE_YOUR_CALM",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["should", "security"],
    view: View::Timer,
    rfc: &[rfc9113("10.5", Some(Level::Should)), rfc7540("10.5", Some(Level::Should))],
    summary: "WINDOW_UPDATE frames out of proportion",
    why: "Credit in many small frames costs more than the DATA that it allows; a receiver should watch for \
        such use and limit it.",
    meaning: "More WINDOW_UPDATE frames than 5 + 2 x (streams opened + 10 x DATA frames received), where a \
        large frame counts as those of 16 384 octets that it stands for; or at least \
        50 of them with a mean below 2560 octets that together grant more than the DATA received since. \
        For the second only those count that come when less than half of the stream's first window is \
        left.",
    harm: "Each wakes the sender, and the streams that wait for credit are searched.",
    doubt: "The numbers are facts, the intent is not: a pattern never proves an attack. Updates that only give \
        back what was received are excused, and so is grpcio's habit of five octets with every call at an \
        open window.",
    not_blamed: "It only sends what it may.",
    remedy: &["Send credit when half of the window is used up."],
    symptoms: &["Envoy: http2.inbound_window_update_frames_flood"],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames],
    folds_into: &[],
    fires: || Script::open().client([get(1)]).client((0..60).map(|_| window_update(0, 1))),
    quiet: || {
        let open = Script::open().client([get(1)]).server([response(1)]);
        (0..60).fold(open, |script, _| {
            script.server([data(1, &[0; 100])]).client([window_update(1, 100), window_update(0, 100)])
        })
    },
    judges: &[Judge::On(&[On::Excess], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(excess) = excess::of(event, &[Pattern::WindowUpdates, Pattern::SmallCredit]) else { return };
    let (side, count, of) = (event.side(), excess.count, excess.of);
    let message = if excess.pattern == Pattern::WindowUpdates {
        format!("The {} sent {count} WINDOW_UPDATE frames for {of} DATA frames received.", side.word())
    } else {
        format!("The {} granted {of} octets in {count} small WINDOW_UPDATE frames.", side.word())
    };
    verdict.say(excess::draft(event, excess, side, message, "WINDOW_UPDATE"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Setting;
    use crate::rules::tests::finding;
    use crate::script::{Wire, post, settings, settings_ack};

    /// DATA of so many octets in one frame, and so many updates that give it back, as Go does it.
    fn upload(octets: usize, updates: u32) -> Script {
        let open = Script::open()
            .server([settings(&[
                (Setting::MAX_FRAME_SIZE, 1 << 20),
                (Setting::INITIAL_WINDOW_SIZE, 1 << 20),
            ])])
            .client([settings_ack()])
            .server([window_update(0, 1 << 20)]);
        let sent = open.client([post(1), data(1, &vec![0; octets]).map(Wire::end_stream)]);
        (0..updates).fold(sent, |script, _| script.server([window_update(0, 8192)]))
    }

    #[test]
    fn a_large_frame_is_worth_more_credit_than_a_small_one() {
        assert!(finding(&WINDOW_UPDATE_FLOOD, &upload(1 << 20, 128)).is_none());
        assert!(finding(&WINDOW_UPDATE_FLOOD, &upload(8192, 128)).is_some());
    }
}
