//! What statements cost: counters under MySQL's names, in one table.
//!
//! ```text
//! organ that counts                                    where it counts          who sees it
//! engine   rows written, waits                      ─┐
//! sql      calls of a scan, sorts, temporary tables ─┼► the statement's ─► the session's ─► the whole's
//! store    page requests of this thread             ─┘   `Counters`         FLUSH STATUS     SHOW GLOBAL STATUS
//!                                                                           makes it zero
//! store, redo, lock   their own counts, of the whole ────────────────────────────────────────┘
//! ```
//!
//! RULES
//!
//! - **R1** A statement counts in integers of its own, without a lock or an atomic. They are added to those of its
//!   session and of the whole once, when the statement ends.
//! - **R2** `Handler_*` are the server's, statement by statement: the calls that it makes of its storage engine for the
//!   same plan. What it does in a temporary table or by the position of a row, we do in memory, and count as it does.
//! - **R3** A counter of [`Scope::Whole`] or [`Scope::State`] has one value, which all sessions see.
//!
//! The server's counterpart: `system_status_var`, `status_vars` in `sql/mysqld.cc`; `srv_export_innodb_status`.

/// Who a counter belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A statement, its session, and their sum.
    Session,
    /// The whole (R3).
    Whole,
    /// The whole: its present state, not a sum.
    State,
    /// A statement, for reports about it; SHOW STATUS has no such name.
    Statement,
}

macro_rules! counters {
    ($($scope:ident { $($counter:ident $name:literal $doc:literal)* })*) => {
        /// A counter. Its documentation says what is counted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Counter {
            $($(#[doc = $doc] $counter,)*)*
        }

        impl Counter {
            /// All counters, sorted by name within a scope.
            pub const ALL: &[Counter] = &[$($(Counter::$counter,)*)*];

            /// MySQL's name.
            pub fn name(self) -> &'static str {
                match self { $($(Counter::$counter => $name,)*)* }
            }

            /// Who it belongs to.
            pub fn scope(self) -> Scope {
                match self { $($(Counter::$counter => Scope::$scope,)*)* }
            }
        }
    };
}

counters! {
    Session {
        CreatedTmpDiskTables "Created_tmp_disk_tables" "Temporary tables that went to a file."
        CreatedTmpFiles "Created_tmp_files" "Temporary files."
        CreatedTmpTables "Created_tmp_tables" "Temporary tables of a statement: for GROUP BY, DISTINCT, and INSERT … SELECT of the same table."
        HandlerCommit "Handler_commit" "Commits, of statements and of transactions."
        HandlerDelete "Handler_delete" "Rows deleted."
        HandlerIcpAttempts "Handler_icp_attempts" "Index entries that an index condition was checked on."
        HandlerIcpMatch "Handler_icp_match" "Index entries for which it was true."
        HandlerReadFirst "Handler_read_first" "Reads of the first entry of an index."
        HandlerReadKey "Handler_read_key" "Searches for a key."
        HandlerReadLast "Handler_read_last" "Reads of the last entry of an index."
        HandlerReadNext "Handler_read_next" "Steps forwards in an index."
        HandlerReadPrev "Handler_read_prev" "Steps backwards in an index."
        HandlerReadRnd "Handler_read_rnd" "Rows read by their position, after a sort or after all rows to be changed were found."
        HandlerReadRndDeleted "Handler_read_rnd_deleted" "Deleted rows met in a temporary table."
        HandlerReadRndNext "Handler_read_rnd_next" "Steps of a table scan; the one that finds no further row counts too."
        HandlerRollback "Handler_rollback" "Rollbacks, of statements and of transactions."
        HandlerSavepoint "Handler_savepoint" "Savepoints set."
        HandlerSavepointRollback "Handler_savepoint_rollback" "Rollbacks to a savepoint."
        HandlerTmpUpdate "Handler_tmp_update" "Rows updated in a temporary table."
        HandlerTmpWrite "Handler_tmp_write" "Rows written to a temporary table, also those found to be there already."
        HandlerUpdate "Handler_update" "Rows updated."
        HandlerWrite "Handler_write" "Rows inserted, also those refused as duplicates."
        Questions "Questions" "Statements that clients sent."
        RowsSent "Rows_sent" "Rows of results."
        SelectRange "Select_range" "SELECTs that read ranges of an index."
        SelectScan "Select_scan" "SELECTs that read a whole table or index."
        SlowQueries "Slow_queries" "Statements that took longer than `long_query_time`."
        SortMergePasses "Sort_merge_passes" "Merges of sorted runs."
        SortPriorityQueueSorts "Sort_priority_queue_sorts" "Sorts that kept only the rows within LIMIT."
        SortRange "Sort_range" "Sorts of rows from ranges of an index."
        SortRows "Sort_rows" "Rows sorted; of a sort that keeps the rows within LIMIT, those kept."
        SortScan "Sort_scan" "Sorts of rows from a whole table, or from a temporary one."
    }
    Statement {
        LockWaits "Lock_waits" "Waits for a row, a table or a definition."
        PageRequests "Page_requests" "Pages looked at."
        RowsExamined "Rows_examined" "Rows that scans returned."
    }
    Whole {
        AdaptiveHashHits "Innodb_adaptive_hash_hash_searches" "Searches that the adaptive hash index answered."
        AdaptiveHashMisses "Innodb_adaptive_hash_non_hash_searches" "Searches that went through the tree, though the hash index was on."
        BufferPoolPagesFlushed "Innodb_buffer_pool_pages_flushed" "Pages written back."
        BufferPoolReadRequests "Innodb_buffer_pool_read_requests" "Pages looked at by statements."
        BufferPoolReads "Innodb_buffer_pool_reads" "Pages read from files, because they were not in the buffer pool."
        DataFsyncs "Innodb_data_fsyncs" "Syncs of data files and of the redo log."
        Deadlocks "Innodb_deadlocks" "Deadlocks found."
        LogWaits "Innodb_log_waits" "Reservations of redo log that had to wait for room."
        LogWriteRequests "Innodb_log_write_requests" "Groups appended to the redo log."
        LogWrites "Innodb_log_writes" "Writes to the redo log's file."
        OsLogWritten "Innodb_os_log_written" "Bytes written to the redo log's file."
        PagesCreated "Innodb_pages_created" "Pages allocated."
        PagesRead "Innodb_pages_read" "Pages read from files."
        PagesWritten "Innodb_pages_written" "Pages written to files."
        RowLockTime "Innodb_row_lock_time" "Milliseconds waited for locks."
        RowLockWaits "Innodb_row_lock_waits" "Waits for locks."
    }
    State {
        BufferPoolPagesData "Innodb_buffer_pool_pages_data" "Pages in the buffer pool."
        BufferPoolPagesDirty "Innodb_buffer_pool_pages_dirty" "Of these, changed and not yet written back."
        BufferPoolPagesFree "Innodb_buffer_pool_pages_free" "Frames without a page."
        BufferPoolPagesTotal "Innodb_buffer_pool_pages_total" "Frames."
        CheckpointAge "Innodb_checkpoint_age" "Bytes of redo since the last checkpoint."
        HistoryListLength "Innodb_history_list_length" "Undo logs that purge has not yet removed."
        LsnCurrent "Innodb_lsn_current" "End of the redo log."
        RowLockCurrentWaits "Innodb_row_lock_current_waits" "Transactions that wait for a lock now."
        RowLockTimeAvg "Innodb_row_lock_time_avg" "Of these, for each wait."
        RowLockTimeMax "Innodb_row_lock_time_max" "The longest of these waits."
    }
}

