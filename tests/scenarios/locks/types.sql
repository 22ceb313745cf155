-- What ranges of DECIMAL, DATETIME and DATE columns lock: a constant that the column cannot hold bounds them by the value that it stores of it.

-- case: ranges of packed values
create table t (id int primary key, p decimal(5,2), m datetime, d date, s datetime(3), key p (p), key m (m), unique key d (d));
insert into t values (1, 1.5, '2024-01-01', '2024-01-01', '2024-01-01 00:00:00.5'), (2, -2.5, '2024-01-02 03:04:05', '2024-01-02', '2024-01-02'), (3, 3.25, '2024-01-03', '2024-01-03', null), (4, null, null, null, null);
begin; -- T1
select id from t force index (p) where p = 1.5 for update; -- T1
rollback; -- T1
begin; -- T1
select id from t force index (p) where p > 1.495 for update; -- T1
rollback; -- T1
begin; -- T1
select id from t force index (p) where p >= 1.505 and p < 3.244 for update; -- T1
rollback; -- T1
begin; -- T1
select id from t force index (p) where p < 1.504 for update; -- T1
rollback; -- T1
begin; -- T1
select id from t force index (m) where m between '2024-01-01' and '2024-01-02 03:04:05.5' for update; -- T1
rollback; -- T1
begin; -- T1
select id from t force index (m) where m > 20240102030405.5 for update; -- T1
rollback; -- T1
begin; -- T1
select id from t force index (d) where d = '2024-01-02' for update; -- T1
rollback; -- T1
begin; -- T1
select id from t force index (d) where d < '2024-01-02 10:00:00' for update; -- T1
insert into t values (9, 0, 0, '2023-01-01', null); -- T2, BLOCKS
rollback; -- T1
begin; -- T1
delete from t where id = 3; -- T1
insert into t values (7, 3.25, '2024-01-03', '2024-01-03', null); -- T2, BLOCKS
commit; -- T1

-- case: packed values in a primary key
create table k (p decimal(5,2), m datetime(2), d date, v int, primary key (p, m, d));
insert into k values (1.5, '2024-01-01', '2024-01-01', 1), (-1.5, '2024-01-02 03:04:05.67', '2024-01-01', 1);
begin; -- T1
update k set v = 2 where p = 1.5; -- T1
update k set v = 2 where p = '-1.5' and m >= '2024-01-02'; -- T1
rollback; -- T1
insert into k values (1.5, '2024-01-01', '2024-01-01', 1); -- T1
