//! Writes a capture again as pcapng, with secrets of TLS inside: a Decryption Secrets Block (pcapng, section 4.7) in front of its
//! packets, in the place of those that it had.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use pcap_parser::pcapng::{DSB_MAGIC, SHB_MAGIC};

use super::fields::{byte_order, u32_at};
use super::secrets::TLS_KEY_LOG;
use super::{LinkType, Packet, Reader, Record};
use crate::base::{to_index, to_u32, to_u64};
use crate::error::Error;
use crate::limits::MAX_BLOCK;
use nom::number::Endianness::{self, Little};

/// Copies the capture `from` to `to`. A plain pcapng file keeps all its blocks but those with secrets; of any other file packets are
/// taken over, with their times, lengths and interfaces.
///
/// # Errors
///
/// When `from` cannot be read, or `to` cannot be written.
pub fn copy_with_secrets(from: &Path, to: &Path, secrets: &[u8]) -> Result<(), Error> {
    let cannot_read = |source| Error::Read { path: from.to_owned(), source };
    let cannot_write = |source| Error::Write { path: to.to_owned(), source };
    let mut first = [0; 4];
    let mut file = File::open(from).map_err(cannot_read)?;
    let is_pcapng = file.read_exact(&mut first).is_ok() && first == SHB_MAGIC.to_be_bytes();
    let same = || Some((from.canonicalize().ok()?, to.canonicalize().ok()?));
    if same().is_some_and(|(from, to)| from == to) {
        return Err(Error::Usage(format!("{} cannot be read and written at once", from.display())));
    }
    if is_pcapng {
        let read = BufReader::new(File::open(from).map_err(cannot_read)?);
        let mut write = BufWriter::new(File::create(to).map_err(cannot_write)?);
        return blocks(read, &mut write, secrets).and_then(|()| write.flush()).map_err(cannot_write);
    }
    let mut reader = Reader::open(from)?;
    let mut write = BufWriter::new(File::create(to).map_err(cannot_write)?);
    write.write_all(&section(secrets)).map_err(cannot_write)?;
    let mut interfaces = Vec::new();
    while let Some(record) = reader.next()? {
        if let Record::Packet(packet) = record {
            write.write_all(&packet_block(&packet, &mut interfaces)).map_err(cannot_write)?;
        }
    }
    write.flush().map_err(cannot_write)
}

/// Copies blocks. What is no block any more is copied as it is.
fn blocks(mut read: impl Read, write: &mut impl Write, secrets: &[u8]) -> io::Result<()> {
    let (mut order, mut given) = (None, false);
    loop {
        let mut head = Vec::new();
        read.by_ref().take(12).read_to_end(&mut head)?;
        if head.starts_with(&SHB_MAGIC.to_be_bytes()) && head.len() == 12 {
            order = byte_order(&head).ok();
        }
        let known = order.and_then(|order| Some((order, u32_at(&head, 0, order)?, u32_at(&head, 4, order)?)));
        let block = known.filter(|(.., length)| *length >= 12 && to_index(u64::from(*length)) <= MAX_BLOCK);
        let Some((order, kind, length)) = block else {
            write.write_all(&head)?;
            return io::copy(&mut read, write).map(|_| ());
        };
        let rest = u64::from(length).next_multiple_of(4).saturating_sub(to_u64(head.len()));
        if kind == DSB_MAGIC && u32_at(&head, 8, order) == Some(TLS_KEY_LOG) {
            io::copy(&mut read.by_ref().take(rest), &mut io::sink())?;
            continue;
        }
        write.write_all(&head)?;
        io::copy(&mut read.by_ref().take(rest), write)?;
        if kind == SHB_MAGIC && !std::mem::replace(&mut given, true) {
            write.write_all(&secrets_block(secrets, order))?;
        }
    }
}

/// The header of a section, and the secrets.
fn section(secrets: &[u8]) -> Vec<u8> {
    let body = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
    let mut octets = block(SHB_MAGIC, &body, Little);
    octets.extend(secrets_block(secrets, Little));
    octets
}

fn secrets_block(secrets: &[u8], order: Endianness) -> Vec<u8> {
    if secrets.is_empty() {
        return Vec::new();
    }
    let length = to_u32(secrets.len());
    block(DSB_MAGIC, &[&word(TLS_KEY_LOG, order)[..], &word(length, order), secrets].concat(), order)
}

/// An Enhanced Packet Block, behind an Interface Description Block where its interface is new. Times are in nanoseconds.
fn packet_block(packet: &Packet<'_>, interfaces: &mut Vec<(u32, LinkType)>) -> Vec<u8> {
    let mut octets = Vec::new();
    let wanted = (packet.interface, packet.link);
    let at = interfaces.iter().position(|known| *known == wanted).unwrap_or_else(|| {
        interfaces.push(wanted);
        let link = u16::try_from(packet.link.0).unwrap_or(u16::MAX).to_le_bytes();
        let nanoseconds = [9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0];
        octets.extend(block(INTERFACE, &[&link[..], &[0; 6], &nanoseconds].concat(), Little));
        interfaces.len().saturating_sub(1)
    });
    let time = u64::try_from(packet.time.0).unwrap_or(0).to_le_bytes();
    let (low, high) = time.split_at(4);
    let lengths = [to_u32(packet.data.len()).to_le_bytes(), packet.original_length.to_le_bytes()].concat();
    let body = [&to_u32(at).to_le_bytes()[..], high, low, &lengths, packet.data].concat();
    octets.extend(block(ENHANCED_PACKET, &body, Little));
    octets
}

fn block(kind: u32, body: &[u8], order: Endianness) -> Vec<u8> {
    let padded = body.len().next_multiple_of(4);
    let length = word(to_u32(padded.saturating_add(12)), order);
    let padding = vec![0; padded.saturating_sub(body.len())];
    [&word(kind, order)[..], &length, body, &padding, &length].concat()
}

const fn word(value: u32, order: Endianness) -> [u8; 4] {
    match order {
        Little => value.to_le_bytes(),
        _ => value.to_be_bytes(),
    }
}

const INTERFACE: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
