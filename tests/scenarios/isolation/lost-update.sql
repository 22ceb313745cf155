-- Lost update (P4): two read 10, one writes 10 + 1, the other writes 10 + 5, and the first addition is gone.
-- happens if: step 11 shows 1 15
create table t (id int primary key, value int);
insert into t values (1, 10), (2, 20);

-- case: read uncommitted
-- T2 waits for T1's lock, and then writes what it computed from an old value.
-- Waiting prevents the dirty write, not the lost update.
set session transaction isolation level read uncommitted; begin; -- T1
set session transaction isolation level read uncommitted; begin; -- T2
select * from t where id = 1; -- T1
select * from t where id = 1; -- T2
update t set value = 11 where id = 1; -- T1
update t set value = 15 where id = 1; -- T2
commit; -- T1
commit; -- T2
select * from t where id = 1; -- T1

-- case: read committed
-- The same: the lock is on the row, not on what was read before.
-- SELECT … FOR UPDATE, or value = value + 5, would have helped.
set session transaction isolation level read committed; begin; -- T1
set session transaction isolation level read committed; begin; -- T2
select * from t where id = 1; -- T1
select * from t where id = 1; -- T2
update t set value = 11 where id = 1; -- T1
update t set value = 15 where id = 1; -- T2
commit; -- T1
commit; -- T2
select * from t where id = 1; -- T1

-- case: repeatable read
-- The same, which surprises those who come from other databases: InnoDB does not check that the row is still the one in the view.
-- It does not abort the second writer; it lets it overwrite a version that it has never seen.
set session transaction isolation level repeatable read; begin; -- T1
set session transaction isolation level repeatable read; begin; -- T2
select * from t where id = 1; -- T1
select * from t where id = 1; -- T2
update t set value = 11 where id = 1; -- T1
update t set value = 15 where id = 1; -- T2
commit; -- T1
commit; -- T2
select * from t where id = 1; -- T1

-- case: serializable
-- Both have read with an S lock, so neither gets its X lock: T1 waits, and T2 closes the circle.
-- T2 is rolled back and may try again with 11.
set session transaction isolation level serializable; begin; -- T1
set session transaction isolation level serializable; begin; -- T2
select * from t where id = 1; -- T1
select * from t where id = 1; -- T2
update t set value = 11 where id = 1; -- T1
update t set value = 15 where id = 1; -- T2
commit; -- T1
commit; -- T2
select * from t where id = 1; -- T1
