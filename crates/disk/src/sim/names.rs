//! The names of a simulated directory, and their unsynced changes.

use super::inode::Inode;
use innolab_base::sync::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) type Node = Arc<Mutex<Inode>>;
pub(super) type Names = BTreeMap<String, Node>;

/// An unsynced change of the directory.
#[derive(Clone)]
pub(super) enum NameChange {
    Create(String, Node),
    Remove(String),
    Rename(String, String, Node),
}

impl NameChange {
    pub(super) fn apply(&self, names: &mut Names) {
        match self {
            NameChange::Create(name, node) => drop(names.insert(name.clone(), node.clone())),
            NameChange::Remove(name) => drop(names.remove(name)),
            NameChange::Rename(from, to, node) => {
                if names.get(from).is_some_and(|there| Arc::ptr_eq(there, node)) {
                    names.remove(from);
                }
                names.insert(to.clone(), node.clone());
            }
        }
    }
}
