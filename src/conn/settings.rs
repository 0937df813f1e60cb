//! What each side announced in SETTINGS, and what binds its peer: increases count from the moment they pass the tap, decreases
//! only once the peer acknowledged them (RFC 9113 §6.5.3; RFC 9113 §6.5.2 has the defaults).

use std::collections::VecDeque;

use crate::base::{Origin, Side, to_u64};
use crate::frame::{Setting, Settings};
use crate::limits;

/// Values by parameter, as far as they were named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// 0 for those that were not named.
    values: [u32; 8],
    /// A bit for each that was, the first one lowest.
    named: u8,
}

/// One SETTINGS frame, or the value of `HTTP2-Settings`.
#[derive(Clone, Debug)]
pub struct Announcement {
    /// Where the frame began.
    pub start: Origin,
    /// Where it was complete.
    pub end: Origin,
    /// The last value of each parameter that is known by name.
    pub values: Values,
    /// Parameters without a name, in order; bounded.
    pub unknown: Box<[(Setting, u32)]>,
    /// Values that a receiver must reject (RFC 9113 §6.5.2), in order; bounded.
    pub invalid: Box<[(Setting, u32)]>,
    /// Where the peer's acknowledgement was.
    pub acked: Option<Origin>,
    /// True for the value of `HTTP2-Settings`, which the 101 acknowledges.
    pub upgrade: bool,
}

/// What an acknowledgement acknowledges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Acknowledged {
    /// The oldest SETTINGS that waited.
    /// The one that [`Ledger::acknowledged_last`] returns.
    This,
    /// A SETTINGS that announced nothing, or one beyond the cap.
    Nothing,
    /// No SETTINGS was outstanding.
    Surplus,
}

/// Everything one side announced.
#[derive(Debug)]
pub struct Ledger {
    acked: Values,
    /// Those whose acknowledgement came, as far as they are listed, and the last one of all; then those that wait; bounded.
    announcements: VecDeque<Announcement>,
    /// How many of them do not wait.
    settled: usize,
    /// Those behind them that wait and are not listed.
    beyond: Option<Box<Beyond>>,
    sent: u64,
    acks: u64,
    /// SETTINGS that a receiver must reject, whose acknowledgement is neither owed nor a surplus.
    tolerated: u64,
    /// SETTINGS that could not be read, sent while no other one waited: the next acknowledgements are theirs.
    unread: u64,
    surplus: u64,
    last: Values,
}

/// SETTINGS beyond the cap that wait, taken together: they are in force when the last of them is acknowledged.
#[derive(Debug)]
struct Beyond {
    /// How many acknowledgements are to come.
    waiting: u64,
    last: Values,
    most: Values,
    least: Values,
}

impl Values {
    /// The values in force before any SETTINGS (RFC 9113 §6.5.2).
    pub const INITIAL: Self =
        Self { values: [4096, 1, u32::MAX, 65_535, 16_384, u32::MAX, 0, 0], named: u8::MAX };

    const NONE: Self = Self { values: [0; 8], named: 0 };

    const NAMES: [Setting; 8] = [
        Setting::HEADER_TABLE_SIZE,
        Setting::ENABLE_PUSH,
        Setting::MAX_CONCURRENT_STREAMS,
        Setting::INITIAL_WINDOW_SIZE,
        Setting::MAX_FRAME_SIZE,
        Setting::MAX_HEADER_LIST_SIZE,
        Setting::ENABLE_CONNECT_PROTOCOL,
        Setting::NO_RFC7540_PRIORITIES,
    ];

    /// The value of a parameter.
    #[must_use]
    pub fn get(&self, setting: Setting) -> Option<u32> {
        let place = Self::place(setting)?;
        if self.names(place) { self.values.get(place).copied() } else { None }
    }

