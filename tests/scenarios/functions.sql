-- Functions of numbers, strings and moments; CASE, CAST and intervals. One line a function or two, what it does at its ends among it.

-- case: numbers
select round(1.5), round(2.5), round(-1.5), round(1.25,1), round(-1.25,1), round(15,-1), round(25,-1), round(14,-1), round(1.5e0), round(2.5e0), round(-2.5e0), round(12345.678,-2), round(12345678901234567890), round(null,1), round(1,null); -- T1
select round(18446744073709551615,-1), round(18446744073709551615), round(123.456,50), round(1.5,2), round(1.23456789e0, 3), round(-0.4), round('x'), round(9.99,1), round(99.99,-2), round(50,-2), round(49,-2), round(9223372036854775807,-1), round(1.55,'1'); -- T1
select truncate(1.999,1), truncate(-1.999,1), truncate(199,-2), truncate(1.999e0,2), truncate('1.99',1), truncate(1.5,3), truncate(-0.05,1), truncate(122.5,-1); -- T1
select floor(1.5), floor(-1.5), floor(5), floor(1.5e0), floor('1.9'), ceil(1.1), ceiling(-1.1), ceil('1.1'), floor(99999999999999999999.5), floor(null), ceil(18446744073709551615), floor(123456789012345678.9), floor(-3.0), ceil(3.000); -- T1
select sign(-5), sign(0), sign(2.5), sign('x'), sign(null), sign(-0.1e0), abs(-2.5), abs('-3'), mod(7,3), mod(-7.5,2); -- T1
select sqrt(4), sqrt(2), sqrt(-1), pow(2,3), power(2,0.5), pow('2',2), exp(1), ln(2), log(10), log10(100), log2(8), log(2,8), ln(0), log(-1), log(1,5); -- T1
select pow(2, 1024); -- T1
select pow(0,-1); -- T1
select greatest(1,2,3), greatest(1,2.5), greatest('a','b'), greatest('10',9), greatest(1,null), least(1,2.5), least('b','a'), least(1.50,2), greatest(1e0,2), greatest(date'2024-01-02', '2024-01-03'), least(1, '0.5'), greatest(1,18446744073709551615), greatest('2', 10, 1.5); -- T1
select greatest(1); -- T1
select round(1,2,3); -- T1

-- case: which of several
select if(1,2,3), if(0,2,3), if(null,'a','b'), if(1,1,1.5), if(1,'a',1), if(0,1,2.50), if('1',1,2), if(1,null,2), if(1,1,1e0), if(1, now(), curdate()) = now(), if(1 > 2, 'x', 5); -- T1
select nullif(1,1), nullif(1,2), nullif(1.50,1), nullif('a','b'), nullif(null,1), nullif('1',1), nullif(1,null); -- T1
select ifnull(1,2.5), ifnull(null,2.5), ifnull(null,null), ifnull(1,'a'), ifnull(1.5,1), ifnull(1,1e0), coalesce(null,1,2.55), coalesce(1,2.55), coalesce(null,null), coalesce(date'2024-01-02', timestamp'2024-01-02 03:04:05'), coalesce(1,'x'), coalesce(null, 1e0, 1.50), nvl(null, 'n'), isnull(null), isnull(0); -- T1
select case 1 when 1 then 'a' when 2 then 'b' end, case when 0 then 1 else 2.5 end, case 'a' when 'b' then 1 else 0 end, case null when null then 1 else 0 end, case when null then 1 end, case 1 when '1' then 'y' end, case when 1 then 1 else 2.50 end, case 2 when 1.0 then 1 when 2.0 then 2 end; -- T1
create table t (id int primary key, n int, d decimal(6,2), s varchar(10), t datetime, key (n)); -- T1
insert into t values (1, 5, 1.25, 'abc', '2024-02-29 13:14:15'), (2, null, null, 'Abc', null), (3, -7, 0, '', '2023-12-31'); -- T1
select id, if(n > 0, n, d), ifnull(n, d), coalesce(d, n, 0), case when n is null then 'none' when n < 0 then 'low' else 'high' end, nullif(s, 'abc'), greatest(n, d), if(n is null, d, n + 1), ifnull(s, n) from t; -- T1
select sum(if(n > 0, 1, 0)), sum(case when n < 0 then n end), max(ifnull(n, 0)), count(nullif(s, '')), avg(coalesce(n, 0)) from t; -- T1
select case when n > 0 then 'a' else 'b' end as k, count(*) from t group by k order by k; -- T1
select id from t where ifnull(n, 0) = 0 or round(d) = 1 order by if(id = 2, 0, id); -- T1
insert into t (id, n) values (4, if(0, 1/0, 5)), (5, coalesce(1, 1/0)), (6, case when 1 then 2 else 1/0 end); -- T1
insert into t (id, n) values (7, if(1, 1/0, 5)); -- T1
insert into t (id, n) values (7, if('x', 1, 5)); -- T1
update t set n = case id when 1 then 10 when 2 then 20 else n end, d = ifnull(d, 9.995) where id < 4; -- T1
select id, n, d from t order by id; -- T1
select nullif(1); -- T1

