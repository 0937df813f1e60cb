//! Which earlier session a resumed one goes on with, up to TLS 1.2: the one secret that connections share. Where several workers
//! judge the connections of one capture, each sees what the capture showed before the packet at work, whoever was faster.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::keylog::Random;
use crate::limits::MAX_RESUMPTIONS;

/// Earlier sessions by what a client names them with when it resumes one: session id or ticket. A key log may hold the secret of the
/// first one only.
#[derive(Debug)]
pub(super) struct Resumptions {
    common: Arc<Common>,
    /// This worker among those who share them.
    worker: usize,
    /// The packet at work.
    turn: u64,
}

#[derive(Debug, Default)]
struct Common {
    known: Mutex<Known>,
    /// A worker went on.
    moved: Condvar,
}

#[derive(Debug, Default)]
struct Known {
    /// By the name's hash and the packet that told it.
    randoms: BTreeMap<(u64, u64), Random>,
    /// The same, by packet.
    order: BTreeSet<(u64, u64)>,
    /// Of each worker, the packet up to which all is done.
    passed: Vec<u64>,
}

impl Resumptions {
    /// For so many workers on one capture.
    pub(super) fn crew(count: usize) -> Vec<Self> {
        let known = Known { passed: vec![0; count], ..Known::default() };
        let common = Arc::new(Common { known: Mutex::new(known), moved: Condvar::new() });
        (0..count).map(|worker| Self { common: common.clone(), worker, turn: 0 }).collect()
    }

    /// The packet at work from here on. Turns never run back.
    pub(super) const fn reach(&mut self, turn: u64) {
        self.turn = turn;
    }

    /// This worker is done with all packets before this one.
    pub(super) fn pass(&self, turn: u64) {
        self.common.lock().pass(self.worker, turn);
        self.common.moved.notify_all();
    }

    /// The session of `random` can be resumed by this id or ticket.
    pub(super) fn remember(&self, name: &[u8], random: Random) {
        let mut known = self.common.lock();
        let key = key(name);
        // Connections that are concluded at one time may name two sessions the same: nobody can say which worker comes first.
        let place = known.randoms.entry((key, self.turn)).or_insert(random);
        place.0 = place.0.min(random.0);
        known.order.insert((self.turn, key));
        // What others remember ahead of a worker must not push out what it may still find.
        if known.order.len() > MAX_RESUMPTIONS.saturating_mul(2)
            && let Some((turn, key)) = known.order.pop_first()
        {
            known.randoms.remove(&(key, turn));
        }
    }

    /// The client random under which the master secret of a session resumed by this id or ticket was logged, by the packets before the
    /// one at work: for workers who are not there yet it waits. The one with the earliest packet never waits.
    pub(super) fn find(&self, name: &[u8]) -> Option<Random> {
        let mut known = self.common.lock();
        if known.passed.len() > 1 {
            known.pass(self.worker, self.turn);
            self.common.moved.notify_all();
            let behind = |known: &mut Known| known.is_behind(self.worker, self.turn);
            known = self.common.moved.wait_while(known, behind).unwrap_or_else(PoisonError::into_inner);
        }
        let key = key(name);
        let ((_, turn), random) = known.randoms.range((key, 0)..(key, self.turn)).next_back()?;
        let since = known.order.range((turn.saturating_add(1), 0)..(self.turn, 0));
        let recent = known.order.len() <= MAX_RESUMPTIONS || since.count() < MAX_RESUMPTIONS;
        recent.then_some(*random)
    }
}

impl Default for Resumptions {
    fn default() -> Self {
        let known = Known { passed: vec![0], ..Known::default() };
        let common = Arc::new(Common { known: Mutex::new(known), moved: Condvar::new() });
        Self { common, worker: 0, turn: 0 }
    }
}

/// Nobody waits for a worker that is gone, whatever took it.
impl Drop for Resumptions {
    fn drop(&mut self) {
        self.pass(u64::MAX);
    }
}

impl Common {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn pass(&mut self, worker: usize, turn: u64) {
        if let Some(passed) = self.passed.get_mut(worker) {
            *passed = turn.max(*passed);
        }
    }

