-- READ COMMITTED, a row whose change was rolled back: a reader that has no IX does not unlock it.
create table t (id int primary key, d int, c int, key c (c));
insert into t values (5, 5, 5), (10, 10, 10), (15, 15, 15), (20, 20, 20), (25, 25, 25);

-- case: rejected by the condition, shared
begin; update t set d = 1 where id = 20; rollback; -- T1
set session transaction isolation level read committed; begin; -- T2
select * from t force index (primary) where id >= 8 and d = 10 lock in share mode; -- T2
select * from t force index (primary) where id >= 8 and d = 10 for update; -- T2
-- case: the end of a range, shared
begin; delete from t where id = 20; rollback; -- T1
set session transaction isolation level read uncommitted; begin; -- T2
select * from t force index (primary) where id >= 8 and id <= 17 lock in share mode; -- T2
-- case: exclusive
begin; update t set d = 1 where id = 20; rollback; -- T1
set session transaction isolation level read committed; begin; -- T2
select * from t force index (primary) where id >= 8 and d = 10 for update; -- T2
-- case: the reader has IX
begin; update t set d = 1 where id = 20; rollback; -- T1
set session transaction isolation level read committed; begin; update t set d = d where id = 5; -- T2
select * from t force index (primary) where id >= 8 and d = 10 lock in share mode; -- T2
-- case: rolled back to a savepoint
begin; update t set d = 9 where id = 5; savepoint s; update t set d = 1 where id = 20; rollback to s; commit; -- T1
set session transaction isolation level read committed; begin; -- T2
select * from t force index (primary) where id >= 8 and d = 10 lock in share mode; -- T2
-- case: to a version of the transaction's own
begin; update t set d = 1 where id = 20; savepoint s; update t set d = 2 where id = 20; rollback to s; commit; -- T1
set session transaction isolation level read committed; begin; -- T2
select * from t force index (primary) where id >= 8 and d = 10 lock in share mode; -- T2
-- case: to a version that a view does not see
start transaction with consistent snapshot; -- T3
update t set d = 3 where id = 20; -- T1
begin; update t set d = 1 where id = 20; rollback; -- T1
commit; -- T3
set session transaction isolation level read committed; begin; -- T2
select * from t force index (primary) where id >= 8 and d = 10 lock in share mode; -- T2
-- case: while an older view is open
start transaction with consistent snapshot; -- T3
begin; update t set d = 1 where id = 20; rollback; -- T1
select * from t; -- T3
set session transaction isolation level read committed; begin; -- T2
select * from t force index (primary) where id >= 8 and d = 10 lock in share mode; -- T2
-- case: after ALTER
begin; update t set d = 1 where id = 20; rollback; -- T1
alter table t add column e int; -- T1
set session transaction isolation level read committed; begin; -- T2
select * from t force index (primary) where id >= 8 and d = 10 lock in share mode; -- T2
