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
select * from r where n = 1; -- T1
insert into r (c) values ('ab'); -- T1
select d, d from g where (-3 < id xor 5 = id); -- T1
insert into p values (7, 4, 2, 'abc'), (5, 2, 4, '_b'), (9 + 7, 6, 3, '2'); -- T1
select count(id), max(e), count(*) from g where ((11 - (8 * 1) > (3 + id) * (d * d)) and not (id not in (-3, -3)) or id % 3 = 1); -- T1
insert into h (m, t, v) values (-3, '_b', 2); -- T1
select a from p order by id, id desc limit 3, 2; -- T1
select id from g where ((id = d and e < id) or (id < e xor (d % d) * (7 + d) > (d - 128) * id)) order by d, id limit 2; -- T1
select count(*) from g where (id % 0 = 1 and (d > id or 'b' >= e)); -- T1
select * from r order by n, k; -- T1
update r set c = 0 where (k % 5 = 1 and k not in ('abc', '10')); -- T1
select sum(z), min(z * x), count(y) from q; -- T1
insert into g (id, d) values (8, 9), (default, default); -- T1
select count(distinct w), count(distinct w), count(n) from r where w = k; -- T1
select count(id) from g where id > id; -- T1
select avg(10 / 7) from h where v is true; -- T1
select e, e, (mod(id, true)) % 1 * -3 / d + 1 from g where e is not null; -- T1
select min(c), max(w) from r; -- T1
update h set v = (m * v) % 3, t = 'A' where ((m not in (0, 6, 4) xor m + 6 > 9)) and not ((v div (m % v) > (8 % v) * v and (m / v) div 0 > m)) order by m asc, v desc, v desc, m desc, t desc; -- T1
select sum(id) from g where (d is true and id is false); -- T1
select *, (('A' < y) and not (y <= '1x') and x = -3) from q where y % 2 = 0 order by y, y asc, x, y; -- T1
insert into p (id) values (32767); -- T1
select id, (abs(4294967296 / 5)) % (a div (11 / a)) from p where (a like '%b' xor id between -3 and 1) order by a asc, id; -- T1
select *, 256 >= n from r where k is not true order by k; -- T1
insert into h set v = 10, t = 'A'; -- T1
select * from h; -- T1
insert into p values (0, 9, 4, 3e-1); -- T1
select m from h where v not in (3, false); -- T1
insert into h values (5, true, '2.5'), (5, 0, default); -- T1
select * from q where z between null and -1 order by 11, x, y limit 2 offset 2; -- T1
select v * 6, '2.5' from h where m like '%b' order by m * v, m asc, v desc, m desc, t desc limit 2 offset 2; -- T1
update h set v = v / m where (v < 1 and m % 0 = 0); -- T1
insert into g values (false + 1.5, 8, 'éééé'), (5, 4294967296, 3e-1), (3, -3, 'a'); -- T1
update r set w = 'x1', c = n where ((n - 9) * n > 11 % n and 0 = n) order by k limit 1; -- T1
update r set n = n where n like '%b%'; -- T1
update g set d = 3e-1 where (d is not unknown) and not ((d in (9223372036854775807, 11, 5, 6) or '' < e)) order by -id, id desc, d asc, id desc; -- T1
insert into r values ('abc', 5, '2.5', '2.5'), ('2', 4, 'abc', '10'), ('ab', 2, 'b ', '1x' + -1); -- T1
select m % (5 div 12) % v, v from h where (v <= 12 xor 3 >= m) order by v asc, m asc, v desc, m desc, t desc; -- T1
insert into r (k) values ('ab'), ('éééé'), ('2.5' + 12); -- T1
select a from p where s is null order by b, id desc limit 2; -- T1
insert into q (y, x) values ('b', -1 + 10), (default, 2); -- T1
select * from q; -- T1
select * from h where m between 2 and 0 order by v desc, m desc, t desc limit 3, 3; -- T1
select (length(id) * (b * id)) * a from p where (id like 'a\\%%' and (id >= -5 and a is null)); -- T1
select count(distinct v) from h; -- T1
insert into p values (5, default, 8, default), (256, 2147483647, 10, '-3'); -- T1
select * from p where id is null; -- T1
select avg(b), count(distinct a), max(-a) from p where ((b is not false) and not (a is true) or a % 5 = 1); -- T1
insert into h values (1, 4, 'hé'), (3, 0, 'x1'); -- T1
select d from g where e like '_b%'; -- T1
insert into q values (9, '-3', 2); -- T1
select k, w from r order by k desc; -- T1
insert into q values (-0.5, '', 10); -- T1
select count(distinct 4 - m), count(*) from h where (v / 1) / (1 + m) > v; -- T1
insert into h (m) values (-3), (12); -- T1
update q set y = -3 * x * (x % z); -- T1
select * from q where 12 < x order by x, y limit 1 offset 0; -- T1
update p set b = length(b); -- T1
update r set k = (mod(n, n)) % (n + n) where (k is not unknown or (1 < n or 2 >= n)); -- T1
delete from q where (y > ' a' xor z like '%b%') order by x, x desc, y desc limit 2; -- T1
select * from g where id like '%'; -- T1
select id, b, 10 from p where 2 < b order by id desc limit 2 offset 0; -- T1
delete from h where (v not in (9, 5)) and not (2 > m % (10 - v)) order by v asc, v desc, m desc, t desc limit 2; -- T1
select id + (id * 7) / d, d from g where d is not unknown order by 7, id desc limit 0; -- T1
insert into g values (0, 6, 'b ' + 7), (11, 12, '2'), (2 + 7, 9, 'a'); -- T1
select * from h where (v in (-1, 2, 1, 8) or (v < m) and not (v != 5)) order by v, m, t limit 2 offset 3; -- T1
select max(a), count(distinct a) from p; -- T1
insert into q (y, z) values ('a%', 12), ('1x', 1 + 20), ('10', 6); -- T1
select * from p where ((a < s) and not (a between 6 and 7)) and not (-128 > (id / 4294967296) - -id); -- T1
insert into q (y, z, x) values ('abc', 11, 3), ('ab', 11, 12), (-0.5, 7 + 6, 12); -- T1
select (mod(6, n)) - (n - n) / (n + (1 - 7)), length(n) % 5, 11 + (n - (n div 65535)) from r order by c, k limit 0; -- T1
insert into q set y = '1x', x = 2 + 10; -- T1
select * from p order by id desc; -- T1
insert into q (z) values (11), (5); -- T1
select (9 % 4) % (10 * d) - d, id, (id div id) - (8 / 7) - (0 div (id - 32767)) from g order by e, d, id desc limit 1 offset 2; -- T1
select count(d), sum(e), sum(id) from g where ((d % 3 = 1 xor 0 > -1)) and not (d % 3 = 0); -- T1
update r set c = 'a'; -- T1
insert into h values (3, 1.5 + 6, 'a%'), (-3, 10, ' a'); -- T1
select 11, (z / x) - z * 10, length(x) from q where (y < '') and not (y between 3e-1 and 'b') order by z desc, x desc, y desc limit 0, 3; -- T1
select count(x) from q where ((z between 5 and -1) and not (x is not null) and (y between 'abcdefghij' and '10' or x % 2 = 0)); -- T1
update p set a = 11, b = -1 + 256 / (id / 3) where ((a in (10, -1, 2) or a between 5 and 2.50) or (s in ('10', true) and id is null)); -- T1
select * from p where (a % 0 = 0 and id = 6); -- T1
update g set e = id * -0.5 * 12 where d is not null; -- T1
insert into h values (10, default, '_b' + 7); -- T1
select (b - 8) * (a % id) - (4294967296 - a) - 2, s, id from p where (a like 'a\\%%' and 7 >= a) order by s asc, id limit 4 offset 1; -- T1
insert into g values (default, -3, 'b'); -- T1
update g set id = (d * 10) * -1 where 7 >= id order by id limit 0; -- T1
insert into h values (2147483647, 12, 'ab'); -- T1
select (11 / b) + length(id) + -3 from p where ((a in (-3)) and not (a is false) or (id like '%') and not (a is not true)) order by b, id desc; -- T1
select count(distinct a) from p where (id - id) + b > 6; -- T1
select * from q where y > x; -- T1
select 3 from r where k is not null; -- T1
select m, m in (1e1, 5, 12) from h; -- T1
update p set id = 5, a = -b where a not in (9, 3, 0, 9) order by b asc, id desc; -- T1
select count(1) from q where x in (9, 4, 256); -- T1
select count(distinct id), min(e) from g where ((id not in (7) and 3 >= d) or id like '1_'); -- T1
update h set m = 4294967296 where m < t; -- T1
update g set e = id div (id + 128), id = -1 where (d % 5 = 1) and not (32767 = id); -- T1
select * from r where k >= 'A' order by c desc, k desc limit 1, 3; -- T1
select id, id from g where 12 >= d; -- T1
update h set t = null where t is not true; -- T1
update r set k = 'abc' where (k % 5 = 1) and not (k is not true) order by k desc, n asc, k desc limit 1; -- T1
select z, ((z between -1 and 7) and not (y like '_b%') xor ('_b' < y xor y between '2' and -0.5)) from q where ((z is null) and not (x <=> 5) and (x = z or 'A' >= y)) order by y asc, x desc, y desc; -- T1
select count(*), min(n), count(*) from r where (k between ' a' and '1' xor w is null); -- T1
select d, id, 1e1 % 0 from g; -- T1
update q set y = 'abcdefghij' where ('x1' >= y) and not ((y > y) and not (x like '1_')); -- T1
update p set a = (12 + id) + (12 div 0), s = 8 where (1.5 >= b and ('abc' < s xor (6 - id) / 11 > id)); -- T1
select * from p where ((9 - abs(a) > (2 - 3) - 11 or id = -3) or a is null) order by id desc, id; -- T1
select id from p where id > a order by a + 1, id desc limit 0; -- T1
insert into r values (null, 6, 'b', ''), ('a', 4 + 0, 'hé', '2'); -- T1
select count(*), sum(c), count(1) from r where (n like '%' and n in (-3, 10)); -- T1
select y from q; -- T1
select z, 1 * (10 - z) * (3 + x), x, (y is null) and not ((x % 0 = 0 or x = -3)) from q where y like '%b'; -- T1
insert into q values (5, 'ab', 7), (1, ' a', 2.50), (128, ' a' + 5, 256); -- T1
select 0 % (5 * x) * (0 - 0) from q where ((y in ('hé', 'b ', 'b ', 'hé')) and not (y is null)) and not ((y != 'A' or x between 7 and 6)); -- T1
insert into q (y, z, x) values ('-3' + -1, 2, 18446744073709551615); -- T1
delete from g where id is not unknown order by id desc limit 2; -- T1
select (12 div v) div (3 div m) - m, m, t from h where t < m; -- T1
insert into r values ('a%', default, 'abcdefghij', 1.5); -- T1
select count(a) from p where (a > a or (id is null) and not (id is unknown)); -- T1
insert into r values ('1', 3, '2.5', 'b'); -- T1
delete from h where ((m not in (4, 4) xor m - 8 > 2147483647 / (v - 12)) and m like '1_') order by 6, v desc, m desc, t desc limit 2; -- T1
insert into p set a = 2147483647, id = 1, b = 1.5; -- T1
select * from g where ((d like '%b') and not (6 > d) or id between -1 and 20) order by id desc; -- T1
select b from p order by a desc, id desc limit 2, 3; -- T1
select min(a), count(distinct b * 6), avg(b) from p where (a between 2147483647 and 18446744073709551615 xor a like '_b%'); -- T1
insert into q (x) values (7); -- T1
select s, s from p where (5 > -3) and not (a = 8) order by b, a asc, id; -- T1
insert into q (z, x) values (-5, false); -- T1
delete from p where a < a order by id limit 2; -- T1
select min(e), count(distinct e), count(*) from g where (id > 12 xor (id in (1, 11) and d = d)); -- T1
select s, s from p where ((a is not null and id > 7 / (id + b))) and not ((a like '%b' xor s between 'a%' and 'a')); -- T1
update g set e = 12 where (id > false and (d div (id + id) > (id div id) + 2 or 1e1 >= id)); -- T1
select max(v) from h where m % 0 = 1; -- T1
update q set z = 2 where (0 - x) / (3 % -128) > -1; -- T1
delete from p where (a between 4 and -1) and not (a % 2 = 1); -- T1
update g set e = 'abc' where d is null order by id asc, id desc; -- T1
select * from p; -- T1
update g set e = (id + id) - -1 % 10, id = 32767 div (256 * id) where id is null; -- T1
select d from g; -- T1
delete from h where (m like '1_' or t like '_b%') order by m asc, v desc, m desc, t desc limit 0; -- T1
select null, id from g; -- T1
insert into g (e, id, d) values ('ab', 6, 3e-1); -- T1
select (b % abs(2)) / (a - -3) / a, a, id from p where a in (1, 12, -3) order by -3, a asc, id; -- T1
select * from g where id % 0 = 1; -- T1
insert into g values (3e-1, 8, '1x'), (7, true, ''); -- T1
delete from q where 3 >= x; -- T1
insert into r (w, c, n) values ('-3', 'x1', 0), ('1', 'abcdefghij', -1), ('hé', 'abcdefghij', 8); -- T1
insert into p (id, b) values (3, 4); -- T1
select t, 3 * (v / v) + (v div m), v from h; -- T1
