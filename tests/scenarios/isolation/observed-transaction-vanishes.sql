-- Observed transaction vanishes (OTV): T3 sees what T2 wrote over T1, then sees T1's other row although T2 will change that too.
-- happens if: step 11 shows 1 12 and step 12 shows 2 19
create table t (id int primary key, value int);
insert into t values (1, 10), (2, 20);

-- case: read uncommitted
-- T3 reads T2's unfinished 12 and then T1's 19: of T2 it sees a half.
-- Nothing keeps the two reads together.
set session transaction isolation level read uncommitted; begin; -- T1
set session transaction isolation level read uncommitted; begin; -- T2
set session transaction isolation level read uncommitted; begin; -- T3
update t set value = 11 where id = 1; -- T1
update t set value = 19 where id = 2; -- T1
update t set value = 12 where id = 1; -- T2, BLOCKS
commit; -- T1. This unblocks T2
select * from t where id = 1; -- T3
select * from t where id = 2; -- T3
update t set value = 18 where id = 2; -- T2
commit; -- T2
commit; -- T3

-- case: read committed
-- Each view sees T1, which has committed, and not T2, which has not.
-- 11 and 19 belong together.
set session transaction isolation level read committed; begin; -- T1
set session transaction isolation level read committed; begin; -- T2
set session transaction isolation level read committed; begin; -- T3
update t set value = 11 where id = 1; -- T1
update t set value = 19 where id = 2; -- T1
update t set value = 12 where id = 1; -- T2, BLOCKS
commit; -- T1. This unblocks T2
select * from t where id = 1; -- T3
select * from t where id = 2; -- T3
update t set value = 18 where id = 2; -- T2
commit; -- T2
commit; -- T3

-- case: repeatable read
-- As before, and both reads use one view besides.
-- T3 would see 11 and 19 also after T2's commit.
set session transaction isolation level repeatable read; begin; -- T1
set session transaction isolation level repeatable read; begin; -- T2
set session transaction isolation level repeatable read; begin; -- T3
update t set value = 11 where id = 1; -- T1
update t set value = 19 where id = 2; -- T1
update t set value = 12 where id = 1; -- T2, BLOCKS
commit; -- T1. This unblocks T2
select * from t where id = 1; -- T3
select * from t where id = 2; -- T3
update t set value = 18 where id = 2; -- T2
commit; -- T2
commit; -- T3

-- case: serializable
-- T3's first read waits for T2's X lock, so it comes after all of T2.
-- It sees 12 and then 18.
set session transaction isolation level serializable; begin; -- T1
set session transaction isolation level serializable; begin; -- T2
set session transaction isolation level serializable; begin; -- T3
update t set value = 11 where id = 1; -- T1
update t set value = 19 where id = 2; -- T1
update t set value = 12 where id = 1; -- T2, BLOCKS
commit; -- T1. This unblocks T2
select * from t where id = 1; -- T3
select * from t where id = 2; -- T3
update t set value = 18 where id = 2; -- T2
commit; -- T2
commit; -- T3
