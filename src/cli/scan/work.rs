//! The work of a scan: captures on several threads, reports in the captures' order. A fault of this program in one capture is told
//! as such, and the others go on.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::progress::Progress;
use crate::error::Error;
use crate::finding::Report;
use crate::pipeline::{self, KeyLog, Wishes};
use crate::policy::{Policy, unread};
use crate::report::Drawings;
use crate::views::{Observed, Secrets};

/// What is to be done.
pub(in crate::cli) struct Work<'a> {
    pub(in crate::cli) policy: &'a Policy,
    pub(in crate::cli) wishes: Wishes,
    pub(in crate::cli) keys: KeyLog,
    /// Each in one file or more.
    pub(in crate::cli) captures: Vec<Vec<PathBuf>>,
    /// Whether diagrams are wanted, and what they may say.
    pub(in crate::cli) drawn: Option<Secrets>,
}

/// Judges every capture on so many threads, 0 for one a core, and hands the reports over in the order of the captures.
///
/// # Errors
/// When `take` refuses one, or threads cannot be had.
pub(in crate::cli) fn each(
    work: &Work<'_>,
    threads: usize,
    progress: &Progress,
    take: &mut dyn FnMut(Report, Drawings) -> Result<(), Error>,
) -> Result<(), Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Error::Usage(format!("-j {threads}: {error}")))?;
    let stop = AtomicBool::new(false);
    let ahead = pool.current_num_threads().saturating_mul(AHEAD);
    // Where there are more threads than captures, several share out the connections of one.
    let each = pool.current_num_threads().checked_div(work.captures.len()).unwrap_or(0);
    let wishes = &Wishes { threads: each, ..work.wishes };
    pool.in_place_scope(|scope| {
        let mut result = Ok(());
        for chunk in work.captures.chunks(ahead) {
            let (sender, receiver) = mpsc::channel();
            let stop = &stop;
            scope.spawn(move |_| {
                let numbered: Vec<_> = chunk.iter().enumerate().collect();
                numbered.par_iter().for_each_with(sender, |sender, (at, capture)| {
                    if !stop.load(Ordering::Relaxed) {
                        let judged = judge(work, wishes, capture);
                        progress.done(capture);
                        drop(sender.send((*at, judged)));
                    }
                });
            });
            if let Err(error) = in_order(&receiver, take) {
                stop.store(true, Ordering::Relaxed);
                result = Err(error);
                break;
            }
        }
        result
    })
}

/// Hands over what comes in any order by its numbers.
fn in_order(
    receiver: &mpsc::Receiver<(usize, (Report, Drawings))>,
    take: &mut dyn FnMut(Report, Drawings) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut waiting: BTreeMap<usize, (Report, Drawings)> = BTreeMap::new();
    let mut next = 0_usize;
    for (number, judged) in receiver {
        waiting.insert(number, judged);
        while let Some((report, drawings)) = waiting.remove(&next) {
            take(report, drawings)?;
            next = next.saturating_add(1);
        }
    }
    Ok(())
}

/// The report on one capture, whatever happens, and its diagrams.
fn judge(work: &Work<'_>, wishes: &Wishes, capture: &[PathBuf]) -> (Report, Drawings) {
    guarded(capture, || {
        let keys = work.keys.clone();
        let Some(secrets) = work.drawn else {
            let (mut report, _) = pipeline::judge(capture, wishes, keys)?;
            work.policy.apply(&mut report);
            return Ok((report, Drawings::default()));
        };
        let mut drawings = Drawings::new(secrets);
        let see = &mut |seen: Observed<'_>| drawings.see(&seen);
        let mut report = pipeline::analyze(capture, wishes, keys, see)?;
        work.policy.apply(&mut report);
        drawings.keep_few(&report);
        Ok((report, drawings))
    })
}

/// A failure, and a fault of this program, become a report that tells it.
fn guarded(
    capture: &[PathBuf],
    judge: impl FnOnce() -> Result<(Report, Drawings), Error>,
) -> (Report, Drawings) {
    let names: Vec<String> = capture.iter().map(|path| path.display().to_string()).collect();
    let told = |error: &str| (unread(&names, error), Drawings::default());
    match catch_unwind(AssertUnwindSafe(judge)) {
        Ok(Ok(judged)) => judged,
        Ok(Err(error)) => told(&error.to_string()),
        Err(_) => told(OUR_FAULT),
    }
}

/// What is said of a capture on which this program failed.
const OUR_FAULT: &str = "internal error: this is a fault of h2lint, please report it with this capture";

/// Captures that may be done before their turn, for each thread.
const AHEAD: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn work(policy: &Policy, captures: Vec<Vec<PathBuf>>) -> Work<'_> {
        Work { policy, wishes: Wishes::default(), keys: KeyLog::new(), captures, drawn: None }
    }

    #[test]
    fn reports_come_in_order_and_a_bad_file_stops_nothing() {
        let policy = Policy::default();
        let names: Vec<Vec<PathBuf>> =
            (0..200).map(|number| vec![format!("no-such-{number}.pcap").into()]).collect();
        let (work, mut told) = (work(&policy, names.clone()), Vec::new());
        let progress = Progress::new(&names, false);
        each(&work, 4, &progress, &mut |report, _| {
            told.push(vec![PathBuf::from(&report.inputs[0].path)]);
            Ok(())
        })
        .unwrap();
        assert_eq!(told, names);
    }

    #[test]
    fn a_fault_of_the_program_is_told_with_the_name_of_the_file() {
        let (report, _) = guarded(&["odd.pcap".into()], || panic!("on purpose, by a test"));
        let input = &report.inputs[0];
        assert_eq!((input.path.as_str(), input.error.as_deref()), ("odd.pcap", Some(OUR_FAULT)));
    }

    #[test]
    fn a_refusal_ends_the_work() {
        let policy = Policy::default();
        let names: Vec<Vec<PathBuf>> =
            (0..200).map(|number| vec![format!("no-such-{number}.pcap").into()]).collect();
        let (work, progress) = (work(&policy, names.clone()), Progress::new(&names, false));
        let ended = each(&work, 2, &progress, &mut |_, _| Err(Error::Usage("enough".to_owned())));
        assert_eq!(ended.unwrap_err().to_string(), "enough");
    }
}
