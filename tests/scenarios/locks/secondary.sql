-- What a locking read locks in a secondary index and in the clustered one behind it, at REPEATABLE READ.

-- case: equality: next-key on each entry, the gap after the last, the rows alone; a shared read that is covered leaves the rows
create table t (id int primary key, c int, d int, key c (c));
insert into t values (10, 5, 1), (20, 5, 2), (30, 15, 3), (40, 20, 4);
begin; -- T1
select * from t force index (c) where c = 5 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (c) where c = 5 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select id from t force index (c) where c = 5 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select id from t force index (c) where c = 5 for update; -- T1
rollback; -- T1
begin; -- T1
select id from t force index (c) where c = 7 for update; -- T1
rollback; -- T1
begin; -- T1
select id from t force index (c) where c = 20 for update; -- T1
rollback; -- T1

-- case: equality backward: the entry that ends it is locked whole once a row was found, else its gap
create table t (id int primary key, c int, d int, key c (c));
insert into t values (10, 5, 1), (20, 5, 2), (30, 15, 3), (40, 20, 4);
begin; -- T1
select * from t force index (c) where c = 15 order by id desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (c) where c = 17 order by id desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (c) where c = 20 order by id desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (c) where c in (5, 17) order by c desc for update; -- T1
rollback; -- T1

-- case: range: the row beyond the end is locked too unless the index knows the end
create table t (id int primary key, c int, d int, key c (c));
insert into t values (10, 5, 1), (20, 10, 2), (30, 15, 3), (40, 20, 4);
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
select * from t force index (c) where c > 10 and c <= 15 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (c) where c > 15 for update; -- T1
rollback; -- T1
begin; -- T1
update t force index (c) set d = 9 where c >= 10 and c < 15; -- T1
rollback; -- T1
begin; -- T1
delete from t where c = 10; -- T1
rollback; -- T1

-- case: range backward
create table t (id int primary key, c int, d int, key c (c));
insert into t values (10, 5, 1), (20, 10, 2), (30, 15, 3), (40, 20, 4);
begin; -- T1
select * from t force index (c) where c >= 10 and c < 15 order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select id from t force index (c) where c >= 10 and c < 15 order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select id from t force index (c) where c >= 10 and c < 15 order by c desc lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (c) where c > 10 and c <= 15 order by c desc lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (c) where c > 15 order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (c) where c > 5 order by c desc limit 2 for update; -- T1
rollback; -- T1

-- case: several columns; a condition on the index is asked before the row is locked
create table t (id int primary key, a int not null, b int not null, d int, key ab (a, b));
insert into t values (10, 5, 1, 0), (20, 5, 5, 0), (30, 5, 9, 0), (40, 10, 1, 0), (50, 15, 1, 0);
begin; -- T1
select * from t force index (ab) where a = 5 and b = 5 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (ab) where a = 5 and b > 5 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (ab) where a = 5 and b > 1 order by b desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (ab) where a > 4 and a < 10 and b = 5 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (ab) where a in (5, 10) for update; -- T1
rollback; -- T1

-- case: the values of an IN list backward: a part of the key is a range of its own, with no gap at its end
create table t (id int primary key, a int, b int, d int, key ab (a, b));
insert into t values (5, 35, 10, 0), (35, 35, 15, 0), (40, 20, 1, 0), (50, 50, 1, 0), (60, 28, 4, 0);
begin; -- T1
select * from t force index (ab) where a in (26, 35) order by a desc for update; -- T1
rollback; begin; -- T1
select a from t force index (ab) where a in (26, 35) order by a desc lock in share mode; -- T1
rollback; begin; -- T1
select * from t force index (ab) where a in (26, 35) order by a desc limit 1 for update; -- T1
rollback; -- T1
