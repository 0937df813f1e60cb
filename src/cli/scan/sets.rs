//! Which files are one capture: what `tcpdump -C` and `-W` and dumpcap's ring buffers leave behind, told by names without a gap in
//! their numbers, and believed only where the times of their first packets go the same way.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::base::Time;
use crate::capture::first_time;

/// Files by capture, in the order of the captures' first files; files of one capture in the order of their numbers.
pub(super) fn captures(files: Vec<PathBuf>) -> Vec<Vec<PathBuf>> {
    let mut sets: BTreeMap<(PathBuf, String), BTreeMap<u64, PathBuf>> = BTreeMap::new();
    let mut captures: Vec<Vec<PathBuf>> = Vec::new();
    for file in files {
        match numbered(&file) {
            Some((series, number)) => {
                let folder = file.parent().unwrap_or(Path::new("")).to_path_buf();
                let twin = sets.entry((folder, series)).or_default().insert(number, file);
                captures.extend(twin.map(|twin| vec![twin]));
            }
            None => captures.push(vec![file]),
        }
    }
    captures.extend(sets.into_values().flat_map(runs));
    captures.sort();
    captures
}

/// Numbers without a gap, if the times agree; else each file by itself.
fn runs(files: BTreeMap<u64, PathBuf>) -> Vec<Vec<PathBuf>> {
    let mut runs: Vec<Vec<(u64, PathBuf)>> = Vec::new();
    for (number, path) in files {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|(last, _)| last.checked_add(1) == Some(number)) => {
                run.push((number, path))
            }
            _ => runs.push(vec![(number, path)]),
        }
    }
    let paths = |run: Vec<(u64, PathBuf)>| run.into_iter().map(|(_, path)| path).collect::<Vec<_>>();
    runs.into_iter()
        .map(paths)
        .flat_map(|run| if run.len() == 1 || in_time(&run) { vec![run] } else { alone(run) })
        .collect()
}

fn alone(run: Vec<PathBuf>) -> Vec<Vec<PathBuf>> {
    run.into_iter().map(|path| vec![path]).collect()
}

/// True when later numbers have later packets; a ring begins again at its lowest number once.
fn in_time(run: &[PathBuf]) -> bool {
    let times: Option<Vec<Time>> = run.iter().map(|path| first_time(path).ok().flatten()).collect();
    let Some(times) = times else { return false };
    let backward =
        times.windows(2).filter(|pair| matches!(pair, [earlier, later] if later <= earlier)).count();
    let wraps = times.first().zip(times.last()).is_some_and(|(first, last)| last < first);
    backward == 0 || (backward == 1 && wraps)
}

/// The series that a file belongs to, and its number in it, as far as its name says.
fn numbered(path: &Path) -> Option<(String, u64)> {
    let name = path.file_name()?.to_str()?;
    by_dumpcap(name).or_else(|| by_tcpdump(name))
}

/// `trace.pcap`, `trace.pcap1`, `trace.pcap2` … and `trace.pcap00`, `trace.pcap01` …
fn by_tcpdump(name: &str) -> Option<(String, u64)> {
    let base = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let capture = [".pcap", ".cap", ".dmp", ".dump"].iter().any(|ending| base.ends_with(ending));
    let digits = name.strip_prefix(base)?;
    let number = if digits.is_empty() { Some(0) } else { digits.parse().ok() };
    number.filter(|_| capture).map(|number| (format!("{base}#"), number))
}

/// `trace_00001_20260102030405.pcapng`, and `trace_20260102030405_00001.pcapng` of later versions.
fn by_dumpcap(name: &str) -> Option<(String, u64)> {
    let (stem, ending) = name.split_once('.').map_or((name, ""), |(stem, ending)| (stem, ending));
    let mut parts = stem.rsplitn(3, '_');
    let (last, middle, base) = (parts.next()?, parts.next()?, parts.next()?);
    let digits =
        |text: &str, length: usize| text.len() == length && text.bytes().all(|octet| octet.is_ascii_digit());
    let number = match (digits(middle, 5) && digits(last, 14), digits(middle, 14) && digits(last, 5)) {
        (true, _) => middle,
        (_, true) => last,
        _ => return None,
    };
    Some((format!("{base}_#.{ending}"), number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::{Script, get};

    /// Files in a folder, each with packets from so many seconds on; `None`: no capture at all.
    fn sorted(files: &[(&str, Option<u32>)]) -> Vec<Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let paths = files.iter().map(|(name, second)| {
            let path = folder.path().join(name);
            let mut octets = Script::open().client([get(1)]).close().pcap();
            match second {
                Some(second) => {
                    let at = 24..28;
                    octets[at].copy_from_slice(&(1_700_000_000 + second).to_le_bytes());
                }
                None => octets.truncate(3),
            }
            std::fs::write(&path, octets).unwrap();
            path
        });
        let name = |path: PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
        captures(paths.collect()).into_iter().map(|set| set.into_iter().map(name).collect()).collect()
    }

    #[test]
    fn what_tcpdump_rotates_is_one_capture() {
        let set =
            sorted(&[("a.pcap", Some(1)), ("a.pcap1", Some(2)), ("a.pcap2", Some(3)), ("b.pcap", Some(1))]);
        assert_eq!(set, [vec!["a.pcap", "a.pcap1", "a.pcap2"], vec!["b.pcap"]]);
    }

    #[test]
    fn a_ring_may_begin_again() {
        let set = sorted(&[("a.pcap0", Some(8)), ("a.pcap1", Some(9)), ("a.pcap2", Some(5))]);
        assert_eq!(set.len(), 1, "{set:?}");
    }

    #[test]
    fn what_dumpcap_rotates_is_one_capture() {
        let names = [
            "t_00007_20260102030405.pcapng",
            "t_00008_20260102030409.pcapng",
            "u_20260102030405_00001.pcapng",
        ];
        let set = sorted(&[(names[0], Some(1)), (names[1], Some(2)), (names[2], Some(3))]);
        assert_eq!(set, [vec![names[0], names[1]], vec![names[2]]]);
    }

    #[test]
    fn names_with_a_gap_times_that_disagree_and_unreadable_files_are_captures_of_their_own() {
        assert_eq!(sorted(&[("a.pcap1", Some(1)), ("a.pcap3", Some(2))]).len(), 2);
        assert_eq!(sorted(&[("a.pcap1", Some(9)), ("a.pcap2", Some(2)), ("a.pcap3", Some(1))]).len(), 3);
        assert_eq!(sorted(&[("a.pcap", Some(1)), ("a.pcap1", None)]).len(), 2);
        assert_eq!(sorted(&[("run1.pcap", Some(1)), ("run2.pcap", Some(2))]).len(), 2);
    }
}
