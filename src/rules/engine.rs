//! Wakes the rules of one connection, holds their drafts against the coverage, counts what is the same, and folds at the end.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::OnceLock;

use super::calm::went_well;
use super::catalog::catalog;
use super::coverage::Coverage;
use super::event::{Event, Offence, Scene};
use super::fold::{Made, fold};
use super::ledger::Ledger;
use super::rule::{Given, Judge, Rule};
use super::summary::CaptureView;
use super::verdict::{Draft, Verdict};
use crate::base::{PerSide, Place};
use crate::conn::{Connection, Fact, Interest, Kind, On};
use crate::finding::{Finding, Severity};
use crate::frame::ErrorCode;
use crate::limits;
use crate::tcp::Endpoint;

/// The rules of one connection.
#[derive(Debug, Default)]
pub struct Engine {
    made: Vec<Made>,
    /// Where they are found again; none as long as there are none.
    index: Option<Box<Index>>,
    /// Findings beyond the cap.
    dropped: u64,
    offences: PerSide<u32>,
    ledger: Ledger,
    calls: u64,
}

/// Findings by what makes them the same, and the streams that they name: a connection may have a thousand.
#[derive(Debug, Default)]
struct Index {
    places: HashMap<u64, usize, foldhash::fast::FixedState>,
    streams: HashSet<u32, foldhash::fast::FixedState>,
}

/// Who the two ends are, for the words of findings.
#[derive(Clone, Debug, Default)]
pub struct Ends {
    /// The connection's number.
    pub number: u64,
    /// The client.
    pub client: Option<Endpoint>,
    /// The server.
    pub server: Option<Endpoint>,
    /// SNI or :authority.
    pub name: Option<Box<str>>,
    /// The connection's first packet: times count from it.
    pub first: Place,
}

impl Ends {
    /// What names the server in fingerprints: SNI or :authority, else its port.
    pub(super) fn server_key(&self) -> Cow<'_, str> {
        let port = || self.server.map(|server| server.port.to_string().into());
        self.name.as_deref().map(Cow::Borrowed).or_else(port).unwrap_or_default()
    }
}

impl Engine {
    /// Hears a fact. Those whom it wakes [`Engine::judge`] it.
    #[inline]
    #[must_use]
    pub fn hear(&mut self, fact: &Fact<'_>, conn: &Connection) -> Woken {
        self.ledger.hear(fact, conn);
        Woken(table().facts.get(fact.kind.on().index()).unwrap_or(&NOBODY))
    }

    /// Judges a fact that was heard.
    pub fn judge(&mut self, Woken(wakes): Woken, fact: &Fact<'_>, scene: &Scene<'_>) {
        let around = Around { fact, scene, offences: self.offences };
        let (mut drafts, mut offences) = (Vec::new(), Vec::new());
        let mut event = around.event(&self.ledger);
        let mut there = if wakes.some_given { Things::at(&event) } else { Things::NONE };
        let mut calls = 0_u64;
        for ByFact { given, rule, judge } in &wakes.judges {
            if given.lacks(there) {
                debug_assert!(is_silent(*judge, &event), "{} would have spoken", rule.code);
                continue;
            }
            calls = calls.wrapping_add(1);
            judge(&event, &mut Verdict { drafts: &mut drafts });
            if !drafts.is_empty() {
                self.take(&mut drafts, rule, &around, &mut offences);
                event = around.event(&self.ledger);
                there = Things::at(&event);
            }
        }
        self.calls = self.calls.saturating_add(calls);
        if !offences.is_empty() {
            self.react(&offences, &around);
        }
    }

    /// How often a judge was called.
    #[must_use]
    pub const fn calls(&self) -> u64 {
        self.calls
    }

    /// Findings that are kept.
    #[must_use]
    pub const fn kept(&self) -> usize {
        self.made.len()
    }

