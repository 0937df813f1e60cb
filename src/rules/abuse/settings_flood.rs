//! SETTINGS without measure (CVE-2019-9515).

use super::excess::{self, Bears};
use crate::conn::{Kind, On, Pattern};
use crate::finding::{Culprit, Level, Severity};
use crate::frame::Setting;
use crate::rules::{Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Script, settings};

/// SETTINGS frames or parameters at high rate.
pub(in crate::rules) static SETTINGS_FLOOD: Rule = Rule {
    code: "ABU007",
    name: "settings-flood",
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
    summary: "SETTINGS frames or parameters at high rate",
    why: "Every SETTINGS frame has to be applied and answered; a receiver should watch for such use and \
        limit it.",
    meaning: "More than 14 SETTINGS frames or 32 parameters within a minute, or more than 32 parameters in one \
        frame. In the first second of a connection four times as many are borne.",
    harm: "A receiver whose acknowledgements are not read queues them without bound; every new window size \
        touches all streams.",
    doubt: "The numbers are facts, the intent is not: a pattern never proves an attack. gRPC libraries adapt \
        their windows with several SETTINGS at the start. Acknowledgements never count, and neither does a \
        first frame of usual size.",
    not_blamed: "It must acknowledge every SETTINGS.",
    remedy: &[
        "Limit frames and parameters, and close the connection beyond.",
        "Do not send settings again that have not changed.",
    ],
    symptoms: &[
        "nghttp2: SETTINGS: too many setting entries",
        "nghttp2: SETTINGS frame contained more than the maximum allowed entries",
        "nghttp2: Flooding was detected in this HTTP/2 session, and it must be closed",
    ],
    refs: &["CVE-2019-9515"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Time],
    folds_into: &[],
    fires: || {
        (0..70).fold(Script::open(), |script, _| script.client([settings(&[(Setting::ENABLE_PUSH, 0)])]))
    },
    quiet: || {
        (0..12).fold(Script::open(), |script, _| script.client([settings(&[(Setting::ENABLE_PUSH, 0)])]))
    },
    judges: &[Judge::On(&[On::Excess], judge)],
};

const BEAR: &[Bears] = &[
    Bears { most: 14, words: "Traffic Server (14 a minute)" },
    Bears { most: 1000, words: "nghttp2 (1000 answers that wait)" },
];

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Kind::Excess(excess) = event.fact.kind else { return };
    let (side, count, over) = (event.side(), excess.count, excess.over);
    let message = match excess.pattern {
        Pattern::Settings | Pattern::FirstSettings => {
            let reacted = excess::reacted(count, BEAR);
            format!("The {} sent {count} SETTINGS frames within {over}{reacted}.", side.word())
        }
        Pattern::Parameters | Pattern::FirstParameters => {
            format!("The {} sent {count} parameters in SETTINGS within {over}.", side.word())
        }
        Pattern::ParametersOfFrame => {
            format!("The {} sent a SETTINGS frame of {count} parameters.", side.word())
        }
        _ => return,
    };
    verdict.say(excess::draft(event, &excess, side, message, "SETTINGS"));
}
