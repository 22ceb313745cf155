-- What is read at an index's ends only: MIN and MAX, each group's first and last row, the first groups of a LIMIT.

-- case: repeatable read
create table g (id int primary key, a int, b int not null, c int, d int not null, key abc (a, b, c), key c (c), key d (d));
insert into g values (1,1,1,1,1),(2,1,2,2,2),(3,2,1,3,2),(4,2,5,4,3),(5,null,1,null,4),(6,7,7,7,4),(7,7,7,null,5),(8,null,3,8,9);
set session transaction isolation level repeatable read; -- T1
begin; -- T1
select max(a) from g for update; -- T1
rollback; -- T1
begin; -- T1
select max(a) from g lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(a) from g for update; -- T1
rollback; -- T1
begin; -- T1
select min(a) from g lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(a), max(a) from g for update; -- T1
rollback; -- T1
begin; -- T1
select min(a), max(a) from g lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a = 2 for update; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a = 2 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(b) from g where a = 2 for update; -- T1
rollback; -- T1
begin; -- T1
select min(b) from g where a = 2 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(b) from g where a = 2 and b > 2 for update; -- T1
rollback; -- T1
begin; -- T1
select min(b) from g where a = 2 and b > 2 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a = 2 and b < 4 for update; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a = 2 and b < 4 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(id) from g for update; -- T1
rollback; -- T1
begin; -- T1
select max(id) from g lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(id) from g where id > 2 for update; -- T1
rollback; -- T1
begin; -- T1
select min(id) from g where id > 2 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(id) from g where id >= 3 for update; -- T1
rollback; -- T1
begin; -- T1
select min(id) from g where id >= 3 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(id) from g where id <= 3 for update; -- T1
rollback; -- T1
begin; -- T1
select max(id) from g where id <= 3 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(id) from g where id < 3 for update; -- T1
rollback; -- T1
begin; -- T1
select max(id) from g where id < 3 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(c) from g where c < 4 for update; -- T1
rollback; -- T1
begin; -- T1
select max(c) from g where c < 4 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(c) from g where c > 40 for update; -- T1
rollback; -- T1
begin; -- T1
select max(c) from g where c > 40 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a = 3 for update; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a = 3 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(b) from g where a = 3 for update; -- T1
rollback; -- T1
begin; -- T1
select min(b) from g where a = 3 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(b) from g where a = 99 for update; -- T1
rollback; -- T1
begin; -- T1
select min(b) from g where a = 99 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a = 99 for update; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a = 99 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a = 0 for update; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a = 0 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g for update; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(d) from g for update; -- T1
rollback; -- T1
begin; -- T1
select max(d) from g lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g where d > 9 for update; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g where d > 9 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g where d >= 4 for update; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g where d >= 4 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(d) from g where d = 4 for update; -- T1
rollback; -- T1
begin; -- T1
select max(d) from g where d = 4 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g where d = 4 for update; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g where d = 4 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g where d = 6 for update; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g where d = 6 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(d) from g where d = 6 for update; -- T1
rollback; -- T1
begin; -- T1
select max(d) from g where d = 6 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(c) from g where c is null for update; -- T1
rollback; -- T1
begin; -- T1
select max(c) from g where c is null lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(c) from g where c is null for update; -- T1
rollback; -- T1
begin; -- T1
select min(c) from g where c is null lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(b) from g where a is null for update; -- T1
rollback; -- T1
begin; -- T1
select min(b) from g where a is null lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a is null for update; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a is null lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(c) from g where a = 7 and b = 7 for update; -- T1
rollback; -- T1
begin; -- T1
select min(c) from g where a = 7 and b = 7 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(c) from g where a = 7 and b = 7 for update; -- T1
rollback; -- T1
begin; -- T1
select max(c) from g where a = 7 and b = 7 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(c) from g where a is null and b = 1 for update; -- T1
rollback; -- T1
begin; -- T1
select min(c) from g where a is null and b = 1 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(c) from g where a is null and b = 1 for update; -- T1
rollback; -- T1
begin; -- T1
select max(c) from g where a is null and b = 1 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(id) from g where d = 4 for update; -- T1
rollback; -- T1
begin; -- T1
select max(id) from g where d = 4 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(id) from g where d = 4 for update; -- T1
rollback; -- T1
begin; -- T1
select min(id) from g where d = 4 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g where d between 3 and 4 for update; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g where d between 3 and 4 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(d) from g where d between 6 and 8 for update; -- T1
rollback; -- T1
begin; -- T1
select max(d) from g where d between 6 and 8 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select max(d), min(c) from g for update; -- T1
rollback; -- T1
begin; -- T1
select max(d), min(c) from g lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select distinct a from g for update; -- T1
rollback; -- T1
begin; -- T1
select distinct a from g lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select distinct a from g where a > 1 for update; -- T1
rollback; -- T1
begin; -- T1
select distinct a from g where a > 1 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select distinct a from g where a in (1, 7) for update; -- T1
rollback; -- T1
begin; -- T1
select distinct a from g where a in (1, 7) lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select distinct a from g where b = 1 for update; -- T1
rollback; -- T1
begin; -- T1
select distinct a from g where b = 1 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select distinct d from g for update; -- T1
rollback; -- T1
begin; -- T1
select distinct d from g lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select distinct d from g where d > 2 for update; -- T1
rollback; -- T1
begin; -- T1
select distinct d from g where d > 2 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select distinct d from g where d < 4 for update; -- T1
rollback; -- T1
begin; -- T1
select distinct d from g where d < 4 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select a, min(b) from g group by a for update; -- T1
rollback; -- T1
begin; -- T1
select a, min(b) from g group by a lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select a, max(b) from g group by a for update; -- T1
rollback; -- T1
begin; -- T1
select a, max(b) from g group by a lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select a, min(b), max(b) from g group by a for update; -- T1
rollback; -- T1
begin; -- T1
select a, min(b), max(b) from g group by a lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select a, min(b) from g where b > 1 group by a for update; -- T1
rollback; -- T1
begin; -- T1
select a, min(b) from g where b > 1 group by a lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select a, max(b) from g where b < 3 group by a for update; -- T1
rollback; -- T1
begin; -- T1
select a, max(b) from g where b < 3 group by a lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select a, min(c) from g where b = 1 group by a for update; -- T1
rollback; -- T1
begin; -- T1
select a, min(c) from g where b = 1 group by a lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select a, max(c) from g where b = 7 group by a for update; -- T1
rollback; -- T1
begin; -- T1
select a, max(c) from g where b = 7 group by a lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select a, b, min(c) from g group by a, b for update; -- T1
rollback; -- T1
begin; -- T1
select a, b, min(c) from g group by a, b lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select a, b, max(c) from g where a > 1 group by a, b for update; -- T1
rollback; -- T1
begin; -- T1
select a, b, max(c) from g where a > 1 group by a, b lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select count(distinct a) from g for update; -- T1
rollback; -- T1
begin; -- T1
select count(distinct a) from g lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select count(distinct d) from g for update; -- T1
rollback; -- T1
begin; -- T1
select count(distinct d) from g lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select d, max(id) from g group by d for update; -- T1
rollback; -- T1
begin; -- T1
select d, max(id) from g group by d lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select d, min(id) from g where d > 1 group by d for update; -- T1
rollback; -- T1
begin; -- T1
select d, min(id) from g where d > 1 group by d lock in share mode; -- T1
rollback; -- T1

