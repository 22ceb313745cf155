-- A row's older versions are watched: the chain grows with each change, and is purged when no view needs it.
-- case: a chain grows while a view needs it
create table t (id int primary key, v varchar(10));
insert into t values (1, 'first');
inspect record-history . t 1; -- T1: an INSERT has no version before
start transaction with consistent snapshot; -- T1
update t set v = 'second' where id = 1; -- T2
update t set v = 'third' where id = 1; -- T2
inspect record-history . t 1; -- T2
inspect undo-history .; -- T2: two committed transactions wait for purge
select v from t; -- T1
commit; -- T1
inspect undo-history .; -- T2: nothing is kept any more
update t set v = 'fourth' where id = 1; -- T2: its undo record takes the place of a purged one
inspect record-history . t 1; -- T2
-- case: an open transaction's undo log, and its rollback
create table t (id int primary key, v varchar(10));
insert into t values (1, 'first'), (2, 'second');
begin; -- T1
update t set v = 'changed' where id = 1; -- T1
delete from t where id = 2; -- T1
insert into t values (3, 'third'); -- T1
inspect undo-history .; -- T2
inspect record-history . t 2; -- T2
rollback; -- T1
inspect undo-history .; -- T2
inspect record-history . t 1; -- T2
inspect record-history . t 2; -- T2
inspect record-history . t 3; -- T2: an error of a statement
-- case: the line of a session that waits is queued like its other statements
create table t (id int primary key, v varchar(10));
insert into t values (1, 'first');
begin; -- T1
update t set v = 'T1' where id = 1; -- T1
update t set v = 'T2' where id = 1; -- T2
inspect record-history . t 1; -- T2
inspect record-history . t 1; -- T3
commit; -- T1
