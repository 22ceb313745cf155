//! RENAME TABLE: several tables get other names at once.
//!
//! ```text
//! a TO c, b TO a, c TO b      result: table 7, called a, becomes b; table 8, called b, becomes a
//! definitions of all tables but the first, each *valid with 31* ─► definition 31, of the first table ─flush─► the others again, unconditional
//!                                                                  └ the one mini-transaction that decides (`dictionary` R4)
//!                                                                                             ─► old definitions removed ─► files renamed
//! ```
//!
//! RULES
//!
//! - **R1** The caller works out the statement's intermediate steps and passes the result: the final name of each
//!   table.
//! - **R2** Rows, trees and table numbers stay.
//!
//! InnoDB's counterpart: `mysql_rename_tables`, which renames table by table, and undoes the first renames if a later
//! one fails, after a crash by the DDL log.

use super::announce::DdlStatement;
use super::locks::Ddl;
use crate::codec::{Error, Result, TableDef};
use crate::core::Engine;
use crate::dict::{Definition, Index, NO_DEFINITION, Table, dictionary, names};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Engine {
    /// Renames tables, all or none; durable when it returns. `renames`: each table, and its definition under the new
    /// name. `statement`: for the binary log. REQUIRES: the definitions differ from the old ones only in name and text.
    /// ERRORS: [`Error::TableExists`] (a new name that no renamed table gives up), [`Error::TableDefChanged`] (a
    /// table has changed since it was opened), [`Error::Deadlock`].
    #[doc(alias = "mysql_rename_tables")]
    pub fn rename_tables(&self, ddl: &mut Ddl, renames: &[(Arc<Table>, TableDef)], statement: &str) -> Result<()> {
        self.check()?;
        let old: BTreeSet<&str> = renames.iter().map(|(table, _)| table.def().name.as_str()).collect();
        ddl.lock_names(old.iter().copied().chain(renames.iter().map(|(_, def)| def.name.as_str())))?;
        renames.iter().try_for_each(|(table, _)| ddl.check_same(table))?;
        let _one_at_a_time = self.ddl.lock();
        let mut new = BTreeSet::new();
        for (_, def) in renames {
            let taken = !old.contains(def.name.as_str()) && self.table(&def.name).is_some();
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
        names::rename_files(
            &self.store,
            renames.iter().map(|(table, def)| (table.tree().space().id(), def.name.as_str())),
        )
    }

    /// A table under its new name, and its definition (R2).
    fn renamed(&self, table: &Table, def: &TableDef) -> Result<(Definition, Arc<Table>)> {
        let number = self.sys.next_index_id()?.0;
        let roots = table.indexes().iter().map(|index| (index.id(), index.tree.root())).collect();
        let space = table.tree().space().id();
        let entry =
            Definition { number, replaces: table.number, with: NO_DEFINITION, def: def.clone(), space, trees: roots };
        let trees = table.indexes().iter().map(|Index { tree, made_by, .. }| (tree.clone(), *made_by)).collect();
        Ok((entry, Arc::new(Table::new(def.clone(), number, trees)?)))
    }

    /// Adds definitions, all or none, durably, and logs the statement.
    fn define_together(&self, entries: &[Definition], statement: DdlStatement<'_>) -> Result<()> {
        let Some((first, others)) = entries.split_first() else { return Ok(()) };
        let dict = &self.sys.dict;
        let together = others
            .iter()
            .try_for_each(|entry| dictionary::insert(dict, &Definition { with: first.number, ..entry.clone() }));
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