-- case: read committed
create table g (id int primary key, a int, b int not null, c int, d int not null, key abc (a, b, c), key c (c), key d (d));
insert into g values (1,1,1,1,1),(2,1,2,2,2),(3,2,1,3,2),(4,2,5,4,3),(5,null,1,null,4),(6,7,7,7,4),(7,7,7,null,5),(8,null,3,8,9);
set session transaction isolation level read committed; -- T1
begin; -- T1
select max(a) from g for update; -- T1
rollback; -- T1
begin; -- T1
select min(a) from g for update; -- T1
rollback; -- T1
begin; -- T1
select min(a), max(a) from g for update; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a = 2 for update; -- T1
rollback; -- T1
begin; -- T1
select min(b) from g where a = 2 for update; -- T1
rollback; -- T1
begin; -- T1
select min(b) from g where a = 2 and b > 2 for update; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a = 2 and b < 4 for update; -- T1
rollback; -- T1
begin; -- T1
select max(id) from g for update; -- T1
rollback; -- T1
begin; -- T1
select min(id) from g where id > 2 for update; -- T1
rollback; -- T1
begin; -- T1
select min(id) from g where id >= 3 for update; -- T1
rollback; -- T1
begin; -- T1
select max(id) from g where id <= 3 for update; -- T1
rollback; -- T1
begin; -- T1
select max(id) from g where id < 3 for update; -- T1
rollback; -- T1
begin; -- T1
select max(c) from g where c < 4 for update; -- T1
rollback; -- T1
begin; -- T1
select max(c) from g where c > 40 for update; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a = 3 for update; -- T1
rollback; -- T1
begin; -- T1
select min(b) from g where a = 3 for update; -- T1
rollback; -- T1
begin; -- T1
select min(b) from g where a = 99 for update; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a = 99 for update; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a = 0 for update; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g for update; -- T1
rollback; -- T1
begin; -- T1
select max(d) from g for update; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g where d > 9 for update; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g where d >= 4 for update; -- T1
rollback; -- T1
begin; -- T1
select max(d) from g where d = 4 for update; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g where d = 4 for update; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g where d = 6 for update; -- T1
rollback; -- T1
begin; -- T1
select max(d) from g where d = 6 for update; -- T1
rollback; -- T1
begin; -- T1
select max(c) from g where c is null for update; -- T1
rollback; -- T1
begin; -- T1
select min(c) from g where c is null for update; -- T1
rollback; -- T1
begin; -- T1
select min(b) from g where a is null for update; -- T1
rollback; -- T1
begin; -- T1
select max(b) from g where a is null for update; -- T1
rollback; -- T1
begin; -- T1
select min(c) from g where a = 7 and b = 7 for update; -- T1
rollback; -- T1
begin; -- T1
select max(c) from g where a = 7 and b = 7 for update; -- T1
rollback; -- T1
begin; -- T1
select min(c) from g where a is null and b = 1 for update; -- T1
rollback; -- T1
begin; -- T1
select max(c) from g where a is null and b = 1 for update; -- T1
rollback; -- T1
begin; -- T1
select max(id) from g where d = 4 for update; -- T1
rollback; -- T1
begin; -- T1
select min(id) from g where d = 4 for update; -- T1
rollback; -- T1
begin; -- T1
select min(d) from g where d between 3 and 4 for update; -- T1
rollback; -- T1
begin; -- T1
select max(d) from g where d between 6 and 8 for update; -- T1
rollback; -- T1
begin; -- T1
select max(d), min(c) from g for update; -- T1
rollback; -- T1
begin; -- T1
select distinct a from g for update; -- T1
rollback; -- T1
begin; -- T1
select distinct a from g where a > 1 for update; -- T1
rollback; -- T1
begin; -- T1
select distinct a from g where a in (1, 7) for update; -- T1
rollback; -- T1
begin; -- T1
select distinct a from g where b = 1 for update; -- T1
rollback; -- T1
begin; -- T1
select distinct d from g for update; -- T1
rollback; -- T1
begin; -- T1
select distinct d from g where d > 2 for update; -- T1
rollback; -- T1
begin; -- T1
select distinct d from g where d < 4 for update; -- T1
rollback; -- T1
begin; -- T1
select a, min(b) from g group by a for update; -- T1
rollback; -- T1
begin; -- T1
select a, max(b) from g group by a for update; -- T1
rollback; -- T1
begin; -- T1
select a, min(b), max(b) from g group by a for update; -- T1
rollback; -- T1
begin; -- T1
select a, min(b) from g where b > 1 group by a for update; -- T1
rollback; -- T1
begin; -- T1
select a, max(b) from g where b < 3 group by a for update; -- T1
rollback; -- T1
begin; -- T1
select a, min(c) from g where b = 1 group by a for update; -- T1
rollback; -- T1
begin; -- T1
select a, max(c) from g where b = 7 group by a for update; -- T1
rollback; -- T1
begin; -- T1
select a, b, min(c) from g group by a, b for update; -- T1
rollback; -- T1
begin; -- T1
select a, b, max(c) from g where a > 1 group by a, b for update; -- T1
rollback; -- T1
begin; -- T1
select count(distinct a) from g for update; -- T1
rollback; -- T1
begin; -- T1
select count(distinct d) from g for update; -- T1
rollback; -- T1
begin; -- T1
select d, max(id) from g group by d for update; -- T1
rollback; -- T1
begin; -- T1
select d, min(id) from g where d > 1 group by d for update; -- T1
rollback; -- T1

