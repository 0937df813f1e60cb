//! The vectors of TLS's presentation language (RFC 8446 §3.4), for the messages to be written in.

use nom::bytes::complete::take;
use nom::multi::length_data;
use nom::number::complete::{be_u8, be_u16, be_u24};
use nom::{IResult, Parser};

use crate::base::to_index;
use crate::limits::MAX_HELLO_ITEMS;

/// Octets behind a length of one octet.
pub(super) fn vector8(input: &[u8]) -> IResult<&[u8], &[u8]> {
    length_data(be_u8).parse(input)
}

/// Octets behind a length of two octets.
pub(super) fn vector16(input: &[u8]) -> IResult<&[u8], &[u8]> {
    length_data(be_u16).parse(input)
}

/// Octets behind a length of three octets.
pub(super) fn vector24(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let (rest, length) = be_u24(input)?;
    take(to_index(length.into())).parse(rest)
}

/// So many octets.
pub(super) fn array<const N: usize>(input: &[u8]) -> IResult<&[u8], [u8; N]> {
    let (rest, taken) = take(N).parse(input)?;
    Ok((rest, taken.first_chunk().copied().unwrap_or([0; N])))
}

/// Numbers of two octets that fill `octets`; the first [`MAX_HELLO_ITEMS`] of them. `None` when an octet is left over.
pub(super) fn numbers(octets: &[u8]) -> Option<Vec<u16>> {
    let (pairs, rest) = octets.as_chunks::<2>();
    let kept = pairs.iter().take(MAX_HELLO_ITEMS).map(|pair| u16::from_be_bytes(*pair));
    rest.is_empty().then(|| kept.collect())
}

/// An extension and its octets.
pub(super) fn extension(input: &[u8]) -> IResult<&[u8], (u16, &[u8])> {
    (be_u16, vector16).parse(input)
}

/// What `parse` finds, when nothing is left behind it.
pub(super) fn whole<'a, T>(
    input: &'a [u8],
    parse: impl FnOnce(&'a [u8]) -> IResult<&'a [u8], T>,
) -> Option<T> {
    match parse(input) {
        Ok(([], value)) => Some(value),
        _ => None,
    }
}
