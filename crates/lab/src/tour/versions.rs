//! Stop 4: one row, three versions, two views.

use super::stage::{Stage, indented};
use crate::failure::Failure;
use crate::inspect::versions::{text, walk};
use innolab_mvcc::explain::{Version, side_by_side};
use std::io::Write;

const WORDS: &str = "\
An UPDATE writes the row in its place and puts what it replaces into the undo log; the row's roll
pointer leads there. A transaction's first SELECT opens a read view: a note of who had not ended at
that moment. Whatever a view does not see it leaves aside, and takes the version before.";

const CHAIN: &str = "The row and its versions, as they are in the files at this moment:";
const WHY: &str = "\
Why each of the two views reads what it reads (ids are those of DB_TRX_ID):";

/// Each case is played, then the view that it opened is kept.
const PLAY: &str = "\
-- case: T1 looks, and stays in its transaction
create table t (id int primary key, v varchar(20));
insert into t values (1, 'first');
begin; -- T1
select v from t where id = 1; -- T1
-- case: T2 changes the row, then T3 looks
update t set v = 'second' where id = 1; -- T2
begin; -- T3
select v from t where id = 1; -- T3
-- case: now there are three versions
update t set v = 'third' where id = 1; -- T2
select v from t where id = 1; -- T1
select v from t where id = 1; -- T3
select v from t where id = 1; -- T2
";

/// Shows the versions and who reads which.
pub(super) fn stop<W: Write>(out: &mut W) -> Result<(), Failure> {
    let stage = Stage::new()?;
    indented(out, WORDS)?;
    writeln!(out)?;
    let mut views = Vec::new();
    stage.play(out, PLAY, false, |case, out| {
        if case < 2 {
            views.push(stage.told.view().ok_or("a SELECT opens a view")?);
            return Ok(());
        }
        writeln!(out)?;
        indented(out, CHAIN)?;
        let mut chain = Vec::new();
        stage.file("t")?;
        let end = walk(stage.look(), "t", &["1".to_string()], &mut |from, reader, record| {
            chain.push(Version { trx_id: reader.trx_id(record), row: reader.value(record, "v") });
            Ok(writeln!(out, "   {from:<26} {}", text(reader, record))?)
        })?;
        writeln!(out, "   {end}\n")?;
        indented(out, WHY)?;
        indented(out, &side_by_side(&chain, &[("T1", &views[0]), ("T3", &views[1])]))
    })
}
