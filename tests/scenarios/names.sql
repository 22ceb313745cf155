-- Names that are too long, incomplete or InnoDB's own, for tables, columns, keys and the rest.
create table t (a int primary key, b int, c varchar(20), d date not null default '2020-01-01', key kb (b));
insert into t values (1, 10, 'x', '2020-01-01'), (2, 20, 'y', '2020-02-02'), (3, 20, 'z', '2020-03-03');
create table u (a int primary key, b int, x int);
insert into u values (1, 1, 1), (2, 2, 2), (7, 7, 7);

-- case: 64 characters are a name
create table xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx (xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx int, key xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx (xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx)); -- T1
select * from xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
alter table t rename column b to xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
select xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx from t; -- T1
savepoint xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
rollback to xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
create table üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü (üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü int); -- T1

-- case: 65 are too many
create table xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx (a int); -- T1
create table x (xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx int); -- T1
create table x (a int, key xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx (a)); -- T1
create table x (a int, unique xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx (a)); -- T1
create table x (a int, constraint xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx unique (a)); -- T1
create table x (a int, primary key xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx (a)); -- T1
create index xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx on t (b); -- T1
alter table t add column xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx int; -- T1
alter table t add key xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx (b); -- T1
alter table t rename column b to xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
alter table t rename to xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
rename table t to xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
alter table t drop column xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
drop index xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx on t; -- T1
drop table xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
drop table if exists xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
create table if not exists xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx (a int); -- T1
select * from xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
select * from xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.t; -- T1
select 1 from xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
use xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
insert into xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx values (1); -- T1
update xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx set a = 1; -- T1
delete from xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
truncate xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
describe xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
show create table xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
show tables from xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
select xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx from t; -- T1
select xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.a from t; -- T1
select xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx(1); -- T1
select a as xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx from t; -- T1
select xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.a from t as xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
savepoint xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
release savepoint xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
release savepoint xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; -- T1
set @xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx = 1; -- T1
select * from t use index (xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx); -- T1

-- case: names: empty
create table `` (q int); -- T1
create table x (`` int); -- T1
create table y (q int, key `` (q)); -- T1
alter table t add column `` int; -- T1
alter table t rename column c to ``; -- T1
alter table t add key `` (b); -- T1
rename table u to ``; -- T1
select a as `` from t; -- T1
select ``.a from t as ``; -- T1
select * from ``; -- T1
select nope.`` from t; -- T1
savepoint ``; -- T1
use ``; -- T1
select * from ``.t; -- T1
drop table if exists `a`; -- T1

-- case: names: a space at the end
create table `a ` (q int); -- T1
create table x (`a ` int); -- T1
create table y (q int, key `a ` (q)); -- T1
alter table t add column `a ` int; -- T1
alter table t rename column c to `a `; -- T1
alter table t add key `a ` (b); -- T1
rename table u to `a `; -- T1
select a as `a ` from t; -- T1
select `a `.a from t as `a `; -- T1
select * from `a `; -- T1
select nope.`a ` from t; -- T1
savepoint `a `; -- T1
use `a `; -- T1
select * from `a `.t; -- T1
drop table if exists `a`; -- T1

-- case: names: a space at the beginning
create table ` a` (q int); -- T1
create table x (` a` int); -- T1
create table y (q int, key ` a` (q)); -- T1
alter table t add column ` a` int; -- T1
alter table t rename column c to ` a`; -- T1
alter table t add key ` a` (b); -- T1
rename table u to ` a`; -- T1
select a as ` a` from t; -- T1
select ` a`.a from t as ` a`; -- T1
select * from ` a`; -- T1
select nope.` a` from t; -- T1
savepoint ` a`; -- T1
use ` a`; -- T1
select * from ` a`.t; -- T1
drop table if exists `a`; -- T1

-- case: names: other characters
create table `a``b.c/d` (q int); -- T1
create table x (`a``b.c/d` int); -- T1
create table y (q int, key `a``b.c/d` (q)); -- T1
alter table t add column `a``b.c/d` int; -- T1
alter table t rename column c to `a``b.c/d`; -- T1
alter table t add key `a``b.c/d` (b); -- T1
rename table u to `a``b.c/d`; -- T1
select a as `a``b.c/d` from t; -- T1
select `a``b.c/d`.a from t as `a``b.c/d`; -- T1
select * from `a``b.c/d`; -- T1
select nope.`a``b.c/d` from t; -- T1
savepoint `a``b.c/d`; -- T1
use `a``b.c/d`; -- T1
select * from `a``b.c/d`.t; -- T1
drop table if exists `a`; -- T1

-- case: names: four bytes in UTF-8
create table `a😀b` (q int); -- T1
create table x (`a😀b` int); -- T1
create table y (q int, key `a😀b` (q)); -- T1
alter table t add column `a😀b` int; -- T1
alter table t rename column c to `a😀b`; -- T1
alter table t add key `a😀b` (b); -- T1
rename table u to `a😀b`; -- T1
select a as `a😀b` from t; -- T1
select `a😀b`.a from t as `a😀b`; -- T1
select * from `a😀b`; -- T1
select nope.`a😀b` from t; -- T1
savepoint `a😀b`; -- T1
use `a😀b`; -- T1
select * from `a😀b`.t; -- T1
drop table if exists `a`; -- T1

