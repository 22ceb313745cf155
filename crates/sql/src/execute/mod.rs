//! Execution of statements on tables: rows are read, locked, grouped, sorted, inserted and changed along the access
//! path that [`crate::optimize`] chose. EXPLAIN shows what would run.
//!
//! | file                                  | what                                                            |
//! |---------------------------------------|-----------------------------------------------------------------|
//! | `scan`, `loose_scan`, `read`          | the rows of an access path                                      |
//! | `min_max`                             | the rows that answer MIN and MAX                                |
//! | `row_source`, `select`, `sort`        | SELECT: filter, sort, project, LIMIT                            |
//! | `result_types`                        | the types of a SELECT's columns                                 |
//! | `group`, `accumulator`, `distinct`    | GROUP BY, aggregates, HAVING; DISTINCT                          |
//! | `sorter`, `overflow`, `record_file`   | sorts and groups that do not fit in memory                      |
//! | `insert`, `row_builder`, `auto_increment`, `duplicate` | INSERT, REPLACE                                |
//! | `update_delete`                       | UPDATE, DELETE                                                  |
//! | `calls`, `cost`                       | what scans, sorts and temporary tables cost                     |
//! | `sorting`, `explain`                  | EXPLAIN                                                         |

mod accumulator;
mod auto_increment;
mod calls;
mod cost;
mod distinct;
mod duplicate;
pub(crate) mod explain;
mod group;
mod insert;
mod loose_scan;
mod min_max;
mod overflow;
mod read;
mod record_file;
mod result_types;
mod row_builder;
mod row_source;
mod scan;
mod select;
mod sort;
mod sorter;
mod sorting;
mod update_delete;

pub(crate) use select::SelectResult;
pub(crate) use update_delete::Changed;
