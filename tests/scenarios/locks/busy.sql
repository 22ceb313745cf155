-- NOWAIT and SKIP LOCKED.

-- case: skip locked, by the primary key
create table t (id int primary key, d int);
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; -- T1
select * from t where id = 20 for update; -- T1
begin; -- T2
select * from t force index (primary) where id >= 10 and id <= 30 for update skip locked; -- T2
rollback; begin; -- T2
select * from t where id = 20 for update skip locked; -- T2
rollback; -- T2
rollback; -- T1

-- case: skip locked, by another index: the entry stays locked
create table t (id int primary key, c int, d int, key c (c));
insert into t values (10, 5, 1), (20, 10, 2), (30, 15, 3), (40, 20, 4);
begin; -- T1
select * from t where id = 20 for update; -- T1
begin; -- T2
select * from t force index (c) where c >= 10 for update skip locked; -- T2
rollback; begin; -- T2
select id from t force index (c) where c >= 10 lock in share mode skip locked; -- T2
rollback; -- T2
rollback; -- T1

-- case: nowait
create table t (id int primary key, c int, d int, key c (c));
insert into t values (10, 5, 1), (20, 10, 2), (30, 15, 3), (40, 20, 4);
begin; -- T1
select * from t where id = 20 for update; -- T1
begin; -- T2
select * from t where id = 20 for update nowait; -- T2
select * from t force index (c) where c = 10 for update nowait; -- T2
rollback; -- T2
rollback; -- T1
