-- A tree is watched while it grows: a leaf fills up and splits, a second index has a tree of its own, and pages that
-- became empty go back to the file. Nothing need have been written to the file.
-- case: a leaf splits
create table t (id int primary key, v varchar(4000));
insert into t values (10, repeat('a', 3500)), (20, repeat('b', 3500)), (30, repeat('c', 3500)), (40, repeat('d', 3500)); -- T1
inspect index-illustrate t.ibd; -- T1
insert into t values (25, repeat('e', 3500)); -- T1: no room on page 3: its rows move to two new pages, and it becomes their parent
inspect index-illustrate t.ibd; -- T1
inspect page-dump t.ibd 3; -- T1: its records are node pointers
-- case: rows that come in order fill pages one after the other
create table t (id int auto_increment primary key, v varchar(4000));
insert into t (v) values (repeat('a', 3500)), (repeat('b', 3500)), (repeat('c', 3500)), (repeat('d', 3500)); -- T1
insert into t (v) select v from t; -- T1
insert into t (v) select v from t; -- T1
inspect index-illustrate t.ibd; -- T1
-- case: two indexes, two trees in one file
create table t (id int primary key, v varchar(60), key (v));
insert into t values (1, repeat('m', 60)), (2, repeat('c', 60)), (3, repeat('x', 60)); -- T1
alter table t add column w int; -- T1
inspect space-summary t.ibd; -- T1
inspect index-illustrate t.ibd; -- T1
-- case: deleted rows leave their pages with purge, which an open view delays
create table t (id int primary key, v varchar(4000));
insert into t values (1, repeat('a', 3500)), (2, repeat('b', 3500)), (3, repeat('c', 3500)), (4, repeat('d', 3500)), (5, repeat('e', 3500)), (6, repeat('f', 3500));
start transaction with consistent snapshot; -- T1
delete from t where id > 1; -- T2
inspect index-illustrate t.ibd; -- T2: the rows are still there, marked
commit; -- T1
inspect index-illustrate t.ibd; -- T2
