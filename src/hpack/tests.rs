//! What the decoder promises, example by example: the RFC's own blocks, each fault and its place, a table whose past is
//! unknown, the caps.

use super::{Block, Coding, Decoder, Encoder, Fault, FaultKind, Field, Representation, Text, Traits};
use crate::limits::{MAX_DECODED_BLOCK, MAX_DYNAMIC_TABLE};

const INDEXING: Representation = Representation::IncrementalIndexing;
const WITHOUT: Representation = Representation::WithoutIndexing;

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// The fields as text, and the summary.
fn decode(decoder: &mut Decoder, block: &[u8]) -> (Vec<String>, Block) {
    let mut fields = Vec::new();
    let summary = decoder.decode(block, &mut |field| fields.push(field.to_string()));
    (fields, summary)
}

fn written(write: impl FnOnce(&mut Encoder) -> &mut Encoder) -> Vec<u8> {
    let mut block = Encoder::new();
    write(&mut block);
    block.into_octets()
}

fn rows(decoder: &Decoder) -> Vec<String> {
    decoder.table().map(|entry| format!("{} {}: {}", entry.index, entry.name, entry.value)).collect()
}

/// Decodes `block` behind one that inserted `a: 1`; tells the fault, the fields and whether the table is still exact.
#[track_caller]
fn faulty(block: &[u8]) -> (Fault, Vec<String>, bool) {
    let mut decoder = Decoder::new();
    decode(&mut decoder, &written(|block| block.named_literal(INDEXING, b"a", b"1", Coding::Plain)));
    let (fields, summary) = decode(&mut decoder, block);
    (summary.error.expect("a fault"), fields, decoder.exact())
}

fn at(offset: u32, kind: FaultKind) -> Fault {
    Fault { offset, kind }
}

#[test]
fn requests_of_rfc_7541_appendix_c_3_and_c_4_are_read() {
    let plain = [
        "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        "8286 84be 5808 6e6f 2d63 6163 6865",
        "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
    ];
    let huffman = [
        "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
        "8286 84be 5886 a8eb 1064 9cbf",
        "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
    ];
    for blocks in [plain, huffman] {
        let mut decoder = Decoder::new();
        let read = blocks.map(|block| decode(&mut decoder, &octets(block)).0.join("\n"));
        assert_eq!(read[0], ":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com");
        assert_eq!(read[1], format!("{}\ncache-control: no-cache", read[0]));
        assert_eq!(
            read[2],
            ":method: GET\n:scheme: https\n:path: /index.html\n:authority: www.example.com\ncustom-key: custom-value"
        );
        assert_eq!(
            rows(&decoder),
            ["62 custom-key: custom-value", "63 cache-control: no-cache", "64 :authority: www.example.com"]
        );
        assert_eq!(decoder.size(), 164);
    }
}

#[test]
fn responses_of_rfc_7541_appendix_c_5_and_c_6_evict_entries() {
    let plain = [
        "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d
         546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        "4803 3330 37c1 c0bf",
        "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f
         6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b
         2076 6572 7369 6f6e 3d31",
    ];
    let huffman = [
        "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7
         8f0b 97c8 e9ae 82ae 43d3",
        "4883 640e ffc1 c0bf",
        "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335
         dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
    ];
    for blocks in [plain, huffman] {
        let mut decoder = Decoder::new();
        decode(&mut decoder, &written(|block| block.size_update(256)));
        let sizes = blocks.map(|block| {
            let (_, summary) = decode(&mut decoder, &octets(block));
            assert_eq!((summary.error, summary.unknown), (None, 0));
            decoder.size()
        });
        assert_eq!(sizes, [222, 222, 215]);
        assert_eq!(
            rows(&decoder),
            [
                "62 set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
                "63 content-encoding: gzip",
                "64 date: Mon, 21 Oct 2013 20:13:22 GMT"
            ]
        );
    }
}

