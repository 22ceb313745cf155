//! What the adaptive hash index answers, and what it costs to keep: counts, by kind of work.
//!
//! ```text
//! cargo run -p innolab-btree --example hash                    the table
//! … --example hash -- gets on 100000                           one work alone, with the hash index on or off
//! ```

use innolab_base::rng::Rng;
use innolab_base::{Events, IndexId, SpaceId, SystemClock};
use innolab_btree::{Field, Seek, Tree};
use innolab_disk::SimDisk;
use innolab_page::{Column, Layout};
use innolab_store::{HashCounts, Options, Store};
use std::fmt::Write;
use std::sync::Arc;

type Error = Box<dyn std::error::Error>;

/// A work on a tree with the even keys up to twice this number, in random order.
type Work = fn(&Tree, u64) -> Result<(), Error>;

const WORKS: [(&str, Work); 7] = [
    ("gets", |tree, n| random(n, n).try_for_each(|i| get(tree, 2 * i, true))),
    ("gets of a tenth", |tree, n| random(n, n / 10).try_for_each(|i| get(tree, 2 * i, true))),
    ("gets of no record", |tree, n| random(n, n).try_for_each(|i| get(tree, 2 * i + 1, false))),
    ("scans of 100", |tree, n| random(n / 100, n).try_for_each(|i| scan(tree, 2 * i + 1))),
    ("gets, one in ten an update", |tree, n| {
        random(n, n).try_for_each(|i| if i % 10 == 0 { put(tree, 2 * i) } else { get(tree, 2 * i, true) })
    }),
    ("gets, one in ten an insert", |tree, n| {
        random(n, n).try_for_each(|i| if i % 10 == 0 { put(tree, 2 * i + 1) } else { get(tree, 2 * i, true) })
    }),
    ("gets, one in ten removed and back", |tree, n| {
        random(n, n).try_for_each(|i| {
            if i % 10 == 0 {
                tree.remove(&[Some(&(2 * i).to_be_bytes())])?;
                put(tree, 2 * i)?;
            }
            get(tree, 2 * i, true)
        })
    }),
];

/// `n` random numbers below `below`.
fn random(n: u64, below: u64) -> impl Iterator<Item = u64> {
    let mut rng = Rng(7);
    (0..n).map(move |_| rng.below(below))
}

fn get(tree: &Tree, key: u64, exists: bool) -> Result<(), Error> {
    let found = tree.get(&[Some(&key.to_be_bytes())], |record| record.field(1).map(<[u8]>::len))?;
    assert_eq!(found.is_some(), exists, "key {key}");
    Ok(())
}

fn put(tree: &Tree, key: u64) -> Result<(), Error> {
    let (key, value) = (key.to_be_bytes(), [7; 100]);
    let fields: [Field<'_>; 2] = [Some(&key), Some(&value)];
    tree.write(&fields[..1], Default::default(), &mut |_, record| {
        record.leaf(tree.layout(), &fields)?;
        Ok(innolab_btree::Change::Put)
    })?;
    Ok(())
}

fn scan(tree: &Tree, from: u64) -> Result<(), Error> {
    let mut cursor = tree.cursor();
    let mut there = cursor.seek(&[Some(&from.to_be_bytes())], Seek::AtLeast)?;
    for _ in 1..100 {
        there = there && cursor.next()?;
    }
    Ok(())
}

/// A tree of `n` records, in a pool that holds it. It is filled in an order of its own, so that leaves have room.
fn tree(n: u64, hash: bool) -> Result<Tree, Error> {
    let options = Options { innodb_adaptive_hash_index: hash, background: false, ..Options::default() };
    let (store, _) = Store::open(Arc::new(SimDisk::new(1)), options, Arc::new(SystemClock::default()), Events::none())?;
    let space = store.create_space(SpaceId(1), "t.ibd")?;
    let layout = Layout::new([Column::fixed(8), Column::fixed(100)], 1);
    let tree = Tree::create(&store, &space, IndexId(1), layout)?;
    (0..n).try_for_each(|i| put(&tree, i.wrapping_mul(7919) % n * 2))?;
    Ok(tree)
}

#[allow(dead_code)] // the test of the examples calls `table`
fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, hash, n] = &arguments[..] else {
        print!("{}", table()?);
        return Ok(());
    };
    let (tree, n) = (tree(n.parse()?, hash == "on")?, n.parse()?);
    let work = WORKS.iter().find(|(work, _)| work == name).ok_or("no such work")?.1;
    work(&tree, n)
}

/// Does each work on a tree of its own, of 20 000 records; returns the table of counts.
pub(crate) fn table() -> Result<String, Error> {
    const N: u64 = 20_000;
    let mut out = format!(
        "{:34} {:>8} {:>12} {:>8} {:>8} {:>9}\n",
        "", "by hash", "by the tree", "taken up", "given up", "entries"
    );
    for (name, work) in WORKS {
        let tree = tree(N, true)?;
        work(&tree, N)?;
        let HashCounts {
            adaptive_hash_searches,
            adaptive_hash_searches_btree,
            adaptive_hash_pages_added,
            adaptive_hash_pages_removed,
            adaptive_hash_rows_added,
        } = tree.store().hash_counts();
        writeln!(
            out,
            "{name:34} {adaptive_hash_searches:8} {adaptive_hash_searches_btree:12} {adaptive_hash_pages_added:8} \
             {adaptive_hash_pages_removed:8} {adaptive_hash_rows_added:9}"
        )?;
    }
    Ok(out)
}
