//! Which files a scan reads: files, directories, patterns and lists become paths, sorted and each once.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use ignore::WalkBuilder;
use ignore::overrides::{Override, OverrideBuilder};

use crate::error::Error;

/// The words about places.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Input")]
pub(in crate::cli) struct Where {
    /// In directories, only files that match; repeatable. Without it, what is named like a capture (.pcap, .pcapng, .cap …)
    #[arg(long, value_name = "GLOB")]
    include: Vec<String>,
    /// In directories, no files or directories that match; repeatable
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// A list of paths, one a line or ended by NUL; '-' is standard input; repeatable. The same as @FILE
    #[arg(long, value_name = "FILE")]
    files_from: Vec<PathBuf>,
    /// How deep directories are searched
    #[arg(long, value_name = "N")]
    max_depth: Option<usize>,
    /// Follow symbolic links in directories
    #[arg(long)]
    follow_symlinks: bool,
}

/// The i-th of n parts of the work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shard {
    number: usize,
    of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts =
            text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        let valid = parts.filter(|(number, of)| (1..=*of).contains(number));
        valid
            .map(|(number, of)| Self { number, of })
            .ok_or_else(|| "write I/N, such as 1/4, with I from 1 to N".to_owned())
    }
}

impl Shard {
    /// Every n-th, so that neighbours, often of one size, are spread.
    pub(super) fn part<T>(self, all: Vec<T>) -> Vec<T> {
        all.into_iter().skip(self.number.saturating_sub(1)).step_by(self.of.max(1)).collect()
    }
}

impl Where {
    /// True when a list is named.
    pub(super) const fn names_lists(&self) -> bool {
        !self.files_from.is_empty()
    }

    /// The files, sorted, each once.
    ///
    /// # Errors
    /// When a pattern is none, or a list or a directory cannot be read.
    pub(in crate::cli) fn find(&self, paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
        let mut found = BTreeSet::new();
        let mut named: Vec<PathBuf> = Vec::new();
        for path in paths {
            match path.to_str().and_then(|text| text.strip_prefix('@')).filter(|_| !path.exists()) {
                Some(list) => named.extend(listed(Path::new(list))?),
                None => named.push(path.clone()),
            }
        }
        for list in &self.files_from {
            named.extend(listed(list)?);
        }
        for path in named {
            self.add(&path, &mut found)?;
        }
        Ok(found.into_iter().collect())
    }

    fn add(&self, path: &Path, found: &mut BTreeSet<PathBuf>) -> Result<(), Error> {
        let pattern = path.to_str().filter(|text| text.contains(['*', '?', '[']) && !path.exists());
        if let Some(pattern) = pattern {
            return self.matching(pattern, found);
        }
        if path.is_dir() {
            let (include, exclude) = (globs(path, &self.include)?, globs(path, &self.exclude)?);
            return self.walk(path, (include, exclude), found);
        }
        found.insert(plain(path));
        Ok(())
    }

    /// Files that match a pattern which no shell has resolved.
    fn matching(&self, pattern: &str, found: &mut BTreeSet<PathBuf>) -> Result<(), Error> {
        let plain: PathBuf = Path::new(pattern)
            .components()
            .take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '[']))
            .collect();
        let rest = pattern.strip_prefix(&*plain.to_string_lossy()).unwrap_or(pattern).trim_start_matches('/');
        let root = if plain.as_os_str().is_empty() { PathBuf::from(".") } else { plain };
        let anchored = format!("/{rest}");
        let before = found.len();
        self.walk(&root, (globs(&root, &[anchored])?, globs(&root, &self.exclude)?), found)?;
        if found.len() == before {
            return Err(Error::Usage(format!("nothing matches {pattern}")));
        }
        Ok(())
    }

    fn walk(
        &self,
        root: &Path,
        (include, exclude): (Override, Override),
        found: &mut BTreeSet<PathBuf>,
    ) -> Result<(), Error> {
        let unwanted = exclude.clone();
        let walk = WalkBuilder::new(root)
            .standard_filters(false)
            .follow_links(self.follow_symlinks)
            .max_depth(self.max_depth)
            .filter_entry(move |entry| {
                let folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                entry.depth() == 0 || !unwanted.matched(entry.path(), folder).is_whitelist()
            })
            .build();
        for entry in walk {
            let entry = match entry.map_err(|error| blocked(&error).ok_or(error)) {
                Ok(entry) => entry,
                Err(Ok(Blocked::Seen)) => continue,
                Err(Ok(Blocked::At(path))) => {
                    found.insert(plain(&path));
                    continue;
                }
                Err(Err(error)) => return Err(Error::Bad(error.to_string())),
            };
            if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                continue;
            }
            let path = entry.path();
            let wanted = if include.is_empty() {
                is_named_like_a_capture(path)
            } else {
                include.matched(path, false).is_whitelist()
            };
            if wanted {
                found.insert(plain(path));
            }
        }
        Ok(())
    }
}

/// A path without a first `./`.
fn plain(path: &Path) -> PathBuf {
    path.strip_prefix("./").unwrap_or(path).to_path_buf()
}

