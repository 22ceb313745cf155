-- A first scenario: a table comes into being, and each statement says what happened.
-- Lines without a session are set-up; "-- T1" gives a statement to a session and makes it a step.
create table fruit (id int auto_increment primary key, name varchar(20) not null, grams int unsigned default 100, note varchar(40));

-- case: rows come, change and go
insert into fruit (name, grams, note) values ('apple', 180, 'keeps'), ('plum', 40, null), ('melon', 2500, 'heavy'); -- T1
insert into fruit (name) values ('pear'); -- T1
select * from fruit; -- T1
select name, grams / 1000 as kg from fruit where grams between 50 and 5000 order by grams desc; -- T1
update fruit set grams = grams + 10 where name like 'p%'; -- T1
delete from fruit where note is not null and grams > 1000; -- T1
select count(*), sum(grams), avg(grams), min(name), max(name) from fruit; -- T1

-- case: what a statement refuses it refuses whole
insert into fruit values (7, 'fig', 50, null), (8, 'kiwi', 75, null), (7, 'lime', 60, null); -- T1
select count(*) from fruit; -- T1
insert into fruit (name, grams) values ('negative', -1); -- T1
insert into fruit (name) values ('a name that is much too long'); -- T1
insert into fruit (grams) values (5); -- T1
select colour from fruit; -- T1
