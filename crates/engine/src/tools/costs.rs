//! What the whole has cost: the sums of all sessions' counters, and the organs' own counts, which are asked for when
//! someone wants to know.
//!
//! InnoDB's counterpart: `srv_export_innodb_status`.

use crate::core::Engine;
use innolab_base::{Counter, Counters};

impl Engine {
    /// Adds what a statement has cost to the sums of all sessions.
    pub fn add_cost(&self, statement: &Counters) {
        self.counting.add(statement);
    }

    /// Returns the counters of the whole: sums of all sessions, and the organs' counts.
    #[doc(alias = "SHOW GLOBAL STATUS")]
    pub fn counters(&self) -> Counters {
        let sums = self.counting.sums();
        let mut all = sums.statements;
        let requests = all.get(Counter::PageRequests);
        let (pages, log) = (self.store.counts(), self.store.log_counts());
        let waiting =
            self.lock.data_locks().iter().filter(|lock| lock.waiting && lock.metadata_mode().is_none()).count();
        let deadlocks = self.deadlocks.lock().back().map_or(0, |last| last.number);
        let hash = self.store.hash_counts();
        let of_organs = [
            (Counter::AdaptiveHashHits, hash.adaptive_hash_searches),
            (Counter::AdaptiveHashMisses, hash.adaptive_hash_searches_btree),
            (Counter::BufferPoolPagesData, pages.frames - pages.free_frames),
            (Counter::BufferPoolPagesDirty, pages.dirty_pages),
            (Counter::BufferPoolPagesFlushed, pages.pages_written),
            (Counter::BufferPoolPagesFree, pages.free_frames),
            (Counter::BufferPoolPagesTotal, pages.frames),
            (Counter::BufferPoolReadRequests, requests),
            (Counter::BufferPoolReads, pages.pages_read),
            (Counter::CheckpointAge, pages.checkpoint_age),
            (Counter::DataFsyncs, pages.syncs + log.syncs),
            (Counter::Deadlocks, deadlocks),
            (Counter::HistoryListLength, self.history_length()),
            (Counter::LogWaits, log.room_waits),
            (Counter::LogWriteRequests, log.groups),
            (Counter::LogWrites, log.writes),
            (Counter::LsnCurrent, pages.log_bytes),
            (Counter::OsLogWritten, log.written_bytes),
            (Counter::PagesCreated, pages.pages_created),
            (Counter::PagesRead, pages.pages_read),
            (Counter::PagesWritten, pages.pages_written),
            (Counter::RowLockCurrentWaits, waiting as u64),
        ];
        of_organs.into_iter().for_each(|(counter, value)| all.set(counter, value));
        all.set(Counter::RowLockWaits, sums.waits);
        all.set(Counter::RowLockTime, sums.waited_us / 1000);
        all.set(Counter::RowLockTimeAvg, sums.waited_us / 1000 / sums.waits.max(1));
        all.set(Counter::RowLockTimeMax, sums.longest_wait_us / 1000);
        all
    }
}
