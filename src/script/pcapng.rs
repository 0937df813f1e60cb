//! A capture as pcapng, with the secrets of TLS inside (pcapng, section 4.7 "Decryption Secrets Block").

use crate::base::to_u32;

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const PACKET: u32 = 6;
const SECRETS: u32 = 10;

/// The type of secrets that a TLS key log is: "TLSK".
const TLS_KEY_LOG: u32 = 0x544c_534b;

/// Octets of the headers of a pcap file and of its records.
const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;

/// Rewrites a little-endian pcap file with microseconds, and puts `key_log` in front of its packets.
pub(super) fn with_secrets(pcap: &[u8], key_log: &str) -> Vec<u8> {
    let mut file = Vec::new();
    block(&mut file, SECTION, &[&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat());
    let link = number(pcap, 20);
    block(&mut file, INTERFACE, &[link.to_le_bytes(), 262_144_u32.to_le_bytes()].concat());
    let length = to_u32(key_log.len());
    let secrets = [&TLS_KEY_LOG.to_le_bytes()[..], &length.to_le_bytes(), key_log.as_bytes()].concat();
    block(&mut file, SECRETS, &secrets);
    let mut rest = pcap.get(FILE_HEADER..).unwrap_or_default();
    while let Some((header, behind)) = rest.split_at_checked(RECORD_HEADER) {
        let [seconds, micros, kept, whole] = [0, 4, 8, 12].map(|at| number(header, at));
        let Some((octets, next)) = behind.split_at_checked(crate::base::to_index(u64::from(kept))) else {
            break;
        };
        let time = u64::from(seconds).saturating_mul(1_000_000).saturating_add(u64::from(micros));
        let [a, b, c, d, e, f, g, h] = time.to_le_bytes();
        let parts = [[0; 4], [e, f, g, h], [a, b, c, d], kept.to_le_bytes(), whole.to_le_bytes()];
        block(&mut file, PACKET, &[&parts.concat(), octets].concat());
        rest = next;
    }
    file
}

fn number(octets: &[u8], at: usize) -> u32 {
    octets.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |four| u32::from_le_bytes(*four))
}

fn block(file: &mut Vec<u8>, kind: u32, body: &[u8]) {
    let mut body = body.to_vec();
    body.resize(body.len().next_multiple_of(4), 0);
    let length = to_u32(body.len()).saturating_add(12).to_le_bytes();
    file.extend(kind.to_le_bytes());
    file.extend(length);
    file.extend(body);
    file.extend(length);
}
