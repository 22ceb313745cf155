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
select e, (id div id) / id, -1, id between -5 and 2 from g; -- T1
insert into g (d, e) values (null, 'abcdefghij'); -- T1
insert into h set m = -3 + 8; -- T1
update r set w = 5 + 5 where (k is not true xor (20 > 12 and k % 0 = 0)); -- T1
select w from r where (('abcdefghij' = k and w like 'a%') and 11 >= n); -- T1
update h set m = 65535 where ((m like '%b%' or m like '%b')) and not (6 - (1.5 + 2) > v); -- T1
update q set z = 2.50; -- T1
insert into p (s, id, a) values ('a%', 9, 9), ('b', null, -3 + 6); -- T1
update q set y = 'A' where y > '1'; -- T1
insert into h (v) values (7), (3), (7); -- T1
update g set e = id, id = (0 + d) div 11; -- T1
update h set t = '1' where ((t is not null and v between 7 and 6) and (11 < v) and not (v > (m % v) + v)); -- T1
delete from g where d > e order by 127, e, id limit 0; -- T1
select sum(length(z)) from q where x > y; -- T1
insert into q values (-1, ' a' + -3, 5), (12, '1', 9); -- T1
select *, ((d like '%' xor d is not false) or -3 < id) from g where (e in ('10', '10', 'a', '2.5') xor id like '%b'); -- T1
insert into h (t, m, v) values ('-3' + 7, 8, -2147483648); -- T1
select a div -a, id from p where id is not null; -- T1
update q set y = x * x where x is null; -- T1
select id, e, abs(d) - (id * d) - 10 from g order by id desc, id; -- T1
select avg(v), count(*) from h where m % 5 = 0; -- T1
select * from q where x != 2 order by x, y; -- T1
update h set t = '', v = v div (m % m) where ((v = m xor -1 >= v) and (m in (4) and t is false)); -- T1
insert into q values (8, '1x' + -5, 4 + 9), (3e-1 + 1, 'abcdefghij', -3), (20, 'a%', 1); -- T1
select count(k), count(distinct w) from r where 1.5 = n; -- T1
insert into p (s) values ('ab' + 7); -- T1
insert into q (z, x) values (10, default), (11, 9223372036854775807), (7 + 1, -2); -- T1
select sum(v) from h where m between -3 and 2; -- T1
select * from p where id < 0 order by id desc, id desc limit 2 offset 3; -- T1
delete from g where id like 'a%' order by id desc limit 1; -- T1
select w, (3e-1 * n) % n, ((n like '%b%') and not (n > k) and (c is not null and w in (null, 'abc', 'a'))) from r where (c <=> '1x' and n > -3 / 2.50 + -n) order by k, c, k desc limit 2; -- T1
select s from p order by a asc, id asc, id; -- T1
insert into p values (9, -3, 4, '1'); -- T1
select * from r where (c is false or (k % 5 = 1) and not ((7 / n) + -1 + n > n)); -- T1
select * from r where ((k < k) and not (k not in ('abcdefghij')) xor c like '%') order by k, k; -- T1
update r set w = 12 where (12 > n or n > -3 + 8 * (32767 / -0.5)); -- T1
select -1 from r where n is true; -- T1
select * from q where (y < 'a%' and (y % 0 = 0 xor y > z)) order by 7 + z, z, x desc, y desc; -- T1
select x from q; -- T1
insert into r values ('-3', 4294967296, 'x1', false), ('_b', 8, '', '2'); -- T1
update p set b = (a % b) + b where a in (6, 12, 10); -- T1
update p set id = id + (b + b) where ((id like '%b%' and 7 > (mod(a, 8)) % length(a)) xor (a != -3) and not (id is not null)); -- T1
select * from q where 7 / 128 > 4; -- T1
insert into q (z, x) values (0, default), (3, 0); -- T1
select * from p where b like '%b'; -- T1
update p set s = 'hé' where a < b order by b, id desc, id desc limit 1; -- T1
select n div n, c, n from r; -- T1
insert into g values (0 + 10, 32767, 'abcdefghij'), (-1, 4, 1e1 + 3); -- T1
select b, s from p where a is true order by b desc, a desc, id limit 1, 1; -- T1
update h set v = m, m = 2 where v = 2 order by t desc, v, m, t; -- T1
select b, a, 0 / 12 from p where a % 0 = 0 order by s, id; -- T1
update p set b = 12 + (id / id); -- T1
select * from h where v like '1_'; -- T1
insert into q (x, y, z) values (1, '2.5', 3), (9, '-3', default), (6 + 4, false, 65535); -- T1
delete from h where (7 < m and 5 < v); -- T1
insert into r (n, w) values (2, null + 11), (1, 'ab'); -- T1
select * from g where (d between 1 and 1 xor 8 >= d); -- T1
insert into g values (-3, 5, 'b ' + 2); -- T1
update g set e = d; -- T1
update h set t = (4 div 1e1) % 8, v = 2 where v % 2 = 0; -- T1
select min(v), avg(t), count(*) from h where v is not unknown; -- T1
update g set id = d - (2 / d) where 8 >= d; -- T1
select b, a % (b - -1) + 2147483647 from p order by a asc, id limit 1; -- T1
update h set v = null div (0 + 6) order by m, v desc, m desc, t desc; -- T1
select min(y), avg(z), min(y) from q; -- T1
select (mod(z div 1, 3 * x)) * (x * x) div abs(1e1) from q where (7 / 1) + (z - 2) > -3 div z / -2 order by x desc, y desc limit 3 offset 0; -- T1
insert into q values (10, 'b', 8), (default, '10', 10), (-2147483648, '2.5', -1 + 5); -- T1
select count(d), count(distinct e) from g where d is null; -- T1
insert into p values (256, 9, 4 + 4, 'hé'); -- T1
update h set m = 0; -- T1
select z, x from q where ((y not in ('A', '2', ' a', 'b ') xor x like 'a\\%%')) and not (y like '%b') order by z asc, y, x desc, y desc limit 1; -- T1
select y, x from q where x % 2 = 0; -- T1
insert into h values (7, 0, 'x1'), (4, 8, 'a%'), (-1, 1, 'abc' + 9); -- T1
select e from g where id in (9, 8) order by id desc limit 1, 1; -- T1
select id, a, 2 - (9 + 9) from p where (a between 6 and 7) and not ((b <= 8) and not (id <=> 9223372036854775807)) order by a - id, id, id desc limit 0; -- T1
insert into h set t = 'A', m = 8; -- T1
insert into q (x, z) values (-2147483648, 12), (7, 7); -- T1
insert into r values ('éééé', 3, 'a', '1x'), ('b ', 5, 'b ', 'a'), ('abcdefghij', 20, 'b ', '10'); -- T1
select min(7 + n), count(k), max(k) from r where (n is not true xor (n between 3 and -1 xor n > k)); -- T1
select 11, id from p where ((id % 2 = 1 xor a <= 4) xor (a is not null) and not (id between 5 and 4)) order by id limit 0, 4; -- T1
insert into p (id) values (4), (6); -- T1
select x from q order by x, y; -- T1
select k, n, k from r where 6 > (n - n) - (n + n); -- T1
insert into g values (256, 4, ' a'); -- T1
select count(distinct t) from h where ((m > m or m is false) or m > m); -- T1
update q set y = null, z = 11 where x < 1 order by x, y; -- T1
update q set y = z div (z + z) where y % 5 = 1; -- T1
update q set x = length(x) where ((8 > -2 or y < x)) and not (y is not unknown); -- T1
insert into r values ('', -1, '10', '' + 8); -- T1
select w, c from r where w >= 'b ' order by k desc; -- T1
select -3, y from q where x < z order by z asc, y, x desc, y desc; -- T1
delete from p where a is null order by id desc limit 2; -- T1
select min(m), max(-0.5 * v) from h where ((m < t or m != -1)) and not ((m like '_b%' or m > v)); -- T1
insert into h (m) values (default), (8); -- T1
update p set a = 9, s = id div (a div 7) where (9 > b + 9 and a is false); -- T1
insert into g set e = -0.5; -- T1
select * from r where n % 0 = 1 order by k asc, w, k desc; -- T1
update r set w = n order by 6, k limit 1; -- T1
select * from r where w is false order by k; -- T1
select k, n from r where ((w % 2 = 1 or k > c) or 11 >= n); -- T1
insert into g values (9, 10 + 2147483647, ''); -- T1
select * from q order by z asc, x desc, x, y; -- T1
select * from q order by x, y; -- T1
select count(*), sum(m), min(m) from h where ((t not in ('', 'x1', 'A') and 2 < v) and v % 0 = 0); -- T1
select count(*), sum(b) from p where id = a; -- T1
delete from q where y in ('2', ' a', '') order by z + 7, x desc, y desc limit 0; -- T1
insert into p values (default, 32767, 5, 'abcdefghij'), (1, 9, 2 + 18446744073709551615, 1.5); -- T1
select x, (1.5 * x) + 7 / -x * -x, y from q where x is null; -- T1
select * from h where m in (1, 0, 5, 7) order by v desc, m desc, t desc; -- T1
update g set d = 2147483647, id = id where e % 5 = 0; -- T1
insert into r set k = '2', n = default, c = 3e-1 + 11, w = 'abc'; -- T1
select max(a), min(a) from p where a > s; -- T1
insert into h (v, t) values (-1, '_b'); -- T1
select * from p where a < s; -- T1
insert into p (b) values (0); -- T1
delete from p where id between 2 and 10 order by 3, id desc, s asc, id limit 2; -- T1
delete from g where (d is not false) and not ((id like 'a\\%%' or 9 < d)) order by e desc, e asc, id limit 2; -- T1
select v, t, 9 from h where t between 'ab' and 'éééé'; -- T1
insert into r values ('b ', 8, '2', '2'), ('b', 6, 'b', 'a'); -- T1
select min(d), count(distinct id) from g where ((id % 3 = 1 or d between 4294967296 and -1)) and not ((d is not unknown xor id < e)); -- T1
select max(d), count(d), count(distinct id) from g where ((id > d xor d like 'a%')) and not ((e > id xor d in (12, 1, 0, 8))); -- T1
update g set d = -1 where (2.50 = d xor d < d); -- T1
select * from q where (x % 5 = 0) and not (((x * 8) * (12 div -2147483648) > 4294967296 xor y is not false)) order by x, y asc, y desc, x desc, y desc; -- T1
update q set z = 1 where y between 'a%' and '_b'; -- T1
insert into r values ('2.5' + 3, 3, null, 'a'); -- T1
insert into g (id, e, d) values (0, 'A', 12), (12, 'éééé', 0 + false), (11, '1', 11); -- T1
insert into r (c, w) values ('-3', '2.5'); -- T1
insert into g (id, d) values (1, 6); -- T1
update g set e = 'a' where (d like '%b%' xor (e is not null) and not (d % 3 = 0)); -- T1
select count(*) from p where id = null; -- T1
select * from h where ((m > v or m is null)) and not (abs(m) > -v); -- T1
delete from r where ('' = k xor (n % 2 = 0 or n > k)) order by k limit 0; -- T1
select count(*), max(id), max(a) from p; -- T1
select k, n from r order by n / 5, k desc limit 3, 2; -- T1
select 'hé', n is null from r where (n not in (3)) and not (n is null) order by c, k; -- T1
select * from r where (k is false and n > n) order by n asc, k desc limit 1; -- T1
select k, mod((n / n) % (0 + 32767), abs(n)) from r where (k > n xor n is not true) order by n desc, k limit 3, 1; -- T1
select -c, n, n / n from r where w between '10' and 'b ' order by c asc, k desc, k desc limit 3 offset 2; -- T1
select * from q where ((x < z and 9 / 6 > z) or x % 2 = 0) order by z desc, x desc, x, y limit 4 offset 0; -- T1
delete from p where a not in (-2147483648, 4) order by id limit 1; -- T1
select d from g where id like '_b%' order by id limit 1 offset 2; -- T1
insert into g (d, id, e) values (5, 10 + 3, -0.5); -- T1
insert into g values (2147483647, 3, 'b '); -- T1
select z, x, (6 * x) - (6 * x) + 7 from q where ((x % 0 = 0) and not ('1x' >= y) or x > null); -- T1
select a, '1x', a from p where id < a order by id, b desc, b, id; -- T1
insert into q values (true, 'ab', -3); -- T1
insert into q values (-1, '1', 32767), (10, 'hé', 12), (2147483647, default, -3); -- T1
update q set y = -1 where (y not in ('_b', 'ab', '10', 'b ') or (x in (9, 6, 9, 6) xor y like '%b')); -- T1
select * from q where z like '_b%' order by 7, y desc, y, x, y; -- T1
insert into q set x = 11, y = 'hé', z = 128; -- T1
