//! Our peers: the tree with redo, and the engine, which adds undo, versions and locks.

use crate::{BATCH, CACHE, Peer, SCAN, VALUE, look, value};
use innolab_base::{Events, IndexId, PageNo, SpaceId, SystemClock, Waiter};
use innolab_btree::{Cursor, FillFactor, Seek};
use innolab_disk::{Disk, OsDisk};
use innolab_engine::{
    ColumnDef, ColumnType, Columns, Datum, DuplicateLock, Engine, IndexNo, Isolation, KeyRange, LogBin, Options,
    RowRef, Table, TableDef, Transaction,
};
use innolab_page::{Column, IndexPage, Layout, RecordBatch, RecordRef};
use innolab_store::Store;
use std::ops::{Bound, ControlFlow};
use std::path::Path;
use std::sync::Arc;

/// `hash`: `innodb_adaptive_hash_index`.
fn store_options(hash: bool) -> innolab_store::Options {
    innolab_store::Options {
        innodb_buffer_pool_size: CACHE as u64,
        innodb_log_file_size: 512 << 20,
        innodb_adaptive_hash_index: hash,
        ..innolab_store::Options::default()
    }
}

fn disk(dir: &Path) -> Arc<dyn Disk> {
    Arc::new(OsDisk::create(dir).unwrap())
}

/// One index over a store with redo.
pub(crate) struct Tree {
    tree: innolab_btree::Tree,
}

impl Tree {
    pub(crate) fn open(dir: &Path, hash: bool) -> Tree {
        let (store, _) =
            Store::open(disk(dir), store_options(hash), Arc::new(SystemClock::default()), Events::none()).unwrap();
        let space = store.create_space(SpaceId(1), "t.ibd").unwrap();
        let layout = Layout::new([Column::fixed(8), Column::fixed(VALUE as u16)], 1);
        let tree = innolab_btree::Tree::create(&store, &space, IndexId(1), layout).unwrap();
        assert_eq!(tree.root(), PageNo(3));
        Tree { tree }
    }
}

