-- CREATE, SHOW, DESCRIBE, TRUNCATE and DROP TABLE.

-- case: a table of everything
create table e (a int, b int default 5 not null, c varchar(3) not null default 'x', d int default -1, e bigint unsigned default 18446744073709551615, f int default '7', g varchar(5) default 12, h int default 1.5, i varbinary(3) default 'ab', j int unsigned auto_increment, k char, l tinyint, m smallint unsigned, n mediumint(4) comment 'it''s', primary key (j, b)) comment='hi'; -- T1
show create table e; -- T1
describe e; -- T1
show columns from e; -- T1
insert into e () values (), (); -- T1
insert into e (a, k) values (default, 'é'); -- T1
select * from e; -- T1
show create table e; -- T1
truncate table e; -- T1
select count(*) from e; -- T1
show tables; -- T1
drop table e; -- T1
show tables; -- T1

-- case: what a definition may not say
create table a (id int primary key, id int); -- T1
create table a (id int primary key, b int primary key); -- T1
create table a (id int primary key, b int, primary key (b)); -- T1
create table a (id int, primary key (c)); -- T1
create table a (id int, primary key (id, id)); -- T1
create table a (id int auto_increment); -- T1
create table a (id int auto_increment primary key, b int auto_increment); -- T1
create table a (id int auto_increment, b int, primary key (b, id)); -- T1
create table a (id varchar(10) auto_increment primary key); -- T1
create table a (id int, a int not null default null); -- T1
create table a (id int default 'x'); -- T1
create table a (id tinyint default 300); -- T1
create table a (id varchar(3) default 'abcd'); -- T1
create table a (id varchar(20000)); -- T1
create table a (id char(256)); -- T1
create table a (id varchar(16383), b int); -- T1
create table a (id varchar(1000) primary key); -- T1
create table a (id varchar(500), b varchar(500), primary key (id, b)); -- T1
create table a; -- T1
create table a (); -- T1
create table a (id foo); -- T1
create table zzz.a (id int); -- T1
show tables; -- T1

-- case: there and not there
create table t (id int null primary key, v varchar(4)); -- T1
create table t (id int); -- T1
create table if not exists t (other int); -- T1
show warnings; -- T1
create index `` on t (id); -- T1
describe t; -- T1
drop table if exists t, nowhere, u; -- T1
show warnings; -- T1
drop table t; -- T1
describe t; -- T1
show create table t; -- T1
create table `x``y` (`a b` int); -- T1
insert into `x``y` values (1); -- T1
select `a b`, `x``y`.`A B` from `x``y`; -- T1
show create table `x``y`; -- T1
show tables like 'x%'; -- T1
