//! The redo log: it makes a change durable before the changed page is written.
//!
//! A commit changes rows in pages all over the tablespace files. Writing all of these pages at each commit would be
//! slow, and a crash between two of them would leave half a change. So InnoDB first describes the changes in one file
//! that is only ever appended to, and syncs that: one sequential write. The pages follow later, in any order. After a
//! crash, *recovery* reads the log and repeats the changes that had not reached their pages.
//!
//! Terms. The log is an endless *stream* of bytes; an *LSN* (log sequence number) is a position in it. The unit that is
//! appended is a *group*: all changes of one mini-transaction, recovered whole or not at all (I2). A *checkpoint* is an
//! LSN before which every change is in its page, so that recovery starts there and the bytes before it can be
//! overwritten: the stream lies in a *ring*, a file of fixed size. Each opening begins a new *life* of the log, with a
//! number of its own, the *epoch*.
//!
//! ```text
//!            checkpoint                    flushed    written   current
//! stream ────────┼─────────────────────────────┼──────────┼─────────┼──► LSN
//!    no longer   │  on the device              │ in the   │ in the  │   room, part of it
//!    needed      │  (a recovery starts here)   │ OS cache │ buffer  │   reserved
//!
//! file   ┌────────┬────────┬────────┬────────┬───────────────────────────┐
//!        │ header │ slot A │ slot B │   –    │ ring: stream byte n is at │
//!        │ 4 KiB  │ 4 KiB  │ 4 KiB  │ 4 KiB  │ 16 KiB + n mod ring size  │
//!        └────────┴────────┴────────┴────────┴───────────────────────────┘
//! ring   … ┌ 20-byte head ─────────┬─────────┐┌ head …
//!          │ length epoch lsn crc  │ payload ││              one group = one mini-transaction
//!          └───────────────────────┴─────────┘└
//! ```
//!
//! The files, in the order in which to read them:
//!
//! | module     | one idea                                                              |
//! |------------|-----------------------------------------------------------------------|
//! | `format`   | the bytes: header, checkpoint slot, head of a group                    |
//! | `ring`     | stream positions to file positions; creating and checking the file     |
//! | `buffer`   | groups that are not yet in the file                                    |
//! | `room`     | reservations: the log never overwrites what a recovery needs (I7)      |
//! | `lead`     | one thread at a time does I/O                                          |
//! | `redo`     | the log's state, and opening it                                        |
//! | `reserve`, `append`, `flush` | the three steps of a writer                          |
//! | `scan`     | recovery: the groups after the checkpoint                              |
//!
//! RULES
//!
//! - **R1** *Position is identity.* A group's head holds the group's own LSN, so bytes of an earlier lap of the ring
//!   are not mistaken for it.
//! - **R2** *One epoch a life.* Opening the log raises the epoch and makes it durable, with the LSN from which it
//!   holds, before anything is appended. From that LSN on only groups of exactly that epoch count.
//! - **R3** *Below the epoch's start every group is whole*, because an opening syncs what it read before it relies on
//!   it. A bad group there is damage, an error. A bad group at or after the epoch's start is the end of the log,
//!   unless the caller knows that the log was durable beyond it ([`Redo::open_reaching`]).
//! - **R4** *Either slot alone suffices.* A checkpoint (or epoch) is written to one slot and synced, then to the other
//!   and synced; only then is room reused or a group appended. A slot that is lost while it is being written loses
//!   nothing.
//! - **R5** *Reserve first.* Appending requires a reservation; `free + reserved + (current − checkpoint) = usable`
//!   always holds.
//! - **R6** *No second try.* After a failed write or sync everything that promises durability returns
//!   [`Error::Poisoned`] (I10).
//! - **R7** *One thread at a time does I/O.* Group flush and checkpoint exclude one another: the system reports a
//!   failed write-back only once per open file, so of two threads that sync at the same time one could miss it.
//! - **R8** *A sector's old part never changes*: the last, partly filled block is written again with the same bytes in
//!   front.
//!
//! FACT. A recovery reads, from the checkpoint on, all groups that the last life had itself recovered, and then a
//! prefix of the groups that the last life appended. The prefix holds every flushed group. A group of an earlier life
//! that the next opening did not recover never returns.
//!
//! PROOF. Let life *n* have epoch *n* and start at `Rₙ`, where its scan ended; its checkpoints lie at `c`.
//!
//! 1. *Which slot.* By R4, when life n appends its first byte both slots hold `(n, Rₙ)`, durably; until the next
//!    opening only `c` changes in them. So the next opening reads `(n, Rₙ)` from either slot; or, after an opening that
//!    did not finish, possibly the `(n+1, Rₙ₊₁)` that it stored; nothing was appended in epoch n+1. In both cases `c`
//!    is the newest checkpoint, or the one before it, whose room is not reused yet.
//! 2. *Below `Rₙ`.* The opening that stored `Rₙ` had read every group in `[c, Rₙ)` as whole and synced the file
//!    *before* it stored `Rₙ`. These bytes are durable, and nothing overwrites them until the checkpoint has passed
//!    them: R5 keeps new bytes in `[Rₙ, c + usable)`, and the block-aligned write rewrites the bytes before `Rₙ`
//!    unchanged (R8). So the next scan finds the same groups there.
//! 3. *From `Rₙ` on.* A head with epoch n and LSN p was only ever made by life n, and once for each p, since `current`
//!    only grows within a life. The CRC covers head and payload; so if the group at p is accepted, all its bytes are
//!    those that life n appended at p, wherever the sectors came from. Groups are accepted without a gap from `Rₙ` (or
//!    from `c`, if later: then `c ≤ flushed`, a group boundary). So they are a prefix of what life n appended. The
//!    epoch must be exactly n; "not older than the group before it" would be too weak: let life m < n leave a torn
//!    group at `Rₙ`, its head without its tail, and let life n write a group with the same tail there and lose its
//!    head. The old head and the new tail then make a whole group of epoch m.
//! 4. *Flushed.* A flushed group was written and synced, and by 2 not overwritten; so it is whole and in the prefix.
//! 5. *A crash while opening.* An opening scans, syncs what it has read, and then stores `(n+1, Rₙ₊₁)` in both slots.
//!    If the crash comes before the first slot is durable, the next opening starts from `(n, Rₙ)` again. It finds no
//!    less than this one found, because of the sync. If the crash comes later, the next opening may read
//!    `(n+1, Rₙ₊₁)`. By 2 `[c, Rₙ₊₁)` is whole. At `Rₙ₊₁` no group of epoch n+1 exists, so the log ends there: groups
//!    of life n that survived behind a torn one have epoch n and are never accepted. Any number of such crashes, and
//!    of openings that append nothing, leave one of these two cases. ∎
//!
//! InnoDB's counterpart: `log0log`, `log0recv`, `log0write`. InnoDB has no epochs: it zero-fills ahead and relies on
//! block numbers.
//!
//! Left out: several files, changing the size, archiving, encryption; writing again what a failed sync left in the
//! system's cache: a process that reopens the log after EIO, without a restart of the machine, may read bytes that the
//! device does not have.

mod append;
mod buffer;
mod error;
mod flush;
mod format;
mod lead;
mod options;
mod redo;
mod reserve;
mod ring;
mod room;
mod scan;

pub use error::{Error, Result};
pub use format::{GROUP_HEAD_BYTES, MIN_CAPACITY_BYTES, START_LSN};
pub use options::Options;
pub use redo::{Redo, Stats};
pub use ring::FILE_NAME;
pub use room::{NoRoom, Reservation};
pub use scan::{Group, Groups, Scan};

#[cfg(all(test, not(shuttle)))]
mod tests;

#[cfg(all(test, shuttle))]
mod model;
