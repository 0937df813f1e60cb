//! A capture file becomes packets and embedded secrets. [`Reader`] takes pcap and pcapng from a file, from standard input or
//! from any [`std::io::Read`], compressed or not, in large blocks and with short reads of any size, and yields one [`Record`]
//! after another; what it learnt about the file itself is in [`FileFacts`]. [`Joined`] reads several files as one capture.
//! Damage and a cut end are facts: only the machine, or a file that is no capture, is an error.

mod block;
mod compression;
mod facts;
mod fields;
mod interface;
mod joined;
mod key_files;
mod link_type;
#[cfg(feature = "compress")]
mod lz4;
#[cfg(feature = "compress")]
mod packed;
mod pcap;
mod pcapng;
mod pieces;
mod read_block;
mod reader;
mod record;
mod records;
mod resync;
mod rewrite;
#[cfg(test)]
mod sample;
mod secrets;
mod signature;
mod source;
#[cfg(feature = "compress")]
mod unpack;
#[cfg(feature = "compress")]
mod zstd;

pub use compression::Compression;
pub use facts::{Cut, Damage, Dropped, Fault, FileFacts, Format};
pub use joined::{Joined, by_first_packet, first_time, size};
pub use key_files::{key_log, key_logs_beside};
pub use link_type::LinkType;
pub use read_block::ReadBlock;
pub use reader::Reader;
pub use record::{Packet, Record};
pub use records::Records;
pub use rewrite::{Copied, Embedded, Form, Rewriting, copy_with_secrets, create, rewrite, same_file};
pub use secrets::embedded_secrets;
