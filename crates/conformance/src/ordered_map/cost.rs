//! What a fixed workload costs with an ordered map: calls of the disk and bytes, counted.

use crate::costs::Costs;
use crate::ordered_map::face::OrderedMap;
use innolab_base::rng::Rng;
use innolab_disk::{Disk, SimDisk};
use std::ops::Bound;
use std::sync::Arc;

/// Pairs that are put; as many are read.
const PAIRS: u64 = 20_000;

/// Returns the costs of the workload, which is always the same: pairs are put in random order, with a sync after each
/// hundred; the map is closed and opened again; single keys are read, then short ranges.
///
/// ERRORS: a call failed, or gave a wrong answer.
pub fn costs<M: OrderedMap>(open: impl Fn(Arc<dyn Disk>) -> Result<M, String>) -> Result<Costs, String> {
    let disk = SimDisk::new(1);
    let (mut out, mut before, mut rng) = (Costs::new(), disk.counts(), Rng(5));
    let mut count = |what: &str| {
        let new = disk.counts() - before;
        before = disk.counts();
        let counts = [("bytes read", new.read_bytes), ("bytes written", new.written_bytes), ("syncs", new.syncs)];
        out.extend(counts.into_iter().map(|(of, n)| (format!("{what}: {of}"), n)));
    };
    let map = open(Arc::new(disk.clone()))?;
    for n in 0..PAIRS {
        map.put(&key(rng.below(1 << 40)), &value(n))?;
        if n % 100 == 99 {
            map.sync()?;
        }
    }
    map.close()?;
    count("put");
    let (map, mut rng) = (open(Arc::new(disk.clone()))?, Rng(5));
    for n in 0..PAIRS {
        let key = key(rng.below(1 << 40));
        if n % 10 == 0 && map.get(&key)?.is_none() {
            return Err(format!("pair {n} is gone after closing"));
        }
    }
    count("get");
    for _ in 0..200 {
        let from = rng.below(1 << 40);
        // A two-hundredth of the keys: about a hundred pairs.
        let range = map.range((Bound::Included(key(from)), Bound::Excluded(key(from + (1 << 40) / 200))))?;
        if range.len() > 1000 {
            return Err("a range has more pairs than were put there".to_owned());
        }
    }
    count("range");
    map.close()?;
    Ok(out)
}

fn key(n: u64) -> Vec<u8> {
    n.to_be_bytes().into()
}

fn value(n: u64) -> Vec<u8> {
    vec![n as u8; 100]
}
