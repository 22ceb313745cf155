-- Which names a clause can use, and what they refer to; SET; ON DUPLICATE KEY UPDATE after SELECT; IS NULL of a zero date.
create table t (a int primary key, b int, c varchar(20), d date not null default '2020-01-01', key kb (b));
insert into t values (1, 10, 'x', '2020-01-01'), (2, 20, 'y', '2020-02-02'), (3, 20, 'z', '2020-03-03');
create table u (a int primary key, b int, x int);
insert into u values (1, 1, 1), (2, 2, 2), (7, 7, 7);

-- case: names of the select list
select a from t having b > 1; -- T1
select a, b from t having b > 10; -- T1
select a as x from t having x > 1; -- T1
select a as x from t having a > 1; -- T1
select a as x from t having t.a > 1; -- T1
select a as x from t having t.x > 1; -- T1
select a from t having c = 'x'; -- T1
select a+1 from t having a > 1; -- T1
select b as a from t having a > 10; -- T1
select b as a, a as b from t having a > 10; -- T1
select a as b from t group by b having b > 10; -- T1
select count(*) as b from t group by b having b > 10; -- T1
select count(*) as b, t.b from t group by b having b > 10; -- T1
select count(*) from t group by b having b > 10; -- T1
select count(*) from t group by b having a > 1; -- T1
select max(a) from t group by b having a > 1; -- T1
select max(a) as a from t group by b having a > 1; -- T1
select max(a) m from t group by b having max(a) > 1 and m > 1; -- T1
select max(a) from t having a > 1; -- T1
select max(a) from t having b is null; -- T1
select 1 from t having max(a) > 1; -- T1
select 1 from t having max(b) > a; -- T1
select a from t having max(a) > 1; -- T1
select b+1 as x from t group by x having x > 11; -- T1
select b+1 as x from t group by b having x > 11; -- T1
select b+1 as x from t group by b+1 having b > 11; -- T1
select b+1 as x from t group by b+1 having b+1 > 11; -- T1
select a from t group by a having B > 1; -- T1
select a A1 from t group by a having a1 > 1; -- T1
select a from t x having x.a > 1; -- T1
select a from t x having t.a > 1; -- T1
select * from t having b > 10; -- T1
select * from t having c = 'y' and a > 1; -- T1
select t.* from t having b > 10; -- T1
select a from t having nope > 1; -- T1
select a from t where x > 1 having a > 1; -- T1
select a as x from t where x > 1; -- T1
select a as x from t group by a order by x; -- T1
select a, b as a from t having a > 1; -- T1
select a, b as a from t order by a; -- T1
select a, b as a from t group by a; -- T1
select b as a, c as a from t having a > 1; -- T1
select b as a, c as a from t order by a; -- T1
select b as a, c as a from t group by a; -- T1
select a as b, b as a from t order by a desc; -- T1
select a as b, b as a from t order by a+0 desc; -- T1
select a as b, b as a from t order by b; -- T1
select a as b, b as a from t order by t.b, t.a desc; -- T1
select a as b from t order by b+0; -- T1
select -a as b from t order by b; -- T1
select -a as b from t order by b+0; -- T1
select -a as x from t order by x+0; -- T1
select -a as x from t order by abs(x); -- T1
select -a as x from t group by x+0; -- T1
select -a as x from t group by abs(x) order by 1; -- T1
select -a as b from t group by b order by b; -- T1
select -a as b, count(*) from t group by b order by 1; -- T1
select -a as a, count(*) from t group by a order by 1; -- T1
select max(a) as m from t group by b order by m; -- T1
select max(a) as m from t group by b order by m+0; -- T1
select max(a) as m from t group by b order by max(a); -- T1
select max(a) as m from t group by m; -- T1
select max(a) as m from t group by 1; -- T1
select a from t order by max(a); -- T1
select a from t group by max(a); -- T1
select a from t where max(a) > 1; -- T1
select b, count(*) n from t group by b having n > 1 order by n; -- T1
select b, count(*) n from t group by b having n + 1 > 1 order by n; -- T1
select a from t order by 2; -- T1
select a from t group by 2; -- T1
select a from t order by 0; -- T1
select a from t order by -1; -- T1
select a from t order by 1+1; -- T1
select a from t order by 'x'; -- T1
select a from t order by t.a; -- T1
select a as x from t order by t.x; -- T1
select a from t group by t.nope; -- T1
select a from t order by nope.a; -- T1
select a from t having nope.a > 1; -- T1
select distinct b from t order by a; -- T1
select distinct b from t having a > 1; -- T1
update t set b = 1 order by nope; -- T1
delete from t order by nope; -- T1
delete from t where max(a) > 1; -- T1