#[test]
fn a_field_tells_how_it_was_written() {
    let block = octets("82 40 01 61 01 62 04 81 1f 10 01 61 81 1f");
    let mut seen = Vec::new();
    let summary = Decoder::new().decode(&block, &mut |field: Field<'_>| {
        seen.push((field.representation, field.index, field.offset, field.octets));
        assert!(!field.name_huffman);
        assert_eq!(field.value_huffman, [0x04, 0x10].contains(&block[field.offset as usize]));
    });
    assert_eq!(
        seen,
        [
            (Representation::Indexed, 2, 0, 1),
            (Representation::IncrementalIndexing, 0, 1, 5),
            (Representation::WithoutIndexing, 4, 6, 3),
            (Representation::NeverIndexed, 0, 9, 5)
        ]
    );
    assert_eq!((summary.fields, summary.inserted, summary.octets, summary.error), (4, 1, 14, None));
}

#[test]
fn the_traits_of_a_literal_stay_with_its_entry() {
    let mut decoder = Decoder::new();
    let insert = written(|block| block.named_literal(INDEXING, b"Te", b"gzip\n", Coding::Plain));
    let literal = decoder.decode(&insert, &mut |_| {}).traits;
    let indexed = decoder.decode(&[0xbe], &mut |_| {}).traits;
    let expected = Traits::TE | Traits::UPPERCASE_NAME | Traits::INVALID_VALUE | Traits::TE_OTHER;
    assert!(literal.contains(expected) && literal == indexed, "{literal:?} {indexed:?}");

    // Another value under the same name has the traits of the name, not those of the first value.
    let named = written(|block| block.literal(WITHOUT, 62, b"trailers", Coding::Plain));
    let named = decoder.decode(&named, &mut |_| {}).traits;
    assert_eq!(
        named,
        Traits::REGULAR | Traits::TE | Traits::NO_TRAILER | Traits::UPPERCASE_NAME | Traits::TE_TRAILERS
    );
}

#[test]
fn a_block_repeats_the_last_one_only_as_long_as_nothing_else_happened() {
    let block = written(|block| block.indexed(2).literal(WITHOUT, 4, b"/a", Coding::Huffman));
    let insert = written(|block| block.literal(INDEXING, 4, b"/b", Coding::Plain));
    let update = written(|block| block.size_update(4096));
    for what in ["lost", "another limit", "an update owed"] {
        let mut decoder = Decoder::new();
        decode(&mut decoder, &block);
        assert!(!decoder.repeats(&block));
        decode(&mut decoder, &block);
        assert!(decoder.repeats(&block) && !decoder.repeats(&block[1..]));
        match what {
            "lost" => decoder.lose(),
            "another limit" => decoder.set_limit(100),
            _ => decoder.require_update(100),
        }
        assert!(!decoder.repeats(&block), "{what}");
    }
    for changing in [insert, update, octets("be"), Vec::new()] {
        let mut decoder = Decoder::new();
        decode(&mut decoder, &changing);
        decode(&mut decoder, &changing);
        assert!(!decoder.repeats(&changing), "{changing:02x?}");
    }
}

#[test]
fn fields_out_of_place_are_marked() {
    let block = written(|block| {
        block.indexed(2).field(b"host", b"a").indexed(4).indexed(2).field(b"host", b"a").field(b"x", b"")
    });
    let mut traits = Vec::new();
    let summary = Decoder::new().decode(&block, &mut |field| {
        traits.push(field.traits & (Traits::AFTER_REGULAR | Traits::REPEATED));
    });
    let (after, again) = (Traits::AFTER_REGULAR, Traits::REPEATED);
    assert_eq!(traits, [Traits::NONE, Traits::NONE, after, after | again, again, Traits::NONE]);
    assert!(summary.traits.contains(after | again));
}

#[test]
fn index_0_hides_one_field_only() {
    let (fault, fields, exact) = faulty(&[0x82, 0x80, 0xbe]);
    assert_eq!(fault, at(1, FaultKind::IndexZero));
    assert_eq!((fields.join("|").as_str(), exact), (":method: GET|<unknown#0>: <unknown#0>|a: 1", true));
}

#[test]
fn an_index_beyond_the_table_tells_the_largest() {
    let out = FaultKind::IndexOutOfRange { index: 63, largest: 62 };
    let (fault, fields, exact) = faulty(&[0xbf, 0xbe]);
    assert_eq!(fault, at(0, out));
    assert_eq!((fields.join("|").as_str(), exact), ("<unknown#63>: <unknown#63>|a: 1", true));
    assert_eq!(
        faulty(&[0x82, 0x0f, 0x30, 0x01, b'v']),
        (at(1, out), vec![":method: GET".into(), "<unknown#63>: v".into()], true)
    );
}

