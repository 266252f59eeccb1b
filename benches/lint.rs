//! Judging texts in memory: one env file, one of many lines, and many services. `cargo bench --bench lint`. What the whole
//! program costs beside a plain reader and a peer, `benches/lint.py` measures.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use pgward::{Files, Policy, lint};
use std::hint::black_box;

fn files(files: impl IntoIterator<Item = (String, String)>) -> Files {
    let files = files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    Files { files, ..Files::default() }
}

fn env_file(i: usize) -> String {
    let more: Vec<String> = (0..12).map(|k| format!("SETTING_{k}=value{i}\n")).collect();
    let more = more.concat();
    format!(
        "# service {i}\nDATABASE_URL=postgresql://svc{i}:k3Vq9mT2xLpW7c@db{i}.internal:5432/svc{i}?sslmode=require\n{more}"
    )
}

fn compose(i: usize) -> String {
    format!(
        "services:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: ${{DATABASE_URL:-postgresql://svc{i}:postgres@db:5432/svc{i}}}\n  db:\n    image: postgres:16.4\n    environment:\n      POSTGRES_USER: svc{i}\n      POSTGRES_PASSWORD: postgres\n"
    )
}

fn run(criterion: &mut Criterion) {
    let policy = Policy::default();
    let mut group = criterion.benchmark_group("lint");
    let one = files([(".env".to_owned(), env_file(0))]);
    group.bench_function("one env file", |b| b.iter(|| lint(black_box(&one), &policy)));
    group.sample_size(10);
    for lines in [10_000, 100_000] {
        let text: Vec<String> = (0..lines).map(|n| format!("KEY_{n:06}=value_{n:x}\n")).collect();
        let long = files([(".env".to_owned(), text.concat())]);
        group.throughput(Throughput::Elements(lines));
        let id = BenchmarkId::new("lines of an env file", lines);
        group.bench_with_input(id, &long, |b, long| b.iter(|| lint(black_box(long), &policy)));
    }
    for services in [100, 1000] {
        let each = |i: usize| {
            let at = format!("services/svc{i:04}");
            [(format!("{at}/.env"), env_file(i)), (format!("{at}/compose.yml"), compose(i))]
        };
        let tree = files((0..services).flat_map(each));
        group.throughput(Throughput::Elements(services as u64));
        let id = BenchmarkId::new("services", services);
        group.bench_with_input(id, &tree, |b, tree| b.iter(|| lint(black_box(tree), &policy)));
    }
    group.finish();
}

criterion_group!(benches, run);
criterion_main!(benches);
