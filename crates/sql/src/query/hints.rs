//! USE, FORCE and IGNORE INDEX: the indexes that a statement may use.
//!
//! RULES
//!
//! - **R1** USE and FORCE allow only the indexes that they name; IGNORE removes those that it names.
//! - **R2** FORCE also makes a full scan dearer than any range of an allowed index.
//! - **R3** A name that no index of the table has is error 1176.
//!
//! InnoDB's counterpart: `TABLE_LIST::process_index_hints`.

use crate::answer::SqlError;
use crate::catalog::find_index;
use crate::engine::{IndexNo, TableDef};
use sqlparser::ast::{self, TableIndexHintType};

/// The hints of one table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hints {
    /// Only these, if any were named by USE or FORCE; `USE INDEX ()` names none.
    only: Option<Vec<IndexNo>>,
    /// Not these: named by IGNORE.
    ignored: Vec<IndexNo>,
    force: bool,
}

impl Hints {
    /// Binds the hints of one table. ERRORS: 1176 (R3); 1235 for a hint with FOR.
    pub(crate) fn new(written: &[ast::TableIndexDirective], def: &TableDef, alias: &str) -> Result<Hints, SqlError> {
        let mut hints = Hints::default();
        for directive in written {
            let ast::TableIndexDirective::MySql(hint) = directive else {
                return Err(SqlError::not_supported(directive));
            };
            if hint.for_clause.is_some() {
                return Err(SqlError::not_supported("index hint FOR a clause"));
            }
            let find = |name: &ast::Ident| {
                find_index(def, &name.value).ok_or_else(|| SqlError::no_such_key(&name.value, alias))
            };
            let named = hint.index_names.iter().map(find).collect::<Result<Vec<_>, _>>()?;
            match hint.hint_type {
                TableIndexHintType::Ignore => hints.ignored.extend(named),
                ref kind => {
                    hints.force |= matches!(kind, TableIndexHintType::Force);
                    hints.only.get_or_insert_default().extend(named);
                }
            }
        }
        Ok(hints)
    }

    /// True if the statement may use the index (R1).
    pub(crate) fn allows(&self, index: IndexNo) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&index)) && !self.ignored.contains(&index)
    }

    /// True if FORCE is among the hints (R2).
    pub(crate) fn forces(&self) -> bool {
        self.force
    }
}