-- case: strings
select concat_ws(',', 'a', null, 1, 2.50), concat_ws(null,'a'), concat_ws(',',null,null), concat('a', null), concat(1, 'b', 2.50); -- T1
select concat_ws(','); -- T1
select substring('hello',2), substring('hello',2,3), substring('hello',-3), substring('hello',-3,2), substring('hello',0), substring('hello',2,0), substring('hello',2,-1), substring('hello',10), substring('hello' from 2), substring('hello' from 2 for 2), substr('hello',2,2), mid('hello',2,2), substring('hého',2,2), substring(12345,2,3), substring('hello',1.5), substring('hello','2'), substring('hello',null), substring('hello',-10); -- T1
select left('hello',2), left('hello',0), left('hello',-1), left('hello',99), right('hello',2), right('hé',1), right('hello',0), right('hello',null), left(12345,2), left('hello',1.5), left('hello', 2.5); -- T1
select concat('[',trim('  a  '),']'), concat('[',ltrim('  a  '),']'), concat('[',rtrim('  a  '),']'), trim(both 'x' from 'xxaxx'), trim(leading 'x' from 'xxaxx'), trim(trailing 'x' from 'xxaxx'), trim('x' from 'xax'), trim('ab' from 'ababcab'), trim(null), trim('' from 'a'), concat('[', trim('\ta'), ']'); -- T1
select replace('www.mysql.com','w','Ww'), replace('abc','','x'), replace('abc','b',''), replace('abc','B','x'), replace(null,'a','b'), replace(12321,2,'x'), replace('aaa','aa','b'), replace('héé','é','e'); -- T1
select reverse('abc'), reverse('hé'), reverse(123), lpad('hi',4,'?'), rpad('hi',4,'?'), lpad('hi',1,'?'), rpad('hi',1,'?'), lpad('hi',5,'ab'), lpad('hi',5,''), lpad('hi',-1,'a'), rpad('hi',5), lpad('hi',5), space(3), length(space(3)), space(-1), repeat('ab',0), lpad(5,3,0); -- T1
select instr('foobar','bar'), instr('foobar','x'), locate('bar','foobar'), locate('o','foobar',3), locate('o','foobar',0), position('o' in 'foobar'), instr('hé','é'), locate('','abc'), locate('','abc',4), locate('','abc',5), instr(null,'a'); -- T1
select ascii('a'), ascii(''), ascii('é'), strcmp('a','b'), strcmp('b','a'), strcmp('a','a'), strcmp(null,'a'), upper('é'), lower('ÀB'), character_length('é'), octet_length('é'), hex(255), hex('é'); -- T1
select hex(left(x'414243',2)), hex(replace(x'4142','A','C')), hex(substring(x'c3a9c3a9',1,1)), hex(trim(x'2041')), hex(reverse(x'0102')); -- T1

