//! HKDF-Expand-Label (RFC 8446 §7.1) for the labels that records need: a secret is set up once for all of them, and none of their
//! outputs is longer than one hash.

use ring::hkdf;
use sha2::block_api::compress256;

use crate::tls::keylog::wipe;
use crate::tls::suite::Hash;

/// A traffic secret, ready to be expanded.
pub(super) enum Schedule {
    Sha256(Pads),
    Sha384(hkdf::Prk),
}

/// SHA-256 behind the first block of HMAC (RFC 2104 §2), within and around.
pub(super) struct Pads {
    inner: State,
    outer: State,
}

/// The state of SHA-256 between blocks (FIPS 180-4 §6.2).
#[derive(Clone)]
struct State([u32; 8]);

impl Schedule {
    /// A schedule from a secret; `None` when it is not as long as the hash.
    pub(super) fn new(hash: Hash, secret: &[u8]) -> Option<Self> {
        match hash {
            Hash::Sha256 => secret.try_into().ok().map(|secret| Self::Sha256(Pads::new(secret))),
            Hash::Sha384 if secret.len() == hash.octets() => {
                Some(Self::Sha384(hkdf::Prk::new_less_safe(hkdf::HKDF_SHA384, secret)))
            }
            Hash::Sha384 => None,
        }
    }

    /// Fills `out`, which is no longer than the hash, without context. `label` includes its prefix `tls13 `.
    pub(super) fn expand(&self, label: &[u8], out: &mut [u8]) -> Option<()> {
        let [length, label_length] = [out.len(), label.len()].map(u8::try_from);
        let (length, label_length) = (length.ok()?, label_length.ok()?);
        match self {
            Self::Sha256(pads) => {
                let digest = pads.sign(&[&[0, length, label_length], label, &[0, 1]])?;
                out.copy_from_slice(digest.get(..out.len())?);
                Some(())
            }
            Self::Sha384(prk) => {
                let info = [&[0, length, label_length], label, &[0]];
                prk.expand(&info, Length(out.len())).ok()?.fill(out).ok()
            }
        }
    }
}

impl Pads {
    fn new(secret: &[u8; 32]) -> Self {
        let padded = |pad: u8| {
            let mut block = [pad; BLOCK];
            for (octet, part) in block.iter_mut().zip(secret) {
                *octet ^= part;
            }
            let state = State(FIRST).with(&block);
            wipe(&mut block);
            state
        };
        Self { inner: padded(0x36), outer: padded(0x5c) }
    }

    /// HMAC of a message that fits into one block with its padding; `None` for a longer one.
    fn sign(&self, message: &[&[u8]]) -> Option<[u8; 32]> {
        let within = self.inner.clone().with(&last_block(message)?);
        Some(self.outer.clone().with(&last_block(&[&within.octets()])?).octets())
    }
}

impl Drop for Pads {
    fn drop(&mut self) {
        for state in [&mut self.inner, &mut self.outer] {
            state.0.fill(0);
            std::hint::black_box(&state.0);
        }
    }
}

impl State {
    fn with(mut self, block: &[u8; BLOCK]) -> Self {
        compress256(&mut self.0, std::slice::from_ref(block));
        self
    }

    fn octets(&self) -> [u8; 32] {
        let mut octets = [0; 32];
        for (room, word) in octets.as_chunks_mut().0.iter_mut().zip(self.0) {
            *room = word.to_be_bytes();
        }
        octets
    }
}

/// The second and last block of a message: what is left of it, and its padding (FIPS 180-4 §5.1.1).
fn last_block(message: &[&[u8]]) -> Option<[u8; BLOCK]> {
    let mut block = [0; BLOCK];
    let (room, length) = block.split_last_chunk_mut::<8>()?;
    let mut end = 0_usize;
    for part in message {
        let next = end.checked_add(part.len())?;
        room.get_mut(end..next)?.copy_from_slice(part);
        end = next;
    }
    *room.get_mut(end)? = 0x80;
    *length = crate::base::to_u64(BLOCK.saturating_add(end)).saturating_mul(8).to_be_bytes();
    Some(block)
}

/// Octets of a block of SHA-256.
const BLOCK: usize = 64;

/// The state of SHA-256 before the first block (FIPS 180-4 §5.3.3).
const FIRST: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::sample::hex;

    #[test]
    fn keys_come_from_secrets_as_in_rfc_8448() {
        let secret = hex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
        let schedule = Schedule::new(Hash::Sha256, &secret).unwrap();
        let (mut key, mut iv) = ([0; 16], [0; 12]);
        schedule.expand(b"tls13 key", &mut key).unwrap();
        schedule.expand(b"tls13 iv", &mut iv).unwrap();
        assert_eq!(key.as_slice(), hex("3fce516009c21727d0f2e4e86ee403bc"));
        assert_eq!(iv.as_slice(), hex("5d313eb2671276ee13000b30"));
    }

    #[test]
    fn every_length_and_label_is_as_another_program_expands_it() {
        for (seed, length) in (0..=32).enumerate() {
            let secret: Vec<u8> =
                (0..32).map(|at: u8| at.wrapping_mul(37) ^ u8::try_from(seed).unwrap()).collect();
            let label =
                [b"tls13 ".as_slice(), &b"0123456789abcdefghijklmnopqrstuvwxyzABCDE"[..seed]].concat();
            let (mut own, mut known) = (vec![0; length], vec![0; length]);
            Schedule::new(Hash::Sha256, &secret).unwrap().expand(&label, &mut own).unwrap();
            let sizes = [0, u8::try_from(length).unwrap(), u8::try_from(label.len()).unwrap()];
            let info = [sizes.as_slice(), &label, &[0]];
            let prk = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, &secret);
            prk.expand(&info, Length(length)).unwrap().fill(&mut known).unwrap();
            assert_eq!(own, known, "{length}");
        }
    }

    #[test]
    fn what_does_not_fit_is_not_expanded() {
        assert!(Schedule::new(Hash::Sha256, &[1; 48]).is_none());
        assert!(Schedule::new(Hash::Sha384, &[1; 32]).is_none());
        let schedule = Schedule::new(Hash::Sha256, &[1; 32]).unwrap();
        assert!(schedule.expand(b"tls13 key", &mut [0; 33]).is_none());
        assert!(schedule.expand(&[b'a'; 51], &mut [0; 32]).is_none());
        assert!(schedule.expand(&[b'a'; 50], &mut [0; 32]).is_some());
    }
}