    /// Every parameter that has a value, by identifier.
    pub fn iter(&self) -> impl Iterator<Item = (Setting, u32)> + Clone + '_ {
        let all = Self::NAMES.iter().zip(&self.values).enumerate();
        all.filter(|(place, _)| self.names(*place)).map(|(_, (name, value))| (*name, *value))
    }

    const fn names(&self, place: usize) -> bool {
        self.named >> place & 1 == 1
    }

    /// Where a parameter stands in [`Self::NAMES`].
    const fn place(setting: Setting) -> Option<usize> {
        Some(match setting {
            Setting::HEADER_TABLE_SIZE => 0,
            Setting::ENABLE_PUSH => 1,
            Setting::MAX_CONCURRENT_STREAMS => 2,
            Setting::INITIAL_WINDOW_SIZE => 3,
            Setting::MAX_FRAME_SIZE => 4,
            Setting::MAX_HEADER_LIST_SIZE => 5,
            Setting::ENABLE_CONNECT_PROTOCOL => 6,
            Setting::NO_RFC7540_PRIORITIES => 7,
            _ => return None,
        })
    }

    fn set(&mut self, setting: Setting, value: u32) -> bool {
        let Some(place) = Self::place(setting) else { return false };
        if let Some(slot) = self.values.get_mut(place) {
            *slot = value;
            self.named |= 1 << place;
        }
        true
    }

    /// These values without those that a receiver must reject (RFC 9113 §6.5.2).
    fn valid(mut self) -> Self {
        for (place, (slot, setting)) in self.values.iter_mut().zip(Self::NAMES).enumerate() {
            if !is_valid(setting, *slot) {
                *slot = 0;
                self.named &= !(1 << place);
            }
        }
        self
    }

    /// These values, with those of `newer` in their place.
    #[must_use]
    pub fn updated(mut self, newer: &Self) -> Self {
        for (place, (slot, value)) in self.values.iter_mut().zip(newer.values).enumerate() {
            *slot = if newer.names(place) { value } else { *slot };
        }
        self.named |= newer.named;
        self
    }

    /// These values, with those of `other` in their place that are greater.
    fn raised(mut self, other: &Self) -> Self {
        for (slot, value) in self.values.iter_mut().zip(other.values) {
            *slot = value.max(*slot);
        }
        self.named |= other.named;
        self
    }
}

impl Beyond {
    const NONE: Self = Self { waiting: 0, last: Values::NONE, most: Values::NONE, least: Values::NONE };

    fn add(&mut self, values: &Values) {
        self.waiting = self.waiting.saturating_add(1);
        self.last = self.last.updated(values);
        for (setting, value) in values.iter() {
            self.most.set(setting, self.most.get(setting).unwrap_or(value).max(value));
            self.least.set(setting, self.least.get(setting).unwrap_or(value).min(value));
        }
    }
}

impl Announcement {
    /// Reads a SETTINGS payload. Values that a receiver must reject (RFC 9113 §6.5.2) are kept as they stand.
    #[must_use]
    pub fn read(settings: &Settings<'_>, start: Origin, end: Origin) -> Self {
        let (mut values, mut unknown, mut invalid) = (Values::default(), Vec::new(), Vec::new());
        for (setting, value) in settings.iter() {
            if !values.set(setting, value) && unknown.len() < limits::MAX_LISTED_PER_CONNECTION {
                unknown.push((setting, value));
            }
            if !is_valid(setting, value) && invalid.len() < limits::MAX_LISTED_PER_CONNECTION {
                invalid.push((setting, value));
            }
        }
        let (unknown, invalid) = (unknown.into(), invalid.into());
        Self { start, end, values, unknown, invalid, acked: None, upgrade: false }
    }

    /// True for one that says what few say: a value that a receiver must reject, a parameter of an extension that both sides have to agree
    /// on, push by a server, or few concurrent streams.
    #[must_use]
    pub fn is_rare(&self, sender: Side) -> bool {
        let extension = self.values.get(Setting::ENABLE_CONNECT_PROTOCOL).is_some()
            || self.values.get(Setting::NO_RFC7540_PRIORITIES).is_some();
        let of_server = || {
            self.values.get(Setting::ENABLE_PUSH).is_some()
                || self
                    .values
                    .get(Setting::MAX_CONCURRENT_STREAMS)
                    .is_some_and(|streams| streams < FEW_STREAMS)
        };
        !self.invalid.is_empty() || extension || (sender == Side::Server && of_server())
    }

    /// The values that a receiver applies: those that RFC 9113 §6.5.2 makes it reject are left out.
    #[must_use]
    pub fn applicable(&self) -> Values {
        if self.invalid.is_empty() { self.values } else { self.values.valid() }
    }
}

/// Fewer concurrent streams are below what RFC 9113 §6.5.2 recommends.
pub const FEW_STREAMS: u32 = 100;

