-- Which rows are locked by statements that several indexes could answer, or one index in several ways: the plan decides.

-- case: a range of a key part bounds the next one at both ends
create table p (a int, b int, v int, primary key (a, b));
insert into p values (1, 5, 1), (3, 5, 1), (5, 1, 1), (5, 5, 1), (5, 9, 1), (6, 1, 1), (7, 5, 1), (9, 9, 1);
begin; -- T1
select * from p where a >= 5 and b = 5 for update; -- T1
insert into p values (5, 3, 0); -- T2
insert into p values (8, 1, 0); -- T2
rollback; -- T1
begin; -- T1
select * from p where a between 3 and 5 and b between 4 and 6 for update; -- T1
insert into p values (3, 4, 0); -- T2
insert into p values (5, 7, 0); -- T2
rollback; -- T1
begin; -- T1
update p set v = 2 where a > 5 and b = 5; -- T1
insert into p values (5, 8, 0); -- T2
rollback; -- T1
begin; -- T1
delete from p where a <= 3 and b <= 5; -- T1
insert into p values (3, 6, 0); -- T2
rollback; -- T1

-- case: LIKE bounds the next key part
create table p (id int primary key, s varchar(9), b int, key sb (s, b));
insert into p values (1, 'xa', 1), (2, 'xa', 5), (3, 'xb', 2), (4, 'xc', 7), (5, 'ya', 1), (6, 'wz', 9), (7, 'yb', 1), (8, 'yc', 1), (9, 'yd', 1), (10, 'ye', 1);
begin; -- T1
select * from p force index (sb) where s like 'x%' and b > 3 for update; -- T1
insert into p values (11, 'x', 3); -- T2
insert into p values (12, 'xd', 3); -- T2
rollback; -- T1

-- case: OR of keys of two columns is a range for each
create table p (id int primary key, a int, b int, key ab (a, b));
insert into p values (1, 1, 1), (2, 1, 2), (3, 2, 1), (4, 2, 2), (5, 3, 3), (6, 4, 4), (7, 5, 5), (8, 6, 6), (9, 7, 7), (10, 8, 8);
begin; -- T1
select * from p force index (ab) where a = 1 and b = 1 or a = 2 and b = 2 for update; -- T1
update p set b = 9 where id = 2; -- T2
rollback; -- T1
begin; -- T1
select * from p force index (ab) where (a, b) in ((1, 2), (2, 1)) for update; -- T1
rollback; -- T1

-- case: UPDATE and DELETE by the primary key and a secondary index take the secondary index, whose keys end with the primary key
create table t (id int primary key, k int, n int, key (k));
insert into t values (1, 1, 0), (2, 2, 0), (3, 1, 0), (4, 2, 0), (5, 3, 0);
begin; -- T1
update t set n = 1 where id = 3 and k = 1; -- T1
insert into t values (6, 1, 0); -- T2
rollback; -- T1
begin; -- T1
update t set n = 1 where id = 3 and k = 2; -- T1
rollback; -- T1
begin; -- T1
delete from t where id = 3 and k = 1; -- T1
rollback; -- T1
begin; -- T1
select * from t where id = 3 and k = 1 for update; -- T1
rollback; -- T1

-- case: the index that gives the order too is read instead of the one that only finds
create table t (id int primary key, a int, b int, v int, key a (a), key ab (a, b));
insert into t values (1, 1, 9, 0), (2, 1, 3, 0), (3, 1, 5, 0), (4, 2, 1, 0), (5, 2, 8, 0), (6, 3, 3, 0);
begin; -- T1
select * from t where a = 1 order by b limit 1 for update; -- T1
update t set v = 1 where id = 1; -- T2
rollback; -- T1
begin; -- T1
update t set v = 1 where a = 1 order by b limit 1; -- T1
rollback; -- T1
begin; -- T1
delete from t where a = 1 order by b desc limit 1; -- T1
rollback; -- T1