    /// True when any other worker than this one has packets before this turn to do.
    fn is_behind(&self, worker: usize, turn: u64) -> bool {
        (0..).zip(&self.passed).any(|(other, passed): (usize, _)| other != worker && *passed < turn)
    }
}

/// A name's hash: two names that share one cost a session that cannot be opened, and nothing worse.
fn key(name: &[u8]) -> u64 {
    foldhash::quality::FixedState::default().hash_one(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::to_u64;

    const FIRST: Random = Random([1; 32]);
    const SECOND: Random = Random([2; 32]);

    #[test]
    fn the_oldest_session_is_forgotten_first() {
        let mut known = Resumptions::default();
        for number in 0..=MAX_RESUMPTIONS {
            known.reach(to_u64(number));
            known.remember(&number.to_be_bytes(), FIRST);
        }
        known.reach(to_u64(MAX_RESUMPTIONS + 1));
        assert_eq!(known.find(&0_usize.to_be_bytes()), None);
        assert_eq!(known.find(&1_usize.to_be_bytes()), Some(FIRST));
        known.remember(&1_usize.to_be_bytes(), SECOND);
        known.reach(to_u64(MAX_RESUMPTIONS + 2));
        assert_eq!(known.find(&1_usize.to_be_bytes()), Some(SECOND));
    }

    #[test]
    fn nothing_grows_with_the_sessions() {
        let mut known = Resumptions::default();
        for number in 0..5 * MAX_RESUMPTIONS {
            known.reach(to_u64(number));
            known.remember(&number.to_be_bytes(), FIRST);
        }
        let known = known.common.lock();
        assert_eq!((known.order.len(), known.randoms.len()), (2 * MAX_RESUMPTIONS, 2 * MAX_RESUMPTIONS));
    }

    #[test]
    fn what_a_later_packet_tells_is_not_known_yet_though_another_worker_has_seen_it() {
        let [mut ahead, mut behind] = <[Resumptions; 2]>::try_from(Resumptions::crew(2)).expect("two");
        ahead.reach(5);
        ahead.remember(b"ticket", FIRST);
        ahead.reach(9);
        ahead.remember(b"ticket", SECOND);
        ahead.pass(10);
        let at = |worker: &mut Resumptions, turn| {
            worker.reach(turn);
            worker.find(b"ticket")
        };
        assert_eq!(
            [3, 5, 6, 9, 10].map(|turn| at(&mut behind, turn)),
            [None, None, Some(FIRST), Some(FIRST), Some(SECOND)]
        );
    }

    #[test]
    fn of_two_sessions_with_one_name_and_one_turn_the_same_is_found_whoever_came_first() {
        for sessions in [[FIRST, SECOND], [SECOND, FIRST]] {
            let mut crew = Resumptions::crew(2);
            for (worker, session) in crew.iter_mut().zip(sessions) {
                worker.reach(5);
                worker.remember(b"ticket", session);
                worker.pass(10);
            }
            crew[0].reach(9);
            assert_eq!(crew[0].find(b"ticket"), Some(FIRST));
        }
    }

    #[test]
    fn a_worker_waits_for_one_that_has_earlier_packets_to_do() {
        let [mut early, mut late] = <[Resumptions; 2]>::try_from(Resumptions::crew(2)).expect("two");
        let waiting = std::thread::spawn(move || {
            late.reach(8);
            late.find(b"ticket")
        });
        early.reach(7);
        assert_eq!(early.find(b"ticket"), None, "the earliest packet waits for nobody who waits");
        early.remember(b"ticket", FIRST);
        early.pass(8);
        assert_eq!(waiting.join().expect("no panic"), Some(FIRST));
    }

    #[test]
    fn nobody_waits_for_a_worker_that_is_gone() {
        let [gone, mut left] = <[Resumptions; 2]>::try_from(Resumptions::crew(2)).expect("two");
        drop(gone);
        left.reach(100);
        assert_eq!(left.find(b"ticket"), None);
    }
}
