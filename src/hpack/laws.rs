//! What holds for every history of field blocks: checked against a plain model of an encoder and its table.

use std::collections::HashMap;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::huffman::{self, Flaw};
use super::static_table;
use super::{Block, Coding, Decoder, Encoder, FaultKind, Field, Representation, Traits};

/// A field.
#[derive(Clone, Debug)]
struct Line {
    name: Vec<u8>,
    value: Vec<u8>,
    /// The block whose entry it refers to as a whole, if it does; the block that inserted it, for an entry.
    born: Option<usize>,
}

/// One representation to be written; numbers are taken modulo what is possible.
#[derive(Clone, Debug)]
enum Step {
    Indexed(u16),
    Named { form: Representation, index: u16, value: Vec<u8>, coding: Coding },
    New { form: Representation, name: Vec<u8>, value: Vec<u8>, coding: Coding },
}

/// A block to be written.
#[derive(Clone, Debug)]
struct Plan {
    updates: Vec<u32>,
    steps: Vec<Step>,
}

/// An encoder that keeps its table in the plainest way: a list, newest first, cut where its size passes the maximum.
struct Model {
    entries: Vec<Line>,
    maximum: usize,
    /// Blocks written so far.
    blocks: usize,
}

const LIMIT: u32 = 700;

impl Model {
    fn new() -> Self {
        Self { entries: Vec::new(), maximum: LIMIT as usize, blocks: 0 }
    }

    /// Writes a block as planned, and tells its fields.
    fn write(&mut self, plan: &Plan) -> (Vec<u8>, Vec<Line>) {
        let mut block = Encoder::new();
        for &size in &plan.updates {
            block.size_update(size);
            self.maximum = size as usize;
            self.evict();
        }
        let lines = plan.steps.iter().map(|step| self.step(step, &mut block)).collect();
        self.blocks += 1;
        (block.into_octets(), lines)
    }

    fn step(&mut self, step: &Step, block: &mut Encoder) -> Line {
        let (form, line) = match step {
            Step::Indexed(index) => {
                let index = self.index(*index);
                block.indexed(index);
                (Representation::Indexed, self.line(index))
            }
            Step::Named { form, index, value, coding } => {
                let index = self.index(*index);
                block.literal(*form, index, value, *coding);
                (*form, Line { name: self.line(index).name, value: value.clone(), born: None })
            }
            Step::New { form, name, value, coding } => {
                block.named_literal(*form, name, value, *coding);
                (*form, Line { name: name.clone(), value: value.clone(), born: None })
            }
        };
        if form == Representation::IncrementalIndexing {
            self.entries.insert(0, Line { born: Some(self.blocks), ..line.clone() });
            self.evict();
        }
        line
    }

    /// An index that leads somewhere: mostly into the dynamic table.
    fn index(&self, number: u16) -> u32 {
        let number = usize::from(number);
        let dynamic = self.entries.len();
        (if dynamic > 0 && number % 4 > 0 { 62 + number % dynamic } else { 1 + number % 61 }) as u32
    }

    fn line(&self, index: u32) -> Line {
        match static_table::table().get(index as usize - 1) {
            Some(fixed) => Line { name: fixed.name.to_vec(), value: fixed.value.to_vec(), born: None },
            None => self.entries[index as usize - 62].clone(),
        }
    }

    fn evict(&mut self) {
        let mut sum = 0;
        let kept = self.entries.iter().take_while(|Line { name, value, .. }| {
            sum += name.len() + value.len() + 32;
            sum <= self.maximum
        });
        let kept = kept.count();
        self.entries.truncate(kept);
    }
}

fn form() -> impl Strategy<Value = Representation> {
    prop_oneof![
        3 => Just(Representation::IncrementalIndexing),
        1 => Just(Representation::WithoutIndexing),
        1 => Just(Representation::NeverIndexed),
    ]
}

fn coding() -> impl Strategy<Value = Coding> {
    prop_oneof![Just(Coding::Plain), Just(Coding::Huffman), Just(Coding::Shorter)]
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => "[a-z0-9-]{0,40}".prop_map(String::into_bytes),
        1 => octets(60),
        1 => "[ -~]{100,800}".prop_map(String::into_bytes),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        any::<u16>().prop_map(Step::Indexed),
        (form(), any::<u16>(), text(), coding()).prop_map(|(form, index, value, coding)| Step::Named {
            form,
            index,
            value,
            coding
        }),
        (form(), text(), text(), coding()).prop_map(|(form, name, value, coding)| Step::New {
            form,
            name,
            value,
            coding
        }),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    let updates = prop_oneof![
        8 => Just(Vec::new()),
        2 => prop::collection::vec(0..=LIMIT, 1..3),
        1 => Just(vec![0, LIMIT]),
    ];
    (updates, prop::collection::vec(step(), 0..12)).prop_map(|(updates, steps)| Plan { updates, steps })
}

fn octets(most: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..most)
}

