//! Compressed files: octets of any compression become the octets of the capture, as a stream, so that memory is bounded whatever
//! comes out. Several members, frames or streams one behind another are one file.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;

use super::Compression;
use super::lz4::Lz4;
use super::packed::{Packed, Supply};
use super::source::Broken;
use super::zstd::Zstd;
use crate::base::to_u32;
use crate::limits::MAX_COMPRESSION_WINDOW;

/// A decoder with the file behind it.
pub(super) struct Unpacker<R: Read> {
    decoder: Decoder<R>,
    supply: Arc<Supply>,
}

/// Why a compressed file gives no more octets, when that is not its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The compressed data is not whole.
    Broken(Broken),
    /// The machine refuses to read on.
    Machine(io::Error),
}

enum Decoder<R: Read> {
    Gzip(MultiGzDecoder<Packed<R>>),
    Zstd(Zstd<R>),
    Lz4(Lz4<R>),
    Xz(Box<XzReader<Packed<R>>>),
    Bzip2(MultiBzDecoder<Packed<R>>),
}

impl<R: Read> Unpacker<R> {
    /// `head` holds the octets that were read to recognise the compression.
    pub(super) fn new(compression: Compression, head: Vec<u8>, read: R) -> Self {
        let packed = Packed::new(head, read);
        let supply = packed.supply();
        let decoder = match compression {
            Compression::Gzip => Decoder::Gzip(MultiGzDecoder::new(packed)),
            Compression::Zstd => Decoder::Zstd(Zstd::new(packed)),
            Compression::Lz4 => Decoder::Lz4(Lz4::new(packed)),
            Compression::Xz => {
                let kibibytes = to_u32(MAX_COMPRESSION_WINDOW / 1024);
                Decoder::Xz(XzReader::new_mem_limit(packed, true, kibibytes).into())
            }
            Compression::Bzip2 => Decoder::Bzip2(MultiBzDecoder::new(packed)),
        };
        Self { decoder, supply }
    }

    /// The next octets; 0 at the end.
    ///
    /// # Errors
    ///
    /// Why there are no more.
    pub(super) fn read(&mut self, room: &mut [u8]) -> Result<usize, Stop> {
        let read = match &mut self.decoder {
            Decoder::Gzip(decoder) => decoder.read(room),
            Decoder::Zstd(decoder) => decoder.read(room),
            Decoder::Lz4(decoder) => decoder.read(room),
            Decoder::Xz(decoder) => decoder.read(room),
            Decoder::Bzip2(decoder) => decoder.read(room),
        };
        read.map_err(|_| match self.supply.failure() {
            Some(error) => Stop::Machine(error),
            None if self.supply.is_exhausted() => Stop::Broken(Broken::Cut),
            None => Stop::Broken(Broken::Damaged),
        })
    }
}

impl<R: Read> fmt::Debug for Unpacker<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.decoder {
            Decoder::Gzip(_) => "Gzip",
            Decoder::Zstd(_) => "Zstd",
            Decoder::Lz4(_) => "Lz4",
            Decoder::Xz(_) => "Xz",
            Decoder::Bzip2(_) => "Bzip2",
        };
        f.debug_struct(name).field("supply", &self.supply).finish_non_exhaustive()
    }
}
