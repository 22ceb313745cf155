-- case: one index
create table t (id int primary key, c int, d int, key c (c));
insert into t values (1, 0, 1), (2, 0, 2), (3, 0, 3), (4, 10, 4), (5, 10, 5), (6, 10, 6), (7, 10, 7), (8, 20, 8), (9, 20, 9), (10, 20, 10), (11, 20, 11), (12, 30, 12);
explain select * from t; -- T1
explain select id from t; -- T1
explain select count(*) from t; -- T1
explain select c from t; -- T1
explain select * from t where id = 3; -- T1
explain select * from t where c = 30; -- T1
explain select * from t where c = 10; -- T1
explain select * from t where c = 10 and d = 5; -- T1
explain select id from t where c = 10; -- T1
explain select count(*) from t where c = 10; -- T1
explain select * from t where c > 15; -- T1
explain select id from t where c > 15; -- T1
explain select c from t where c > 10; -- T1
explain select * from t where c > 25; -- T1
explain select * from t force index (c) where c > 10; -- T1
explain select * from t force index (c) where c > 10 order by c desc; -- T1
explain select * from t where c in (0, 30); -- T1
explain select * from t where c in (30, 31); -- T1
explain select * from t where id in (1, 2); -- T1
explain select * from t where id in (1, 2, 3); -- T1
explain select id from t where id in (2, 4); -- T1
explain select * from t where id > 6; -- T1
explain select * from t where id > 1; -- T1
explain select * from t where id between 3 and 5 and d = 4; -- T1
explain select * from t order by c; -- T1
explain select * from t order by id; -- T1
explain select * from t order by id desc limit 2; -- T1
explain select * from t order by d; -- T1
explain select * from t force index (c) order by c; -- T1
explain select id, c from t order by c; -- T1
explain select * from t where c is null; -- T1
explain select * from t where c is not null; -- T1
explain select * from t where d = 5; -- T1
explain select * from t force index (c) where d = 5; -- T1
explain select * from t force index (primary) where d = 5; -- T1
explain select * from t use index (c) where id = 3; -- T1
explain select * from t ignore index (primary) where id = 3; -- T1
explain select * from t use index () where id = 3; -- T1
explain select * from t force index (foo); -- T1
explain select id from t where id = 3; -- T1
explain select * from t where c <> 10; -- T1
explain select * from t where c > 15 and id > 8; -- T1
explain select * from t where 1 = 0; -- T1
explain select * from t limit 0; -- T1
explain select 1; -- T1
explain select * from t where id = null; -- T1
explain update t set d = 1; -- T1
explain update t set d = 1 where c = 30; -- T1
explain update t set d = 1 where c > 5; -- T1
explain update t set c = 5 where c = 30; -- T1
explain update t set c = 5 where id = 10; -- T1
explain update t set d = 1 order by d limit 2; -- T1
explain update t set d = 1 where id > 3 and d = 2; -- T1
explain delete from t where c = 30; -- T1
explain delete from t where c in (0, 10); -- T1
explain delete from t where id = 3; -- T1
explain delete from t where id > 3 and c = 10; -- T1
explain delete from t; -- T1
explain delete from t order by id limit 1; -- T1
explain insert into t values (99, 9, 9); -- T1
explain replace into t values (1, 2, 3); -- T1
explain select d, count(*) from t group by d; -- T1
explain select c, count(*) from t group by c; -- T1
explain select distinct d from t; -- T1

-- case: several columns
create table u (a int not null, b int not null, k varchar(5) not null, n int, primary key (a, b), unique key k (k), unique key n (n), key ba (b, n));
insert into u values (0, 0, 'k0', 0), (0, 1, 'k1', 1), (0, 2, 'k2', 2), (0, 3, 'k3', 3), (1, 4, 'k4', 4), (1, 5, 'k5', 5), (1, 6, 'k6', 6), (1, 7, 'k7', 7), (2, 8, 'k8', 8), (2, 9, 'k9', 9), (2, 10, 'k10', 10), (2, 11, 'k11', 11), (3, 12, 'k12', 12), (3, 13, 'k13', 13), (3, 14, 'k14', 14), (3, 15, 'k15', 15), (4, 16, 'k16', 16), (4, 17, 'k17', 17), (4, 18, 'k18', 18), (4, 19, 'k19', 19), (5, 20, 'k20', 20), (5, 21, 'k21', 21), (5, 22, 'k22', 22), (5, 23, 'k23', 23);
explain select * from u where a = 1; -- T1
explain select * from u where a = 1 and b = 5; -- T1
explain select * from u where k = 'k3'; -- T1
explain select * from u where n = 3; -- T1
explain select * from u where n is null; -- T1
explain select * from u where b = 3; -- T1
explain select * from u where b = 3 and n = 3; -- T1
explain select * from u where b = 3 and n > 3; -- T1
explain select a, b from u where b = 3; -- T1
explain select b, n, a from u where b > 20; -- T1
explain select * from u where a = 1 and b > 5 order by b; -- T1
explain select * from u where a = 1 order by b desc; -- T1
explain select * from u where a = 1 order by n; -- T1
explain select k from u; -- T1
explain select * from u where k > 'k8'; -- T1
explain select * from u where n in (1, 2, 3); -- T1
explain update u set n = 100 where n = 3; -- T1
explain delete from u where a = 1 and b in (4, 5); -- T1

-- case: extended
create table t (id int primary key, c int, d int, key c (c));
insert into t values (1, 0, 1), (2, 0, 2), (3, 0, 3), (4, 10, 4), (5, 10, 5), (6, 10, 6), (7, 10, 7), (8, 20, 8), (9, 20, 9), (10, 20, 10), (11, 20, 11), (12, 30, 12);
explain extended select * from t where id > 3 and d = 4; -- T1
explain extended delete from t where id = 3; -- T1
explain extended insert into t values (99, 9, 9); -- T1
