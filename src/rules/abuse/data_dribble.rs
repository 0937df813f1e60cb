//! A response that is let through a few octets at a time (CVE-2019-9511).

use super::excess;
use crate::base::Side;
use crate::conn::{On, Pattern};
use crate::finding::{Culprit, Level, Severity};
use crate::frame::Setting;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, data, get, response, window_update};

/// Large response requested but credit given in tiny steps.
pub(in crate::rules) static DATA_DRIBBLE: Rule = Rule {
    code: "ABU004",
    name: "data-dribble",
    since: "0.1.0",
    area: areas::ABUSE,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "ENHANCE_YOUR_CALM",
    culprits: &[Culprit::Client],
    tags: &["should", "security"],
    view: View::Timer,
    rfc: &[rfc9113("10.5", Some(Level::Should)), rfc7540("10.5", Some(Level::Should))],
    summary: "Large response requested but credit given in tiny steps",
    why: "Each step of credit costs the server a frame, a packet and a wake-up for a few octets; a server \
        should watch for such use and limit it.",
    meaning: "The client gives a stream credit in WINDOW_UPDATE frames of less than 256 octets on average, at \
        least 50 times. Counted are those that come when fewer than 256 octets of the stream's window are \
        left and the response is not over.",
    harm: "The response stays in the server's memory while it is cut into thousands of small frames.",
    doubt: "The numbers are facts, the intent is not: a pattern never proves an attack. Small steps at a \
        window that is wide open, as grpcio takes them with every call, do not count. A constrained device \
        may read that slowly in earnest.",
    not_blamed: "It can only send what the client lets it.",
    remedy: &[
        "Client: give credit when half of the window is used up.",
        "Server: limit WINDOW_UPDATE frames in proportion to the DATA that they allow.",
    ],
    symptoms: &[],
    refs: &["CVE-2019-9511"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::PeerFrames, Need::Time],
    folds_into: &[],
    fires: || {
        let open = Script::open_with(&[(Setting::INITIAL_WINDOW_SIZE, 1)], &[]).client([get(1)]);
        (0..60).fold(open.server([response(1), data(1, b"a")]), |script, _| {
            script.client([window_update(1, 1)]).server([data(1, b"a")])
        })
    },
    quiet: || {
        let open = Script::open().client([get(1)]).server([response(1)]);
        (0..60).fold(open, |script, _| script.server([data(1, b"abcde")]).client([window_update(1, 5)]))
    },
    judges: &[Judge::On(&[On::Excess], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(excess) = excess::of(event, &[Pattern::Dribble]) else { return };
    if event.side() != Side::Client {
        return;
    }
    let message = format!(
        "The client granted {} octets in {} WINDOW_UPDATE frames while responses waited for credit.",
        excess.of, excess.count
    );
    verdict.say(excess::draft(event, excess, Side::Client, message, "WINDOW_UPDATE in a tiny step"));
}
