//! Key logs in files of their own: those that are named, and those that stand beside a capture.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::limits::MAX_KEY_FILE;

/// The endings that a key log beside a capture may have, with or without the capture's own in front.
const ENDINGS: [&str; 3] = ["keys", "keylog", "sslkeys"];

/// Hands on the lines of a key log, one by one; what lies beyond the cap is left out.
///
/// # Errors
///
/// [`Error::Read`] when the file cannot be opened or read.
pub fn key_log(path: &Path, take: &mut dyn FnMut(&[u8])) -> Result<(), Error> {
    let mut read = || {
        let mut file = BufReader::with_capacity(1 << 16, File::open(path)?.take(MAX_KEY_FILE));
        let mut line = Vec::new();
        while file.read_until(b'\n', &mut line)? > 0 {
            take(&line);
            line.clear();
        }
        Ok(())
    };
    read().map_err(|source| Error::Read { path: path.to_owned(), source })
}

/// The key logs that stand beside a capture: `a.pcap` has `a.keys`, `a.pcap.keys` and their likes; `a.pcap.gz` also those of `a.pcap`.
#[must_use]
pub fn key_logs_beside(capture: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut stem = capture.to_owned();
    for _ in 0..3 {
        for ending in ENDINGS {
            let mut name = stem.as_os_str().to_owned();
            name.push(".");
            name.push(ending);
            let path = PathBuf::from(name);
            if path != capture && path.is_file() {
                found.push(path);
            }
        }
        if stem.extension().is_none() {
            break;
        }
        stem.set_extension("");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_logs_are_found_with_and_without_the_ending_of_the_capture() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.keys", "a.pcap.keylog", "a.pcap.gz.sslkeys", "b.keys", "a.txt"] {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }
        let beside = |name: &str| -> Vec<String> {
            let found = key_logs_beside(&folder.path().join(name));
            found.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
        };
        assert_eq!(beside("a.pcap"), ["a.pcap.keylog", "a.keys"]);
        assert_eq!(beside("a.pcap.gz"), ["a.pcap.gz.sslkeys", "a.pcap.keylog", "a.keys"]);
        assert!(beside("c.pcap").is_empty() && beside("-").is_empty());
    }

    #[test]
    fn a_key_log_that_is_not_there_is_an_error_with_its_path() {
        let error = key_log(Path::new("no-such.keys"), &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains("no-such.keys"), "{error}");
    }
}
