//! The smallest storage engine that can commit with the log: a map of names to numbers, in one file of 32-byte records.
//!
//! ```text
//! record   kind 1 | name 3 | xid 8 | value 8 | FNV-1a of the rest 8 | zeros 4
//!          'P' prepared, 'C' committed, 'R' rolled back
//! ```
//!
//! Opening replays the records up to the first with a wrong checksum: the file was torn there.
#![allow(dead_code, missing_docs, unreachable_pub)]

use innolab_base::Xid;
use innolab_base::sync::Mutex;
use innolab_binlog::{Failure, Participant, Vote};
use innolab_disk::{Disk, File};
use std::collections::BTreeMap;
use std::sync::Arc;

const RECORD: usize = 32;

pub type Put = ([u8; 3], u64);

#[derive(Default)]
struct State {
    at: u64,
    active: BTreeMap<Xid, Put>,
    prepared: BTreeMap<Xid, Put>,
    committed: BTreeMap<Xid, Put>,
    refuse_prepare: bool,
}

pub struct Toy {
    name: String,
    file: Arc<dyn File>,
    state: Mutex<State>,
}

impl Toy {
    pub fn open(disk: &dyn Disk, name: &str) -> Result<Arc<Toy>, innolab_disk::Error> {
        let file = match disk.exists(name)? {
            true => disk.open(name)?,
            false => disk.create(name)?,
        };
        disk.sync_dir()?;
        let mut state = State::default();
        let mut record = [0; RECORD];
        while file.len()? >= state.at + RECORD as u64 {
            file.read_at(state.at, &mut record)?;
            if u64::from_le_bytes(record[20..28].try_into().expect("8 bytes")) != fnv(&record[..20]) {
                break;
            }
            state.replay(&record);
            state.at += RECORD as u64;
        }
        file.set_len(state.at)?;
        file.sync()?;
        Ok(Arc::new(Toy { name: name.into(), file, state: Mutex::new(state) }))
    }

    /// Begins transaction `xid`, which sets `name` to `value`.
    pub fn put(&self, xid: Xid, name: &[u8; 3], value: u64) {
        self.state.lock().active.insert(xid, (*name, value));
    }

    /// The committed changes, by transaction.
    pub fn committed(&self) -> BTreeMap<Xid, Put> {
        self.state.lock().committed.clone()
    }

    pub fn refuse_prepare(&self) {
        self.state.lock().refuse_prepare = true;
    }

    /// Appends a record and applies it to the state.
    fn append(&self, state: &mut State, kind: u8, xid: Xid, put: Put) -> Result<(), Failure> {
        let mut record = [0; RECORD];
        record[0] = kind;
        record[1..4].copy_from_slice(&put.0);
        record[4..12].copy_from_slice(&xid.0.to_le_bytes());
        record[12..20].copy_from_slice(&put.1.to_le_bytes());
        let sum = fnv(&record[..20]);
        record[20..28].copy_from_slice(&sum.to_le_bytes());
        self.file.write_at(state.at, &record).map_err(fail)?;
        state.at += RECORD as u64;
        state.replay(&record);
        Ok(())
    }
}

impl State {
    fn replay(&mut self, record: &[u8; RECORD]) {
        let xid = Xid(u64::from_le_bytes(record[4..12].try_into().expect("8 bytes")));
        let put = ([record[1], record[2], record[3]], u64::from_le_bytes(record[12..20].try_into().expect("8 bytes")));
        self.active.remove(&xid);
        self.prepared.remove(&xid);
        match record[0] {
            b'P' => drop(self.prepared.insert(xid, put)),
            b'C' => drop(self.committed.insert(xid, put)),
            _ => {}
        }
    }

    fn find(&self, xid: Xid) -> Option<Put> {
        self.prepared.get(&xid).or(self.active.get(&xid)).copied()
    }
}

impl Participant for Toy {
    fn name(&self) -> &str {
        &self.name
    }

    fn prepare(&self, xid: Xid) -> Result<Vote, Failure> {
        let mut state = self.state.lock();
        if std::mem::take(&mut state.refuse_prepare) {
            return Err(Arc::new(std::io::Error::other("prepare was refused")));
        }
        match state.active.get(&xid).copied() {
            None => Ok(Vote::Nothing),
            Some(put) => self.append(&mut state, b'P', xid, put).map(|()| Vote::Prepared),
        }
    }

    fn sync_prepared(&self, _group: &[Xid]) -> Result<(), Failure> {
        self.file.sync().map_err(fail)
    }

    fn commit(&self, xid: Xid) -> Result<(), Failure> {
        let mut state = self.state.lock();
        match state.find(xid) {
            None => Ok(()),
            Some(put) => self.append(&mut state, b'C', xid, put),
        }
    }

    fn rollback(&self, xid: Xid) -> Result<(), Failure> {
        let mut state = self.state.lock();
        match state.find(xid) {
            None => Ok(()),
            Some(put) => self.append(&mut state, b'R', xid, put),
        }
    }

    fn sync_committed(&self) -> Result<(), Failure> {
        self.file.sync().map_err(fail)
    }

    fn in_doubt(&self) -> Result<Vec<Xid>, Failure> {
        Ok(self.state.lock().prepared.keys().copied().collect())
    }
}

fn fail(e: innolab_disk::Error) -> Failure {
    Arc::new(e)
}

fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3))
}
