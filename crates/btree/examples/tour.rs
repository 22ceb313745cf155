//! A small tree grows, splits, merges, and is opened again after a power loss: the events it emits on the way.
//!
//! ```text
//! cargo run -p innolab-btree --example tour
//! ```

use innolab_base::Events;
use innolab_base::event::Lines;
use innolab_btree::{Kv, Result};
use innolab_disk::SimDisk;
use innolab_store::Options;
use std::fmt::Write;
use std::sync::Arc;

type Anything<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn options() -> Options {
    Options { background: false, ..Options::default() }
}

/// Adds the tree's events since the last call, without the store's.
fn add_events(out: &mut String, lines: &Lines) -> Anything<()> {
    for line in lines.take().iter().filter(|line| line.starts_with("btree.")) {
        writeln!(out, "    {line}")?;
    }
    Ok(())
}

/// Returns the whole output.
pub(crate) fn tour() -> Anything<String> {
    let mut out = String::new();
    let (disk, lines) = (SimDisk::new(7), Arc::new(Lines::default()));
    let map = Kv::open_with(Arc::new(disk.clone()), options(), Events::to(lines.clone()))?;
    let key = |n: u32| format!("key {n:05}").into_bytes();

    writeln!(out, "100 ascending keys with 500 bytes each: the cut is at the end, pages stay full")?;
    for n in (0..1000).step_by(10) {
        map.put(&key(n), &[b'v'; 500])?;
    }
    add_events(&mut out, &lines)?;
    writeln!(out, "{}", map.tree().shape()?)?;

    writeln!(out, "60 more, all over the key range: the cut is in the middle")?;
    for n in 0..60 {
        map.put(&key(n * 617 % 1000 + 1), &[b'w'; 500])?;
    }
    add_events(&mut out, &lines)?;
    writeln!(out, "{}", map.tree().shape()?)?;

    writeln!(out, "the first 100 keys are removed: neighbours merge")?;
    let first: Vec<_> = map.iter().take(100).collect::<Result<_>>()?;
    for (key, _) in &first {
        map.remove(key)?;
    }
    add_events(&mut out, &lines)?;
    writeln!(out, "{}", map.tree().validate()?)?;

    writeln!(out, "sync; one more change; the power fails")?;
    map.sync()?;
    map.put(b"too late", b"")?;
    let left = Kv::open(Arc::new(disk.power_loss(0)), options())?;
    let n = left.iter().count();
    println!(
        "    {n} pairs after the power loss; the last change {}",
        if left.get(b"too late")?.is_some() { "survived" } else { "is lost" }
    );
    left.tree().validate()?;

    writeln!(out, "all keys are removed")?;
    for pair in map.iter() {
        map.remove(&pair?.0)?;
    }
    add_events(&mut out, &lines)?;
    writeln!(out, "{}", map.tree().validate()?)?;
    map.close()?;
    Ok(out)
}

#[allow(dead_code)] // a test compares the output
fn main() -> Anything<()> {
    print!("{}", tour()?);
    Ok(())
}