#[test]
fn an_entry_that_no_receiver_can_have_makes_the_table_unknown() {
    let (fault, fields, exact) = faulty(&[0x7f, 0x00, 0x01, b'v', 0xbe, 0x82]);
    assert_eq!(fault, at(0, FaultKind::IndexOutOfRange { index: 63, largest: 62 }));
    assert_eq!(
        (fields.join("|").as_str(), exact),
        ("<unknown#63>: v|<unknown#62>: <unknown#62>|:method: GET", false)
    );
}

#[test]
fn an_endless_integer_ends_the_block() {
    for (block, offset, kind) in [
        (octets("82 ff ffffffff7f 82"), 1, FaultKind::IntegerTooLarge),
        (octets("82 7f 808080808000"), 1, FaultKind::IntegerTooLong),
        (octets("82 00 7f 8080808010"), 2, FaultKind::IntegerTooLarge),
        (octets("3f 8080808010"), 0, FaultKind::IntegerTooLarge),
    ] {
        let (fault, fields, exact) = faulty(&block);
        assert_eq!((fault, exact), (at(offset, kind), false), "{block:02x?}");
        assert!(fields.len() < 2);
    }
}

#[test]
fn a_cut_block_tells_where_and_how_much_is_missing() {
    for (block, offset, missing) in [
        (octets("82 ff"), 1, 1),
        (octets("82 40"), 2, 1),
        (octets("82 40 03 6162"), 2, 1),
        (octets("82 40 01 61"), 4, 1),
        (octets("82 40 01 61 0a 6263"), 4, 8),
        (octets("82 40 01 61 8a 6263"), 4, 8),
        (octets("82 0f"), 1, 1),
    ] {
        let (fault, fields, exact) = faulty(&block);
        assert_eq!((fault, exact), (at(offset, FaultKind::Truncated { missing }), false), "{block:02x?}");
        assert_eq!(fields, [":method: GET"]);
    }
}

#[test]
fn huffman_mistakes_are_told_apart_and_placed() {
    const A: &str = "00011";
    for (bits, octet, kind) in [
        (["1".repeat(32), String::new()], 0, FaultKind::HuffmanEos),
        ([A.into(), "1".repeat(35)], 0, FaultKind::HuffmanEos),
        ([A.repeat(3), "1".repeat(33)], 1, FaultKind::HuffmanEos),
        (["1".repeat(8), String::new()], 0, FaultKind::HuffmanPaddingTooLong),
        ([A.into(), "1".repeat(11)], 0, FaultKind::HuffmanPaddingTooLong),
        ([A.repeat(20), "1".repeat(12)], 12, FaultKind::HuffmanPaddingTooLong),
        (["1".repeat(15), "0".into()], 0, FaultKind::HuffmanPaddingTooLong), // Where a code of 19 bits begins.
        ([A.into(), "000".into()], 0, FaultKind::HuffmanPaddingNotOnes),
        ([A.into(), "110".into()], 0, FaultKind::HuffmanPaddingNotOnes),
        ([A.repeat(3), "0".into()], 1, FaultKind::HuffmanPaddingNotOnes),
        ([A.repeat(20), "1101".into()], 12, FaultKind::HuffmanPaddingNotOnes),
    ] {
        let bits = bits.concat();
        let octet_of = |bits: &[u8]| bits.iter().fold(0, |octet, bit| octet << 1 | (bit & 1));
        let string: Vec<u8> = bits.as_bytes().chunks(8).map(octet_of).collect();
        let block = written(|block| {
            block.indexed(2).raw(&[0x44]).integer(0x80, 7, string.len() as u64).raw(&string).indexed(2)
        });
        let (fault, fields, exact) = faulty(&block);
        assert_eq!((fault, exact), (at(3 + octet, kind), false), "{bits}");
        assert_eq!(fields, [":method: GET"]);
    }
}

#[test]
fn a_size_update_above_the_limit_is_told_and_followed() {
    let mut decoder = Decoder::new();
    let block = written(|block| block.size_update(4097).indexed(2));
    let (fields, summary) = decode(&mut decoder, &block);
    assert_eq!(summary.error, Some(at(0, FaultKind::SizeUpdateTooLarge { asked: 4097, limit: 4096 })));
    assert_eq!((fields.len(), decoder.maximum(), decoder.exact()), (1, Some(4097), true));

    decoder.set_limit(5000);
    assert_eq!(decode(&mut decoder, &block).1.error, None);
}

