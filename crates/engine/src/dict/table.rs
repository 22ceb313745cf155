//! An open table: its definition, its indexes, its AUTO_INCREMENT counter; and the set of all open tables.
//!
//! ```text
//! Table ─┬─ 0 clustered   tree · codec      its IndexId is the table's id in locks and undo records, never used again
//!        ├─ 1 secondary   tree · codec
//!        └─ …
//! ```
//!
//! An open table never changes: DDL replaces it by another `Table` in [`Tables`]. A caller that kept the old one would
//! use trees that may be gone; metadata locks (`core::metadata`) keep DDL out while a transaction uses a table.
//!
//! InnoDB's counterpart: `dict_table_t`, `dict_index_t`, `dict_sys`.

use crate::codec::{Datum, Error, Fields, IndexCodec, IndexNo, Result, TableDef};
use innolab_base::sync::Mutex;
use innolab_base::{IndexId, TrxId};
use innolab_btree::{Shape, Tree};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// An index of an open table. Its estimates are in `rows::{estimate, cardinality}`, `check_view` is in
/// `core::metadata`.
#[doc(alias = "dict_index_t")]
pub struct Index {
    pub(crate) tree: Arc<Tree>,
    pub(crate) codec: IndexCodec,
    /// The transaction that built the index. A view that does not see it may not read the index (`core::metadata` R3).
    /// 0 for an index that existed when the database was opened: all views are newer.
    pub(crate) made_by: TrxId,
}

impl Index {
    /// Returns its tree.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Returns its id, which its pages and the locks on its records contain. Never used again.
    pub fn id(&self) -> IndexId {
        self.tree.index_id()
    }

    /// True if its entries hold all of these columns (positions in the definition): it is a covering index for them.
    pub fn covers(&self, columns: &[usize]) -> bool {
        self.codec.covers(columns)
    }

    /// Number of key columns that decide uniqueness: the declared ones of a UNIQUE key, else all.
    #[doc(alias = "dict_index_get_n_unique")]
    pub(crate) fn n_unique(&self) -> usize {
        self.codec.n_unique()
    }

    /// Returns [`Error::Corrupt`] for a rule that does not hold in this index.
    pub(crate) fn corrupt(&self, rule: &str) -> Error {
        let tree = &self.tree;
        Error::Corrupt { file: tree.space().name().to_string(), rule: format!("index {}: {rule}", tree.index_id()) }
    }

    /// Iterates over the columns of its whole key, as positions in the definition: those of the clustered key at its
    /// end included, a hidden row id left out.
    pub fn key_columns(&self) -> impl Iterator<Item = usize> {
        self.codec.key_columns()
    }
}

/// An open table. `estimate_rows` is in `rows::cardinality`, `index_name` in `tools::locks`.
#[doc(alias = "dict_table_t")]
pub struct Table {
    def: TableDef,
    /// The definition's number in the dictionary.
    pub(crate) number: u64,
    /// By number; the first is the clustered one.
    indexes: Vec<Index>,
    /// See [`Table::indexed_fields`].
    indexed_fields: Vec<usize>,
    /// The next AUTO_INCREMENT value; 0: none is left.
    next_auto_increment: AtomicU64,
    /// Held while the AUTO_INC lock is checked and the counter is then used (`rows::auto_increment`).
    pub(crate) auto_inc_mutex: Mutex<()>,
    /// The table's TABLE_MAP event, built when its first row is logged.
    pub(crate) logged_as: OnceLock<Arc<innolab_binlog::TableMap>>,
}

impl Table {
    /// Opens a table. `trees`: the tree of each index, by number, and the transaction that built it. REQUIRES: one tree
    /// for each index of the definition. ERRORS: the counter on the clustered root cannot be read.
    pub(crate) fn new(def: TableDef, number: u64, trees: Vec<(Arc<Tree>, TrxId)>) -> Result<Table> {
        assert_eq!(trees.len(), 1 + def.indexes.len(), "a tree for each index");
        let next = trees[0].0.counter()?.saturating_add(1);
        let codecs = codecs(&def);
        let indexes: Vec<Index> =
            trees.into_iter().zip(codecs).map(|((tree, made_by), codec)| Index { tree, codec, made_by }).collect();
        let n_key = indexes[0].codec.layout().n_key();
        let beyond_key =
            |index: &Index| index.codec.in_clustered().iter().copied().filter(move |i| *i >= n_key).collect::<Vec<_>>();
        let mut indexed_fields: Vec<usize> = indexes.iter().skip(1).flat_map(beyond_key).collect();
        indexed_fields.sort_unstable();
        indexed_fields.dedup();
        Ok(Table {
            def,
            number,
            indexes,
            indexed_fields,
            next_auto_increment: AtomicU64::new(next),
            auto_inc_mutex: Mutex::default(),
            logged_as: OnceLock::new(),
        })
    }

    /// Returns its definition.
    pub fn def(&self) -> &TableDef {
        &self.def
    }

    /// Returns its id, which is the id of its clustered index. An ALTER or TRUNCATE that makes a new file gives the
    /// table another id.
    #[doc(alias = "dict_table_t::id")]
    pub fn id(&self) -> u64 {
        self.clustered().id().0
    }