fn history() -> impl Strategy<Value = Vec<Plan>> {
    prop::collection::vec(plan(), 1..10)
}

/// Decodes a block; the fields as texts, `None` for what is unknown. Checks that its octets are accounted for.
fn decode(decoder: &mut Decoder, block: &[u8]) -> (Vec<[Option<Vec<u8>>; 2]>, Block) {
    let mut lines = Vec::new();
    let mut end = 0;
    let summary = decoder.decode(block, &mut |field: Field<'_>| {
        assert!(field.offset >= end && field.octets > 0, "{field:?} begins before {end}");
        let updates = &block[end as usize..field.offset as usize];
        assert!(updates.is_empty() || updates[0] & 0xe0 == 0x20, "octets before {field:?} belong to nothing");
        end = field.offset + field.octets;
        lines.push([field.name, field.value].map(|text| text.known().map(<[u8]>::to_vec)));
    });
    assert!(summary.octets >= end && summary.octets as usize <= block.len());
    assert_eq!(summary.complete, summary.octets as usize == block.len(), "{summary:?}");
    assert_eq!(summary.fields as usize, lines.len());
    (lines, summary)
}

fn known(line: &Line) -> [Option<Vec<u8>>; 2] {
    [Some(line.name.clone()), Some(line.value.clone())]
}

/// True when nothing in `seen` contradicts `real`.
fn agrees(seen: &[Option<Vec<u8>>; 2], real: &Line) -> bool {
    seen[0].as_ref().is_none_or(|name| *name == real.name)
        && seen[1].as_ref().is_none_or(|value| *value == real.value)
}

/// Decodes a block of a history that was seen from block `since` on: nothing is wrong, what came since is known, and an
/// exact table holds all that the model's does.
fn never_lies(
    decoder: &mut Decoder,
    block: &[u8],
    lines: &[Line],
    model: &Model,
    since: usize,
) -> Result<(), TestCaseError> {
    let (seen, summary) = decode(decoder, block);
    prop_assert_eq!((summary.error, seen.len()), (None, lines.len()));
    for (seen, line) in seen.iter().zip(lines) {
        prop_assert!(agrees(seen, line), "{:?} is {:?}", seen, line);
        prop_assert!(seen[1].is_some() || line.born.is_some_and(|born| born < since), "{:?} was seen", line);
    }
    let entries = entries(decoder);
    for (seen, line) in entries.iter().zip(&model.entries) {
        prop_assert!(agrees(seen, line), "{:?} is {:?}", seen, line);
    }
    if decoder.exact() {
        prop_assert!(entries.len() >= model.entries.len());
        prop_assert!(entries.iter().flatten().all(Option::is_some));
    }
    Ok(())
}

fn entries(decoder: &Decoder) -> Vec<[Option<Vec<u8>>; 2]> {
    decoder
        .table()
        .map(|entry| [entry.name, entry.value].map(|text| text.known().map(<[u8]>::to_vec)))
        .collect()
}

/// Decodes a string one bit at a time.
fn huffman_bit_by_bit(octets: &[u8]) -> Result<Vec<u8>, Flaw> {
    static CODES: LazyLock<HashMap<(u32, u32), u16>> = LazyLock::new(|| huffman::codes().collect());
    let (mut text, mut code, mut length, mut begin) = (Vec::new(), 0, 0, 0);
    for bit in 0..octets.len() * 8 {
        code = code << 1 | u32::from(octets[bit / 8] >> (7 - bit % 8) & 1);
        length += 1;
        if let Some(&symbol) = CODES.get(&(code, length)) {
            text.push(
                u8::try_from(symbol).map_err(|_| Flaw { octet: begin / 8, kind: FaultKind::HuffmanEos })?,
            );
            (code, length, begin) = (0, 0, bit + 1);
        }
    }
    let octet = begin / 8;
    match length {
        8.. => Err(Flaw { octet, kind: FaultKind::HuffmanPaddingTooLong }),
        _ if code + 1 != 1 << length => Err(Flaw { octet, kind: FaultKind::HuffmanPaddingNotOnes }),
        _ => Ok(text),
    }
}

