//! Damaged and foreign files: an error that names file, byte and rule, or the log's regular end; never a panic (I11).

use super::{SMALL, append, groups, handle, open};
use crate::{FILE_NAME, MIN_CAPACITY_BYTES, Options, Redo, format};
use expect_test::{Expect, expect};
use innolab_base::Lsn;
use innolab_base::codec::{put_u32, put_u64};
use innolab_disk::{Disk, File, SimDisk};
use std::sync::Arc;

/// A log of two lives with three groups in all.
fn two_lives() -> SimDisk {
    let disk = SimDisk::new(1);
    let redo = Redo::create(&handle(&disk), &SMALL).expect("healthy");
    append(&redo, b"one");
    append(&redo, b"two");
    redo.flush_to(redo.current()).expect("healthy");
    let (redo, _) = open(&disk).expect("healthy");
    append(&redo, b"three");
    redo.flush_to(redo.current()).expect("healthy");
    disk
}

fn file(disk: &SimDisk) -> Arc<dyn File> {
    disk.open(FILE_NAME).expect("it is there")
}

fn put(disk: &SimDisk, at: u64, bytes: &[u8]) {
    file(disk).write_at(at, bytes).expect("memory");
}

fn says(disk: &SimDisk, expect: Expect) {
    expect.assert_eq(&open(disk).expect_err("it is damaged").to_string());
}

