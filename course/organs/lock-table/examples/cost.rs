//! What a fixed workload costs with my lock table, beside ours.

use innolab_base::{CondvarPark, Events};
use innolab_conformance::{beside, lock_table};
use std::sync::Arc;

innolab_conformance::lock_table_calls!(Ours, innolab_lock::LockTable);
innolab_conformance::lock_table_calls!(Mine, innolab_my_lock_table::LockTable);

fn main() -> Result<(), String> {
    let ours = lock_table::costs(|| Ours(innolab_lock::LockTable::new(Arc::new(CondvarPark), Events::none())))?;
    let mine =
        lock_table::costs(|| Mine(innolab_my_lock_table::LockTable::new(Arc::new(CondvarPark), Events::none())))?;
    print!("{}", beside(&[("ours", ours), ("mine", mine)]));
    Ok(())
}
