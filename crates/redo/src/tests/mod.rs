//! The log's promises, on a disk that loses power.

mod bad_bytes;
mod behaviour;
mod crash;
mod steps;

use crate::{Options, Redo, Result, Scan};
use innolab_base::Lsn;
use innolab_disk::{Disk, SimDisk};
use std::sync::Arc;

const SMALL: Options = Options { capacity_bytes: crate::MIN_CAPACITY_BYTES, buffer_bytes: 16 << 10 };

fn handle(disk: &SimDisk) -> Arc<dyn Disk> {
    Arc::new(disk.clone())
}

fn open(disk: &SimDisk) -> Result<(Redo, Scan)> {
    Redo::open(&handle(disk), &SMALL)
}

/// Reserves and appends.
fn append(redo: &Redo, payload: &[u8]) -> (Lsn, Lsn) {
    let mut reservation = redo.reserve(payload.len() as u64).expect("there is room");
    redo.append(&mut reservation, payload, |_, _| ())
}

/// All groups of a scan.
fn groups(scan: &Scan) -> Result<Vec<(Lsn, Lsn, Vec<u8>)>> {
    let mut groups = scan.groups();
    let mut all = Vec::new();
    while let Some(group) = groups.next()? {
        all.push((group.start, group.end, group.payload.to_vec()));
    }
    Ok(all)
}
