-- Predicate-many-preceders (PMP): the same condition is asked twice, and the second time there is a row more: a phantom.
-- happens if: step 8 shows 2 20, 3 30
create table t (id int primary key, value int);
insert into t values (1, 10), (2, 20);

-- case: read uncommitted
-- The second read takes what is there.
-- Even without the commit it would show the row.
set session transaction isolation level read uncommitted; begin; -- T1
set session transaction isolation level read uncommitted; begin; -- T2
select * from t where value >= 20; -- T1
insert into t values (3, 30); -- T2
commit; -- T2
select * from t where value >= 20; -- T1
commit; -- T1

-- case: read committed
-- Each statement opens a view of its own, and T2 has committed in between.
-- The first read left no lock behind that could have kept the row out.
set session transaction isolation level read committed; begin; -- T1
set session transaction isolation level read committed; begin; -- T2
select * from t where value >= 20; -- T1
insert into t values (3, 30); -- T2
commit; -- T2
select * from t where value >= 20; -- T1
commit; -- T1

-- case: repeatable read
-- The view of the first read does not see T2, however often it is asked.
-- The row is in the table all the same: see predicate-many-preceders-of-a-write.
set session transaction isolation level repeatable read; begin; -- T1
set session transaction isolation level repeatable read; begin; -- T2
select * from t where value >= 20; -- T1
insert into t values (3, 30); -- T2
commit; -- T2
select * from t where value >= 20; -- T1
commit; -- T1

-- case: serializable
-- There is no index on value, so T1's read locks every record and every gap, S, the one at the end too.
-- T2's insert waits for that gap until T1 is through.
set session transaction isolation level serializable; begin; -- T1
set session transaction isolation level serializable; begin; -- T2
select * from t where value >= 20; -- T1
insert into t values (3, 30); -- T2
commit; -- T2
select * from t where value >= 20; -- T1
commit; -- T1
