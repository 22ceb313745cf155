-- Deadlocks, each followed by what the server says about it: the transactions in its order, the lock that each one
-- waits for, the lock that blocks it, and the victim.

-- case: two rows in opposite order
create table t (id int primary key, v int, key (v));
insert into t values (5, 5), (10, 10), (15, 15), (20, 20);
begin; -- T1
begin; -- T2
update t set v = 6 where id = 5; -- T1
update t set v = 11 where id = 10; -- T2
update t set v = 12 where id = 10; -- T1
update t set v = 7 where id = 5; -- T2
show engine innodb status; -- T9
commit; -- T1

-- case: a circle of three
create table t (id int primary key, v int, key (v));
insert into t values (5, 5), (10, 10), (15, 15), (20, 20);
begin; -- T1
begin; -- T2
begin; -- T3
select * from t where id = 5 for update; -- T1
select * from t where id = 10 for update; -- T2
select * from t where id = 15 for update; -- T3
select * from t where id = 10 for update; -- T1
select * from t where id = 15 for update; -- T2
select * from t where id = 5 for update; -- T3
show engine innodb status; -- T9
rollback; -- T2
rollback; -- T1

-- case: a circle of three whose closing transaction is the heaviest
create table t (id int primary key, v int, key (v));
insert into t values (5, 5), (10, 10), (15, 15), (20, 20);
begin; -- T1
begin; -- T2
begin; -- T3
update t set v = 16 where id = 15; -- T3
update t set v = 21 where id = 20; -- T3
select * from t where id = 5 for update; -- T1
select * from t where id = 10 for update; -- T2
select * from t where id = 10 for update; -- T1
select * from t where id = 15 for update; -- T2
select * from t where id = 5 for update; -- T3
show engine innodb status; -- T9
rollback; -- T3
rollback; -- T2
rollback; -- T1

-- case: two inserts into one gap that both have locked
create table t (id int primary key, v int, key (v));
insert into t values (5, 5), (10, 10), (15, 15), (20, 20);
begin; -- T1
begin; -- T2
select * from t where v = 12 for update; -- T1
select * from t where v = 13 for update; -- T2
insert into t values (12, 12); -- T1
insert into t values (13, 13); -- T2
show engine innodb status; -- T9
commit; -- T1

-- case: inserts at the end of the index
create table t (id int primary key, v int, key (v));
insert into t values (5, 5), (10, 10), (15, 15), (20, 20);
begin; -- T1
begin; -- T2
delete from t where id = 30; -- T1
delete from t where id = 31; -- T2
insert into t values (30, 30); -- T1
insert into t values (31, 31); -- T2
show engine innodb status; -- T9
commit; -- T1

-- case: two readers of one row want to change it
create table t (id int primary key, v int, key (v));
insert into t values (5, 5), (10, 10), (15, 15), (20, 20);
begin; -- T1
begin; -- T2
select * from t where id = 10 lock in share mode; -- T1
select * from t where id = 10 lock in share mode; -- T2
update t set v = v + 1 where id = 10; -- T1
update t set v = v + 1 where id = 10; -- T2
show engine innodb status; -- T9
commit; -- T1

-- case: three inserts of one key, and the first one is rolled back
create table t (id int primary key, v int, key (v));
insert into t values (5, 5), (20, 20);
begin; -- T1
begin; -- T2
begin; -- T3
insert into t values (12, 12); -- T1
insert into t values (12, 13); -- T2
insert into t values (12, 14); -- T3
rollback; -- T1
show engine innodb status; -- T9
commit; -- T2
commit; -- T3

-- case: rows that other transactions have inserted
create table t (id int primary key, v int, key (v));
insert into t values (5, 5), (20, 20);
begin; -- T1
begin; -- T2
insert into t values (10, 10); -- T1
insert into t values (15, 15); -- T2
insert into t values (15, 16); -- T1
insert into t values (10, 11); -- T2
show engine innodb status; -- T9
commit; -- T1

-- case: the owner of an inserted row is the victim
create table t (id int primary key, v int, key (v));
insert into t values (5, 5), (20, 20);
begin; -- T1
begin; -- T2
insert into t values (10, 10); -- T1
insert into t values (15, 15), (16, 16), (17, 17), (18, 18); -- T2
insert into t values (15, 16); -- T1
insert into t values (10, 11); -- T2
show engine innodb status; -- T9
commit; -- T2

-- case: REPLACE on a unique key
create table t (id int primary key, u int, unique key (u));
insert into t values (5, 5), (10, 10), (15, 15), (20, 20);
begin; -- T1
begin; -- T2
replace into t values (6, 5); -- T1
replace into t values (16, 15); -- T2
replace into t values (17, 15); -- T1
replace into t values (7, 5); -- T2
show engine innodb status; -- T9
commit; -- T1

