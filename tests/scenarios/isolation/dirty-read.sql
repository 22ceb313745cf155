-- Dirty read (G1a): what was read is rolled back, so it never was.
-- happens if: step 6 shows 1 101
create table t (id int primary key, value int);
insert into t values (1, 10), (2, 20);

-- case: read uncommitted
-- There is no read view: a read takes the newest version in the page, whoever wrote it.
-- The rollback puts the old value back, and the next read shows that.
set session transaction isolation level read uncommitted; begin; -- T1
set session transaction isolation level read uncommitted; begin; -- T2
update t set value = 101 where id = 1; -- T1
select * from t where id = 1; -- T2
rollback; -- T1
select * from t where id = 1; -- T2
commit; -- T2

-- case: read committed
-- The read opens a view, does not see T1, and follows the roll pointer to the version before it.
-- Nobody waits: the old version is in the undo log.
set session transaction isolation level read committed; begin; -- T1
set session transaction isolation level read committed; begin; -- T2
update t set value = 101 where id = 1; -- T1
select * from t where id = 1; -- T2
rollback; -- T1
select * from t where id = 1; -- T2
commit; -- T2

-- case: repeatable read
-- As at READ COMMITTED; the view would only live longer.
-- Nobody waits.
set session transaction isolation level repeatable read; begin; -- T1
set session transaction isolation level repeatable read; begin; -- T2
update t set value = 101 where id = 1; -- T1
select * from t where id = 1; -- T2
rollback; -- T1
select * from t where id = 1; -- T2
commit; -- T2

-- case: serializable
-- A plain read inside a transaction takes an S lock on the record, and T1 has X: T2 waits.
-- It reads when T1 has rolled back, and what it reads then is there to stay.
set session transaction isolation level serializable; begin; -- T1
set session transaction isolation level serializable; begin; -- T2
update t set value = 101 where id = 1; -- T1
select * from t where id = 1; -- T2
rollback; -- T1
select * from t where id = 1; -- T2
commit; -- T2
