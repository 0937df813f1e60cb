//! The Huffman code of RFC 7541 Appendix B. It is canonical, so only the lengths of its codes are written down; codes and
//! tables follow from them when this is compiled. Decoding takes the next [`BITS`] bits at a time, which hold one or two
//! symbols of nearly every text; longer codes are found by their rank.

use crate::base::{to_index, to_u32};

use super::FaultKind;

/// A mistake in a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    /// Octet of the string in which it begins.
    pub(super) octet: usize,
    /// Which mistake.
    pub(super) kind: FaultKind,
}

/// Decodes the first `length` octets of `after` into `text`, and returns how many octets that gave. What follows the string
/// in `after` is only there to be read past its end without harm.
///
/// # Errors
///
/// The flaw that a decoder must refuse (RFC 7541 §5.2).
pub(super) fn decode(after: &[u8], length: usize, text: &mut Vec<u8>) -> Result<usize, Flaw> {
    // The shortest code has five bits, hence at most 8/5 symbols an octet; 16 more leave room for a window behind them.
    let room = length.saturating_mul(2).saturating_add(16).max(256);
    if text.len() < room {
        text.resize(room, 0);
    }
    let mut bits = Bits { after, length, next: 0, word: 0, valid: 0 };
    let mut written = 0_usize;
    loop {
        bits.refill();
        let mut prefix = bits.prefix();
        let mut step = step(prefix);
        let Some(window) = text.get_mut(written..).and_then(|rest| rest.first_chunk_mut::<8>()) else {
            break;
        };
        if step == 0 {
            let Some(symbol) = bits.long()? else { break };
            *window = u64::from(symbol).to_le_bytes();
            written = written.wrapping_add(1);
            continue;
        }
        let mut symbols = pair(prefix);
        let mut count = step >> 6;
        bits.consume(step);
        // Four steps of at most 13 bits fit the 56 that a refill leaves; one that finds a long code changes nothing.
        for _ in 0..3 {
            prefix = bits.prefix();
            step = self::step(prefix);
            symbols |= pair(prefix).wrapping_shl(count << 3);
            count = count.wrapping_add(step >> 6);
            bits.consume(step);
        }
        *window = symbols.to_le_bytes();
        written = written.wrapping_add(to_index(u64::from(count)));
    }
    Ok(written)
}

/// Appends the code of `text`, padded with ones to whole octets.
pub(super) fn encode(text: &[u8], octets: &mut Vec<u8>) {
    let (mut word, mut pending) = (0_u64, 0_u32);
    for &symbol in text {
        let index = usize::from(symbol);
        let length = LENGTHS.get(index).copied().map_or(0, u32::from);
        word = word.wrapping_shl(length) | CODES.get(index).copied().map_or(0, u64::from);
        pending = pending.wrapping_add(length);
        while let Some(rest) = pending.checked_sub(8) {
            octets.push(lowest_octet(word.wrapping_shr(rest)));
            pending = rest;
        }
    }
    if pending > 0 {
        let free = 8_u32.wrapping_sub(pending);
        octets.push(lowest_octet(word.wrapping_shl(free) | 0xff_u64.wrapping_shr(pending)));
    }
}

/// Octets that the code of `text` takes.
pub(super) fn encoded_length(text: &[u8]) -> usize {
    let length = |symbol: &u8| LENGTHS.get(usize::from(*symbol)).copied().map_or(0, u64::from);
    to_index(text.iter().map(length).fold(0, u64::saturating_add).div_ceil(8))
}

/// The code as the RFC lists it: code and its length in bits, and the symbol they stand for.
#[cfg(test)]
pub(super) fn codes() -> impl Iterator<Item = ((u32, u32), u16)> {
    (0..=EOS).map(|symbol| {
        let place = usize::from(symbol);
        ((CODES[place], u32::from(LENGTHS[place])), symbol)
    })
}

fn lowest_octet(word: u64) -> u8 {
    let [lowest, ..] = word.to_le_bytes();
    lowest
}

/// The bits of a string, and behind them ones without end: no code that is looked up at once begins with that many ones, so
/// the steps stand still at the end of a string whose padding is right.
struct Bits<'a> {
    after: &'a [u8],
    length: usize,
    /// Octet of the string that is loaded next.
    next: usize,
    /// The next bits, from the highest.
    word: u64,
    /// How many of them count.
    valid: u32,
}

