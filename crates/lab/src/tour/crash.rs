//! Stop 6: the power fails, and the database is opened again.

use super::stage::{Stage, indented};
use crate::failure::Failure;
use crate::inspect::columns::Columns;
use crate::inspect::page::dump_text;
use crate::inspect::space::Space;
use innolab_base::PageNo;
use innolab_disk::{Disk, SimDisk};
use std::io::Write;

const WORDS: &str = "\
A COMMIT makes the log durable, not the pages: these go to their file later. T1 moves 30 and
commits. T2 takes 50, and has not committed when T3's commit writes the log and T2's change with it.
Then the power fails: of all that was not synced, anything may be lost.";
const LEFT: &str = "What the power left of the table's file: not even the committed change is there.";
const OPENED: &str = "\
The database is opened. Redo repeats all changes that the log has, T2's too; then undo takes back
what belongs to no committed transaction. One that is prepared is in doubt: it is committed if the
binary log has it.";
const AFTER: &str = "What was committed is there, what was not is gone:";

const PLAY: &str = "\
-- case: before
create table account (id int primary key, balance int);
insert into account values (1, 100), (2, 100);
select * from account; -- T1
-- case: the power fails in the middle of T2
begin; -- T1
update account set balance = balance - 30 where id = 1; -- T1
update account set balance = balance + 30 where id = 2; -- T1
commit; -- T1
begin; -- T2
update account set balance = balance - 50 where id = 2; -- T2
insert into account values (3, 7); -- T3
";
/// What opening tells.
const RECOVERY: [&str; 3] = ["store.recovered", "engine.recovered", "engine.rollback"];

/// Shows a crash and what comes after.
pub(super) fn stop<W: Write>(out: &mut W) -> Result<(), Failure> {
    indented(out, WORDS)?;
    writeln!(out)?;
    let left = before(out)?;
    writeln!(out)?;
    indented(out, LEFT)?;
    writeln!(out)?;
    indented(out, &rows(&left)?)?;
    writeln!(out)?;
    indented(out, OPENED)?;
    writeln!(out)?;
    let stage = Stage::on(left)?;
    for line in stage.told.take(&RECOVERY) {
        writeln!(out, "   {line}")?;
    }
    writeln!(out)?;
    indented(out, AFTER)?;
    writeln!(out)?;
    stage.play(out, "-- case: after\nselect * from account; -- T1\n", false, |_, _| Ok(()))
}

/// What the power failure leaves of the disk.
fn before<W: Write>(out: &mut W) -> Result<SimDisk, Failure> {
    let stage = Stage::new()?;
    let mut left = None;
    stage.play(out, PLAY, false, |case, _| {
        if case == 0 {
            // So that the file has something to be old.
            stage.database.engine().store().flush_all()?;
        } else {
            left = Some(stage.disk.power_loss(1));
        }
        Ok(())
    })?;
    Ok(left.ok_or("two cases are played")?)
}

/// The table's page as it is in its file.
fn rows(disk: &dyn Disk) -> Result<String, Failure> {
    let file = Space::open(disk, "account.ibd")?;
    dump_text(&file, &Columns::known(disk, &file)?, PageNo(3))
}
