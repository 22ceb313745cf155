//! What a user would pick instead.

use crate::{BATCH, CACHE, Peer, SCAN, look, value};
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use heed::types::Bytes;
use heed::{EnvFlags, EnvOpenOptions};
use std::ops::Bound;
use std::path::Path;

/// LMDB, mapped into memory.
pub(crate) struct Lmdb {
    env: heed::Env,
    db: heed::Database<Bytes, Bytes>,
}

impl Lmdb {
    /// `durable`: a commit is on the disk when it returns.
    pub(crate) fn open(dir: &Path, durable: bool) -> Lmdb {
        let mut options = EnvOpenOptions::new();
        options.map_size(4 << 30);
        let flags = if durable { EnvFlags::empty() } else { EnvFlags::NO_SYNC | EnvFlags::NO_META_SYNC };
        // SAFETY: the directory is this run's own, and nobody else maps its file.
        #[allow(unsafe_code)]
        let env = unsafe { options.flags(flags).open(dir) }.unwrap();
        let mut txn = env.write_txn().unwrap();
        let db = env.create_database(&mut txn, None).unwrap();
        txn.commit().unwrap();
        Lmdb { env, db }
    }
}

impl Peer for Lmdb {
    fn insert(&self, keys: &[u64]) {
        for batch in keys.chunks(BATCH) {
            let mut txn = self.env.write_txn().unwrap();
            batch.iter().for_each(|k| self.db.put(&mut txn, &k.to_be_bytes(), &value(*k)).unwrap());
            txn.commit().unwrap();
        }
    }

    fn get(&self, keys: &[u64]) -> usize {
        let txn = self.env.read_txn().unwrap();
        keys.iter().filter_map(|k| self.db.get(&txn, &k.to_be_bytes()).unwrap()).map(look).sum()
    }

    fn scans(&self, keys: &[u64]) -> usize {
        let txn = self.env.read_txn().unwrap();
        let scan = |k: &u64| -> usize {
            let from = k.to_be_bytes();
            let range = (Bound::Included(&from[..]), Bound::Unbounded);
            self.db.range(&txn, &range).unwrap().take(SCAN).map(|row| look(row.unwrap().1)).sum()
        };
        keys.iter().map(scan).sum()
    }

    fn full(&self) -> usize {
        let txn = self.env.read_txn().unwrap();
        self.db.iter(&txn).unwrap().map(|row| look(row.unwrap().1)).sum()
    }

    fn load(&self, rows: u64) {
        for from in (0..rows).step_by(BATCH) {
            let mut txn = self.env.write_txn().unwrap();
            for k in from..rows.min(from + BATCH as u64) {
                self.db.put_with_flags(&mut txn, heed::PutFlags::APPEND, &k.to_be_bytes(), &value(k)).unwrap();
            }
            txn.commit().unwrap();
        }
    }

    fn commit_one(&self, key: u64) {
        self.insert(&[key]);
    }
}

/// fjall, a log-structured merge tree.
pub(crate) struct Fjall {
    db: Database,
    keyspace: Keyspace,
    durable: bool,
}

impl Fjall {
    /// `durable`: a commit is on the disk when it returns.
    pub(crate) fn open(dir: &Path, durable: bool) -> Fjall {
        let db = Database::builder(dir).cache_size(CACHE as u64).open().unwrap();
        let keyspace = db.keyspace("t", KeyspaceCreateOptions::default).unwrap();
        Fjall { db, keyspace, durable }
    }
}

impl Peer for Fjall {
    fn insert(&self, keys: &[u64]) {
        for chunk in keys.chunks(BATCH) {
            let mut batch = self.db.batch().durability(self.durable.then_some(PersistMode::SyncData));
            chunk.iter().for_each(|k| batch.insert(&self.keyspace, k.to_be_bytes(), value(*k)));
            batch.commit().unwrap();
        }
    }

    fn get(&self, keys: &[u64]) -> usize {
        keys.iter().filter_map(|k| self.keyspace.get(k.to_be_bytes()).unwrap()).map(|v| look(&v)).sum()
    }

    fn scans(&self, keys: &[u64]) -> usize {
        let scan = |k: &u64| -> usize {
            self.keyspace.range(k.to_be_bytes()..).take(SCAN).map(|row| look(&row.value().unwrap())).sum()
        };
        keys.iter().map(scan).sum()
    }

    fn full(&self) -> usize {
        self.keyspace.iter().map(|row| look(&row.value().unwrap())).sum()
    }

    fn load(&self, rows: u64) {
        let mut ingestion = self.keyspace.start_ingestion().unwrap();
        for k in 0..rows {
            ingestion.write(k.to_be_bytes(), value(k)).unwrap();
        }
        ingestion.finish().unwrap();
    }

    fn commit_one(&self, key: u64) {
        self.insert(&[key]);
    }
}
