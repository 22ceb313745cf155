-- READ COMMITTED locks records, not gaps, and lets go of some.

-- case: primary: rows that do not match are let go, and the one after a forward range
create table t (id int primary key, d int);
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
set session transaction isolation level read committed; -- T1
begin; -- T1
select * from t force index (primary) where id >= 20 and id < 30 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id > 20 and id <= 35 and d = 7 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id > 10 and id < 30 order by id desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t where id = 15 for update; -- T1
select * from t force index (primary) where id > 50 for update; -- T1
select * from t where id = 20 and d = 9 for update; -- T1
select * from t where d = 3 lock in share mode; -- T1
rollback; -- T1

-- case: secondary: nothing is let go
create table t (id int primary key, c int, d int, key c (c));
insert into t values (10, 5, 1), (20, 10, 2), (30, 15, 3), (40, 20, 4);
set session transaction isolation level read committed; -- T1
begin; -- T1
select * from t force index (c) where c >= 10 and c < 15 for update; -- T1
rollback; -- T1
begin; -- T1
select id from t force index (c) where c >= 10 and c < 15 for update; -- T1
rollback; -- T1
begin; -- T1
select id from t force index (c) where c >= 10 and c < 15 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t force index (c) set d = 9 where c >= 10 and c < 15; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (c) where c >= 10 and c < 15 and d = 77 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (c) where c = 10 and d = 77 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (c) where c >= 10 and c < 15 order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select id from t force index (c) where c = 10 lock in share mode; -- T1
select * from t force index (c) where c = 10 and d = 77 lock in share mode; -- T1
rollback; -- T1

-- case: READ UNCOMMITTED locks the same
create table t (id int primary key, c int, d int, key c (c));
insert into t values (10, 5, 1), (20, 10, 2), (30, 15, 3), (40, 20, 4);
set session transaction isolation level read uncommitted; -- T1
begin; -- T1
select * from t force index (primary) where id >= 15 and id < 25 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (c) where c = 5 for update; -- T1
rollback; -- T1

-- case: a lock that was waited for stays
create table t (id int primary key, d int);
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
set session transaction isolation level read committed; -- T2
begin; -- T1
update t set d = 99 where id = 20; -- T1
begin; -- T2
select * from t where d = 2 for update; -- T2
commit; -- T1
rollback; -- T2
