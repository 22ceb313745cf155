//! FLUSH TABLES … FOR EXPORT: the files of tables are whole, and nothing changes them until the session lets go.
//!
//! ```text
//! SNW on the names ─► purge stops ─► all pages are written ─► the files may be copied ─► dropped: purge goes on, writers too
//! └ waits for writers; readers stay
//! ```
//!
//! RULES
//!
//! - **R1** A transaction that has changed the table holds SW on its name, so SNW is granted when the table has no
//!   unfinished change, those of a crash included. Readers need no pages written.
//! - **R2** Nothing is purged anywhere meanwhile: purge goes in order, and cannot leave out a table.
//!
//! InnoDB's counterpart: `row_quiesce_table_start`, which also writes a `.cfg`; here `Engine::export` does.

use super::locks::Ddl;
use crate::codec::{Error, Result};
use crate::core::Engine;
use innolab_base::Waiter;
use innolab_base::sync::atomic::Ordering;
use innolab_lock::MetadataMode;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Tables whose files are whole, until this is dropped.
pub struct Quiesced {
    engine: Arc<Engine>,
    /// Holds the locks on their names.
    _ddl: Ddl,
}

impl Engine {
    /// Writes all pages to their files, as they are now or later. ERRORS: the disk's.
    pub fn flush_pages(&self) -> Result<()> {
        self.check()?;
        Ok(self.store.flush_all()?)
    }

    /// Makes the files of these tables whole, waiting for transactions that change them. REQUIRES: `session` has no open
    /// transaction. ERRORS: [`Error::NoSuchTable`]; [`Error::Deadlock`], [`Error::Interrupted`]; the disk's.
    #[doc(alias = "flush_tables_for_export")]
    pub fn quiesce<'n>(
        self: &Arc<Self>,
        session: &Arc<Waiter>,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Quiesced> {
        self.check()?;
        let mut ddl = self.ddl(session);
        let names: BTreeSet<&str> = names.into_iter().collect();
        ddl.lock_all(names.iter().copied(), MetadataMode::NoWrite)?;
        if let Some(missing) = names.iter().find(|name| self.table(name).is_none()) {
            return Err(Error::NoSuchTable { name: (*missing).to_owned() });
        }
        self.purge_stops.fetch_add(1, Ordering::AcqRel);
        let quiesced = Quiesced { engine: self.clone(), _ddl: ddl };
        // Whoever purges now sees the stop, and ends.
        drop(self.purging.lock());
        self.flush_pages()?;
        Ok(quiesced)
    }
}

impl Drop for Quiesced {
    fn drop(&mut self) {
        self.engine.purge_stops.fetch_sub(1, Ordering::AcqRel);
    }
}
