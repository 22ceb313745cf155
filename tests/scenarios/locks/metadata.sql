-- Metadata locks: which statement waits for which, who is the victim of a circle, and what a name means after the wait.
create table t (id int primary key, c int);
insert into t values (5, 5), (10, 10);
create table u (id int primary key, c int);
insert into u values (5, 5), (10, 10);

-- case: A read, DDL waits, write or locking read
begin; -- T1
select * from t where id = 5; -- T1
alter table t add column d int; -- T2
select * from t where id = 5 for update; -- T1
commit; -- T1

-- case: B1 rename takes the second table, a reader closes the circle
begin; -- T1
select * from t; -- T1
begin; -- T2
select * from u; -- T2
rename table t to v, u to t; -- T3
select * from t; -- T2
commit; -- T1
commit; -- T2

-- case: B2 alter rename holds its new name while it waits
begin; -- T1
select * from t; -- T1
alter table t rename to v; -- T2
select * from v; -- T1
commit; -- T1

-- case: D add index wants the table alone a second time
begin; -- T1
select * from t; -- T1
alter table t add index (c); -- T2
begin; select * from t where id = 5; -- T3
commit; -- T1
commit; -- T3

-- case: D2 drop index
alter table t add index i (c);
begin; -- T1
select * from t; -- T1
drop index i on t; -- T2
begin; select * from t where id = 5; -- T3
commit; -- T1
commit; -- T3

-- case: D3 add column, instant
begin; -- T1
select * from t; -- T1
alter table t add column d int; -- T2
begin; select * from t where id = 5; -- T3
commit; -- T1
commit; -- T3

-- case: F1 a failed statement keeps its metadata lock
begin; -- T1
select * from v; -- T1
create table v (id int primary key); -- T2
rename table u to v; -- T3
commit; -- T1

-- case: F2 names are looked up after the wait
begin; -- T1
select * from t; -- T1
alter table t add column d int; -- T2
alter table t add index (d); -- T3
commit; -- T1

-- case: F3 truncate of a table that is not there, behind a failed read
begin; -- T1
select * from v; -- T1
truncate table v; -- T2
commit; -- T1

-- case: G the table is renamed while a change waits for it
begin; -- T1
select * from t; -- T1
rename table t to v; -- T2
alter table t add column d int; -- T3
commit; -- T1

-- case: H locks are on names: who waited for the old name has none on the new
begin; -- T1
select * from t; -- T1
rename table t to v; -- T2
begin; select * from t; -- T3
commit; -- T1
truncate table v; -- T2
commit; -- T3

-- case: J1 column gone while an insert waits
begin; -- T1
select * from t; -- T1
alter table t drop column c; -- T2
insert into t (id, c) values (7,7); -- T3
commit; -- T1

-- case: J2 index gone while a read waits
alter table t add index i (c);
begin; -- T1
select * from t; -- T1
alter table t drop index i; -- T2
select * from t force index (i) where c = 5; -- T3
commit; -- T1

-- case: K ddl commits its own transaction and lets others go before it waits
begin; -- T1
update u set c = 1 where id = 5; -- T1
begin; -- T2
select * from t; -- T2
update u set c = 2 where id = 5; -- T3
alter table t add column d int; -- T1
commit; -- T2

-- case: a failed SELECT keeps no lock on a name
begin; select * from v; -- T1
create table v (id int); -- T2

-- case: a failed UPDATE keeps its lock on a name
begin; update v set c=1; -- T1
create table v (id int); -- T2
commit; -- T1

-- case: DROP TABLE IF EXISTS waits for a name
begin; update v set c=1; -- T1
drop table if exists v; -- T2
commit; -- T1

-- case: ALTER of no table does not wait
begin; update v set c=1; -- T1
alter table v add column e int; -- T2

-- case: RENAME waits for its new name
begin; update v set c=1; -- T1
rename table u to v; -- T2
commit; -- T1

-- case: RENAME of no table waits
begin; update v set c=1; -- T1
rename table v to w; -- T2
commit; -- T1

-- case: a failed DELETE keeps none
begin; delete from v; -- T1
create table v (id int); -- T2

-- case: a failed INSERT ... SELECT keeps none
begin; insert into t select * from v; -- T1
create table v (id int); -- T2

