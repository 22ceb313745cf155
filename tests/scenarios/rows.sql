-- INSERT, SELECT, UPDATE and DELETE on keys of all kinds.

-- case: by the primary key
create table t (id int primary key, a int, s varchar(8));
insert into t values (5, 50, 'e'), (1, 10, 'a'), (9, null, 'i'), (3, 30, 'c'), (7, 70, null);
select * from t; -- T1
select id from t where id in (9, 3, 4, 3); -- T1
select id from t where id between 3 and 7 and a <> 50; -- T1
select id from t where id > 2.5 and id <= '7'; -- T1
select id from t where 5 >= id or id = 9; -- T1
select id from t order by id desc limit 2; -- T1
select id from t where id > 1 order by id desc limit 1, 2; -- T1
select id, a % 20 as r from t order by r, id desc; -- T1
select s from t order by 1 desc; -- T1
select id from t order by a is null, -a limit 3 offset 1; -- T1
select count(*), count(a), sum(a), min(s), max(s), avg(a) from t; -- T1
select count(*), sum(a), min(a) from t where id > 100; -- T1
select distinct a is null from t; -- T1
select id from t where s like '_' and not s >= 'd'; -- T1
update t set id = id + 10 where id > 5; -- T1
update t set a = a + 1, s = concat(s, a) where a is not null; -- T1
update t set a = 31 where id = 3; -- T1
update t set id = id + 1 order by id desc; -- T1
select * from t; -- T1
delete from t where a > 50 or a is null; -- T1
delete from t order by id desc limit 1; -- T1
select * from t; -- T1

-- case: a key of two columns
create table q (x smallint, y varchar(6), z int, primary key (x, y));
insert into q values (1, 'b', 1), (1, 'a', 2), (2, 'a', 3), (-1, '', 4), (1, 'ab', 5);
select * from q; -- T1
select z from q where x = 1 and y > 'a'; -- T1
select z from q where x in (2, 1) and y in ('b', 'a'); -- T1
select z from q where y = 'a'; -- T1
select z from q where x = 1 order by y desc; -- T1
insert into q values (3, 'z', 1), (1, 'ab', 2); -- T1
insert into q values (1, 'ab ', 6), (1, 'AB', 7); -- T1
select x, y, z from q where x = 1; -- T1
select z from q where y = 'ab'; -- T1
update q set y = 'c', x = 5 where z = 5; -- T1
select * from q where x = 5; -- T1

-- case: without a key
create table h (v int, t varchar(4));
insert into h values (2, 'b'), (1, 'a'), (2, 'b'), (null, null); -- T1
select * from h; -- T1
update h set t = 'x' where v = 2; -- T1
update h set t = 'x' where v = 2; -- T1
delete from h where t = 'x' limit 1; -- T1
select * from h order by v; -- T1
insert into h select v + 1, t from h; -- T1
select * from h; -- T1

-- case: types at their ends
create table n (i tinyint, u bigint unsigned, v varchar(3), c char(3), w varbinary(3), primary key (i));
insert into n values (127, 18446744073709551615, 'éèê', 'é ', x'00ff'), (-128, 0, 'abc  ', 'ab ', 'a '); -- T1
select i, u, v, length(v), c, length(c), hex(w) from n; -- T1
insert into n (i) values (128); -- T1
insert into n (i, u) values (1, -1); -- T1
insert into n (i, v) values (1, 'abcd'); -- T1
insert into n (i, w) values (1, 'abc '); -- T1
insert into n (i, v) values (1, x'ff'); -- T1
insert into n (i) values (2.5), ('3.5'), (' 5 '), (6.5e0), ('1e1'); -- T1
select i from n where c = 'ab' or i between 1 and 20; -- T1
select i from n where c = 'ab '; -- T1

-- case: auto_increment
create table ai (id int auto_increment primary key, a int);
insert into ai values (null, 1), (default, 2), (0, 3), (7, 4), (null, 5); -- T1
select last_insert_id(); -- T1
insert into ai (a) values (6); -- T1
insert into ai values (3, 0); -- T1
insert into ai (a) values (7), (8); -- T1
select * from ai; -- T1
select last_insert_id(); -- T1
insert into ai (a) values (9), ('x'); -- T1
insert into ai (a) values (10); -- T1
update ai set id = 50 where id = 1; -- T1
insert into ai (a) values (11); -- T1
insert into ai (id, a) values (100, 1), (null, 2), (50, 3), (null, 4); -- T1
insert into ai values (-5, 12), (null, 13); -- T1
select * from ai; -- T1
delete from ai; -- T1
insert into ai (a) values (14); -- T1
select * from ai; -- T1
select last_insert_id(); -- T2
