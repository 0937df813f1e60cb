//! Opening sealed records: which keys, which sequence number, and what to do when neither is sure.

use super::crypt::{Agreed, Opened, Opener};
use super::fact::{Fact, Output};
use super::half::{Epoch, Phase};
use super::keylog::{KeyLog, Label, Random, Secret, Source};
use super::names::ContentType;
use super::negotiation::EarlyData;
use super::records::{Header, Stretch};
use super::server_hello::ServerHello;
use super::session::{Session, Work};
use super::shared::Shared;
use crate::base::{LossKind, Origin, Piece, Side};
use crate::limits::{MAX_EARLY_DATA, MAX_OPENING_TRIES};

/// 0-RTT data that wait for the server's decision.
#[derive(Debug, Default)]
pub(super) struct Held {
    octets: Vec<u8>,
    /// End of each record's data, and its origin.
    records: Vec<(usize, Origin)>,
    full: bool,
}

impl Held {
    pub(super) fn weight(&self) -> usize {
        self.octets.capacity().saturating_add(self.records.len().saturating_mul(size_of::<(usize, Origin)>()))
    }
}

/// Keys that may open a record.
struct Candidate {
    epoch: Epoch,
    opener: Opener,
    source: Source,
}

impl Session {
    /// True when there are keys that may open the record whose header came last. Enters the epoch that the record belongs to.
    pub(super) fn has_keys<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        at: Stretch,
        work: &mut Work<'_, E>,
    ) -> bool {
        if self.halves[side].opener.is_some() {
            return true;
        }
        if self.halves[side].phase == Phase::Clear && !self.begin_sealed(side, at, work) {
            return false;
        }
        let Phase::Sealed(epoch) = self.halves[side].phase else { return false };
        let agreed = self.seen.server_hello.is_some() && epoch != Epoch::Early;
        let found = if agreed {
            self.agreed_keys(side, epoch, work.keys, work.shared)
        } else {
            self.keys_of(side, epoch, work.keys, work.shared).next()
        };
        match found {
            Some(Candidate { opener, source, .. }) if agreed => {
                let half = &mut self.halves[side];
                half.opener = Some(opener);
                half.next_source = Some(source);
                return true;
            }
            None if !self.later_keys(side, epoch, work.keys, work.shared) => {}
            _ => {
                self.halves[side].doubt_more(0);
                return true;
            }
        }
        if epoch == Epoch::Early && self.seen.server_hello.is_none() {
            self.halves[side].missed_early_data = true;
            return false;
        }
        self.hide(side, epoch, at, work);
        false
    }

    /// True when records of a later epoch can be opened.
    fn later_keys(&self, side: Side, epoch: Epoch, keys: &KeyLog, shared: &Shared) -> bool {
        later(epoch).iter().any(|epoch| self.keys_of(side, *epoch, keys, shared).next().is_some())
    }

    /// The first sealed record of a side: which epoch is it?
    fn begin_sealed<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        at: Stretch,
        work: &mut Work<'_, E>,
    ) -> bool {
        let offered = side == Side::Client && self.seen.early_data == EarlyData::Offered;
        let retried = self.seen.retry.is_some() && self.seen.second_client_hello.is_none();
        if side == Side::Client && retried && self.seen.early_data == EarlyData::Rejected {
            return false;
        }
        let epoch = match self.version() {
            Some(version) if !version.is_tls13() => Epoch::Legacy,
            _ if offered => Epoch::Early,
            Some(_) => Epoch::Handshake,
            None if self.seen.client_hello.is_some() => {
                self.halves[side].doubt_more(0);
                Epoch::Handshake
            }
            None => {
                self.hide(side, Epoch::Handshake, at, work);
                return false;
            }
        };
        let half = &mut self.halves[side];
        half.enter(epoch);
        if side == Side::Client && self.seen.early_data == EarlyData::Rejected {
            half.passing_early_data = true;
            half.doubt_more(0);
        }
        true
    }

    /// Nothing of this side can be opened: says why.
    fn hide<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        epoch: Epoch,
        at: Stretch,
        work: &mut Work<'_, E>,
    ) {
        self.halves[side].phase = Phase::Hidden;
        let answer = self.key_hellos().1.map(|hello| (hello.version, hello.suite));
        let fact = match (&self.seen.client_hello, answer) {
            (None, _) => Fact::HandshakeNotSeen,
            (Some(_), Some((version, suite))) if !super::crypt::opens(version, suite) => {
                Fact::Unsupported(version, suite)
            }
            _ => Fact::KeyMissing(label(side, epoch)),
        };
        self.fact(side, at, fact, work);
    }

    /// Keys of one epoch, as many as there are suites they may be for: the ServerHello names one.
    fn keys_of<'k>(
        &'k self,
        side: Side,
        epoch: Epoch,
        keys: &'k KeyLog,
        shared: &Shared,
    ) -> impl Iterator<Item = Candidate> + use<'k> {
        let legacy = (epoch == Epoch::Legacy).then(|| self.legacy_keys(side, keys, shared)).flatten();
        let hello = self.seen.client_hello.as_ref().filter(|_| epoch != Epoch::Legacy);
        let secret = hello.and_then(|hello| keys.find(label(side, epoch), &hello.random));
        let answer = self.seen.server_hello.as_ref().filter(|_| epoch != Epoch::Early);
        let chosen = answer.map(|hello| hello.suite);
        let suites = hello.into_iter().flat_map(|hello| hello.suites.iter().copied());
        let suites = suites.filter(move |suite| suite.is_tls13() && chosen.is_none_or(|own| own == *suite));
        let sealed = secret.into_iter().flat_map(move |secret| {
            let openers = suites.clone().filter_map(|suite| Opener::tls13(suite, secret));
            openers.map(move |opener| Candidate { epoch, opener, source: secret.source })
        });
        legacy.into_iter().chain(sealed)
    }

    /// The first keys of [`Self::keys_of`], for the suite that the ServerHello names.
    fn agreed_keys(&self, side: Side, epoch: Epoch, keys: &KeyLog, shared: &Shared) -> Option<Candidate> {
        if epoch == Epoch::Legacy {
            return self.legacy_keys(side, keys, shared);
        }
        let (hello, suite) = (self.seen.client_hello.as_ref()?, self.seen.suite()?);
        let secret =
            keys.find(label(side, epoch), &hello.random).filter(|_| hello.suites.contains(&suite))?;
        Opener::tls13(suite, secret).map(|opener| Candidate { epoch, opener, source: secret.source })
    }

    fn legacy_keys(&self, side: Side, keys: &KeyLog, shared: &Shared) -> Option<Candidate> {
        let (random, answer) = self.key_hellos();
        let agreed = Agreed { client: &random?, server: answer? };
        let master = self.master(keys, shared)?;
        let opener = Opener::tls12(agreed, master, side)?;
        Some(Candidate { epoch: Epoch::Legacy, opener, source: master.source })
    }

    /// The master secret: under this session's random, or under that of the session that it resumes.
    fn master<'k>(&self, keys: &'k KeyLog, shared: &Shared) -> Option<&'k Secret> {
        let random = self.key_hellos().0?;
        let own = keys.find(Label::ClientRandom, &random);
        own.or_else(|| keys.find(Label::ClientRandom, &self.earlier(keys, shared)?))
    }

    /// The session that this one resumes, up to TLS 1.2, where there are master secrets: nobody asks for it otherwise.
    pub(super) fn earlier(&self, keys: &KeyLog, shared: &Shared) -> Option<Random> {
        if !keys.has_masters() {
            return None;
        }
        let hello = self.again.as_ref().map(|again| &again.0).or(self.seen.client_hello.as_ref())?;
        let names = [hello.ticket.as_deref(), Some(hello.session_id.as_ref())].into_iter().flatten();
        names.filter(|name| !name.is_empty()).find_map(|name| shared.resumptions.find(name))
    }

    /// The client's random and the answer that keys are made of.
    pub(super) fn key_hellos(&self) -> (Option<Random>, Option<&ServerHello>) {
        match &self.again {
            Some(again) => (Some(again.0.random), again.1.as_ref()),
            None => {
                (self.seen.client_hello.as_ref().map(|hello| hello.random), self.seen.server_hello.as_ref())
            }
        }
    }

    /// Opens a record, and goes on with what was in it.
    pub(super) fn open<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        header: &Header,
        at: Stretch,
        body: &mut Vec<u8>,
        work: &mut Work<'_, E>,
    ) {
        let half = &mut self.halves[side];
        let whole = half.gap.is_none();
        let sure = half.doubt.is_none() && half.phase != Phase::Sealed(Epoch::Early);
        let opened = match half.opener.as_mut().filter(|_| sure) {
            Some(opener) => opener.open(header, body),
            None => self.try_to_open(side, header, at, body, work),
        };
        let Some(Opened { kind, plain }) = opened else { return self.not_opened(side, at, work) };
        let half = &mut self.halves[side];
        half.failing = false;
        half.passing_early_data = false;
        if half.opened_by.is_none() {
            half.opened_by = half.next_source;
            if let Some(source) = half.opened_by {
                self.fact(side, at, Fact::Opened(source), work);
            }
        }
        if side == Side::Client && self.halves.client.phase != Phase::Sealed(Epoch::Early) {
            self.pass_early_data(whole, at, work);
        }
        self.content(side, ContentType(kind), body.get(plain).unwrap_or_default(), at, work);
    }

    /// The client has gone on without EndOfEarlyData: the server did not take its 0-RTT data, unless that message is lost or could not
    /// be read.
    fn pass_early_data<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        whole: bool,
        at: Stretch,
        work: &mut Work<'_, E>,
    ) {
        if whole && !self.halves.client.missed_early_data {
            self.decide_early(EarlyData::Rejected, at, work);
        } else if self.seen.early_data == EarlyData::Offered {
            self.seen.early_data = EarlyData::Unknown;
            self.early = None;
            self.lose(Side::Client, LossKind::Captured, at.start, work);
        }
    }

    /// Tries all keys and sequence numbers that are possible.
    fn try_to_open<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        header: &Header,
        at: Stretch,
        body: &mut Vec<u8>,
        work: &mut Work<'_, E>,
    ) -> Option<Opened> {
        let Phase::Sealed(epoch) = self.halves[side].phase else { return None };
        let mut scratch = work.shared.buffers.take();
        let window = u64::from(self.halves[side].doubt.unwrap_or(0));
        let mut found = None;
        let mut present = self.halves[side].opener.is_some();
        for candidate in self.candidates(side, epoch, work.keys, work.shared) {
            let first = candidate.opener.sequence;
            let tries = &mut self.halves[side].tries;
            let opened = (first..=first.saturating_add(window)).find_map(|sequence| {
                *tries = tries.saturating_add(1);
                scratch.clear();
                scratch.extend_from_slice(body);
                let tried = *tries <= MAX_OPENING_TRIES;
                let opened = tried.then(|| candidate.opener.open_as(header, &mut scratch, sequence))?;
                opened.map(|opened| (sequence, opened))
            });
            if let Some((sequence, opened)) = opened {
                found = Some((candidate, sequence, opened));
                break;
            }
            if std::mem::take(&mut present) {
                self.halves[side].opener = Some(candidate.opener);
            }
        }
        std::mem::swap(body, &mut scratch);
        work.shared.buffers.give(scratch);
        let (candidate, sequence, opened) = found?;
        self.adopt(side, epoch, candidate, sequence, at, work);
        Some(opened)
    }

    /// Goes on with keys that turned out to be right, behind the record with this sequence number.
    fn adopt<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        side: Side,
        before: Epoch,
        mut candidate: Candidate,
        sequence: u64,
        at: Stretch,
        work: &mut Work<'_, E>,
    ) {
        let expected = candidate.opener.sequence;
        candidate.opener.sequence = sequence.saturating_add(1);
        let half = &mut self.halves[side];
        if candidate.epoch != before {
            half.messages.lose();
        }
        half.phase = Phase::Sealed(candidate.epoch);
        half.opener = Some(candidate.opener);
        half.next_source = Some(candidate.source);
        half.doubt = None;
        half.gap = None;
        half.tries = 0;
        let only_finished = candidate.epoch == Epoch::Legacy && expected == 0 && sequence == 1;
        if sequence > expected && half.carries_data() && !only_finished {
            self.lose(side, LossKind::Captured, at.start, work);
        }
    }

    /// Keys to try, those of the present epoch first.
    fn candidates(&mut self, side: Side, epoch: Epoch, keys: &KeyLog, shared: &Shared) -> Vec<Candidate> {
        let half = &mut self.halves[side];
        let source = half.next_source.unwrap_or_default();
        let mut found = Vec::new();
        let next = half.opener.as_ref().and_then(|opener| opener.next_generation());
        match half.opener.take() {
            Some(opener) => found.push(Candidate { epoch, opener, source }),
            None => found.extend(self.keys_of(side, epoch, keys, shared)),
        }
        if epoch == Epoch::Application {
            found.extend(next.map(|opener| Candidate { epoch, opener, source }));
        }
        for later in later(epoch) {
            found.extend(self.keys_of(side, *later, keys, shared));
        }
        found
    }

    /// A record that cannot be opened though there are keys.
    fn not_opened<E: FnMut(&Self, Output<'_>)>(&mut self, side: Side, at: Stretch, work: &mut Work<'_, E>) {
        let half = &mut self.halves[side];
        let (carries_data, whole) = (half.carries_data(), half.gap.is_none());
        if half.tries > MAX_OPENING_TRIES {
            half.phase = Phase::Hidden;
            half.opener = None;
            self.fact(side, at, Fact::GivenUp, work);
        } else if half.phase == Phase::Sealed(Epoch::Early) || half.passing_early_data {
            half.missed_early_data = true;
            return;
        } else if half.opener.is_some() {
            half.doubt_more(1);
        }
        let half = &mut self.halves[side];
        half.messages.lose();
        if !half.failing {
            half.failing = true;
            let first = half.opened_by.is_none() && side == Side::Server;
            self.fact(side, at, Fact::NotOpened, work);
            if first && self.seen.sealed_records[side] == 1 && self.seen.is_tls13() {
                self.fact(side, at, Fact::Answered, work);
            }
        }
        if carries_data {
            self.lose(side, LossKind::Captured, at.end, work);
        } else if whole && self.halves[side].opener.is_some() {
            self.halves[side].unopened = true;
        }
    }

    /// Holds 0-RTT data until the server has decided.
    pub(super) fn hold_early(&mut self, octets: &[u8], origin: Origin) {
        if self.seen.early_data != EarlyData::Offered {
            return;
        }
        let held = self.early.get_or_insert_default();
        if held.octets.len().saturating_add(octets.len()) > MAX_EARLY_DATA {
            held.full = true;
        } else if !held.full {
            held.octets.extend_from_slice(octets);
            held.records.push((held.octets.len(), origin));
        }
    }

    /// The server took 0-RTT data, or did not.
    pub(super) fn decide_early<E: FnMut(&Self, Output<'_>)>(
        &mut self,
        decision: EarlyData,
        at: Stretch,
        work: &mut Work<'_, E>,
    ) {
        if self.seen.early_data != EarlyData::Offered {
            return;
        }
        self.seen.early_data = decision;
        let accepted = decision == EarlyData::Accepted;
        self.fact(Side::Server, at, Fact::EarlyData { accepted }, work);
        let held = self.early.take();
        if !accepted {
            self.reject_early();
            return;
        }
        if self.halves.client.missed_early_data {
            let missing = Fact::KeyMissing(Label::ClientEarlyTrafficSecret);
            self.fact(Side::Client, at, missing, work);
            self.lose(Side::Client, LossKind::Captured, at.end, work);
            return;
        }
        let Some(held) = held else { return };
        if let Some((_, end)) = held.records.last() {
            self.seen.early_data_end = Some(Stretch { start: *end, end: *end });
        }
        let mut start = 0;
        for (end, origin) in &held.records {
            let bytes = held.octets.get(start..*end).unwrap_or_default();
            start = *end;
            if !bytes.is_empty() {
                self.halves.client.lost = false;
                (work.emit)(self, Output::Plain(Side::Client, Piece::Chunk { bytes, origin: *origin }));
            }
        }
        if held.full {
            self.lose(Side::Client, LossKind::Unfinished, at.end, work);
        }
    }

    /// The client's 0-RTT data are passed over; what comes behind them is sealed with other keys, or not at all.
    fn reject_early(&mut self) {
        self.seen.application_data.client = None;
        let half = &mut self.halves.client;
        if half.phase == Phase::Sealed(Epoch::Early) {
            half.enter(Epoch::Handshake);
            half.passing_early_data = true;
            half.doubt_more(0);
        }
        if self.seen.server_hello.is_none() && half.phase != Phase::Hidden {
            half.phase = Phase::Clear;
        }
    }
}

/// Epochs that may follow without a word that can be read.
const fn later(epoch: Epoch) -> &'static [Epoch] {
    match epoch {
        Epoch::Early => &[Epoch::Handshake, Epoch::Application],
        Epoch::Handshake => &[Epoch::Application],
        Epoch::Application | Epoch::Legacy => &[],
    }
}

/// The line of a key log that opens records.
pub(super) const fn label(side: Side, epoch: Epoch) -> Label {
    match (side, epoch) {
        (_, Epoch::Legacy) => Label::ClientRandom,
        (_, Epoch::Early) => Label::ClientEarlyTrafficSecret,
        (Side::Client, Epoch::Handshake) => Label::ClientHandshakeTrafficSecret,
        (Side::Server, Epoch::Handshake) => Label::ServerHandshakeTrafficSecret,
        (Side::Client, Epoch::Application) => Label::ClientTrafficSecret0,
        (Side::Server, Epoch::Application) => Label::ServerTrafficSecret0,
    }
}
