//! GTP-U (3GPP TS 29.281), the user's packets in a mobile network: a tunnel identifier, and extension headers where a bit says so.

use super::{Datagram, Encapsulation, Hidden, Layer, head, ip};
use crate::limits::MAX_NESTING;

pub(super) fn decode(data: &[u8], layers: Encapsulation) -> Result<Datagram<'_>, Hidden<'_>> {
    let layers = layers.within(Layer::Gtpu)?;
    let ([flags, kind, ..], behind) = head::<8>(data, Layer::Gtpu)?;
    if flags & (VERSION | PROTOCOL_TYPE) != VERSION_1 {
        return Err(Hidden::Malformed(Layer::Gtpu));
    }
    if kind != USER_PACKET {
        return Err(Hidden::NoData(Layer::Gtpu));
    }
    let payload = if flags & OPTIONAL_FIELDS == 0 { behind } else { behind_extensions(behind, flags)? };
    // The tunnel may also carry Ethernet or PPP, which only its set-up tells.
    if ip::is_likely(payload) { ip::decode(payload, layers) } else { Err(Hidden::NoData(Layer::Gtpu)) }
}

/// Sequence number, N-PDU number and the type of the first extension are there when one of them is; an extension states its
/// length in words of four octets, and ends with the type of the next one.
fn behind_extensions(data: &[u8], flags: u8) -> Result<&[u8], Hidden<'_>> {
    let ([_, _, _, mut next], mut rest) = head(data, Layer::Gtpu)?;
    if flags & HAS_EXTENSION == 0 {
        return Ok(rest);
    }
    for _ in 0..MAX_NESTING {
        if next == 0 {
            return Ok(rest);
        }
        let length = rest.first().map_or(0, |words| usize::from(*words).saturating_mul(4));
        let (extension, behind) = rest.split_at_checked(length).ok_or(Hidden::TooShort(Layer::Gtpu))?;
        next = *extension.last().ok_or(Hidden::Malformed(Layer::Gtpu))?;
        rest = behind;
    }
    Err(Hidden::TooDeep)
}

const VERSION: u8 = 0xe0;
const PROTOCOL_TYPE: u8 = 0x10;
const VERSION_1: u8 = 0x30;
const OPTIONAL_FIELDS: u8 = 0x07;
const HAS_EXTENSION: u8 = 0x04;

/// The message type of a packet of the user: G-PDU.
const USER_PACKET: u8 = 0xff;
