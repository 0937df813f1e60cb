//! One capture on several threads: this one reads and finds each segment's connection, the others judge, each the connections of its
//! shard. Segments go over in batches that borrow the block of the file in which their octets stand; nothing is copied but what had
//! to be put together from fragments. What is told comes back by epochs and is collected in the order of the capture, so that the
//! report is the one of a single thread.

use std::collections::VecDeque;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

use super::collector::Collector;
use super::desk::Desk;
use super::intake::{Ended, Intake, Learnt, Moment, Seated};
use super::shard::{Shard, Told, Weighed};
use super::wishes::Wishes;
use crate::base::{to_index, to_u64};
use crate::capture::{ReadBlock, Record};
use crate::finding::{Input, Report};
use crate::limits::{EPOCHS_AHEAD, ORDERS_AHEAD};
use crate::link::Encapsulation;
use crate::tcp::{Endpoint, Seat, Segment};
use crate::tls::{KeyLog, Shared};

/// The analysis of one capture by several threads.
pub(super) struct Crew {
    intake: Intake,
    collector: Collector,
    keys: Arc<KeyLog>,
    hands: Vec<Hand>,
    /// The block in which the segments stand that are not handed over yet.
    block: Option<ReadBlock>,
    /// Epochs that are handed over and not collected, and those of them that the threads are done with.
    ahead: usize,
    arrived: VecDeque<Arrived>,
    /// Connections that gave way at the end of the epoch that was collected last: they count with the next one.
    ended: Vec<Ended>,
}

/// An epoch that all threads are done with.
#[derive(Default)]
struct Arrived {
    told: Vec<Told>,
    weight: u64,
    /// What is told of connections that gave way at its end.
    aside: Vec<Told>,
}

/// One of the threads, seen from the reader's.
struct Hand {
    tasks: Vec<Task>,
    /// Lists of tasks that were done, for the next ones.
    spare: Vec<Vec<Task>>,
    /// Orders hold blocks of the file: a thread that lags makes the reader wait.
    orders: SyncSender<Order>,
    replies: Receiver<Reply>,
    /// `None` once it turned out to be gone.
    thread: Option<JoinHandle<()>>,
}

/// A segment to be judged.
struct Task {
    seat: Seat,
    ends: (Endpoint, Endpoint),
    encapsulation: Encapsulation,
    now: Moment,
    /// Without its payload.
    segment: Segment<'static>,
    payload: Payload,
}

/// Where the payload of a segment is.
enum Payload {
    InBlock(Range<usize>),
    Own(Box<[u8]>),
}

/// What the reader wants of a thread.
enum Order {
    /// All its segments before this turn.
    Judge(ReadBlock, Vec<Task>, u64),
    EndEpoch(Moment),
    Weigh,
    PutAside(Arc<[Weighed]>, Moment),
    GiveBackKeys,
    TakeKeys(Arc<KeyLog>),
    /// The capture is over there.
    Finish(Moment),
    /// Concludes connections below this number.
    Conclude(u64),
}

/// What a thread answers, in the order of the orders.
enum Reply {
    Epoch {
        told: Vec<Told>,
        weight: u64,
        done: Vec<Vec<Task>>,
    },
    Weighed(Vec<Weighed>),
    PutAside(Vec<Told>),
    /// The keys are given back; true when TLS has begun on any connection.
    KeysGiven(bool),
    /// What is told of those that are concluded, and the lowest number of those that still live.
    Concluded(Vec<Told>, Option<u64>),
}

impl Crew {
    /// So many threads that judge; `None` where the machine does not give them.
    pub(super) fn hire(wishes: Wishes, keys: &Arc<KeyLog>, count: usize) -> Option<Self> {
        let shares = Shared::crew(count).into_iter();
        let hands =
            shares.map(|shared| Hand::hire(wishes, keys.clone(), shared)).collect::<Option<Vec<Hand>>>()?;
        Some(Self {
            intake: Intake::new(wishes),
            collector: Collector::default(),
            keys: keys.clone(),
            hands,
            block: None,
            ahead: 0,
            arrived: VecDeque::new(),
            ended: Vec::new(),
        })
    }

    /// Takes the next record of a capture, and the block in which it stands.
    pub(super) fn record(&mut self, record: &Record<'_>, block: &ReadBlock) {
        match record {
            Record::Packet(packet) => {
                if !self.block.as_ref().is_some_and(|known| known.is(block)) {
                    self.hand_over();
                    self.block = Some(block.clone());
                }
                let Self { intake, hands, .. } = self;
                intake.push(packet, &mut |seated| {
                    let count = to_u64(hands.len());
                    let hand = seated.seat.lane.checked_rem(count).map_or(0, to_index);
                    if let Some(hand) = hands.get_mut(hand) {
                        hand.tasks.push(Task::of(seated, block));
                    }
                });
                if self.intake.epoch_is_over() {
                    self.end_epoch();
                }
            }
            Record::Secrets(text) => self.secrets(text),
            Record::Comment { text, packet } => self.intake.comment(text, *packet),
        }
    }

