-- Predicate-many-preceders, of a write: a condition is read, then changed by, and the change meets a row that the read did not show.
-- happens if: step 8 changes 2
create table t (id int primary key, value int);
insert into t values (1, 10), (2, 20);

-- case: read uncommitted
-- The update changes both rows.
-- The read could not have kept the second one out.
set session transaction isolation level read uncommitted; begin; -- T1
set session transaction isolation level read uncommitted; begin; -- T2
select * from t where value >= 20; -- T1
insert into t values (3, 30); -- T2
commit; -- T2
update t set value = value + 1 where value >= 20; -- T1
select * from t; -- T1
commit; -- T1

-- case: read committed
-- An update works on the newest committed rows; so does the next read.
-- Both are changed.
set session transaction isolation level read committed; begin; -- T1
set session transaction isolation level read committed; begin; -- T2
select * from t where value >= 20; -- T1
insert into t values (3, 30); -- T2
commit; -- T2
update t set value = value + 1 where value >= 20; -- T1
select * from t; -- T1
commit; -- T1

-- case: repeatable read
-- An update is a current read: it does not use the view, and changes a row that T1 has never seen.
-- From then on T1 sees that row, because its newest version is T1's own: the phantom is let in by one's own hand.
set session transaction isolation level repeatable read; begin; -- T1
set session transaction isolation level repeatable read; begin; -- T2
select * from t where value >= 20; -- T1
insert into t values (3, 30); -- T2
commit; -- T2
update t set value = value + 1 where value >= 20; -- T1
select * from t; -- T1
commit; -- T1

-- case: serializable
-- T1's read has locked the gaps, so T2's insert waits, and T1's update meets the one row that T1 read.
-- The insert goes in after T1's commit.
set session transaction isolation level serializable; begin; -- T1
set session transaction isolation level serializable; begin; -- T2
select * from t where value >= 20; -- T1
insert into t values (3, 30); -- T2
commit; -- T2
update t set value = value + 1 where value >= 20; -- T1
select * from t; -- T1
commit; -- T1