/// True for values that RFC 9113 §6.5.2 (RFC 8441 §3, RFC 9218 §2.1) allows.
#[must_use]
pub fn is_valid(setting: Setting, value: u32) -> bool {
    match setting {
        Setting::ENABLE_PUSH | Setting::ENABLE_CONNECT_PROTOCOL | Setting::NO_RFC7540_PRIORITIES => {
            value <= 1
        }
        Setting::INITIAL_WINDOW_SIZE => value <= 0x7fff_ffff,
        Setting::MAX_FRAME_SIZE => (16_384..=16_777_215).contains(&value),
        _ => true,
    }
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            acked: Values::INITIAL,
            announcements: VecDeque::new(),
            settled: 0,
            beyond: None,
            sent: 0,
            acks: 0,
            tolerated: 0,
            unread: 0,
            surplus: 0,
            last: Values::INITIAL,
        }
    }
}

impl Ledger {
    /// The most that the peer may take a parameter for: the value it acknowledged last, or any greater one on its way.
    #[must_use]
    pub fn permitted(&self, setting: Setting) -> u32 {
        self.most().get(setting).unwrap_or_default()
    }

    /// The same of all parameters.
    #[must_use]
    pub fn most(&self) -> Values {
        let outstanding = self.outstanding().map(Announcement::applicable);
        let beyond = self.beyond.as_ref().map(|beyond| beyond.most);
        outstanding.chain(beyond).fold(self.acked, |most, values| most.raised(&values))
    }

    /// The least that the peer may take a parameter for: the value it acknowledged last, or any lower one on its way.
    #[must_use]
    pub fn least(&self, setting: Setting) -> u32 {
        let values = self.outstanding().filter_map(|sent| sent.values.get(setting));
        let beyond = self.beyond.as_ref().and_then(|beyond| beyond.least.get(setting));
        let valid = values.filter(|value| is_valid(setting, *value)).chain(beyond);
        valid.fold(self.acknowledged(setting), u32::min)
    }

    /// The value that the peer acknowledged last, or the initial one.
    #[must_use]
    pub fn acknowledged(&self, setting: Setting) -> u32 {
        self.acked.get(setting).unwrap_or_default()
    }

    /// The value announced last, or the initial one.
    #[must_use]
    pub fn announced(&self, setting: Setting) -> u32 {
        self.last.get(setting).unwrap_or_default()
    }

    /// Values of the side's first SETTINGS.
    #[must_use]
    pub fn first(&self) -> Option<&Values> {
        self.announcements.iter().find(|sent| !sent.upgrade).map(|sent| &sent.values)
    }

    /// SETTINGS frames sent, acknowledgements and `HTTP2-Settings` not counted.
    #[must_use]
    pub const fn sent(&self) -> u64 {
        self.sent
    }

    /// SETTINGS frames that wait for their acknowledgement, oldest first; bounded.
    #[must_use]
    pub fn outstanding(&self) -> impl ExactSizeIterator<Item = &Announcement> {
        self.announcements.range(self.settled.min(self.announcements.len())..)
    }

    /// The announcement that was acknowledged last.
    #[must_use]
    pub fn acknowledged_last(&self) -> Option<&Announcement> {
        self.announcements.get(self.settled.checked_sub(1)?)
    }

    /// SETTINGS frames that wait for their acknowledgement.
    #[must_use]
    pub const fn unacknowledged(&self) -> u64 {
        self.sent.saturating_sub(self.acks)
    }

    /// The announcements for reports: acknowledged ones, then those that wait; bounded.
    pub fn listed(&self) -> impl Iterator<Item = &Announcement> {
        self.announcements.iter().take(limits::MAX_LISTED_PER_CONNECTION)
    }

    /// Acknowledgements that came while no SETTINGS waited.
    #[must_use]
    pub const fn surplus(&self) -> u64 {
        self.surplus
    }

    /// A SETTINGS frame passes. Returns the values it replaces.
    pub(super) fn announce(&mut self, announcement: Announcement) -> Values {
        let before = self.last;
        self.sent = self.sent.saturating_add(1);
        self.last = self.last.updated(&announcement.applicable());
        if self.beyond.is_some() || self.outstanding().len() >= limits::MAX_OUTSTANDING_SETTINGS {
            let beyond = self.beyond.get_or_insert_with(|| Box::new(Beyond::NONE));
            beyond.add(&announcement.applicable());
        } else {
            if self.announcements.is_empty() {
                // Mostly it stays the only one, and a queue would take room for four.
                self.announcements.reserve_exact(1);
            }
            self.announcements.push_back(announcement);
        }
        before
    }