#[test]
fn errors_name_file_byte_and_rule() {
    let disk = two_lives();
    disk.remove(FILE_NAME).expect("memory");
    says(&disk, expect![[r#"redo.log: no such file"#]]);
    disk.create(FILE_NAME).expect("memory");
    says(&disk, expect!["redo.log: byte 0: a redo log has at least 32768 bytes"]);
    put(&disk, 0, &[b'x'; 100]);
    says(&disk, expect![[r#"redo.log: byte 0: a redo log starts with "INNOREDO""#]]);

    let disk = two_lives();
    put(&disk, 12, &[1]);
    says(&disk, expect!["redo.log: byte 24: the CRC-32C of the header must match it"]);
    let disk = two_lives();
    file(&disk).set_len(MIN_CAPACITY_BYTES - 1).expect("memory");
    says(&disk, expect!["redo.log: byte 16: the header says 32768 bytes, the file has 32767"]);

    // Below the epoch's start a bad group is damage; from there on it is the end of the log.
    let disk = two_lives();
    put(&disk, 16384 + 4096 + 20, b"O");
    says(&disk, expect!["redo.log: byte 20480: at LSN 4096 the CRC-32C of a group must match it"]);
    let disk = two_lives();
    put(&disk, 16384 + 4096 + 2 * 23 + 20, b"T");
    let (_, scan) = open(&disk).expect("a torn tail");
    assert_eq!(groups(&scan).expect("whole").len(), 2);
    // A caller that knows of later groups gets an error with the place where they are lost; the log stays as it is.
    let disk = two_lives();
    put(&disk, 16384 + 4096 + 2 * 23 + 20, b"T");
    let reached = |lsn| Redo::open_reaching(&handle(&disk), &SMALL, Lsn(lsn)).map(drop);
    let short = reached(4096 + 2 * 23 + 1).expect_err("it ends before").to_string();
    expect!["redo.log: byte 20526: at LSN 4142 a whole group must follow: the log was durable up to 4143"]
        .assert_eq(&short);
    put(&disk, 16384 + 4096 + 2 * 23 + 20, b"t");
    reached(4096 + 3 * 23 + 2).expect("mended, and it has them all");

    let options = Options { capacity_bytes: 100, ..SMALL };
    let small = Redo::create(&handle(&SimDisk::new(1)), &options).expect_err("too small").to_string();
    expect!["a redo log of 100 bytes is smaller than 32768 (innodb_log_file_size)"].assert_eq(&small);
    let twice = Redo::create(&handle(&two_lives()), &SMALL).expect_err("it is there").to_string();
    expect!["redo.log: the file exists already"].assert_eq(&twice);
}

#[test]
fn a_log_without_a_whole_slot_is_refused() {
    let disk = two_lives();
    put(&disk, 4096, &[0; 40]);
    put(&disk, 8192, &[0; 40]);
    says(&disk, expect!["redo.log: byte 4096: neither checkpoint slot has its mark and a matching CRC-32C"]);
}

#[test]
fn the_bytes() {
    let disk = two_lives();
    let mut out = String::new();
    for (what, at, len) in [("header", 0, 28), ("slot A", 4096, 40), ("slot B", 8192, 40), ("groups", 16384 + 4096, 76)]
    {
        let mut bytes = vec![0; len];
        file(&disk).read_at(at, &mut bytes).expect("memory");
        out += &format!("{what} at {at}\n");
        for line in bytes.chunks(20) {
            let hex: Vec<_> =
                line.chunks(4).map(|b| b.iter().map(|b| format!("{b:02x}")).collect::<String>()).collect();
            out += &format!("  {}\n", hex.join(" "));
        }
    }
    expect![[r#"
        header at 0
          494e4e4f 5245444f 00000002 00001000 00000000
          00008000 4f9536f2
        slot A at 4096
          5265646f 536c6f74 00000000 00000002 00000000
          00001000 00000000 0000102e 00000002 029e64b5
        slot B at 8192
          5265646f 536c6f74 00000000 00000002 00000000
          00001000 00000000 0000102e 00000002 029e64b5
        groups at 20480
          00000003 00000001 00000000 00001000 57d519b7
          6f6e6500 00000300 00000100 00000000 001017fd
          02b76a74 776f0000 00050000 00020000 00000000
          102ee4a2 eaab7468 72656500 00000000
    "#]]
    .assert_eq(&out);
}

#[test]
fn no_flipped_bit_panics_or_brings_a_wrong_group() {
    let disk = two_lives();
    let whole = groups(&open(&disk.killed()).expect("healthy").1).expect("whole");
    let places = (0..28).chain(4096..4136).chain(8192..8232).chain(16384 + 4096..16384 + 4096 + 100);
    for at in places {
        for bit in [0, 3, 7] {
            let left = disk.killed();
            let mut byte = [0];
            file(&left).read_at(at, &mut byte).expect("memory");
            put(&left, at, &[byte[0] ^ 1 << bit]);
            if let Ok((_, scan)) = open(&left) {
                let found = groups(&scan).expect("what was found is whole");
                assert!(whole.starts_with(&found), "byte {at}, bit {bit}");
                assert!(at >= 16384 || found.len() == 3, "byte {at}, bit {bit}: one slot will do (R4)");
            }
        }
    }
}

#[test]
fn hostile_values_with_a_right_crc_do_no_harm() {
    let hostile = [0, 1, 19, 4095, 1 << 31, u64::from(u32::MAX), 1 << 61, 1 << 63, u64::MAX];
    for field in [8, 16, 24, 32] {
        for value in hostile {
            println!("I11: both slots have {value} at byte {field}");
            let disk = two_lives();
            let mut slot = [0; format::SLOT_BYTES];
            file(&disk).read_at(4096, &mut slot).expect("memory");
            match field {
                32 => put_u32(&mut slot, field, value as u32),
                _ => put_u64(&mut slot, field, value),
            }
            let crc = crc32c::crc32c(&slot[..36]);
            put_u32(&mut slot, 36, crc);
            put(&disk, 4096, &slot);
            put(&disk, 8192, &slot);
            if let Ok((redo, scan)) = open(&disk) {
                groups(&scan).expect("what was found is whole");
                let _ = redo.try_reserve(10).expect("healthy").map(|mut r| redo.append(&mut r, b"on", |_, _| ()));
                redo.flush_to(redo.current()).expect("healthy");
            }
        }
    }
    for value in hostile {
        let disk = two_lives();
        let at = Lsn(4096 + 2 * 23);
        put(&disk, 16384 + at.0, &format::Head::encode(value as u32, 2, at, crc32c::crc32c(b"three")));
        let (_, scan) = open(&disk).expect("a torn tail");
        assert_eq!(groups(&scan).expect("whole").len(), 2, "a payload of {value} bytes");
    }
}
