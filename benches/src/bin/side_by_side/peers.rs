//! The stores that a user would pick instead.

use crate::{BATCH, CACHE, Peer, SCAN, look, value};
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use heed::types::Bytes;
use heed::{CommitOrAbort, EnvFlags, EnvOpenOptions};
use redb::{Durability, ReadableDatabase, ReadableTable, TableDefinition};
use rusqlite::Connection;
use std::ops::Bound;
use std::path::Path;
use std::sync::Mutex;

/// LMDB: a memory-mapped B+ tree.
pub(crate) struct Lmdb {
    env: heed::Env,
    db: heed::Database<'static, Bytes, Bytes>,
}

impl Lmdb {
    /// `durable`: a commit is on the disk when it returns.
    pub(crate) fn open(dir: &Path, durable: bool) -> Lmdb {
        let mut options = EnvOpenOptions::new();
        options.map_size(4 << 30);
        let flags = if durable { EnvFlags::empty() } else { EnvFlags::NO_SYNC | EnvFlags::NO_META_SYNC };
        // SAFETY: the directory belongs to this run, so no other process changes the mapped file.
        #[allow(unsafe_code)]
        let env = unsafe { options.flags(flags).open(dir) }.unwrap();
        let txn = env.write_txn().unwrap();
        let created = env.create_databases_and_commit(txn, |opener, txn| {
            opener.create_database(txn, None).map(CommitOrAbort::<_, ()>::Commit)
        });
        let db = created.unwrap().unwrap_commit();
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

/// fjall: a log-structured merge tree.
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

/// redb: a copy-on-write B tree.
pub(crate) struct Redb {
    db: redb::Database,
    durable: bool,
}

const TABLE: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("t");

impl Redb {
    /// `durable`: a commit is on the disk when it returns.
    pub(crate) fn open(dir: &Path, durable: bool) -> Redb {
        let db = redb::Builder::new().set_cache_size(CACHE).create(dir.join("redb")).unwrap();
        let begun = db.begin_write().unwrap();
        begun.open_table(TABLE).unwrap();
        begun.commit().unwrap();
        Redb { db, durable }
    }

    fn read<R>(&self, read: impl FnOnce(&redb::ReadOnlyTable<u64, &'static [u8]>) -> R) -> R {
        read(&self.db.begin_read().unwrap().open_table(TABLE).unwrap())
    }

    fn put(&self, keys: impl Iterator<Item = u64>) {
        let mut txn = self.db.begin_write().unwrap();
        txn.set_durability(if self.durable { Durability::Immediate } else { Durability::None }).unwrap();
        let mut table = txn.open_table(TABLE).unwrap();
        for k in keys {
            table.insert(k, &value(k)[..]).unwrap();
        }
        drop(table);
        txn.commit().unwrap();
    }
}

impl Peer for Redb {
    fn insert(&self, keys: &[u64]) {
        keys.chunks(BATCH).for_each(|batch| self.put(batch.iter().copied()));
    }

    fn get(&self, keys: &[u64]) -> usize {
        self.read(|table| keys.iter().filter_map(|k| table.get(k).unwrap()).map(|v| look(v.value())).sum())
    }

    fn scans(&self, keys: &[u64]) -> usize {
        self.read(|table| {
            let scan = |k: &u64| -> usize {
                table.range(*k..).unwrap().take(SCAN).map(|row| look(row.unwrap().1.value())).sum()
            };
            keys.iter().map(scan).sum()
        })
    }

    fn full(&self) -> usize {
        self.read(|table| table.iter().unwrap().map(|row| look(row.unwrap().1.value())).sum())
    }

    /// There is no bulk load: one transaction.
    fn load(&self, rows: u64) {
        self.put(0..rows);
    }

    fn commit_one(&self, key: u64) {
        self.insert(&[key]);
    }
}

/// SQLite: prepared statements, with its write-ahead log (WAL).
pub(crate) struct Sqlite(Mutex<Connection>);

impl Sqlite {
    /// `durable`: a commit is on the disk when it returns.
    pub(crate) fn open(dir: &Path, durable: bool) -> Sqlite {
        let db = Connection::open(dir.join("sqlite")).unwrap();
        let synchronous = if durable { "FULL" } else { "OFF" };
        db.execute_batch(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA cache_size = -{}; CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB)",
            CACHE >> 10
        ))
        .unwrap();
        Sqlite(Mutex::new(db))
    }

    /// SQLite's integers are signed: flipping the top bit keeps the order.
    fn key(k: u64) -> i64 {
        (k ^ 1 << 63) as i64
    }

    fn put(&self, keys: impl Iterator<Item = u64>) {
        let mut db = self.0.lock().unwrap();
        let txn = db.transaction().unwrap();
        let mut statement = txn.prepare_cached("INSERT INTO t VALUES (?, ?)").unwrap();
        for k in keys {
            statement.execute((Self::key(k), &value(k)[..])).unwrap();
        }
        drop(statement);
        txn.commit().unwrap();
    }

    /// Runs the statement for each key; returns the number of rows.
    fn read(&self, sql: &str, keys: &[u64]) -> usize {
        let mut db = self.0.lock().unwrap();
        let txn = db.transaction().unwrap();
        let mut statement = txn.prepare_cached(sql).unwrap();
        let mut seen = 0;
        for k in keys {
            let mut rows = statement.query([Self::key(*k)]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                seen += look(row.get_ref(0).unwrap().as_blob().unwrap());
            }
        }
        seen
    }
}

impl Peer for Sqlite {
    fn insert(&self, keys: &[u64]) {
        keys.chunks(BATCH).for_each(|batch| self.put(batch.iter().copied()));
    }

    fn get(&self, keys: &[u64]) -> usize {
        self.read("SELECT v FROM t WHERE k = ?", keys)
    }

    fn scans(&self, keys: &[u64]) -> usize {
        self.read(&format!("SELECT v FROM t WHERE k >= ? ORDER BY k LIMIT {SCAN}"), keys)
    }

    fn full(&self) -> usize {
        self.read("SELECT v FROM t WHERE k >= ? ORDER BY k", &[0])
    }

    /// There is no bulk load: one transaction.
    fn load(&self, rows: u64) {
        self.put(0..rows);
    }

    fn commit_one(&self, key: u64) {
        self.insert(&[key]);
    }
}
