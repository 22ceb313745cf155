//! ALTER and TRUNCATE replace a table by a new one; after a crash it is the old table or the new one.
//!
//! ```text
//! rows stay as they are (indexes, names, defaults)              in place
//!   DDL log: each tree that comes or goes ─► trees are built ─► the definition that replaces the old one ─flush─► old trees removed ─► rows of the DDL log removed
//!                                                               └ the one mini-transaction that decides
//! rows change (columns, primary key; TRUNCATE)                  a new file
//!   DDL log: the new file, the old file ─flush─► file, trees, rows ─► the definition …                   ─flush─► old file removed ─► rows of the DDL log removed
//! ```
//!
//! RULES
//!
//! - **R1** X on the definition comes first, then the mutex of DDL: the holder of that mutex waits for no transaction.
//! - **R2** A failure before the definition is decided leaves the table as it was; everything made for the new one is
//!   removed. So is an interrupt (`build` R4).
//! - **R3** An index whose columns and uniqueness stay keeps its tree, under any name. A table whose rows stay keeps
//!   its number.
//! - **R4** Rows in a new file have no history: they keep their `DB_TRX_ID` without a roll pointer. A view that would need
//!   their history may not read them (`metadata` R3).
//!
//! InnoDB's counterpart: `ha_innobase::inplace_alter_table`, `row_mysql_drop_index`, `dict_table_rename`. Left out:
//! concurrent changes of rows.

use super::announce::DdlStatement;
use super::build::{BuildTarget, IndexBuilder, LiveRows, Unique, load};
use super::create::Trees;
use super::locks::{Alone, Ddl};
use super::recover::resolve_tree;
use super::sort::Sorter;
use crate::codec::{
    ColumnDef, ColumnDefault, Datum, Error, Fields, IndexCodec, IndexNo, Result, System, TableDef, quoted,
};
use crate::core::events::Altered;
use crate::core::{Engine, check_interrupt};
use crate::dict::{Table, WHOLE_FILE, codecs, dictionary, names};
use crate::rows::Records;
use innolab_base::{IndexId, TrxId, Waiter};
use innolab_btree::Tree;
use innolab_lock::MetadataMode;
use innolab_page::Record;
use std::sync::Arc;

/// The table that ALTER TABLE makes.
#[derive(Debug, Clone)]
pub struct Alter {
    /// The new definition. Another name renames the table.
    pub def: TableDef,
    /// The old position of each column; `None`: the column is new and gets its default in each row (an AUTO_INCREMENT
    /// column: 1, 2, 3, …).
    pub columns: Vec<Option<usize>>,
    /// The statement, for the binary log.
    pub statement: String,
    /// When the statement began, in µs since 1970: the value of a new column whose default is the current time.
    pub began_us: u64,
}

impl Engine {
    /// Alters a table, with its rows and indexes; durable when it returns. REQUIRES: `alter.columns` has an entry for each
    /// column and no old position twice.
    /// ERRORS: [`Error::TableDefChanged`] (the table has changed since `alter` was planned against `table`),
    /// [`Error::NoSuchTable`], [`Error::TableExists`], [`Error::Deadlock`]; those of [`TableDef::check`];
    /// [`Error::Duplicate`] (with the key's number in the new definition), [`Error::Value`] (a value that the new
    /// column cannot have), [`Error::RowTooLarge`], [`Error::DiskFull`]. After an error the table is unchanged.
    #[doc(alias = "mysql_alter_table")]
    pub fn alter_table(&self, ddl: &mut Ddl, table: &Arc<Table>, alter: Alter) -> Result<()> {
        self.check()?;
        alter.def.check()?;
        let name = &table.def().name;
        ddl.plan_on(name)?;
        ddl.check_same(table)?;
        if alter.def.name != *name {
            ddl.lock_names([alter.def.name.as_str()])?;
            if self.table(&alter.def.name).is_some() {
                return Err(Error::TableExists { name: alter.def.name });
            }
        }
        let alone = alter.alone(table.def());
        if alone == Alone::Never {
            let _one_at_a_time = self.ddl.lock();
            return self.decide(table.number, true, alter.statement(), || Ok(()));
        }
        let session = ddl.session().clone();
        let admits = || Ok(!self.is_empty(table)? && self.check_rows(table, &alter, &session).map(|()| true)?);
        ddl.take_alone(name, alone, admits)?;
        let _one_at_a_time = self.ddl.lock();
        let by = ddl.maker()?;
        match alter.keeps_rows(table.def()) {
            true => self.alter_in_place(table, &alter, by, &session),
            false => self.alter_by_copy(table, &alter, by, &session),
        }
    }