-- case: nor on the table that it found
begin; insert into t select * from v; -- T1
alter table t add column e int; -- T2

-- case: an unknown column: the lock stays
begin; select zz from t; -- T1
alter table t add column e int; -- T2

-- case: EXPLAIN UPDATE keeps its lock
begin; explain update v set c=1; -- T1
create table v (id int); -- T2

-- case: show create
begin; show create table t; describe t; show index from t; show columns from t; -- T1
alter table t add column e int; -- T2

-- case: show create behind ddl
begin; select * from t; -- T1
alter table t add column e int; -- T2
show create table t; -- T3
describe t; -- T3
show index from t; -- T3
show tables; -- T3

-- case: show create behind rename
begin; select * from u; -- T1
rename table t to v, u to t; -- T2
show create table t; -- T3
commit; -- T1

-- case: show tables behind rename
begin; select * from u; -- T1
rename table t to v, u to t; -- T2
show tables; -- T3
show index from v; -- T3
commit; -- T1

-- case: create existing in use
begin; select * from t; -- T1
create table t (id int); -- T2
create table if not exists t (id int); -- T2

-- case: create behind rename
begin; select * from t; -- T1
rename table t to v; -- T2
create table v (id int); -- T3
create table t (id int); -- T4
commit; -- T1

-- case: create same twice behind
begin; update v set c=1; -- T1
create table v (id int); -- T2
create table v (id int, c int); -- T3
commit; -- T1

-- case: drop several
begin; select * from u; -- T1
drop table t, u; -- T2
select * from t; -- T3
commit; -- T1

-- case: drop several missing
begin; select * from u; -- T1
drop table t, v, u; -- T2
commit; -- T1
show tables; -- T1

-- case: rename missing
begin; select * from t; -- T1
rename table t to v, w to x; -- T2
commit; -- T1
show tables; -- T1

-- case: rename existing
begin; select * from t; -- T1
rename table t to u; -- T2
commit; -- T1

-- case: alter rename existing
begin; select * from t; -- T1
alter table t rename to u; -- T2

-- case: alter rename existing in use
begin; select * from u; -- T1
alter table t rename to u; -- T2
commit; -- T1

-- case: alter rename bad column
begin; update v set c=1; -- T1
alter table t add column c int, rename to v; -- T2
commit; -- T1

-- case: alter bad column
begin; select * from t; -- T1
alter table t add column c int; -- T2
alter table t add index (zz); -- T2
alter table t drop index zz; -- T2
drop index zz on t; -- T2

-- case: two alters
begin; select * from t; -- T1
alter table t add column d int; -- T2
alter table t add column d int; -- T3
commit; -- T1

-- case: two alters other
begin; select * from t; -- T1
alter table t add column d int; -- T2
alter table t drop column d; -- T3
commit; -- T1

-- case: alter then drop
begin; select * from t; -- T1
alter table t add column d int; -- T2
drop table t; -- T3
select * from t; -- T4
commit; -- T1

-- case: drop then alter
begin; select * from t; -- T1
drop table t; -- T2
alter table t add column d int; -- T3
truncate table t; -- T4
commit; -- T1

-- case: drop then create
begin; select * from t; -- T1
drop table t; -- T2
create table t (id int); -- T3
select * from t; -- T4
commit; -- T1

-- case: rows are copied: readers are let in, writers not
begin; insert into t values (1,1); -- T1
alter table t drop primary key; -- T2
select * from t; -- T3
insert into t values (2,2); -- T4

-- case: view of insert select
begin; select * from t; -- T1
alter table t add column e int; -- T2
insert into u select id+100,c from t; -- T1

-- case: read t, ddl, share read
begin; select * from t; -- T1
alter table t add column e int; -- T2
select * from t lock in share mode; -- T1
select * from t; -- T1

-- case: write first then anything
begin; update t set c=1 where id=5; -- T1
alter table t add column e int; -- T2
select * from t for update; -- T1
insert into t values (7,7); -- T1
commit; -- T1

-- case: two creates behind drop
begin; select * from t; -- T1
drop table t; -- T2
create table t (id int); -- T3
create table t (id int); -- T4
commit; -- T1
show tables; -- T1

-- case: cross alters
begin; select * from t; -- T1
begin; select * from u; -- T2
alter table t rename to v; -- T3
rename table u to w, t to x; -- T4
commit; -- T1
commit; -- T2

