//! The log of the run, replayed in another database: at the end of each transaction the tables are those of the moment
//! with as many transactions (P4).

use super::record::{Plan, Recording};
use super::tables::Tables;
use crate::binlog::Replayer;
use crate::database::Database;
use crate::failure::Failure;
use innolab_base::Events;
use innolab_binlog::{Reader, files};
use innolab_disk::SimDisk;
use innolab_engine::Isolation;
use std::sync::Arc;

/// Replays the log. ERRORS: it cannot be replayed, or gives other tables than the run had (I5). A log whose beginning was
/// purged is not replayed.
pub(super) fn check_replay(plan: Plan<'_>, recording: &Recording) -> Result<(), Failure> {
    if recording.log.as_ref().is_none_or(|log| log.purged > 0) {
        return Ok(());
    }
    let database = Database::on_disk(Arc::new(SimDisk::new(1)), plan.options.clone(), plan.database, Events::none())?;
    let mut replayer = Replayer::new(&database);
    let mut seen = 0;
    for name in files(&recording.disk, "binlog")? {
        for entry in Reader::open(&recording.disk, &name)? {
            replayer.event(&name, &entry?)?;
            let n = replayer.n_transactions();
            let moment = recording.moments.iter().find(|moment| moment.n_logged == n);
            if let Some(moment) = moment.filter(|_| n > seen)
                && let Some(difference) =
                    moment.tables.difference(&Tables::read(database.engine(), Isolation::RepeatableRead)?)
            {
                let statement = moment.statement.map(|at| recording.statements[at].to_string()).unwrap_or_default();
                return Err(format!("I5: the binary log, replayed up to {statement}: {difference}").into());
            }
            seen = n;
        }
    }
    Ok(())
}
