//! Stop 1: a page, in words and to scale.

use super::stage::{Stage, indented};
use crate::failure::Failure;
use crate::inspect::columns::Columns;
use crate::inspect::page::{dump_text, picture};
use innolab_base::PageNo;
use innolab_page::regions;
use std::io::Write;

const WORDS: &str = "\
A table is a B+ tree of pages of 16 KiB; the rows are in its leaves. Five rows fit on page 3, the
root, which is a leaf as long as it is alone. They lie in the heap in the order in which they came
(byte, heap); each points to the next in key order, and the directory (slot) to one in four to eight,
so that a search can begin in the middle. Each row says who wrote it and where its last version is.";

const MORE: &str = "\
The same page with 150 rows, after every fifth was deleted and purged. To scale, a sign is 16 bytes:";

/// Shows a page.
pub(super) fn stop<W: Write>(out: &mut W) -> Result<(), Failure> {
    let stage = Stage::new()?;
    indented(out, WORDS)?;
    let sql = "-- case: five rows\n\
               create table book (id int primary key, title varchar(40), year int); -- T1\n\
               insert into book values (30, 'Transaction Processing', 1992), (10, 'The Art of Programming', 1968); -- T1\n\
               insert into book values (20, 'Readings', 1998), (50, 'Designing', 2017), (40, 'Internals', 2019); -- T1\n";
    writeln!(out)?;
    stage.play(out, sql, false, |_, _| Ok(()))?;
    let file = stage.file("book")?;
    let columns = Columns::known(stage.look(), &file)?;
    writeln!(out)?;
    indented(out, &dump_text(&file, &columns, PageNo(3))?)?;

    let mut session = stage.session();
    for id in 100..245 {
        session
            .execute(&format!("insert into book values ({id}, 'volume {id} of {}', {id})", "many ".repeat(id % 4)))?;
    }
    session.execute("delete from book where id % 5 = 1")?;
    drop(session);
    stage.database.purge()?;
    let bytes = stage.file("book")?.written(PageNo(3))?;
    let reader = columns.of_table("book").ok_or("the dictionary does not know the table")?;
    writeln!(out)?;
    indented(out, MORE)?;
    indented(out, &picture(&regions(&bytes, Some(reader.layout())), 16))
}
