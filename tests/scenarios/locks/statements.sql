-- case: INSERT ... SELECT locks what it reads, but not at READ COMMITTED
create table t (id int primary key, c int, key c (c));
create table s (id int primary key, c int, key c (c));
insert into t values (5, 5), (10, 10), (15, 15);
begin; -- T1
insert into s select * from t where id <= 10; -- T1
update t set c = 6 where id = 5; -- T2
select * from s; -- T3
rollback; -- T1
set session transaction isolation level read committed; begin; -- T1
insert into s select id + 100, c from t; -- T1
update t set c = 7 where id = 5; -- T2
replace into s select * from t where c > 8; -- T1
commit; -- T1
select * from s; -- T2
-- case: SERIALIZABLE locks plain reads within a transaction
create table t (id int primary key, c int, key c (c));
insert into t values (5, 5), (10, 10), (15, 15);
set session transaction isolation level serializable; -- T1
select * from t where id = 5; -- T1
begin; -- T1
select * from t where id = 5; -- T1
select count(*) from t where c > 5; -- T1
update t set c = 6 where id = 5; -- T2
select 1; -- T1
commit; -- T1
set autocommit = 0; -- T1
select c from t force index (c) where c = 10; -- T1
update t set c = 11 where id = 10; -- T2
commit; -- T1
-- case: NOWAIT, SKIP LOCKED, WAIT
create table t (id int primary key, c int, key c (c));
insert into t values (5, 5), (10, 10), (15, 15);
begin; -- T1
select * from t where id = 10 for update; -- T1
begin; -- T2
select * from t where id = 10 for update nowait; -- T2
select * from t for update skip locked; -- T2
select * from t where c >= 5 lock in share mode skip locked; -- T2
select * from t where id = 10 lock in share mode nowait; -- T2
select * from t where id = 10 for update wait 0; -- T2
insert into t values (11, 11); -- T3
commit; -- T2
commit; -- T1
-- case: ON DUPLICATE KEY UPDATE, IGNORE and REPLACE meet rows of others
create table t (id int primary key, u int, c int, unique key u (u));
insert into t values (5, 5, 5), (10, 10, 10), (15, 15, 15);
begin; -- T1
update t set c = 0 where id = 10; -- T1
begin; -- T2
insert into t values (10, 99, 1) on duplicate key update c = c + values(c); -- T2
commit; -- T1
select * from t; -- T2
insert ignore into t values (11, 5, 1), (12, 12, 1); -- T2
replace into t values (20, 15, 3); -- T2
insert into t values (7, 7, 7); -- T1
insert into t values (13, 13, 13); -- T1
commit; -- T2
commit; -- T1
-- case: ORDER BY and LIMIT in UPDATE and DELETE; rows that do not match
create table t (id int primary key, c int, d int, key c (c));
insert into t values (5, 5, 1), (10, 10, 2), (15, 15, 3), (20, 20, 4);
begin; -- T1
update t set d = 9 order by c limit 2; -- T1
rollback; -- T1
begin; -- T1
update t set d = 9 order by id limit 1; -- T1
rollback; -- T1
begin; -- T1
delete from t where c > 5 order by c limit 1; -- T1
rollback; -- T1
begin; -- T1
delete from t where id >= 10 limit 2; -- T1
rollback; -- T1
begin; -- T1
update t set id = id + 1 where id >= 15; -- T1
rollback; -- T1
begin; -- T1
update t set c = c + 1; -- T1
rollback; -- T1
begin; -- T1
select * from t where d > 1 order by id desc limit 1 for update; -- T1
rollback; -- T1
begin; -- T1
update t force index (c) set c = c + 100 where c > 5 limit 2; -- T1
rollback; -- T1
set session transaction isolation level read committed; -- T1
begin; -- T1
update t set d = 8 where d = 2; -- T1
delete from t where d = 4; -- T1
select * from t where id = 15 and d = 7 for update; -- T1
select * from t where d = 1 for update; -- T1
update t set c = 1 where id = 5 and d = 7; -- T1
rollback; -- T1
