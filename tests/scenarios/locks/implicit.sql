-- Who has written a record holds it; the lock is seen when somebody asks.

-- case: an inserted row
create table t (id int primary key, c int, key c (c));
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; -- T1
insert into t values (25, 2); -- T1
begin; -- T2
select * from t where id = 25 for update; -- T2
rollback; -- T1
rollback; -- T2

-- case: the writer itself needs no lock for the record, but for a gap
create table t (id int primary key, c int, key c (c));
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; -- T1
insert into t values (25, 2); -- T1
select * from t where id = 25 for update; -- T1
select * from t force index (c) where c = 2 for update; -- T1
select * from t force index (primary) where id >= 22 and id < 26 for update; -- T1
rollback; -- T1

-- case: the record first, then next-key: the gap comes beside it
create table t (id int primary key, c int, key c (c));
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; -- T1
update t set c = 7 where id = 20; -- T1
select * from t force index (primary) where id >= 15 and id < 25 for update; -- T1
rollback; -- T1

-- case: a new entry
create table t (id int primary key, c int, key c (c));
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; -- T1
update t set c = 7 where id = 20; -- T1
begin; -- T2
select id from t force index (c) where c = 7 lock in share mode; -- T2
rollback; -- T1
rollback; -- T2

-- case: an entry that was left
create table t (id int primary key, c int, key c (c));
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; -- T1
update t set c = 7 where id = 20; -- T1
begin; -- T2
select id from t force index (c) where c = 2 lock in share mode; -- T2
rollback; -- T1
rollback; -- T2

-- case: an entry that the change did not touch is free
create table t (id int primary key, c int, d int, key c (c));
insert into t values (10, 1, 1), (20, 2, 2), (30, 3, 3);
begin; -- T1
update t set d = 7 where id = 20; -- T1
begin; -- T2
select id from t force index (c) where c = 2 lock in share mode; -- T2
rollback; -- T2
update t set c = 8 where id = 20; -- T1
update t set c = 2 where id = 20; -- T1
begin; -- T2
select id from t force index (c) where c = 8 lock in share mode; -- T2
rollback; -- T1
rollback; -- T2

-- case: the writer of a row holds its entries for itself, if it has written on their page
create table t (id int primary key, u int not null, d int, unique key u (u));
insert into t values (15, 5, 15), (35, 35, 30), (40, 25, 30), (45, 15, 20), (60, 30, 20);
set session transaction isolation level read committed; begin; -- T1
update t set d = 3 where id = 40; -- T1
select * from t force index (u) where u = 25 for update; -- T1
rollback; begin; -- T1
update t set d = 3 where id = 40; -- T1
insert into t values (61, 61, 61); -- T1
select * from t force index (u) where u = 25 for update; -- T1
set session transaction isolation level read committed; begin; -- T2
select u from t force index (u) where u = 25 lock in share mode; -- T2
rollback; -- T2
rollback; -- T1