fn huffman_by_table(octets: &[u8], behind: &[u8]) -> Result<Vec<u8>, Flaw> {
    let mut text = Vec::new();
    let length = huffman::decode(&[octets, behind].concat(), octets.len(), &mut text)?;
    text.truncate(length);
    Ok(text)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_an_encoder_writes_is_what_the_decoder_reads(history in history()) {
        let mut model = Model::new();
        let mut decoder = Decoder::new();
        decoder.decode(Encoder::new().size_update(LIMIT).octets(), &mut |_| {});
        for plan in &history {
            let (block, lines) = model.write(plan);
            let (seen, summary) = decode(&mut decoder, &block);
            prop_assert_eq!(summary.error, None);
            prop_assert_eq!(seen, lines.iter().map(known).collect::<Vec<_>>());
            prop_assert_eq!(entries(&decoder), model.entries.iter().map(known).collect::<Vec<_>>());
            prop_assert!(decoder.exact());
        }
    }

    #[test]
    fn a_late_start_hides_what_came_before_and_never_lies(
        history in history(),
        skipped in 0..5_usize,
        limit in prop_oneof![Just(LIMIT), Just(u32::MAX)],
    ) {
        let mut model = Model::new();
        let mut decoder = Decoder::joined_late();
        decoder.set_limit(limit);
        for (number, plan) in history.iter().enumerate() {
            let (block, lines) = model.write(plan);
            if number >= skipped {
                never_lies(&mut decoder, &block, &lines, &model, skipped)?;
            }
        }
    }

    #[test]
    fn lost_blocks_hide_what_came_before_and_never_lie(
        history in history(),
        lost in prop::collection::vec(any::<bool>(), 10),
    ) {
        let mut model = Model::new();
        let mut decoder = Decoder::new();
        decoder.decode(Encoder::new().size_update(LIMIT).octets(), &mut |_| {});
        let mut seen_since = 0;
        for (number, plan) in history.iter().enumerate() {
            let (block, lines) = model.write(plan);
            if lost[number] {
                decoder.lose();
                seen_since = number + 1;
            } else {
                never_lies(&mut decoder, &block, &lines, &model, seen_since)?;
            }
        }
    }

    #[test]
    fn a_block_that_repeats_the_last_one_means_the_same_again(
        blocks in prop::collection::vec(prop_oneof![octets(20), prop::collection::vec(0x82..=0xc2_u8, 1..5)], 1..8),
        late in any::<bool>(),
    ) {
        let mut decoder = if late { Decoder::joined_late() } else { Decoder::new() };
        for block in &blocks {
            decode(&mut decoder, block);
            let before = entries(&decoder);
            let first = decode(&mut decoder, block);
            if decoder.repeats(block) {
                prop_assert_eq!(&before, &entries(&decoder));
                prop_assert_eq!(decode(&mut decoder, block), first);
            }
        }
    }

    #[test]
    fn fields_that_nobody_wants_count_like_the_others(history in history()) {
        let mut model = Model::new();
        let (mut all, mut some) = (Decoder::new(), Decoder::new());
        for plan in &history {
            let (block, _) = model.write(plan);
            let wants = |traits: Traits| traits.intersects(Traits::PSEUDO | Traits::SECRET);
            let (mut wanted, mut handed) = (Vec::new(), Vec::new());
            let summary = all.decode(&block, &mut |field| {
                if wants(field.traits) {
                    wanted.push(field.to_string());
                }
            });
            prop_assert_eq!(some.decode_where(&block, wants, &mut |field| handed.push(field.to_string())), summary);
            prop_assert_eq!(handed, wanted);
            prop_assert_eq!(entries(&some), entries(&all));
        }
    }

    #[test]
    fn no_octets_make_the_decoder_fail(blocks in prop::collection::vec(octets(200), 1..8), late in any::<bool>()) {
        let mut decoder = if late { Decoder::joined_late() } else { Decoder::new() };
        for block in &blocks {
            let (_, summary) = decode(&mut decoder, block);
            prop_assert!(summary.error.is_none_or(|fault| fault.offset as usize <= block.len()));
        }
    }

    #[test]
    fn a_damaged_octet_is_survived(history in history(), damage in any::<(u16, u8)>()) {
        let mut model = Model::new();
        let mut decoder = Decoder::new();
        for plan in &history {
            let (mut block, _) = model.write(plan);
            let place = usize::from(damage.0) % block.len().max(1);
            if let Some(octet) = block.get_mut(place) {
                *octet = damage.1;
            }
            decode(&mut decoder, &block);
        }
    }

    #[test]
    fn any_text_survives_the_huffman_code(text in octets(300), behind in octets(12)) {
        let mut octets = Vec::new();
        huffman::encode(&text, &mut octets);
        prop_assert_eq!(octets.len(), huffman::encoded_length(&text));
        prop_assert_eq!(huffman_by_table(&octets, &behind), Ok(text));
    }

    #[test]
    fn any_octets_decode_as_they_do_bit_by_bit(
        start in "[ -~]{0,30}",
        end in prop::collection::vec(prop_oneof![Just(0xff), any::<u8>()], 0..12),
        behind in octets(12),
    ) {
        let mut string = Vec::new();
        huffman::encode(start.as_bytes(), &mut string);
        string.extend(end);
        prop_assert_eq!(huffman_by_table(&string, &behind), huffman_bit_by_bit(&string));
    }
}

#[test]
fn every_string_of_two_octets_decodes_as_it_does_bit_by_bit() {
    for octets in (0..=u16::MAX).map(u16::to_be_bytes) {
        assert_eq!(huffman_by_table(&octets, &[0x5a; 9]), huffman_bit_by_bit(&octets), "{octets:02x?}");
    }
}
