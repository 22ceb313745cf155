//! The simulated disk as a [`Disk`]: the calls on its directory.

use super::call::{Access, Call, io_error};
use super::disk::SimDisk;
use super::file::SimFile;
use super::names::{NameChange, Node};
use super::state::State;
use crate::{Disk, Error, File, Result};
use std::sync::Arc;

impl Disk for SimDisk {
    fn open(&self, name: &str) -> Result<Arc<dyn File>> {
        let state = self.state.lock();
        if state.dead {
            return Err(io_error(Call::Read, name, "the process is dead (injected)"));
        }
        Ok(Arc::new(SimFile { name: name.into(), node: state.node(name)?, disk: self.clone() }))
    }

    fn create(&self, name: &str) -> Result<Arc<dyn File>> {
        let create = |state: &mut State| {
            if state.names.contains_key(name) {
                return Err(Error::Exists { name: name.to_owned() });
            }
            let node = Node::default();
            state.change_name(NameChange::Create(name.to_owned(), node.clone()));
            Ok(node)
        };
        let node = self.call(Access::of(Call::Create, name), create, |_, _| ())?;
        Ok(Arc::new(SimFile { name: name.into(), node, disk: self.clone() }))
    }

    fn remove(&self, name: &str) -> Result<()> {
        let remove = |state: &mut State| {
            state.node(name)?;
            state.change_name(NameChange::Remove(name.to_owned()));
            Ok(())
        };
        self.call(Access::of(Call::Remove, name), remove, |_, _| ())
    }

    fn rename(&self, from: &str, to: &str) -> Result<()> {
        let rename = |state: &mut State| {
            let node = state.node(from)?;
            if from != to {
                state.change_name(NameChange::Rename(from.to_owned(), to.to_owned(), node));
            }
            Ok(())
        };
        self.call(Access::of(Call::Rename, from), rename, |_, _| ())
    }

    fn list(&self) -> Result<Vec<String>> {
        let state = self.state.lock();
        if state.dead {
            return Err(io_error(Call::Read, ".", "the process is dead (injected)"));
        }
        Ok(state.names.keys().cloned().collect())
    }

    fn sync_dir(&self) -> Result<()> {
        let sync = |state: &mut State| {
            if !state.lying {
                state.durable_names = state.names.clone();
                state.pending.clear();
            }
            Ok(())
        };
        self.call(Access::of(Call::SyncDir, "."), sync, |_, _| ())
    }
}