-- case: alter rename each other's
begin; update v set c=1; -- T1
alter table t rename to v; -- T2
alter table u rename to t; -- T3
commit; -- T1

-- case: ddl deadlock
begin; select * from u; -- T1
rename table t to z, u to y; -- T2
alter table u rename to t; -- T3
commit; -- T1

-- case: mixed circle
begin; update t set c=1 where id=5; -- T1
begin; select * from u; -- T2
rename table t to v, u to w; -- T3
update t set c=2 where id=5; -- T2
commit; -- T1

-- case: for update explain
begin; select * from t; -- T1
alter table t add column d int; -- T2
explain select * from t for update; -- T1

-- case: victims transaction is rolled back
begin; select * from t; update u set c=99 where id=5; -- T1
alter table t add column d int; -- T2
update t set c=1; -- T1
select * from u for update; -- T3
select @@in_transaction; -- T1

-- case: drop add idx, others wait with X
begin; select * from t; -- T1
alter table t add index (c); -- T2
truncate table t; -- T3
select * from t; -- T4
commit; -- T1

-- case: add index then other alter waits
begin; select * from t; -- T1
alter table t add index (c); -- T2
alter table t add column d int; -- T3
begin; select * from t; -- T4
commit; -- T1
commit; -- T4

-- case: add index, reader then write: deadlock in second phase
begin; select * from t; -- T1
alter table t add index (c); -- T2
begin; select * from t; -- T3
commit; -- T1
update t set c=1; -- T3

-- case: purge while waits
begin; delete from t where id=5; -- T1
begin; select * from u; -- T2
alter table u add column d int; -- T3
commit; -- T1
select * from t where id>=5 for update; -- T4
commit; -- T2

-- case: alone once: a column
begin; select * from t; -- T1
alter table t add column e int first; -- T2
begin; select * from t; -- T3
begin; insert into t (id) values (77); -- T4
commit; -- T1
commit; -- T3
commit; -- T4

-- case: alone twice: an index, and another name
begin; select * from t; -- T1
alter table t add index i (c), rename to w; -- T2
begin; select * from t; -- T3
begin; insert into t (id) values (77); -- T4
commit; -- T1
commit; -- T3
commit; -- T4

-- case: alone twice: a unique key
begin; select * from t; -- T1
alter table t add unique (c); -- T2
begin; select * from t; -- T3
begin; insert into t (id) values (77); -- T4
commit; -- T1
commit; -- T3
commit; -- T4

-- case: alone twice: a column that an index has
begin; select * from t; -- T1
alter table t add column e int, add key (e); -- T2
begin; select * from t; -- T3
begin; insert into t (id) values (77); -- T4
commit; -- T1
commit; -- T3
commit; -- T4

-- case: not alone: nothing changes
begin; select * from t; -- T1
alter table t algorithm=inplace; -- T2
begin; select * from t; -- T3
begin; insert into t (id) values (77); -- T4
commit; -- T1
commit; -- T3
commit; -- T4

-- case: an AUTO_INCREMENT column: readers are let in, writers not
begin; select * from t; -- T1
alter table t add column e int auto_increment unique; -- T2
begin; select * from t; -- T3
begin; insert into t (id) values (77); -- T4
commit; -- T1
commit; -- T3
commit; -- T4

-- case: alone twice: fails before others are let in
update t set c = 5; -- T9
begin; select * from t; -- T1
alter table t add unique (c); -- T2
begin; select * from t; -- T3
begin; insert into t (id) values (77); -- T4
commit; -- T1
commit; -- T3
commit; -- T4

-- case: nowait does not wait for a name
begin; select * from t; -- T1
alter table t add column e int; -- T2
select * from t for update nowait; -- T3
select * from t for update skip locked; -- T3

-- case: an empty table is taken alone once
truncate table t; -- T9
begin; select * from t; -- T1
alter table t add index (c); -- T2
begin; select * from t; -- T3
commit; -- T1
commit; -- T3
-- case: deleted rows that an older view sees count
start transaction with consistent snapshot; -- T8
delete from t; -- T9
begin; select * from t; -- T1
alter table t add index (c); -- T2
begin; select * from t; -- T3
commit; -- T1
commit; -- T3