#[test]
fn a_size_update_behind_a_field_is_told_and_followed() {
    let (fault, fields, exact) = faulty(&[0x82, 0x20, 0xbe]);
    assert_eq!(fault, at(1, FaultKind::SizeUpdateNotFirst));
    assert_eq!((fields.len(), exact), (2, true));
    assert_eq!(fields[1], "<unknown#62>: <unknown#62>"); // The update to 0 had emptied the table.
}

#[test]
fn the_first_mistake_of_a_block_is_the_one_told() {
    let (_, summary) = decode(&mut Decoder::new(), &[0x3f, 0xff, 0xff, 0x01, 0x82, 0x20, 0x80]);
    assert!(matches!(summary.error, Some(Fault { offset: 0, kind: FaultKind::SizeUpdateTooLarge { .. } })));
    assert_eq!((summary.updates.count(), summary.octets), (2, 7));
}

#[test]
fn a_lowered_limit_asks_for_an_update_first() {
    let missing = |owed, signalled| Some(FaultKind::SizeUpdateMissing { owed, signalled });
    for (told, sizes, expected) in [
        (&[1000][..], &[][..], missing(1000, None)),
        (&[1000], &[1000], None),
        (&[1000], &[0, 1000], None),
        (&[1000], &[2000], missing(1000, Some(2000))),
        (&[1000, 2000], &[2000], missing(1000, Some(2000))), // The smallest must be signalled as well.
        (&[1000, 2000], &[1000, 2000], None),
        (&[1000], &[4096, 4096, 4096, 4096, 1000], None),
        (&[4096], &[], None), // No lower than it is.
    ] {
        let mut decoder = Decoder::new();
        for limit in told {
            decoder.require_update(*limit);
        }
        let block =
            written(|block| sizes.iter().fold(block, |block, size| block.size_update(*size)).indexed(2));
        let (fields, summary) = decode(&mut decoder, &block);
        assert_eq!(summary.error.map(|fault| fault.kind), expected, "{told:?} {sizes:?}");
        assert_eq!((fields.len(), summary.updates.sizes()), (1, &sizes[..sizes.len().min(4)]));
        assert_eq!(decode(&mut decoder, &[0x82]).1.error, None, "it is told once");
    }
}

#[test]
fn a_sender_that_owes_an_update_still_has_its_entries() {
    let mut decoder = Decoder::new();
    decode(&mut decoder, &written(|block| block.named_literal(INDEXING, b"a", b"1", Coding::Plain)));
    decoder.set_limit(0);
    decoder.require_update(0);
    let (fields, summary) = decode(&mut decoder, &[0xbe]);
    assert!(matches!(summary.error, Some(Fault { kind: FaultKind::SizeUpdateMissing { .. }, .. })));
    assert_eq!((fields.join("|").as_str(), decoder.exact()), ("a: 1", true));
}

#[test]
fn an_empty_block_owes_the_update_too() {
    let mut decoder = Decoder::new();
    decoder.require_update(0);
    let missing = FaultKind::SizeUpdateMissing { owed: 0, signalled: None };
    assert_eq!(decode(&mut decoder, &[]).1.error, Some(at(0, missing)));
}

#[test]
fn nothing_is_owed_by_a_sender_whose_size_is_unknown_or_small_already() {
    let mut decoder = Decoder::new();
    decode(&mut decoder, &written(|block| block.size_update(100)));
    decoder.require_update(100);
    assert_eq!(decode(&mut decoder, &[0x82]).1.error, None);

    let mut late = Decoder::joined_late();
    late.require_update(0);
    assert_eq!(decode(&mut late, &[0x82]).1.error, None);

    let mut lossy = Decoder::new();
    lossy.require_update(0);
    lossy.lose(); // The update may have been in what was lost.
    assert_eq!(decode(&mut lossy, &[0x82]).1.error, None);
}