    /// Returns its clustered index.
    pub fn clustered(&self) -> &Index {
        &self.indexes[0]
    }

    /// Returns an index. REQUIRES: the table has an index of this number.
    #[allow(clippy::should_implement_trait)] // `table[no]` would say less
    pub fn index(&self, index: IndexNo) -> &Index {
        &self.indexes[index.0]
    }

    /// Returns all indexes, by number.
    pub fn indexes(&self) -> &[Index] {
        &self.indexes
    }

    /// Iterates over the secondary indexes with their numbers.
    pub(crate) fn secondaries(&self) -> impl Iterator<Item = (IndexNo, &Index)> {
        self.indexes.iter().enumerate().skip(1).map(|(i, index)| (IndexNo(i), index))
    }

    /// Returns the fields of a clustered record that are part of a secondary index and not of the clustered key,
    /// sorted.
    pub(crate) fn indexed_fields(&self) -> &[usize] {
        &self.indexed_fields
    }

    /// Returns the tree of its clustered index.
    pub fn tree(&self) -> &Tree {
        &self.clustered().tree
    }

    /// Checks the tree of each index (order, links, levels, directory, counts, segments) and returns the shape of the
    /// clustered one. Only `check_database` checks that the indexes agree with each other. ERRORS: the rule, and the
    /// page that breaks it.
    pub fn validate(&self) -> Result<Shape> {
        self.secondaries().try_for_each(|(_, index)| index.tree.validate().map(drop))?;
        Ok(self.tree().validate()?)
    }

    /// Returns the next AUTO_INCREMENT value. `u64::MAX` is never assigned.
    #[doc(alias = "dict_table_autoinc_read")]
    pub fn next_auto_increment(&self) -> u64 {
        self.next_auto_increment.load(Ordering::Relaxed)
    }

    /// Moves the AUTO_INCREMENT counter above `used` if it is not above yet. The move becomes durable with the
    /// statement that inserts the value.
    #[doc(alias = "dict_table_autoinc_update_if_greater")]
    pub fn bump_auto_increment(&self, used: u64) {
        self.next_auto_increment.fetch_max(used.saturating_add(1), Ordering::Relaxed);
    }

    /// Reserves `n` AUTO_INCREMENT values from `first` on (`None`: from the counter on), none above `greatest`. Returns
    /// the first; if it is 0 or above `greatest`, nothing was reserved.
    pub(crate) fn reserve_auto_increment(&self, n: u64, greatest: u64, first: Option<u64>) -> u64 {
        let first = first.unwrap_or_else(|| self.next_auto_increment());
        if (1..=greatest).contains(&first) {
            self.bump_auto_increment(first.saturating_add(n - 1).min(greatest));
        }
        first
    }

    /// Returns the AUTO_INCREMENT value of a row, if it is positive.
    pub(crate) fn auto_increment_of(&self, row: &[Datum]) -> Option<u64> {
        Some(row[self.def.auto_increment?].as_counter()).filter(|v| *v > 0)
    }

    /// Returns the `DB_TRX_ID` of the row with this clustered key: the transaction that wrote it last. ERRORS:
    /// [`Error::Value`]; failed reads.
    pub fn writer_of(&self, key: &[Datum]) -> Result<Option<TrxId>> {
        let mut fields = Fields::default();
        let Index { tree, codec, .. } = self.clustered();
        codec.encode_key(key, &mut fields)?;
        Ok(tree.get(&fields.refs(), |record| codec.system(record).trx_id)?)
    }
}

/// Returns the codecs of a table's indexes, by number.
pub(crate) fn codecs(def: &TableDef) -> Vec<IndexCodec> {
    let secondary = def.indexes.iter().map(|index| IndexCodec::secondary(def, index));
    std::iter::once(IndexCodec::clustered(def)).chain(secondary).collect()
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Index({:?})", self.tree)
    }
}

/// All open tables, by name and by id.
#[doc(alias = "dict_sys_t")]
#[derive(Default)]
pub(crate) struct Tables {
    by_name: BTreeMap<String, Arc<Table>>,
    by_id: BTreeMap<u64, Arc<Table>>,
}

impl Tables {
    /// Adds a table. REQUIRES: no table has its name or id.
    pub(crate) fn insert(&mut self, table: Arc<Table>) {
        let same_name = self.by_name.insert(table.def.name.clone(), table.clone());
        let same_id = self.by_id.insert(table.id(), table.clone());
        assert!(same_name.is_none() && same_id.is_none(), "two tables of one name or id");
    }

    /// Removes a table.
    pub(crate) fn remove(&mut self, table: &Table) {
        self.by_name.remove(&table.def.name);
        self.by_id.remove(&table.id());
    }

    /// Returns the table of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Arc<Table>> {
        self.by_name.get(name)
    }

    /// Returns the table with this id.
    pub(crate) fn by_id(&self, id: u64) -> Option<&Arc<Table>> {
        self.by_id.get(&id)
    }

    /// Iterates over all tables in the order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.by_name.values()
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Table({}, {:?})", self.def.name, self.tree())
    }
}
