//! An open simulated file. Each call passes the disk's hook, counts and faults before it reaches the inode.

use super::call::{Access, Call, FaultKind};
use super::disk::SimDisk;
use super::names::Node;
use super::state::State;
use crate::{Error, File, Result};
use innolab_base::rng::Rng;

/// A handle; it stays usable after the file's name is removed.
pub(super) struct SimFile {
    pub(super) name: Box<str>,
    pub(super) node: Node,
    pub(super) disk: SimDisk,
}

impl File for SimFile {
    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        let want = buf.len();
        let read = |state: &mut State| {
            let node = self.node.lock();
            let len = node.current().len();
            if want > 0 && at.checked_add(want as u64).is_none_or(|end| end > len) {
                return Err(Error::PastEnd { name: self.name.to_string(), at, want, len });
            }
            node.current().read(at, buf);
            state.counts.read_bytes += want as u64;
            Ok(())
        };
        self.disk.call(Access::of(Call::Read, &self.name), read, |_, _| ())
    }

    fn write_at(&self, at: u64, bytes: &[u8]) -> Result<()> {
        let write = |state: &mut State| {
            let len = self.node.lock().current().len();
            if !bytes.is_empty() && !state.has_room(len, at + bytes.len() as u64) {
                return Err(FaultKind::Full.error(Call::Write, &self.name));
            }
            self.node.lock().write(at, bytes);
            state.counts.written_bytes += bytes.len() as u64;
            Ok(())
        };
        let torn = |_: &mut State, rng: &mut Rng| {
            let cut = rng.below(bytes.len() as u64 + 1) as usize / crate::SECTOR * crate::SECTOR;
            if cut > 0 {
                self.node.lock().write(at, &bytes[..cut]);
            }
        };
        let access = Access { call: Call::Write, file: &self.name, range: (at, bytes.len() as u64) };
        self.disk.call(access, write, torn)
    }

    fn len(&self) -> Result<u64> {
        Ok(self.node.lock().current().len())
    }

    fn set_len(&self, len: u64) -> Result<()> {
        let set_len = |state: &mut State| {
            let old_len = self.node.lock().current().len();
            if !state.has_room(old_len, len) {
                return Err(FaultKind::Full.error(Call::SetLen, &self.name));
            }
            self.node.lock().set_len(len);
            Ok(())
        };
        self.disk.call(Access { call: Call::SetLen, file: &self.name, range: (0, len) }, set_len, |_, _| ())
    }

    fn sync(&self) -> Result<()> {
        let sync = |state: &mut State| {
            if !state.lying {
                self.node.lock().sync();
            }
            Ok(())
        };
        let failed = |_: &mut State, rng: &mut Rng| self.node.lock().fail_sync(rng);
        self.disk.call(Access::of(Call::Sync, &self.name), sync, failed)
    }
}