-- case: a queue of jobs by state and time
create table job (id int primary key, st int, at int, key st (st), key st_at (st, at));
insert into job values (1, 0, 50), (2, 0, 40), (3, 0, 30), (4, 1, 20), (5, 1, 10), (6, 0, 60);
begin; -- T1
select id from job where st = 0 order by at limit 1 for update skip locked; -- T1
begin; -- T2
select id from job where st = 0 order by at limit 1 for update skip locked; -- T2
insert into job values (7, 0, 25); -- T3
rollback; -- T1
rollback; -- T2

-- case: a queue of three columns: a range in the middle, the last one is no order
create table job (id int primary key, q int, at int, p int, v int, key q (q, at, p));
insert into job values (1, 1, 10, 5, 0), (2, 1, 20, 3, 0), (3, 1, 20, 5, 0), (4, 1, 30, 5, 0), (5, 2, 10, 5, 0), (6, 2, 20, 5, 0), (7, 3, 10, 5, 0), (8, 3, 20, 5, 0);
begin; -- T1
select id from job where q = 1 and at <= 20 and p = 5 order by at, id limit 1 for update; -- T1
insert into job values (9, 1, 15, 5, 0); -- T2
rollback; -- T1
begin; -- T1
select * from job where q = 1 and at <= 20 and p = 5 order by at, id limit 1 for update; -- T1
rollback; -- T1
begin; -- T1
select * from job where q = 1 and at <= 20 and p = 5 order by at, p, id limit 1 for update; -- T1
rollback; -- T1
begin; -- T1
select * from job where q = 1 and at <= 20 order by at, p, id limit 1 for update; -- T1
rollback; -- T1

-- case: a range of a secondary index, in the order of the primary key
create table t (id int primary key, k int, v int, key k (k));
insert into t values (1, 9, 0), (2, 8, 0), (3, 7, 0), (4, 6, 0), (5, 5, 0), (6, 4, 0), (7, 3, 0), (8, 2, 0), (9, 1, 0), (10, 0, 0);
begin; -- T1
select * from t where k between 2 and 4 order by id limit 2 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t where k > 1 order by id limit 2 for update; -- T1
rollback; -- T1
begin; -- T1
update t set v = 1 where k between 2 and 4 order by id limit 2; -- T1
rollback; -- T1
begin; -- T1
delete from t where k > 1 order by id limit 2; -- T1
rollback; -- T1

-- case: IS NULL beside an equality
create table t (id int primary key, fk int, e int, v int, key fke (fk, e), key e (e));
insert into t values (1, 1, null, 0), (2, 1, 5, 0), (3, 2, null, 0), (4, 2, null, 0), (5, 3, 1, 0), (6, 3, null, 0);
begin; -- T1
select * from t where fk = 1 and e is null for update; -- T1
insert into t values (7, 1, null, 0); -- T2
rollback; -- T1
begin; -- T1
update t set v = 1 where fk = 2 and e is null; -- T1
rollback; -- T1
begin; -- T1
select * from t where fk = 9 and e is null for update; -- T1
insert into t values (8, 9, 1, 0); -- T2
rollback; -- T1

-- case: an equality on an index, and a range of the primary key behind it
create table t (id int primary key, status int, v int, key (status));
insert into t values (1, 1, 0), (2, 1, 0), (3, 1, 0), (4, 2, 0), (5, 1, 0), (6, 2, 0), (7, 1, 0), (8, 2, 0), (9, 1, 0), (10, 2, 0);
begin; -- T1
select * from t where status = 1 and id > 5 for update; -- T1
update t set v = 1 where id = 1; -- T2
rollback; -- T1
begin; -- T1
select * from t where status = 1 and id between 3 and 6 for update; -- T1
rollback; -- T1
begin; -- T1
delete from t where status = 2 and id < 7; -- T1
rollback; -- T1

-- case: an order of more columns than the key has is sorted, so that all rows are locked
create table t (id int primary key, a int, b int, c int, key a (a), key ab (a, b));
insert into t values (1, 1, 9, 0), (2, 1, 3, 0), (3, 1, 5, 0), (4, 2, 1, 0), (5, 2, 8, 0), (6, 3, 3, 0), (7, 5, 1, 0);
begin; -- T1
select * from t where a = 1 order by id, b limit 1 for update; -- T1
rollback; -- T1
begin; -- T1
update t set c = 1 where a < 2 order by a, id, b limit 1; -- T1
rollback; -- T1
begin; -- T1
select b, c from t order by id, b limit 2 for update; -- T1
rollback; -- T1

