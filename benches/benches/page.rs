//! How long do search, insert, removal, check and checksum take on one page? This is what a B+ tree pays per level, per
//! row and per page read, before any cache miss.
//!
//! The page: 8-byte key and 100-byte value, filled by random inserts (129 records), and the same built in key order.
//! Everything stays in the CPU's caches.
#![allow(missing_docs)] // criterion's macros make functions without docs

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use innolab_base::{IndexId, Lsn, PAGE_SIZE, PageId, PageNo, SpaceId};
use innolab_benches::size;
use innolab_page::fil::{self, ChecksumAlgorithm};
use innolab_page::{Column, IndexBuilder, IndexMut, IndexPage, Layout, Origin, Record, SearchKey, index};
use std::hint::black_box;
use std::time::Duration;

const VALUE: [u8; 100] = [7; 100];

fn layout() -> Layout {
    Layout::new([Column::fixed(8), Column::fixed(6), Column::fixed(7), Column::fixed(100)], 1)
}

fn empty() -> Vec<u8> {
    let mut page = vec![0; PAGE_SIZE];
    fil::init(&mut page[..], PageId::new(SpaceId(1), PageNo(3)), fil::PageType::INDEX);
    index::format(&mut page[..], IndexId(1), 0);
    page
}

/// Distinct keys in random order.
fn keys() -> Vec<[u8; 8]> {
    (1..=200u64).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()).collect()
}

fn insert(page: &mut [u8], layout: &Layout, record: &mut Record, key: &[u8; 8]) -> Option<Origin> {
    record.leaf(layout, &[Some(key), Some(&[1; 6]), Some(&[2; 7]), Some(&VALUE)]).ok()?;
    let mut edit = IndexMut::new(page, layout);
    let prev = edit.page().search(&SearchKey::new(layout, &[Some(key)])).origin;
    edit.insert_after(prev, record)
}

fn fill(page: &mut [u8], layout: &Layout, keys: &[[u8; 8]]) -> usize {
    let mut record = Record::new();
    keys.iter().take_while(|key| insert(page, layout, &mut record, key).is_some()).count()
}

fn search_all(page: &[u8], layout: &Layout, keys: &[[u8; 8]]) -> usize {
    let page = IndexPage::new(page, layout);
    keys.iter().filter(|key| page.search(&SearchKey::new(layout, &[Some(&key[..])])).equal).count()
}

fn bench(c: &mut Criterion) {
    let (layout, keys) = (layout(), keys());
    let mut page = empty();
    let n = fill(&mut page, &layout, &keys);
    let keys = &keys[..n];
    assert_eq!(search_all(&page, &layout, keys), n, "every key is found");
    let mut sorted = keys.to_vec();
    sorted.sort();

    c.bench_function(&format!("page/search {n} keys, page filled at random"), |b| {
        b.iter(|| search_all(black_box(&page), &layout, keys));
    });
    let mut dense = page.clone();
    IndexMut::new(&mut dense[..], &layout).reorganise();
    c.bench_function(&format!("page/search {n} keys, page reorganised"), |b| {
        b.iter(|| search_all(black_box(&dense), &layout, keys));
    });
    c.bench_function(&format!("page/walk {n} records and read a field"), |b| {
        b.iter(|| {
            let records = IndexPage::new(black_box(&page), &layout).records();
            records.map(|(_, r)| usize::from(r.field(3).unwrap_or_default()[0])).sum::<usize>()
        });
    });
    for (name, keys) in [("random", keys), ("ascending", &sorted[..])] {
        c.bench_function(&format!("page/insert {n} rows, {name}"), |b| {
            b.iter_batched_ref(empty, |page| assert_eq!(fill(page, &layout, keys), n), BatchSize::SmallInput);
        });
    }
    c.bench_function(&format!("page/remove {n} rows one by one"), |b| {
        b.iter_batched_ref(
            || page.clone(),
            |page| {
                for key in keys {
                    let mut edit = IndexMut::new(&mut page[..], &layout);
                    let found = edit.page().search(&SearchKey::new(&layout, &[Some(key)]));
                    edit.remove(found.origin);
                }
            },
            BatchSize::SmallInput,
        );
    });
    c.bench_function(&format!("page/build from {n} records"), |b| {
        let mut target = empty();
        let mut builder = IndexBuilder::new(&layout, 0);
        b.iter(|| {
            builder.restart(0);
            for (_, record) in IndexPage::new(&page, &layout).records() {
                builder.push(record);
            }
            builder.write(&mut target[..], IndexId(1), 0);
        });
    });
    c.bench_function(&format!("page/check {n} records"), |b| {
        b.iter(|| index::check(black_box(&page), &layout).is_ok());
    });
    c.bench_function("page/seal and verify", |b| {
        let mut page = page.clone();
        b.iter(|| {
            fil::seal(&mut page, Lsn(7), ChecksumAlgorithm::FullCrc32);
            fil::verify(&page, PageId::new(SpaceId(1), PageNo(3)), ChecksumAlgorithm::FullCrc32).is_ok()
        });
    });
}

fn config() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(size(1, 500)))
        .measurement_time(Duration::from_millis(size(10, 2000)))
        .sample_size(size(10, 50))
}

criterion_group! { name = benches; config = config(); targets = bench }
criterion_main!(benches);