    /// What is read goes to the threads.
    fn hand_over(&mut self) {
        let Some(block) = &self.block else { return };
        let turn = self.intake.end().turn;
        self.hands.iter_mut().for_each(|hand| hand.hand_over(block, turn));
    }

    fn end_epoch(&mut self) {
        self.hand_over();
        let now = self.intake.next_epoch();
        self.hands.iter().for_each(|hand| hand.order(Order::EndEpoch(now)));
        self.ahead = self.ahead.saturating_add(1);
        if self.ahead > EPOCHS_AHEAD && self.collect_epoch() {
            self.make_room(now);
        }
    }

    /// Adds the earliest epoch to the report that is not there yet. True when too much is held.
    fn collect_epoch(&mut self) -> bool {
        let Arrived { told, weight, aside } =
            self.arrived.pop_front().unwrap_or_else(|| self.receive_epoch());
        self.ahead = self.ahead.saturating_sub(1);
        let mut ended = std::mem::take(&mut self.ended);
        ended.extend(self.collect(told));
        let held = self.intake.learn(Learnt { ended, weight });
        self.ended = self.collect(aside);
        held
    }

    fn collect(&mut self, told: Vec<Told>) -> Vec<Ended> {
        told.into_iter().filter_map(|told| self.intake.collect(told, &mut self.collector)).collect()
    }

    /// Waits until all threads are done with the earliest epoch that has not arrived.
    fn receive_epoch(&mut self) -> Arrived {
        let mut arrived = Arrived::default();
        for hand in &mut self.hands {
            if let Reply::Epoch { told, weight, done } = hand.receive() {
                arrived.told.extend(told);
                arrived.weight = arrived.weight.saturating_add(weight);
                hand.spare.extend(done);
            }
        }
        arrived.told.sort_by_key(Told::order);
        arrived
    }

    /// Waits until all threads are done with everything that was handed over.
    fn catch_up(&mut self) {
        while self.arrived.len() < self.ahead {
            let arrived = self.receive_epoch();
            self.arrived.push_back(arrived);
        }
    }

    fn make_room(&mut self, now: Moment) {
        self.catch_up();
        self.hands.iter().for_each(|hand| hand.order(Order::Weigh));
        let weighed = self.hands.iter_mut().map(Hand::receive).flat_map(|reply| match reply {
            Reply::Weighed(weighed) => weighed,
            _ => Vec::new(),
        });
        let aside: Arc<[Weighed]> = self.intake.make_room(weighed.collect()).into();
        self.hands.iter().for_each(|hand| hand.order(Order::PutAside(aside.clone(), now)));
        let told = self.hands.iter_mut().map(Hand::receive).flat_map(|reply| match reply {
            Reply::PutAside(told) => told,
            _ => Vec::new(),
        });
        let mut told: Vec<Told> = told.collect();
        told.sort_by_key(Told::order);
        if let Some(latest) = self.arrived.back_mut() {
            latest.aside = told;
        }
    }

    /// Takes secrets that the capture carries, once all before them is judged.
    fn secrets(&mut self, text: &[u8]) {
        self.hand_over();
        self.catch_up();
        self.hands.iter().for_each(|hand| hand.order(Order::GiveBackKeys));
        let mut begun = false;
        for hand in &mut self.hands {
            begun |= matches!(hand.receive(), Reply::KeysGiven(true));
        }
        self.intake.secrets(text, &mut self.keys, begun);
        self.hands.iter().for_each(|hand| hand.order(Order::TakeKeys(self.keys.clone())));
    }

    /// The capture is over; `truncated` says where, when it ends inside a record. The keys are those that were at hand in the end.
    pub(super) fn finish(mut self, inputs: Vec<Input>, truncated: Option<String>) -> (Report, KeyLog) {
        self.hand_over();
        self.block = None;
        let end = self.intake.end();
        self.hands.iter().for_each(|hand| hand.order(Order::Finish(end)));
        while self.ahead > 0 {
            self.collect_epoch();
        }
        let begun = self.receive_epoch();
        self.collect(begun.told);
        self.conclude_all();
        let Self { mut intake, collector, keys, hands, .. } = self;
        intake.file.truncated = truncated;
        for Hand { orders, thread, .. } in hands {
            drop(orders);
            thread.map(JoinHandle::join).transpose().unwrap_or_else(|cause| resume_unwind(cause));
        }
        let report = intake.report(collector, &keys, inputs);
        (report, Arc::unwrap_or_clone(keys))
    }