-- case: the first groups
create table t (id int primary key, c int, d int, key c (c));
insert into t values (1,1,1),(2,1,1),(3,2,1),(4,2,2),(5,3,1);
begin; -- T1
select c, count(*) from t group by c limit 1 for update; -- T1
rollback; -- T1
begin; -- T1
select c, count(*) from t group by c order by c limit 2 for update; -- T1
rollback; -- T1
begin; -- T1
select c, count(*) from t group by c having c > 1 limit 1 for update; -- T1
rollback; -- T1
begin; -- T1
select c, sum(d) from t force index (c) group by c limit 1 for update; -- T1
rollback; -- T1
begin; -- T1
select distinct c, d from t force index (c) order by c limit 1 for update; -- T1
rollback; -- T1
begin; -- T1
select c, sum(d) from t force index (c) group by c order by c desc limit 1 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (c) order by c limit 2 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t force index (c) order by c desc limit 2 for update; -- T1
rollback; -- T1

-- case: explain reads what it shows
create table g (id int primary key, a int, b int not null, c int, d int not null, key abc (a, b, c), key c (c), key d (d));
insert into g values (1,1,1,1,1),(2,1,2,2,2),(3,2,1,3,2),(4,2,5,4,3),(5,null,1,null,4),(6,7,7,7,4),(7,7,7,null,5),(8,null,3,8,9);
begin; -- T1
explain select * from g where id = 3 for update; -- T1
rollback; -- T1
begin; -- T1
explain select * from g where id = 33 for update; -- T1
rollback; -- T1
begin; -- T1
explain select max(c) from g for update; -- T1
rollback; -- T1
begin; -- T1
explain select min(d) from g where d = 6 for update; -- T1
rollback; -- T1
begin; -- T1
explain select * from g where a = 2 for update; -- T1
rollback; -- T1