/// What a walk cannot go on behind.
enum Blocked {
    /// A link leads back to where the walk came from: all behind it is seen.
    Seen,
    /// Nothing can be read here: the scan names it as a capture that cannot be read, and goes on.
    At(PathBuf),
}

fn blocked(error: &ignore::Error) -> Option<Blocked> {
    match error {
        ignore::Error::Loop { .. } => Some(Blocked::Seen),
        ignore::Error::WithDepth { err, .. } => blocked(err),
        ignore::Error::WithPath { path, err } => {
            Some(blocked(err).unwrap_or_else(|| Blocked::At(path.clone())))
        }
        _ => None,
    }
}

fn globs(root: &Path, patterns: &[String]) -> Result<Override, Error> {
    let mut builder = OverrideBuilder::new(root);
    for pattern in patterns {
        builder.add(pattern).map_err(|error| Error::Usage(format!("{pattern}: {error}")))?;
    }
    builder.build().map_err(|error| Error::Usage(error.to_string()))
}

/// `a.pcap`, `a.pcap7`, `a.pcapng.gz` …
fn is_named_like_a_capture(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let packed = [".gz", ".zst", ".lz4", ".xz", ".bz2"].iter().find_map(|ending| name.strip_suffix(ending));
    let stem = packed.unwrap_or(&name).trim_end_matches(|letter: char| letter.is_ascii_digit());
    [".pcap", ".pcapng", ".cap", ".dmp", ".dump"].iter().any(|ending| stem.ends_with(ending))
}

/// The paths in a list: ended by NUL if there is one in it, else one a line.
fn listed(list: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut octets = Vec::new();
    let read = if list == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut octets).map(|_| ())
    } else {
        std::fs::read(list).map(|read| octets = read)
    };
    read.map_err(|source| Error::Usage(format!("{}: {source}", list.display())))?;
    let separator = if octets.contains(&0) { 0 } else { b'\n' };
    let text = |line: &[u8]| String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
    let lines = octets.split(|octet| *octet == separator).map(text);
    Ok(lines.filter(|line| !line.is_empty()).map(PathBuf::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everywhere() -> Where {
        Where {
            include: Vec::new(),
            exclude: Vec::new(),
            files_from: Vec::new(),
            max_depth: None,
            follow_symlinks: false,
        }
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.pcap", "a.pcap.gz", "a.keys", ".git/c.pcap", "deep/er/d.pcapng", "deep/e.cap3"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"").unwrap();
        }
        folder
    }

    fn names(places: &Where, folder: &tempfile::TempDir, path: &str) -> Vec<String> {
        let found = places.find(&[folder.path().join(path)]).unwrap();
        let name = |path: &PathBuf| path.strip_prefix(folder.path()).unwrap().display().to_string();
        found.iter().map(name).collect()
    }

    #[test]
    fn a_directory_is_searched_for_captures() {
        let folder = folder();
        let all = [".git/c.pcap", "a.pcap.gz", "b.pcap", "deep/e.cap3", "deep/er/d.pcapng"];
        assert_eq!(names(&everywhere(), &folder, ""), all);
        let flat = Where { max_depth: Some(1), ..everywhere() };
        assert_eq!(names(&flat, &folder, ""), ["a.pcap.gz", "b.pcap"]);
    }

    #[test]
    fn patterns_choose() {
        let folder = folder();
        let some = Where {
            include: vec!["*.keys".into(), "deep/**".into()],
            exclude: vec!["er".into()],
            ..everywhere()
        };
        assert_eq!(names(&some, &folder, ""), ["a.keys", "deep/e.cap3"]);
        assert_eq!(names(&everywhere(), &folder, "*.pcap"), ["b.pcap"]);
        assert_eq!(names(&everywhere(), &folder, "deep/**/*.pcapng"), ["deep/er/d.pcapng"]);
    }

    #[test]
    fn lists_have_lines_or_nul() {
        let folder = folder();
        for (number, text) in
            ["x.pcap\r\ny.pcap\n", "x.pcap\0y.pcap\0", "\ny.pcap\nx.pcap"].iter().enumerate()
        {
            let list = folder.path().join(format!("list-{number}"));
            std::fs::write(&list, text).unwrap();
            let at = PathBuf::from(format!("@{}", list.display()));
            let both = [PathBuf::from("x.pcap"), PathBuf::from("y.pcap")];
            assert_eq!(everywhere().find(&[at]).unwrap(), both);
            let from = Where { files_from: vec![list], ..everywhere() };
            assert_eq!(from.find(&[]).unwrap(), both);
        }
    }

    #[test]
    fn shards_share_everything_out() {
        let shard = |text: &str| text.parse::<Shard>().unwrap().part((0..7).collect::<Vec<u32>>());
        assert_eq!([shard("1/3"), shard("2/3"), shard("3/3")], [vec![0, 3, 6], vec![1, 4], vec![2, 5]]);
        assert!(["0/3", "4/3", "1", "1/0", "a/b"].iter().all(|text| text.parse::<Shard>().is_err()));
    }
}