    /// Concludes what still lives, some connections at a time: what is told of all of them would be too much to hold at once.
    fn conclude_all(&mut self) {
        let mut lowest = Some(0_u64);
        while let Some(number) = lowest {
            let below = number.saturating_add(CONCLUDED_AT_ONCE);
            self.hands.iter().for_each(|hand| hand.order(Order::Conclude(below)));
            let (mut told, mut living) = (Vec::new(), Vec::new());
            for hand in &mut self.hands {
                if let Reply::Concluded(news, next) = hand.receive() {
                    told.extend(news);
                    living.extend(next);
                }
            }
            told.sort_by_key(Told::order);
            self.collect(told);
            lowest = living.into_iter().min();
        }
    }
}

/// Numbers of connections that are concluded at once when the capture is over.
const CONCLUDED_AT_ONCE: u64 = 256;

impl Hand {
    fn hire(wishes: Wishes, keys: Arc<KeyLog>, shared: Shared) -> Option<Self> {
        let shard = Shard::new(Desk::new(wishes, keys, shared));
        let ((orders, take), (answer, replies)) = (sync_channel(ORDERS_AHEAD), channel());
        let thread = Builder::new().name("judge".to_owned()).spawn(move || work(shard, &take, &answer));
        let thread = Some(thread.ok()?);
        Some(Self { tasks: Vec::new(), spare: Vec::new(), orders, replies, thread })
    }

    /// Also without a segment: others may wait until this thread is known to be as far.
    fn hand_over(&mut self, block: &ReadBlock, turn: u64) {
        let next = self.spare.pop().unwrap_or_default();
        let tasks = std::mem::replace(&mut self.tasks, next);
        self.order(Order::Judge(block.clone(), tasks, turn));
    }

    /// A thread that is gone is noticed when it does not answer.
    fn order(&self, order: Order) {
        let _ = self.orders.send(order);
    }

    /// Waits for the next answer. What ended the thread, if that is how it is, goes on here.
    fn receive(&mut self) -> Reply {
        self.replies.recv().unwrap_or_else(|_| {
            let cause = self.thread.take().and_then(|thread| thread.join().err());
            resume_unwind(cause.unwrap_or_else(|| Box::new("a thread that judges is gone")))
        })
    }
}

impl Task {
    fn of(seated: &Seated<'_>, block: &ReadBlock) -> Self {
        let Seated { seat, ends, encapsulation, segment, now } = *seated;
        let place = block.place(segment.payload);
        let payload = place.map_or_else(|| Payload::Own(segment.payload.into()), Payload::InBlock);
        let segment = Segment { payload: &[], ..*segment };
        Self { seat, ends: *ends, encapsulation, now: *now, segment, payload }
    }

    fn push_to(&self, shard: &mut Shard, block: &ReadBlock) {
        let Self { seat, ends, encapsulation, now, segment, payload } = self;
        let payload = match payload {
            Payload::InBlock(range) => block.octets(range),
            Payload::Own(octets) => octets,
        };
        let segment = &Segment { payload, ..*segment };
        let seated = Seated { seat: *seat, ends, encapsulation: *encapsulation, segment, now };
        shard.push(&seated, &mut |_| {});
    }
}

/// What a thread does, until its orders end.
fn work(mut shard: Shard, orders: &Receiver<Order>, replies: &Sender<Reply>) {
    let (mut done, mut living, mut end) = (Vec::new(), Vec::new(), Moment::default());
    let nobody = &mut |_: crate::views::Observed<'_>| {};
    // Who does not listen any more has failed, and drops the orders too.
    let reply = |reply| _ = replies.send(reply);
    for order in orders {
        match order {
            Order::Judge(block, mut tasks, turn) => {
                tasks.iter().for_each(|task| task.push_to(&mut shard, &block));
                shard.pass(turn);
                tasks.clear();
                done.push(tasks);
            }
            Order::EndEpoch(now) => {
                shard.end_epoch(now, nobody);
                reply(epoch(&mut shard, &mut done));
            }
            Order::Weigh => reply(Reply::Weighed(shard.census())),
            Order::PutAside(which, now) => {
                shard.put_aside(&which, now, nobody);
                reply(Reply::PutAside(shard.tells().collect()));
            }
            Order::GiveBackKeys => {
                shard.desk.keys = Arc::default();
                reply(Reply::KeysGiven(shard.is_secured()));
            }
            Order::TakeKeys(keys) => shard.desk.keys = keys,
            Order::Finish(at) => {
                reply(epoch(&mut shard, &mut done));
                (end, living) = (at, shard.living());
            }
            Order::Conclude(below) => {
                let mut told = Vec::new();
                shard.finish((&mut living, below), end, nobody, &mut |news| told.push(news));
                shard.pass(end.turn.saturating_add(below));
                reply(Reply::Concluded(told, living.last().copied()));
            }
        }
    }
}

