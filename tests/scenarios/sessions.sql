-- case: transactions
create table t (id int primary key, c int);
insert into t values (1, 1);
begin; -- T1
insert into t values (2, 2); -- T1
savepoint a; -- T1
insert into t values (3, 3); -- T1
savepoint b; -- T1
insert into t values (4, 4); -- T1
rollback to a; -- T1
select * from t; -- T1
rollback to b; -- T1
release savepoint nope; -- T1
savepoint A; -- T1
update t set c = 9; -- T1
rollback to savepoint a; -- T1
select * from t; -- T1
release savepoint a; -- T1
rollback to a; -- T1
commit and chain; -- T1
select @@in_transaction; -- T1
insert into t values (5, 5); -- T1
rollback and chain; -- T1
select @@in_transaction; -- T1
rollback; -- T1
select @@in_transaction; -- T1
select * from t; -- T1

-- case: autocommit
create table t (id int primary key, c int);
set autocommit = 0; -- T1
select @@autocommit; -- T1
insert into t values (1, 1); -- T1
rollback; -- T1
select * from t; -- T1
insert into t values (2, 2); -- T1
set autocommit = 1; -- T1
rollback; -- T1
select * from t; -- T1
begin; -- T1
insert into t values (3, 3); -- T1
create table x (id int); -- T1
rollback; -- T1
select * from t; -- T1
begin; -- T1
insert into t values (4, 4); -- T1
begin; -- T1
rollback; -- T1
select * from t; -- T1
begin; -- T1
insert into t values (5, 5); -- T1
drop table nope; -- T1
rollback; -- T1
select * from t; -- T1
begin; -- T1
insert into t values (6, 6), (7, 7), (6, 8); -- T1
select * from t where id > 5; -- T1
insert into t values (7, 7); -- T1
commit; -- T1
select * from t where id > 5; -- T1

-- case: levels and access
create table t (id int primary key, c int);
insert into t values (1, 1);
select @@tx_isolation; -- T1
set transaction isolation level read committed; -- T1
select @@tx_isolation, @@session.tx_isolation; -- T1
begin; -- T1
set transaction isolation level serializable; -- T1
set session transaction isolation level serializable; -- T1
commit; -- T1
select @@tx_isolation; -- T1
set tx_isolation = 'read-committed'; -- T1
set @@session.tx_isolation = 3; -- T1
select @@tx_isolation; -- T1
set tx_isolation = 'foo'; -- T1
set tx_isolation = 7; -- T1
set session transaction isolation level snapshot; -- T1
start transaction read only; -- T1
insert into t values (2, 2); -- T1
select * from t for update; -- T1
select * from t lock in share mode; -- T1
update t set c = 2; -- T1
delete from t where id = 999; -- T1
replace into t values (1, 2); -- T1
commit; -- T1
set session transaction read only; -- T1
select @@tx_read_only; -- T1
insert into t values (3, 3); -- T1
start transaction read write; -- T1
insert into t values (3, 3); -- T1
commit; -- T1
set session transaction read write; -- T1
set transaction read only; -- T1
insert into t values (4, 4); -- T1
select count(*) from t; -- T1
insert into t values (4, 4); -- T1
start transaction with consistent snapshot, read only; -- T1
commit; -- T1
start transaction read write, read only; -- T1
start transaction foo; -- T1
commit and; -- T1
rollback and no chain; -- T1
begin work; -- T1
rollback work; -- T1

-- case: variables
create table t (id int primary key);
set autocommit = 2; -- T1
set autocommit = 'on'; -- T1
set autocommit = off; -- T1
set autocommit = default; -- T1
select @@autocommit; -- T1
set innodb_lock_wait_timeout = 1; -- T1
select @@innodb_lock_wait_timeout; -- T1
set session innodb_lock_wait_timeout = -5; -- T1
show warnings; -- T1
set innodb_lock_wait_timeout = 'abc'; -- T1
set innodb_lock_wait_timeout = default; -- T1
select @@innodb_lock_wait_timeout; -- T1
set foo = 1; -- T1
select @@foo; -- T1
set @a = 5, @b = 'x'; -- T1
select @a, @b, @c, @A + 1; -- T1
set @a = @a + 1; -- T1
select @a; -- T1
set innodb_page_size = 4096; -- T1
show variables like 'autoc%'; -- T1
show session variables like 'tx_iso%'; -- T1
show variables where variable_name = 'autocommit'; -- T1
show variables where variable_name in ('tx_isolation', 'tx_read_only'); -- T1
set names utf8mb4; -- T1
set; -- T1
set x; -- T1
select @@session.autocommit; -- T1
set @@autocommit = 1, @x = 3; -- T1
select @x; -- T1

-- case: waits that are not
create table t (id int primary key, c int);
insert into t values (1, 1);
select * from t for update nowait; -- T1
select * from t for update skip locked; -- T1
select * from t lock in share mode wait 5; -- T1
select * from t where id = 1 for update wait 0; -- T1
select sleep(0); -- T1
do sleep(0), 1 + 1; -- T1
