-- What a locking read locks in the clustered index at REPEATABLE READ.

-- case: hit: the whole key is there, so the record alone
create table t (id int primary key, d int);
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; -- T1
select * from t where id = 20 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t where id = 20 lock in share mode; -- T1
update t set d = 5 where id = 20; -- T1
rollback; -- T1

-- case: miss: the gap that the row would be in
create table t (id int primary key, d int);
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; -- T1
select * from t where id = 15 for update; -- T1
select * from t where id = 45 lock in share mode; -- T1
rollback; -- T1

-- case: an empty table has only its end
create table t (id int primary key, d int);
begin; -- T1
select * from t where id = 15 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t for update; -- T1
rollback; -- T1

-- case: forward: next-key on each record and on the one that ends the range; the first of >= without its gap
create table t (id int primary key, d int);
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; -- T1
select * from t force index (primary) where id >= 20 and id < 30 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id >= 20 and id <= 30 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id > 20 and id <= 35 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id >= 15 and id < 17 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id > 30 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id < 20 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id >= 20 order by id limit 1 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t lock in share mode; -- T1
rollback; -- T1

-- case: backward: the gap of the record after the first one too
create table t (id int primary key, d int);
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; -- T1
select * from t force index (primary) where id >= 20 and id < 30 order by id desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id > 20 and id <= 30 order by id desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id <= 25 order by id desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id >= 25 order by id desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id > 5 order by id desc limit 1 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id < 20 order by id desc limit 1 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (primary) where id < 5 order by id desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t order by id desc for update; -- T1
rollback; -- T1

-- case: a prefix of the key is not the whole key
create table t (a int, b int, d int, primary key (a, b));
insert into t values (5, 1, 0), (5, 5, 0), (5, 9, 0), (10, 1, 0), (15, 1, 0);
begin; -- T1
select * from t where a = 5 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t where a = 5 and b >= 5 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t where a = 5 and b = 5 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t where a >= 5 and a < 7 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t where a = 5 order by b desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t where a = 7 order by b desc for update; -- T1
rollback; -- T1

-- case: no primary key: the hidden one is scanned
create table t (c int, key c (c));
insert into t values (5), (7), (7), (15);
begin; -- T1
select * from t force index (c) where c = 7 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t ignore index (c) where c = 7 for update; -- T1
rollback; -- T1
