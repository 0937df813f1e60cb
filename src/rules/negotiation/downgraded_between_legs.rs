//! HTTP/2 on one side of an intermediary, HTTP/1.1 on the other.

use crate::base::{Side, Span};
use crate::finding::{Confidence, Culprit, EvidenceRole, Severity};
use crate::rules::{
    Agreement, Asked, CaptureView, Draft, Judge, Need, Request, Rule, Scope, Verdict, View, areas,
};
use crate::script::{Script, Wire, get, http1, response};

use super::words::{OK, PLAIN};

/// The same request is HTTP/2 on one leg and HTTP/1.1 on the next.
pub(in crate::rules) static DOWNGRADED_BETWEEN_LEGS: Rule = Rule {
    code: "NEG029",
    name: "downgraded-between-legs",
    since: "0.1.0",
    area: areas::NEGOTIATION,
    severity: Severity::Warning,
    severity_rfc7540: None,
    scope: Scope::Capture,
    error_code: "",
    culprits: &[Culprit::Between],
    tags: &[],
    view: View::Wire,
    rfc: &[],
    summary: "The same request is HTTP/2 on one leg and HTTP/1.1 on the next",
    why: "An intermediary that takes HTTP/2 and goes on in HTTP/1.1 keeps neither trailers nor streaming in both directions.",
    meaning: "Two connections share the address of an intermediary, server of one and client of the other, and carry the same method and path at the same time, one in HTTP/2 and one in HTTP/1.x. An error for gRPC calls.",
    harm: "gRPC does not survive it: the status in the trailers is lost, and the client reports 464, 502 or a downgraded response.",
    doubt: "Told from what the two requests share and from their times, so that it is possible and no more. With one leg in the capture nothing is said.",
    not_blamed: "",
    remedy: &[
        "Configure the intermediary to speak HTTP/2 to the backend (target group protocol version, h2c backend, grpc_pass), or forward TLS without terminating it.",
    ],
    symptoms: &[
        "grpc-go: unexpected HTTP status code received from server: 464",
        "grpc-dotnet: Bad gRPC response. Response protocol downgraded to HTTP/1.1.",
        "Kestrel: Request protocol 'HTTP/1.1' is not supported.",
    ],
    refs: &["dotnet/aspnetcore#9020", "grpc/grpc-dotnet#1439"],
    h2spec: &[],
    options: &[],
    needs: &[Need::Plaintext],
    folds_into: &[],
    fires: || {
        Script::open()
            .client([get(1)])
            .onward(Span::millis(1))
            .client([http1(PLAIN)])
            .server([http1(OK)])
            .back()
            .server([response(1).map(Wire::end_stream)])
            .close()
    },
    quiet: || {
        Script::open()
            .client([get(1)])
            .server([response(1).map(Wire::end_stream)])
            .onward(Span::seconds(3))
            .client([http1(PLAIN)])
            .server([http1(OK)])
            .close()
    },
    judges: &[Judge::Capture(judge)],
};

fn judge(capture: &CaptureView<'_>, verdict: &mut Verdict<'_>) {
    let all = capture.agreements.connections();
    let asked = |back: &Agreement| back.asked.filter(|asked| !asked.upgrade);
    let legs: Vec<(&Agreement, Asked)> = all.iter().filter_map(|back| Some((*back, asked(back)?))).collect();
    for front in all.iter().filter(|front| !legs.is_empty() && !front.requests.is_empty()) {
        let legs =
            legs.iter().filter(|(back, _)| back.client == front.server.0 && back.client != front.client);
        let mut found = legs.filter_map(|(back, asked)| {
            Some((*back, *asked, front.requests.iter().find(|request| same(request, asked))?))
        });
        if let Some((back, asked, request)) = found.next() {
            verdict.say(draft(front, back, &asked, request));
        }
    }
}

/// The same request, while the other one was waiting for its answer.
fn same(request: &Request, asked: &Asked) -> bool {
    let during =
        request.at <= asked.at.at.time && request.until.is_none_or(|until| asked.at.at.time <= until);
    request.what == asked.what && during
}

fn draft(front: &Agreement, back: &Agreement, asked: &Asked, request: &Request) -> Draft {
    let message = format!(
        "The same request is HTTP/2 on conn {} and HTTP/1.x on conn {}, behind the intermediary.",
        front.number, back.number
    );
    let draft = Draft::new(Culprit::Between, message, asked.at, asked.at)
        .at_most(Confidence::Possible)
        .on(vec![back.number, front.number])
        .shows(EvidenceRole::Cause, Side::Client, asked.at, "the request in HTTP/1.x");
    if request.grpc || asked.grpc { draft.severity(Severity::Error) } else { draft }
}
