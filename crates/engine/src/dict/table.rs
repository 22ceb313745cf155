//! An open table: its definition, its indexes, and what is known of it without looking.
//!
//! ```text
//! Table ─┬─ 0 clustered   tree · codec      its IndexId is the table's id: of locks, of undo records, never used again
//!        ├─ 1 secondary   tree · codec
//!        └─ …
//! ```
//!
//! An open table never changes: DDL puts another one in its place. Whoever still has the old one keeps a table that is
//! not there any more, which metadata locks make impossible for a statement.
//!
//! InnoDB's counterpart: `dict_table_t`, `dict_index_t`, `dict_sys`.

use crate::codec::{Datum, Error, Fields, IndexCodec, IndexNo, Result, TableDef};
use innolab_base::sync::Mutex;
use innolab_base::{IndexId, TrxId};
use innolab_btree::{Shape, Tree};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// An index of an open table. Its estimates stand in `rows::{estimate, cardinality}`, `check_view` in `core::metadata`.
#[doc(alias = "dict_index_t")]
pub struct Index {
    pub(crate) tree: Arc<Tree>,
    pub(crate) codec: IndexCodec,
    /// Whose views may read by it (`metadata` R3); 0 since the database was opened: there are no older ones.
    pub(crate) made_by: TrxId,
}

impl Index {
    /// Its tree.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Its number, which its pages bear and its locks name.
    pub fn id(&self) -> IndexId {
        self.tree.index_id()
    }

    /// Whether its entries have these columns, so that a read of no others need not go to the rows.
    pub fn covers(&self, columns: &[usize]) -> bool {
        self.codec.covers(columns)
    }

    /// How many of its key's columns decide uniqueness: the declared ones of a unique key, else all.
    #[doc(alias = "dict_index_get_n_unique")]
    pub(crate) fn n_unique(&self) -> usize {
        self.codec.n_unique()
    }

    /// The error that says what does not hold in this index.
    pub(crate) fn corrupt(&self, rule: &str) -> Error {
        let tree = &self.tree;
        Error::Corrupt { file: tree.space().name().to_string(), rule: format!("index {}: {rule}", tree.index_id()) }
    }

    /// The columns of its whole key, by their place in the definition, without a hidden row id.
    pub fn key_columns(&self) -> impl Iterator<Item = usize> {
        self.codec.key_columns()
    }
}

/// An open table. `estimate_rows` stands in `rows::cardinality`, `index_name` in `tools::locks`.
#[doc(alias = "dict_table_t")]
pub struct Table {
    def: TableDef,
    /// The definition's number in the dictionary.
    pub(crate) number: u64,
    /// By number; there is always the clustered one.
    indexes: Vec<Index>,
    /// Which fields of a clustered record, the key's apart, stand in a secondary index.
    indexed_fields: Vec<usize>,
    /// The next AUTO_INCREMENT value; 0: none is left.
    next_auto_increment: AtomicU64,
    /// Held by who looks whether somebody counts alone and then counts (`auto_increment`).
    pub(crate) auto_inc_mutex: Mutex<()>,
    /// How the binary log describes it, once it has.
    pub(crate) logged_as: OnceLock<Arc<innolab_binlog::TableMap>>,
}

impl Table {
    /// A table of trees, and who made them, in the order of their numbers. REQUIRES one for each index of the definition.
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

    /// Its definition.
    pub fn def(&self) -> &TableDef {
        &self.def
    }

    /// Its number: its clustered index's, never used again. So the table has another one when ALTER or TRUNCATE have
    /// given it a new file.
    #[doc(alias = "dict_table_t::id")]
    pub fn id(&self) -> u64 {
        self.clustered().id().0
    }

    /// Its clustered index.
    pub fn clustered(&self) -> &Index {
        &self.indexes[0]
    }

    /// An index. REQUIRES that it has one with this number.
    #[allow(clippy::should_implement_trait)] // `table[no]` would say less
    pub fn index(&self, index: IndexNo) -> &Index {
        &self.indexes[index.0]
    }

    /// All indexes; each one's number is its place.
    pub fn indexes(&self) -> &[Index] {
        &self.indexes
    }

