//! Each floor alone, on traffic made in memory: `cargo bench --bench floors`.

#![allow(
    missing_docs,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::arithmetic_side_effects
)]

mod traffic;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use h2lint::base::{Origin, Piece, Side};
use h2lint::capture::{Packet, Reader, Record};
use h2lint::conn::{Connection, Interest};
use h2lint::frame::Decoder;
use h2lint::link;
use h2lint::tcp::{Connection as Tcp, Direction, IpHeader, Segment};

/// The packets of a capture, with owned octets.
fn packets(pcap: &[u8]) -> Vec<(Packet<'static>, Vec<u8>)> {
    let mut reader = Reader::new(pcap, "bench").unwrap();
    let mut all = Vec::new();
    while let Some(record) = reader.next().unwrap() {
        if let Record::Packet(packet) = record {
            all.push((Packet { data: &[], ..packet }, packet.data.to_vec()));
        }
    }
    all
}

fn capture_floor(c: &mut Criterion) {
    let traffic = traffic::small(20_000);
    let count = packets(&traffic.pcap).len() as u64;
    let mut group = c.benchmark_group("capture");
    group.throughput(Throughput::Elements(count));
    group.bench_function("walk over records", |b| {
        b.iter(|| {
            let mut reader = Reader::new(traffic.pcap.as_slice(), "bench").unwrap();
            let mut octets = 0;
            while let Some(record) = reader.next().unwrap() {
                if let Record::Packet(packet) = record {
                    octets += packet.data.len();
                }
            }
            black_box(octets)
        });
    });
    group.finish();
}

fn link_floor(c: &mut Criterion) {
    let all = packets(&traffic::small(20_000).pcap);
    let mut group = c.benchmark_group("link");
    group.throughput(Throughput::Elements(all.len() as u64));
    group.bench_function("ethernet, ipv4", |b| {
        b.iter(|| {
            all.iter().filter(|(packet, data)| link::decode(packet.link, black_box(data)).is_ok()).count()
        });
    });
    group.finish();
}

fn tcp_floor(c: &mut Criterion) {
    let all = packets(&traffic::small(20_000).pcap);
    let octets: usize = all.iter().map(|(_, data)| data.len()).sum();
    let mut group = c.benchmark_group("tcp");
    group.throughput(Throughput::Bytes(octets as u64));
    let in_order: Vec<usize> = (0..all.len()).collect();
    let mut swapped = in_order.clone();
    swapped.chunks_exact_mut(7).for_each(|part| part.swap(1, 2));
    for (name, order) in [("in order", in_order), ("swapped", swapped)] {
        group.bench_function(name, |b| b.iter(|| reassemble(&all, &order)));
    }
    group.finish();
}

fn reassemble(all: &[(Packet<'static>, Vec<u8>)], order: &[usize]) -> usize {
    let mut connection = Tcp::default();
    let mut octets = 0;
    for at in order {
        let (packet, data) = &all[*at];
        let datagram = link::decode(packet.link, data).unwrap();
        let place = packet.place();
        let segment = Segment::read(datagram.payload, datagram.length, &IpHeader::default(), place).unwrap();
        let direction = if segment.source_port > segment.destination_port {
            Direction::Forward
        } else {
            Direction::Backward
        };
        connection.push(direction, &segment, &mut |_, output| {
            if let h2lint::tcp::Output::Piece(Piece::Chunk { bytes, .. }) = output {
                octets += bytes.len();
            }
        });
    }
    octets
}

fn frame_floor(c: &mut Criterion) {
    let mut group = c.benchmark_group("frame");
    for (name, traffic) in [("small", traffic::small(20_000)), ("bulk", traffic::bulk(16))] {
        let octets: usize = traffic.server.iter().map(Vec::len).sum();
        group.throughput(Throughput::Bytes(octets as u64));
        group.bench_function(name, |b| {
            b.iter(|| {
                let (mut decoder, mut frames) = (Decoder::default(), 0_u64);
                for bytes in &traffic.server {
                    let piece = Piece::Chunk { bytes, origin: Origin::default() };
                    decoder.push(&piece, &mut |output| {
                        frames += u64::from(matches!(
                            output,
                            h2lint::frame::Output::Whole { .. } | h2lint::frame::Output::End { .. }
                        ));
                    });
                }
                black_box(frames)
            });
        });
    }
    group.finish();
}

fn conn_floor(c: &mut Criterion) {
    let traffic = traffic::small(20_000);
    let mut group = c.benchmark_group("conn");
    group.throughput(Throughput::Elements(traffic.frames * 2 / 3));
    group.bench_function("frames of one side, no rules", |b| {
        b.iter(|| {
            let (mut decoder, mut conn, mut facts) =
                (Decoder::default(), Connection::new(Interest::NONE), 0_u64);
            for bytes in &traffic.server {
                let piece = Piece::Chunk { bytes, origin: Origin::default() };
                decoder.push(&piece, &mut |output| conn.push(Side::Server, output, &mut |_, _| facts += 1));
            }
            black_box(facts)
        });
    });
    group.finish();
}

criterion_group!(floors, capture_floor, link_floor, tcp_floor, frame_floor, conn_floor);
criterion_main!(floors);
