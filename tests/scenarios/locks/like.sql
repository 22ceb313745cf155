-- A pattern of LIKE that begins with something is a range: from that beginning to it followed by the greatest characters there are.

-- case: repeatable read
create table t (id int primary key, s varchar(6) not null, c char(4) not null, d int, key s (s), key cd (c, d));
insert into t values (1,'a','a',1),(2,'ab','ab',2),(3,'abc','abc',3),(4,'abd','abd',4),(5,'b_','b_',5),(6,'ba','ba',6),(7,'bb','bb',7),(8,'c','c',8),(9,'d','d',9),(10,'abcdef','abcd',10);
set session transaction isolation level repeatable read; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'ab%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'ab%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abc' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abc' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'abc' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'abc'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abc%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abc%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'abc%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'abc%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'b\_%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'b\_%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'b\_%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'b\_%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'a_' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'a_' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'a_' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'a_'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'zz%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'zz%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'zz%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'zz%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'c%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'c%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'c%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'c%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abcdef%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abcdef%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'abcdef%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'abcdef%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abcdefgh%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abcdefgh%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'abcdefgh%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'abcdefgh%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' and s < 'abd' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' and s < 'abd' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'ab%' and s < 'abd' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'ab%' and s < 'abd'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' or s = 'bb' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' or s = 'bb' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'ab%' or s = 'bb' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'ab%' or s = 'bb'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' and d > 3 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' and d > 3 order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'ab%' and d > 3 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'ab%' and d > 3; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s = 'abc' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s = 'abc' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s = 'abc' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s = 'abc'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like '' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like '' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like '' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like ''; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'ab%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'ab%' order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select c, id from t force index (cd) where c like 'ab%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where c like 'ab%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'abc' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'abc' order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select c, id from t force index (cd) where c like 'abc' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where c like 'abc'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'b_%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'b_%' order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select c, id from t force index (cd) where c like 'b_%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where c like 'b_%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c = 'ab' and d = 2 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c = 'ab' and d = 2 order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select c, id from t force index (cd) where c = 'ab' and d = 2 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where c = 'ab' and d = 2; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'ab%' and d = 3 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'ab%' and d = 3 order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select c, id from t force index (cd) where c like 'ab%' and d = 3 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where c like 'ab%' and d = 3; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c = 'abc' and d like 3 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c = 'abc' and d like 3 order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select c, id from t force index (cd) where c = 'abc' and d like 3 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where c = 'abc' and d like 3; -- T1
rollback; -- T1

-- case: repeatable read with nulls
create table t (id int primary key, s varchar(6), c char(4) not null, d int, key s (s), key cd (c, d));
insert into t values (1,'a','a',1),(2,'ab','ab',2),(3,'abc','abc',3),(4,'abd','abd',4),(5,'b_','b_',5),(6,'ba','ba',6),(7,'bb','bb',7),(8,'c','c',8),(9,null,'d',9),(10,'abcdef','abcd',10);
set session transaction isolation level repeatable read; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abc' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abc' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abc%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abc%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'b\_%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'b\_%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'a_' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'a_' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'zz%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'zz%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'c%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'c%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abcdef%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abcdef%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abcdefgh%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abcdefgh%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' and s < 'abd' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' and s < 'abd' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' or s = 'bb' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' or s = 'bb' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' and d > 3 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' and d > 3 order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s = 'abc' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s = 'abc' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like '' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like '' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'ab%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'ab%' order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'abc' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'abc' order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'b_%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'b_%' order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c = 'ab' and d = 2 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c = 'ab' and d = 2 order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'ab%' and d = 3 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'ab%' and d = 3 order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c = 'abc' and d like 3 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c = 'abc' and d like 3 order by c desc for update; -- T1
rollback; -- T1

-- case: read committed
create table t (id int primary key, s varchar(6), c char(4) not null, d int, key s (s), key cd (c, d));
insert into t values (1,'a','a',1),(2,'ab','ab',2),(3,'abc','abc',3),(4,'abd','abd',4),(5,'b_','b_',5),(6,'ba','ba',6),(7,'bb','bb',7),(8,'c','c',8),(9,null,'d',9),(10,'abcdef','abcd',10);
set session transaction isolation level read committed; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'ab%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'ab%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abc' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abc' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'abc' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'abc'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abc%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abc%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'abc%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'abc%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'b\_%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'b\_%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'b\_%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'b\_%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'a_' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'a_' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'a_' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'a_'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'zz%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'zz%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'zz%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'zz%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'c%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'c%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'c%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'c%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abcdef%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abcdef%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'abcdef%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'abcdef%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abcdefgh%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'abcdefgh%' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'abcdefgh%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'abcdefgh%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' and s < 'abd' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' and s < 'abd' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'ab%' and s < 'abd' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'ab%' and s < 'abd'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' or s = 'bb' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' or s = 'bb' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'ab%' or s = 'bb' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'ab%' or s = 'bb'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' and d > 3 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like 'ab%' and d > 3 order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like 'ab%' and d > 3 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like 'ab%' and d > 3; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s = 'abc' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s = 'abc' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s = 'abc' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s = 'abc'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like '' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (s) where s like '' order by s desc for update; -- T1
rollback; -- T1
begin; -- T1
select s, id from t force index (s) where s like '' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where s like ''; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'ab%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'ab%' order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select c, id from t force index (cd) where c like 'ab%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where c like 'ab%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'abc' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'abc' order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select c, id from t force index (cd) where c like 'abc' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where c like 'abc'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'b_%' for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'b_%' order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select c, id from t force index (cd) where c like 'b_%' lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where c like 'b_%'; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c = 'ab' and d = 2 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c = 'ab' and d = 2 order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select c, id from t force index (cd) where c = 'ab' and d = 2 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where c = 'ab' and d = 2; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'ab%' and d = 3 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c like 'ab%' and d = 3 order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select c, id from t force index (cd) where c like 'ab%' and d = 3 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where c like 'ab%' and d = 3; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c = 'abc' and d like 3 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (cd) where c = 'abc' and d like 3 order by c desc for update; -- T1
rollback; -- T1
begin; -- T1
select c, id from t force index (cd) where c = 'abc' and d like 3 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
update t set d = d where c = 'abc' and d like 3; -- T1
rollback; -- T1
