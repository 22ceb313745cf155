-- case: hash index, the variable
select @@innodb_adaptive_hash_index, @@global.innodb_adaptive_hash_index; -- T1
show variables like 'innodb_adaptive_hash_index'; -- T1
set global innodb_adaptive_hash_index = on; -- T1
select @@innodb_adaptive_hash_index; -- T1
show global variables like 'innodb_adaptive_hash_index'; -- T1
set global innodb_adaptive_hash_index = 0; -- T1
select @@innodb_adaptive_hash_index; -- T1
set global innodb_adaptive_hash_index = '1'; -- T1
set global innodb_adaptive_hash_index = 2; -- T1
set global innodb_adaptive_hash_index = 'x'; -- T1
set global innodb_adaptive_hash_index = null; -- T1
set global innodb_adaptive_hash_index = 1.5; -- T1
set global innodb_adaptive_hash_index = 1e0; -- T1
set global innodb_adaptive_hash_index = -1; -- T1
set autocommit = 1.5; -- T1
set global innodb_adaptive_hash_index = 'ON'; -- T1
select @@innodb_adaptive_hash_index; -- T1
set global innodb_adaptive_hash_index = default; -- T1
select @@innodb_adaptive_hash_index; -- T1
set global innodb_adaptive_hash_index = true, global sync_binlog = 'x'; -- T1
select @@innodb_adaptive_hash_index; -- T1
set innodb_adaptive_hash_index = 1; -- T1
set session innodb_adaptive_hash_index = 1; -- T1
select @@session.innodb_adaptive_hash_index; -- T1

-- case: hash index, rows that come, change and go
create table t (id int primary key, v int, s varchar(200), key (v), key (s));
insert into t values (0, 0, 'a'), (2, 1, 'b'), (4, 2, null), (6, 0, 'd');
insert into t select id + 8, v + 3, concat(s, 'x') from t;
insert into t select id + 16, v + 6, concat(s, 'y') from t;
insert into t select id + 32, v + 12, concat(s, 'z') from t;
insert into t select id + 64, v + 24, concat(s, 'zz') from t;
insert into t select id + 128, v + 48, concat(s, 'aa') from t;
insert into t select id + 256, v + 96, s from t;
insert into t select id + 512, v + 192, s from t;
set global innodb_adaptive_hash_index = on;
select count(*), sum(id), count(s) from t force index (v) where v < 400; -- T1
select count(*), sum(id), count(s) from t force index (v) where v < 400; -- T1
select * from t where id = 100; -- T1
select * from t where id = 101; -- T1
select id from t where v = 33; -- T1
select id, v from t where s = 'bxy'; -- T1
select id, v from t where s is null and id < 40; -- T1
update t set v = v + 1, s = concat(s, s, s, s) where v between 100 and 120; -- T1
select count(*), sum(id), sum(v), max(length(s)) from t force index (v) where v < 400; -- T1
insert into t select id + 1, v, s from t where id between 300 and 600; -- T1
select count(*), sum(id), sum(v) from t force index (v) where v < 400; -- T1
select * from t where id in (100, 101, 300, 301, 599, 601); -- T1
delete from t where id % 8 < 6; -- T1
select count(*), sum(id), sum(v) from t force index (v) where v < 400; -- T1
select * from t where id in (100, 101, 102, 300, 301, 302, 599, 601); -- T1
begin; -- T2
update t set v = 1000 where id = 102; -- T2
select v from t where id = 102; -- T1
select v from t where id = 102; -- T2
delete from t where id = 102; -- T2
select v from t where id = 102; -- T1
select v from t where id = 102; -- T2
rollback; -- T2
select v from t where id = 102; -- T2
alter table t drop key v; -- T1
select count(*), sum(v) from t force index (s) where s > 'a'; -- T1
truncate table t; -- T1
insert into t values (102, 1, 'new'); -- T1
select * from t where id in (100, 102); -- T1
drop table t; -- T1
create table t (id int primary key, v int); -- T1
insert into t values (102, 2); -- T1
select * from t where id = 102; -- T1
set global innodb_adaptive_hash_index = default; -- T1
