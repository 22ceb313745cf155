-- Who waits for the AUTO_INCREMENT counter of a table, and how many values a statement sets aside.

-- case: insert select holds it to the end of the statement
create table s (id int primary key, v int);
create table t (id int primary key auto_increment, v int);
insert into s values (1, 1), (2, 2), (3, 3);
begin; -- T1
select * from s where id = 2 for update; -- T1
begin; -- T2
insert into t (v) select v from s; -- T2
begin; -- T3
insert into t (v) values (10); -- T3
insert into t (v) select v from s where id = 3; -- T4
insert into t values (100, 5); -- T5
commit; -- T1
select * from t; -- T1
commit; -- T2
commit; -- T3
select * from t; -- T1

-- case: same table
create table t (id int primary key auto_increment, v int, key v (v));
insert into t (v) values (1), (2), (3);
begin; -- T1
select * from t where id = 2 for update; -- T1
begin; -- T2
insert into t (v) select v from t; -- T2
insert into t (v) values (10); -- T3
commit; -- T1
commit; -- T2
select * from t; -- T3

-- case: explicit values
create table s (id int primary key, v int);
create table t (id int primary key auto_increment, v int);
insert into s values (11, 1), (12, 2), (13, 3);
begin; -- T1
select * from s where id = 12 for update; -- T1
begin; -- T2
insert into t select id, v from s; -- T2
insert into t (v) values (10); -- T3
commit; -- T1
commit; -- T2
select * from t; -- T3

-- case: blocked on a duplicate key with values
create table t (id int primary key auto_increment, v int, unique key v (v));
insert into t (v) values (1), (2), (3);
begin; -- T1
insert into t (v) values (20); -- T1
begin; -- T2
insert into t (v) values (19), (20); -- T2
insert into t (v) values (30); -- T3
commit; -- T1
commit; -- T2
select * from t; -- T3

-- case: deadlock between AUTO-INC and a row
create table s (id int primary key, v int);
create table t (id int primary key auto_increment, v int);
insert into s values (1, 1), (2, 2), (3, 3);
begin; -- T1
select * from s where id = 2 for update; -- T1
begin; -- T2
insert into t (v) select v from s; -- T2
insert into t (v) select v from s where id = 3; -- T1
commit; -- T1
commit; -- T2
select * from t; -- T1

-- case: how many numbers a statement sets aside
create table s (id int primary key, v int);
create table t (id int primary key auto_increment, v int);
insert into s values (1, 1), (2, 2), (3, 3), (4, 4), (5, 5);
insert into t (v) select v from s where id <= 4; -- T1
insert into t (v) values (10); -- T1
insert into t (v) select v from s where id <= 1; -- T1
insert into t (v) values (11), (12), (13), (14); -- T1
insert into t (v) select v from s; -- T1
insert into t (v) values (20); -- T1
insert into t (v) select v from s order by v desc; -- T1
insert into t (v) select count(*) from s; -- T1
insert into t (v) values (30); -- T1
insert into t (v) select v from t; -- T1
insert into t (v) values (30); -- T1
insert into t select null, 7; -- T1
insert into t (v) values (31); -- T1
insert into t (v) values (32); -- T1
insert into t (v) select v from s where id > 100; -- T1
insert into t (v) values (33); -- T1
insert into t (v) values (34); -- T1
insert into t select 5000 + 0 * id, v from s where id = 3; -- T1
insert into t (v) select v from s where id < 4; -- T1
insert into t (v) values (34); -- T1
select * from t order by id; -- T1

-- case: the victim of a deadlock about AUTO-INC has lost its transaction
create table s (id int primary key, v int);
create table t (id int primary key auto_increment, v int);
insert into s values (1, 1), (2, 2), (3, 3);
begin; -- T1
insert into s values (9, 9); -- T1
select * from s where id = 2 for update; -- T1
begin; -- T2
insert into s values (8, 8), (7, 7), (6, 6), (5, 5); -- T2
insert into t (v) select v from s where id <= 2; -- T2
insert into t (v) values (100); -- T1
select @@in_transaction; -- T1
insert into s values (11, 11); -- T1
rollback; -- T1
commit; -- T2
select * from s; -- T1

-- case: a value that is given, in a statement whose counter has gone on
create table t (id int primary key auto_increment, v int, unique key v (v));
create table s (id int primary key, v int);
insert into s values (1, 1), (2, 2), (3, 3);
begin; -- T1
select * from s where id = 3 for update; -- T1
insert into t (v) select v from s; -- T2
insert into t values (2, 20); -- T3
insert into t values (50, 1) on duplicate key update v = 30; -- T4
replace into t values (60, 2); -- T5
commit; -- T1
select * from t order by id; -- T1
