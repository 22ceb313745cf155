-- SERIALIZABLE makes shared reads of plain ones.

-- case: inside a transaction
create table t (id int primary key, c int, key c (c));
insert into t values (10, 1), (20, 2), (30, 3), (40, 4);
set session transaction isolation level serializable; -- T1
begin; -- T1
select * from t where id = 10; -- T1
select * from t force index (c) where c = 2; -- T1
select c from t force index (c) where c = 3; -- T1
rollback; -- T1
