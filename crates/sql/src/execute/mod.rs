//! Execution of statements on tables: rows are read, locked, grouped, sorted, inserted and changed along the access
//! path that [`crate::optimize`] chose. EXPLAIN shows what would run.
//!
//! | file                                  | what                                                            |
//! |---------------------------------------|-----------------------------------------------------------------|
//! | `scan`, `loose_scan`, `read`          | the rows of an access path                                      |
//! | `min_max`                             | the rows that answer MIN and MAX                                |
//! | `select`, `sort`                      | SELECT: filter, sort, project, LIMIT                            |
//! | `group`, `accumulator`                | GROUP BY, aggregates, HAVING                                    |
//! | `insert`, `row_builder`, `auto_increment`, `duplicate` | INSERT, REPLACE                                |
//! | `update_delete`                       | UPDATE, DELETE                                                  |
//! | `explain`                             | EXPLAIN                                                         |

mod accumulator;
mod auto_increment;
mod duplicate;
pub(crate) mod explain;
mod group;
mod insert;
mod loose_scan;
mod min_max;
mod read;
mod row_builder;
mod scan;
mod select;
mod sort;
mod update_delete;