-- case: SET 1
set @a = 1, @b = @a + 1; -- T1
select @a, @b; -- T1
set @a = 5, @b = @a + 1; -- T1
select @a, @b; -- T1

-- case: SET 2
set @a = 1, @a = @a + 1; -- T1
select @a; -- T1

-- case: SET 3
set @a = 1, @a = 2; -- T1
select @a; -- T1

-- case: SET 4
set @a = 1; -- T1
set @a = 2, nope = 3; -- T1
select @a; -- T1

-- case: SET 5
set @a = 1; -- T1
set @a = 2, @b = nope; -- T1
select @a; -- T1

-- case: SET 6
set @a = 1; -- T1
set @a = 2, timestamp = 'x'; -- T1
select @a, @@timestamp > 5; -- T1

-- case: SET 7
set innodb_lock_wait_timeout = 50; -- T1
set @x = 7, innodb_lock_wait_timeout = @x; -- T1
select @@innodb_lock_wait_timeout; -- T1

-- case: SET 8
set innodb_lock_wait_timeout = 50; -- T1
set innodb_lock_wait_timeout = 7, @x = @@innodb_lock_wait_timeout; -- T1
select @x; -- T1

-- case: SET 9
set innodb_lock_wait_timeout = 50; -- T1
set innodb_lock_wait_timeout = 7, nope = 1; -- T1
select @@innodb_lock_wait_timeout; -- T1

-- case: SET 10
set innodb_lock_wait_timeout = 50; -- T1
set innodb_lock_wait_timeout = 7, version = 1; -- T1
select @@innodb_lock_wait_timeout; -- T1

-- case: SET 11
set innodb_lock_wait_timeout = 50; -- T1
set innodb_lock_wait_timeout = 7, innodb_lock_wait_timeout = 'x'; -- T1
select @@innodb_lock_wait_timeout; -- T1

-- case: SET 12
set innodb_lock_wait_timeout = 50; -- T1
set innodb_lock_wait_timeout = 7, innodb_lock_wait_timeout = 8; -- T1
select @@innodb_lock_wait_timeout; -- T1

-- case: SET 13
set @a = 1, @b = 1 / 0; -- T1
select @a, @b; -- T1

-- case: SET 14
set @a = 2, @b = 9223372036854775807 + 1; -- T1
select @a, @b; -- T1

-- case: SET 15
set @a = 1, names utf8mb4; -- T1
select @a; -- T1

-- case: SET 16
set names utf8mb4, @a = 1; -- T1
select @a; -- T1

-- case: SET 17
set names nope, @a = 3; -- T1
select @a; -- T1

-- case: SET 18
set @a = 1, names nope; -- T1
select @a; -- T1

-- case: SET 19
set @x := 1; -- T1
select @x; -- T1

-- case: SET 20
set @`a b` = 3; -- T1
select @`a b`; -- T1

-- case: SET 21
set @'a b' = 3; -- T1
select @'a b'; -- T1

-- case: SET 22
set @"a b" = 3; -- T1
select @"a b"; -- T1

-- case: SET 23
set @a.b = 3; -- T1
select @a.b; -- T1

-- case: SET 24
set @A = 3; -- T1
select @a; -- T1

-- case: SET, refused
set session @x = 1; -- T1
set global @x = 1; -- T1
set @@session.@x = 1; -- T1
set session @@autocommit = 1; -- T1
set @ = 3; -- T1
set @a 3; -- T1
set @a; -- T1
set autocommit; -- T1
set autocommit = on + 1; -- T1
set session transaction isolation level serializable, @a = 1; -- T1

-- case: ON DUPLICATE KEY UPDATE 1
insert into t (a, b) select a, x from u on duplicate key update b = x; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 2
insert into t (a, b) select a, x from u on duplicate key update b = u.x; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 3
insert into t (a, b) select a, x from u on duplicate key update b = b; -- T1

-- case: ON DUPLICATE KEY UPDATE 4
insert into t (a, b) select a, x from u on duplicate key update b = t.b + 1; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 5
insert into t (a, b) select a, x from u on duplicate key update b = u.b + 100; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 6
insert into t (a, b) select a, x from u on duplicate key update t.b = 5; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 7
insert into t (a, b) select a, x from u on duplicate key update u.b = 5; -- T1

-- case: ON DUPLICATE KEY UPDATE 8
insert into t (a, b) select a, x from u on duplicate key update x = 5; -- T1

-- case: ON DUPLICATE KEY UPDATE 9
insert into t (a, b) select a, x from u on duplicate key update a = a; -- T1

-- case: ON DUPLICATE KEY UPDATE 10
insert into t (a, b) select a, x from u on duplicate key update c = x; -- T1
select a, c from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 11
insert into t (a, b) select a, x from u on duplicate key update b = nope; -- T1