    /// Removes all rows of a table, all or none; durable when it returns. Resets the AUTO_INCREMENT counter. REQUIRES
    /// and ERRORS: as [`Engine::drop_table`].
    #[doc(alias = "ha_innobase::truncate")]
    pub fn truncate_table(&self, ddl: &mut Ddl, name: &str) -> Result<()> {
        self.check()?;
        let table = ddl.table(name)?;
        let _one_at_a_time = self.ddl.lock();
        let by = ddl.maker()?;
        let statement = format!("TRUNCATE TABLE {}", quoted(name));
        self.move_to_new_file(&table, table.def().clone(), by, DdlStatement::at_any_time(&statement), &mut |_| Ok(()))
    }

    /// True if the table has no row that any view sees.
    #[doc(alias = "innobase_table_is_empty")]
    fn is_empty(&self, table: &Table) -> Result<bool> {
        let clustered = table.clustered();
        let mut records = Records::new(&clustered.tree);
        while let Some(record) = records.next()? {
            if !record.is_deleted() || !self.mvcc.seen_by_all(clustered.codec.system(record).trx_id) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Checks that the rows as they are would let the change succeed: values of columns, and unique keys (`locks` R3).
    /// ERRORS: [`Error::Value`], [`Error::Duplicate`], [`Error::RowTooLarge`].
    fn check_rows(&self, table: &Table, alter: &Alter, session: &Waiter) -> Result<()> {
        let (def, codecs, clustered) = (&alter.def, codecs(&alter.def), table.clustered());
        let limit_bytes = self.options.innodb_sort_buffer_size;
        let is_unique = |i: usize| i.checked_sub(1).map_or(!def.has_row_id(), |i| def.indexes[i].unique);
        let unique = (0..codecs.len()).filter(|i| is_unique(*i));
        let mut sorters: Vec<_> =
            unique.map(|i| (i, Sorter::new(self.store.disk(), codecs[i].layout(), limit_bytes, i))).collect();
        let mut rows = LiveRows::new(&clustered.tree, &clustered.codec, session);
        let mut copy = Copy::new(self, alter, table.def());
        let (mut fields, mut row, mut entry) = (Fields::default(), Record::new(), Record::new());
        while copy.next(&mut rows, &codecs[0], &mut fields, &mut row)? {
            for (i, sorter) in &mut sorters {
                if *i == 0 {
                    sorter.push(&row)?;
                    continue;
                }
                codecs[*i].entry_of(&copy.row, &mut fields)?;
                entry.leaf(codecs[*i].layout(), &fields.refs()).map_err(innolab_btree::Error::from)?;
                sorter.push(&entry)?;
            }
        }
        for (i, sorter) in sorters {
            let (mut sorted, mut unique) = (sorter.finish()?, Unique::new(&codecs[i], IndexNo(i)));
            while sorted.next(&mut entry)? {
                check_interrupt(session)?;
                unique.check(&entry)?;
            }
        }
        Ok(())
    }

    fn alter_in_place(&self, table: &Arc<Table>, alter: &Alter, by: TrxId, session: &Waiter) -> Result<()> {
        let def = alter.def.clone();
        let kept = kept_indexes(table.def(), &def);
        let space = table.tree().space().clone();
        let going = table.secondaries().filter(|(no, _)| !kept.contains(&Some(*no)));
        let mut logged: Vec<IndexId> = going.map(|(_, index)| index.id()).collect();
        logged.iter().try_for_each(|id| self.log_tree(space.id(), *id))?;
        let built = self.trees_in_place(table, &def, &kept, (by, session), &mut logged);
        let built = built.and_then(|trees| check_interrupt(session).map(|()| trees));
        let made = built.and_then(|trees| self.define(def, space.id(), trees, table.number, alter.statement()));
        let now = made.as_ref().map_or(table, |made| made);
        if made.is_ok() {
            self.exchange(vec![(table, now.clone())]);
        }
        {
            let _no_purge = self.purging.lock();
            for id in logged {
                let known = now.indexes().iter().any(|index| index.id() == id);
                resolve_tree(&self.store, &self.sys, &space, id, known)?;
            }
        }
        let made = made?;
        dictionary::remove(&self.sys.dict, table.number)?;
        names::rename_files(&self.store, [(space.id(), made.def().name.as_str())].into_iter())
    }

    /// Returns the trees that stay and the new ones, filled. Adds the numbers of the new ones to `logged`.
    fn trees_in_place(
        &self,
        table: &Table,
        def: &TableDef,
        kept: &[Option<IndexNo>],
        (by, session): (TrxId, &Waiter),
        logged: &mut Vec<IndexId>,
    ) -> Result<Trees> {
        let clustered = table.clustered();
        let codecs = codecs(def);
        let mut trees = vec![(clustered.tree.clone(), clustered.made_by)];
        let mut new = vec![];
        for ((i, codec), kept) in codecs.iter().enumerate().skip(1).zip(kept) {
            if let Some(no) = kept {
                let index = table.index(*no);
                trees.push((index.tree.clone(), index.made_by));
                continue;
            }
            let id = self.sys.next_index_id()?;
            self.log_tree(clustered.tree.space().id(), id)?;
            logged.push(id);
            let tree = Tree::create(&self.store, clustered.tree.space(), id, codec.layout().clone())?;
            trees.push((Arc::new(tree), by));
            new.push(i);
        }
        let target =
            |i: usize| BuildTarget { def, index: IndexNo(i), tree: &trees[i].0, codec: &codecs[i], stamp: by.0 };
        let targets: Vec<BuildTarget<'_>> = new.into_iter().map(target).collect();
        if !targets.is_empty() {
            let (mut rows, mut row) = (LiveRows::new(&clustered.tree, &clustered.codec, session), vec![]);
            let mut builder = self.index_builder(&targets, table.estimate_rows(), session);
            while rows.next(&mut row)? {
                builder.push(&row)?;
            }
            builder.load()?;
        }
        Ok(trees)
    }

    fn alter_by_copy(&self, table: &Arc<Table>, alter: &Alter, by: TrxId, session: &Waiter) -> Result<()> {
        self.move_to_new_file(table, alter.def.clone(), by, alter.statement(), &mut |trees| {
            let codecs = codecs(&alter.def);
            let target = |i: usize| {
                let stamp = if i == 0 { 0 } else { by.0 };
                BuildTarget { def: &alter.def, index: IndexNo(i), tree: &trees[i].0, codec: &codecs[i], stamp }
            };
            let targets: Vec<BuildTarget<'_>> = (1..trees.len()).map(target).collect();
            let mut builder = self.index_builder(&targets, table.estimate_rows(), session);
            let used = self.copy_rows(table, alter, &target(0), &mut builder, session)?;
            if used > 0 {
                trees[0].0.set_counter(used)?;
            }
            builder.load()?;
            check_interrupt(session)
        })
    }

    /// Converts each row, loads it into `target` and passes it to `builder`. Returns the AUTO_INCREMENT value after
    /// which the new table continues; 0: it has none.
    fn copy_rows(
        &self,
        table: &Table,
        alter: &Alter,
        target: &BuildTarget<'_>,
        builder: &mut IndexBuilder<'_>,
        session: &Waiter,
    ) -> Result<u64> {
        let clustered = table.clustered();
        let mut rows = LiveRows::new(&clustered.tree, &clustered.codec, session);
        let mut copy = Copy::new(self, alter, table.def());
        let mut fields = Fields::default();
        let mut next = |record: &mut Record| {
            let there = copy.next(&mut rows, target.codec, &mut fields, record)?;
            if there {
                builder.push(&copy.row)?;
            }
            Ok(there)
        };
        if alter.keeps_order(table.def()) {
            load(target, next)?;
        } else {
            let (mut sorter, mut record) = (self.sorter(target), Record::new());
            while next(&mut record)? {
                sorter.push(&record)?;
            }
            self.load_sorted(sorter.finish()?, target, session)?;
        }
        let same_counter = alter
            .def
            .auto_increment
            .is_some_and(|i| table.def().auto_increment.is_some() && alter.columns[i] == table.def().auto_increment);
        let given = if same_counter { table.next_auto_increment().saturating_sub(1) } else { 0 };
        Ok(copy.used.max(given))
    }

    /// Replaces a table's file by a new one, filled by `fill`.
    pub(super) fn move_to_new_file(
        &self,
        table: &Arc<Table>,
        def: TableDef,
        by: TrxId,
        statement: DdlStatement<'_>,
        fill: &mut dyn FnMut(&Trees) -> Result<()>,
    ) -> Result<()> {
        let old = table.tree().space().clone();
        self.log_file(old.id(), &old.name())?;
        let made = self.make_file(def, by, table.number, statement, fill);
        if let Ok(made) = &made {
            self.exchange(vec![(table, made.clone())]);
            // No purge of a table whose file is being removed.
            let _no_purge = self.purging.lock();
            self.store.drop_space(old.id())?;
            dictionary::remove(&self.sys.dict, table.number)?;
            names::rename_files(&self.store, [(made.tree().space().id(), made.def().name.as_str())].into_iter())?;
        }
        self.forget(old.id(), WHOLE_FILE)?;
        made.map(drop)
    }

    /// Makes the new tables visible in place of the old ones.
    pub(super) fn exchange(&self, tables: Vec<(&Table, Arc<Table>)>) {
        let mut open = self.tables.write();
        tables.iter().for_each(|(old, _)| open.remove(old));
        for (old, new) in tables {
            // The counter may be above the values that are in the tree.
            if new.id() == old.id() {
                new.bump_auto_increment(old.next_auto_increment().saturating_sub(1));
            }
            let (name, now, id) = (old.def().name.clone(), new.def().name.clone(), new.id());
            open.insert(new);
            self.store.events().emit(|| Altered { name, now, id, moved: id != old.id() });
        }
    }
}

impl Alter {
    fn statement(&self) -> DdlStatement<'_> {
        let new = self.def.columns.iter().zip(&self.columns).filter(|(_, before)| before.is_none());
        let shows_time = new.into_iter().any(|(column, _)| column.default == Some(ColumnDefault::Now));
        DdlStatement { sql: &self.statement, began_us: shows_time.then_some(self.began_us) }
    }

    /// How the server takes the table alone for this change.
    pub(super) fn alone(&self, old: &TableDef) -> Alone {
        let keys = |def: &TableDef, columns: &dyn Fn(usize) -> Option<usize>| {
            let named = |key: &[usize]| key.iter().map(|&i| columns(i)).collect::<Vec<_>>();
            let mut keys: Vec<_> = def.indexes.iter().map(|index| (named(&index.columns), index.unique)).collect();
            keys.sort();
            (named(&def.primary_key), keys)
        };
        let (old_primary, old_keys) = keys(old, &|i| Some(i));
        let (primary, new_keys) = keys(&self.def, &|i| self.columns[i]);
        if primary != old_primary && self.def.primary_key.is_empty() {
            Alone::AfterCopy
        } else if self.def.auto_increment.is_some_and(|i| self.columns[i].is_none()) {
            Alone::Twice(MetadataMode::NoWrite)
        } else if primary != old_primary || new_keys != old_keys {
            Alone::Twice(MetadataMode::Upgradable)
        } else if self.def == (TableDef { sql: self.def.sql.clone(), ..old.clone() }) {
            Alone::Never
        } else {
            Alone::Once
        }
    }

    /// True if each row's record stays as it is.
    fn keeps_rows(&self, old: &TableDef) -> bool {
        let same = |(i, column): (usize, &ColumnDef)| {
            let before = &old.columns[i];
            self.columns[i] == Some(i) && (column.ty, column.nullable) == (before.ty, before.nullable)
        };
        self.def.columns.len() == old.columns.len()
            && self.def.columns.iter().enumerate().all(same)
            && self.def.primary_key == old.primary_key
            && self.def.auto_increment == old.auto_increment
    }

    /// True if the rows keep their order in the clustered index.
    fn keeps_order(&self, old: &TableDef) -> bool {
        let before: Vec<_> = self.def.primary_key.iter().map(|&i| self.columns[i]).collect();
        let same_type = |(&new, &old_i): (&usize, &usize)| self.def.columns[new].ty == old.columns[old_i].ty;
        before == old.primary_key.iter().map(|&i| Some(i)).collect::<Vec<_>>()
            && self.def.primary_key.iter().zip(&old.primary_key).all(same_type)
    }
}

/// The old secondary index that each new one takes over (R3); of several, the one with the same name.
fn kept_indexes(old: &TableDef, new: &TableDef) -> Vec<Option<IndexNo>> {
    let mut free: Vec<bool> = vec![true; old.indexes.len()];
    let mut find = |of: usize, same_name: bool| {
        let index = &new.indexes[of];
        let found = (0..free.len()).find(|&i| {
            let before = &old.indexes[i];
            free[i]
                && (&before.columns, before.unique) == (&index.columns, index.unique)
                && (!same_name || before.name == index.name)
        })?;
        free[found] = false;
        Some(IndexNo(found + 1))
    };
    let by_name: Vec<_> = (0..new.indexes.len()).map(|i| find(i, true)).collect();
    by_name.into_iter().enumerate().map(|(i, found)| found.or_else(|| find(i, false))).collect()
}

/// Converts rows of the old table to rows of the new one.
struct Copy<'a> {
    engine: &'a Engine,
    alter: &'a Alter,
    old: &'a TableDef,
    /// False if the server would insert the rows one by one.
    keeps_writers: bool,
    old_row: Vec<Datum>,
    row: Vec<Datum>,
    /// Number of rows so far.
    n: u64,
    /// The largest AUTO_INCREMENT value so far.
    used: u64,
}