-- case: parts of moments
select year('2024-02-29'), month('2024-02-29'), day('2024-02-29'), dayofmonth('2024-02-29'), hour('2024-02-29 01:02:03.456789'), minute('2024-02-29 01:02:03'), second('2024-02-29 01:02:03'), microsecond('2024-02-29 01:02:03.456'), quarter('2024-05-01'), dayofweek('2024-02-29'), weekday('2024-02-29'), dayofyear('2024-12-31'), dayname('2024-02-29'), monthname('2024-02-29'), last_day('2024-02-05'), to_days('2024-02-29'), from_days(739310), from_days(365); -- T1
select year('x'), month(null), day('2024-00-00'), year(20240102), hour(20240102030405), date('2024-01-02 03:04:05'), date('x'), date(20240102), last_day('2024-02-30'), year('2024-02-30'), dayofweek('2024-00-01'), year('2024-13-01'), day(''), quarter('2024-00-01'), last_day('2024-02-00'); -- T1
select extract(year from '2024-02-29'), extract(hour from '2024-02-29 05:00'), extract(day from '2024-02-29'), extract(quarter from '2024-02-29'); -- T1
select datediff('2024-03-01','2024-02-28'), datediff('2024-03-01 23:59','2024-02-28 00:00'), datediff('x','2024-01-01'), datediff(null,'2024-01-01'), datediff('2024-02-30','2024-01-01'), datediff('2000-01-01', '2024-01-01'); -- T1
select timestampdiff(day,'2024-01-01','2024-02-01'), timestampdiff(month,'2024-01-31','2024-02-29'), timestampdiff(hour,'2024-01-01','2024-01-02 03:00'), timestampdiff(year,'2020-02-29','2024-02-28'), timestampdiff(second, '2024-01-01','2024-01-01 00:01:00'), timestampdiff(minute, '2024-01-01 00:01:00','2024-01-01'), timestampdiff(month, '2024-03-31', '2024-01-31'), timestampdiff(week, '2024-01-01', '2024-01-20'); -- T1
select date_format('2024-02-09 13:04:05.678','%Y-%m-%d %H:%i:%s %f'), date_format('2024-02-09','%y %c %e %b %M %a %W %j %D %k %l %h %I %p %r %T %S %%x %w'), date_format(null,'%Y'), date_format('x','%Y'), date_format('2024-02-09', null), date_format('2024-02-09', 'abc %q %'), date_format('2024-01-11 23:00:00', '%D %l %p'), date_format('2024-01-22', '%D'), date_format('2024-00-01', '%M %d'); -- T1
set time_zone = '+00:00'; -- T1
select from_unixtime(1700000000), from_unixtime(1700000000.5), from_unixtime(0), from_unixtime(-1), unix_timestamp('2024-01-02'), unix_timestamp('2024-01-02 03:04:05.5'), unix_timestamp(date'2024-01-02'), unix_timestamp('1969-12-31'), unix_timestamp(null); -- T1

-- case: intervals
select date_add('2024-01-31', interval 1 month), date_add('2024-01-31 10:00:00', interval 1 day), date_sub('2024-03-31', interval 1 month), '2024-01-01' + interval 1 day, date'2024-01-01' + interval 1 day, date'2024-01-01' + interval 1 hour, date'2024-01-01' - interval 1 second, interval 1 year + '2024-02-29'; -- T1
select timestamp'2024-01-01 10:00:00' + interval 1 week, timestamp'2024-01-01 10:00:00.123' - interval 1 quarter, date_add('2024-01-01', interval '1' day), date_add('2024-01-01', interval 1.6 day), date_add(null, interval 1 day), date_add('2024-01-01', interval null day), date_add('x', interval 1 day), adddate('2024-01-01', 31), subdate('2024-01-01', 1), adddate('2024-01-01', interval 1 month); -- T1
select date_add('2024-01-01', interval 1 microsecond), date_add('2024-01-01', interval 1.5 second), date_add(20240101, interval 1 day), date_add(20240101000000, interval 1 day), date_add('9999-12-31', interval 1 day), date_add('2024-01-01 00:00:00', interval -1 second), date'2024-02-29' + interval -1 year, date'2024-02-29' + interval 12 month, '2024-02-30' + interval 1 day, date_add('2024-01-01', interval 'x' day), date_add('2024-01-01', interval 25 hour), date'2024-01-01' + interval 100 year; -- T1
select timestamp'2023-11-14 22:13:20' + interval 1.5 second, timestamp'2023-11-14 22:13:20' + interval 1 microsecond, timestamp'2023-11-14 22:13:20' + interval 90 second, '2024-01-01' + interval 1 hour, date_add('2024-01-01 10', interval 1 day), date_add('2024-01-01 10:00:00.5', interval 1 day), '2024-01-01' + interval -1 month, '2024-01-31' - interval 1 day - interval 1 month; -- T1
create table t (id int primary key, d date, t datetime, n int, key (t)); -- T1
insert into t values (1, '2024-01-31', '2024-01-31 23:59:59', 1), (2, '2024-02-29', '2024-02-29 12:00:00', -1), (3, null, null, 5); -- T1
select id, d + interval n day, t + interval n month, date_sub(t, interval n hour), datediff(t, d), year(d), monthname(t), d + interval 1 second from t; -- T1
select id from t where t >= '2024-02-01' - interval 1 day and t < date_add('2024-02-01', interval 1 month) order by id; -- T1
update t set t = t + interval 1 day, d = last_day(d) where month(d) = 1; -- T1
select * from t order by id; -- T1
select year(t), month(t), count(*) from t group by year(t), month(t); -- T1