impl Bits<'_> {
    /// Makes at least 56 bits valid.
    fn refill(&mut self) {
        self.word |= self.load(self.next).wrapping_shr(self.valid);
        let octets = 63_u32.wrapping_sub(self.valid) >> 3;
        self.next = self.next.wrapping_add(to_index(u64::from(octets)));
        self.valid |= 56;
    }

    /// Eight octets from `at`, ones where the string has ended.
    fn load(&self, at: usize) -> u64 {
        let word = match self.after.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            Some(octets) => u64::from_be_bytes(*octets),
            None => self.load_near_end(at),
        };
        let inside = self.length.saturating_sub(at);
        word | ONES_FROM.get(inside).copied().unwrap_or(0)
    }

    #[cold]
    fn load_near_end(&self, at: usize) -> u64 {
        let mut octets = [0xff; 8];
        for (octet, &there) in octets.iter_mut().zip(self.after.get(at..).unwrap_or_default()) {
            *octet = there;
        }
        u64::from_be_bytes(octets)
    }

    fn prefix(&self) -> usize {
        to_index(self.word >> 64_u32.wrapping_sub(BITS))
    }

    fn consume(&mut self, step: u32) {
        self.word = self.word.wrapping_shl(step);
        self.valid = self.valid.wrapping_sub(step & 0x3f);
    }

    /// The symbol of a code longer than [`BITS`], or `None` at the proper end of the string.
    #[cold]
    fn long(&mut self) -> Result<Option<u8>, Flaw> {
        let position = self.position();
        let Some(left) = self.length.saturating_mul(8).checked_sub(position) else { return Err(self.cut()) };
        if left < 8 {
            return Ok(None);
        }
        let octet = position >> 3;
        let (symbol, length) = ranked(self.word);
        if to_index(u64::from(length)) > left {
            return Err(Flaw { octet, kind: FaultKind::HuffmanPaddingTooLong });
        }
        let symbol = u8::try_from(symbol).map_err(|_| Flaw { octet, kind: FaultKind::HuffmanEos })?;
        self.consume(length);
        Ok(Some(symbol))
    }

    /// Bits of the string consumed so far.
    fn position(&self) -> usize {
        self.next.saturating_mul(8).saturating_sub(to_index(u64::from(self.valid)))
    }

    /// What is wrong with a string whose last bits are neither a symbol nor padding: reads it again, symbol by symbol.
    fn cut(&self) -> Flaw {
        let end = self.length.saturating_mul(8);
        let mut position = 0_usize;
        loop {
            let skip = to_u32(position & 7);
            let (_, length) = ranked(self.load(position >> 3).wrapping_shl(skip));
            let next = position.saturating_add(to_index(u64::from(length)));
            if next > end {
                let long = end.saturating_sub(position) >= 8;
                let kind =
                    if long { FaultKind::HuffmanPaddingTooLong } else { FaultKind::HuffmanPaddingNotOnes };
                return Flaw { octet: position >> 3, kind };
            }
            position = next;
        }
    }
}

/// The low six bits: how many bits the symbols of a prefix have; the others: how many symbols. 0 for a longer code.
fn step(prefix: usize) -> u32 {
    STEPS.get(prefix).copied().map_or(0, u32::from)
}

/// The symbols of a prefix, the first one lowest.
fn pair(prefix: usize) -> u64 {
    PAIRS.get(prefix).copied().map_or(0, u64::from)
}

/// The symbol, and the length of its code, at the highest bits of `word`.
fn ranked(word: u64) -> (u16, u32) {
    let top = to_u32(to_index(word >> 34));
    let rank = RANKS.iter().find(|rank| top < rank.end).copied().unwrap_or(Rank {
        end: 0,
        first: 0,
        before: 0,
        length: 30,
    });
    let code = top.wrapping_shr(30_u32.wrapping_sub(rank.length));
    let place = rank.before.wrapping_add(code.wrapping_sub(rank.first));
    (BY_CODE.get(to_index(u64::from(place))).copied().unwrap_or(EOS), rank.length)
}

