//! Packets that were not looked into, and fragments that never became a whole, as blind spots of the capture.

use crate::base::PacketNumber;
use crate::capture::FileFacts;
use crate::finding::{BlindSpot, BlindSpotKind};
use crate::link::{Cover, Covered, FragmentFacts};

/// One line for each reason.
pub(super) fn blind_spots(covered: &[Covered], fragments: &FragmentFacts) -> Vec<BlindSpot> {
    let spot = |kind, from_pkt, effect| BlindSpot {
        kind,
        input: None,
        conns: Vec::new(),
        dir: None,
        from_pkt,
        effect,
    };
    let mut spots: Vec<BlindSpot> = covered
        .iter()
        .map(|covered| spot(kind(covered.cover), Some(covered.first), effect(covered)))
        .collect();
    let FragmentFacts { incomplete, given_up, conflicts, .. } = *fragments;
    if incomplete > 0 {
        let from = fragments.first_incomplete.map(|place| place.pkt);
        let said = format!("{} not in the capture with all fragments", are(incomplete, "IP datagram"));
        spots.push(spot(BlindSpotKind::Gap, from, said));
    }
    if given_up > 0 {
        let said = format!("{} given up: too many at once were in fragments", are(given_up, "IP datagram"));
        spots.push(spot(BlindSpotKind::LimitReached, None, said));
    }
    if conflicts > 0 {
        let from = fragments.first_conflict.map(|place| place.pkt);
        let said = format!("{} contradicted by others that came before", are(conflicts, "IP fragment"));
        spots.push(spot(BlindSpotKind::Gap, from, said));
    }
    spots
}

/// One line for the damaged places of the file: packets may have stood there.
pub(super) fn damaged(input: u32, facts: &FileFacts) -> Option<BlindSpot> {
    let first = facts.damage.first()?;
    let places = if facts.damage_count == 1 {
        "the file is damaged".to_owned()
    } else {
        format!("the file is damaged in {} places, first", facts.damage_count)
    };
    let effect = format!("{places} at octet {}; {} octets were passed over", first.offset, facts.skipped);
    let from_pkt = (first.after > 0).then(|| PacketNumber::new(input, first.after));
    Some(BlindSpot { kind: BlindSpotKind::Gap, input: None, conns: Vec::new(), dir: None, from_pkt, effect })
}

const fn kind(cover: Cover) -> BlindSpotKind {
    match cover {
        Cover::TooDeep => BlindSpotKind::LimitReached,
        Cover::Cut(_) => BlindSpotKind::Snaplen,
        Cover::LinkType(_) | Cover::Opaque(_) | Cover::Malformed(_) | Cover::IpVersion(_) | Cover::Other => {
            BlindSpotKind::UnknownProtocol
        }
    }
}

fn effect(covered: &Covered) -> String {
    let (cover, packets) = (covered.cover, are(covered.packets, "packet"));
    match cover {
        Cover::Cut(_) => format!("{packets} {cover}"),
        _ => format!("{packets} not looked into: {cover}"),
    }
}

fn are(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun} is") } else { format!("{count} {noun}s are") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Place;
    use crate::capture::LinkType;
    use crate::link::{Layer, Opaque};

    #[test]
    fn each_reason_is_one_line_with_its_packets() {
        let covered = |cover, packets| Covered { cover, packets, first: 3.into() };
        let list = [
            covered(Cover::LinkType(LinkType(189)), 1_200),
            covered(Cover::Opaque(Opaque::Esp), 1),
            covered(Cover::Cut(Layer::Ipv6), 2),
        ];
        let at = Place { pkt: 9.into(), ..Place::default() };
        let fragments = FragmentFacts {
            incomplete: 2,
            first_incomplete: Some(at),
            conflicts: 1,
            first_conflict: Some(at),
            ..FragmentFacts::default()
        };
        let spots = blind_spots(&list, &fragments);
        let said: Vec<_> = spots.iter().map(|spot| spot.effect.as_str()).collect();
        assert_eq!(
            said,
            [
                "1200 packets are not looked into: link type USB_LINUX",
                "1 packet is not looked into: IPsec ESP",
                "2 packets are cut inside the ipv6 header",
                "2 IP datagrams are not in the capture with all fragments",
                "1 IP fragment is contradicted by others that came before",
            ]
        );
        assert_eq!(
            spots.iter().map(|spot| spot.from_pkt.map(PacketNumber::number)).collect::<Vec<_>>(),
            [3, 3, 3, 9, 9].map(Some)
        );
        assert!(blind_spots(&[], &FragmentFacts::default()).is_empty());
    }
}
