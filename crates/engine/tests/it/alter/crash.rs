//! A crash at every call of every kind of DDL statement: afterwards the table is as before or as after.

use super::ddl::*;
use innolab_testing::{is_full, size};
use std::sync::{Arc, Mutex};

#[test]
fn a_table_is_as_before_or_as_after() {
    let base = filled();
    for (kind, ddl) in KINDS {
        let states = {
            let disk = base.killed();
            let engine = open_tiny(&disk).unwrap();
            let old = contents(&engine);
            ddl(&engine).unwrap();
            sound(&engine, &disk, kind);
            let new = contents(&engine);
            engine.close().unwrap();
            assert!(old != new && contents(&open_tiny(&disk).unwrap()) == new, "{kind}: after reopening");
            [old, new]
        };
        let disk = base.killed();
        let engine = open_tiny(&disk).unwrap();
        let crashes = Arc::new(Mutex::new(vec![]));
        disk.on_call({
            let (disk, crashes) = (disk.clone(), crashes.clone());
            move |call| {
                let mut crashes = crashes.lock().unwrap();
                let n = crashes.len() as u64;
                crashes.push((format!("{kind}: killed before {call:?} {n}"), disk.killed()));
                for loss in [0, 2 + n] {
                    crashes.push((format!("{kind}: power loss {loss} before {call:?} {n}"), disk.power_loss(loss)));
                }
            }
        });
        ddl(&engine).unwrap();
        disk.clear_hook();
        let crashes = std::mem::take(&mut *crashes.lock().unwrap());
        let (mut old, mut new) = (0, 0);
        for (at, disk) in crashes.iter().step_by(size(7, 1)) {
            let engine = open_tiny(disk).unwrap_or_else(|e| panic!("{at}: {e}"));
            sound(&engine, disk, at);
            let found = contents(&engine);
            assert!(states.contains(&found), "{at}: {:?}", found.keys());
            if found == states[0] { old += 1 } else { new += 1 }
        }
        assert!(old > 0 && new > 0 || !is_full(), "{kind}: {old} as before, {new} as after");
    }
}