/// All codes of one length.
#[derive(Clone, Copy)]
struct Rank {
    /// Their first code, and how many symbols have shorter ones.
    first: u32,
    before: u32,
    /// Behind their last code, filled up to 30 bits.
    end: u32,
    length: u32,
}

/// Bits taken at once. Measured: with 13, a random token of the URL-safe base64 alphabet costs 2.1 ns an octet on the wire,
/// with 12 bits 2.7, with 11 bits 3.2; with 14 it would be 1.8, for 48 KiB of tables, which is all of a first-level cache.
const BITS: u32 = 13;

/// Number of prefixes of that length.
const PREFIXES: usize = 1 << BITS;

/// The end-of-string symbol.
const EOS: u16 = 256;

/// A word with ones behind so many octets.
static ONES_FROM: [u64; 8] = [
    u64::MAX,
    u64::MAX >> 8,
    u64::MAX >> 16,
    u64::MAX >> 24,
    u64::MAX >> 32,
    u64::MAX >> 40,
    u64::MAX >> 48,
    u64::MAX >> 56,
];

static STEPS: [u8; PREFIXES] = TABLES.steps;
static PAIRS: [u16; PREFIXES] = TABLES.pairs;
static CODES: [u32; 257] = TABLES.codes;
static BY_CODE: [u16; 257] = TABLES.by_code;
static RANKS: [Rank; 30] = TABLES.ranks;

/// Lengths of the codes in bits, by symbol (RFC 7541 Appendix B).
const LENGTHS: [u8; 257] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, //
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, //
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, //
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, //
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, //
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, //
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, //
    6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, //
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, //
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, //
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, //
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, //
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, //
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, //
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, //
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, //
    30, //
];

const TABLES: Tables = Tables::derive();

/// All that follows from the lengths.
struct Tables {
    codes: [u32; 257],
    by_code: [u16; 257],
    ranks: [Rank; 30],
    steps: [u8; PREFIXES],
    pairs: [u16; PREFIXES],
}

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "runs in the compiler only, which refuses a mistake"
)]
impl Tables {
    const fn derive() -> Self {
        let mut tables = Self {
            codes: [0; 257],
            by_code: [0; 257],
            ranks: [Rank { first: 0, before: 0, end: 0, length: 0 }; 30],
            steps: [0; PREFIXES],
            pairs: [0; PREFIXES],
        };
        tables.count_codes();
        tables.fill_steps();
        tables
    }

    /// Codes of one length are consecutive, in the order of their symbols; longer ones follow behind them.
    const fn count_codes(&mut self) {
        let (mut code, mut before, mut length) = (0_u32, 0_u32, 1_u32);
        while length <= 30 {
            let mut rank = Rank { first: code, before, end: 0, length };
            let mut symbol = 0;
            while symbol < 257 {
                if LENGTHS[symbol] as u32 == length {
                    self.codes[symbol] = code;
                    self.by_code[before as usize] = symbol as u16;
                    code += 1;
                    before += 1;
                }
                symbol += 1;
            }
            rank.end = code << (30 - length);
            self.ranks[length as usize - 1] = rank;
            code <<= 1;
            length += 1;
        }
    }

    const fn fill_steps(&mut self) {
        let mut prefix = 0;
        while prefix < PREFIXES {
            let first = self.short_code(prefix, BITS);
            if let Some(symbol) = first {
                let length = LENGTHS[symbol as usize] as u32;
                self.pairs[prefix] = symbol;
                self.steps[prefix] = (length | (1 << 6)) as u8;
                if let Some(second) = self.short_code((prefix << length) & (PREFIXES - 1), BITS - length) {
                    self.pairs[prefix] |= second << 8;
                    self.steps[prefix] = ((length + LENGTHS[second as usize] as u32) | (2 << 6)) as u8;
                }
            }
            prefix += 1;
        }
    }

    /// The symbol whose code is within the first `bits` bits of a prefix.
    const fn short_code(&self, prefix: usize, bits: u32) -> Option<u16> {
        let mut length = 5;
        while length <= bits {
            let rank = self.ranks[length as usize - 1];
            let code = prefix as u32 >> (BITS - length);
            if code << (30 - length) < rank.end {
                return Some(self.by_code[(rank.before + code - rank.first) as usize]);
            }
            length += 1;
        }
        None
    }
}
