//! Conversations with random changes: of bytes, lengths, numbers and order. Nothing panics, nothing hangs, and no client
//! gets in without the right scramble.

use crate::fixture::{Client, Login, Running};
use innolab_base::rng::Rng;
use innolab_server::Limits;
use innolab_testing::seeds;
use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

fn packet(seq: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(payload.len()).expect("24 bits").to_le_bytes().to_vec();
    bytes[3] = seq;
    bytes.extend(payload);
    bytes
}

/// The packets of a whole conversation, the login first.
fn conversation(rng: &mut Rng, login: &Login, nonce: &[u8]) -> Vec<Vec<u8>> {
    let commands: [&[u8]; 10] = [
        b"\x03select 1",
        b"\x03insert into mark values (1)",
        b"\x03begin",
        b"\x03insert into mark select 2",
        b"\x03select * from mark limit 3",
        b"\x02test",
        b"\x0e",
        b"\x1f",
        b"\x1b\x01\x00",
        b"\x09",
    ];
    let mut packets = vec![packet(1, &login.response(nonce))];
    let n = rng.below(6);
    packets.extend((0..n).map(|_| packet(0, commands[rng.below(commands.len() as u64) as usize])));
    if rng.below(2) == 0 {
        packets.push(packet(0, b"\x01"));
    }
    packets
}

/// Changes the packets at one place.
fn mutate(rng: &mut Rng, packets: &mut [Vec<u8>]) {
    let n = rng.below(packets.len() as u64) as usize;
    let len = packets[n].len() as u64;
    let at = rng.below(len.max(1)) as usize;
    let byte = rng.below(256) as u8;
    match rng.below(9) {
        0 | 1 if len > 0 => packets[n][at] = byte,
        2 if len > 0 => packets[n][at] ^= 1 << rng.below(8),
        3 => packets[n].truncate(at),
        4 => packets[n].insert(at, byte),
        5 => {
            // The length says what is there, so the change reaches the parser of the packet.
            let payload: Vec<u8> = packets[n].get(4..).unwrap_or(&[]).iter().copied().take(at).collect();
            packets[n] = packet(packets[n].get(3).copied().unwrap_or(0), &payload);
        }
        6 => packets.swap(n, 0),
        7 => packets[n] = packets[n].repeat(2),
        _ if len > 3 => packets[n][rng.below(4) as usize] = byte,
        _ => {}
    }
}

/// Sends everything, then reads until the server ends the connection. ERRORS: it does not.
fn run(server: &Running, rng: &mut Rng, login: &Login, mutations: u64) -> Result<(), String> {
    let (mut client, nonce) = Client::greeted(server.stream()).map_err(|e| format!("{e:?}"))?;
    let mut packets = conversation(rng, login, &nonce);
    (0..mutations).for_each(|_| mutate(rng, &mut packets));
    // The server may have had enough before the end.
    let _ = client.stream.write_all(&packets.concat());
    let _ = client.stream.shutdown(Shutdown::Write);
    match client.stream.read_to_end(&mut Vec::new()) {
        Err(e) if e.kind() != ErrorKind::ConnectionReset => Err(format!("no end: {e}")),
        _ => Ok(()),
    }
}

#[test]
fn mutated_conversations_harm_nobody() {
    let panics = Arc::new(AtomicUsize::new(0));
    let hook = std::panic::take_hook();
    std::panic::set_hook({
        let panics = panics.clone();
        Box::new(move |info| {
            if std::thread::current().name() == Some("connection") {
                panics.fetch_add(1, Ordering::Relaxed);
            }
            hook(info);
        })
    });
    let server = Running::start(Limits { read: Duration::from_secs(5), ..Limits::default() });
    let mut witness = server.client();
    witness.execute("create table mark (id int)").expect("it is new");
    witness.execute("create table own (id int primary key)").expect("it is new");
    witness.execute("begin").expect("BEGIN");
    witness.execute("insert into own values (1)").expect("it is new");

    let plugins = ["mysql_native_password", "caching_sha2_password"];
    // Without the password: whatever else changes, nothing is written.
    for seed in seeds(1_000, 10_000) {
        let mut rng = Rng(seed);
        let plugin = plugins[rng.below(2) as usize];
        let login = Login { password: format!("guess {seed}"), plugin, ..Login::default() };
        let mutations = rng.below(4);
        run(&server, &mut rng, &login, mutations).unwrap_or_else(|e| panic!("seed {seed}, without the password: {e}"));
    }
    assert_eq!(server.client().lines("select count(*) from mark"), ["0"], "nobody got in");
    // With it: conversations end, most of them after the login.
    for seed in seeds(1_000, 10_000) {
        let mut rng = Rng(seed ^ 1 << 40);
        let login = Login { plugin: plugins[rng.below(2) as usize], ..Login::default() };
        let mutations = rng.below(4);
        run(&server, &mut rng, &login, mutations).unwrap_or_else(|e| panic!("seed {seed}, with the password: {e}"));
    }
    let marks = server.client().lines("select count(*) > 0 from mark");
    assert_eq!(marks, ["1"], "conversations reach the statements");
    assert_eq!(panics.load(Ordering::Relaxed), 0, "no connection panicked");
    witness.execute("commit").expect("the others did not touch it");
    assert_eq!(witness.lines("select * from own"), ["1"]);
}
