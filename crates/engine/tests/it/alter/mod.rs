//! ALTER, TRUNCATE, RENAME, DROP, loads, and indexes built over rows.
//!
//! After each of them, failed or crashed or not: the tables are as before or as after, every index agrees with the
//! rows, each file bears the name of its table, and no file, tree or segment is left over (`ddl` R1, R2).

mod crash;
mod ddl;
mod disk_full;
mod load;
mod outcome;
