//! What could not be read of a connection because it is encrypted, and why.

use super::desk::Desk;
use crate::base::Side;
use crate::rules::{Coverage, Secrecy};
use crate::tls::{Openable, Session, Version};

/// Says in `coverage` what TLS kept to itself.
pub(super) fn cover(coverage: &mut Coverage, tls: &Session, desk: &Desk) {
    let seen = tls.negotiation();
    let answered = seen.server_hello.is_some() || seen.alerts.iter().any(|alert| alert.by == Side::Server);
    let sealed = seen.sealed_records.client > 0 || seen.sealed_records.server > 0;
    coverage.hello_missing = seen.client_hello.is_none() || (sealed && !answered);
    let opens =
        |side: Side| tls.opened_by(side).is_some() && !tls.is_hidden(side) && !tls.tries_in_vain(side);
    if Side::BOTH.into_iter().all(opens) {
        return;
    }
    let secrecy = match tls.openable(&desk.keys, &desk.shared.borrow()) {
        Openable::NothingSealed | Openable::Yes => return,
        Openable::Missing(lines) if desk.keys.is_empty() || lines.is_empty() => Secrecy::NoKeys,
        Openable::Missing(lines) => {
            // TLS 1.3 takes four lines at least: some of them are there, or none.
            let needed = if seen.version().is_some_and(Version::is_tls13) { 4 } else { 1 };
            match lines.first() {
                Some(line) if lines.len() < needed => Secrecy::LabelMissing(line.label),
                _ => Secrecy::LineMissing,
            }
        }
        Openable::WrongSecret => Secrecy::WrongSecret,
        Openable::Unsupported(version, suite) => Secrecy::Unsupported(version, suite),
        Openable::HandshakeNotSeen => Secrecy::HandshakeNotSeen,
    };
    let sealed = Side::BOTH.into_iter().filter_map(|side| seen.application_data[side]);
    let first = sealed.map(|at| at.start.at.pkt).min();
    let hello = seen.client_hello.as_ref().map(|hello| hello.at.end.at.pkt);
    coverage.no_keys = first.or(hello).map(|pkt| (pkt, secrecy));
}
