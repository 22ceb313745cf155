-- Anti-dependency cycle (G2): both ask for rows of a kind, find none, and each adds one; it was to be the only one.
-- happens if: step 11 shows 3 30, 4 42
create table t (id int primary key, value int);
insert into t values (1, 10), (2, 20);

-- case: read uncommitted
-- A row that is not there cannot be locked by a plain read.
-- Both rows go in.
set session transaction isolation level read uncommitted; begin; -- T1
set session transaction isolation level read uncommitted; begin; -- T2
select * from t where value % 3 = 0; -- T1
select * from t where value % 3 = 0; -- T2
insert into t values (3, 30); -- T1
insert into t values (4, 42); -- T2
commit; -- T1
commit; -- T2
select * from t where value % 3 = 0; -- T1

-- case: read committed
-- As before.
-- A unique key over what must be unique is what one needs here.
set session transaction isolation level read committed; begin; -- T1
set session transaction isolation level read committed; begin; -- T2
select * from t where value % 3 = 0; -- T1
select * from t where value % 3 = 0; -- T2
insert into t values (3, 30); -- T1
insert into t values (4, 42); -- T2
commit; -- T1
commit; -- T2
select * from t where value % 3 = 0; -- T1

-- case: repeatable read
-- Neither view shows the other's row, and plain reads lock no gaps.
-- With FOR UPDATE both would have locked the gap, and the inserts would have made a deadlock of it.
set session transaction isolation level repeatable read; begin; -- T1
set session transaction isolation level repeatable read; begin; -- T2
select * from t where value % 3 = 0; -- T1
select * from t where value % 3 = 0; -- T2
insert into t values (3, 30); -- T1
insert into t values (4, 42); -- T2
commit; -- T1
commit; -- T2
select * from t where value % 3 = 0; -- T1

-- case: serializable
-- Both reads lock all records and all gaps, S; gap locks do not exclude each other, an insert waits for all but its own.
-- So T1 waits for T2 and T2 for T1, and T2 is rolled back.
set session transaction isolation level serializable; begin; -- T1
set session transaction isolation level serializable; begin; -- T2
select * from t where value % 3 = 0; -- T1
select * from t where value % 3 = 0; -- T2
insert into t values (3, 30); -- T1
insert into t values (4, 42); -- T2
commit; -- T1
commit; -- T2
select * from t where value % 3 = 0; -- T1
