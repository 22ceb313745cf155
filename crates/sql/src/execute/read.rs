//! The rows of an access path, read in one of two ways: by its ranges ([`super::scan`]) or by a loose index scan
//! ([`super::loose_scan`]).

use super::loose_scan::LooseScanner;
use super::scan::{Scan, Visit};
use crate::answer::SqlError;
use crate::engine::Transaction;
use crate::optimize::Access;
use crate::query::ReadMode;

impl Scan<'_> {
    /// Shows `visit` the rows for which the condition is true; of a loose scan as many as the groups need. REQUIRES:
    /// `visit` calls the engine only by the transaction that it is given.
    pub(crate) fn for_each(
        &self,
        trx: &mut Transaction,
        reading: &ReadMode,
        visit: &mut Visit<'_>,
    ) -> Result<(), SqlError> {
        match &self.access.access {
            Access::Loose(read, loose) => LooseScanner { fetch: *self, read, loose, reading }.for_each(trx, visit),
            _ => self.for_each_in_ranges(trx, reading, visit),
        }
    }
}
