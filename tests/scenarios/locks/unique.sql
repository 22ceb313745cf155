-- Unique secondary indexes at REPEATABLE READ.

-- case: hit: next-key on the entry and nothing after it
create table t (id int primary key, u int not null, v int, d int, unique key u (u), unique key v (v));
insert into t values (10, 5, 5, 1), (20, 10, 10, 2), (30, 15, 15, 3), (40, 20, NULL, 4), (50, 25, NULL, 5);
begin; -- T1
select * from t force index (u) where u = 10 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (v) where v = 10 for update; -- T1
rollback; -- T1
begin; -- T1
select u from t force index (u) where u = 10 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = 8 where u = 10; -- T1
rollback; -- T1
begin; -- T1
delete from t where v = 10; -- T1
rollback; -- T1

-- case: miss: the gap
create table t (id int primary key, u int not null, v int, d int, unique key u (u), unique key v (v));
insert into t values (10, 5, 5, 1), (20, 10, 10, 2), (30, 15, 15, 3), (40, 20, NULL, 4), (50, 25, NULL, 5);
begin; -- T1
select * from t force index (u) where u = 11 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (u) where u = 30 for update; -- T1
rollback; -- T1

-- case: NULL is not unique
create table t (id int primary key, u int not null, v int, d int, unique key u (u), unique key v (v));
insert into t values (10, 5, 5, 1), (20, 10, 10, 2), (30, 15, 15, 3), (40, 20, NULL, 4), (50, 25, NULL, 5);
begin; -- T1
select * from t force index (v) where v is null for update; -- T1
rollback; -- T1

-- case: ranges are as in any index
create table t (id int primary key, u int not null, v int, d int, unique key u (u), unique key v (v));
insert into t values (10, 5, 5, 1), (20, 10, 10, 2), (30, 15, 15, 3), (40, 20, NULL, 4), (50, 25, NULL, 5);
begin; -- T1
select * from t force index (u) where u >= 10 and u < 12 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (v) where v < 10 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (u) where u <= 10 order by u desc for update; -- T1
rollback; -- T1

-- case: only the whole key is unique
create table t (id int primary key, a int not null, b int not null, unique key ab (a, b));
insert into t values (10, 5, 1), (20, 5, 5), (30, 5, 9), (40, 10, 1), (50, 15, 1);
begin; -- T1
select * from t force index (ab) where a = 5 and b = 5 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (ab) where a = 5 for update; -- T1
rollback; -- T1
