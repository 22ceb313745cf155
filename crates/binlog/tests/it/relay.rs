//! Relay logs, made of a MySQL's log: wherever a file ends, they hold the transactions of the source, which are undone like
//! those of the source. And XA transactions in a flashback, which are undone where they are committed.
//!
//! ```text
//! relay.000001   FORMAT_DESCRIPTION (replica)  ROTATE to bin.000006  the source's events up to a place, …
//! relay.000002   FORMAT_DESCRIPTION (replica)  that of the source    … the others, or those from the transaction's start
//! ```

use crate::servers::{forge, read, sample, verified};
use innolab_binlog::flashback::{self, Reversal, Scope, Undo};
use innolab_binlog::verify::{Ending, verify};
use innolab_binlog::{
    Change, Entry, Event, EventPosition, Grammar, Kind, MAGIC, Query, Reader, Result, Row, Stamp, TableMap, Value,
    flags, frame,
};

/// A ROTATE that a source sends to its replica.
fn rotate_of_source(out: &mut Vec<u8>) {
    let (stamp, from) = (Stamp { timestamp: 0, server_id: 3 }, out.len());
    frame(out, stamp, Kind::ROTATE, flags::ARTIFICIAL, |out| out.extend(b"\x04\0\0\0\0\0\0\0bin.000006"));
    let to = out.len();
    forge(out, (from, to), |_| ());
}

/// A relay log's file with these events of the source, whose FORMAT_DESCRIPTION is `format`.
fn relay(format: &[u8], events: &[u8]) -> Vec<u8> {
    let mut bytes = [&MAGIC, format].concat();
    let own = (MAGIC.len(), bytes.len());
    forge(&mut bytes, own, |event| event[17] |= flags::RELAY_LOG as u8);
    rotate_of_source(&mut bytes);
    bytes.extend(format);
    bytes.extend(events);
    bytes
}

/// The source's log up to a byte, and the spans of its events behind FORMAT_DESCRIPTION.
fn source(end: usize) -> (Vec<u8>, Vec<(usize, usize)>) {
    let (mut bytes, mut spans) = sample(false);
    bytes.truncate(end);
    spans.retain(|span| span.0 > MAGIC.len() && span.1 <= end);
    (bytes, spans)
}

#[test]
fn a_relay_log_is_read() {
    let (source, spans) = source(usize::MAX);
    let (format, events) = (&source[MAGIC.len()..spans[0].0], &source[spans[0].0..]);
    let mut relay = relay(format, events);
    let (seen, of_source) =
        (verified("relay", &relay).expect("it is whole"), verified("x", &source).expect("it is whole"));
    assert_eq!((seen.events, seen.transactions), (of_source.events + 2, of_source.transactions));
    assert_eq!(seen.ending, Ending::InUse, "the ROTATE of the source ends no relay log");
    forge(&mut relay, (MAGIC.len(), spans[0].0), |event| event[17] &= !flags::RELAY_LOG as u8);
    assert!(verified("relay", &relay).is_err(), "in another log offsets count");
}

/// The events of two files, read one after the other; both are verified as a chain, and have this many transactions.
fn two_files(one: &[u8], two: &[u8], transactions: u64) -> Result<(Vec<Entry>, Vec<Entry>)> {
    let mut first = Reader::over("relay.000001", one.to_vec())?;
    let before = first.by_ref().collect::<Result<Vec<_>>>()?;
    let after = Reader::over("relay.000002", two.to_vec())?.after(&first).collect::<Result<Vec<_>>>()?;
    let seen = verified("relay.000001", one)?;
    let last = verify(Reader::over("relay.000002", two.to_vec())?, Some(&seen))?;
    assert_eq!(seen.transactions + last.transactions, transactions);
    Ok((before, after))
}

fn undos(files: &[(&str, &[Entry])]) -> Result<Vec<Undo>> {
    let mut reversal = Reversal::new(&Scope::ALL);
    files.iter().try_for_each(|(name, entries)| reversal.read(name, *entries))?;
    reversal.finish()
}

fn changes(undos: &[Undo]) -> Vec<&Change> {
    undos.iter().flat_map(|undo| &undo.changes).map(|change| &change.change).collect()
}