/// A value for each counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counters([u64; Counter::ALL.len()]);

impl Default for Counters {
    fn default() -> Counters {
        Counters([0; Counter::ALL.len()])
    }
}

impl Counters {
    /// Returns the value of a counter.
    #[inline]
    pub fn get(&self, counter: Counter) -> u64 {
        self.0[counter as usize]
    }

    /// Sets the value of a counter.
    pub fn set(&mut self, counter: Counter, value: u64) {
        self.0[counter as usize] = value;
    }

    /// Adds to a counter.
    #[inline]
    pub fn add(&mut self, counter: Counter, n: u64) {
        self.0[counter as usize] += n;
    }

    /// Adds all of another's counters.
    pub fn add_all(&mut self, other: &Counters) {
        self.0.iter_mut().zip(&other.0).for_each(|(sum, n)| *sum += n);
    }

    /// Returns the counters that are not 0, in the order of [`Counter::ALL`].
    pub fn moved(&self) -> impl Iterator<Item = (Counter, u64)> + '_ {
        Counter::ALL.iter().map(|counter| (*counter, self.get(*counter))).filter(|(_, n)| *n > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_sorted_by_name_within_their_scope() {
        let mut names: Vec<_> = Counter::ALL.iter().map(|c| (c.scope() as u8, c.name())).collect();
        let scopes: Vec<_> = names.iter().map(|(scope, _)| *scope).collect();
        names.sort_by_key(|(scope, name)| (scopes.iter().position(|s| s == scope), *name));
        let sorted: Vec<_> = names.iter().map(|(_, name)| *name).collect();
        assert_eq!(sorted, Counter::ALL.iter().map(|c| c.name()).collect::<Vec<_>>());
        assert!(Counter::ALL.iter().enumerate().all(|(n, c)| n == *c as usize));
    }

    #[test]
    fn counters_add_up() {
        let (mut sum, mut one) = (Counters::default(), Counters::default());
        one.add(Counter::HandlerWrite, 2);
        one.add(Counter::HandlerCommit, 1);
        sum.add_all(&one);
        sum.add_all(&one);
        assert_eq!(sum.moved().collect::<Vec<_>>(), [(Counter::HandlerCommit, 2), (Counter::HandlerWrite, 4)]);
    }
}
