-- UPDATE at READ COMMITTED looks at the last committed version before it waits.

-- case: not wanted: no wait
create table t (id int primary key, d int);
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
set session transaction isolation level read committed; -- T2
begin; -- T1
update t set d = 7 where id = 20; -- T1
begin; -- T2
update t set d = 9 where d = 3; -- T2
rollback; -- T2
rollback; -- T1

-- case: wanted: a wait, then the newest is looked at
create table t (id int primary key, d int);
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
set session transaction isolation level read committed; -- T2
begin; -- T1
update t set d = 7 where id = 20; -- T1
begin; -- T2
update t set d = 9 where d = 2; -- T2
commit; -- T1
rollback; -- T2

-- case: a row that was never committed is passed over
create table t (id int primary key, d int);
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
set session transaction isolation level read committed; -- T2
begin; -- T1
insert into t values (25, 9); -- T1
begin; -- T2
update t set d = 9 where d = 3; -- T2
rollback; -- T1
rollback; -- T2

-- case: wanted, but deleted meanwhile
create table t (id int primary key, d int);
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
set session transaction isolation level read committed; -- T2
begin; -- T1
delete from t where id = 20; -- T1
begin; -- T2
update t set d = 9 where d = 2; -- T2
commit; -- T1
rollback; -- T2

-- case: by the whole key it waits at once; DELETE always does
create table t (id int primary key, d int);
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
set session transaction isolation level read committed; -- T2
begin; -- T1
update t set d = 8 where id = 30; -- T1
begin; -- T2
update t set d = 9 where id > 10 and d = 77; -- T2
update t set d = 9 where id = 30 and d = 77; -- T2
rollback; -- T1
rollback; begin; -- T2
begin; -- T1
update t set d = 8 where id = 30; -- T1
delete from t where d = 4; -- T2
rollback; -- T1
rollback; -- T2

-- case: after a wait for one row the next ones are again only waited for if they are wanted
create table t (id int primary key, c int);
insert into t values (10, 1), (20, 9), (40, 1);
set session transaction isolation level read committed; -- T2
begin; -- T1
begin; -- T2
begin; -- T3
update t set c = 5 where id = 10; -- T1
update t set c = 6 where id = 20; -- T3
insert into t values (30, 1); -- T3
update t force index (primary) set c = 7 where id between 5 and 35 and c < 6; -- T2
delete from t where id = 10; -- T1
commit; -- T1
commit; -- T3
commit; -- T2
