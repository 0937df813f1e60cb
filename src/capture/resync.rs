//! Behind a damaged record nobody says where the next one begins. The search tries one octet after another, and each format
//! says what it takes for a record: only what is followed by another one, or by the end of the file.

use std::io::{self, Read};

use super::FileFacts;
use super::source::Source;
use crate::base::to_u64;

/// Passes over octets until `begins` takes those that follow for records, and notes how many that were with the latest damage.
/// False when there is no such place: then the rest is not taken.
///
/// `begins` is given the octets from a place on, `window` of them at least unless the file ends before.
///
/// # Errors
///
/// What the reader says.
pub(super) fn resume<R: Read>(
    source: &mut Source<R>,
    facts: &mut FileFacts,
    window: usize,
    begins: impl Fn(&[u8]) -> bool,
) -> io::Result<bool> {
    let damaged = source.offset();
    let found = search(source, window, begins)?;
    let rest = if found { 0 } else { to_u64(source.available().len()) };
    facts.note_skipped(source.offset().saturating_sub(damaged).saturating_add(rest), found);
    Ok(found)
}

/// As [`resume`] where the file seems to end inside a record: nothing is noted, and nothing taken when there is no such place.
pub(super) fn find_in_rest(octets: &[u8], begins: impl Fn(&[u8]) -> bool) -> Option<usize> {
    (1..octets.len()).find(|at| octets.get(*at..).is_some_and(&begins))
}

fn search<R: Read>(
    source: &mut Source<R>,
    window: usize,
    begins: impl Fn(&[u8]) -> bool,
) -> io::Result<bool> {
    let mut from = 1;
    loop {
        let more = source.fill(window.saturating_add(from).saturating_add(1))?;
        let octets = source.available();
        let until = if more { octets.len().saturating_sub(window) } else { octets.len() };
        let place = (from..until).find(|at| octets.get(*at..).is_some_and(&begins));
        if let Some(place) = place {
            source.take(place);
            return Ok(true);
        }
        if !more {
            return Ok(false);
        }
        source.take(until);
        from = 0;
    }
}
