//! Stop 4: one row, three versions, two read views.

use super::fixture::{Fixture, print_indented};
use crate::failure::Failure;
use crate::inspect::versions::{text, walk};
use innolab_mvcc::explain::{Version, side_by_side};
use std::io::Write;

const INTRO: &str = "\
An UPDATE changes the row in its place and saves the old values in an undo record; the row's roll
pointer, DB_ROLL_PTR, is the address of that record. Under REPEATABLE READ, the first SELECT of a
transaction opens a read view: a snapshot of which transactions were active. If the view must not
see the newest version of a row, the SELECT follows the roll pointer to an older one. No lock is
taken, and no reader waits.";

const CHAIN: &str = "The row and its older versions, as they are now in the table's file and in the undo log:";

const WHY: &str = "\
Why each read view reads what it reads. A view sees all ids below its first bound, and none from its
second bound on (ids are those of DB_TRX_ID):";

/// The first two cases open a view each; it is kept when the case ends.
const SQL: &str = "\
-- case: T1 reads, and its transaction stays open
create table t (id int primary key, v varchar(20));
insert into t values (1, 'first');
begin; -- T1
select v from t where id = 1; -- T1
-- case: T2 changes the row, then T3 reads it
update t set v = 'second' where id = 1; -- T2
begin; -- T3
select v from t where id = 1; -- T3
-- case: T2 changes it again: now it has three versions
update t set v = 'third' where id = 1; -- T2
select v from t where id = 1; -- T1
select v from t where id = 1; -- T3
select v from t where id = 1; -- T2
";

/// Shows the versions of a row, and which view reads which.
pub(super) fn show<W: Write>(out: &mut W) -> Result<(), Failure> {
    let fixture = Fixture::new()?;
    print_indented(out, INTRO)?;
    writeln!(out)?;
    let mut views = Vec::new();
    fixture.run(out, SQL, false, |case, out| {
        if case < 2 {
            views.push(fixture.events.take_view().ok_or("the SELECT opened no read view")?);
            return Ok(());
        }
        writeln!(out)?;
        print_indented(out, CHAIN)?;
        writeln!(out)?;
        let mut chain = Vec::new();
        fixture.file("t")?;
        let end = walk(&fixture.directory(), "t", &["1".to_string()], &mut |from, reader, record| {
            chain.push(Version { trx_id: reader.trx_id(record), row: reader.value(record, "v") });
            Ok(writeln!(out, "   {from:<26} {}", text(reader, record))?)
        })?;
        writeln!(out, "   {end}\n")?;
        print_indented(out, WHY)?;
        writeln!(out)?;
        print_indented(out, &side_by_side(&chain, &[("T1", &views[0]), ("T3", &views[1])]))
    })
}
