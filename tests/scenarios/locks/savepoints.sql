-- ROLLBACK TO a savepoint that is older than the transaction's first table: all of the engine's transaction goes, its locks and its view.
create table t (id int primary key, d int);
insert into t values (1, 1), (5, 5), (10, 10);
create table u (id int primary key, d int);
insert into u values (1, 1);

-- case: row locks go
begin; savepoint s; select * from t where id=1 for update; rollback to savepoint s; -- T1
delete from t where id=1; -- T2

-- case: a read before it: locks stay
begin; select * from u; savepoint s; select * from t where id=1 for update; rollback to savepoint s; -- T1
delete from t where id=1; -- T2

-- case: WITH CONSISTENT SNAPSHOT before it: locks stay
start transaction with consistent snapshot; savepoint s; select * from t where id=1 for update; rollback to savepoint s; -- T1
delete from t where id=1; -- T2

-- case: no table before it: locks go
begin; select * from nix; savepoint s; select * from t where id=1 for update; rollback to savepoint s; -- T1
delete from t where id=1; -- T2

-- case: a failed statement on a table before it: locks stay
begin; insert into t values (1,1); savepoint s; select * from t where id=5 for update; rollback to savepoint s; -- T1
delete from t where id=5; -- T2

-- case: an unknown column before it: locks stay
begin; select x from t; savepoint s; select * from t where id=5 for update; rollback to savepoint s; -- T1
delete from t where id=5; -- T2

-- case: the view goes
begin; savepoint s; select * from t where id=5; -- T1
update t set d=1 where id=5; -- T2
rollback to s; select * from t where id=5; -- T1

-- case: an older view stays
start transaction with consistent snapshot; savepoint s; select * from t where id=5; -- T1
update t set d=1 where id=5; -- T2
rollback to s; select * from t where id=5; -- T1

-- case: changes go
begin; savepoint s; update t set d=7 where id=5; insert into t values (6,6); rollback to s; -- T1
select * from t for update; -- T2
commit; -- T1

-- case: several savepoints
begin; savepoint a; savepoint b; select * from t where id=1 for update; savepoint c; select * from t where id=5 for update; rollback to c; -- T1
delete from t where id=5; -- T2
rollback to b; -- T1
delete from t where id=1; -- T2
select * from t where id=10 for update; rollback to a; -- T1
delete from t where id=10; -- T2

-- case: a savepoint set after the rollback
begin; savepoint a; select * from t where id=1 for update; savepoint c; rollback to a; savepoint d; select * from t where id=5 for update; rollback to d; -- T1
delete from t where id=5; -- T2

-- case: the same name again
begin; savepoint s; select * from t where id=1 for update; savepoint s; select * from t where id=5 for update; rollback to s; -- T1
delete from t where id=5; -- T2
delete from t where id=1; -- T2

-- case: released
begin; savepoint s; select * from t where id=1 for update; release savepoint s; savepoint s2; rollback to s2; -- T1
delete from t where id=1; -- T2

-- case: metadata locks go
begin; savepoint s; select * from t where id=1; rollback to s; -- T1
alter table t add column x int; -- T2

-- case: metadata locks go, with a read before it
begin; select * from u; savepoint s; select * from t where id=1; rollback to s; -- T1
alter table t add column x int; -- T2

-- case: metadata locks from before it stay
begin; select * from u; savepoint s; select * from t where id=1; rollback to s; -- T1
alter table u add column x int; -- T2

-- case: metadata locks stay beside row locks
begin; update u set d=2; savepoint s; select * from t where id=1 for update; rollback to s; -- T1
alter table t add column x int; -- T2

-- case: metadata locks stay beside row locks taken since
begin; select * from u; savepoint s; update t set d=2 where id=1; rollback to s; -- T1
alter table t add column x int; -- T2

-- case: metadata locks go, with a snapshot before it
start transaction with consistent snapshot; savepoint s; select * from t where id=1; rollback to s; -- T1
alter table t add column x int; -- T2

-- case: still read only
start transaction read only; savepoint s; select * from t where id=1; rollback to s; update t set d=1; -- T1

-- case: still serializable
set transaction isolation level serializable; begin; savepoint s; select * from t where id=1; rollback to s; select * from t where id=5; -- T1

-- case: still at its level
begin; savepoint s; select * from t where id=1 for update; set session transaction isolation level read committed; rollback to s; select * from t where id>1 and id<7 for update; -- T1

-- case: the level of the next transaction
set transaction isolation level read committed; begin; savepoint s; select * from t where id=1 for update; rollback to s; select * from t where id>1 and id<7 for update; commit; begin; select * from t where id>1 and id<7 for update; -- T1

-- case: autocommit = 0
set autocommit=0; savepoint s; select * from t where id=1 for update; rollback to s; -- T1
delete from t where id=1; -- T2

-- case: autocommit, no transaction
savepoint s; select * from t where id=1 for update; rollback to s; -- T1

-- case: rolled back to twice
begin; savepoint s; select * from t where id=1 for update; rollback to s; select * from t where id=5 for update; rollback to s; select * from t where id=10 for update; -- T1
delete from t where id=1; -- T2
delete from t where id=5; -- T2
delete from t where id=10; -- T2

-- case: nothing to roll back
begin; savepoint s; rollback to s; select * from t where id=1 for update; rollback to s; -- T1
delete from t where id=1; -- T2

-- case: the transaction goes on
begin; savepoint s; insert into t values (7,7); insert into t values (8,8); rollback to s; insert into t values (9,9); commit; -- T1
select * from t; -- T2

-- case: a session that waits for a row goes on
begin; savepoint s; select * from t where id=1 for update; -- T1
delete from t where id=1; -- T2
rollback to s; -- T1

-- case: DDL goes on
begin; savepoint s; select * from t where id=1; -- T1
alter table t add column x int; -- T2
rollback to s; -- T1

-- case: a SELECT without a table before it: locks go
begin; select 1; savepoint s; select * from t where id=1 for update; rollback to s; -- T1
delete from t where id=1; -- T2

-- case: EXPLAIN before it: locks stay
begin; explain select * from u; savepoint s; select * from t where id=1 for update; rollback to s; -- T1
delete from t where id=1; -- T2

-- case: SHOW before it: locks go
begin; show create table u; savepoint s; select * from t where id=1 for update; rollback to s; -- T1
delete from t where id=1; -- T2

-- case: a timeout before it: locks stay
begin; select * from u for update; -- T2
begin; select * from u for update nowait; savepoint s; select * from t where id=1 for update; rollback to s; -- T1
delete from t where id=1; -- T3

-- case: after COMMIT AND CHAIN
begin; select * from u; commit and chain; savepoint s; select * from t where id=1 for update; rollback to s; -- T1
delete from t where id=1; -- T2

-- case: INSERT ... SELECT
begin; savepoint s; insert into u select * from t where id=5; rollback to s; -- T1
delete from t where id=5; -- T2
select * from u; -- T2