/// Reads at most `limit` rows from the cursor on; returns their number.
fn walk(cursor: &mut Cursor<'_>, limit: usize) -> usize {
    let (mut seen, mut rows) = (0, 0);
    let visit = |_: &IndexPage<'_>, record: RecordRef<'_>| {
        seen += look(record.field(1).unwrap_or_default());
        rows += 1;
        Ok(if rows == limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    cursor.walk::<innolab_btree::Error>(visit).unwrap();
    seen
}

impl Peer for Tree {
    fn insert(&self, keys: &[u64]) {
        for k in keys {
            self.tree.insert(&[Some(&k.to_be_bytes()), Some(&value(*k))]).unwrap();
        }
    }

    fn get(&self, keys: &[u64]) -> usize {
        let get = |k: &u64| {
            self.tree.get(&[Some(&k.to_be_bytes())], |r| look(r.field(1).unwrap_or_default())).unwrap().unwrap_or(0)
        };
        keys.iter().map(get).sum()
    }

    fn scans(&self, keys: &[u64]) -> usize {
        let mut cursor = self.tree.cursor();
        let scan = |k: &u64| {
            cursor.seek(&[Some(&k.to_be_bytes())], Seek::AtLeast).unwrap();
            walk(&mut cursor, SCAN)
        };
        keys.iter().map(scan).sum()
    }

    fn full(&self) -> usize {
        let mut cursor = self.tree.cursor();
        cursor.first().unwrap();
        walk(&mut cursor, usize::MAX)
    }

    fn load(&self, rows: u64) {
        let mut k = 0u64;
        let next = |run: &mut RecordBatch| {
            if k == rows {
                return Ok(false);
            }
            run.push_leaf(self.tree.layout(), |column, out| {
                match column {
                    0 => out.extend_from_slice(&k.to_be_bytes()),
                    _ => out.extend_from_slice(&value(k)),
                }
                Ok::<_, innolab_btree::Error>(true)
            })?;
            k += 1;
            Ok(true)
        };
        assert_eq!(self.tree.bulk_load_by(FillFactor::default(), 0, next).unwrap(), rows);
    }
}

/// A table of the engine, without SQL.
pub(crate) struct Rows {
    engine: Arc<Engine>,
}

impl Rows {
    /// `flush`: `innodb_flush_log_at_trx_commit`. `binlog`: true for a binary log that is synced at each commit, which
    /// no other peer has.
    pub(crate) fn open(dir: &Path, flush: u8, binlog: bool, hash: bool) -> Rows {
        let log_bin = binlog.then(LogBin::default);
        let store = store_options(hash);
        let options = Options { store, innodb_flush_log_at_trx_commit: flush, log_bin, ..Options::default() };
        let engine = Engine::open(disk(dir), options).unwrap();
        let column = |name: &str, ty| ColumnDef::new(name, ty, false);
        let id = column("id", ColumnType::Int { bytes: 8, unsigned: true });
        let columns = vec![id, column("v", ColumnType::VarBinary { bytes: VALUE as u16 })];
        engine
            .create_table(TableDef { name: "t".into(), columns, primary_key: vec![0], ..TableDef::default() })
            .unwrap();
        Rows { engine }
    }

    /// Opens the table. Called in each work, because a load replaces it.
    fn table(&self) -> Arc<Table> {
        self.engine.table("t").unwrap()
    }

    fn begin(&self) -> Transaction {
        let mut trx = self.engine.begin(&Arc::new(Waiter::new(1)), Isolation::RepeatableRead);
        trx.begin_statement();
        trx
    }

    fn read(&self, trx: &mut Transaction, table: &Table, range: &KeyRange, limit: usize) -> usize {
        let (mut seen, mut rows) = (0, 0);
        let visit = |row: RowRef<'_>| {
            seen += look(row.bytes(1).unwrap_or_default());
            rows += 1;
            if rows == limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        trx.each_row(table, IndexNo::CLUSTERED, range, false, Columns::All, visit).unwrap();
        seen
    }
}

impl Peer for Rows {
    fn insert(&self, keys: &[u64]) {
        let table = self.table();
        let mut rows = vec![[Datum::UInt(0), Datum::Bytes(vec![])]; BATCH.min(keys.len())];
        for batch in keys.chunks(BATCH) {
            let mut trx = self.begin();
            for (row, k) in rows.iter_mut().zip(batch) {
                row[0] = Datum::UInt(*k);
                if let Datum::Bytes(bytes) = &mut row[1] {
                    bytes.clear();
                    bytes.extend_from_slice(&value(*k));
                }
            }
            trx.insert_many(&table, &rows[..batch.len()], DuplicateLock::Shared).unwrap();
            trx.commit().unwrap();
        }
    }

    fn get(&self, keys: &[u64]) -> usize {
        let mut trx = self.begin();
        let table = self.table();
        // The range is reused, as a prepared statement does.
        let mut range = KeyRange::equal(vec![Datum::UInt(0)]);
        let get = |k: &u64| {
            for bound in [&mut range.low, &mut range.high] {
                if let Bound::Included(key) = bound {
                    key[0] = Datum::UInt(*k);
                }
            }
            self.read(&mut trx, &table, &range, 1)
        };
        keys.iter().map(get).sum()
    }

    fn scans(&self, keys: &[u64]) -> usize {
        let mut trx = self.begin();
        let from = |k: &u64| KeyRange { low: Bound::Included(vec![Datum::UInt(*k)]), high: Bound::Unbounded };
        let table = self.table();
        keys.iter().map(|k| self.read(&mut trx, &table, &from(k), SCAN)).sum()
    }

    fn full(&self) -> usize {
        self.read(&mut self.begin(), &self.table(), &KeyRange::all(), usize::MAX)
    }

    fn load(&self, rows: u64) {
        let mut k = 0;
        let next = &mut |row: &mut Vec<Datum>| {
            row.resize(2, Datum::Bytes(vec![]));
            row[0] = Datum::UInt(k);
            if let Datum::Bytes(bytes) = &mut row[1] {
                bytes.clear();
                bytes.extend_from_slice(&value(k));
            }
            k += 1;
            Ok(k <= rows)
        };
        assert_eq!(self.engine.load_table(&Arc::new(Waiter::new(1)), "t", next).unwrap(), rows);
    }

    fn commit_one(&self, key: u64) {
        self.insert(&[key]);
    }
}
