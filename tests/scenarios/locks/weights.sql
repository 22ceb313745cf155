-- What a transaction weighs, step by step: lock structures and rows to undo; and who is the victim by it.

-- case: a structure is a mode on a leaf
create table t (id int primary key, v varchar(20));
insert into t values (5, 'a'), (10, 'b'), (15, 'c'), (20, 'd');
begin; -- T1
select * from t where id = 5 for update; -- T1
select * from t where id = 10 for update; -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
select * from t where id = 10 lock in share mode; -- T1
select * from t where id = 15 lock in share mode; -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
select * from t where id = 7 for update; -- T1
select * from t where id > 10 for update; -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
update t set v = 'x' where id = 5; -- T1
insert into t values (17, 'x'); -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
savepoint a; -- T1
delete from t where id = 10; -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
rollback to a; -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
insert into t values (16, 'x'), (17, 'y'); -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
insert into t values (17, 'y') on duplicate key update v = 'z'; -- T1
replace into t values (17, 'w'); -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
commit; -- T1

-- case: who waits has a structure of its own, and so has who comes where somebody waits
create table t (id int primary key, v varchar(20));
insert into t values (5, 'a'), (10, 'b'), (15, 'c'), (20, 'd');
begin; -- T1
begin; -- T2
begin; -- T3
select * from t where id = 10 for update; -- T2
select * from t where id = 15 for update; -- T3
select * from t where id = 5 for update; -- T1
select * from t where id = 5 for update; -- T2
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
select * from t where id = 4 for update; -- T3
select * from t where id = 9 for update; -- T3
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
commit; -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
select * from t where id = 20 for update; -- T2
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
commit; -- T2
commit; -- T3

-- case: a row that gets another size makes its waiters heavier
create table t (id int primary key, v varchar(20));
insert into t values (5, 'a'), (10, 'b'), (15, 'c'), (20, 'd');
begin; -- T1
begin; -- T2
begin; -- T3
select * from t where id = 5 for update; -- T1
select * from t where id = 5 for update; -- T2
select * from t where id = 4 for update; -- T3
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
update t set v = 'z' where id = 5; -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
update t set v = 'longer' where id = 5; -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
update t set v = null where id = 5; -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
rollback; -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
commit; -- T2
commit; -- T3

-- case: so the one that closes the circle is the lighter
create table t (id int primary key, v varchar(20));
insert into t values (5, 'a'), (10, 'b'), (15, 'c'), (20, 'd');
begin; -- T1
begin; -- T2
update t set v = 'x' where id = 5; -- T1
update t set v = 'x' where id = 10; -- T2
update t set v = 'x' where id = 15; -- T1
select * from t where id = 5 for update; -- T2
update t set v = 'longer' where id = 5; -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
select * from t where id = 10 for update; -- T1
commit; -- T1
commit; -- T2

-- case: the second of two circles: its walk begins at the older of the ends of the moved edge
create table t (id int primary key, v varchar(20));
insert into t values (5, 'a'), (10, 'b'), (15, 'c'), (20, 'd');
set session transaction isolation level read committed; begin; -- T1
set session transaction isolation level read committed; begin; -- T2
begin; -- T3
update t set v = 'x' where id = 20; -- T2
select * from t where id = 10 lock in share mode; -- T1
update t set v = 'x' where id = 10; -- T3
update t set v = 'y' where id = 10; -- T2
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
select * from t where id = 10 for update; -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
commit; -- T1
commit; -- T2
commit; -- T3

-- case: INSERT ... ON DUPLICATE KEY UPDATE closes a circle with who waits for its row
create table t (id int primary key, a int, b int, unique key ab (a, b));
insert into t values (5, 15, 15), (50, 5, null), (55, 25, 55);
begin; -- T1
begin; -- T2
insert into t values (58, 14, 5); -- T2
insert into t values (50, 10, 26) on duplicate key update b = b + 5; -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
select * from t force index (ab) where a in (5, 23) for update; -- T2
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
replace into t values (59, 25, 16); -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
insert into t values (50, 23, 30) on duplicate key update b = 5; -- T1
select trx_mysql_thread_id, trx_lock_structs, trx_rows_modified from information_schema.innodb_trx where trx_lock_structs > 0 order by 1; -- T9
rollback; -- T2
commit; -- T1
