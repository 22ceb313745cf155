-- case: GROUP BY
create table t (id int primary key, c int, d varchar(3), key c (c));
insert into t values (1, 10, 'a'), (2, 20, 'b'), (3, 10, 'c'), (4, null, 'a'), (5, 20, 'a'), (6, null, 'b'), (7, 30, 'c');
select c, count(*) from t group by c; -- T1
select d, count(*), sum(c), min(id), max(c), avg(c) from t group by d; -- T1
select c, d, count(*) from t group by c, d; -- T1
select count(*) from t where id > 100 group by d; -- T1
select count(*), sum(c) from t where id > 100; -- T1
select c as x, count(*) from t group by x; -- T1
select d, count(*) from t group by 1; -- T1
select d, count(*) from t group by 3; -- T1
select d, count(*) as n from t group by d order by n desc, d; -- T1
select c + 1 as e, count(*) from t group by c + 1 order by e desc; -- T1
select d, count(*) from t group by d limit 1; -- T1
select d, count(*) from t group by d order by d desc limit 1, 1; -- T1
select c from t group by c; -- T1
select c, id from t group by c; -- T1
select count(distinct c), count(distinct d) from t; -- T1
select sum(distinct c) from t; -- T1
select d from t group by nope; -- T1
select d, count(*) from t group by count(*); -- T1

-- case: HAVING
create table t (id int primary key, c int, d varchar(3), key c (c));
insert into t values (1, 10, 'a'), (2, 20, 'b'), (3, 10, 'c'), (4, null, 'a'), (5, 20, 'a'), (6, null, 'b'), (7, 30, 'c');
select d, count(*) as n from t group by d having n > 2; -- T1
select d, count(*) from t group by d having count(*) > 2; -- T1
select d from t group by d having sum(c) > 30; -- T1
select d, max(c) as m from t group by d having m = 30 or d = 'a'; -- T1
select c from t group by c having c is null; -- T1
select id, c from t having c > 10; -- T1
select count(*) from t having count(*) > 100; -- T1
select d from t group by d having nope > 1; -- T1

-- case: DISTINCT
create table t (id int primary key, c int, d varchar(3), key c (c));
insert into t values (1, 10, 'a'), (2, 20, 'b'), (3, 10, 'c'), (4, null, 'a'), (5, 20, 'a'), (6, null, 'b'), (7, 30, 'c');
select distinct c from t; -- T1
select distinct d, c from t order by d, c; -- T1
select distinct c from t order by c desc; -- T1
select distinct c from t limit 2; -- T1
select distinct d from t where id > 2; -- T1
select distinct d from t group by d having count(*) > 1; -- T1
