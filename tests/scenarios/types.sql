-- DECIMAL, DATETIME, DATE: what they take, what they refuse, what they compare with.

-- case: definitions
create table a (d decimal, e numeric(5,2) unsigned, f dec(65,38) not null, t datetime, u datetime(6) not null, v date default '2024-1-2'); -- T1
show create table a; -- T1
create table b (d decimal(5,2) default 1.005, t datetime(3) default 20240102, v date default '2024-01-02 10:00', w datetime default date'2024-01-02'); -- T1
show create table b; -- T1
describe b; -- T1
create table c (d decimal(66,2)); -- T1
create table c (d decimal(65,39)); -- T1
create table c (d decimal(5,6)); -- T1
create table c (t datetime(7)); -- T1
create table c (t datetime default '2024-02-30'); -- T1
create table c (d decimal(5,2) default 'x'); -- T1
create table c (t datetime auto_increment primary key); -- T1
insert into b values (); -- T1
select * from b; -- T1
alter table b add n decimal(3,1) not null, add z datetime not null, add k date not null, add key (z, n); -- T1
select * from b; -- T1

-- case: decimals
create table t (id int primary key auto_increment, p decimal(5,2), u decimal(4,1) unsigned, w decimal(65,30), key (p), unique key (w)); -- T1
insert into t (p, u, w) values (1.005, 1.25, 1), (-1.005, 0, 1e30), ('999.99', '1e2', '1.23456789012345678901234567890123456789'), (2/3, 0.04, 1/3); -- T1
show warnings; -- T1
select * from t order by id; -- T1
insert into t (p) values (999.995); -- T1
insert into t (p) values (-1000); -- T1
insert into t (p) values ('1.5x'); -- T1
insert into t (p) values ('x'); -- T1
insert into t (p) values (1e400); -- T1
insert into t (u) values (-0.001); -- T1
insert into t (w) values (99999999999999999999999999999999999.5); -- T1
insert into t (w) values (1e30); -- T1
insert ignore into t (p, u) values (1000, -1), ('x', '1.5x'), (-1e9, null); -- T1
show warnings; -- T1
select id, p, u from t order by p, id; -- T1
select id from t where p = '1.01' or p > 999 order by id; -- T1
select id from t where p >= 1.005 and p < 1000 order by id; -- T1
select id from t where p in (1.01, '0.67', -1.005) order by id; -- T1
select id from t where p between '-2' and 0.67 order by id; -- T1
select id from t where u < -0.5 or u > 99.95 order by id; -- T1
select p + 1, p * 1.5, p / 3, p % 1, -p, abs(p), p div 1, p + '1', p + 1e0, concat(p), length(p) from t order by id; -- T1
select sum(p), avg(p), min(p), max(p), sum(p) / 2, count(distinct p), sum(w) from t; -- T1
select p, count(*) from t group by p having p > 0; -- T1
update t set p = p * 100 where id = 1; -- T1
update t set p = p * 100; -- T1
update t set p = 0 where p > 'abc'; -- T1
update t set p = w where id = 4; -- T1
show warnings; -- T1
select p from t where id = 4; -- T1
select 99999999999999999999999999999999999999999999999999999999999999999 + 1, 12345678901234567890.123456789 * 98765432109876543210.987654321; -- T1

-- case: moments are written in many ways
create table t (id int primary key auto_increment, t datetime, m datetime(3), d date); -- T1
insert into t (t, m) values ('2024-01-02 03:04:05', '2024-01-02 03:04:05.6789'), ('24-1-2', '2024.1.2 3.4'), ('20240102030405', '20240102T030405'), (' 2024/01/02  03:04:05.6 ', '240102030405.6'); -- T1
insert into t (t, m) values (20240102, 20240102030405.6789), (691231, 700101), (101, 0), ('0000-00-00', '2024-00-10'), (date'2024-02-29', timestamp'2024-02-29 01:02:03.456789'); -- T1
insert into t (d) values ('2024-01-02 03:04:05'), (240102), (20240102030405), (timestamp'2024-02-29 01:02:03.4'); -- T1
select * from t order by id; -- T1
insert into t (t) values ('2024-02-30'); -- T1
insert into t (t) values ('2023-02-29'); -- T1
insert into t (t) values ('2024-13-01'); -- T1
insert into t (t) values ('2024-01-02 24:00:00'); -- T1
insert into t (t) values ('2024-01-02x'); -- T1
insert into t (t) values (''); -- T1
insert into t (t) values (5); -- T1
insert into t (d) values (-20240102); -- T1
insert into t (d) values ('10000-01-01'); -- T1
insert into t (d) values (date'2024-02-30'); -- T1
insert ignore into t (id, t, d) values (91, '2024-01-02x', 'abc'), (92, '2024-02-30', 20241301); -- T1
show warnings; -- T1
select * from t where id > 90; -- T1

-- case: moments compare with text and with numbers
create table t (id int primary key, d date, t datetime, m datetime(3), n bigint, s varchar(30), key (t), key (d, id)); -- T1
insert into t (id, d, t, m) values (1, '2024-01-02', '2024-01-02 03:04:05', '2024-01-02 03:04:05.678'), (2, '2024-01-03', '2024-01-03', '2024-01-03'), (3, null, null, null), (4, 0, 0, 0); -- T1
select id from t where t = '2024-1-3' or t = 20240102030405 order by id; -- T1
select id from t where t > '2024-01-02 03' order by id; -- T1
select id from t where t >= '2024-01-02 03:04:05.5' order by id; -- T1
select id from t where t < '2024-02-30' order by id; -- T1
select id from t where t = 'abc'; -- T1
select id from t where d = '2024-01-02 03:00:00' or d < '2024-01-02 03:00:00' order by id; -- T1
select id from t where d between 20240102 and '2024-01-03' order by id; -- T1
select id from t where t in ('2024-01-02 03:04:05', '2024-01-03') order by id; -- T1
select id, t = d, t <=> d, m > t, d + 0, t + 1, m + 1.5, t / 2, -d from t order by id; -- T1
select max(t), min(m), sum(d), avg(d), sum(m), count(distinct d) from t; -- T1
select d, count(*) from t group by d; -- T1
select t, m from t order by t desc, id; -- T1
select hex(d), concat(t, '|', m), length(m), t like '2024-01%', not t from t order by id; -- T1
update t set n = d, s = m; -- T1
select id, n, s from t order by id; -- T1
update t set n = m where id = 1; -- T1
select n from t where id = 1; -- T1
update t set s = t where d > '2024-01-02' and t <> 5; -- T1
update t set d = t; -- T1
select id, d from t order by d, id; -- T1
delete from t where t = '2024-01-03'; -- T1
select id from t order by id; -- T1
select date'2024-01-02', timestamp'2024-01-02 03:04:05.12', date'2024-01-02' + 1; -- T1
select timestamp'2024-01-02'; -- T1
