-- Read skew (G-single): one row is read before, another one after a change of both; together they never were.
-- happens if: step 9 shows 2 25
create table t (id int primary key, value int);
insert into t values (1, 10), (2, 20);

-- case: read uncommitted
-- Each read takes the newest version.
-- 10 + 25 were never in the table together.
set session transaction isolation level read uncommitted; begin; -- T1
set session transaction isolation level read uncommitted; begin; -- T2
select * from t where id = 1; -- T1. It sees 10 of 30
update t set value = 5 where id = 1; -- T2 moves 5
update t set value = 25 where id = 2; -- T2
commit; -- T2
select * from t where id = 2; -- T1. 20 makes 30, 25 makes 35
commit; -- T1

-- case: read committed
-- The second statement has a newer view than the first.
-- For two rows that belong together one statement must read both.
set session transaction isolation level read committed; begin; -- T1
set session transaction isolation level read committed; begin; -- T2
select * from t where id = 1; -- T1. It sees 10 of 30
update t set value = 5 where id = 1; -- T2 moves 5
update t set value = 25 where id = 2; -- T2
commit; -- T2
select * from t where id = 2; -- T1. 20 makes 30, 25 makes 35
commit; -- T1

-- case: repeatable read
-- Both reads use the view of the first: 10 and 20.
-- T2 did not have to wait for that.
set session transaction isolation level repeatable read; begin; -- T1
set session transaction isolation level repeatable read; begin; -- T2
select * from t where id = 1; -- T1. It sees 10 of 30
update t set value = 5 where id = 1; -- T2 moves 5
update t set value = 25 where id = 2; -- T2
commit; -- T2
select * from t where id = 2; -- T1. 20 makes 30, 25 makes 35
commit; -- T1

-- case: serializable
-- T1's S lock on the first row makes T2's first update wait until T1 is through.
-- T1 reads 10 and 20, and T2 comes after.
set session transaction isolation level serializable; begin; -- T1
set session transaction isolation level serializable; begin; -- T2
select * from t where id = 1; -- T1. It sees 10 of 30
update t set value = 5 where id = 1; -- T2 moves 5
update t set value = 25 where id = 2; -- T2
commit; -- T2
select * from t where id = 2; -- T1. 20 makes 30, 25 makes 35
commit; -- T1