-- case: a range that is taken for its order has no index condition, so rows that do not match are locked too
create table t (id int primary key, a int, b int, c int, key a (a), key ab (a, b));
insert into t values (1, 1, 9, 0), (2, 2, 3, 0), (3, 3, 5, 0), (4, 4, 1, 0), (5, 5, 8, 0), (6, 6, 3, 0), (7, 0, 1, 0), (8, 1, 2, 0), (9, 2, 4, 0), (10, 3, 6, 0), (11, 4, 8, 0), (12, 5, 1, 0), (13, 6, 2, 0), (14, 0, 3, 0), (15, 1, 4, 0), (16, 1, 6, 0);
begin; -- T1
select * from t where a = 1 and id > 3 order by b limit 2 for update; -- T1
rollback; -- T1
begin; -- T1
select * from t where a between 4 and 5 and (c = 1 or c > 3) order by a, b limit 1 for update; -- T1
rollback; -- T1

-- case: a sort reads the table, although the plan is all of a covering index
create table t (id int primary key, a int, b int, c int, key ab (a, b));
insert into t values (1, 1, 9, 0), (2, 1, 3, 0), (3, 1, 5, 0), (4, 2, 1, 0);
begin; -- T1
select id from t where b > 1 order by b, id for update; -- T1
rollback; -- T1
begin; -- T1
select id from t where b > 1 lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select distinct b from t order by b lock in share mode; -- T1
rollback; -- T1
begin; -- T1
select b, count(*) from t group by b order by b lock in share mode; -- T1
rollback; -- T1

-- case: read committed: an UPDATE that sorts waits for each row, also for those that do not match
create table t (id int primary key, a int, b int);
insert into t values (1, 1, 9), (2, 1, 3), (3, 1, 5);
set session transaction isolation level read committed; -- T1
begin; -- T2
select * from t where id = 2 for update; -- T2
begin; -- T1
update t set a = 2 where b = 5; -- T1
rollback; -- T1
begin; -- T1
update t set a = 2 where b = 5 order by a; -- T1
rollback; -- T2
rollback; -- T1

-- case: a row whose deletion is not committed does not make a full scan dearer
create table t (id int primary key, b int, v int, key b (b));
insert into t values (1, 1, 0), (2, 1, 0), (3, 1, 0), (4, 1, 0), (5, 1, 0), (6, 1, 0), (7, 1, 0), (8, 1, 0), (9, 1, 0), (10, 1, 0), (11, 1, 0), (12, 1, 0), (13, 2, 0), (14, 2, 0), (15, 2, 0), (16, 2, 0), (17, 2, 0), (18, 2, 0), (19, 2, 0), (20, 2, 0), (21, 2, 0), (22, 2, 0), (23, 2, 0), (24, 2, 0), (25, 3, 0), (26, 3, 0), (27, 3, 0), (28, 3, 0), (29, 3, 0), (30, 3, 0);
begin; -- T1
select * from t where b between 3 and 4 for update; -- T1
rollback; -- T1
begin; -- T1
delete from t where id <= 12; -- T1
begin; -- T2
select * from t where b between 3 and 4 for update; -- T2
rollback; -- T1
rollback; -- T2

-- case: a range moves to the index that has the order, and the condition on its second key part is left behind
create table t (id int, a int, b int, c int, primary key (a, id), key ab (a, b));
insert into t values (1, 1, 9, 0), (2, 2, 3, 0), (3, 3, 5, 0), (4, 4, 1, 0), (5, 5, 8, 0), (6, 6, 3, 0), (7, 0, 1, 0), (8, 1, 2, 0), (9, 2, 4, 0), (10, 3, 6, 0), (11, 4, 8, 0), (12, 5, 1, 0), (13, 6, 2, 0), (14, 0, 3, 0), (15, 1, 4, 0), (16, 1, 6, 0);
begin; -- T1
select * from t where a between 2 and 3 and id < 9 order by a, b for update; -- T1
rollback; -- T1
begin; -- T1
select * from t where a in (2, 3) and id < 9 order by a, b for update; -- T1
rollback; -- T1
