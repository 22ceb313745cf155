-- A scan that waited comes back to its place.

-- case: the record is gone: on to the next, whose gap was inherited
create table t (id int primary key, d int);
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; -- T1
delete from t where id = 20; -- T1
begin; -- T2
select * from t force index (primary) where id >= 15 and id < 30 for update; -- T2
commit; -- T1
rollback; -- T2

-- case: the same backward
create table t (id int primary key, d int);
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
begin; -- T1
insert into t values (25, 9); -- T1
begin; -- T2
select * from t order by id desc for update; -- T2
rollback; -- T1
rollback; -- T2

-- case: on an entry
create table t (id int primary key, c int, d int, key c (c));
insert into t values (10, 5, 1), (20, 10, 2), (30, 15, 3), (40, 20, 4);
begin; -- T1
delete from t where id = 20; -- T1
begin; -- T2
select * from t force index (c) where c >= 6 and c < 13 for update; -- T2
commit; -- T1
rollback; -- T2

-- case: on the row of an entry
create table t (id int primary key, c int, d int, key c (c));
insert into t values (10, 5, 1), (20, 10, 2), (30, 15, 3), (40, 20, 4);
begin; -- T1
update t set d = 7 where id = 20; -- T1
begin; -- T2
select * from t force index (c) where c >= 6 and c < 13 for update; -- T2
commit; -- T1
rollback; -- T2

-- case: a unique entry that was in the way is gone: the entry after it is not looked at
create table t (id int primary key, u int not null, unique key u (u));
insert into t values (5, 25), (10, 10);
begin; -- T1
insert into t values (3, 7); -- T1
begin; -- T2
update t set u = 7 where id = 5; -- T2
rollback; -- T1
rollback; -- T2

-- case: a new primary key: both places in the clustered index first, then the entries
create table t (id int primary key, u int, unique key u (u));
insert into t values (5, 30), (25, 35);
begin; -- T2
select u from t force index (u) where u = 35 lock in share mode; -- T2
begin; -- T1
update t set id = 19 where id = 25; -- T1
select * from t where id = 19 for update; -- T2
rollback; -- T1
rollback; -- T2
