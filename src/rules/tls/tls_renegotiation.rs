//! A new handshake under a connection that speaks HTTP/2 already.

use crate::base::{Origin, Side};
use crate::conn::On;
use crate::finding::{Confidence, Culprit, EvidenceRole, Level, Severity};
use crate::rules::{Draft, Event, Given, Judge, Need, Rule, Scope, Verdict, View, areas, rfc7540, rfc9113};
use crate::script::{Handshake, Script, settings};
use crate::tls::{AlpnSource, Stretch};

/// TLS renegotiation on an HTTP/2 connection.
pub(in crate::rules) static TLS_RENEGOTIATION: Rule = Rule {
    code: "TLS005",
    name: "tls-renegotiation",
    since: "0.1.0",
    area: areas::TLS,
    severity: Severity::Error,
    severity_rfc7540: None,
    scope: Scope::Connection,
    error_code: "PROTOCOL_ERROR",
    culprits: &[Culprit::Client, Culprit::Server],
    tags: &["must", "security"],
    view: View::Wire,
    rfc: &[rfc9113("9.2.1", Some(Level::Must)), rfc7540("9.2.1", Some(Level::Must))],
    summary: "TLS renegotiation on an HTTP/2 connection",
    why: "Behind the connection preface nobody renegotiates: HTTP/2 has no place for a handshake in the middle of its \
        streams.",
    meaning: "Up to TLS 1.2, HelloRequest of the server or ClientHello of the client behind the begin of HTTP/2 on \
        the same side. Who began is named.",
    harm: "The peer has to end the connection; requests under way are lost.",
    doubt: "With keys certain. Without them it is seen only where the ServerHello selected h2 in clear: a handshake \
        record of content type 22 behind application data of the same side, likely. Renegotiation before the preface \
        is permitted.",
    not_blamed: "It only took part in what the other side began.",
    remedy: &[
        "For client certificates on some paths answer with HTTP_1_1_REQUIRED, or serve those from another host.",
    ],
    symptoms: &[],
    refs: &[],
    h2spec: &[],
    options: &[],
    needs: &[Need::Handshake, Need::Frames],
    folds_into: &[],
    fires: || renegotiated(true),
    quiet: || renegotiated(false),
    judges: &[Judge::Given(Given::Tls, &[On::Negotiated], judge)],
};

fn judge(event: &Event<'_>, verdict: &mut Verdict<'_>) {
    let Some(tls) = event.tls.filter(|tls| tls.version().is_some_and(|version| !version.is_tls13())) else {
        return;
    };
    let began = |side: Side| match side {
        Side::Client => event.conn.preface,
        Side::Server => event.conn.spoke.server.filter(|_| event.conn.sides.server.total() > 0),
    };
    let read = |side: Side| {
        let behind = |at: &Stretch| began(side).is_some_and(|began| began.tcp_end < at.start.tcp_end);
        tls.renegotiation[side].filter(behind)
    };
    if let Some((side, at)) = first([Side::Server, Side::Client].map(|side| (side, read(side)))) {
        let what = if side == Side::Server { "HelloRequest" } else { "ClientHello" };
        verdict.say(draft(side, at, what));
        return;
    }
    let h2 = tls.alpn();
    let in_clear = h2.source == AlpnSource::ServerHello && h2.selected.is_some_and(|name| name.is("h2"));
    let sealed = Side::BOTH.map(|side| (side, tls.sealed_handshake[side]));
    if let Some((side, at)) = first(sealed).filter(|_| in_clear) {
        let what = "a handshake record behind application data, which cannot be read";
        verdict.say(draft(side, at, what).at_most(Confidence::Likely));
    }
}

/// The one that came first.
fn first(of: [(Side, Option<Stretch>); 2]) -> Option<(Side, Stretch)> {
    let seen = of.into_iter().filter_map(|(side, at)| Some((side, at?)));
    seen.min_by_key(|(_, at): &(Side, Stretch)| order(&at.start))
}

const fn order(origin: &Origin) -> crate::base::PacketNumber {
    origin.at.pkt
}

fn draft(side: Side, at: Stretch, what: &str) -> Draft {
    let message = format!("The {} began a TLS renegotiation while HTTP/2 was spoken: {what}.", side.word());
    let draft = Draft::new(Culprit::of(side), message, at.start, at.end);
    draft.shows(EvidenceRole::Cause, side, at.start, what)
}

/// A connection of TLS 1.2 with h2 in ALPN, a handshake record of the server behind or before application data.
fn renegotiated(behind: bool) -> Script {
    let handshake = Handshake::tls12().offers(&["h2"]).answers(&["h2"]);
    let script = Script::tls(&handshake);
    let script = if behind { script.server([settings(&[])]) } else { script };
    script.message(Side::Server, 0, &[])
}
