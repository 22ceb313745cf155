//! Statements about the binary log, and global settings. The answers were compared by hand with those of a MariaDB
//! 10.11 with a log: texts of errors and warnings, titles and settings are the same; events and positions are those of
//! MySQL 8's log.

use crate::answers::{Rows, text};
use expect_test::{Expect, expect};
use innolab_base::{CondvarPark, Events, ManualClock};
use innolab_disk::SimDisk;
use innolab_engine::{Engine, LogBin, Options, TimeSource};
use innolab_sql::{Outcome, Session};
use std::sync::Arc;

fn engine(with_log: bool) -> Arc<Engine> {
    let time = TimeSource::From(1_700_000_000);
    let mut options = Options { log_bin: with_log.then(LogBin::default), time, ..Options::default() };
    options.store.background = false;
    let clock = Arc::new(ManualClock::default());
    let disk = Arc::new(SimDisk::new(1));
    Engine::open_with(disk, options, clock, Events::none(), Arc::new(CondvarPark)).expect("a new disk")
}

/// The answers to statements with `;` between them; nothing for a statement that succeeds without rows.
fn answers(session: &mut Session, statements: &str) -> String {
    let lines = |rows: Rows| rows.into_iter().map(|row| text(&vec![row]) + "\n").collect::<String>();
    let answer = |sql: &str| match session.execute(sql) {
        Ok(Outcome::Ok { .. }) => String::new(),
        Ok(Outcome::Rows { columns, rows }) => format!("{sql}: {}\n", columns.join(" | ")) + &lines(rows),
        Err(e) => format!("{sql}: {e}\n"),
    };
    statements.split(';').map(str::trim).filter(|sql| !sql.is_empty()).map(answer).collect()
}

fn check(session: &mut Session, statements: &str, expect: &Expect) {
    expect.assert_eq(&answers(session, statements));
}

