//! Titles of columns without an alias. Each was recorded from MariaDB 10.11.

use innolab_disk::SimDisk;
use innolab_engine::{Engine, Options};
use innolab_sql::{Outcome, Session};
use std::sync::Arc;

#[rustfmt::skip]
const TITLES: &[(&str, &[&str])] = &[
    ("select  1+1 ,COUNT( * )\t, max(id)from t",
     &["1+1", "COUNT( * )", "max(id)"]),
    ("select 'a' 'b', \"x'y\", 'it''s', 'a\\nb', x'41', X'41', 0x41, b'1', 0b01, N'abc'",
     &["ab", "x'y", "it's", "a\nb", "x'41'", "X'41'", "0x41", "b'1'", "0b01", "abc"]),
    ("select 1.50, 1e3, .5, 1., 00012, -0, -1, - 1, -(1), -'1', +1, + + 1, ((1)), ( 1 ), 18446744073709551616, 1.5E3",
     &["1.50", "1e3", ".5", "1.", "00012", "-0", "-1", "- 1", "-(1)", "-'1'", "1", "1", "1", "1", "18446744073709551616", "1.5E3"]),
    ("select null, (NULL), true, False, now( ) is not null, date '2020-01-01', interval 1 day + '2020-01-01'",
     &["NULL", "NULL", "TRUE", "FALSE", "now( ) is not null", "date '2020-01-01'", "interval 1 day + '2020-01-01'"]),
    ("select ' lead', '  b ', '', ' ', +' x', (  'q r '  ), (('a'))",
     &["lead", "b ", "", "", "x", "q r ", "a"]),
    ("select id, ID, t.id, `v v`, `t`.`v v` , (id), ((t.id)), +id, +(id), ((+id)), -id, ((id+1)), (id)+1, +(id+1) from t",
     &["id", "ID", "id", "v v", "v v", "id", "id", "id", "id", "id", "-id", "((id+1))", "(id)+1", "+(id+1)"]),
    ("select /* c */ id /* d */ , id+ /* e */ 1 /* f */, -- x\n id + 2 -- y\n , 3 +3 from t",
     &["id", "id+ /* e */ 1", "-- x\n id + 2", "3 +3"]),
    ("select /* c */ 1+1, /* d */ 2+2 /*e*/ , 3+3/*f*/,4+4",
     &["1+1", "/* d */ 2+2", "3+3", "4+4"]),
    ("select distinct /* a */ id+1, max( id ) from t group by id having max(id) > 0 order by id+1",
     &["id+1", "max( id )"]),
    ("select all sql_no_cache id*2 as `z`, id*3 q, id * 4 'w', (id+1)e, id*5 from t limit 1",
     &["z", "q", "w", "e", "id*5"]),
    ("select straight_join id/1 from t where id in (1, 2)",
     &["id/1"]),
    ("select case when id=1 then 'a,b' else \"c\" end, if(id,1,2), id in (1,2), `v v` like 'a%' from t",
     &["case when id=1 then 'a,b' else \"c\" end", "if(id,1,2)", "id in (1,2)", "`v v` like 'a%'"]),
    ("select 'é', concat('é'), id\nis null,\n  not id,!id, id  div 2 from t for update",
     &["é", "concat('é')", "id\nis null", "not id", "!id", "id  div 2"]),
    ("select * , id+1, t.*, count(distinct id) from t",
     &["id", "v v", "id+1", "id", "v v", "count(distinct id)"]),
    ("select @x, @@autocommit, @@session.autocommit, @@SQL_MODE = '', @`x`+1",
     &["@x", "@@autocommit", "@@session.autocommit", "@@SQL_MODE = ''", "@`x`+1"]),
    ("select 1+1 limit 1",
     &["1+1"]),
    ("select 1+1 from dual where 1",
     &["1+1"]),
    ("select 1+1;",
     &["1+1"]),
];

#[test]
fn a_column_without_a_name_bears_the_text_of_its_item() {
    let engine = Engine::open(Arc::new(SimDisk::new(1)), Options::default()).expect("an empty disk");
    let mut session = Session::new(engine, "test");
    session.execute("create table t (id int primary key, `v v` varchar(10))").expect("a new table");
    for (sql, expected) in TITLES {
        match session.execute(sql) {
            Ok(Outcome::Rows { columns, .. }) => assert_eq!(columns, *expected, "{sql:?}"),
            other => panic!("{sql:?}\n  expected: rows\n       got: {other:?}"),
        }
    }
}
