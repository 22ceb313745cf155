-- The locking clause of a SELECT that feeds an INSERT or REPLACE: it is the SELECT's, at every level; NOWAIT and WAIT hold for the whole statement.
create table a (id int primary key, c int, key c (c));
insert into a values (1, 10), (2, 20), (3, 30);
create table b (id int primary key, c int);

-- case: for update, repeatable read
begin; insert into b select * from a force index (primary) where id < 3 for update; -- T1
-- case: for update, by another index, serializable
set session transaction isolation level serializable; begin; replace into b select * from a force index (c) where c < 25 for update; -- T1
-- case: read committed: share locks the rows, no clause does not
set session transaction isolation level read committed; begin; -- T1
insert into b select * from a force index (primary) where id < 2; -- T1
insert into b select * from a force index (primary) where id between 2 and 3 lock in share mode; -- T1
-- case: read uncommitted, for update, a row that the condition rejects
set session transaction isolation level read uncommitted; begin; -- T1
insert into b select * from a force index (primary) where id < 3 and c = 10 for update; -- T1
-- case: share waits at read committed
begin; update a set c = 5 where id = 2; -- T1
set session transaction isolation level read committed; begin; -- T2
insert ignore into b select * from a force index (primary) lock in share mode; -- T2
commit; -- T1
-- case: nowait
begin; update a set c = 5 where id = 2; -- T1
insert into b select * from a force index (primary) lock in share mode nowait; -- T2
replace into b select * from a force index (primary) for update wait 0; -- T2
-- case: skip locked
begin; update a set c = 5 where id = 2; -- T1
begin; insert into b select * from a force index (primary) for update skip locked; -- T2
select * from b; -- T2
-- case: skip locked, autocommit, by another index
begin; update a set c = 5 where id = 2; -- T1
set session transaction isolation level read committed; -- T2
insert into b select * from a force index (c) where c > 5 lock in share mode skip locked on duplicate key update b.c = 0; -- T2
select * from b; -- T2
-- case: nowait holds for the row that is inserted
insert into b values (2, 2);
begin; update b set c = 5 where id = 2; -- T1
begin; insert into b select * from a force index (primary) for update nowait; -- T2
insert into b select 2, 7 for update nowait; -- T2
insert into b values (2, 7) for update nowait; -- T2
-- case: skip locked does not
insert into b values (2, 2);
begin; update b set c = 5 where id = 2; -- T1
begin; insert into b select * from a force index (primary) for update skip locked; -- T2
-- case: nowait is no deadlock
begin; update a set c = 1 where id = 1; -- T1
begin; update a set c = 1 where id = 2; -- T2
update a set c = 2 where id = 2; -- T1
insert into b select * from a force index (primary) where id = 1 for update nowait; -- T2
rollback; -- T2
-- case: a timeout of 0 is no deadlock
begin; update a set c = 1 where id = 1; -- T1
set innodb_lock_wait_timeout = 0; begin; update a set c = 1 where id = 2; -- T2
update a set c = 2 where id = 2; -- T1
delete from a where id = 1; -- T2
rollback; -- T2
-- case: a timeout of 0 leaves no lock
begin; insert into b values (1, 1); -- T1
set innodb_lock_wait_timeout = 0; begin; -- T2
update b set c = 2 where id = 1; -- T2
insert into b values (1, 2) on duplicate key update c = 3; -- T2
-- case: AUTO_INC without a wait
create table k (id int auto_increment primary key, c int);
begin; update a set c = 5 where id = 2; -- T1
begin; insert into k (c) select c from a force index (primary) for update; -- T2
begin; insert into k (c) select 1 for update nowait; -- T3
-- case: grouped, sorted, optimized away
begin; insert into b select count(*), 1 from a force index (primary) where id < 2 for update; -- T1
rollback; begin; insert into b select * from a force index (primary) where id > 1 order by c + 1 lock in share mode; -- T1
rollback; begin; insert into b select max(id), 2 from a for update; -- T1
-- case: explain locks what it reads to plan
begin; explain insert into b select max(id), 1 from a; -- T1
rollback; begin; explain insert into b select * from a where id = 2 for update; -- T1
explain insert into b select * from a where id = 2 for update nowait; -- T2
-- case: read only
start transaction read only; insert into b select * from a for update; -- T1