-- case: column DB_ROW_ID
create table t (DB_ROW_ID int); -- T1
create table x (a int, DB_ROW_ID int, DB_ROW_ID int); -- T1
create table x (DB_ROW_ID int); -- T1
alter table t add column DB_ROW_ID int; -- T1
alter table u rename column b to DB_ROW_ID; -- T1
create table y (a int, DB_ROW_ID bigint unsigned not null); -- T1
create table z (a int, key DB_ROW_ID (a)); -- T1
create table DB_ROW_ID (a int); -- T1

-- case: column db_trx_id
create table t (db_trx_id int); -- T1
create table x (a int, db_trx_id int, db_trx_id int); -- T1
create table x (db_trx_id int); -- T1
alter table t add column db_trx_id int; -- T1
alter table u rename column b to db_trx_id; -- T1
create table y (a int, db_trx_id bigint unsigned not null); -- T1
create table z (a int, key db_trx_id (a)); -- T1
create table db_trx_id (a int); -- T1

-- case: column Db_Roll_Ptr
create table t (`Db_Roll_Ptr` int); -- T1
create table x (a int, `Db_Roll_Ptr` int, `Db_Roll_Ptr` int); -- T1
create table x (`Db_Roll_Ptr` int); -- T1
alter table t add column `Db_Roll_Ptr` int; -- T1
alter table u rename column b to `Db_Roll_Ptr`; -- T1
create table y (a int, `Db_Roll_Ptr` bigint unsigned not null); -- T1
create table z (a int, key `Db_Roll_Ptr` (a)); -- T1
create table `Db_Roll_Ptr` (a int); -- T1

-- case: column FTS_DOC_ID
create table t (FTS_DOC_ID int); -- T1
create table x (a int, FTS_DOC_ID int, FTS_DOC_ID int); -- T1
create table x (FTS_DOC_ID int); -- T1
alter table t add column FTS_DOC_ID int; -- T1
alter table u rename column b to FTS_DOC_ID; -- T1
create table y (a int, FTS_DOC_ID bigint unsigned not null); -- T1
create table z (a int, key FTS_DOC_ID (a)); -- T1
create table FTS_DOC_ID (a int); -- T1

-- case: column fts_doc_id
create table t (fts_doc_id int); -- T1
create table x (a int, fts_doc_id int, fts_doc_id int); -- T1
create table x (fts_doc_id int); -- T1
alter table t add column fts_doc_id int; -- T1
alter table u rename column b to fts_doc_id; -- T1
create table y (a int, fts_doc_id bigint unsigned not null); -- T1
create table z (a int, key fts_doc_id (a)); -- T1
create table fts_doc_id (a int); -- T1

-- case: column db_row_id2
create table t (db_row_id2 int); -- T1
create table x (a int, db_row_id2 int, db_row_id2 int); -- T1
create table x (db_row_id2 int); -- T1
alter table t add column db_row_id2 int; -- T1
alter table u rename column b to db_row_id2; -- T1
create table y (a int, db_row_id2 bigint unsigned not null); -- T1
create table z (a int, key db_row_id2 (a)); -- T1
create table db_row_id2 (a int); -- T1

-- case: key GEN_CLUST_INDEX
create table x (a int, key GEN_CLUST_INDEX (a)); -- T1
create table x (a int, unique key GEN_CLUST_INDEX (a)); -- T1
alter table t add key GEN_CLUST_INDEX (b); -- T1
create index GEN_CLUST_INDEX on t (b); -- T1
create table x (GEN_CLUST_INDEX int, key (GEN_CLUST_INDEX)); -- T1
create table y (a int primary key, key GEN_CLUST_INDEX (a)); -- T1
create table GEN_CLUST_INDEX (a int); -- T1

-- case: key gen_clust_index
create table x (a int, key gen_clust_index (a)); -- T1
create table x (a int, unique key gen_clust_index (a)); -- T1
alter table t add key gen_clust_index (b); -- T1
create index gen_clust_index on t (b); -- T1
create table x (gen_clust_index int, key (gen_clust_index)); -- T1
create table y (a int primary key, key gen_clust_index (a)); -- T1
create table gen_clust_index (a int); -- T1

-- case: key primary
create table x (a int, key `primary` (a)); -- T1
create table x (a int, unique key `primary` (a)); -- T1
alter table t add key `primary` (b); -- T1
create index `primary` on t (b); -- T1
create table x (`primary` int, key (`primary`)); -- T1
create table y (a int primary key, key `primary` (a)); -- T1
create table `primary` (a int); -- T1

-- case: a column of one value in a key
create table x (a char(0), key (a)); -- T1
create table y (a char(0) primary key); -- T1
create table y (a char(0) not null, key (a)); -- T1
create table y (a varbinary(0) not null, b int, key (b, a)); -- T1
create table y (a varchar(0) not null unique); -- T1
create table z (a char(0) not null); -- T1
create index i on z (a); -- T1
alter table z add unique (a); -- T1
alter table t add column e char(0) not null, add key (e); -- T1

-- case: renamed all at once
alter table t rename column a to b, rename column b to a; -- T1
select a, b from t order by b; -- T1
show create table t; -- T1
alter table t rename column a to x, rename column b to x; -- T1
alter table t rename column a to C; -- T1
alter table t rename column nope to x; -- T1

-- case: comments
create table x (a int comment 'cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc') comment 'cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc'; -- T1
create table y (a int comment 'ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc'); -- T1
create table y (a int) comment 'ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc'; -- T1