    /// The secondary indexes with their numbers.
    pub(crate) fn secondaries(&self) -> impl Iterator<Item = (IndexNo, &Index)> {
        self.indexes.iter().enumerate().skip(1).map(|(i, index)| (IndexNo(i), index))
    }

    /// Which fields of a clustered record, the key's apart, stand in a secondary index.
    pub(crate) fn indexed_fields(&self) -> &[usize] {
        &self.indexed_fields
    }

    /// Its clustered index's tree.
    pub fn tree(&self) -> &Tree {
        &self.clustered().tree
    }

    /// Checks all indexes (order, links, levels, directory, counts, segments), and says the shape of the clustered one.
    /// ERRORS: the rule and the page that breaks it. Whether the indexes agree is not looked at.
    pub fn validate(&self) -> Result<Shape> {
        self.secondaries().try_for_each(|(_, index)| index.tree.validate().map(drop))?;
        Ok(self.tree().validate()?)
    }

    /// The AUTO_INCREMENT value to be given next. `u64::MAX` is never given.
    #[doc(alias = "dict_table_autoinc_read")]
    pub fn next_auto_increment(&self) -> u64 {
        self.next_auto_increment.load(Ordering::Relaxed)
    }

    /// Says that the value `used` is in the table or was given: the next one is above. It becomes durable with the
    /// statement that inserts it.
    #[doc(alias = "dict_table_autoinc_update_if_greater")]
    pub fn bump_auto_increment(&self, used: u64) {
        self.next_auto_increment.fetch_max(used.saturating_add(1), Ordering::Relaxed);
    }

    /// Sets `n` values aside, but none above `greatest`; the first of them is the counter's, or `first`. 0: there are no more.
    pub(crate) fn reserve_auto_increment(&self, n: u64, greatest: u64, first: Option<u64>) -> u64 {
        let first = first.unwrap_or_else(|| self.next_auto_increment());
        if (1..=greatest).contains(&first) {
            self.bump_auto_increment(first.saturating_add(n - 1).min(greatest));
        }
        first
    }

    /// The AUTO_INCREMENT value of a row, if it is one that counts.
    pub(crate) fn auto_increment_of(&self, row: &[Datum]) -> Option<u64> {
        Some(row[self.def.auto_increment?].as_counter()).filter(|v| *v > 0)
    }

    /// Who wrote the row with this key last: `DB_TRX_ID`, as `lab inspect` shows it. ERRORS: a value that the column cannot have.
    pub fn writer_of(&self, key: &[Datum]) -> Result<Option<TrxId>> {
        let mut fields = Fields::default();
        let Index { tree, codec, .. } = self.clustered();
        codec.encode_key(key, &mut fields)?;
        Ok(tree.get(&fields.refs(), |record| codec.system(record).trx_id)?)
    }
}

/// The codecs of a table's indexes, by number.
pub(crate) fn codecs(def: &TableDef) -> Vec<IndexCodec> {
    let secondary = def.indexes.iter().map(|index| IndexCodec::secondary(def, index));
    std::iter::once(IndexCodec::clustered(def)).chain(secondary).collect()
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Index({:?})", self.tree)
    }
}

/// All open tables, by name and by number.
#[doc(alias = "dict_sys_t")]
#[derive(Default)]
pub(crate) struct Tables {
    by_name: BTreeMap<String, Arc<Table>>,
    by_id: BTreeMap<u64, Arc<Table>>,
}

impl Tables {
    /// Adds a table. REQUIRES that there is none of this name or number.
    pub(crate) fn insert(&mut self, table: Arc<Table>) {
        let same_name = self.by_name.insert(table.def.name.clone(), table.clone());
        let same_id = self.by_id.insert(table.id(), table.clone());
        assert!(same_name.is_none() && same_id.is_none(), "two tables of one name or number");
    }

    /// Forgets a table.
    pub(crate) fn remove(&mut self, table: &Table) {
        self.by_name.remove(&table.def.name);
        self.by_id.remove(&table.id());
    }

    /// The table of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Arc<Table>> {
        self.by_name.get(name)
    }

    /// The table with this number.
    pub(crate) fn by_id(&self, id: u64) -> Option<&Arc<Table>> {
        self.by_id.get(&id)
    }

    /// All tables in the order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.by_name.values()
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Table({}, {:?})", self.def.name, self.tree())
    }
}
