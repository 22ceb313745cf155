//! Stop 5: two sessions lock the same gap, and both insert into it.

use super::stage::{Stage, indented};
use crate::failure::Failure;
use innolab_engine::LockRow;
use std::io::Write;

const WORDS: &str = "\
SELECT … FOR UPDATE finds no row and locks the gap where it would be, so that nobody can put one
there. Two sessions may lock the same gap; each then keeps the other from inserting. The locks after
each step, and below them the index as a number line:";

const PLAY: &str = "\
-- case: ages 10, 20 and 30
create table user (id int primary key, age int, key (age));
insert into user values (1, 10), (2, 20), (3, 30);
begin; -- T1
begin; -- T2
select * from user where age = 15 for update; -- T1
select * from user where age = 16 for update; -- T2
insert into user values (4, 15); -- T1
insert into user values (5, 16); -- T2
commit; -- T1
select * from user; -- T3
";

/// Shows the deadlock.
pub(super) fn stop<W: Write>(out: &mut W) -> Result<(), Failure> {
    let stage = Stage::new()?;
    indented(out, WORDS)?;
    writeln!(out)?;
    stage.play(out, PLAY, true, |_, _| Ok(()))?;
    let report = stage.database.engine().latest_deadlock().ok_or("there was no deadlock")?;
    writeln!(out, "\n   What the lock table told of it:")?;
    for (waits, behind) in &report.waits {
        writeln!(out, "   T{} waits for {}, T{} has {}", waits.session, shown(waits), behind.session, shown(behind))?;
    }
    writeln!(out, "   the victim was T{}", report.victim)?;
    Ok(())
}

fn shown(lock: &LockRow) -> String {
    let index = lock.index.as_deref().unwrap_or_default();
    format!("{} on {}.{index} ({})", lock.mode, lock.table, lock.data.as_deref().unwrap_or_default())
}