#[test]
fn a_late_decoder_knows_what_came_since() {
    let mut decoder = Decoder::joined_late();
    let block = written(|block| {
        block.indexed(62).named_literal(INDEXING, b"a", b"1", Coding::Plain);
        block.named_literal(INDEXING, b"b", b"2", Coding::Huffman);
        block.indexed(62).indexed(63).indexed(64).literal(INDEXING, 65, b"3", Coding::Plain).indexed(62)
    });
    let (fields, summary) = decode(&mut decoder, &block);
    assert_eq!(
        fields.join("|"),
        "<unknown#62>: <unknown#62>|a: 1|b: 2|b: 2|a: 1|<unknown#64>: <unknown#64>|<unknown#65>: 3|<unknown#62>: 3"
    );
    assert_eq!((summary.error, summary.unknown, decoder.exact()), (None, 4, false));
    assert_eq!(rows(&decoder), ["62 <unknown#62>: 3", "63 b: 2", "64 a: 1"]);
}

#[test]
fn wire_faults_and_literals_are_told_by_a_late_decoder_too() {
    let mut decoder = Decoder::joined_late();
    assert_eq!(decode(&mut decoder, &[0xbe]).1.error, None);
    assert_eq!(decode(&mut decoder, &[0x80]).1.error, Some(at(0, FaultKind::IndexZero)));
    let summary = decode(&mut decoder, &written(|block| block.field(b"Connection", b"close"))).1;
    assert!(summary.traits.contains(Traits::UPPERCASE_NAME | Traits::CONNECTION_SPECIFIC));
    assert!(matches!(decode(&mut decoder, &[0x00, 0x05]).1.error, Some(Fault { offset: 1, .. })));
}

#[test]
fn an_update_to_0_makes_a_table_exact_again() {
    let mut decoder = Decoder::joined_late();
    let (fields, summary) =
        decode(&mut decoder, &written(|block| block.size_update(0).size_update(4096).indexed(62)));
    assert_eq!(summary.error, Some(at(4, FaultKind::IndexOutOfRange { index: 62, largest: 61 })));
    assert_eq!((fields.len(), decoder.exact(), decoder.maximum()), (1, true, Some(4096)));
}

#[test]
fn known_entries_that_fill_the_table_make_it_exact_again() {
    let mut decoder = Decoder::joined_late();
    let insert =
        |length| written(|block| block.named_literal(INDEXING, b"n", &vec![b'v'; length], Coding::Plain));
    decode(&mut decoder, &insert(500));
    assert!(!decoder.exact(), "a table of any size may be behind it");
    decode(&mut decoder, &written(|block| block.size_update(600)));
    assert!(!decoder.exact(), "533 of 600 octets are known, an unseen entry may have the rest");
    assert_eq!(decode(&mut decoder, &[0xc0]).1.error, None);
    let out = FaultKind::IndexOutOfRange { index: 66, largest: 64 };
    assert_eq!(decode(&mut decoder, &[0xc2]).1.error, Some(at(0, out)));
    decode(&mut decoder, &insert(3));
    assert!(decoder.exact(), "569 of 600 octets are known, and no entry takes less than 32");

    let mut decoder = Decoder::joined_late();
    decode(&mut decoder, &insert(500));
    decode(&mut decoder, &written(|block| block.size_update(533 + 32)));
    assert!(!decoder.exact(), "there is room for an entry without name and value");
    decode(&mut decoder, &written(|block| block.size_update(533 + 31)));
    assert!(decoder.exact());
}

#[test]
fn an_entry_without_a_name_counts_as_small() {
    let mut decoder = Decoder::joined_late();
    let nameless = |length| written(|block| block.literal(INDEXING, 63, &vec![b'v'; length], Coding::Plain));
    decode(&mut decoder, &written(|block| block.size_update(4096)));
    decode(&mut decoder, &nameless(4000));
    assert!(!decoder.exact());
    decode(&mut decoder, &nameless(33));
    assert_eq!(rows(&decoder).len(), 1, "both together take 4,097 octets at least");
    assert_eq!(
        decode(&mut decoder, &[0xbf]).1.error.map(|fault| fault.offset),
        Some(0),
        "nothing older can be left"
    );
    assert!(!decoder.exact(), "the name is unknown");
    let mut later = decoder.clone();
    decode(&mut later, &written(|block| block.named_literal(INDEXING, b"n", &[b'v'; 4000], Coding::Plain)));
    assert_eq!((later.exact(), rows(&later).len()), (true, 1), "the entry without a name is evicted");
    decode(&mut decoder, &written(|block| block.named_literal(INDEXING, b"n", &[b'v'; 4095], Coding::Plain)));
    assert!(decoder.exact(), "an entry that is too large empties the table");
    assert_eq!(rows(&decoder), [""; 0]);
}