-- case: ON DUPLICATE KEY UPDATE 12
insert into t (a, b) select a, x from u on duplicate key update nope = 1; -- T1

-- case: ON DUPLICATE KEY UPDATE 13
insert into t (a, b) select a, x from u on duplicate key update b = values(b) + 1; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 14
insert into t (a, b) select a, x from u on duplicate key update b = values(t.b) + 1; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 15
insert into t (a, b) select a, x from u on duplicate key update b = values(x); -- T1

-- case: ON DUPLICATE KEY UPDATE 16
insert into t (a, b) select a, x from u on duplicate key update b = values(u.b); -- T1

-- case: ON DUPLICATE KEY UPDATE 17
insert into t (a, b) select a, x from u as v on duplicate key update b = v.x; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 18
insert into t (a, b) select a, x from u as v on duplicate key update b = u.x; -- T1

-- case: ON DUPLICATE KEY UPDATE 19
insert into t (a, b) select a, x as y from u on duplicate key update b = y; -- T1

-- case: ON DUPLICATE KEY UPDATE 20
insert into t (a, b) select a, x from u where x > 1 on duplicate key update b = x; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 21
insert into t (a, b) select a, max(x) from u group by a on duplicate key update b = x; -- T1

-- case: ON DUPLICATE KEY UPDATE 22
insert into t (a, b) select a, max(x) from u group by a on duplicate key update b = u.x; -- T1

-- case: ON DUPLICATE KEY UPDATE 23
insert into t (a, b) select a, max(x) from u group by a on duplicate key update b = 5; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 24
insert into t (a, b) select a, max(x) from u group by a on duplicate key update b = b + 5; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 25
insert into t (a, b) select a, max(x) m from u group by a on duplicate key update b = m; -- T1

-- case: ON DUPLICATE KEY UPDATE 26
insert into t (a, b) select a, max(x) from u group by a on duplicate key update b = values(b) + 5; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 27
insert into t (a, b) select max(a), 5 from u on duplicate key update b = u.x; -- T1

-- case: ON DUPLICATE KEY UPDATE 28
insert into t (a, b) select distinct a, x from u on duplicate key update b = u.x + 1; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 29
insert into t (a, b) select distinct a, x from u on duplicate key update b = u.b + 1; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 30
insert into t (a, b) select a, x from u order by a desc on duplicate key update b = u.x + 1; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 31
insert into t (a, b) select a, x from u order by a limit 1 on duplicate key update b = u.b + 1; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 32
insert into t (a, b) select a, b from t on duplicate key update b = t.b + 1; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 33
insert into t (a, b) select a, b from t on duplicate key update b = b + 1; -- T1

-- case: ON DUPLICATE KEY UPDATE 34
insert into t (a, b) select a, b from t as v on duplicate key update b = v.b + 1; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 35
insert into t (a, b) select a, b from t as v on duplicate key update b = t.b + v.b; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 36
insert into t (a, b) select a, b from t as v on duplicate key update b = b + 1; -- T1

-- case: ON DUPLICATE KEY UPDATE 40
insert into t (a, b) select 1 as q, 5 as r on duplicate key update b = r; -- T1

-- case: ON DUPLICATE KEY UPDATE 41
insert into t (a, b) values (1, 5) on duplicate key update b = u.x; -- T1

-- case: ON DUPLICATE KEY UPDATE 42
insert into t (a, b) values (1, 5) on duplicate key update b = t.b + a; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 43
insert into t (a, b) values (1, 5) on duplicate key update b = referee.t.b + 1; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 44
insert into t (a, b) values (1, 5) on duplicate key update b = max(b); -- T1

-- case: ON DUPLICATE KEY UPDATE 45
insert into t (a, b) select a, x from u on duplicate key update b = max(x); -- T1

-- case: ON DUPLICATE KEY UPDATE 46
insert into t (a, b) select a, x from u having x > 1 on duplicate key update b = u.x + 1; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 47
insert into t (a, b) select u.a, u.x from u on duplicate key update t.b = referee.u.x + t.a; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 48
insert into t (a, b) select a, x from u on duplicate key update b = default(b); -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 49
insert into t (a, b) select a, x from u on duplicate key update b = default(x); -- T1

-- case: ON DUPLICATE KEY UPDATE 50
insert into t (a, b) select a, x from u on duplicate key update b = default; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 51
insert into t (a, b) select a, x from u on duplicate key update b = b, c = b; -- T1

-- case: ON DUPLICATE KEY UPDATE 52
insert into t (a, b) select a, x from u on duplicate key update t.b = t.b + u.x, c = t.b; -- T1
select a, b, c from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 53
insert ignore into t (a, b) select a, x from u on duplicate key update t.b = u.b + 3; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 54
insert into t select a, x from u on duplicate key update b = 1; -- T1

