-- FLUSH TABLES, FOR EXPORT and UNLOCK TABLES: what commits, what waits for what, and what a session may do meanwhile.
-- (While tables are locked for export nothing is purged, and the driver waits for purge: no case changes rows then.)
create table t (id int primary key, c int);
create table u (id int primary key, c int);
insert into t values (5, 5), (10, 10);
insert into u values (5, 5), (10, 10);
-- case: FLUSH TABLES commits
begin; -- T1
insert into t values (7, 7); -- T1
flush tables; -- T1
rollback; -- T1
begin; -- T1
insert into t values (8, 8); -- T1
flush tables u; -- T1
rollback; -- T1
begin; -- T1
insert into t values (9, 9); -- T1
flush tables nosuch for export; -- T1
rollback; -- T1
select * from t; -- T2
-- case: but not if a table is named twice, or cannot have its name
begin; -- T1
insert into t values (7, 7); -- T1
flush tables t, t; -- T1
flush tables `a `; -- T1
rollback; -- T1
select * from t; -- T2
-- case: FLUSH TABLES takes tables that do not exist, FOR EXPORT does not
flush tables nosuch; -- T1
flush table t, nosuch; -- T1
flush tables other.t; -- T1
flush local tables t, u; -- T1
flush no_write_to_binlog tables; -- T1
flush tables referee.t; -- T1
flush tables nosuch for export; -- T1
flush tables t, nosuch for export; -- T1
flush tables other.t for export; -- T1
flush tables t, t for export; -- T1
update t set c = 1; -- T2
-- case: FLUSH TABLES waits for nobody, FLUSH TABLES t for all that use t
begin; -- T1
select * from t; -- T1
flush tables; -- T2
flush tables u; -- T2
flush tables t; -- T2
select * from t; -- T3
commit; -- T1
-- case: and it is a lock that may be in a circle
begin; -- T1
select * from t; -- T1
flush tables t; -- T2
insert into t values (7, 7); -- T1
select * from t; -- T1
-- case: FOR EXPORT waits for writers, not for readers
begin; -- T1
select * from t; -- T1
flush tables t for export; -- T2
select * from t; -- T3
unlock tables; -- T2
select * from t where id = 5 for update; -- T1
flush tables t for export; -- T2
select * from t where id = 10 for update; -- T1
select * from t; -- T3
update t set c = 1 where id = 10; -- T3
commit; -- T1
select * from t; -- T2
unlock tables; -- T2
-- case: until UNLOCK TABLES others read the table, and nobody writes it
flush tables t, u for export; -- T1
select * from t; -- T2
select * from t lock in share mode; -- T2
describe t; -- T2
update u set c = 3 where id = 5; -- T2
alter table t add column d int; -- T3
select * from t; -- T4
commit; -- T1
rollback; -- T1
unlock tables; -- T1
select * from t; -- T4
select * from u; -- T4
-- case: a second export waits, and FLUSH TABLES t too
flush tables t for export; -- T1
flush tables t for export; -- T2
flush tables; -- T3
flush tables t; -- T3
unlock tables; -- T1
unlock tables; -- T2
-- case: the session itself reads its tables and no others
flush tables t for export; -- T1
select * from t; -- T1
select count(*) from t; -- T1
select * from t lock in share mode; -- T1
select * from referee.t; -- T1
select * from u; -- T1
select * from nosuch; -- T1
select * from other.t; -- T1
select * from t for update; -- T1
select * from u for update; -- T1
explain select * from u; -- T1
explain update t set c = 2; -- T1
select 1; -- T1
set @a = 1; -- T1
show tables; -- T1
describe t; -- T1
describe u; -- T1
show index from u; -- T1
show create table u; -- T1
savepoint a; -- T1
unlock tables; -- T1
-- case: the session changes nothing
flush tables t for export; -- T1
insert into t values (1, 1); -- T1
insert into u values (1, 1); -- T1
replace into t values (1, 1); -- T1
update t set c = 1; -- T1
update u set c = 1; -- T1
delete from t; -- T1
delete from u; -- T1
create table v (a int); -- T1
create table t (a int); -- T1
create table if not exists t (a int); -- T1
drop table t; -- T1
drop table t, u; -- T1
drop table u, t; -- T1
drop table if exists nosuch; -- T1
alter table t add column d int; -- T1
alter table u add column d int; -- T1
create index i on t (c); -- T1
drop index i on u; -- T1
truncate table t; -- T1
truncate table u; -- T1
rename table t to v; -- T1
rename table u to v; -- T1
flush tables; -- T1
flush tables t; -- T1
flush tables u; -- T1
flush tables nosuch; -- T1
flush tables t for export; -- T1
flush tables u for export; -- T1
select * from t; -- T1
unlock tables; -- T1
insert into u values (1, 1); -- T1
-- case: BEGIN unlocks, SET autocommit does not
flush tables t for export; -- T1
update t set c = 3; -- T2
begin; -- T1
commit; -- T1
flush tables t for export; -- T1
update t set c = 4; -- T2
start transaction with consistent snapshot; -- T1
commit; -- T1
flush tables t for export; -- T1
update t set c = 5; -- T2
set autocommit = 0; -- T1
set autocommit = 1; -- T1
unlock tables; -- T1
-- case: UNLOCK TABLES commits if tables are locked
begin; -- T1
insert into t values (1, 1); -- T1
unlock tables; -- T1
rollback; -- T1
select * from t; -- T1
set autocommit = 0; -- T1
flush tables t for export; -- T1
select * from t; -- T1
alter table t add column d int; -- T2
unlock tables; -- T1
unlock table; -- T1
-- case: syntax
flush table; -- T1
flush tables t for; -- T1
flush tables t for exports; -- T1
flush tables t as a; -- T1
flush tables t,; -- T1
flush tables t u; -- T1
unlock; -- T1
unlock tables t; -- T1
