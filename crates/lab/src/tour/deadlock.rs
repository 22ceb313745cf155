//! Stop 5: two sessions lock the same gap, and both insert into it.

use super::fixture::{Fixture, print_indented};
use crate::failure::Failure;
use std::io::Write;

const INTRO: &str = "\
SELECT … FOR UPDATE that finds no row locks the gap in which the row would be, so that no other
session can insert it. Gap locks do not conflict with each other: two sessions can lock the same
gap, and then neither can insert into it. When both try, each waits for the other: a deadlock, and
InnoDB rolls one of them back. After each step you see the locks, and the index as a number line
(x: exclusive lock, i: insert intention, ?: waiting); after the error, the circle.";

const SQL: &str = "\
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
pub(super) fn show<W: Write>(out: &mut W) -> Result<(), Failure> {
    let fixture = Fixture::new()?;
    print_indented(out, INTRO)?;
    writeln!(out)?;
    fixture.run(out, SQL, true, |_, _| Ok(()))
}