#[test]
fn a_lost_block_makes_older_entries_unknown_and_no_more() {
    let mut decoder = Decoder::new();
    let insert = |name: &[u8]| written(|block| block.named_literal(INDEXING, name, b"1", Coding::Plain));
    decode(&mut decoder, &insert(b"old"));
    decoder.lose();
    assert_eq!((decoder.exact(), decoder.maximum()), (false, None));
    decode(&mut decoder, &insert(b"new"));
    assert_eq!(decode(&mut decoder, &[0xbe, 0xbf]).0, ["new: 1", "<unknown#63>: <unknown#63>"]);
    // 4,096 octets hold 128 entries at most.
    let beyond = written(|block| block.indexed(62 + 127));
    assert!(decode(&mut decoder, &beyond).1.error.is_some());
}

#[test]
fn a_limit_told_late_bounds_a_table_of_unknown_size() {
    let mut decoder = Decoder::joined_late();
    let far = written(|block| block.indexed(1000));
    assert_eq!(decode(&mut decoder, &far).1.error, None);
    decoder.set_limit(4096);
    let out = FaultKind::IndexOutOfRange { index: 1000, largest: 61 + 128 };
    assert_eq!(decode(&mut decoder, &far).1.error, Some(at(0, out)));
}

#[test]
fn a_name_survives_the_eviction_of_its_own_entry() {
    let mut decoder = Decoder::new();
    decode(
        &mut decoder,
        &written(|block| block.size_update(100).named_literal(INDEXING, b"name", &[b'1'; 60], Coding::Plain)),
    );
    for value in 0..200_u8 {
        let block = written(|block| block.literal(INDEXING, 62, &[value; 60], Coding::Plain));
        assert_eq!(decode(&mut decoder, &block).1.error, None);
        let entry = decoder.table().next().unwrap();
        assert_eq!((entry.name, entry.value), (Text::Known(b"name"), Text::Known(&[value; 60])));
    }
    assert_eq!(rows(&decoder).len(), 1);
}

#[test]
fn a_block_that_grows_too_large_ends_at_the_cap() {
    let mut decoder = Decoder::new();
    decode(&mut decoder, &written(|block| block.named_literal(INDEXING, b"n", &[b'v'; 4000], Coding::Plain)));
    let mut emitted = 0_u64;
    let summary = decoder.decode(&[0xbe; 1 << 16], &mut |field| emitted += field.size());
    assert!(summary.capped && summary.error.is_none() && !summary.complete);
    assert!(emitted <= MAX_DECODED_BLOCK && summary.size > MAX_DECODED_BLOCK);
    assert_eq!(u64::from(summary.octets), emitted / 4033);
    assert!(!decoder.exact());
}

#[test]
fn a_table_larger_than_the_cap_forgets_its_oldest_entries_but_owns_up_to_them() {
    let mut decoder = Decoder::new();
    decoder.set_limit(u32::MAX);
    let value = vec![b'v'; 1 << 18];
    let insert = written(|block| block.named_literal(INDEXING, b"n", &value, Coding::Plain));
    decode(&mut decoder, &written(|block| block.size_update(4 * MAX_DYNAMIC_TABLE)));
    for _ in 0..6 {
        assert_eq!(decode(&mut decoder, &insert).1.error, None);
    }
    assert_eq!((rows(&decoder).len(), decoder.exact()), (3, false));
    let (_, summary) = decode(&mut decoder, &[0xbe, 0xc0, 0xc1, 0xc3]);
    assert_eq!((summary.error, summary.unknown), (None, 2));

    let huge = written(|block| block.named_literal(INDEXING, b"n", &vec![b'v'; 1 << 20], Coding::Plain));
    decode(&mut decoder, &huge);
    let (_, summary) = decode(&mut decoder, &[0xbe]);
    assert_eq!((summary.error, summary.unknown), (None, 1));
}
