//! An open table: its definition, its clustered index, and what is known of it without looking.

use crate::def::{Datum, TableDef};
use crate::error::Result;
use crate::row::RowCodec;
use innolab_base::TrxId;
use innolab_btree::{Shape, Tree};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// An open table.
#[doc(alias = "dict_table_t")]
pub struct Table {
    def: TableDef,
    pub(crate) codec: Arc<RowCodec>,
    pub(crate) tree: Arc<Tree>,
    /// The next AUTO_INCREMENT value; 0: none is left.
    next_auto_increment: AtomicU64,
}

impl Table {
    pub(crate) fn new(def: TableDef, codec: RowCodec, tree: Tree) -> Result<Table> {
        let next = tree.counter()?.saturating_add(1);
        Ok(Table { def, codec: Arc::new(codec), tree: Arc::new(tree), next_auto_increment: AtomicU64::new(next) })
    }

    /// Its definition.
    pub fn def(&self) -> &TableDef {
        &self.def
    }

    /// Its clustered index.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Checks the whole index (order, links, levels, directory, counts, segments), and says its shape. ERRORS: the rule and the page that breaks it.
    pub fn validate(&self) -> Result<Shape> {
        Ok(self.tree.validate()?)
    }

    /// The AUTO_INCREMENT value to be given next. `u64::MAX` is never given.
    #[doc(alias = "dict_table_autoinc_read")]
    pub fn next_auto_increment(&self) -> u64 {
        self.next_auto_increment.load(Ordering::Relaxed)
    }

    /// Says that the value `used` is in the table or was given: the next one is above. It becomes durable with the statement that inserts it.
    #[doc(alias = "dict_table_autoinc_update_if_greater")]
    pub fn bump_auto_increment(&self, used: u64) {
        self.next_auto_increment.fetch_max(used.saturating_add(1), Ordering::Relaxed);
    }

    /// The AUTO_INCREMENT value of a row, if it is one that counts.
    pub(crate) fn auto_increment_of(&self, row: &[Datum]) -> Option<u64> {
        match row[self.def.auto_increment?] {
            Datum::Int(v) => u64::try_from(v).ok().filter(|v| *v > 0),
            Datum::UInt(v) => Some(v),
            _ => None,
        }
    }

    /// Who wrote the row with this key last: `DB_TRX_ID`, as `lab inspect` shows it. ERRORS: a value that the column cannot have.
    pub fn writer_of(&self, key: &[Datum]) -> Result<Option<TrxId>> {
        let mut fields = crate::row::Fields::default();
        self.codec.encode_key(key, &mut fields)?;
        Ok(self.tree.get(&fields.refs(), |record| self.codec.system(record).trx_id)?)
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Table({}, {:?})", self.def.name, self.tree)
    }
}