#[test]
fn the_log_is_shown_flushed_and_purged() {
    let mut session = Session::new(engine(true), "test");
    check(
        &mut session,
        "create table t (id int primary key auto_increment, n int); insert into t (n) values (5), (6);
         set binlog_format = statement; insert into t (n) values (7); set binlog_format = row;
         show master status; show binlog events; show binlog events from 485 limit 1, 2;
         show binlog events in 'binlog.000009'; show binlog events from 490",
        &expect![[r#"
            show master status: File | Position | Binlog_Do_DB | Binlog_Ignore_DB
            binlog.000001 | 1079 |  | 
            show binlog events: Log_name | Pos | Event_type | Server_id | End_log_pos | Info
            binlog.000001 | 4 | Format_desc | 1 | 126 | Server ver: 8.0.36-innolab, Binlog ver: 4
            binlog.000001 | 126 | Previous_gtids | 1 | 157 | 
            binlog.000001 | 157 | Anonymous_Gtid | 1 | 236 | SET @@SESSION.GTID_NEXT= 'ANONYMOUS'
            binlog.000001 | 236 | Query | 1 | 485 | use `test`; CREATE TABLE `t` (
              `id` int(11) NOT NULL AUTO_INCREMENT,
              `n` int(11) DEFAULT NULL,
              PRIMARY KEY (`id`)
            ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin /* xid=2 */
            binlog.000001 | 485 | Anonymous_Gtid | 1 | 564 | SET @@SESSION.GTID_NEXT= 'ANONYMOUS'
            binlog.000001 | 564 | Query | 1 | 632 | BEGIN
            binlog.000001 | 632 | Table_map | 1 | 690 | table_id: 16 (test.t)
            binlog.000001 | 690 | Write_rows | 1 | 743 | table_id: 16 flags: STMT_END_F
            binlog.000001 | 743 | Xid | 1 | 774 | COMMIT /* xid=3 */
            binlog.000001 | 774 | Anonymous_Gtid | 1 | 853 | SET @@SESSION.GTID_NEXT= 'ANONYMOUS'
            binlog.000001 | 853 | Query | 1 | 921 | BEGIN
            binlog.000001 | 921 | Intvar | 1 | 953 | INSERT_ID=3
            binlog.000001 | 953 | Query | 1 | 1048 | use `test`; insert into t (n) values (7)
            binlog.000001 | 1048 | Xid | 1 | 1079 | COMMIT /* xid=4 */
            show binlog events from 485 limit 1, 2: Log_name | Pos | Event_type | Server_id | End_log_pos | Info
            binlog.000001 | 564 | Query | 1 | 632 | BEGIN
            binlog.000001 | 632 | Table_map | 1 | 690 | table_id: 16 (test.t)
            show binlog events in 'binlog.000009': ERROR 1220 (HY000): Error when executing command SHOW BINLOG EVENTS: Could not find target log
            show binlog events from 490: ERROR 1220 (HY000): Error when executing command SHOW BINLOG EVENTS: Wrong offset or I/O error
        "#]],
    );
    check(
        &mut session,
        "flush binary logs; delete from t; flush logs; show binary logs;
         show binlog events in 'binlog.000002' limit 2 offset 4;
         purge binary logs to 'binlog.000002'; show master logs; purge binary logs to 'nope'; show master status",
        &expect![[r#"
            show binary logs: Log_name | File_size
            binlog.000001 | 1123
            binlog.000002 | 499
            binlog.000003 | 157
            show binlog events in 'binlog.000002' limit 2 offset 4: Log_name | Pos | Event_type | Server_id | End_log_pos | Info
            binlog.000002 | 304 | Table_map | 1 | 362 | table_id: 16 (test.t)
            binlog.000002 | 362 | Delete_rows | 1 | 424 | table_id: 16 flags: STMT_END_F
            show master logs: Log_name | File_size
            binlog.000002 | 499
            binlog.000003 | 157
            purge binary logs to 'nope': ERROR 1373 (HY000): Target log not found in binlog index
            show master status: File | Position | Binlog_Do_DB | Binlog_Ignore_DB
            binlog.000003 | 157 |  | 
        "#]],
    );
    let mut session = Session::new(engine(false), "test");
    check(
        &mut session,
        "show master status; show binary logs; show binlog events; flush binary logs; purge binary logs to 'x'",
        &expect![[r#"
            show master status: File | Position | Binlog_Do_DB | Binlog_Ignore_DB
            show binary logs: ERROR 1381 (HY000): You are not using binary logging
            show binlog events: Log_name | Pos | Event_type | Server_id | End_log_pos | Info
        "#]],
    );
}

/// The time of a file is that of the first event of the next file; the newest file stays. A value that is no moment
/// purges nothing, as on the server.
#[test]
fn old_files_are_purged_by_time() {
    let mut session = Session::new(engine(true), "test");
    check(
        &mut session,
        "create table t (id int primary key);
         set timestamp = 1700000100; insert into t values (1); flush binary logs;
         set timestamp = 1700000200; insert into t values (2); flush binary logs;
         purge binary logs before '2023-11-14 22:15:00'; show binary logs;
         purge master logs before '2023-11-14 22:15:00.9'; purge binary logs before 'x'; show warnings; purge binary logs before null; show binary logs;
         purge binary logs before '2023-11-14 22:15:01'; show binary logs;
         set timestamp = 1700090000; purge binary logs before now(); show binary logs; purge binary logs",
        &expect![[r#"
            show binary logs: Log_name | File_size
            binlog.000001 | 759
            binlog.000002 | 474
            binlog.000003 | 157
            show warnings: Level | Code | Message
            Warning | 1292 | Incorrect datetime value: 'x'
            show binary logs: Log_name | File_size
            binlog.000001 | 759
            binlog.000002 | 474
            binlog.000003 | 157
            show binary logs: Log_name | File_size
            binlog.000002 | 474
            binlog.000003 | 157
            show binary logs: Log_name | File_size
            binlog.000003 | 157
            purge binary logs: ERROR 1064 (42000): You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to use near '' at line 1
        "#]],
    );
    let mut session = Session::new(engine(false), "test");
    check(&mut session, "purge binary logs before now()", &expect![""]);
}

#[test]
fn unsafe_statements_are_warned_of_in_statement_format() {
    let mut session = Session::new(engine(true), "test");
    check(
        &mut session,
        "create table t (id int primary key auto_increment, n int); set binlog_format = statement;
         insert into t (n) values (1), (2); show warnings;
         delete from t order by id limit 1; show warnings;
         set binlog_format = mixed; delete from t limit 1; show warnings",
        &expect![[r#"
            show warnings: Level | Code | Message
            show warnings: Level | Code | Message
            Note | 1592 | Unsafe statement written to the binary log using statement format since BINLOG_FORMAT = STATEMENT. The statement is unsafe because it uses a LIMIT clause. This is unsafe because the set of rows included cannot be predicted
            show warnings: Level | Code | Message
        "#]],
    );
}

/// Session values that a statement reads are logged as events before its text: user variables, LAST_INSERT_ID() and
/// INSERT_ID, but no system variables.
#[test]
fn values_that_a_statement_reads_are_logged_before_it() {
    let mut session = Session::new(engine(true), "test");
    check(
        &mut session,
        "create table t (id int primary key auto_increment, v varchar(50)); insert into t (v) values ('x'), ('y');
         set binlog_format = mixed, @a = 5, @b = 'x''y', @c = 1.50, @d = 2e0, @f = 18446744073709551615, @g = x'ff00', @h = -7;
         insert into t (v) values (@a), (concat(@B, @b)), (@c), (@d), (@f), (hex(@g)), (@h), (@nobody);
         insert into t (v) values (last_insert_id() + @@identity);
         insert into t (v) values (@@innodb_page_size);
         set binlog_format = statement; insert into t (v) values (@@innodb_page_size); show warnings;
         select @a; begin; delete from t where v = @b; insert into t (v) values ('@a'); commit; show binlog events limit 9, 99",
        &expect![[r#"
            show warnings: Level | Code | Message
            Note | 1592 | Unsafe statement written to the binary log using statement format since BINLOG_FORMAT = STATEMENT. Statement is unsafe because it uses a system variable that may have a different value on the slave
            select @a: @a
            5
            show binlog events limit 9, 99: Log_name | Pos | Event_type | Server_id | End_log_pos | Info
            binlog.000001 | 779 | Anonymous_Gtid | 1 | 858 | SET @@SESSION.GTID_NEXT= 'ANONYMOUS'
            binlog.000001 | 858 | Query | 1 | 926 | BEGIN
            binlog.000001 | 926 | User_var | 1 | 973 | @`a`=5
            binlog.000001 | 973 | User_var | 1 | 1015 | @`b`='x\'y'
            binlog.000001 | 1015 | User_var | 1 | 1058 | @`c`=1.50
            binlog.000001 | 1058 | User_var | 1 | 1105 | @`d`=2
            binlog.000001 | 1105 | User_var | 1 | 1152 | @`f`=18446744073709551615
            binlog.000001 | 1152 | User_var | 1 | 1193 | @`g`=x'ff00'
            binlog.000001 | 1193 | User_var | 1 | 1240 | @`h`=-7
            binlog.000001 | 1240 | User_var | 1 | 1274 | @`nobody`=NULL
            binlog.000001 | 1274 | Intvar | 1 | 1306 | INSERT_ID=3
            binlog.000001 | 1306 | Query | 1 | 1466 | use `test`; insert into t (v) values (@a), (concat(@B, @b)), (@c), (@d), (@f), (hex(@g)), (@h), (@nobody)
            binlog.000001 | 1466 | Xid | 1 | 1497 | COMMIT /* xid=4 */
            binlog.000001 | 1497 | Anonymous_Gtid | 1 | 1576 | SET @@SESSION.GTID_NEXT= 'ANONYMOUS'
            binlog.000001 | 1576 | Query | 1 | 1644 | BEGIN
            binlog.000001 | 1644 | Intvar | 1 | 1676 | LAST_INSERT_ID=3
            binlog.000001 | 1676 | Intvar | 1 | 1708 | INSERT_ID=11
            binlog.000001 | 1708 | Query | 1 | 1831 | use `test`; insert into t (v) values (last_insert_id() + @@identity)
            binlog.000001 | 1831 | Xid | 1 | 1862 | COMMIT /* xid=5 */
            binlog.000001 | 1862 | Anonymous_Gtid | 1 | 1941 | SET @@SESSION.GTID_NEXT= 'ANONYMOUS'
            binlog.000001 | 1941 | Query | 1 | 2009 | BEGIN
            binlog.000001 | 2009 | Table_map | 1 | 2072 | table_id: 16 (test.t)
            binlog.000001 | 2072 | Write_rows | 1 | 2118 | table_id: 16 flags: STMT_END_F
            binlog.000001 | 2118 | Xid | 1 | 2149 | COMMIT /* xid=6 */
            binlog.000001 | 2149 | Anonymous_Gtid | 1 | 2228 | SET @@SESSION.GTID_NEXT= 'ANONYMOUS'
            binlog.000001 | 2228 | Query | 1 | 2296 | BEGIN
            binlog.000001 | 2296 | Intvar | 1 | 2328 | INSERT_ID=13
            binlog.000001 | 2328 | Query | 1 | 2440 | use `test`; insert into t (v) values (@@innodb_page_size)
            binlog.000001 | 2440 | Xid | 1 | 2471 | COMMIT /* xid=7 */
            binlog.000001 | 2471 | Anonymous_Gtid | 1 | 2550 | SET @@SESSION.GTID_NEXT= 'ANONYMOUS'
            binlog.000001 | 2550 | Query | 1 | 2618 | BEGIN
            binlog.000001 | 2618 | Intvar | 1 | 2650 | INSERT_ID=14
            binlog.000001 | 2650 | Query | 1 | 2748 | use `test`; insert into t (v) values ('@a')
            binlog.000001 | 2748 | Xid | 1 | 2779 | COMMIT /* xid=8 */
        "#]],
    );
}

#[test]
fn globals_are_defaults_of_later_sessions() {
    let engine = engine(true);
    let mut session = Session::new(engine.clone(), "test");
    check(
        &mut session,
        "set global sync_binlog = 5; select @@sync_binlog; set global sync_binlog = -1; show warnings; select @@sync_binlog;
         set global sync_binlog = default; select @@global.sync_binlog; set sync_binlog = 1; set session sync_binlog = 1;
         set global sync_binlog = 'a'; select @@session.sync_binlog;
         set global innodb_flush_log_at_trx_commit = 9; show warnings; select @@innodb_flush_log_at_trx_commit;
         set global max_binlog_size = 5000; show warnings; set @@global.max_binlog_size = 1; select @@max_binlog_size;
         set global last_insert_id = 3; set global in_transaction = 1; set global version = 'x'; set global nonsense = 1;
         select @@global.in_transaction; begin; set binlog_format = row; rollback",
        &expect![[r#"
            select @@sync_binlog: @@sync_binlog
            5
            show warnings: Level | Code | Message
            Warning | 1292 | Truncated incorrect sync_binlog value: '-1'
            select @@sync_binlog: @@sync_binlog
            0
            select @@global.sync_binlog: @@global.sync_binlog
            1
            set sync_binlog = 1: ERROR 1229 (HY000): Variable 'sync_binlog' is a GLOBAL variable and should be set with SET GLOBAL
            set session sync_binlog = 1: ERROR 1229 (HY000): Variable 'sync_binlog' is a GLOBAL variable and should be set with SET GLOBAL
            set global sync_binlog = 'a': ERROR 1232 (42000): Incorrect argument type to variable 'sync_binlog'
            select @@session.sync_binlog: ERROR 1238 (HY000): Variable 'sync_binlog' is a GLOBAL variable
            show warnings: Level | Code | Message
            Warning | 1292 | Truncated incorrect innodb_flush_log_at_trx_commit value: '9'
            select @@innodb_flush_log_at_trx_commit: @@innodb_flush_log_at_trx_commit
            2
            show warnings: Level | Code | Message
            Warning | 1292 | Truncated incorrect max_binlog_size value: '5000'
            select @@max_binlog_size: @@max_binlog_size
            4096
            set global last_insert_id = 3: ERROR 1228 (HY000): Variable 'last_insert_id' is a SESSION variable and can't be used with SET GLOBAL
            set global in_transaction = 1: ERROR 1238 (HY000): Variable 'in_transaction' is a read only variable
            set global version = 'x': ERROR 1238 (HY000): Variable 'version' is a read only variable
            set global nonsense = 1: ERROR 1193 (HY000): Unknown system variable 'nonsense'
            select @@global.in_transaction: ERROR 1238 (HY000): Variable 'in_transaction' is a SESSION variable
            set binlog_format = row: ERROR 1679 (HY000): Cannot modify @@session.binlog_format inside a transaction
        "#]],
    );
    let log = engine.binlog().expect("the engine has a binary log");
    assert_eq!((log.sync_binlog(), log.max_binlog_size()), (1, 4096));
    let settings = "select @@autocommit, @@tx_isolation, @@tx_read_only, @@innodb_lock_wait_timeout, @@binlog_format";
    check(
        &mut session,
        &format!(
            "set global autocommit = 0; set global transaction isolation level read committed, read only;
             set global innodb_lock_wait_timeout = 7; set @@global.binlog_format = mixed; {settings};
             set innodb_lock_wait_timeout = default; {settings}; set global innodb_lock_wait_timeout = default;
             select @@global.innodb_lock_wait_timeout"
        ),
        &expect![[r#"
            select @@autocommit, @@tx_isolation, @@tx_read_only, @@innodb_lock_wait_timeout, @@binlog_format: @@autocommit | @@tx_isolation | @@tx_read_only | @@innodb_lock_wait_timeout | @@binlog_format
            1 | REPEATABLE-READ | 0 | 50 | ROW
            select @@autocommit, @@tx_isolation, @@tx_read_only, @@innodb_lock_wait_timeout, @@binlog_format: @@autocommit | @@tx_isolation | @@tx_read_only | @@innodb_lock_wait_timeout | @@binlog_format
            1 | REPEATABLE-READ | 0 | 7 | ROW
            select @@global.innodb_lock_wait_timeout: @@global.innodb_lock_wait_timeout
            50
        "#]],
    );
    check(
        &mut Session::new(engine, "test"),
        settings,
        &expect![[r#"
        select @@autocommit, @@tx_isolation, @@tx_read_only, @@innodb_lock_wait_timeout, @@binlog_format: @@autocommit | @@tx_isolation | @@tx_read_only | @@innodb_lock_wait_timeout | @@binlog_format
        0 | READ-COMMITTED | 1 | 50 | MIXED
    "#]],
    );
}

/// `sync_binlog` and `max_binlog_size` take effect with the next commit.
#[test]
fn global_settings_of_the_log_apply_at_once() {
    let engine = engine(true);
    let mut session = Session::new(engine.clone(), "test");
    answers(&mut session, "create table t (id int primary key)");
    let log = engine.binlog().expect("the engine has a binary log");
    let mut syncs_of = |settings: &str| {
        let before = (log.counts().syncs, log.files().len());
        answers(&mut session, &format!("{settings}; delete from t"));
        for id in 0..20 {
            assert_eq!(answers(&mut session, &format!("insert into t values ({id})")), "");
        }
        (log.counts().syncs - before.0, log.files().len() - before.1)
    };
    assert_eq!(syncs_of("set global sync_binlog = 1"), (20, 0));
    assert_eq!(syncs_of("set global sync_binlog = 0"), (0, 0));
    assert_eq!(syncs_of("set global sync_binlog = 7"), (3, 0));
    assert_eq!(syncs_of("set global sync_binlog = 0, global max_binlog_size = 4096"), (0, 2));
}
