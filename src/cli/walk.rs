//! Files below folders, sorted.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// The files among these paths and below those that are folders for which `wanted` holds; a path that is a file is always wanted.
pub(super) fn files(paths: &[PathBuf], wanted: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>, Error> {
    let (mut found, mut folders) = (Vec::new(), Vec::new());
    for path in paths {
        if path.is_dir() { folders.push(path.clone()) } else { found.push(path.clone()) }
    }
    while let Some(folder) = folders.pop() {
        let fault = |source| Error::Read { path: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let kind = entry.file_type().map_err(fault)?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if wanted(&entry.path()) {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}
