//! A request that came to the wrong server.

use crate::conn::On;
use crate::finding::{Culprit, Severity};
use crate::rules::{Draft, Event, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::Wire;
use crate::script::{Script, block, get, headers};

/// 421 answers.
pub(in crate::rules) static MISDIRECTED_REQUEST: Rule = Rule {
    code: "HLT014",
    name: "misdirected-request",
    since: "0.1.0",
    area: areas::HEALTH,
    severity: Severity::Info,
    severity_rfc7540: None,
    scope: Scope::Stream,
    error_code: "",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &[],
    view: View::Own,
    rfc: &[rfc9113("9.1.1", None), rfc7540("9.1.2", None)],
    summary: "421 answers",
    why: "421 says that this server does not answer for the authority of the request.",
    meaning: "A response has status 421.",
    harm: "The request has to be sent again, over another connection.",
    doubt: "A fact.",
    not_blamed: "It answers for the names that it serves.",
    remedy: &[
        "The client used one connection for several names: check the names of certificates and virtual \
        hosts, or send ORIGIN.",
    ],
    symptoms: &["any: HTTP 421 Misdirected Request"],
    refs: &["RFC 9110 15.5.20"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext, Need::Frames, Need::Payload, Need::Hpack],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1)])
            .server([headers(1, &block(&[(":status", "421")])).map(Wire::end_stream)])
    },
    quiet: || {
        Script::open()
            .client([get(1)])
            .server([headers(1, &block(&[(":status", "404")])).map(Wire::end_stream)])
    },
    judges: &[Judge::On(&[On::Misdirected], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let stream = event.header().map_or(0, |header| header.stream.0);
    let message =
        format!("The server answered the request on stream {stream} with 421: it is not the server for it.");
    let mut draft = Draft::against_sender(event, message);
    draft.culprit = Culprit::Client;
    verdict.say(draft);
}
