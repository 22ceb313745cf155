create table p (id int primary key, a int, b bigint unsigned, s varchar(8));
create table q (x smallint not null, y varchar(6) not null default 'd', z tinyint unsigned default 7, primary key (x, y));
create table r (k varchar(5) primary key, n int not null default 3, c char(4), w varbinary(6));
create table h (v int, m mediumint unsigned, t varchar(4));
create table g (id int unsigned auto_increment primary key, d int default -1, e varchar(5));
insert into p values (1, 10, 5, 'a'), (2, null, 7, 'b'), (3, 3, null, '12'), (5, -4, 0, null), (8, 10, 1, 'ab'), (20, 6, 9, '3x');
insert into q values (1, 'a', 1), (1, 'b', null), (2, 'a', 9), (3, '', 200), (-4, 'ab', 0);
insert into r values ('a', 1, 'x', 'q'), ('ab', 2, null, null), ('b', 5, 'zz', '1'), ('10', -7, '7', '');
insert into h values (1, 1, 'a'), (2, 5, null), (2, 6, 'b'), (null, 7, '5');
insert into g values (null, 4, 'a'), (0, null, '2'), (9, 5, 'c'), (default, 6, null);
delete from q where x - true > 3e-1 + (x / 10); -- T1
update h set v = 11, t = v - (m / v); -- T1
select w from r where n between 0 and -1; -- T1
insert into h values (9, 65535, 'abcdefghij'), (2147483647, 4, '10'), (2147483647, 7, 'b '); -- T1
select w from r where (((n * n) + n > n and c between 'x1' and 'abcdefghij') or n between 9223372036854775807 and 6) order by k, k desc limit 4; -- T1
insert into p values (default, 5, 8, 'hé'), (null, 12, 1, 'hé'); -- T1
delete from q where ((x between 12 and 8) and not (x is not null) and y is null); -- T1
select * from r order by n, k limit 4 offset 2; -- T1
insert into h set m = 5, v = 7, t = 'abcdefghij'; -- T1
insert into h (v, m, t) values (9, 5 + 9, 'abcdefghij'); -- T1
delete from g where ((4294967296 = d xor id is not null) or id < id); -- T1
select z % (x / 10), (x * (x - z)) - (x div x) * (x div 5), (x = y) and not ((y between '2.5' and 'ab' or z is not true)) from q where -2 / (x div -1) > (z / z) / 4; -- T1
select d, id from g where e % 3 = 1 order by id limit 2 offset 0; -- T1
insert into g (d, e, id) values (9, 'b ', 11 + -3), (4, 'b ', 6), (11, '1' + 10, 2); -- T1
select * from p order by b, s desc, id desc; -- T1
insert into p (id, a) values (10, 7), (11, 6); -- T1
insert into g (e, d) values ('', 9223372036854775807), (1.5, 4); -- T1
select * from g order by d desc, id; -- T1
update r set n = (32767 + n) / n; -- T1
insert into q (y, x, z) values ('b', default, 9), ('abc', -5, -1); -- T1
select max(n div n) from r where n % 0 = 1; -- T1
select count(distinct k), max(-0.5 - n), count(n) from r; -- T1
select b, id, s, id % 2 = 1 from p where (8 = b or (a is not true) and not (a > id)) order by id desc; -- T1
insert into g (d, e) values (5, '2.5'); -- T1
insert into r values ('x1', 12, '2', ' a'); -- T1
select * from g where ((9 >= d xor id in (1e1, 12, 32767, 9))) and not (length(id) > (8 % d) - (d % id)); -- T1
select m, m from h where ((v is not null) and not (t is not null)) and not (m is not null); -- T1
select 2.50 + b from p where b is null; -- T1
update g set id = id; -- T1
insert into g values (12, 10, 'ab'); -- T1
update q set y = 'abc' where x > z; -- T1
insert into q (z, y) values (12, 'abcdefghij'); -- T1
select x from q where ((y in ('ab')) and not (x > z) xor (x is null) and not (x is not null)) order by z, x, y; -- T1
select *, ((8 < n or k like '%b%') xor '_b' >= w) from r where k is null; -- T1
update r set c = 12 * (4 * n) where k % 5 = 1 order by 0, w desc, k limit 1; -- T1
insert into r (k, w, n, c) values ('éééé', 'a%', 9, '10'); -- T1
select 0, y from q where x is true; -- T1
select * from h order by t, v desc, m desc, t desc limit 2, 4; -- T1
select 256 from g where id between 10 and 3e-1; -- T1
update p set a = a / (b % 12), id = a % 2 where a = s; -- T1
select * from h where ((v like '%b') and not (m is not null) xor (v between 9 and -5 xor t % 3 = 0)) order by v, v, t, v desc, m desc, t desc; -- T1
insert into q (x) values (7); -- T1
select (m % -1) + (m % 4) + (v * -1) - m, (v - 2) - abs(v) * (6 / m) % (m - m), 1 % (v * (10 - 12)) from h where (m is not null or (v is not null and 10 < v)) order by t asc, v, m, t limit 4 offset 0; -- T1
update q set z = -z where x like '_b%'; -- T1
insert into r (k) values (2.50); -- T1
update p set id = 3 where (id not in (7, null, 9, 11) xor a not in (-3, 7, -1, 12)); -- T1
update g set d = (id / 10) + length(id) where (id is not null) and not (id > e); -- T1
insert into r (k, w, n, c) values ('b ', '10', default, 'abc'); -- T1
insert into p (s, a, id) values ('1', 9, 5), ('éééé', 2, 0); -- T1
select sum(id), sum(s), count(distinct b) from p where a not in (7); -- T1
insert into p (id) values (3); -- T1
insert into p values (9, 0, 18446744073709551615, 'éééé' + 0), (12, 128, 5 + 1, 'x1'), (5 + 5, 1.5, 11, 'abc'); -- T1
select * from q where (x < y or z like '%'); -- T1
select v, m, v from h where m between 9 and -5; -- T1
select count(*) from q where ((x in (5, -1, 0, -5)) and not (x like '_b%') xor (y is not unknown xor z > z * z)); -- T1
insert into p (id, s, a) values (4, '10', 3); -- T1
insert into h set t = false, v = 18446744073709551615; -- T1
delete from q where ((-x > x) and not (x > x) xor (12 > x or 'éééé' >= y)); -- T1
update h set m = null where m % 0 = 1 order by v desc, v desc, m desc, t desc; -- T1
select max(z) from q where 5 % x > 12 * (x * x); -- T1
select m, m from h where (5 < m xor m is not unknown); -- T1
insert into r values ('b ', 6, '', '_b' + -3), ('1x', 5, 'abcdefghij', '2'); -- T1
insert into q (z, y, x) values (9, '_b', 5); -- T1
select max(z), min(z) from q where x is not null; -- T1
insert into p (a, b, id, s) values (1, 6, 11, '10'); -- T1
insert into r (n, k, c) values (default, 'a%', 'éééé'); -- T1
select b % (5 + 6) + a, abs(b), (a is unknown or (id is false and -1 > (2 div a) + 10)) from p where a is not null; -- T1
select d, (e % 2 = 0 xor e is not true) from g where id between null and 8; -- T1
delete from r where (k % 0 = 1 or (k between 'a' and '-3' or w like '%b')); -- T1
select *, (x < x) and not (z <> 11) from q order by x desc, y desc; -- T1
insert into p values (5, 6 + 12, default, 'a'), (4, 5, 10, 'ab'); -- T1
insert into r (c) values (1.5 + 6); -- T1
select *, v > 1 from h where v like '1_'; -- T1
select v, (('b ' = t or v % 2 = 1) and m like '%') from h where ((v * v) + m > m div (v - v) and m <=> -1) order by 3 * m, v desc, m desc, t desc limit 3, 3; -- T1
select 'a%', (x % (x * 0)) div x from q; -- T1
select * from h where (true = m or v not in (2147483647, false, 4)) order by t desc, v, m, t limit 3; -- T1
delete from p where s is unknown order by 12, a, b asc, id desc limit 2; -- T1
select sum(s) from p where a in (1, false, 2); -- T1
select *, x >= 2147483647 from q where x is not false order by z desc, x desc, y desc; -- T1
update q set z = -z, x = x where x < z; -- T1
insert into q values (-1 + 6, 'a%' + 0, 12), (11, 'hé', -2147483648); -- T1
select y from q where ((x not in (9, 20, 12, 4294967296)) and not (null = x)) and not ((y is not null and z % 5 = 0)) order by x, y limit 3 offset 0; -- T1
delete from r where k % 5 = 0 order by c asc, w asc, k limit 2; -- T1
select max(id), min(11 * d), count(distinct id) from g where (id like 'a%' xor id > id); -- T1
insert into r (c) values ('ab'), ('2.5' + 12); -- T1
select count(distinct x + z) from q; -- T1
select min(t), count(distinct t), count(t) from h where (v != 0) and not (m < t); -- T1
insert into h (v, m, t) values (10, 20, '_b'); -- T1
select 4, b, 0 from p where (2 = a or a between 11 and 9) order by id desc; -- T1
select * from q where x % 0 = 1 order by y desc, z asc, x desc, y desc; -- T1
insert into r values ('abcdefghij', 6, 'hé', 'A'); -- T1
select m from h where v % 0 = 1 order by v desc, m desc, t desc; -- T1
insert into r values ('A', -3, '-3', '2' + 3), (' a', true, default, '_b'), ('A', default, 'ab', ' a'); -- T1
insert into r values ('1x', -1, 3e-1, '1'); -- T1
select * from p where ((s between 'abcdefghij' and 'a' xor id is not true) and (9 >= id or id not in (12))) order by b div -1, s asc, s, id desc limit 3 offset 2; -- T1
select * from g where (id is false xor (d % 2 = 0) and not (32767 > id)); -- T1
insert into r values ('-3', 11 + -3, '2' + 11, '-3'), ('hé', 5, 'A', 'A' + 2.50), ('abcdefghij', default, '1', 1.5); -- T1
insert into g (id) values (5); -- T1
select *, (e between 'b' and 'a%' xor d < id) from g where id between -3 and 3 order by e asc, id desc limit 1 offset 2; -- T1
insert into q values (9, ' a', 11), (4, '2.5', 11), (-3, '_b', -5); -- T1
select * from p order by mod(6, a), a desc, id limit 2 offset 1; -- T1
update r set n = n * (n div 1.5), k = (9 + n) div 4 where (k between '2' and 'a' and (-3 = n xor n like '%b')); -- T1
select t, (v like '%' or v > t) from h order by v asc, v desc, m desc, t desc; -- T1
insert into r (k, w) values ('-3', 'hé'), ('a', true), (default, '_b'); -- T1
select 2, t from h where m between -1 and -1 order by 9, v desc, m, v, m, t; -- T1
select min(9), avg(k) from r where w is false; -- T1
select max(v), sum(v) from h where 127 >= m; -- T1
select count(id) from g where e % 3 = 0; -- T1
select id from p where ((127 >= a or a + (9 + 3) > (11 + b) / 3) or s % 5 = 0); -- T1
select m, 11 / (m * 5), m from h; -- T1
select * from h where v is not null; -- T1
update q set y = x where (x = 5 xor y <= null) order by y, x, y limit 2; -- T1
insert into g set id = 9, d = 127, e = 'abcdefghij'; -- T1
select * from r where 3e-1 = n; -- T1
select max(length(n)), max(n) from r where w between 'hé' and '1x'; -- T1
insert into h values (0, 2, 'a'), (10, 9, 3e-1), (null, 4, 'x1' + -1); -- T1
insert into q (y) values (null), ('b '); -- T1
select z, (x - 1.5) - (z div x) * -1 from q where x % 0 = 0; -- T1
update h set v = 7, m = -2 where ((v like '_b%' xor 0 = v) or (m > 12 and v like '%')); -- T1
insert into q (z, y) values (4, ''); -- T1
select mod(n, -3), c from r where c = 'x1'; -- T1
update q set y = z where z > x order by z desc, x, y limit 0; -- T1
update g set e = d, id = d order by 8, d asc, id limit 0; -- T1
select d from g where id = 32767 order by id div id, e desc, d asc, id desc limit 2, 3; -- T1
insert into h (t, m, v) values ('a%', 7, -1), ('b' + 5, 9, default), ('hé', -0.5, 1); -- T1
insert into p (a, s, id, b) values (1, '1' + 127, 1, -128), (5, 'x1', 20, 3 + 7), (11 + 0, '2.5', 9, 11); -- T1
insert into h (v) values (9), (12), (-3); -- T1
select v from h where 5 < m; -- T1
select * from r where k > 'A'; -- T1
update q set z = -5 where y % 2 = 1 order by x, y; -- T1
insert into q values (-1, 'x1', 5); -- T1
select k, w, (5 div 2) div n % n from r where ((k in ('x1', '1x')) and not (c between '1x' and '10')) and not ((abs(n) + n > (n / n) * -2 / n and c between '-3' and '')) order by n, n, c, k desc; -- T1
insert into p (s, a) values ('1', -3); -- T1
update q set z = 255 * x; -- T1
update g set id = (10 + 3e-1) % id where (d in (8, 6, 1.5, 8)) and not ((id = id and d like '%b')) order by d, d desc, id limit 2; -- T1
insert into p values (-3, -3, 20, 'x1'); -- T1
insert into q (z) values (1); -- T1
insert into q (y, z, x) values ('b', 5, 4), ('', 5, 2), ('ab', 7, 1.5); -- T1
update h set m = 255 where ((m not in (6, 12)) and not (7 = m) or v = 2); -- T1
insert into p (id, s, b, a) values (1, 'abcdefghij', false, 3e-1), (default, 'b', -1, 12 + null), (6, 'b', -2, 8); -- T1
select s, b from p where s is true; -- T1
select * from r where ((n like '_b%' or k != 'abc') and (n like '%b%' or w in ('a%', 'a%', 'A', ''))); -- T1
select * from h where ((t in ('-3', 'x1', ' a')) and not (m % 3 = 1) and (v % 2 = 0 xor m < t)); -- T1
select id, b from p where ((id like 'a\\%%') and not (b is not false) xor (10 % b > mod(a / id, id) or id between 1 and 9)); -- T1
select (10 - id) * (mod(3 * id, d - d)), (2.50 - (0 % 6)) * (id + d), id from g order by id, id desc, id desc; -- T1
select min(2 % n) from r where ((k > 'ab' or n is null)) and not (c like '%b%'); -- T1
select * from h where (t % 2 = 1) and not ((false - m) % (m * m) > v); -- T1
insert into q values (0, 1e1, 6); -- T1
select count(*), sum(a) from p; -- T1
select (d % 255) div (d / 5) from g order by id desc; -- T1
