-- Write skew (G2-item): both see two doctors on call, and each of them goes home; now there is none.
-- happens if: step 11 shows 1 0, 2 0
create table doctor (id int primary key, on_call int);
insert into doctor values (1, 1), (2, 1);

-- case: read uncommitted
-- They change different rows, so no lock is in the way.
-- What they read is not protected.
set session transaction isolation level read uncommitted; begin; -- T1
set session transaction isolation level read uncommitted; begin; -- T2
select * from doctor; -- T1
select * from doctor; -- T2
update doctor set on_call = 0 where id = 1; -- T1
update doctor set on_call = 0 where id = 2; -- T2
commit; -- T1
commit; -- T2
select * from doctor; -- T1

-- case: read committed
-- As before: reads leave no locks.
-- SELECT … FOR UPDATE would have made the second doctor wait.
set session transaction isolation level read committed; begin; -- T1
set session transaction isolation level read committed; begin; -- T2
select * from doctor; -- T1
select * from doctor; -- T2
update doctor set on_call = 0 where id = 1; -- T1
update doctor set on_call = 0 where id = 2; -- T2
commit; -- T1
commit; -- T2
select * from doctor; -- T1

-- case: repeatable read
-- Each decides by its view, and the views are from before both changes.
-- A snapshot is consistent, yet decisions made on it need not be.
set session transaction isolation level repeatable read; begin; -- T1
set session transaction isolation level repeatable read; begin; -- T2
select * from doctor; -- T1
select * from doctor; -- T2
update doctor set on_call = 0 where id = 1; -- T1
update doctor set on_call = 0 where id = 2; -- T2
commit; -- T1
commit; -- T2
select * from doctor; -- T1

-- case: serializable
-- Both have S on both rows; each wants X on one and waits for the other: a circle.
-- T2 is rolled back, and one doctor stays.
set session transaction isolation level serializable; begin; -- T1
set session transaction isolation level serializable; begin; -- T2
select * from doctor; -- T1
select * from doctor; -- T2
update doctor set on_call = 0 where id = 1; -- T1
update doctor set on_call = 0 where id = 2; -- T2
commit; -- T1
commit; -- T2
select * from doctor; -- T1
