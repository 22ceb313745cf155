-- The current time: NOW() and its kin, DEFAULT CURRENT_TIMESTAMP, ON UPDATE CURRENT_TIMESTAMP. SET timestamp makes it the same everywhere.

-- case: what time it is
set time_zone = '+00:00', timestamp = 1700000000.987654; -- T1
select now(), now(0), now(3), now(6), current_timestamp, current_timestamp(), current_timestamp(2), localtime, localtime(), localtimestamp(1); -- T1
select curdate(), current_date, current_date(), utc_date(), utc_timestamp(), utc_timestamp(4), unix_timestamp(); -- T1
select now() + 0, now(2) + 0, curdate() + 1, concat(now(), ''), length(now(3)), now() > '2023-11-14', now() = curdate(), now() = now(0); -- T1
select @@timestamp, @@session.timestamp, @@time_zone; -- T1
show variables like 'timestamp'; -- T1
set timestamp = 1709251199; -- T1
select now(6), curdate(); -- T1
set timestamp = default; -- T1
select now() > '2023-01-01'; -- T1
set timestamp = 0; -- T1
select now() > '2023-01-01'; -- T1
set timestamp = 951782400.5, @a = 5; -- T1
select now(1), @@timestamp; -- T1
select sysdate() = now(), sysdate() > '2023-01-01', length(sysdate(6)); -- T1
set timestamp = -1; -- T1
show warnings; -- T1
set timestamp = 99999999999; -- T1
show warnings; -- T1
select now(); -- T1
set timestamp = 'x'; -- T1
set timestamp = null; -- T1
set global timestamp = 5; -- T1
select @@global.timestamp; -- T1
select now(7); -- T1
select utc_timestamp(9), 1; -- T1
select sysdate(7); -- T1

-- case: definitions
create table t (id int primary key, a datetime default current_timestamp, b datetime(3) not null default now() on update current_timestamp(3), c datetime(6) on update now() comment 'x', d datetime default null on update localtimestamp, e datetime default '2024-01-02' on update current_timestamp, key (b)); -- T1
show create table t; -- T1
describe t; -- T1
alter table t rename column b to bb, add column f datetime(1) not null default localtime after id, drop column a; -- T1
show create table t; -- T1
create table u (a int on update current_timestamp); -- T1
create table u (a date on update current_timestamp); -- T1
create table u (a datetime(7) default current_timestamp); -- T1
create table u (a datetime default current_timestamp(6) on update current_timestamp(2)); -- T1
show create table u; -- T1

-- case: rows that say when they were made and changed
set timestamp = 1700000000.123456; -- T1
create table t (id int primary key auto_increment, n int, made datetime default current_timestamp, changed datetime(6) not null default now(6) on update now(6), touched datetime(2) on update now(), key (changed)); -- T1
insert into t (n) values (1), (2); -- T1
insert into t values (3, 3, default, default, default), (4, 4, null, '2024-01-01', '2024-01-02'), (5, 5, now(), now(3), now(6)); -- T1
select * from t order by id; -- T1
set timestamp = 1700000001.5; -- T1
update t set n = n + 1 where id < 3; -- T1
update t set n = n where id = 3; -- T1
update t set n = 9, changed = changed where id = 3; -- T1
update t set made = default where id = 4; -- T1
update t set touched = now() where id = 5; -- T1
select * from t order by id; -- T1
set timestamp = 1700000002; -- T1
insert into t (id, n) values (1, 2), (2, 7), (6, 6) on duplicate key update n = values(n); -- T1
replace into t (id, n) values (3, 9); -- T1
insert ignore into t (id, n) values (1, 5); -- T1
select * from t order by id; -- T1
set timestamp = 1700000003.25; -- T1
update t set n = n + 100 where changed > '2023-11-14 22:13:20' order by changed, id limit 3; -- T1
select id, n, changed from t order by changed, id; -- T1
update t set n = n + 1 where changed < now(6); -- T1
select id, n, changed from t order by changed, id; -- T1
select id from t where changed = now(6) or made = now() order by id; -- T1
select default(made), default(changed), default(touched) from t limit 1; -- T1
insert into t (n, changed) select n, changed from t where id < 3; -- T1
select n, made, changed from t where made = now(); -- T1
insert into t (made, changed) values (curdate(), curdate()); -- T1
insert into t (changed) values (null); -- T1
select n, made, changed from t where made = curdate(); -- T1
delete from t where made < now() - 1; -- T1
select count(*) from t; -- T1

-- case: rows that are there get the time of the ALTER
set timestamp = 1700000000.75; -- T1
create table t (id int primary key); -- T1
insert into t values (1), (2); -- T1
alter table t add a datetime default current_timestamp, add b datetime(6) not null default now(6), add c datetime on update current_timestamp, add d datetime not null; -- T1
select * from t; -- T1
show create table t; -- T1
set timestamp = 1700000005; -- T1
alter table t add key (b); -- T1
update t set id = 3 where id = 1; -- T1
select * from t; -- T1
