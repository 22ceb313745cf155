-- Row constructors, REGEXP, COUNT(DISTINCT a, b), LAST_INSERT_ID(expression), hexadecimal and bit literals.
create table r (a int, b int, c int primary key, s varchar(20), key ab (a, b));
insert into r values (1, 1, 1, 'one'), (1, 2, 2, 'two'), (2, 1, 3, 'One two'), (null, 1, 4, null), (3, null, 5, ''), (2, 2, 6, 'x{2}');

-- case: rows are compared element by element, and NULL makes the answer unknown where it could matter
select (1,2)=(1,2), (1,2)=(1,3), (1,null)=(1,2), (1,null)=(2,2), (1,2)<>(1,3), (1,null)<>(1,2), (1,null)<>(2,1); -- T1
select (1,2)<=>(1,2), (1,null)<=>(1,null), (1,null)<=>(1,2), (1,(2,null))<=>(1,(2,null)); -- T1
select (1,2)<(1,3), (1,2)<(0,9), (null,1)<(1,2), (1,null)<(1,2), (1,null)<(2,0), (1,2)<=(1,2), (2,1)>(1,9), (1,1)>=(1,1); -- T1
select (1,2) in ((1,2)), (1,2) in ((1,3),(2,2)), (1,null) in ((1,2)), (1,null) in ((2,2)), (1,2) in ((null,2),(1,2)); -- T1
select (1,2) not in ((1,3)), (1,2) not in ((1,null)), (1,2) not in ((1,2),(null,null)); -- T1
select ((1,2),3)=((1,2),3), ((1,2),3)<((1,2),4), ((1,2),3) in (((1,2),3)), row(1,2)=(1,2), row(1,2,3)=row(1,2,3); -- T1

-- case: rows in conditions
select c from r where (a,b) = (1,2); -- T1
select c from r where (a,b) in ((1,2),(2,1),(null,1)) order by c; -- T1
select c from r where (a,b) not in ((1,2),(2,1)) order by c; -- T1
select c from r where (a,b) < (2,1) order by c; -- T1
select c from r where not (a,b) < (2,1) order by c; -- T1
select c from r where not (a,b) = (2,1) order by c; -- T1
select c from r where (a,b) <=> (null,1); -- T1
select c from r where (b,a,c) in ((1,2,3),(2,2,6)) order by c; -- T1
update r set s = 'row' where (a,b) in ((1,1),(9,9)); -- T1
delete from r where (a,b) = (3,4); -- T1
explain select c from r where (a,b) = (1,2); -- T1
explain select c from r where (a,b) < (2,1); -- T1

-- case: operands that are no row, or one of another length
select (1,2)=1; -- T1
select 1=(1,2); -- T1
select (1,2) in (1,2); -- T1
select 1 in ((1,2)); -- T1
select (1,2)=(1,2,3); -- T1
select (1,2) in ((1,2),(1,2,3)); -- T1
select ((1,2),3)=((1,2,3),3); -- T1
select ((1,2),3)=(1,3); -- T1
select (1,2); -- T1
select (1,2)+1; -- T1
select (1,2) between (1,1) and (2,2); -- T1
select (1,2) is null; -- T1
select not (1,2); -- T1
select abs((1,2)); -- T1
select count((1,2)) from r; -- T1
select a from r order by (a,b); -- T1
select a from r group by (a,b); -- T1
select a from r where (a,b); -- T1

-- case: REGEXP and RLIKE
select c from r where s regexp '^o' order by c; -- T1
select c from r where s rlike '^O' order by c; -- T1
select c from r where s not regexp 'o' order by c; -- T1
select c, s regexp '[[:<:]]two$' from r order by c; -- T1
select c from r where s regexp '^$'; -- T1
select c from r where s regexp 'x{2}' or s regexp 'x\\{2'; -- T1
select c from r where s regexp concat('^', s, '$') order by c; -- T1
select 'a{' regexp 'a{', 'a{,2}' regexp 'a{,2}', 'aa' regexp '^a{2}$', ']' regexp ']', '[' regexp '[[]', '&' regexp '[a&&b]', ']' regexp '[]]', 'b' regexp '[^]a]'; -- T1
select 'aaa' regexp '^a+?$', 'ab' regexp 'a|', 'a' regexp '(?i)A', 'foo@bar.com' regexp '^[^@]+@[^@]+\\.[a-z]{2,}$', 12 regexp '^1'; -- T1
select 'a' regexp '('; -- T1
select 'a' regexp '['; -- T1
select 'a' regexp '*a'; -- T1
select 'a' regexp 'a**'; -- T1
select 'a' regexp 'a{2,1}'; -- T1
select c from r where 1 = 0 and s regexp ')'; -- T1

-- case: COUNT(DISTINCT) of several expressions leaves out rows with a NULL among them
select count(distinct a,b), count(distinct a), count(distinct b,c), count(distinct a,b,c), count(distinct 1,null), count(distinct a+b,'x') from r; -- T1
select b, count(distinct a,c) from r group by b order by b; -- T1
select b, count(distinct a,b) from r group by b having count(distinct a,b) > 1 order by b; -- T1