    /// `HTTP2-Settings` was accepted with the upgrade: in force at once, no acknowledgement owed (RFC 7540 §3.2.1).
    pub(super) fn announce_by_upgrade(&mut self, announcement: Announcement) {
        self.last = self.last.updated(&announcement.applicable());
        self.acked = self.acked.updated(&announcement.applicable());
        self.announcements.insert(self.settled.min(self.announcements.len()), announcement);
        self.settled = self.settled.saturating_add(1);
    }

    /// A SETTINGS frame that a receiver must reject as a whole passes: it announces nothing.
    pub(super) const fn tolerate(&mut self) {
        self.tolerated = self.tolerated.saturating_add(1);
    }

    /// A SETTINGS frame passes whose values are not in the capture.
    pub(super) const fn pass_unread(&mut self) {
        if self.unacknowledged() == 0 {
            self.unread = self.unread.saturating_add(1);
        } else {
            self.tolerate();
        }
    }

    /// The peer acknowledges the oldest SETTINGS that waits.
    pub(super) fn acknowledge(&mut self, origin: Origin) -> Acknowledged {
        if self.unread > 0 {
            self.unread = self.unread.saturating_sub(1);
            return Acknowledged::Nothing;
        }
        if self.unacknowledged() == 0 {
            let fair = self.tolerated > 0;
            self.tolerated = self.tolerated.saturating_sub(1);
            self.surplus = self.surplus.saturating_add(u64::from(!fair));
            return if fair { Acknowledged::Nothing } else { Acknowledged::Surplus };
        }
        self.acks = self.acks.saturating_add(1);
        if self.settled > limits::MAX_LISTED_PER_CONNECTION {
            self.settled = self.settled.saturating_sub(1);
            self.announcements.remove(self.settled);
        }
        let Some(announcement) = self.announcements.get_mut(self.settled) else {
            self.acknowledge_beyond();
            return Acknowledged::Nothing;
        };
        announcement.acked = Some(origin);
        self.acked = self.acked.updated(&announcement.applicable());
        self.settled = self.settled.saturating_add(1);
        Acknowledged::This
    }

    /// The peer acknowledges one of those that are not listed.
    fn acknowledge_beyond(&mut self) {
        let Some(beyond) = &mut self.beyond else { return };
        beyond.waiting = beyond.waiting.saturating_sub(1);
        if beyond.waiting == 0 {
            self.acked = self.acked.updated(&beyond.last);
            self.beyond = None;
        }
    }

    /// Octets that it holds in memory.
    pub(super) fn octets(&self) -> u64 {
        let own = self.announcements.len().saturating_mul(size_of::<Announcement>());
        let lists = self.announcements.iter().map(|one| one.unknown.len().saturating_add(one.invalid.len()));
        let lists = lists.fold(0, usize::saturating_add).saturating_mul(size_of::<(Setting, u32)>());
        to_u64(own.saturating_add(lists))
    }