fn epoch(shard: &mut Shard, done: &mut Vec<Vec<Task>>) -> Reply {
    let (told, weight) = (shard.tells().collect(), shard.weight());
    Reply::Epoch { told, weight, done: std::mem::take(done) }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::super::analyzer::Analyzer;
    use super::*;
    use crate::base::Span;
    use crate::capture::{Reader, embedded_secrets, key_log, key_logs_beside};
    use crate::script::{Script, data, get, ping, response};

    /// The report of one thread for 0, else of so many besides the reader.
    fn report(octets: &[u8], wishes: Wishes, keys: KeyLog, threads: usize) -> String {
        let mut reader = Reader::new(octets, "capture").expect("a capture");
        let report = if threads == 0 {
            let mut analyzer = Analyzer::new(wishes, keys);
            while let Ok(Some(record)) = reader.next() {
                analyzer.record(&record, &mut |_| {});
            }
            analyzer.finish(Vec::new(), None, &mut |_| {})
        } else {
            let mut crew = Crew::hire(wishes, &Arc::new(keys), threads).expect("threads");
            while let Ok(Some((record, block))) = reader.next_in_block() {
                crew.record(&record, block);
            }
            crew.finish(Vec::new(), None).0
        };
        serde_json::to_string_pretty(&report).expect("a report")
    }

    fn same(octets: &[u8], wishes: Wishes, keys: &KeyLog, what: &str) {
        let one = report(octets, wishes, keys.clone(), 0);
        for threads in [2, 5] {
            let many = report(octets, wishes, keys.clone(), threads);
            assert!(one == many, "{what} on {threads} threads:\n{one}\n{many}");
        }
    }

    /// Connections that come and go, some of which stay, with faults on some, for several epochs.
    fn traffic() -> Vec<u8> {
        let call = |script: Script, stream: u32| {
            script.client([get(stream)]).server([response(stream), data(stream, b"x"), data(stream, b"y")])
        };
        let turn = |script: Script, turn: u32| {
            let script = (0..turn % 7).fold(script, |script, each| call(script, 2 * each + 1));
            let script = if turn.is_multiple_of(5) { script.server([data(99, b"z")]) } else { script };
            let script = if turn.is_multiple_of(3) { script.close() } else { script };
            script.again_open(Span::millis(7))
        };
        let script = (0..600).fold(Script::open(), turn);
        (0..4000_u64).fold(script, |script, turn| script.client([ping(turn.to_be_bytes())])).pcap()
    }

    #[test]
    fn however_many_threads_judge_the_report_is_the_same() {
        let octets = traffic();
        let none = KeyLog::new();
        same(&octets, Wishes::default(), &none, "everything");
        let few = Wishes { limit_streams: 5, limit_connections: 3, ..Wishes::default() };
        same(&octets, few, &none, "short lists");
        for megabytes in 1..8 {
            let scarce = Wishes { max_memory: megabytes << 20, ..Wishes::default() };
            same(&octets, scarce, &none, "little memory");
        }
    }

    /// All captures, as files.
    fn captures(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                captures(&path, found);
            } else if path.extension().is_some_and(|name| name == "pcap" || name == "pcapng") {
                found.push(path);
            }
        }
    }

    #[test]
    fn captures_of_real_programs_give_the_same_report_on_several_threads() {
        let mut found = Vec::new();
        captures(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/captures"), &mut found);
        assert!(found.len() > 60);
        for path in found {
            let mut keys = KeyLog::new();
            keys.add("inside", &embedded_secrets(&path).unwrap_or_default());
            for beside in key_logs_beside(&path) {
                let mut lines = keys.lines("beside");
                key_log(&beside, &mut |line| lines.add(line)).expect("a key log");
            }
            let octets = std::fs::read(&path).expect("a capture");
            if Reader::new(&octets[..], "capture").is_ok() {
                same(&octets, Wishes::default(), &keys, &path.display().to_string());
                // Secrets that come with the packets.
                same(&octets, Wishes::default(), &KeyLog::new(), &path.display().to_string());
                let scarce = Wishes { max_memory: 1 << 17, ..Wishes::default() };
                same(&octets, scarce, &keys, &path.display().to_string());
            }
        }
    }

    #[test]
    fn a_thread_that_fails_fails_the_analysis_and_hangs_nobody() {
        let mut crew = Crew::hire(Wishes::default(), &Arc::default(), 2).expect("threads");
        let thread = Builder::new().spawn(|| resume_unwind(Box::new("broken"))).expect("a thread");
        let (_, gone) = channel();
        let hand = &mut crew.hands[0];
        (hand.thread, hand.replies) = (Some(thread), gone);
        let result =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| crew.finish(Vec::new(), None).0));
        assert_eq!(result.err().and_then(|cause| cause.downcast_ref::<&str>().copied()), Some("broken"));
    }
}
