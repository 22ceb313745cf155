-- Dirty write (G0): two transactions change the same two rows, and each row ends up with another one's value.
-- happens if: step 11 shows 1 12, 2 21
create table t (id int primary key, value int);
insert into t values (1, 10), (2, 20);

-- case: read uncommitted
-- A row that was changed is locked X until its transaction ends, at every level:
-- T2 waits at the first row and comes to the second only after T1, so its values stand in both.
set session transaction isolation level read uncommitted; begin; -- T1
set session transaction isolation level read uncommitted; begin; -- T2
update t set value = 11 where id = 1; -- T1
update t set value = 12 where id = 1; -- T2, BLOCKS
update t set value = 22 where id = 2; -- T2, after it
update t set value = 21 where id = 2; -- T1
commit; -- T1
commit; -- T2
select * from t; -- T1

-- case: read committed
-- A row that was changed is locked X until its transaction ends, at every level:
-- a level says what is read, never that an uncommitted row may be overwritten.
set session transaction isolation level read committed; begin; -- T1
set session transaction isolation level read committed; begin; -- T2
update t set value = 11 where id = 1; -- T1
update t set value = 12 where id = 1; -- T2, BLOCKS
update t set value = 22 where id = 2; -- T2, after it
update t set value = 21 where id = 2; -- T1
commit; -- T1
commit; -- T2
select * from t; -- T1

-- case: repeatable read
-- A row that was changed is locked X until its transaction ends, at every level:
-- T2's update reads the newest committed row, not T2's view, so it waits and then overwrites T1's.
set session transaction isolation level repeatable read; begin; -- T1
set session transaction isolation level repeatable read; begin; -- T2
update t set value = 11 where id = 1; -- T1
update t set value = 12 where id = 1; -- T2, BLOCKS
update t set value = 22 where id = 2; -- T2, after it
update t set value = 21 where id = 2; -- T1
commit; -- T1
commit; -- T2
select * from t; -- T1

-- case: serializable
-- A row that was changed is locked X until its transaction ends, at every level:
-- plain writes lock as they do at REPEATABLE READ; only reads lock more.
set session transaction isolation level serializable; begin; -- T1
set session transaction isolation level serializable; begin; -- T2
update t set value = 11 where id = 1; -- T1
update t set value = 12 where id = 1; -- T2, BLOCKS
update t set value = 22 where id = 2; -- T2, after it
update t set value = 21 where id = 2; -- T1
commit; -- T1
commit; -- T2
select * from t; -- T1
