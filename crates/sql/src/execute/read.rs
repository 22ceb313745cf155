//! The rows of an access, whichever way it reads: by its ranges ([`super::scan`]) or by groups' ends
//! ([`super::loose_scan`]).

use super::loose_scan::Ends;
use super::scan::{Fetch, Visit};
use crate::answer::SqlError;
use crate::engine::Transaction;
use crate::query::Reading;

impl Fetch<'_> {
    /// Shows `visit` the rows for which the condition is true, or with groups' ends enough of them. REQUIRES: `visit`
    /// does not call the engine but by the transaction that it is given.
    pub(crate) fn each(&self, trx: &mut Transaction, reading: &Reading, visit: &mut Visit<'_>) -> Result<(), SqlError> {
        match &self.access.loose {
            Some(loose) => Ends { fetch: *self, loose, reading }.each(trx, visit),
            None => self.each_in_ranges(trx, reading, visit),
        }
    }
}
