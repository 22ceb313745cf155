-- RENAME TABLE with several names: followed in its order, all or none.

-- case: a list of renames
create table a (id int primary key, v int);
create table b (id int primary key, w int);
insert into a values (1, 1);
insert into b values (2, 2);
rename table a to b, b to c; -- T1
select * from a; -- T1
rename table b to c, a to b; -- T1
select * from b; -- T1
select * from c; -- T1
rename table b to x, c to b, x to c; -- T1
select * from b; -- T1
select * from c; -- T1
rename table b to y, nosuch to z; -- T1
select * from b; -- T1
rename table b to y, y to c; -- T1
rename table b to y, b to z; -- T1
rename table b to b; -- T1
rename table b to y, c to b; -- T1
show tables; -- T1
rename table y to z, z to w; -- T1
show tables; -- T1
show create table w; -- T1
