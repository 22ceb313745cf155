//! The calls of a write-ahead log that the suite makes.

use innolab_base::Lsn;
use innolab_disk::Disk;
use std::sync::Arc;

/// A group: where it starts and ends, and its payload.
pub type Group = (Lsn, Lsn, Vec<u8>);

/// What an opening finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The LSN from which it reads.
    pub checkpoint: Lsn,
    /// The LSN at which the next group will start.
    pub end: Lsn,
    /// The groups from `checkpoint` to `end`.
    pub groups: Vec<Group>,
}

/// A write-ahead log, as the suite calls it: each method is the one of the same name of `innolab_redo::Redo`, with errors as
/// text. The macro [`write_ahead_log`](crate::write_ahead_log!) implements it.
#[allow(missing_docs)] // documented there
pub trait Log: Sized {
    fn create(disk: &Arc<dyn Disk>) -> Result<Self, String>;
    fn open(disk: &Arc<dyn Disk>) -> Result<(Self, Found), String>;
    /// Reserves and appends. `None`: there is no room.
    fn append(&self, payload: &[u8]) -> Result<Option<(Lsn, Lsn)>, String>;
    fn write_to(&self, lsn: Lsn) -> Result<(), String>;
    fn flush_to(&self, lsn: Lsn) -> Result<(), String>;
    fn checkpoint(&self, lsn: Lsn) -> Result<(), String>;
    fn current(&self) -> Lsn;
    fn written(&self) -> Lsn;
    fn flushed(&self) -> Lsn;
    fn usable_bytes(&self) -> u64;
}

/// Defines a test for each level of [`write_ahead_log`](mod@crate::write_ahead_log), for a log with the calls of `innolab_redo`
/// and its options: `innolab_conformance::write_ahead_log!(my_log::Redo, my_log::Options::small());`. The smaller the
/// log, the more laps.
#[macro_export]
macro_rules! write_ahead_log {
    ($log:ty, $options:expr) => {
        use innolab_base::Lsn;
        use innolab_disk::Disk;
        use std::sync::Arc;
        use $crate::write_ahead_log::{Found, Level, Log, check};

        struct Tested($log);

        impl Log for Tested {
            fn create(disk: &Arc<dyn Disk>) -> Result<Self, String> {
                <$log>::create(disk, &$options).map(Tested).map_err(|e| e.to_string())
            }
            fn open(disk: &Arc<dyn Disk>) -> Result<(Self, Found), String> {
                let (log, scan) = <$log>::open(disk, &$options).map_err(|e| e.to_string())?;
                let mut found = Found { checkpoint: scan.checkpoint, end: scan.end, groups: vec![] };
                let mut groups = scan.groups();
                while let Some(group) = groups.next().map_err(|e| e.to_string())? {
                    found.groups.push((group.start, group.end, group.payload.to_vec()));
                }
                Ok((Tested(log), found))
            }
            fn append(&self, payload: &[u8]) -> Result<Option<(Lsn, Lsn)>, String> {
                let reserved = self.0.try_reserve(payload.len() as u64).map_err(|e| e.to_string())?;
                Ok(reserved.map(|mut reservation| self.0.append(&mut reservation, payload, |_, _| ())))
            }
            fn write_to(&self, lsn: Lsn) -> Result<(), String> {
                self.0.write_to(lsn).map_err(|e| e.to_string())
            }
            fn flush_to(&self, lsn: Lsn) -> Result<(), String> {
                self.0.flush_to(lsn).map_err(|e| e.to_string())
            }
            fn checkpoint(&self, lsn: Lsn) -> Result<(), String> {
                self.0.checkpoint(lsn).map_err(|e| e.to_string())
            }
            fn current(&self) -> Lsn {
                self.0.current()
            }
            fn written(&self) -> Lsn {
                self.0.written()
            }
            fn flushed(&self) -> Lsn {
                self.0.flushed()
            }
            fn usable_bytes(&self) -> u64 {
                self.0.usable_bytes()
            }
        }

        fn tested(level: Level) {
            check::<Tested>(level).unwrap_or_else(|broken| panic!("{broken}"));
        }

        #[test]
        fn what_is_appended_is_read() {
            tested(Level::Groups);
        }

        #[test]
        fn room_and_laps() {
            tested(Level::Room);
        }

        #[test]
        fn power_losses() {
            tested(Level::PowerLoss);
        }

        #[test]
        fn failed_writes_and_syncs() {
            tested(Level::Faults);
        }
    };
}
