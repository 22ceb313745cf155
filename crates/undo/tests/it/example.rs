//! The output of the example, reviewed and kept here.

#[path = "../../examples/chain.rs"]
mod chain;

use expect_test::expect;

#[test]
fn a_version_chain_and_a_history() {
    expect![[r#"
        ── trx 1 inserts the row and commits: there is no earlier version to keep, so its log is freed
        rollback segment at page 3: 1 of 1024 slots used, 2 pages, largest number 0
          slot 0: page 4 is free for another log
        history of 0 logs, oldest first

        ── trx 3 and trx 5 update it and commit, trx 7 updates it twice: the chain that a reader walks
            price 999  DB_TRX_ID  7  DB_ROLL_PTR modify 4+246
            price 500  DB_TRX_ID  7  DB_ROLL_PTR modify 4+218
            price 120  DB_TRX_ID  5  DB_ROLL_PTR modify 4+154
            price 110  DB_TRX_ID  3  DB_ROLL_PTR modify 4+90
            price 100  DB_TRX_ID  1  DB_ROLL_PTR insert 4+90

        ── two logs are in the history, trx 7's is in progress
        rollback segment at page 3: 1 of 1024 slots used, 2 pages, largest number 6
          slot 0: trx 7 at 4+182: 2 records, 1 page, active
        history of 2 logs, oldest first
          no 4: trx 3 at 4+54: 1 record, 1 page
          no 6: trx 5 at 4+118: 1 record, 1 page

        ── trx 7 rolls back, newest record first
            price 120  DB_TRX_ID  5  DB_ROLL_PTR modify 4+154
            price 110  DB_TRX_ID  3  DB_ROLL_PTR modify 4+90
            price 100  DB_TRX_ID  1  DB_ROLL_PTR insert 4+90

        ── every open view sees the transactions with numbers below 6: purge takes their logs, oldest first
            trx 3 no 4
              modify 4+90 kept price 100

        ── trx 5's log still exists, so the version before it can be read; the address in that version leads to a purged log
        rollback segment at page 3: 1 of 1024 slots used, 2 pages, largest number 6
          slot 0: page 4 is free for another log
        history of 1 logs, oldest first
          no 6: trx 5 at 4+118: 1 record, 1 page

    "#]]
    .assert_eq(&chain::output().expect("no error"));
}