    /// The oldest announcement that waits, and how many wait in all.
    #[must_use]
    pub fn oldest(&self) -> Option<(&Announcement, u64)> {
        let mut outstanding = self.outstanding();
        let waiting = self.unacknowledged().max(to_u64(outstanding.len()));
        Some((outstanding.next()?, waiting))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{LossKind, PerSide, Piece, Side};
    use crate::conn::{Connection, Interest};
    use crate::frame::{Decoder, PREFACE};
    use crate::script::{settings, settings_ack};

    fn announcement(setting: Setting, value: u32) -> Announcement {
        let [a, b] = setting.0.to_be_bytes();
        let [c, d, e, f] = value.to_be_bytes();
        Announcement::read(&Settings::new(&[a, b, c, d, e, f]), Origin::default(), Origin::default())
    }

    #[test]
    fn an_increase_counts_when_it_passes_and_a_decrease_when_it_is_acknowledged() {
        let mut ledger = Ledger::default();
        ledger.announce(announcement(Setting::MAX_FRAME_SIZE, 32_768));
        assert_eq!(ledger.permitted(Setting::MAX_FRAME_SIZE), 32_768);
        ledger.acknowledge(Origin::default());
        ledger.announce(announcement(Setting::MAX_FRAME_SIZE, 16_384));
        assert_eq!(ledger.permitted(Setting::MAX_FRAME_SIZE), 32_768);
        ledger.acknowledge(Origin::default());
        assert_eq!(ledger.permitted(Setting::MAX_FRAME_SIZE), 16_384);
    }

    #[test]
    fn a_value_that_must_be_rejected_changes_no_limit() {
        let mut ledger = Ledger::default();
        ledger.announce(announcement(Setting::MAX_FRAME_SIZE, 16_777_216));
        ledger.acknowledge(Origin::default());
        assert_eq!(ledger.permitted(Setting::MAX_FRAME_SIZE), 16_384);
    }

    #[test]
    fn settings_beyond_the_cap_count_as_long_as_they_wait_and_when_all_are_acknowledged() {
        let mut ledger = Ledger::default();
        let many = limits::MAX_OUTSTANDING_SETTINGS + 3;
        for value in (0..many).map(|turn| 20_000 + u32::try_from(turn).unwrap()) {
            ledger.announce(announcement(Setting::MAX_FRAME_SIZE, value));
        }
        ledger.announce(announcement(Setting::MAX_FRAME_SIZE, 1 << 20));
        ledger.announce(announcement(Setting::MAX_FRAME_SIZE, 30_000));
        assert_eq!(ledger.permitted(Setting::MAX_FRAME_SIZE), 1 << 20);
        for _ in 0..=many {
            ledger.acknowledge(Origin::default());
        }
        assert_eq!((ledger.permitted(Setting::MAX_FRAME_SIZE), ledger.unacknowledged()), (1 << 20, 1));
        ledger.acknowledge(Origin::default());
        assert_eq!((ledger.permitted(Setting::MAX_FRAME_SIZE), ledger.unacknowledged()), (30_000, 0));
        ledger.announce(announcement(Setting::MAX_FRAME_SIZE, 40_000));
        assert_eq!(ledger.outstanding().len(), 1);
    }

    #[test]
    fn what_could_not_be_read_is_acknowledged_before_what_came_behind_it() {
        let mut ledger = Ledger::default();
        ledger.pass_unread();
        ledger.announce(announcement(Setting::HEADER_TABLE_SIZE, 0));
        assert!(matches!(ledger.acknowledge(Origin::default()), Acknowledged::Nothing));
        assert_eq!((ledger.unacknowledged(), ledger.permitted(Setting::HEADER_TABLE_SIZE)), (1, 4096));
        ledger.pass_unread();
        assert_eq!(ledger.acknowledge(Origin::default()), Acknowledged::This);
        assert!(matches!(ledger.acknowledge(Origin::default()), Acknowledged::Nothing));
        assert!(matches!(ledger.acknowledge(Origin::default()), Acknowledged::Surplus));
    }

    #[test]
    fn settings_whose_values_are_missing_leave_the_table_of_the_peer_unknown() {
        let mut conn = Connection::new(Interest::NONE);
        let mut decoders: PerSide<Decoder> = PerSide::default();
        let mut say = |side: Side, piece: Piece<'_>| {
            decoders[side].push(&piece, &mut |output| conn.push(side, output, &mut |_, _| {}));
        };
        fn chunk(bytes: &[u8]) -> Piece<'_> {
            Piece::Chunk { bytes, origin: Origin::default() }
        }
        let allows = |octets: u32| settings(&[(Setting::HEADER_TABLE_SIZE, octets)]).octets();
        say(Side::Server, chunk(&allows(8192)[..9]));
        say(Side::Server, Piece::Gap { length: 6, loss: LossKind::Captured, origin: Origin::default() });
        say(Side::Server, chunk(&allows(0)));
        say(Side::Client, chunk(&[PREFACE.as_slice(), &settings_ack().octets()].concat()));
        let server = &conn.sides.server.settings;
        assert_eq!(
            (server.sent(), server.unacknowledged(), conn.sides.client.limits.table_size),
            (1, 1, 4096)
        );
        assert!(conn.holed.server, "the limit to tables is unknown");
    }

    #[test]
    fn an_acknowledgement_without_settings_finds_nothing() {
        let mut ledger = Ledger::default();
        assert!(matches!(ledger.acknowledge(Origin::default()), Acknowledged::Surplus));
        ledger.announce(announcement(Setting::ENABLE_PUSH, 0));
        assert_eq!(ledger.acknowledge(Origin::default()), Acknowledged::This);
        ledger.tolerate();
        assert!(matches!(ledger.acknowledge(Origin::default()), Acknowledged::Nothing));
        assert!(matches!(ledger.acknowledge(Origin::default()), Acknowledged::Surplus));
    }
}
