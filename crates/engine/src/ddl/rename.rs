//! Tables get other names, all of them at once: RENAME TABLE.
//!
//! ```text
//! a TO c, b TO a, c TO b      together: 7, called a, is b ─ 8, called b, is a
//! definitions of the others, which say *with 31* ─► definition 31, the first table's ─flush─► they are written once more, without it ─► the old ones go ─► files get their names
//!                                                   └ the one mini-transaction that decides (`dictionary` R4)
//! ```
//!
//! RULES
//!
//! - **R1** What is asked for is who is called what in the end; the way there, table by table, is for who reads the
//!   statement to follow.
//! - **R2** LiveRows, trees and numbers stay.
//!
//! InnoDB's counterpart: `mysql_rename_tables`, which has renamed the first table before the second and takes that back
//! if a later one fails, or by the DDL log after a crash.

use super::announce::DdlStatement;
use crate::codec::{Error, Result, TableDef};
use crate::core::{Engine, Isolation, Trx};
use crate::dict::{Entry, Index, NO_DEFINITION, Table, dictionary, names};
use innolab_base::Waiter;
use innolab_lock::TableMode;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Engine {
    /// Gives tables other names, all or none; durable when it returns. `renames`: each table, and its definition under
    /// the new name. `statement` is for the binary log. REQUIRES: the session that sits on `seat` has no open
    /// transaction; the definitions differ from the old ones in the name and the text alone.
    /// ERRORS: [`Error::TableExists`] (a new name, unless it is one that goes away), [`Error::TableDefChanged`] (a
    /// table is another one by now), [`Error::Deadlock`].
    #[doc(alias = "mysql_rename_tables")]
    pub fn rename_tables(
        self: &Arc<Self>,
        session: &Arc<Waiter>,
        renames: &[(Arc<Table>, TableDef)],
        statement: &str,
    ) -> Result<()> {
        self.check()?;
        let mut trx = Trx::new(self.clone(), session.clone(), Isolation::default());
        // In the order of their names, so that two statements do not wait for each other.
        let old: BTreeMap<&str, &Arc<Table>> =
            renames.iter().map(|(table, _)| (table.def().name.as_str(), table)).collect();
        old.values().try_for_each(|table| trx.lock_same_definition(table, TableMode::X))?;
        let _one_at_a_time = self.ddl.lock();
        let mut new = BTreeSet::new();
        for (_, def) in renames {
            let taken = !old.contains_key(def.name.as_str()) && self.table(&def.name).is_some();
            if taken || !new.insert(&def.name) {
                return Err(Error::TableExists { name: def.name.clone() });
            }
        }
        let renamed = renames.iter().map(|(table, def)| self.renamed(table, def)).collect::<Result<Vec<_>>>()?;
        let entries: Vec<_> = renamed.iter().map(|(entry, _)| entry.clone()).collect();
        self.define_together(&entries, DdlStatement::at_any_time(statement))?;
        let exchanged = renames.iter().zip(&renamed).map(|((old, _), (_, new))| (&**old, new.clone()));
        self.exchange(exchanged.collect());
        for (table, _) in renames {
            dictionary::remove(&self.sys.dict, table.number)?;
        }
        names::settle(&self.store, renames.iter().map(|(table, def)| (table.tree().space().id(), def.name.as_str())))
    }

    /// The table under its new name (R2).
    fn renamed(&self, table: &Table, def: &TableDef) -> Result<(Entry, Arc<Table>)> {
        let number = self.sys.next_index_id()?.0;
        let roots = table.indexes().iter().map(|index| (index.id(), index.tree.root())).collect();
        let space = table.tree().space().id();
        let entry =
            Entry { number, replaces: table.number, with: NO_DEFINITION, def: def.clone(), space, trees: roots };
        let trees = table.indexes().iter().map(|Index { tree, made_by, .. }| (tree.clone(), *made_by)).collect();
        Ok((entry, Arc::new(Table::new(def.clone(), number, trees)?)))
    }

    /// Makes definitions count, all or none, durably, and logs the statement that does so.
    fn define_together(&self, entries: &[Entry], statement: DdlStatement<'_>) -> Result<()> {
        let Some((first, others)) = entries.split_first() else { return Ok(()) };
        let dict = &self.sys.dict;
        let together = others
            .iter()
            .try_for_each(|entry| dictionary::insert(dict, &Entry { with: first.number, ..entry.clone() }));
        let decided =
            together.and_then(|()| self.decide(first.number, true, statement, || dictionary::insert(dict, first)));
        match decided {
            Ok(()) => others.iter().try_for_each(|entry| dictionary::insert(dict, entry)),
            Err(e) => {
                others.iter().try_for_each(|entry| dictionary::remove(dict, entry.number))?;
                Err(e)
            }
        }
    }
}