/// A plain transaction, and XA transactions: committed, rolled back, committed in one phase. Each file ends at any event.
#[test]
fn a_relay_log_may_end_within_a_transaction() {
    let (source, spans) = source(2469);
    let format = &source[MAGIC.len()..spans[0].0];
    let whole = read("x", &source).expect("it is whole");
    let want = undos(&[("x", &whole)]).expect("rows only");
    assert_eq!(changes(&want).len(), 3);
    let n_transactions = verified("x", &source).expect("it is whole").transactions;
    let (mut grammar, mut within, mut begin) = (Grammar::new(), 0, spans[0].0);
    for (entry, span) in whole[1..].iter().zip(&spans) {
        if grammar.step(entry).expect("it is in order") == EventPosition::First {
            begin = span.0;
        }
        let end = span.1;
        let one = relay(format, &source[spans[0].0..end]);
        // Where the source's log goes on; or from the start of the transaction that was cut off.
        let again = if grammar.in_transaction() { begin } else { end };
        within += u32::from(again < end);
        for from in [end, again] {
            let two = relay(format, &source[from..]);
            let (before, after) =
                two_files(&one, &two, n_transactions).unwrap_or_else(|e| panic!("{end}, {from}: {e}"));
            let files = [("relay.000001", &before[..]), ("relay.000002", &after[..])];
            let got = undos(&files).unwrap_or_else(|e| panic!("{end}, {from}: {e}"));
            assert_eq!(changes(&got), changes(&want), "{end}, {from}");
        }
        if grammar.in_transaction() {
            let lone = undos(&[("relay.000001", &read("x", &one).expect("it is whole"))]).expect_err("it has no end");
            assert!(lone.to_string().ends_with("a transaction without its end cannot be reversed"), "{lone}");
        }
    }
    assert!(within > 15, "{within}");
    // Another file of the source's own log is no continuation.
    let cut = spans.iter().find(|span| span.0 == 556).expect("rows").1;
    let files = [("x", &read("x", &source[..cut]).expect("it is whole")[..]), ("y", &whole[..])];
    assert!(
        undos(&files).expect_err("it has no end").to_string().starts_with("x: byte 245: a transaction without its end")
    );
}

#[test]
fn an_xa_transaction_is_undone_where_it_is_committed() {
    let (source, _) = source(2469);
    let all = read("x", &source).expect("it is whole");
    let of = |from: u64, to: u64, scope: &Scope| {
        flashback::reverse("x", all.iter().filter(|entry| (from..to).contains(&entry.offset)), scope)
    };
    let ids = |undos: Vec<Undo>| -> Vec<(u64, Value)> {
        let id = |change: &Change| change.before().map(|row: &Row| row[0].clone()).expect("an insert is undone");
        undos.iter().map(|undo| (undo.offset, id(&undo.changes[0].change))).collect()
    };
    let want = [(1969, Value::Int(22)), (1129, Value::Int(20)), (245, Value::Int(11))];
    assert_eq!(ids(of(4, 2469, &Scope::ALL).expect("rows only")), want, "in one phase, in two, plain; not rolled back");
    let refused = |from, to| of(from, to, &Scope::ALL).expect_err("a part is not there").to_string();
    let why = "an XA transaction that the range does not end, X'616263',X'',1, cannot be reversed";
    assert_eq!(refused(629, 1129), format!("x: byte 629: {why}"));
    assert_eq!(refused(1129, 1298), "x: byte 1206: `XA COMMIT X'616263',X'',1` cannot be reversed");
    assert_eq!(refused(1001, 1298), "x: byte 1090: a transaction without its start cannot be reversed");
    let rolled_back = of(1798, 1969, &Scope::ALL).expect("it changed nothing");
    assert_eq!(rolled_back, [], "nothing is left of one that is rolled back");
    let other = Scope { table: &|map: &TableMap| map.table == "k", passes: &|_: &Query| false };
    assert_eq!(of(629, 1298, &other).expect("it has no rows of this table"), []);
    assert!(all.iter().any(|entry| matches!(entry.event, Event::XaPrepare { .. })));
}
