//! Stop 6: the power fails, and the database is opened again.

use super::fixture::{Fixture, print_indented};
use crate::failure::Failure;
use crate::inspect::columns::Columns;
use crate::inspect::directory::Directory;
use crate::inspect::page::dump_text;
use crate::inspect::space::Force;
use innolab_base::PageNo;
use innolab_disk::SimDisk;
use std::io::Write;
use std::sync::Arc;

const INTRO: &str = "\
COMMIT makes the redo log durable, not the changed pages: these are written to the table's file
later. T1 moves 30 from one account to the other and commits. T2 takes 50 and does not commit. T3's
commit syncs the redo log, and with it the record of T2's change. Then the power fails: of everything
that was not synced, any part may be lost.";

const LEFT: &str = "\
What is left of the table's file. Not even T1's committed change is in it:";

const OPENED: &str = "\
The database is opened again. First, redo repeats all changes in the log, T2's included. Then the
changes of transactions that did not commit are rolled back from their undo logs. A transaction
that is prepared, the first half of a two-phase commit, is in doubt: it is committed if the binary
log has it, else rolled back.";

const AFTER: &str = "T1's and T3's committed changes are there, T2's is not:";

const SQL: &str = "\
-- case: before
create table account (id int primary key, balance int);
insert into account values (1, 100), (2, 100);
select * from account; -- T1
-- case: the power fails while T2 is open
begin; -- T1
update account set balance = balance - 30 where id = 1; -- T1
update account set balance = balance + 30 where id = 2; -- T1
commit; -- T1
begin; -- T2
update account set balance = balance - 50 where id = 2; -- T2
insert into account values (3, 7); -- T3
";
/// The events of recovery that are shown.
const RECOVERY: [&str; 3] = ["store.recovered", "engine.recovered", "engine.rollback"];

/// Shows a power loss, and the recovery.
pub(super) fn show<W: Write>(out: &mut W) -> Result<(), Failure> {
    print_indented(out, INTRO)?;
    writeln!(out)?;
    let left = lose_power(out)?;
    writeln!(out)?;
    print_indented(out, LEFT)?;
    writeln!(out)?;
    print_indented(out, &rows(&left)?)?;
    writeln!(out)?;
    print_indented(out, OPENED)?;
    writeln!(out)?;
    let fixture = Fixture::on(left)?;
    for line in fixture.events.take(&RECOVERY) {
        writeln!(out, "   {line}")?;
    }
    writeln!(out)?;
    print_indented(out, AFTER)?;
    writeln!(out)?;
    fixture.run(out, "-- case: after\nselect * from account; -- T1\n", false, |_, _| Ok(()))
}

/// Runs the transactions, and returns the disk after the power loss.
fn lose_power<W: Write>(out: &mut W) -> Result<SimDisk, Failure> {
    let fixture = Fixture::new()?;
    let mut left = None;
    fixture.run(out, SQL, false, |case, _| {
        if case == 0 {
            // The file gets the rows as they are before T1's change.
            fixture.database.engine().store().flush_all()?;
        } else {
            left = Some(fixture.disk.power_loss(1));
        }
        Ok(())
    })?;
    Ok(left.ok_or("the second case did not run")?)
}

/// The table's page, as it is in its file.
fn rows(disk: &SimDisk) -> Result<String, Failure> {
    let directory = Directory::up_to_date(Arc::new(disk.clone()));
    let file = directory.space("account.ibd", Force::No)?;
    dump_text(&file, &Columns::from_dictionary(&directory, &file)?, PageNo(3))
}
