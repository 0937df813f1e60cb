//! TLS secrets that a pcapng file carries may stand behind the packets they open. Where the file can be read twice, its block
//! headers are walked for them first; packets are passed over unread.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::Path;

use pcap_parser::pcapng::{DSB_MAGIC, SHB_MAGIC};

use super::fields::{byte_order, u32_at};
use crate::base::{to_index, to_u64};
use crate::error::Error;
use crate::limits::{MAX_BLOCK, MAX_EMBEDDED_SECRETS};

/// The TLS key logs inside a pcapng file, joined, each ending with a line feed. Empty for any other file: one of another format,
/// a compressed one, and what cannot be read twice (standard input, a pipe).
///
/// # Errors
///
/// [`Error::Read`] when the file cannot be opened or read. What is wrong inside the file only ends the walk.
pub fn embedded_secrets(path: &Path) -> Result<Vec<u8>, Error> {
    let walked = match std::fs::metadata(path) {
        Ok(facts) if facts.is_file() => {
            File::open(path).and_then(|file| walk(BufReader::with_capacity(STEP, file)))
        }
        Ok(_) => Ok(Vec::new()),
        Err(_) if path == Path::new("-") => Ok(Vec::new()),
        Err(error) => Err(error),
    };
    walked.map_err(|source| Error::Read { path: path.to_owned(), source })
}

fn walk(mut file: BufReader<File>) -> io::Result<Vec<u8>> {
    let mut secrets = Vec::new();
    let mut order = None;
    loop {
        let mut head = [0; 12];
        match file.read_exact(&mut head) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(secrets),
            other => other?,
        }
        if head.starts_with(&SHB_MAGIC.to_be_bytes()) {
            order = byte_order(&head).ok();
        }
        let Some(order) = order else { return Ok(secrets) };
        let kind = u32_at(&head, 0, order).unwrap_or(0);
        let length = to_index(u32_at(&head, 4, order).unwrap_or(0).into()).next_multiple_of(4);
        let Some(rest) = length.checked_sub(head.len()).filter(|_| length <= MAX_BLOCK) else {
            return Ok(secrets);
        };
        let is_key_log = u32_at(&head, 8, order) == Some(TLS_KEY_LOG);
        if kind == DSB_MAGIC && is_key_log && secrets.len().saturating_add(rest) <= MAX_EMBEDDED_SECRETS {
            let mut body = Vec::new();
            file.by_ref().take(to_u64(rest)).read_to_end(&mut body)?;
            let text =
                u32_at(&body, 0, order).and_then(|length| body.get(4..)?.get(..to_index(length.into())));
            secrets.extend_from_slice(text.unwrap_or_default());
            secrets.push(b'\n');
        } else {
            file.seek_relative(i64::try_from(rest).unwrap_or(i64::MAX))?;
        }
    }
}

/// Octets read at a time: small packets are read over, large ones jumped over.
const STEP: usize = 1 << 16;

/// The kind of secrets: `TLSK`.
pub(super) const TLS_KEY_LOG: u32 = 0x544c_534b;

#[cfg(test)]
mod tests {
    use super::super::sample::{Pcap, Pcapng};
    use super::*;

    fn secrets(octets: &[u8]) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), octets).unwrap();
        String::from_utf8(embedded_secrets(file.path()).unwrap()).unwrap()
    }

    fn late(big: bool) -> Pcapng {
        let file = Pcapng::new(big).interface(1, 0, &[]).packet(0, 1, &[7; 100_001]).packet(0, 2, b"x");
        file.secrets(0x544c_534b, b"CLIENT_RANDOM 1 2").secrets(0x5747_4b4c, b"wireguard").packet(0, 3, b"y")
    }

    #[test]
    fn secrets_behind_packets_are_found_in_both_byte_orders_and_all_sections() {
        for big in [false, true] {
            let file = late(big).section(!big).secrets(0x544c_534b, b"RSA 3 4\n");
            assert_eq!(secrets(&file.octets()), "CLIENT_RANDOM 1 2\nRSA 3 4\n\n");
        }
    }

    #[test]
    fn other_files_and_damaged_ones_give_what_there_is() {
        assert_eq!(secrets(&Pcap::new(false, 0xa1b2_c3d4).packet(1, 1, b"x").octets()), "");
        assert_eq!(secrets(b""), "");
        assert_eq!(secrets(&late(false).block_saying(0x99, b"", 4, 4).octets()), "CLIENT_RANDOM 1 2\n");
        let cut = late(true).octets();
        assert_eq!(secrets(&cut[..cut.len() - 75]), "CLIENT_RANDOM 1 2\n");
    }

    #[test]
    fn what_cannot_be_read_twice_has_none_and_what_is_not_there_is_an_error() {
        assert!(embedded_secrets(Path::new("-")).unwrap().is_empty());
        assert!(embedded_secrets(Path::new("/dev/null")).unwrap().is_empty());
        assert!(embedded_secrets(Path::new("/nonexistent")).is_err());
    }
}