    /// True when nothing was found.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.made.is_empty()
    }

    /// True when a finding of this rule was made.
    #[must_use]
    pub fn has(&self, code: &str) -> bool {
        self.made.iter().any(|made| made.rule.code == code)
    }

    /// True when a finding names this stream.
    #[must_use]
    pub fn names(&self, stream: u32) -> bool {
        self.index.as_ref().is_some_and(|index| index.streams.contains(&stream))
    }

    /// Findings that were not kept because of the cap.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The connection is over: findings with one root are folded, and written out.
    #[must_use]
    pub fn finish(mut self, ends: &Ends, coverage: &Coverage) -> Vec<Finding> {
        let seen = |made: &Made| made.draft.given.is_none_or(|side| coverage.sides[side].whole());
        self.made.retain(seen);
        fold(self.made).into_iter().map(|made| made.finding(ends)).collect()
    }

    /// Makes findings of a rule's drafts.
    fn take(
        &mut self,
        drafts: &mut Vec<Draft>,
        rule: &'static Rule,
        around: &Around<'_>,
        offences: &mut Vec<Offence>,
    ) {
        while let Some(draft) = drafts.pop() {
            let allowed = around.scene.coverage.allow(rule, &draft, around.scene.conn);
            let severity = draft.severity.unwrap_or_else(|| around.scene.options.severity(rule));
            // What rests on no RFC, as the rules of gRPC do, draws no error of HTTP/2.
            let breaks_http2 = rule.severity == Severity::Error && !rule.rfc.is_empty();
            if let Some(side) = draft.culprit.side().filter(|_| breaks_http2) {
                self.offences[side] = self.offences[side].saturating_add(1);
            }
            let offence = Offence {
                rule,
                culprit: draft.culprit,
                scope: rule.scope,
                stream: draft.stream,
                start: draft.start,
                end: draft.end,
                severity,
                confidence: allowed,
            };
            self.ledger.note(&offence, around.scene.conn);
            offences.push(offence);
            if let Some(confidence) = allowed {
                self.keep(Made {
                    rule,
                    severity,
                    draft: Draft { confidence, ..draft },
                    count: 1,
                    linked: Vec::new(),
                });
            }
        }
    }

    /// The second phase: rules about reactions and causes hear of the findings.
    fn react(&mut self, offences: &[Offence], around: &Around<'_>) {
        let mut drafts = Vec::new();
        for offence in offences {
            for ByOffence { rule, judge } in &table().offences {
                judge(offence, &around.event(&self.ledger), &mut Verdict { drafts: &mut drafts });
                self.take(&mut drafts, rule, around, &mut Vec::new());
            }
        }
    }

    fn keep(&mut self, made: Made) {
        let digest = made.digest();
        let index = self.index.get_or_insert_default();
        let known = index.places.get(&digest).and_then(|at| self.made.get_mut(*at));
        if let Some(same) = known.filter(|known| known.same_as(&made)) {
            same.again(made);
        } else if self.made.len() < limits::MAX_FINDINGS_PER_CONNECTION {
            index.places.insert(digest, self.made.len());
            index.streams.extend(made.draft.stream);
            if self.made.is_empty() {
                // Mostly there are few, and each is large.
                self.made.reserve_exact(FEW);
            }
            self.made.push(made);
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }
}

/// Findings of a connection for which there is room from the first one on.
const FEW: usize = 2;

/// The end of the capture: rules that compare connections.
#[must_use]
pub fn judge_capture(capture: &CaptureView<'_>, ends: &dyn Fn(u64) -> Ends) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in catalog() {
        for judge in rule.judges {
            let Judge::Capture(judge) = judge else { continue };
            let mut drafts = Vec::new();
            judge(capture, &mut Verdict { drafts: &mut drafts });
            for draft in drafts {
                let number = draft.conns.first().copied().unwrap_or_default();
                let severity = draft.severity.unwrap_or_else(|| capture.options.severity(rule));
                let made = Made { rule, severity, draft, count: 1, linked: Vec::new() };
                findings.push(made.finding(&ends(number)));
            }
        }
    }
    findings
}

/// The kinds of facts that wake a rule, and those in `also`.
#[must_use]
pub fn interest(also: Interest) -> Interest {
    let kinds = On::ALL
        .iter()
        .filter(|on| table().facts.get(on.index()).is_some_and(|wakes| !wakes.judges.is_empty()));
    kinds.fold(also, |interest, on| interest.with(*on))
}

/// A fact and its surroundings, without what the engine itself keeps.
struct Around<'a> {
    fact: &'a Fact<'a>,
    scene: &'a Scene<'a>,
    offences: PerSide<u32>,
}

