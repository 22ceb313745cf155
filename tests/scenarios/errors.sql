-- What is refused, in the server's numbers and words; after each refusal everything is as before.
create table t (id int primary key, a int unsigned, s varchar(10), b bigint, c bigint unsigned, n int not null);
insert into t values (1, 3, 'abc', 5, 7, 1), (2, 4, '5', 9223372036854775807, 18446744073709551615, 2);

-- case: names
select nope from t; -- T1
select t.nope from t; -- T1
select x.id from t; -- T1
select * from t where nope = 1; -- T1
select id from t order by nope; -- T1
select id from t order by 7; -- T1
select id as x from t where x = 1; -- T1
update t set nope = 1; -- T1
update t set a = nope; -- T1
insert into t (id, nope) values (1, 2); -- T1
insert into t (id, n) values (nope, 2); -- T1
insert into t (id, id) values (1, 2); -- T1
select * from nowhere; -- T1
insert into nowhere values (1); -- T1
update nowhere set a = 1; -- T1
delete from nowhere; -- T1
select * from db2.t; -- T1
drop table nowhere, elsewhere; -- T1
select *; -- T1
select x.* from t; -- T1

-- case: syntax
selec 1; -- T1
select * form t; -- T1
select * from t where; -- T1
select from t; -- T1
insert into t values (1, 2),; -- T1
update t set; -- T1
select 1 +
 from t
 where id; -- T1
select (1; -- T1
select 1 1 1; -- T1
select id from t limit -1; -- T1
select id from t limit a; -- T1
select id, * from t; -- T1

-- case: values
insert into t values (1); -- T1
insert into t values (3, 3, 'x', 5, 7, 1), (4, 3); -- T1
insert into t values (1, 3, 'abc', 5, 7, 1); -- T1
insert into t values (3, -3, 'abc', 5, 7, 1); -- T1
insert into t values (3, 99999999999, 'abc', 5, 7, 1); -- T1
insert into t values (3, 3, 'abcdefghijk', 5, 7, 1); -- T1
insert into t values (3, 'x', 'abc', 5, 7, 1); -- T1
insert into t values (3, '12x', 'abc', 5, 7, 1); -- T1
insert into t values (3, 1, 'abc', 5, 7, null); -- T1
insert into t (id) values (3); -- T1
insert into t (id, n) values (3, 1), (4, 1/0); -- T1
insert into t (id, n) values (3, 1), (4, 'x' + 1); -- T1
insert into t (id, n) values (3, 1), (4, 1), (3, 1); -- T1
select count(*) from t; -- T1
update t set n = null where id = 1; -- T1
update t set n = 1/0; -- T1
update t set s = 'abcdefghijklmn' where id >= 2; -- T1
update t set s = 'abcdefghijklmn' where s = '5'; -- T1
update t set id = 2 where id = 1; -- T1
update t set id = id + 1; -- T1
update t set a = 1 where s = 5; -- T1
update t set a = s; -- T1
select * from t; -- T1

-- case: ranges of numbers
select a - 5 from t; -- T1
select (a - 5) * 2 + 1 from t; -- T1
select b + 1 from t where id = 2; -- T1
select c + 1 from t where id = 2; -- T1
select -b - 2 from t where id = 2; -- T1
select -c from t where id = 2; -- T1
select (a + b) * 2 - c from t; -- T1

-- case: aggregates
select id from t where count(*) > 1; -- T1
select max(count(*)) from t; -- T1
select sum(nope) from t; -- T1
