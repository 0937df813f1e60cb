//! The rows of `show --as settings`: one for each value that a side announced.

use serde::Serialize;

use super::Observed;
use crate::base::{PacketNumber, Place, Side, Time};
use crate::conn::{Announcement, Interest, Kind, On};

/// The facts that [`settings`] listens to.
pub const SETTINGS_INTEREST: Interest = Interest::NONE.with(On::End);

/// A value announced in SETTINGS.
#[derive(Clone, Debug, Serialize)]
pub struct SettingLine {
    /// The connection.
    pub conn: u64,
    /// Who announced it.
    pub by: Side,
    /// The parameter, by name or as `0x…`; `None` for SETTINGS without parameters.
    pub parameter: Option<String>,
    /// Its value.
    pub value: Option<u32>,
    /// The packet with the SETTINGS.
    pub pkt: PacketNumber,
    /// Seconds since the connection's first packet.
    pub t: f64,
    /// True for the value of `HTTP2-Settings`, which needs no acknowledgement.
    pub upgrade: bool,
    /// The packet with the acknowledgement.
    pub acked_pkt: Option<PacketNumber>,
    /// Milliseconds until then.
    pub ack_ms: Option<f64>,
    /// The packet with the next value of the same parameter by the same side.
    pub replaced_pkt: Option<PacketNumber>,
    /// The moment of the packet.
    #[serde(skip)]
    pub time: Time,
}

/// The values that both sides announced, when the connection is over; nothing before. As many SETTINGS are listed as a
/// connection keeps.
#[must_use]
pub fn settings(seen: &Observed<'_>) -> Vec<SettingLine> {
    if !matches!(seen.fact.kind, Kind::End) {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for side in Side::BOTH {
        let announcements: Vec<_> = seen.connection.sides[side].settings.listed().collect();
        for (number, announcement) in announcements.iter().enumerate() {
            let later = announcements.get(number.saturating_add(1)..).unwrap_or_default();
            announced(seen, side, announcement, later, &mut lines);
        }
    }
    lines
}

fn announced(
    seen: &Observed<'_>,
    side: Side,
    announcement: &Announcement,
    later: &[&Announcement],
    lines: &mut Vec<SettingLine>,
) {
    let at: Place = announcement.end.at;
    let empty = SettingLine {
        conn: seen.conn,
        by: side,
        parameter: None,
        value: None,
        pkt: at.pkt,
        t: seen.since_first(at).as_seconds(),
        upgrade: announcement.upgrade,
        acked_pkt: announcement.acked.map(|acked| acked.at.pkt),
        ack_ms: announcement.acked.map(|acked| acked.at.time.since(at.time).as_millis()),
        replaced_pkt: None,
        time: at.time,
    };
    let known = announcement.values.iter();
    let before = lines.len();
    lines.extend(known.map(|(setting, value)| SettingLine {
        parameter: Some(setting.to_string()),
        value: Some(value),
        replaced_pkt:
            later.iter().find(|next| next.values.get(setting).is_some()).map(|next| next.end.at.pkt),
        ..empty.clone()
    }));
    lines.extend(announcement.unknown.iter().map(|(setting, value)| {
        SettingLine {
            parameter: Some(setting.to_string()),
            value: Some(*value),
            replaced_pkt: later
                .iter()
                .find(|next| next.unknown.iter().any(|(name, _)| name == setting))
                .map(|next| next.end.at.pkt),
            ..empty.clone()
        }
    }));
    if lines.len() == before {
        lines.push(empty);
    }
}
