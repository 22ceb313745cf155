//! Kinds of calls: what is counted, and what can fail.

use crate::Error;
use std::ops::Sub;

/// A kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    /// [`File::read_at`](crate::File::read_at).
    Read,
    /// [`File::write_at`](crate::File::write_at).
    Write,
    /// [`File::set_len`](crate::File::set_len).
    SetLen,
    /// [`File::sync`](crate::File::sync).
    Sync,
    /// [`Disk::create`](crate::Disk::create).
    Create,
    /// [`Disk::remove`](crate::Disk::remove).
    Remove,
    /// [`Disk::rename`](crate::Disk::rename).
    Rename,
    /// [`Disk::sync_dir`](crate::Disk::sync_dir).
    SyncDir,
}

impl Call {
    /// The operation as errors name it.
    pub(super) fn verb(self) -> &'static str {
        match self {
            Call::Read => "read",
            Call::Write => "write",
            Call::SetLen => "extend",
            Call::Sync => "sync",
            Call::Create => "create",
            Call::Remove => "remove",
            Call::Rename => "rename",
            Call::SyncDir => "sync the directory of",
        }
    }
}

/// A call, and what it would change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access<'a> {
    /// The kind of call.
    pub call: Call,
    /// The file; of a rename the old name; `.` for [`Call::SyncDir`].
    pub file: &'a str,
    /// First byte and number of bytes of a write; 0 and the new length of a change of the length; else zeros.
    pub range: (u64, u64),
}

impl<'a> Access<'a> {
    /// A call that changes no bytes.
    pub(super) fn of(call: Call, file: &'a str) -> Access<'a> {
        Access { call, file, range: (0, 0) }
    }
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// EIO.
    Io,
    /// ENOSPC.
    Full,
}

/// An injected fault (F4, F5).
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// The kind of call that counts; `None`: all except reads.
    pub call: Option<Call>,
    /// The n-th of them from now on fails; 1 is the next.
    pub nth: u64,
    /// How it fails.
    pub kind: FaultKind,
    /// True if all later ones fail too.
    pub lasting: bool,
}

/// Number of calls and bytes so far. Subtract two to count what happened in between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls of [`File::read_at`](crate::File::read_at).
    pub reads: u64,
    /// Bytes read.
    pub read_bytes: u64,
    /// Calls of [`File::write_at`](crate::File::write_at).
    pub writes: u64,
    /// Bytes written.
    pub written_bytes: u64,
    /// Calls of [`File::sync`](crate::File::sync).
    pub syncs: u64,
    /// Calls of [`Disk::sync_dir`](crate::Disk::sync_dir).
    pub dir_syncs: u64,
    /// Calls of [`File::set_len`](crate::File::set_len).
    pub set_lens: u64,
    /// Calls of create, remove and rename.
    pub name_changes: u64,
}

impl Sub for Counts {
    type Output = Counts;
    fn sub(self, before: Counts) -> Counts {
        Counts {
            reads: self.reads - before.reads,
            read_bytes: self.read_bytes - before.read_bytes,
            writes: self.writes - before.writes,
            written_bytes: self.written_bytes - before.written_bytes,
            syncs: self.syncs - before.syncs,
            dir_syncs: self.dir_syncs - before.dir_syncs,
            set_lens: self.set_lens - before.set_lens,
            name_changes: self.name_changes - before.name_changes,
        }
    }
}

impl Counts {
    pub(super) fn count(&mut self, call: Call) {
        *match call {
            Call::Read => &mut self.reads,
            Call::Write => &mut self.writes,
            Call::SetLen => &mut self.set_lens,
            Call::Sync => &mut self.syncs,
            Call::SyncDir => &mut self.dir_syncs,
            Call::Create | Call::Remove | Call::Rename => &mut self.name_changes,
        } += 1;
    }
}

/// Counts `call` for all faults; returns the kind of the first one that is due.
pub(super) fn due(faults: &mut Vec<Fault>, call: Call) -> Option<FaultKind> {
    let mut failure = None;
    faults.retain_mut(|fault| {
        if !fault.call.map_or(call != Call::Read, |only| only == call) {
            return true;
        }
        fault.nth = fault.nth.saturating_sub(1);
        if fault.nth == 0 {
            failure = failure.or(Some(fault.kind));
        }
        fault.nth > 0 || fault.lasting
    });
    failure
}

impl FaultKind {
    pub(super) fn error(self, call: Call, name: &str) -> Error {
        match self {
            FaultKind::Io => io_error(call, name, "injected EIO"),
            FaultKind::Full => Error::Full { op: call.verb(), name: name.to_owned() },
        }
    }
}

pub(super) fn io_error(call: Call, name: &str, why: &str) -> Error {
    Error::Io { op: call.verb(), name: name.to_owned(), why: why.to_owned() }
}
