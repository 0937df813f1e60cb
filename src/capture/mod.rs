//! A capture file becomes packets and embedded secrets. [`Reader`] takes pcap and pcapng from a file, from standard input or
//! from any [`std::io::Read`], in large blocks and with short reads of any size, and yields one [`Record`] after another; what
//! it learnt about the file itself is in [`FileFacts`]. Damage and a cut end are facts: only the machine, or a file that is no
//! capture, is an error.

mod facts;
mod fields;
mod interface;
mod link_type;
mod pcap;
mod pcapng;
mod reader;
mod record;
#[cfg(test)]
mod sample;
mod signature;
mod source;

pub use facts::{Cut, Damage, Fault, FileFacts, Format};
pub use link_type::LinkType;
pub use reader::Reader;
pub use record::{Packet, Record};
