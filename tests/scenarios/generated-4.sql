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
insert into q set y = default, x = 8; -- T1
insert into g (id) values (4); -- T1
insert into r (w, c, k) values ('abcdefghij' + 4, 'éééé', '2.5'), ('a', 'éééé', 'b '), ('2.5' + 11, '2', 'a%'); -- T1
select sum(id) from g where (d > 9223372036854775807) and not ('b ' < e); -- T1
select y, 7 from q where ((x is unknown and y is false) and (y not in ('-3', ' a') or x % 3 = 1)) order by x, y; -- T1
insert into p values (0, 5, -1, 'x1'), (10, 1.5, -2147483648, '1x'), (-3, 3, 5, 'éééé'); -- T1
select max(m), count(*), min(v) from h where (m like '%b%') and not ((m % 3 = 1 and m % 2 = 0)); -- T1
insert into g (d, id, e) values (5, -3, default), (12, 2.50, 'A'), (5, -3 + 9, '_b'); -- T1
insert into r (n) values (10 + 6); -- T1
insert into q values (1, 'A', 2 + 3), (12, '1x', 5); -- T1
insert into q values (12, 'abcdefghij', 6), (1e1, 'x1', 1), (5, 'abcdefghij', 0); -- T1
select avg(n) from r where k < k; -- T1
select * from g where ((d < e xor d like 'a%') xor (d <= 2 xor id in (2))) order by id asc, id; -- T1
delete from g where e != 'hé' order by e desc, id limit 0; -- T1
select min(n) from r where k is null; -- T1
update g set id = 0; -- T1
update p set a = (3e-1 * 12) / (a * id), id = 12 where a is not unknown; -- T1
insert into q set z = -1 + 0; -- T1
delete from h where ((v like '%b' and t between 'b' and 'A')) and not (t not in ('2')); -- T1
select *, (z is not null or (x % 5 = 1 and y % 5 = 0)) from q where ((x is not false xor x in (0, 2.50, 5)) xor z % 3 = 0) order by y desc, y, x, y limit 3; -- T1
update g set id = 11 where (id between 11 and 2) and not (e is not false); -- T1
select * from g where id between 9 and 5 order by id limit 4; -- T1
select k, c, k, 'b' < c from r where ((n between 2 and 0 or '2' >= w) and k = 'abc') order by c asc, c asc, k limit 4; -- T1
delete from r where n is unknown order by k desc limit 0; -- T1
delete from g where (d like 'a%' or (d like 'a\\%%') and not (d is not false)); -- T1
select n, abs(n) from r where (k like '%b' or n > 9); -- T1
select * from p where b % 0 = 1; -- T1
update r set n = 8 where (k % 0 = 1 xor n between 8 and 10); -- T1
select (2 * (d / -1)) - (12 % (id * 0)), d, e from g where (id % 2 = 0 and d like '%'); -- T1
update h set m = 6, t = '1' where (v % 3 = 0) and not (v > v); -- T1
select b, id - 3e-1, b from p where id between 11 and 2.50 order by id desc limit 2 offset 2; -- T1
insert into h (v, m, t) values (32767, 5, ''); -- T1
insert into q values (8, '1', 11), (-1, 'a', 5), (11, 'A', 12 + 2); -- T1
insert into q values (10, '', 0); -- T1
select id, b from p; -- T1
select * from h where v % 5 = 1 order by t desc, t, v desc, m desc, t desc; -- T1
update g set id = 12, d = -1 + d; -- T1
insert into h (t, v) values ('2', 7), ('b', 5), ('a', 5); -- T1
update g set e = 'éééé' where (id < d or e is true); -- T1
select *, (m between 5 and 3 or (m between 11 and 9 and 1.5 >= m)) from h where m like 'a\\%%' order by mod(m, m), m desc, v desc, m desc, t desc limit 3 offset 0; -- T1
update p set s = -b where (10 >= id xor (id % 2 = 0 and a between 12 and 1)); -- T1
insert into h values (12, 5, ' a'), (5, 0, 'éééé'), (8, -1, 'b ' + 7); -- T1
select count(distinct n) from r where k like '_b%'; -- T1
insert into q (x, y) values (3, 'a%'); -- T1
select (d div id) / (id - d) - id, 2 from g where 12 < id; -- T1
insert into g (e, d) values ('1x', 2.50); -- T1
select n div length(n), k, w from r where k % 3 = 1; -- T1
delete from r where n <=> -2; -- T1
select t, 4 - length(v) from h where t = t; -- T1
insert into h values (10, default, '2'), (1, default, '1'), (-3, 4294967296, 'x1'); -- T1
select k, k, c from r where (k like '_b%' xor (k % 5 = 0 xor n between 6 and -3)); -- T1
update g set id = (9 div d) + (d - id) where d != -1; -- T1
select count(1e1 + id), sum(b) from p where a between 127 and 1; -- T1
select *, (id = id) and not (2 >= id) from g where (id like '1_' or d = e) order by d desc, id asc, id limit 1 offset 0; -- T1
update r set k = n, c = -1 % n where k is null order by k; -- T1
select * from q where y like 'a\\%%'; -- T1
insert into g (d) values (7); -- T1
insert into q values (6, '_b', 6), (4, null, 6); -- T1
insert into h values (10, -3, '1x'); -- T1
select count(distinct id), count(e), sum(id) from g where ((d is not false) and not (d % id > length(d)) and id between 4 and 4); -- T1
select *, k is not false from r where ('a%' >= k and 'hé' < w) order by 0, n asc, k asc, k limit 4 offset 0; -- T1
insert into p (id, s) values (2.50, 'ab' + 4); -- T1
update g set id = mod(d + id, id div 65535) where (id like '_b%' or (d % 5 = 0 or id % 3 = 0)); -- T1
select * from q where y in ('10', '10', '10') order by x, x desc, x desc, y desc limit 0; -- T1
insert into r set w = 'ab', k = default, n = -3; -- T1
update r set n = (9 / n) + 4, c = n where ((c in ('ab')) and not (n is unknown) and c <> 'x1'); -- T1
insert into g (id, e) values (9, '2.5'); -- T1
select n, (n * n) - (n + 127) * n from r where k = n order by n, n desc, k limit 4 offset 2; -- T1
select d from g where id is null; -- T1
select * from h where t % 3 = 1; -- T1
select m, -3 - v + (m + null) - (v % 12) - 4 from h where m is false order by t desc, v desc, m desc, t desc limit 3 offset 0; -- T1
select * from q; -- T1
select count(*), max(e) from g where (e between 'a%' and 'éééé' xor e = 'abcdefghij'); -- T1
select * from p where (id % 0 = 1 or b < id) order by b desc, a desc, id desc limit 4; -- T1
select * from g where id is null order by id limit 1; -- T1
select * from g where ((id is not null) and not (d in (3, 11, 7)) xor id is not false); -- T1
select z, x % (z - -1) * length(z) from q where x is not null; -- T1
select * from q order by x, y limit 2, 1; -- T1
select v from h; -- T1
select sum(w) from r where (k like '1_') and not (k between 'x1' and 'ab'); -- T1
update h set t = m where ((t like '%') and not (v % 3 = 0) and t between 'a%' and 'x1'); -- T1
select 2 - x from q where ((x is not null or 12 > x)) and not (x is not false) order by x asc, x desc, y desc limit 0, 3; -- T1
insert into h values (10, 8, 'b' + 0); -- T1
insert into p (a, s, b) values (7, '1', false), (0, 'a', 1); -- T1
delete from h where ((3e-1 > 1 or (v % v) - (255 div -3) > v) and m like '%b%') order by v asc, v desc, m desc, t desc limit 1; -- T1
select count(d) from g where ((id = 9 xor id >= 8) or (d < e and d is false)); -- T1
insert into q values (4, 'hé', 3), (4294967296, 'x1', 1); -- T1
update p set a = 7 where (b <=> 5 xor (id is unknown xor a not in (127))); -- T1
select x, x, y, x % 3 = 1 from q; -- T1
select id * 7, id from g where e = e; -- T1
delete from q where y = x order by x, y, x, y limit 0; -- T1
update p set id = (a + id) % (id div id), b = (b + b) + (b - id) where ((s >= 'abcdefghij' xor a % 3 = 0)) and not ((id % 0 = 1 and -3 div b div 20 > a)) order by s, id; -- T1
insert into q (z, y, x) values (12, -0.5, 9), (1e1, 'b', 7 + 1); -- T1
select * from q where x > y; -- T1
select *, 0 div m > m div v from h where (m % 2 = 0 xor (10 < m) and not (m between 2 and 3e-1)) order by v, m, t; -- T1
select min(11 div 8) from r where k % 2 = 0; -- T1
select * from r where ((w not in ('1', '_b', '-3')) and not (8 > 0) and k is not unknown); -- T1
select y, z, 6 from q where y <> 'abcdefghij' order by x desc, x, y limit 3, 2; -- T1
select x, y from q where ((y not in (' a', '-3', '_b', '-3') or z > z * (z div z)) xor (z is null and x between 7 and 5)); -- T1
update g set d = 3, id = (id / id) - (9 % 0) where ((d in (11) and d % 2 = 1)) and not (d is null); -- T1
select x, z, z from q where ((x > z or x > y)) and not ((y < 'ab' or 'abcdefghij' < y)) order by x desc, y desc limit 2; -- T1
insert into p set id = 1, a = -3, b = 11 + -1, s = 'b'; -- T1
select n from r; -- T1
insert into r values ('b', -3, '1', ''), ('éééé', 5, '10', 'x1' + -128), ('1', 10, 'a%', '-3'); -- T1
insert into q set y = 'hé'; -- T1
select * from p; -- T1
select avg(d), sum(d - id), sum(e) from g where id % 2 = 1; -- T1
select max(x), count(distinct x) from q; -- T1
insert into h (t) values ('2.5'); -- T1
select w, c from r order by w desc, k desc limit 3 offset 1; -- T1
select -0.5, d from g where (e is not null or (-id > (d div d) % (3 - d) and id not in (-3, 6, 3, 7))) order by d asc, id limit 4 offset 3; -- T1
update q set y = z + z where x between 11 and 5 order by y asc, x, y limit 2; -- T1
insert into r (w, n) values ('1x', 10), (true, 1e1), ('1', 12); -- T1
insert into h (v) values (10), (5 + 2), (4); -- T1
update r set n = 10 where w < n; -- T1
select id, d, id from g where d between -5 and false order by d, e, id limit 2 offset 2; -- T1
select max(e), count(id) from g where ((d between 9 and 128 or id is null) xor id > (id + 0) * (id * -0.5)); -- T1
select * from h where 4 = m order by t asc, v desc, m desc, t desc limit 2 offset 1; -- T1
insert into h set v = 4, m = default, t = '-3'; -- T1
update p set a = id, s = -b; -- T1
update q set z = x / 8, x = z + abs(7) where y is unknown order by x desc, y desc; -- T1
select count(*), min(e) from g where id like '%b%'; -- T1
select b, s from p; -- T1
select (1 * v) * 1, (m > v or (m % 2 = 1 xor v between -1 and 12)) from h where ((t % 2 = 0 or 12 < m)) and not (m like 'a\\%%') order by v desc, m desc, t desc limit 3, 3; -- T1
insert into p values (6, default, 11, 'b'); -- T1
select (v * (v % v)) % (12 % v) from h where ((m is null and v between 11 and 6) and (2 < v) and not ((7 div v) + (7 + m) > (m - v) - 1)); -- T1
update h set v = 1 where v > v order by m desc, t asc, v, m, t limit 0; -- T1
select * from h where m is not null; -- T1
update h set m = -1 where ((v not in (2, 12) or t like '%b%')) and not ((m not in (9, 18446744073709551615, 256, -128)) and not (m like 'a%')); -- T1
insert into q (z) values (1); -- T1
insert into g values (10, 6, true); -- T1
select * from r where k <=> 'b' order by 5 * n, c asc, k desc limit 0, 1; -- T1
select * from h where m <= 12 order by t, m, v desc, m desc, t desc; -- T1
select * from g where (d = id or (d > e or id is null)); -- T1
select a from p where (a is null and (id > s and a is null)); -- T1
insert into r values (default, null, 'hé', 'hé'), (true, -1, '2.5', 'abcdefghij'); -- T1
select * from r where (n > c) and not (6 > (5 % n) * (n * n)) order by k; -- T1
insert into r values ('1x' + 4294967296, 9, 'A', '1' + 1.5); -- T1
select * from g where (id < e or id in (127, 18446744073709551615)) order by e desc, id desc limit 0, 4; -- T1
update h set m = v + (v - 10) where m < v; -- T1
select * from p where a is not true order by b desc, id desc, id limit 2, 3; -- T1
select 7, w, n - (mod(true * 5, -3)) from r where ((w is not false xor w is null) xor n like 'a\\%%') order by n - 10, k asc, w, k limit 1, 1; -- T1
select w, -1 + -128 * n - (12 % 2147483647) % 3, (mod(length(n), -n)) % (n - (n * 8)) from r where k % 5 = 0; -- T1
insert into q (y) values ('éééé'), ('1'); -- T1
select (12 % a) + (b % 4) * (id * 12) * (id div -1), abs(id) / b, a from p where s is null; -- T1
insert into h values (1, 3, ' a'), (12 + 3, 32767, ''), (128, 7, '_b'); -- T1
insert into p values (null, -3, null, null); -- T1
select b / (a - 4) from p; -- T1
insert into h (t, m) values (' a', 11), ('a', 5), ('b ', 0); -- T1
insert into q values (2, 'ab', -128), (6, '-3', -1); -- T1
