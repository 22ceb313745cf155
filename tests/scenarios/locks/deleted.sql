-- Delete-marked records, kept by a view (T9), are locked like others and then passed over.

-- case: clustered
create table t (id int primary key, c int, key c (c));
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; select * from t; -- T9
delete from t where id = 20; -- T1
begin; -- T1
select * from t where id = 20 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t where id = 15 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id >= 20 and id < 30 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id > 10 order by id desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id < 20 for update; -- T1
rollback; -- T1
rollback; -- T9

-- case: secondary
create table t (id int primary key, c int, key c (c));
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; select * from t; -- T9
delete from t where id = 20; -- T1
begin; -- T1
select * from t force index (c) where c = 2 for update; -- T1
rollback; -- T1
begin; -- T1
select id from t force index (c) where c >= 2 lock in share mode; -- T1
rollback; -- T1
rollback; -- T9

-- case: a unique entry that is delete-marked does not end the search
create table t (id int primary key, u int not null, unique key u (u));
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; select * from t; -- T9
delete from t where id = 20; -- T1
begin; -- T1
select * from t force index (u) where u = 2 for update; -- T1
rollback; -- T1
rollback; -- T9

-- case: at READ COMMITTED they are let go
create table t (id int primary key, c int, key c (c));
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; select * from t; -- T9
delete from t where id = 20; -- T1
set session transaction isolation level read committed; -- T1
begin; -- T1
select * from t where id = 20 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id >= 15 and id < 30 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (c) where c = 2 for update; -- T1
rollback; -- T1
rollback; -- T9

-- case: unless they were waited for
create table t (id int primary key, c int, key c (c));
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; select * from t; -- T9
set session transaction isolation level read committed; -- T2
begin; -- T1
delete from t where id = 20; -- T1
begin; -- T2
select * from t force index (primary) where id > 15 and id < 35 for update; -- T2
commit; -- T1
rollback; -- T2
rollback; -- T9

-- case: at READ COMMITTED who scans does not wait for one whose deletion is committed, whoever has a lock on it
create table t (id int primary key, c int, key c (c));
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; select * from t; -- T9
delete from t where id > 25; -- T1
begin; -- T1
select * from t force index (primary) where id >= 30 for update; -- T1
select * from t force index (c) where c >= 3 lock in share mode; -- T1
set session transaction isolation level read committed; -- T2
begin; -- T2
select * from t force index (primary) where c > 0 for update; -- T2
select * from t where id = 40 lock in share mode; -- T2
select * from t force index (c) where c >= 2 for update; -- T2
delete from t where id = 30; -- T2
select * from t where id = 40 for update nowait; -- T2
commit; -- T2
set session transaction isolation level repeatable read; -- T2
select * from t where id = 40 lock in share mode; -- T2
commit; -- T1
rollback; -- T9

-- case: but it waits for one whose deletion is not
create table t (id int primary key, c int, key c (c));
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; -- T1
delete from t where id = 40; -- T1
set session transaction isolation level read committed; -- T2
begin; -- T2
select * from t force index (c) where c >= 2 for update; -- T2
commit; -- T1
commit; -- T2