impl<'a> Around<'a> {
    const fn event(&self, ledger: &'a Ledger) -> Event<'a> {
        let Scene { conn, http1, tls, grpc, coverage, options, now } = *self.scene;
        Event {
            fact: self.fact,
            conn,
            http1,
            tls,
            grpc,
            offences: self.offences,
            ledger,
            coverage,
            options,
            now,
        }
    }
}

/// A set of what is [`Given`].
#[derive(Clone, Copy)]
struct Things(u8);

impl Things {
    const NONE: Self = Self(0);

    const fn of(given: Given) -> Self {
        Self(match given {
            Given::Tls => 1,
            Given::Http1 => 1 << 1,
            Given::Owed => 1 << 2,
            Given::Error => 1 << 3,
            Given::Trouble => 1 << 4,
        })
    }

    /// What there is.
    fn at(event: &Event<'_>) -> Self {
        let http1 = event.http1;
        let http1 = http1.request.is_some() || http1.response.is_some() || http1.upgrade.is_some();
        let error = match event.fact.kind {
            Kind::Goaway { code, .. } | Kind::Reset { code, .. } => code != ErrorCode::NO_ERROR,
            _ => false,
        };
        Self::NONE
            .with(Given::Tls, event.tls.is_some())
            .with(Given::Http1, http1)
            .with(Given::Owed, !event.ledger.is_blank())
            .with(Given::Error, error)
            .with(Given::Trouble, matches!(event.fact.kind, Kind::End) && !went_well(event))
    }

    const fn with(self, given: Given, there: bool) -> Self {
        if there { Self(self.0 | Self::of(given).0) } else { self }
    }

    /// True when one of these is not there.
    const fn lacks(self, there: Self) -> bool {
        self.0 & !there.0 != 0
    }
}

/// The rules that a fact wakes.
#[derive(Clone, Copy)]
pub struct Woken(&'static Wakes);

struct Wakes {
    judges: Vec<ByFact>,
    /// Some of them speak of what is not always there.
    some_given: bool,
}

static NOBODY: Wakes = Wakes::NOBODY;

impl Wakes {
    const NOBODY: Self = Self { judges: Vec::new(), some_given: false };

    fn add(&mut self, judge: ByFact) {
        self.some_given |= judge.given.lacks(Things::NONE);
        self.judges.push(judge);
    }
}

impl fmt::Debug for Woken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.judges.iter().map(|woken| woken.rule.code)).finish()
    }
}

impl Woken {
    /// True when there is none.
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.judges.is_empty()
    }
}

/// A rule, and what it does when a fact wakes it.
struct ByFact {
    given: Things,
    rule: &'static Rule,
    judge: fn(&Event<'_>, &mut Verdict<'_>),
}

/// True when a judge has nothing to say.
fn is_silent(judge: fn(&Event<'_>, &mut Verdict<'_>), event: &Event<'_>) -> bool {
    let mut drafts = Vec::new();
    judge(event, &mut Verdict { drafts: &mut drafts });
    drafts.is_empty()
}

/// A rule, and what it does when another rule found something.
struct ByOffence {
    rule: &'static Rule,
    judge: fn(&Offence, &Event<'_>, &mut Verdict<'_>),
}

/// What wakes which rules, worked out once.
struct Table {
    facts: [Wakes; On::COUNT],
    offences: Vec<ByOffence>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table { facts: [const { Wakes::NOBODY }; On::COUNT], offences: Vec::new() };
        for rule in catalog() {
            for judge in rule.judges {
                table.add(rule, judge);
            }
        }
        table
    })
}

impl Table {
    fn add(&mut self, rule: &'static Rule, judge: &'static Judge) {
        let (given, kinds, judge) = match judge {
            Judge::On(kinds, judge) => (Things::NONE, *kinds, *judge),
            Judge::Given(given, kinds, judge) => (Things::of(*given), *kinds, *judge),
            Judge::Offence(judge) => return self.offences.push(ByOffence { rule, judge: *judge }),
            Judge::Capture(_) | Judge::Second(_) => return,
        };
        for kind in kinds {
            if let Some(wakes) = self.facts.get_mut(kind.index()) {
                wakes.add(ByFact { given, rule, judge });
            }
        }
    }
}