-- case: casts
select cast('12' as signed), cast('12x' as signed), cast(-1 as unsigned), cast(1.5 as signed), cast(-1.5 as signed), cast(2.5e0 as signed), cast('1.9' as signed), cast(18446744073709551615 as signed), cast('-1' as unsigned), cast(null as signed), cast(1.5 as unsigned), cast(date'2024-01-02' as signed), cast('9999999999999999999' as signed), cast('x' as unsigned), cast(1e30 as signed), cast(-1.5 as unsigned), cast('18446744073709551616' as unsigned), cast('1e3' as signed), cast(timestamp'2024-01-02 03:04:05.9' as signed); -- T1
select cast(1.255 as decimal(5,2)), cast('1.255' as decimal(5,2)), cast(12345 as decimal(4,1)), cast('x' as decimal), cast(1.5 as decimal), cast(1e10 as decimal(5,2)), cast(-1.5 as decimal(3,0)), cast('12x' as decimal(5,1)), cast(timestamp'2024-01-02 03:04:05' as decimal(20,2)), cast(1.5 as decimal(10)), cast(-99999 as decimal(4,1)); -- T1
select cast(12 as char), cast(1.50 as char), cast('abc' as char(2)), cast(date'2024-01-02' as char), cast(1e20 as char), cast(null as char), cast('a' as char(5)), cast(-5 as char(1)), cast('hé' as char(2)), hex(cast('abc' as binary(2))), convert(1.5, char), convert('a' using utf8mb4); -- T1
select cast('2024-01-02' as date), cast('2024-01-02 03:04:05.6' as date), cast('x' as date), cast('2024-01-02 03:04:05.6' as datetime), cast('2024-01-02 03:04:05.678' as datetime(2)), cast('2024-01-02' as datetime), cast(20240102 as datetime), cast(20240102030405 as date), cast('2024-02-30' as date), cast(date'2024-01-02' as datetime(1)), cast('2024-01-02x' as date), cast('0000-00-00' as date), cast(1.5 as date), convert('2024-01-02', date); -- T1
select convert('12', signed), cast(1 as double), cast('1.5' as double), cast(5 as integer), cast(5 as int), cast(5 as signed integer), cast('7' as unsigned integer), cast('3' as signed) + 1, cast('a' as char) = 'a'; -- T1

-- case: strict statements
create table t (a bigint, s varchar(30), d datetime, n decimal(10,2)); -- T1
insert into t (a) values (year('x')); -- T1
insert into t (a) values (cast('12x' as signed)); -- T1
insert into t (s) values (cast('abc' as char(2))); -- T1
insert into t (d) values (date_add('x', interval 1 day)); -- T1
insert into t (d) values (date_add('9999-12-31', interval 1 day)); -- T1
insert into t (a) values (round('x')); -- T1
insert into t (a) values (datediff('x','2024-01-01')); -- T1
insert into t (s) values (left('abc','x')); -- T1
insert into t (d) values (date('2024-02-30')); -- T1
insert into t (a) values (floor('1x')); -- T1
insert into t (a) values (sqrt(-1)); -- T1
insert into t (a) values (ln(0)); -- T1
insert into t (d) values (cast('x' as datetime)); -- T1
insert into t (n) values (cast('12x' as decimal(5,1))); -- T1
insert ignore into t (a, d) values (year('x'), '2024-01-02' + interval 1 hour); -- T1
show warnings; -- T1
select * from t; -- T1