-- case: LAST_INSERT_ID(expression) gives the session a value
create table seq (name int primary key, id int); -- T1
insert into seq values (1, 100); -- T1
update seq set id = last_insert_id(id + 1) where name = 1; -- T1
select last_insert_id(), @@last_insert_id; -- T1
select last_insert_id(7); -- T1
select last_insert_id(); -- T1
select last_insert_id(-1), last_insert_id('7x'); -- T1
select last_insert_id(); -- T1
update seq set id = last_insert_id(id + 1) where name = 2; -- T1
select last_insert_id(); -- T1
select last_insert_id(1, 2); -- T1

-- case: 0x41 and b'1000001' are numbers where one is needed, x'41' is always a string
select cast(0xb3 as signed), cast(x'b3' as signed), cast(b'1011' as signed), cast(0b1011 as unsigned), cast(0xffffffffffffffff as signed); -- T1
select 0x41+0, x'41'+0, b'101'+0, -0x41, -x'31', x'31'+1, 0x41/2, 0x41*1.5, 5 % 0x3; -- T1
select 0x0a = 10, x'0a' = 10, 0x41='A', x'41'='A', 0x0a=0x000a, 0x41 > 64, 0x41 between 64 and 66, 0x41 in (65), 0x41 in ('A'), 65 in (0x41), 0x41 <=> 65, b'1'=1; -- T1
select abs(0x41), round(0x41), mod(0x43,3), hex(0x41), hex(x'41'), length(0x4142), concat(0x41,'b'), greatest(0x41,3), sqrt(0x10), ifnull(0x31,1)+0; -- T1
select sum(0x41), avg(0x41), max(0x41), min(0x41), sum(x'31'), sum(b'11') from r; -- T1
select 0x41 and 1, not 0x00, not x'00', 0x00 or 0, if(0x01,1,2), if(x'01',1,2); -- T1
create table h (id int primary key, b bigint unsigned, d decimal(10,2), v varchar(10), vb varbinary(10), dt datetime); -- T1
insert into h values (1, 0x41, 0x41, 0x41, 0x41, 0x323031302d30312d3031); -- T1
insert into h values (2, x'41', 1, x'41', x'41', null); -- T1
insert into h values (3, x'3431', x'3431', x'41', x'41', null), (4, b'101', b'101', b'1000001', b'1000001', null); -- T1
insert into h(id, b) values (5, 0xffffffffffffffff); -- T1
insert into h(id, b) values (6, 0xffffffffffffffffff); -- T1
select * from h; -- T1
select id from h where b = 0x41; -- T1
select id from h where v = 0x41 order by id; -- T1
update h set b = 0x42 where v = 0x41 and id = 1; -- T1
set @a = 0x41; -- T1
select @a, @a+0; -- T1
select 0x41 - 0x42; -- T1

-- case: CAST, ROUND with places that differ from row to row, functions of lists and of bases
select cast(12.445 as double(5,2)), cast(12345.6 as double(5,2)), cast(-12345.6 as double(5,2)), cast('abcdef' as nchar(3)), cast('abc' as varchar(2)); -- T1
select cast(5 as int), cast(-5 as signed int), cast(5 as unsigned integer), binary('a') = 'A', cast(12.5 as dec(5,1)); -- T1
select cast(2 as double(1,5)); -- T1
select round(1.23456789, c), truncate(123.456, c), round(123.456, -c) from r order by c; -- T1
select round(cast(1.5 as decimal(65,38)), c) from r where c = 1; -- T1
select round(99.99, c), round(999.9, -c), truncate(12345, -c) from r where c < 3 order by c; -- T1
select field('b','a','b','c'), field('x','a'), field(null,null), field(2,1,2), field('2',1,2), field(0,'a'), field(null,'a',null); -- T1
select find_in_set('b','a,b,c'), find_in_set('','a,,b'), find_in_set('',''), find_in_set('a,b','a,b'), find_in_set('','a,'), find_in_set(null,'a'); -- T1
select field('a'); -- T1
select elt(1,'a','b'), elt(3,'a','b'), elt(0,'a'), elt(null,'a'), elt('2','a','b'), elt(1.5,'a','b'), elt(2,1,2.5); -- T1
select unhex('4142'), hex(unhex('414')), unhex('4g'), unhex(null), unhex(41); -- T1
select conv('ff',16,10), conv(10,10,2), conv(-1,10,16), conv('z',36,10), conv('9',8,10), conv(5,1,10), conv('ff',16,-10), conv(-5,-10,-2), conv('18446744073709551616',10,16), conv('',10,2), conv('xyz',10,2); -- T1
select bin(12), bin(-1), bin('5x'), oct(12), oct(-1), oct('x'), bin(1.9); -- T1
select substring_index('a.b.c','.',2), substring_index('a.b.c','.',-2), substring_index('a.b.c','',1), substring_index('a.b.c','.',0), substring_index('a.b.c','.',10), substring_index('aaa','aa',-1); -- T1
select case 2 when 1 then 'a' when 2 then 'b' else 'c' end, case null when null then 1 else 2 end, nullif(1,1), nullif(1,2), nullif(null,1), nullif('a','b'); -- T1
