//! The whole analysis, on traffic made in memory: `cargo bench --bench end_to_end`. Where the variable `H2LINT_WORKLOADS` names a
//! folder with the captures of `benches/README.md`, on these too.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    clippy::print_stderr
)]

mod traffic;

use std::path::PathBuf;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use h2lint::conn::Interest;
use h2lint::pipeline::{KeyLog, Wishes, analyze, analyze_octets};

fn wishes() -> Wishes {
    Wishes { interest: Interest::NONE, ..Wishes::default() }
}

fn in_memory(c: &mut Criterion) {
    let mut group = c.benchmark_group("analyze");
    group.sample_size(20);
    let small = traffic::small(100_000);
    group.throughput(Throughput::Elements(small.frames));
    group.bench_function("small requests, by frame", |b| {
        b.iter(|| analyze_octets("bench", &small.pcap, &wishes(), &mut |_| {}).unwrap());
    });
    let bulk = traffic::bulk(64);
    group.throughput(Throughput::Bytes(bulk.pcap.len() as u64));
    group.bench_function("bulk, by octet", |b| {
        b.iter(|| analyze_octets("bench", &bulk.pcap, &wishes(), &mut |_| {}).unwrap());
    });
    group.finish();
}

fn workloads(c: &mut Criterion) {
    let Some(folder) = std::env::var_os("H2LINT_WORKLOADS").map(PathBuf::from) else {
        eprintln!("skipped: H2LINT_WORKLOADS names no folder with the captures of benches/README.md");
        return;
    };
    let mut group = c.benchmark_group("workload");
    group.sample_size(10);
    for name in ["w1-1500.pcap", "w2s-1500.pcap", "w5-1500.pcap", "w6-1500.pcap"] {
        let path = folder.join(name);
        let Ok(file) = std::fs::metadata(&path) else {
            eprintln!("skipped: no {}", path.display());
            continue;
        };
        group.throughput(Throughput::Bytes(file.len()));
        group.bench_function(name, |b| {
            b.iter(|| analyze(std::slice::from_ref(&path), &wishes(), KeyLog::new(), &mut |_| {}).unwrap())
        });
    }
    group.finish();
}

criterion_group!(end_to_end, in_memory, workloads);
criterion_main!(end_to_end);
