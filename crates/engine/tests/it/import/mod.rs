//! A real MariaDB imports exported files, agrees with every row, and changes them until pages split and merge.
//!
//! Needs `mariadbd`, `mariadb` and `innochecksum`; without them the tests are skipped, or fail if `CI` is set.

mod cfg;
mod referee;
mod tables;
