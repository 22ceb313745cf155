-- Changes of definitions beside open transactions: a view that is older gets 1412 (measured), what fails leaves the table as it was.

-- case: create after snapshot
create table a (id int primary key);
insert into a values (1);
begin; -- T1
select * from a; -- T1
create table b (id int primary key); -- T2
insert into b values (7); -- T2
select * from b; -- T1
commit; -- T1
-- case: index after snapshot
create table a (id int primary key, c int);
create table z (id int primary key);
insert into a values (1,5);
begin; -- T1
select * from z; -- T1
create index k on a (c); -- T2
select c from a force index (k) where c = 5; -- T1
commit; -- T1
select c from a force index (k) where c = 5; -- T1
-- case: truncate after snapshot
create table a (id int primary key, c int);
create table z (id int primary key);
insert into a values (1,5);
begin; -- T1
select * from z; -- T1
truncate table a; -- T2
select * from a; -- T1
select * from a for update; -- T1
insert into a values (2, 2); -- T1
commit; -- T1
select * from a; -- T1
-- case: alter after snapshot
create table a (id int primary key, c int);
create table z (id int primary key);
insert into a values (1,5);
begin; -- T1
select * from z; -- T1
alter table a add column d int default 3, add unique key (d), rename to e; -- T2
select * from e; -- T1
commit; -- T1
select * from e; -- T1
insert into e (id, c, d) values (9, 9, 3); -- T1
alter table e add unique key (c), drop column d; -- T2
select * from e; -- T1
-- case: duplicate
create table a (id int primary key, c int);
insert into a values (1,5), (2,5);
alter table a add unique key u (c); -- T1
create unique index v on a (c); -- T1
alter table a drop primary key, add primary key (c); -- T1
select * from a; -- T1
alter table a add key (c), add column x varchar(10) not null after id; -- T1
select * from a where c = 5; -- T1
