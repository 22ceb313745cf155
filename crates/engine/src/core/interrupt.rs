//! Interrupted statements: long work asks at each row, or block, whether it is still wanted.
//!
//! Waits for locks ask for themselves (`locking`). What cannot be taken back any more, and rollback, ask nothing.
//!
//! InnoDB's counterpart: `trx_is_interrupted`.

use crate::codec::{Error, Result};
use innolab_base::Waiter;

/// ERRORS: [`Error::Interrupted`] if the session's statement is interrupted.
pub(crate) fn check_interrupt(session: &Waiter) -> Result<()> {
    if session.is_interrupted() { Err(Error::Interrupted) } else { Ok(()) }
}
