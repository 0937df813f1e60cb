//! Writes field blocks, one representation at a time, right ones and wrong ones: for scripts and for tests.

use super::Representation;
use super::huffman;
use super::static_table;

/// A field block being written. It keeps no dynamic table: what an index will mean is the writer's business.
///
/// ```
/// use h2lint::hpack::{Coding, Encoder, Representation};
///
/// let mut block = Encoder::new();
/// block.indexed(2).literal(Representation::IncrementalIndexing, 24, b"no-cache", Coding::Huffman);
/// assert_eq!(block.octets(), [0x82, 0x58, 0x86, 0xa8, 0xeb, 0x10, 0x64, 0x9c, 0xbf]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Encoder {
    octets: Vec<u8>,
}

/// How a string is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Octet for octet.
    Plain,
    /// In the Huffman code of RFC 7541 Appendix B.
    Huffman,
    /// In the shorter of the two.
    Shorter,
}

impl Encoder {
    /// An empty block.
    #[must_use]
    pub const fn new() -> Self {
        Self { octets: Vec::new() }
    }

    /// The block so far.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The block.
    #[must_use]
    pub fn into_octets(self) -> Vec<u8> {
        self.octets
    }

    /// A field as anybody would write it who keeps no dynamic table: from the static table as far as that goes.
    pub fn field(&mut self, name: &[u8], value: &[u8]) -> &mut Self {
        let entries = || (1_u32..).zip(static_table::table());
        if let Some((index, _)) = entries().find(|(_, fixed)| fixed.name == name && fixed.value == value) {
            return self.indexed(index);
        }
        match entries().find(|(_, fixed)| fixed.name == name) {
            Some((index, _)) => self.literal(Representation::WithoutIndexing, index, value, Coding::Shorter),
            None => self.named_literal(Representation::WithoutIndexing, name, value, Coding::Shorter),
        }
    }

    /// An indexed field (RFC 7541 §6.1).
    pub fn indexed(&mut self, index: u32) -> &mut Self {
        self.integer(0x80, 7, u64::from(index))
    }

    /// A literal whose name stands at `index` (RFC 7541 §6.2); with [`Representation::Indexed`], that index alone.
    pub fn literal(&mut self, form: Representation, index: u32, value: &[u8], coding: Coding) -> &mut Self {
        self.begin(form, index);
        if form == Representation::Indexed { self } else { self.string(value, coding) }
    }

    /// A literal whose name is written out (RFC 7541 §6.2); with [`Representation::Indexed`] an index 0 is written.
    pub fn named_literal(
        &mut self,
        form: Representation,
        name: &[u8],
        value: &[u8],
        coding: Coding,
    ) -> &mut Self {
        self.begin(form, 0);
        if form == Representation::Indexed { self } else { self.string(name, coding).string(value, coding) }
    }

    fn begin(&mut self, form: Representation, index: u32) {
        let (pattern, bits) = match form {
            Representation::Indexed => (0x80, 7),
            Representation::IncrementalIndexing => (0x40, 6),
            Representation::WithoutIndexing => (0x00, 4),
            Representation::NeverIndexed => (0x10, 4),
        };
        self.integer(pattern, bits, u64::from(index));
    }

    /// A dynamic table size update (RFC 7541 §6.3).
    pub fn size_update(&mut self, octets: u32) -> &mut Self {
        self.integer(0x20, 5, u64::from(octets))
    }

    /// A string (RFC 7541 §5.2).
    pub fn string(&mut self, text: &[u8], coding: Coding) -> &mut Self {
        let coded = huffman::encoded_length(text);
        let huffman = match coding {
            Coding::Plain => false,
            Coding::Huffman => true,
            Coding::Shorter => coded < text.len(),
        };
        if huffman {
            self.integer(0x80, 7, crate::base::to_u64(coded));
            huffman::encode(text, &mut self.octets);
        } else {
            self.integer(0x00, 7, crate::base::to_u64(text.len()));
            self.octets.extend_from_slice(text);
        }
        self
    }

    /// An integer (RFC 7541 §5.1) in the low `bits` bits, 1 to 8, of an octet with this `pattern`; also one too large.
    pub fn integer(&mut self, pattern: u8, bits: u8, value: u64) -> &mut Self {
        let ones = 0xff_u8.wrapping_shr(8_u32.wrapping_sub(u32::from(bits)));
        match u8::try_from(value) {
            Ok(small) if small < ones => self.octets.push(pattern | small),
            _ => {
                self.octets.push(pattern | ones);
                self.continuation(value.saturating_sub(u64::from(ones)));
            }
        }
        self
    }

    fn continuation(&mut self, mut value: u64) {
        loop {
            let [low, ..] = value.to_le_bytes();
            value >>= 7;
            if value == 0 {
                self.octets.push(low & 0x7f);
                return;
            }
            self.octets.push(low | 0x80);
        }
    }

    /// Octets as they are.
    pub fn raw(&mut self, octets: &[u8]) -> &mut Self {
        self.octets.extend_from_slice(octets);
        self
    }
}
