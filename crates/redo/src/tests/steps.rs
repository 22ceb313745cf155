//! The log one step at a time: a half of the buffer is taken, a slot is stored twice, a group's CRC.

use super::{SMALL, append, handle};
use crate::buffer::{Buffer, half};
use crate::format::{self, BLOCK, BLOCK64, Head, SLOT_BYTES, SLOTS_AT, Slot, read_slot};
use crate::ring::Ring;
use crate::{FILE_NAME, GROUP_HEAD_BYTES, Redo, START_LSN};
use innolab_base::Lsn;
use innolab_disk::{Call, Disk, Fault, FaultKind, SimDisk};

/// R8: what is taken is whole blocks; the last block comes again with the same bytes in front.
#[test]
fn a_half_is_taken_in_whole_blocks_and_the_last_block_again() {
    let mut buffer = Buffer::new(&[], START_LSN, 1 << 16);
    let mut spare = half(1 << 16);
    let group = |n: usize| vec![n as u8; n];
    let (_, first) = buffer.push(1, &group(100), crc32c::crc32c(&group(100)));
    assert_eq!(buffer.take(&mut spare, START_LSN), Some((START_LSN, first)));
    let taken = spare.clone();
    let end = GROUP_HEAD_BYTES + 100;
    assert!(taken.len() == BLOCK && taken[end..].iter().all(|byte| *byte == 0), "R8: filled up with zeros");
    assert_eq!(buffer.take(&mut spare, first), None, "all groups are written");

    let (start, second) = buffer.push(1, &group(200), crc32c::crc32c(&group(200)));
    assert_eq!(start, first);
    assert_eq!(buffer.take(&mut spare, first), Some((START_LSN, second)));
    assert_eq!(spare[..end], taken[..end], "R8: the old part does not change");

    let long = vec![7; 2 * BLOCK];
    let (_, third) = buffer.push(1, &long, crc32c::crc32c(&long));
    assert_eq!(buffer.take(&mut spare, second), Some((START_LSN, third)));
    assert_eq!(spare.len(), 3 * BLOCK);
    let (_, fourth) = buffer.push(1, &group(1), crc32c::crc32c(&group(1)));
    let base = Lsn(third.0 / BLOCK64 * BLOCK64);
    assert_eq!(buffer.take(&mut spare, third), Some((base, fourth)), "only the last block comes again");
    assert!(spare[..(third.0 - base.0) as usize].iter().all(|byte| *byte == 7));

    // What a large group took is given back when its half is the spare one again.
    let large = vec![9; 4 << 16];
    let mut written = fourth;
    for payload in [large, group(1), group(1)] {
        let (_, end) = buffer.push(1, &payload, crc32c::crc32c(&payload));
        assert!(buffer.take(&mut spare, written).is_some());
        written = end;
    }
    let limit = (1 << 16) + BLOCK;
    assert!(spare.capacity() <= limit, "`half_bytes` and a block: {} of {limit} bytes", spare.capacity());
}

/// R4: both places hold the slot, each synced, with the next number.
#[test]
fn a_slot_is_stored_in_both_places() {
    let disk = SimDisk::new(1);
    let (ring, slot) = Ring::create(&handle(&disk), &SMALL).expect("healthy");
    let before = disk.counts();
    let stored = ring.store(Slot { checkpoint: Lsn(5000), ..slot }).expect("healthy");
    assert_eq!((stored.number, stored.checkpoint), (slot.number + 1, Lsn(5000)));
    let counts = disk.counts() - before;
    assert_eq!((counts.writes, counts.syncs), (2, 2), "R4: written and synced, then written and synced");
    for at in SLOTS_AT {
        let mut bytes = [0; SLOT_BYTES];
        disk.open(FILE_NAME).expect("it is there").read_at(at, &mut bytes).expect("memory");
        assert_eq!(read_slot(&bytes), Some(stored), "R4: the slot at {at}");
    }
}

/// R4: of two whole slots the one that was stored later counts, wherever it is; of a whole and a torn one the whole one.
#[test]
fn the_newest_slot_counts() {
    let disk = SimDisk::new(1);
    let slot = Ring::create(&handle(&disk), &SMALL).expect("healthy").1;
    let file = disk.open(FILE_NAME).expect("it is there");
    let stored = |number| Slot { number, checkpoint: Lsn(4096 + 20 * number), ..slot };
    for (first, second) in [(7, 8), (8, 7)] {
        file.write_at(SLOTS_AT[0], &format::slot(&stored(first))).expect("memory");
        file.write_at(SLOTS_AT[1], &format::slot(&stored(second))).expect("memory");
        assert_eq!(Ring::open(&handle(&disk)).expect("healthy").1, stored(8), "R4: {first} and {second}");
    }
    file.write_at(SLOTS_AT[0], &[0xee; 8]).expect("memory");
    assert_eq!(Ring::open(&handle(&disk)).expect("one slot suffices").1, stored(7), "R4: the whole one");
    file.write_at(SLOTS_AT[1], &[0xee; 8]).expect("memory");
    assert!(Ring::open(&handle(&disk)).is_err(), "R4: neither slot is whole");
}

/// R6: after a failure groups still get LSNs, and no append waits for a buffer that nobody will empty.
#[test]
fn appends_after_a_failure_do_not_wait() {
    let disk = SimDisk::new(1);
    let redo = Redo::create(&handle(&disk), &SMALL).expect("healthy");
    let mut held = [5000, 5000].map(|bytes| redo.reserve(bytes).expect("there is room"));
    disk.inject(Fault { call: Some(Call::Write), nth: 1, kind: FaultKind::Io, lasting: false });
    let (_, lost) = append(&redo, b"lost");
    assert!(redo.flush_to(lost).is_err());
    for reservation in &mut held {
        redo.append(reservation, &[1; 5000], |_, _| ());
    }
    assert_eq!(redo.current().0, lost.0 + 2 * (5000 + GROUP_HEAD_BYTES as u64));
}

#[test]
fn a_crc_covers_the_payload_and_the_head() {
    let payload = b"a group of one mini-transaction";
    let head = Head::encode(payload.len() as u32, 3, Lsn(5000), crc32c::crc32c(payload));
    assert!(Head::decode(&head).fits(payload));
    for at in 0..GROUP_HEAD_BYTES {
        let mut bad = head;
        bad[at] ^= 1;
        assert!(!Head::decode(&bad).fits(payload), "byte {at} of the head");
    }
    for at in 0..payload.len() {
        let mut bad = *payload;
        bad[at] ^= 1;
        assert!(!Head::decode(&head).fits(&bad), "byte {at} of the payload");
    }
}
