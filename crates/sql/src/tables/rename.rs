//! RENAME TABLE: all of its renames or none, applied from left to right.

use super::ddl::DdlStatement;
use super::table_draft::TableDraft;
use crate::answer::{Outcome, SqlError};
use crate::engine::{Table, TableDef};
use sqlparser::ast;
use std::sync::Arc;

impl DdlStatement<'_> {
    /// Runs RENAME TABLE (R3, R4 of [`super::ddl`]). ERRORS: 1050, 1146; those of the wait for metadata locks.
    pub(crate) fn rename_tables(
        &mut self,
        renamed: &[(ast::ObjectName, ast::ObjectName)],
    ) -> Result<Outcome, SqlError> {
        let listed: Vec<_> = renamed.iter().map(|(from, to)| format!("{from} TO {to}")).collect();
        let statement = format!("RENAME TABLE {}", listed.join(", "));
        let names = renamed.iter().flat_map(|(from, to)| [from, to]);
        let names = names.map(|name| self.names.split(name)).collect::<Result<Vec<_>, _>>()?;
        let own = names.iter().filter(|(database, _)| *database == self.names.database).map(|(_, table)| *table);
        let mut ddl = self.begin();
        ddl.lock_names(own).map_err(|e| self.names.error(e, &listed[0]))?;
        let renames = self.final_names(renamed)?;
        let done = self.names.engine.rename_tables(&mut ddl, &renames, &statement);
        done.map_err(|e| self.names.error(e, &listed[0]))?;
        Ok(Outcome::NOTHING)
    }

    /// The net effect of the renames, applied from left to right: each table whose name differs in the end, and its
    /// definition with the new name. ERRORS: 1049, 1050, 1146.
    fn final_names(
        &self,
        renamed: &[(ast::ObjectName, ast::ObjectName)],
    ) -> Result<Vec<(Arc<Table>, TableDef)>, SqlError> {
        let mut now: Vec<(Arc<Table>, &str)> = Vec::new();
        for (from, to) in renamed {
            let (database, name) = self.names.split(from)?;
            let (into, new_name) = self.names.split(to)?;
            if into != self.names.database {
                return Err(SqlError::unknown_database(into));
            }
            let gone = |now: &[(Arc<Table>, &str)], name: &str| now.iter().any(|(table, _)| table.def().name == name);
            let at = match now.iter().position(|(_, now)| *now == name && database == self.names.database) {
                Some(at) => at,
                None if gone(&now, name) => return Err(SqlError::no_such_table(database, name)),
                None => {
                    now.push((self.names.table(from)?, name));
                    now.len() - 1
                }
            };
            let taken = now.iter().any(|(_, now)| *now == new_name)
                || self.names.engine.table(new_name).is_some() && !gone(&now, new_name);
            if taken {
                return Err(SqlError::table_exists(new_name));
            }
            now[at].1 = new_name;
        }
        now.retain(|(table, now)| table.def().name != *now);
        now.into_iter()
            .map(|(table, now)| {
                let mut draft = TableDraft::of(table.def());
                draft.name = now.to_string();
                Ok((table, draft.finish()?))
            })
            .collect()
    }
}
