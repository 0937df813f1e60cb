//! What decoding a field block costs, by the shape of its traffic: nanoseconds a field, and megabytes of wire a second.
#![allow(missing_docs, clippy::arithmetic_side_effects, clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{
    BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime,
};
use h2lint::hpack::{Coding, Decoder, Encoder, Representation};

/// The blocks that fill the dynamic table, then those that are measured, over and over: they must leave it as it was, or
/// give the same work in any state of it.
struct Traffic {
    before: Vec<Vec<u8>>,
    blocks: Vec<Vec<u8>>,
}

fn traffic(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hpack");
    let shapes = [
        ("indexed", indexed()),
        ("grpc", grpc()),
        ("browser", browser()),
        ("literals-huffman", literals(Coding::Huffman)),
        ("literals-plain", literals(Coding::Plain)),
        ("tokens-huffman", tokens()),
    ];
    for (name, traffic) in shapes {
        measure(&mut group, name, &traffic);
    }
    group.finish();
}

fn measure(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, traffic: &Traffic) {
    let mut decoder = Decoder::new();
    for block in &traffic.before {
        decoder.decode(block, &mut |_| {});
    }
    let once = |decoder: &mut Decoder| {
        traffic.blocks.iter().fold((0_u64, 0_u64), |(fields, octets), block| {
            let summary = decoder.decode(black_box(block), &mut |field| {
                black_box(field);
            });
            assert_eq!((summary.error, summary.unknown), (None, 0));
            (fields + u64::from(summary.fields), octets + u64::from(summary.octets))
        })
    };
    let (elements, bytes) = once(&mut decoder);
    group.throughput(Throughput::ElementsAndBytes { elements, bytes });
    group.bench_function(name, |bencher| bencher.iter(|| once(&mut decoder)));
}

/// Small requests that are nothing but indices: four of the static table, five of the dynamic one.
fn indexed() -> Traffic {
    let mut first = Encoder::new();
    for (name, value) in
        [("user-agent", "bench"), ("x-tenant", "17"), ("accept", "*/*"), ("te", "trailers"), ("a", "b")]
    {
        first.named_literal(
            Representation::IncrementalIndexing,
            name.as_bytes(),
            value.as_bytes(),
            Coding::Huffman,
        );
    }
    let mut request = Encoder::new();
    for index in [2, 4, 6, 62, 16, 63, 64, 65, 66] {
        request.indexed(index);
    }
    Traffic { before: vec![first.into_octets()], blocks: vec![request.into_octets(); 64] }
}

/// gRPC calls with 1.2 to 2.5 KB of fresh metadata.
fn grpc() -> Traffic {
    let mut random = Random(7);
    let names = [
        ("content-type", "application/grpc"),
        ("te", "trailers"),
        ("grpc-accept-encoding", "identity, gzip"),
    ];
    let mut first = Encoder::new();
    for (name, value) in names {
        first.named_literal(
            Representation::IncrementalIndexing,
            name.as_bytes(),
            value.as_bytes(),
            Coding::Huffman,
        );
    }
    let blocks = (0..64).map(|_| call(&mut random)).collect();
    Traffic { before: vec![first.into_octets()], blocks }
}

fn call(random: &mut Random) -> Vec<u8> {
    let mut block = Encoder::new();
    for index in [3, 6, 64, 63, 62] {
        block.indexed(index);
    }
    let once = Representation::WithoutIndexing;
    block.literal(once, 4, b"/shop.v1.Cart/Add", Coding::Huffman).literal(
        once,
        1,
        b"10.0.0.1:8080",
        Coding::Huffman,
    );
    block.named_literal(once, b"grpc-timeout", b"29873m", Coding::Huffman);
    block.named_literal(once, b"traceparent", &random.text(HEX, 55), Coding::Huffman);
    block.named_literal(once, b"x-request-id", &random.text(HEX, 32), Coding::Huffman);
    block.literal(once, 23, &[&b"Bearer "[..], &random.text(BASE64, 900)].concat(), Coding::Huffman);
    for _ in 0..2 + random.below(6) {
        let length = 40 + random.below(220);
        block.named_literal(once, b"x-meta-17", &random.text(BASE64, length), Coding::Huffman);
    }
    block.into_octets()
}

/// Requests as a browser sends them: mostly indices, a fresh path, a cookie and a referer that change at times.
fn browser() -> Traffic {
    let mut random = Random(11);
    let indexing = Representation::IncrementalIndexing;
    let mut first = Encoder::new();
    let common = [
        ("sec-ch-ua", "\"Chromium\";v=\"124\", \"Not-A.Brand\";v=\"99\""),
        (
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0",
        ),
        ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        ("accept-language", "en-US,en;q=0.9,de;q=0.8"),
    ];
    for (name, value) in common {
        first.named_literal(indexing, name.as_bytes(), value.as_bytes(), Coding::Shorter);
    }
    // Each request inserts a constant number of entries ahead of the common ones, and then writes those again.
    let blocks = (0..64).map(|_| page(&mut random, &common)).collect();
    Traffic { before: vec![first.into_octets()], blocks }
}

fn page(random: &mut Random, common: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Encoder::new();
    block.indexed(2).indexed(7).indexed(16);
    let path = [&b"/static/"[..], &random.text(HEX, 24), b".js"].concat();
    block.literal(Representation::WithoutIndexing, 4, &path, Coding::Shorter);
    block.literal(Representation::IncrementalIndexing, 46, b"https://www.example.com/", Coding::Shorter);
    for (name, value) in common {
        block.named_literal(
            Representation::IncrementalIndexing,
            name.as_bytes(),
            value.as_bytes(),
            Coding::Shorter,
        );
    }
    for index in 62..68 {
        block.indexed(index).indexed(index);
    }
    let cookie = [&b"session="[..], &random.text(BASE64, 86)].concat();
    block.literal(Representation::NeverIndexed, 32, &cookie, Coding::Shorter);
    block.into_octets()
}

/// Requests of an encoder that knows the static table only.
fn literals(coding: Coding) -> Traffic {
    let mut random = Random(13);
    let request = |random: &mut Random| {
        let mut block = Encoder::new();
        let form = Representation::WithoutIndexing;
        block.literal(form, 2, b"GET", coding).literal(form, 4, &random.text(HEX, 30), coding);
        block.literal(form, 1, b"www.example.com", coding).literal(form, 6, b"https", coding);
        block.literal(form, 58, b"Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/126.0", coding);
        block.literal(form, 16, b"gzip, deflate, br", coding).literal(form, 17, b"en-US,en;q=0.5", coding);
        block.named_literal(form, b"x-requested-with", b"XMLHttpRequest", coding);
        block.into_octets()
    };
    Traffic { before: Vec::new(), blocks: (0..64).map(|_| request(&mut random)).collect() }
}

/// One long Huffman-coded token a block.
fn tokens() -> Traffic {
    let mut random = Random(17);
    let token = |random: &mut Random| {
        let mut block = Encoder::new();
        block.literal(Representation::WithoutIndexing, 23, &random.text(BASE64, 2000), Coding::Huffman);
        block.into_octets()
    };
    Traffic { before: Vec::new(), blocks: (0..64).map(|_| token(&mut random)).collect() }
}

/// Numbers that are the same on every run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 32).unwrap() % bound
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> Vec<u8> {
        (0..length).map(|_| *alphabet.get(self.below(alphabet.len())).unwrap()).collect()
    }
}

const HEX: &[u8] = b"0123456789abcdef";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

criterion_group!(benches, traffic);
criterion_main!(benches);