-- case: INSERT ... ON DUPLICATE KEY UPDATE on a unique key
create table t (id int primary key, u int, n int, unique key (u));
insert into t values (5, 5, 0), (10, 10, 0), (15, 15, 0), (20, 20, 0);
begin; -- T1
begin; -- T2
insert into t values (50, 10, 1) on duplicate key update n = n + 1; -- T1
insert into t values (51, 15, 1) on duplicate key update n = n + 1; -- T2
insert into t values (52, 15, 1) on duplicate key update n = n + 1; -- T1
insert into t values (53, 10, 1) on duplicate key update n = n + 1; -- T2
show engine innodb status; -- T9
commit; -- T1

-- case: two indexes in opposite order
create table t (id int primary key, a varchar(10), b int, key (a));
insert into t values (5, 'five', 5), (10, 'ten', 10), (15, null, 15);
begin; -- T1
begin; -- T2
update t set b = 1 where id = 10; -- T1
update t set b = 2 where a = 'five'; -- T2
update t set b = 3 where a = 'ten'; -- T2
update t set b = 4 where a = 'ten'; -- T1
show engine innodb status; -- T9
commit; -- T1

-- case: a table without a primary key, and a deleted row
create table t (a int, b int, key (a));
insert into t values (5, 5), (10, 10), (15, 15);
begin; -- T1
begin; -- T2
delete from t where a = 5; -- T1
delete from t where a = 15; -- T2
select * from t where a = 15 for update; -- T1
select * from t where a = 5 for update; -- T2
show engine innodb status; -- T9
commit; -- T1

-- case: a lock on the table itself
create table t (id int primary key auto_increment, v int);
create table s (id int primary key, v int);
insert into s values (1, 1), (2, 2);
begin; -- T1
begin; -- T2
select * from s where id = 2 for update; -- T1
insert into t (v) select v from s where id = 1; -- T2
insert into t (v) select v from s where id <= 2; -- T2
insert into t (v) select v from s where id <= 2; -- T1
show engine innodb status; -- T9
rollback; -- T1
rollback; -- T2

-- case: many changes before: which one locked the row
create table t (id int primary key, v int, s varchar(40), key (v));
insert into t values (5, 5, 'a'), (10, 10, 'b'), (15, 15, null);
begin; -- T1
begin; -- T2
insert into t values (20, 20, 'longer than thirty bytes, so it is cut'); -- T1
update t set v = 21 where id = 20; -- T1
update t set v = 16 where id = 15; -- T1
savepoint a; -- T1
insert into t values (30, 30, 'gone'); -- T1
rollback to a; -- T1
insert into t values (31, 31, 'c'); -- T1
update t set v = 11 where id = 10; -- T2
select * from t where id = 10 for update; -- T1
select * from t where v = 31 for update; -- T2
show engine innodb status; -- T9
commit; -- T1

-- case: four in a circle, and one that only waits for it
create table t (id int primary key, v int, key (v));
insert into t values (5, 5), (10, 10), (15, 15), (20, 20), (25, 25);
begin; -- T1
begin; -- T2
begin; -- T3
begin; -- T4
begin; -- T5
select * from t where id = 5 for update; -- T1
select * from t where id = 10 for update; -- T2
select * from t where id = 15 for update; -- T3
select * from t where id = 20 for update; -- T4
select * from t where v = 12 for update; -- T4
select * from t where id = 5 for update; -- T5
select * from t where id = 10 for update; -- T1
select * from t where id = 15 for update; -- T2
select * from t where id = 20 for update; -- T3
select * from t where id = 5 for update; -- T4
show engine innodb status; -- T9
rollback; -- T3
rollback; -- T2
rollback; -- T1
rollback; -- T5
rollback; -- T4

-- case: a commit moves an edge, and that closes the circle
create table t (id int primary key, v int, key (v));
insert into t values (5, 5), (10, 10), (15, 15), (20, 20);
begin; -- T1
begin; -- T2
begin; -- T3
select * from t where id = 5 lock in share mode; -- T1
select * from t where id = 5 lock in share mode; -- T2
select * from t where id = 10 for update; -- T3
select * from t where id = 5 for update; -- T3
select * from t where id = 10 for update; -- T2
commit; -- T1
show engine innodb status; -- T9
rollback; -- T2
rollback; -- T3

-- case: a circle through a request that itself waits
create table t (id int primary key, v int, key (v));
insert into t values (5, 5), (10, 10), (15, 15), (20, 20);
begin; -- T1
begin; -- T2
begin; -- T3
select * from t where id = 10 for update; -- T3
select * from t where id = 5 lock in share mode; -- T1
select * from t where id = 5 for update; -- T2
select * from t where id = 5 lock in share mode; -- T3
select * from t where id = 10 for update; -- T1
show engine innodb status; -- T9
rollback; -- T2
rollback; -- T3
rollback; -- T1

-- case: a lock that purge has moved to the next record
create table t (id int primary key, v int, key (v));
insert into t values (5, 5), (12, 12), (15, 15), (20, 20);
begin; -- T4
select * from t; -- T4
delete from t where id = 12; -- T2
begin; -- T1
select * from t where id = 12 for update; -- T1
commit; -- T4
begin; -- T2
select * from t where id = 20 for update; -- T2
insert into t values (13, 13); -- T2
select * from t where id = 20 for update; -- T1
show engine innodb status; -- T9
rollback; -- T2
rollback; -- T1
