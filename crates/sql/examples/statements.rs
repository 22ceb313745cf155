//! A session on a database in memory: queries, changes, refused statements, and a failed statement that changes nothing.
//!
//! ```text
//! cargo run -p innolab-sql --example statements
//! ```

use innolab_disk::SimDisk;
use innolab_engine::{Engine, Options};
use innolab_sql::{Outcome, Session};
use std::sync::Arc;

const STATEMENTS: &[&str] = &[
    "create table account (id int primary key, owner varchar(10) not null, cents int unsigned not null default 0)",
    "insert into account values (1, 'ann', 1000), (2, 'bob', 50), (7, 'cy', 0)",
    "update account set cents = cents + 25 where id in (2, 7)",
    "select owner, cents / 100 as euros from account where id > 1 order by cents desc",
    "select count(*), sum(cents), avg(cents) from account",
    "update account set cents = cents - 100 where id <= 2",
    "select cents from account",
    "insert into account (id, owner) values (8, 'dee'), (7, 'eve')",
    "insert into account (id) values (9)",
    "select * form account",
    "select owner from account where owner like '%e%' or cents % 2 = 1",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::open(Arc::new(SimDisk::new(1)), Options::default())?;
    let mut session = Session::new(engine, "bank");
    for sql in STATEMENTS {
        println!("\n{sql}");
        match session.execute(sql) {
            Ok(Outcome::Ok { affected }) => println!("    {affected} rows affected"),
            Ok(Outcome::Rows { columns, rows }) => {
                println!("    {}", columns.join(" | "));
                for row in rows {
                    let shown = row.iter().map(|v| v.as_deref().map_or("NULL".into(), String::from_utf8_lossy));
                    println!("    {}", shown.collect::<Vec<_>>().join(" | "));
                }
            }
            Err(refused) => println!("    {refused}"),
        }
    }
    Ok(())
}