-- case: ON DUPLICATE KEY UPDATE 55
insert into t (a) select nope from u on duplicate key update b = nope2; -- T1

-- case: ON DUPLICATE KEY UPDATE 56
insert into t (a, b) select a, count(*) from u group by a, x on duplicate key update b = x; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 57
insert into t (a, b) select a, x + 1 from u group by a, x on duplicate key update b = u.x; -- T1
select a, b from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 58
replace into t (a, b) select a, x from u; -- T1

-- case: ON DUPLICATE KEY UPDATE 59
insert into t (a) select x from t; -- T1

-- case: ON DUPLICATE KEY UPDATE 60
insert into t (a) select a + 10 from t where b = 10; -- T1
select a from t; -- T1

-- case: zero dates 1
create table x (d date not null, e date, f datetime not null, g datetime, h datetime(3) not null); -- T1
insert into x values (0,0,0,0,0), ('2020-01-01',null,'2020-01-01',null,'2020-01-01'); -- T1
select d is null, e is null, f is null, g is null, h is null from x; -- T1
select count(*) from x where d is null; -- T1
select count(*) from x where e is null; -- T1
select count(*) from x where f is null; -- T1
select count(*) from x where g is null; -- T1
select count(*) from x where h is null; -- T1
select count(*) from x where d is not null; -- T1
select count(*) from x where not (d is null); -- T1
select count(*) from x where d is null or e is null; -- T1
select count(*) from x where d is null and f is null; -- T1
select count(*) from x where (d is null) = 1; -- T1
select count(*) from x where d <=> null; -- T1
select count(*) from x where isnull(d); -- T1
select d from x having d is null; -- T1
select count(*) from x group by d is null; -- T1
select d from x order by d is null desc; -- T1
select if(d is null, 1, 2) from x where if(d is null, 1, 0); -- T1
select count(*) from x where d is null is null; -- T1
select max(d is null) from x; -- T1
select count(*) from x where case when d is null then 1 else 0 end; -- T1
select count(*) from x where d is unknown; -- T1
select count(*) from x where date(d) is null; -- T1
select count(*) from x where d+0 is null; -- T1
update x set e = '2021-01-01' where d is null; -- T1
select * from x; -- T1
delete from x where d is null; -- T1
select * from x; -- T1

-- case: zero dates 2
create table x (id int primary key, d date not null, key (d)); -- T1
insert into x values (1,0), (2,'2020-01-01'),(3,0),(4,'2021-01-01'); -- T1
select id from x where d is null; -- T1
select id from x where d is null and id > 1; -- T1
update x set d = '2022-02-02' where d is null; -- T1
select * from x; -- T1

-- case: zero dates 3
create table x (d date not null); -- T1
insert into x values (0); -- T1
select * from x where d is null order by d limit 1; -- T1
select count(*), sum(d is null) from x where d is null; -- T1
insert into t (a) select 9 from x where d is null; -- T1
select a from t; -- T1

-- case: zero dates 4
create table x (d date not null, e date not null); -- T1
insert into x values (0, '2020-01-01'); -- T1
select count(*) from x where not d is null; -- T1
select count(*) from x where !(d is null); -- T1
select count(*) from x where d is null xor 0; -- T1
select count(*) from x where e is null or d is null; -- T1
select count(*) from x where (d is null or 0) and 1; -- T1
select count(*) from x where coalesce(d is null, 0); -- T1
select count(*) from x where not (not (d is null)); -- T1

-- case: zero dates 5
create table x (d date not null primary key); -- T1
insert into x values (0); -- T1
select * from x where d is null; -- T1
select max(d) from x where d is null; -- T1
select d, count(*) from x where d is null group by d; -- T1

-- case: words without effect
update low_priority t set b = 1 where a = 1; -- T1
update low_priority ignore t set b = 1; -- T1
delete low_priority quick ignore from t where a = 1; -- T1
insert high_priority into t (a) values (9); -- T1
insert low_priority ignore t (a) values (9); -- T1
insert into t (a) (select 10); -- T1
insert into t (a) ((select 11)); -- T1
replace low_priority into t (a) values (9); -- T1
select high_priority sql_small_result sql_no_cache distinct b from t order by b; -- T1
select distinctrow b from t order by b; -- T1
select straight_join a from t; -- T1
(select a from t where a = 2); -- T1
((select a from t where a = 2)); -- T1
select a from (t) where a = 2; -- T1
update t set b := 5; -- T1
insert into t set a := 12; -- T1
select @`a b`, @'a b'; -- T1
set @`a b` = 3; -- T1
select @'a b', @"A B"; -- T1
drop tables u; -- T1
