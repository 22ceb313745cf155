-- Intermediate read (G1b): a value is read that its own transaction has overwritten before it committed.
-- happens if: step 6 shows 1 101
create table t (id int primary key, value int);
insert into t values (1, 10), (2, 20);

-- case: read uncommitted
-- The newest version is read, finished or not.
-- 101 was never committed by anybody.
set session transaction isolation level read uncommitted; begin; -- T1
set session transaction isolation level read uncommitted; begin; -- T2
update t set value = 101 where id = 1; -- T1
select * from t where id = 1; -- T2
update t set value = 11 where id = 1; -- T1
commit; -- T1
select * from t where id = 1; -- T2
commit; -- T2

-- case: read committed
-- Only versions of committed transactions are seen, and of those the last: first 10, then 11.
-- The second read differs because each statement opens a view of its own.
set session transaction isolation level read committed; begin; -- T1
set session transaction isolation level read committed; begin; -- T2
update t set value = 101 where id = 1; -- T1
select * from t where id = 1; -- T2
update t set value = 11 where id = 1; -- T1
commit; -- T1
select * from t where id = 1; -- T2
commit; -- T2

-- case: repeatable read
-- The view of the first read serves the second one too: T2 sees 10 twice.
-- 11 is committed, and still not seen: that is what repeatable means.
set session transaction isolation level repeatable read; begin; -- T1
set session transaction isolation level repeatable read; begin; -- T2
update t set value = 101 where id = 1; -- T1
select * from t where id = 1; -- T2
update t set value = 11 where id = 1; -- T1
commit; -- T1
select * from t where id = 1; -- T2
commit; -- T2

-- case: serializable
-- T2's first read waits for T1's X lock and then shows 11, the committed value.
-- No version but the newest is ever read with a lock.
set session transaction isolation level serializable; begin; -- T1
set session transaction isolation level serializable; begin; -- T2
update t set value = 101 where id = 1; -- T1
select * from t where id = 1; -- T2
update t set value = 11 where id = 1; -- T1
commit; -- T1
select * from t where id = 1; -- T2
commit; -- T2
