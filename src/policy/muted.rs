//! Which rules a blind spot mutes on which connections, as the report lists them under coverage.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::to_u64;
use crate::finding::{BlindSpotKind, Coverage, Report, Skipped};
use crate::rules::{Need, catalog};

/// Lists the rules that need what could not be seen: whole areas by their letters.
pub fn note(coverage: &mut Coverage) {
    let mut blind: BTreeMap<&'static str, (Need, BTreeSet<u64>)> = BTreeMap::new();
    for spot in &coverage.blind_spots {
        if let Some(need) = mutes(spot.kind) {
            let entry = blind.entry(spot.kind.word()).or_insert_with(|| (need, BTreeSet::new()));
            entry.1.extend(&spot.conns);
        }
    }
    for (why, (need, conns)) in blind {
        let conns: Vec<u64> = conns.into_iter().collect();
        for area in catalog().chunk_by(|a, b| a.area.code == b.area.code) {
            let muted: Vec<_> = area.iter().filter(|rule| rule.needs.contains(&need)).collect();
            let skipped = |rule: String| Skipped { rule, why, conns: conns.clone() };
            match area.first() {
                Some(rule) if muted.len() == area.len() => {
                    coverage.rules_skipped.push(skipped(format!("{}*", rule.area.code)));
                }
                _ => coverage.rules_skipped.extend(muted.iter().map(|rule| skipped(rule.code.to_owned()))),
            }
        }
    }
}

/// How many rules there are that no connection could be judged by, because all of them are encrypted.
#[must_use]
pub fn unusable(report: &Report) -> u64 {
    let unread = |conn: &u64| {
        let spots = report.coverage.blind_spots.iter().filter(|spot| spot.kind == BlindSpotKind::NoKeys);
        spots.flat_map(|spot| &spot.conns).any(|blind| blind == conn)
    };
    let listed = report.connections.iter().filter(|row| row.http2 || row.negotiation.tls.is_some());
    let conns: Vec<u64> = listed.map(|row| row.id).collect();
    if conns.is_empty() || report.omitted.connections > 0 || !conns.iter().all(unread) {
        return 0;
    }
    to_u64(catalog().iter().filter(|rule| rule.needs.contains(&Need::Plaintext)).count())
}

/// The need that is not met where this could not be seen, when it is not met for good.
const fn mutes(kind: BlindSpotKind) -> Option<Need> {
    match kind {
        BlindSpotKind::NoKeys => Some(Need::Plaintext),
        BlindSpotKind::Midstream => Some(Need::Start),
        BlindSpotKind::OneDirection => Some(Need::PeerFrames),
        BlindSpotKind::HpackUnknown => Some(Need::Hpack),
        BlindSpotKind::Gap
        | BlindSpotKind::Snaplen
        | BlindSpotKind::LimitReached
        | BlindSpotKind::UnknownProtocol => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::BlindSpot;

    #[test]
    fn what_is_encrypted_mutes_what_needs_plaintext_on_its_connections() {
        let spot = |kind, conns: &[u64]| BlindSpot {
            kind,
            input: None,
            conns: conns.to_vec(),
            dir: None,
            from_pkt: None,
            effect: String::new(),
        };
        let blind_spots = vec![
            spot(BlindSpotKind::NoKeys, &[4]),
            spot(BlindSpotKind::NoKeys, &[2]),
            spot(BlindSpotKind::Gap, &[7]),
        ];
        let mut coverage = Coverage { blind_spots, ..Coverage::default() };
        note(&mut coverage);
        let found = |rule: &str| coverage.rules_skipped.iter().find(|skipped| skipped.rule == rule);
        let hpack = found("HPK*").expect("every rule of HPACK needs plaintext");
        assert_eq!((hpack.why, hpack.conns.as_slice()), ("no_keys", &[2, 4][..]));
        assert!(
            found("CAP*").is_none() && coverage.rules_skipped.iter().all(|skipped| skipped.why == "no_keys")
        );
    }
}
