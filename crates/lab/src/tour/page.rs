//! Stop 1: a page, as text and to scale.

use super::fixture::{Fixture, print_indented};
use crate::failure::Failure;
use crate::inspect::columns::Columns;
use crate::inspect::page::{dump_text, picture, regions_of};
use innolab_base::PageNo;
use std::io::Write;

const INTRO: &str = "\
InnoDB stores a table as a B+ tree of 16 KiB pages, ordered by primary key; the rows are in the leaf
pages. These five rows fit on one page: page 3, the root of the tree, which is still a leaf.";

const DUMP: &str = "\
Rows are stored in the order in which they were inserted (columns byte and heap), and each points to
the next one in key order. The page directory (column slot) points to one record in four to eight,
so that a search can start in the middle. Every row carries the transaction that wrote it
(DB_TRX_ID) and the address of its previous version (DB_ROLL_PTR).";

const SCALE: &str = "\
The same page with 145 more rows, after every fifth row was deleted and purged. To scale: one
character is 16 bytes.";

const SQL: &str = "\
-- case: five rows
create table book (id int primary key, title varchar(40), year int); -- T1
insert into book values (30, 'Transaction Processing', 1992), (10, 'The Art of Programming', 1968); -- T1
insert into book values (20, 'Readings', 1998), (50, 'Designing', 2017), (40, 'Internals', 2019); -- T1
";

/// Shows a page.
pub(super) fn show<W: Write>(out: &mut W) -> Result<(), Failure> {
    let fixture = Fixture::new()?;
    print_indented(out, INTRO)?;
    writeln!(out)?;
    fixture.run(out, SQL, false, |_, _| Ok(()))?;
    let file = fixture.file("book")?;
    let columns = Columns::from_dictionary(&fixture.directory(), &file)?;
    writeln!(out)?;
    print_indented(out, DUMP)?;
    writeln!(out)?;
    print_indented(out, &dump_text(&file, &columns, PageNo(3))?)?;

    let mut session = fixture.session();
    for id in 100..245 {
        session
            .execute(&format!("insert into book values ({id}, 'volume {id} of {}', {id})", "many ".repeat(id % 4)))?;
    }
    session.execute("delete from book where id % 5 = 1")?;
    drop(session);
    fixture.database.purge()?;
    let bytes = fixture.file("book")?.written(PageNo(3))?;
    let reader = columns.of_table("book").ok_or("table book is not in the dictionary")?;
    writeln!(out)?;
    print_indented(out, SCALE)?;
    writeln!(out)?;
    print_indented(out, &picture(&regions_of(&bytes, Some(reader)), 16))
}
