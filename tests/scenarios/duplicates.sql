-- case: INSERT IGNORE passes over rows that are there
create table t (id int primary key, c int not null, d varchar(3), e tinyint, unique key u (c), key d (d));
insert into t values (1, 10, 'a', 1), (2, 20, 'b', 2), (3, 30, 'c', 3);
insert ignore into t values (1, 1, 'x', 1), (4, 40, 'd', 4), (5, 40, 'e', 5); -- T1
show warnings; -- T1
select * from t; -- T1
show count(*) warnings; -- T1
select @@warning_count; -- T1
insert into t values (1, 1, 'x', 1); -- T1
show warnings; -- T1
show errors; -- T1

-- case: INSERT IGNORE makes values fit
create table t (id int primary key, c int not null, d varchar(3), e tinyint, unique key u (c), key d (d));
insert into t values (1, 10, 'a', 1), (2, 20, 'b', 2), (3, 30, 'c', 3);
insert ignore into t values (6, null, 'abcdef', 1000); -- T1
show warnings; -- T1
insert ignore into t values ('x9', 61, 'y', '-500'); -- T1
show warnings; -- T1
insert ignore into t values ('7x', 71, 'y', '1.7'); -- T1
show warnings; -- T1
insert ignore into t (id) values (8); -- T1
show warnings; -- T1
insert ignore into t set id = 9, c = default; -- T1
show warnings; -- T1
insert ignore into t values (10, 100, 'é€xyz', 1 / 0); -- T1
show warnings; -- T1
select * from t; -- T1

-- case: ON DUPLICATE KEY UPDATE changes the row that is there
create table t (id int primary key, c int not null, d varchar(3), e tinyint, unique key u (c), key d (d));
insert into t values (1, 10, 'a', 1), (2, 20, 'b', 2), (3, 30, 'c', 3);
insert into t values (1, 11, 'z', 1) on duplicate key update d = 'q'; -- T1
insert into t values (1, 11, 'z', 1) on duplicate key update d = 'q'; -- T1
insert into t values (50, 20, 'z', 1) on duplicate key update d = values(d), e = e + values(e); -- T1
insert into t values (1, 20, 'z', 1) on duplicate key update c = 77; -- T1
insert into t values (1, 20, 'z', 1) on duplicate key update c = 30; -- T1
insert ignore into t values (1, 20, 'z', 1) on duplicate key update c = 30; -- T1
show warnings; -- T1
insert into t values (60, 600, 'w', 1), (1, 1, 'w', 1), (61, 601, 'w', 1) on duplicate key update d = 'm'; -- T1
select * from t; -- T1
insert into t values (1, 2, 'n', 4) on duplicate key update nope = 3; -- T1
insert into t values (1, 2, '3', 4) on duplicate key update c = values(nope); -- T1
insert into t values (1, 2, '3', 4) on duplicate key update c = null; -- T1
insert into t values (1, 2, '3', 4) on duplicate key update e = 4000; -- T1
insert into t values (8, 8, 'n', 8), (1, 2, '3', 4) on duplicate key update e = 4000; -- T1
insert into t values (1, 1, 'n', 1) on duplicate key update id = 100, c = c + 1; -- T1
select * from t; -- T1

-- case: REPLACE puts rows in the place of others
create table t (id int primary key, c int not null, d varchar(3), e tinyint, unique key u (c), key d (d));
insert into t values (1, 10, 'a', 1), (2, 20, 'b', 2), (3, 30, 'c', 3);
replace into t values (1, 77, 'q', 1); -- T1
replace into t values (1, 77, 'q', 2); -- T1
replace into t values (1, 20, 'q', 2); -- T1
replace into t values (90, 30, 'r', 2); -- T1
replace into t values (90, 30, 'r', 2); -- T1
replace into t values (91, 91, 'r', 2), (91, 92, 'r', 3); -- T1
select * from t; -- T1
replace into t set id = 1, c = 5; -- T1
replace into t (id, c) select id + 1, c from t where id = 1; -- T1
select * from t; -- T1

-- case: INSERT ... SELECT meets duplicates too
create table t (id int primary key, c int not null, d varchar(3), e tinyint, unique key u (c), key d (d));
insert into t values (1, 10, 'a', 1), (2, 20, 'b', 2), (3, 30, 'c', 3);
insert into t (id, c) select id + 100, c + 100 from t; -- T1
insert into t (id, c) select id, c + 5000 from t on duplicate key update d = 'zz'; -- T1
insert ignore into t (id, c) select id, c + 5000 from t; -- T1
show count(*) warnings; -- T1
select * from t order by id; -- T1
insert into t (id, c) select id, c + 5000 from t; -- T1

-- case: AUTO_INCREMENT beside duplicates
create table a (id int auto_increment primary key, u int unique, v int);
insert into a (u, v) values (1, 1), (2, 2);
insert into a (u, v) values (1, 1) on duplicate key update v = 9; -- T1
insert into a (u, v) values (5, 1) on duplicate key update v = 9; -- T1
select last_insert_id(); -- T1
insert ignore into a (u, v) values (1, 1), (7, 7); -- T1
select last_insert_id(); -- T1
replace into a (u, v) values (7, 8); -- T1
select * from a; -- T1
show create table a; -- T1
-- case: REPLACE overwrites in place where no other key can be in the way
create table p (id int primary key, c int);
insert into p values (1, 1), (2, 2);
replace into p values (1, 1); -- T1
replace into p values (1, 5), (2, 2), (3, 3); -- T1
select * from p; -- T1
