-- case: keys and their names
create table a (id int primary key, b int, c int not null, d int unique, key (b), key (b), unique key (c), index x (b, c), unique (b, d)); -- T1
show create table a; -- T1
describe a; -- T1
create table b (a int not null, b int not null unique, c int, key k (c), unique u (a, b)); -- T1
show create table b; -- T1
describe b; -- T1
create table c (a int, key x (a), key X (a)); -- T1
create table c (a int, key (nope)); -- T1
create table c (a int, key (a, a)); -- T1
create table c (a int auto_increment, b int, key (b)); -- T1
create table c (a int auto_increment, b int, key (a)); -- T1
show create table c; -- T1
create table d (a int auto_increment, b int primary key, unique key (a)); -- T1
insert into d (b) values (5), (6); -- T1
select * from d; -- T1
show create table d; -- T1

-- case: unique keys
create table t (id int primary key, a int, b varchar(5), unique key ab (a, b));
insert into t values (1, 1, 'x'), (2, null, 'x'), (3, null, 'x'), (4, 1, null), (5, 1, null);
select * from t; -- T1
insert into t values (6, 1, 'x'); -- T1
insert into t values (6, 1, 'y'), (7, 1, 'z'), (8, 1, 'y'); -- T1
select * from t where id > 5; -- T1
update t set b = 'x' where id = 4; -- T1
update t set a = 1, b = 'x' where id = 1; -- T1
update t set id = 9 where id = 1; -- T1
select * from t order by id; -- T1
delete from t where a = 1 and b = 'x'; -- T1
insert into t values (1, 1, 'x'); -- T1
update t set a = a + 1; -- T1
update t set a = null; -- T1
select * from t; -- T1

-- case: rows come in the order of the index that is read
create table t (id int primary key, a int, b int, c int, key a (a), key bc (b, c));
insert into t values (1, 5, 1, 9), (2, 3, 2, 8), (3, null, 1, 7), (4, 3, 2, 6), (5, 4, 3, 5), (6, 3, 1, 4);
select id from t; -- T1
select * from t; -- T1
select a from t; -- T1
select b, c from t; -- T1
select id from t force index (a) where a > 3; -- T1
select * from t force index (a) where a > 3; -- T1
select * from t where a = 3; -- T1
select * from t where a = 3 order by id desc; -- T1
select id from t where b = 1; -- T1
select id, c from t where b = 1 order by c desc; -- T1
select * from t where b in (1, 2) order by b desc; -- T1
select * from t force index (bc) where b in (1, 2) order by b desc, c desc; -- T1
select a from t where a is null; -- T1
select * from t where a <=> null; -- T1
select count(*) from t where a < 4; -- T1
select * from t where a <> 3; -- T1
select a from t where a <> 3; -- T1
select a from t where a not in (3, 5); -- T1
select a, id from t order by a limit 3; -- T1
select * from t where b = 2 and c > 6; -- T1
update t set c = c + 1 where b = 1; -- T1
select b, c, id from t; -- T1
delete from t where a = 3 limit 2; -- T1
select id from t; -- T1
update t set a = a + 10 where a > 3 order by a desc; -- T1
select a from t; -- T1
update t force index (a) set a = a - 5 where a > 10; -- T1
select a, id from t; -- T1
