//! The metadata locks of a DDL statement: which names it locks, how, and when it takes a table alone.
//!
//! ```text
//! CREATE                          SU on the name ─► no table has it? ─► X
//! DROP, TRUNCATE, RENAME          X on all names, old and new, in their order ─► which tables are there?
//! FLUSH    TABLES t               X on all names, whether tables have them or not
//!          TABLES t FOR EXPORT    SNW on all names, until UNLOCK TABLES ─► which tables are there?
//! ALTER    a name or a default    SU ─► X on a new name ─► is the change possible? ─► X ─────────────────────────────► changed
//!          an index comes or goes SU ─► …                                            X ─► rows checked ─► SU ─► X ────► changed
//!          rows are copied        SU ─► …                                            SNW ─► X ────────────────────────► changed
//! ```
//!
//! RULES
//!
//! - **R1** Names are locked before they are looked up, and all locks are held to the end of the statement, those of
//!   FOR EXPORT beyond it (`quiesce`).
//! - **R2** Several names are locked in the order of their bytes, so that two statements that begin with this do not
//!   deadlock.
//! - **R3** ALTER that builds or drops an index takes the table alone twice, as the server does before and after it builds
//!   beside other statements. Those that wait when it has the table for the first time are let in between; but not if the
//!   table is empty, or the change fails with the rows as they are.
//!
//! The server's counterpart: `lock_table_names`, `wait_while_table_is_used`, `mysql_inplace_alter_table`. Left out: other
//! statements on the table while an index is built.

use crate::codec::{Error, Result};
use crate::core::{Engine, Isolation, Trx};
use crate::dict::Table;
use innolab_base::{TrxId, Waiter};
use innolab_lock::MetadataMode;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A DDL statement: its metadata locks, until it is dropped.
pub struct Ddl {
    trx: Trx,
}

/// How ALTER takes a table alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alone {
    /// Not at all: nothing changes.
    Never,
    /// At its end.
    Once,
    /// At its beginning and at its end (R3), and by this mode in between.
    Twice(MetadataMode),
    /// At its end; while it copies rows no other transaction writes.
    AfterCopy,
}

impl Engine {
    /// Begins a DDL statement. REQUIRES: `session` has no open transaction.
    pub fn ddl(self: &Arc<Self>, session: &Arc<Waiter>) -> Ddl {
        Ddl { trx: Trx::new(self.clone(), session.clone(), Isolation::default()) }
    }
}

impl Ddl {
    /// The session of the statement.
    pub(super) fn session(&self) -> &Arc<Waiter> {
        self.trx.session()
    }

    /// Locks names X, waiting if necessary (R2). ERRORS: [`Error::Deadlock`], [`Error::Interrupted`].
    #[doc(alias = "lock_table_names")]
    pub fn lock_names<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) -> Result<()> {
        self.lock_all(names, MetadataMode::Exclusive)
    }

    /// Locks names in one mode (R2). ERRORS: as [`Ddl::lock_names`].
    pub(super) fn lock_all<'n>(&mut self, names: impl IntoIterator<Item = &'n str>, mode: MetadataMode) -> Result<()> {
        let names: BTreeSet<&str> = names.into_iter().collect();
        names.into_iter().try_for_each(|name| self.trx.lock_name(name, mode))
    }

    /// Locks a name as ALTER and CREATE do while they plan: others may use its table, but not change its definition.
    /// Returns the table that has the name. ERRORS: as [`Ddl::lock_names`].
    pub fn plan_on(&mut self, name: &str) -> Result<Option<Arc<Table>>> {
        self.trx.lock_name(name, MetadataMode::Upgradable)?;
        Ok(self.trx.engine.table(name))
    }

    /// Locks the table's name X and returns the table. ERRORS: [`Error::NoSuchTable`]; as [`Ddl::lock_names`].
    pub(super) fn table(&mut self, name: &str) -> Result<Arc<Table>> {
        self.trx.table(name, MetadataMode::Exclusive)
    }

    /// Checks that `table`, on which the caller has planned, has its name. ERRORS: [`Error::TableDefChanged`].
    pub(super) fn check_same(&self, table: &Arc<Table>) -> Result<()> {
        match self.trx.engine.table(&table.def().name) {
            Some(now) if Arc::ptr_eq(&now, table) => Ok(()),
            _ => Err(Error::TableDefChanged),
        }
    }

    /// Takes a table alone, as `alone` says. `admits`, which is called when it has the table for the first time, tells if
    /// others are let in (R3). REQUIRES: [`Ddl::plan_on`]. ERRORS: those of `admits`; as [`Ddl::lock_names`].
    pub(super) fn take_alone(&mut self, name: &str, alone: Alone, admits: impl FnOnce() -> Result<bool>) -> Result<()> {
        if alone == Alone::AfterCopy {
            self.trx.lock_name(name, MetadataMode::NoWrite)?;
        }
        self.trx.lock_name(name, MetadataMode::Exclusive)?;
        if let (Alone::Twice(between), true) = (alone, self.trx.engine.lock.is_name_waited_for(Some(name)))
            && admits()?
        {
            self.trx.downgrade_name(name, between);
            self.trx.lock_name(name, MetadataMode::Exclusive)?;
        }
        Ok(())
    }

    /// Returns the id that makes the new trees.
    pub(super) fn maker(&mut self) -> Result<TrxId> {
        self.trx.ensure_id()
    }
}
