-- Circular information flow (G1c): each of two transactions sees what the other one wrote, so each came after the other.
-- happens if: step 7 shows 2 22 and step 8 shows 1 11
create table t (id int primary key, value int);
insert into t values (1, 10), (2, 20);

-- case: read uncommitted
-- Both read the newest version, each one's of the other.
-- No order of the two explains what they saw.
set session transaction isolation level read uncommitted; begin; -- T1
set session transaction isolation level read uncommitted; begin; -- T2
update t set value = 11 where id = 1; -- T1
update t set value = 22 where id = 2; -- T2
select * from t where id = 2; -- T1
select * from t where id = 1; -- T2
commit; -- T1
commit; -- T2

-- case: read committed
-- Neither sees the other, which has not committed.
-- Both read the versions before.
set session transaction isolation level read committed; begin; -- T1
set session transaction isolation level read committed; begin; -- T2
update t set value = 11 where id = 1; -- T1
update t set value = 22 where id = 2; -- T2
select * from t where id = 2; -- T1
select * from t where id = 1; -- T2
commit; -- T1
commit; -- T2

-- case: repeatable read
-- Neither view sees the other transaction.
-- Each sees its own change and the other row as it was.
set session transaction isolation level repeatable read; begin; -- T1
set session transaction isolation level repeatable read; begin; -- T2
update t set value = 11 where id = 1; -- T1
update t set value = 22 where id = 2; -- T2
select * from t where id = 2; -- T1
select * from t where id = 1; -- T2
commit; -- T1
commit; -- T2

-- case: serializable
-- T1's read wants S where T2 has X and waits; T2's read wants S where T1 has X: a circle.
-- InnoDB finds it at once and rolls T2 back, so T1 comes first.
set session transaction isolation level serializable; begin; -- T1
set session transaction isolation level serializable; begin; -- T2
update t set value = 11 where id = 1; -- T1
update t set value = 22 where id = 2; -- T2
select * from t where id = 2; -- T1
select * from t where id = 1; -- T2
commit; -- T1
commit; -- T2
