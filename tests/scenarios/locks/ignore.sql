-- UPDATE IGNORE and DELETE IGNORE: what does not fit is made to, whose key is taken stays as it was; locks are as without.

-- case: update ignore
create table t (id int primary key, u int, v varchar(3), unique key u (u));
insert into t values (10, 1, 'a'), (20, 2, 'b'), (30, 3, 'c'), (40, 4, 'd');
begin; -- T1
update ignore t set u = 3 where id = 10; -- T1
show warnings; -- T1
update ignore t set u = u + 1; -- T1
show warnings; -- T1
select * from t; -- T1
update ignore t set id = 20 where id = 10; -- T1
show warnings; -- T1
update ignore t set v = 'abcdef' where id = 10; -- T1
show warnings; -- T1
update ignore t set u = 'xyz' where id = 40; -- T1
show warnings; -- T1
update ignore t set id = id + 10 where id >= 20 order by id desc; -- T1
show warnings; -- T1
select * from t; -- T1
update ignore t set u = 99999999999 where id = 10; -- T1
show warnings; -- T1
update ignore t set u = 1/0 where id = 10; -- T1
show warnings; -- T1
select * from t; -- T1
rollback; -- T1

-- case: delete ignore
create table t (id int primary key, u int, v varchar(3), unique key u (u));
insert into t values (10, 1, 'a'), (20, 2, 'b'), (30, 3, 'c'), (40, 4, 'd');
begin; -- T1
delete ignore from t where id = 10; -- T1
delete ignore from t where v = 1; -- T1
delete from t where v = 1; -- T1
delete ignore from t where v = 1/0; -- T1
select * from t; -- T1
rollback; -- T1

-- case: ignore and waits
create table t (id int primary key, u int, v varchar(3), unique key u (u));
insert into t values (10, 1, 'a'), (20, 2, 'b'), (30, 3, 'c'), (40, 4, 'd');
begin; -- T1
begin; -- T2
update t set u = 9 where id = 40; -- T2
update ignore t set u = u + 6 where id >= 30; -- T1
commit; -- T2
show warnings; -- T1
select * from t; -- T1
commit; -- T1

-- case: not null
create table t (id int primary key, n int not null, s varchar(2) not null);
insert into t values (10, 1, 'a'), (20, 2, 'b');
update ignore t set n = null where id = 10; -- T1
show warnings; -- T1
update t set n = null where id = 20; -- T1
update ignore t set s = null, n = n + 1 where id = 20; -- T1
show warnings; -- T1
update ignore t set n = 2147483647 + 1; -- T1
show warnings; -- T1
select * from t; -- T1
update ignore t set n = default(n) where id = 10; -- T1
select * from t; -- T1