impl<'a> Copy<'a> {
    fn new(engine: &'a Engine, alter: &'a Alter, old: &'a TableDef) -> Copy<'a> {
        let keeps_writers = alter.alone(old) != Alone::AfterCopy;
        Copy { engine, alter, old, keeps_writers, old_row: vec![], row: vec![], n: 0, used: 0 }
    }

    /// Makes the record of the next row. Returns false after the last. ERRORS: [`Error::Value`],
    /// [`Error::RowTooLarge`].
    fn next(
        &mut self,
        rows: &mut LiveRows<'_>,
        codec: &IndexCodec,
        fields: &mut Fields,
        record: &mut Record,
    ) -> Result<bool> {
        if !rows.next(&mut self.old_row)? {
            return Ok(false);
        }
        self.n += 1;
        self.convert()?;
        // R4: no history.
        let trx_id = if self.keeps_writers { rows.writer() } else { TrxId(0) };
        codec.encode(&self.row, System { trx_id, ..System::NO_HISTORY }, fields)?;
        record.leaf(codec.layout(), &fields.refs()).map_err(innolab_btree::Error::from)?;
        Ok(true)
    }

    fn convert(&mut self) -> Result<()> {
        let def = &self.alter.def;
        self.row.clear();
        for (i, (column, before)) in def.columns.iter().zip(&self.alter.columns).enumerate() {
            let counts = def.auto_increment == Some(i);
            let value = match before {
                Some(before) => self.old_row[*before].clone(),
                None if counts => Datum::UInt(self.n),
                None => column.value_if_omitted(self.alter.began_us),
            };
            if !column.admits(&value) {
                return Err(Error::Value { column: column.name.clone(), value });
            }
            if counts {
                self.used = self.used.max(value.as_counter());
            }
            self.row.push(value);
        }
        if def.has_row_id() {
            let id = match self.old.has_row_id() {
                true => self.old_row[self.old.columns.len()].clone(),
                false => Datum::UInt(self.engine.sys.next_row_id()?),
            };
            self.row.push(id);
        }
        Ok(())
    }
}
