-- Expressions without a table: arithmetic and its scales, logic of three values, comparison, LIKE, what text is as a number.

-- case: arithmetic
select 1+2*3-4, 7/2, 7 div 2, 7%3, -7%3, -7 div 2, 1.5/3, 1/3.00, 5 mod 3, mod(5,3); -- T1
select 2/3*3, 1/3/3*9, 10/7, 0.1+0.2, 1.5*0.25, -2/3; -- T1
select 7/0, 7 div 0, 7 % 0, null + 1, - null; -- T1
select '0.1' + '0.2', '1e3' + 0, 1e15, 1e14, 1e-7, 1.25e-16, '7' / 2, 7.5 % 2; -- T1
select -9223372036854775808, 9223372036854775808, 18446744073709551616, - -5, 5 - -5; -- T1
select 9223372036854775807 + 1; -- T1
select 9223372036854775807 * 2 + (1 - (2 - 3)); -- T1
select abs(-9223372036854775808); -- T1

-- case: logic
select null and 0, null and 1, null or 1, null or 0, not null, 1 xor 0, 1 xor null, 2 and 3, not 5, !1, !1 = 2, not 1 = 2; -- T1
select 1 in (2, null), 1 in (1, null), null in (1), 1 not in (2, 3), 1 between null and 2, 3 between null and 2; -- T1
select null <=> null, 1 <=> null, 1 is null, null is not null, 1 is true, null is unknown, 0 is not false; -- T1
select 1 or 0 xor 1 and 0, 1 = 2 is null, 'a' = 'b' like 'c', 2 || 0, 1 && 0; -- T1

-- case: comparison
select 3 = '3', '3' = 3.0, 'abc' = 0, 2 > '10', '2' > '10', 1 = 1.0, 1 = true, 9007199254740993 = '9007199254740992'; -- T1
select 'abc' like 'a%', 'a_c' like 'a\_c', 'abc' like 'a\_c', 'abc' like 'a|%' escape '|', null like 'a', 'abc' not like '_b_', 5 like '5'; -- T1
select length('é'), char_length('é'), concat('a', 1, 1.50), concat('a', null), upper('a'), coalesce(null, 'x'), repeat('ab', 3), hex('a'); -- T1
