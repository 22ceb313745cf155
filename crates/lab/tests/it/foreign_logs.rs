//! Logs that a live MariaDB writes: a flashback's SQL brings its rows back, and a replay gives the same rows here or is
//! refused and leaves the target as it was.

use crate::program::{innolab, stderr};
use innolab_testing::Server;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A MariaDB with a binary log `bin.000001`, … and a database `d`.
pub(crate) struct Source(pub(crate) Server);

impl Source {
    pub(crate) fn start(options: &[&str]) -> Option<Source> {
        let always = ["--log-bin=bin", "--server-id=1", "--binlog-format=ROW", "--character-set-server=latin1"];
        let server = Server::start(always.iter().chain(options).copied())?;
        server.sql("create database d");
        Some(Source(server))
    }

    /// One whose events are compressed if they have no metadata of the columns.
    fn with_metadata(metadata: &str) -> Option<Source> {
        let compressed = if metadata == "NO_LOG" { "ON" } else { "OFF" };
        let options = [format!("--binlog-row-metadata={metadata}"), format!("--log-bin-compress={compressed}")];
        Source::start(&[&options[0], &options[1], "--log-bin-compress-min-len=10"])
    }

    /// Runs statements in database `d`.
    pub(crate) fn sql(&self, sql: &str) -> Vec<String> {
        self.0.sql(&format!("set time_zone = '+00:00'; use d; {sql}"))
    }

    /// Starts a new file of the log, and returns the path of the one before it: what was logged since the last call.
    pub(crate) fn next_file(&self) -> PathBuf {
        let last = self.sql("show master status").remove(0);
        self.sql("flush binary logs");
        self.0.data().join(last.split('\t').next().expect("a file"))
    }
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Standard output, or standard error of a failure.
pub(crate) fn printed(arguments: &[&str]) -> Result<String, String> {
    let out = innolab(arguments);
    let said = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    if out.status.success() { Ok(said(out.stdout)) } else { Err(said(out.stderr)) }
}

/// Every file of a directory but the lock.
pub(crate) fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let all = std::fs::read_dir(dir).into_iter().flatten().map(|file| file.expect("a file").path());
    let all = all.filter(|path| !path.ends_with("innolab.lock"));
    all.map(|path| (path.clone(), std::fs::read(path).expect("it can be read"))).collect()
}

const TABLES: &str = "
    create table a (id int unsigned primary key auto_increment, js json, g geometry, y year, b bit(11), e enum('x','y'),
        s set('p','q','r'), f float, d double, de decimal(9,3), t time(3), ts timestamp(2) null, dt datetime(6), da date,
        bl blob, tx text, c char(5), bi binary(6), u uuid, i6 inet6, i4 inet4, bc blob compressed, vc varchar(300) compressed,
        vt int as (y + 1) virtual, p int as (y + 2) stored, inv int invisible default 3) charset latin1;
    create table n (c varchar(10), tx text character set utf8mb4, f float, d double, bi binary(4), vb varbinary(5),
        un bigint unsigned, i6 inet6);
    create table k (c varchar(10) primary key, other int, `odd ``name` int unsigned);";

const ROWS: &str = r#"
    set sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
    insert into a (id, js, g, y, b, e, s, f, d, de, t, ts, dt, da, bl, tx, c, bi, u, i6, i4, bc, vc) values
        (0, '{"a":1}', point(1, 2), 2024, b'101', 'y', 'p,r', 0.1, 1e100, -7.125, '-12:34:56.789', '2024-01-02 03:04:05.67',
         '2024-01-02 03:04:05.678901', '2024-02-29', x'00ff27', 'añ\\', 'c', x'010200', '123e4567-e89b-12d3-a456-426614174000',
         '::', '1.2.0.0', repeat('ab', 40), repeat('xyñ', 30)),
        (4000000000, null, null, 0, b'0', 'x', '', 3.4e38, -2.5e-200, 0, '838:59:59', '2038-01-19 03:14:07', '1000-01-01',
         '0000-00-00', '', '', '', '', '00000000-0000-0000-0000-000000000020', '1::', '0.0.0.0', '', ''),
        (7, null, null, null, null, null, null, 16777216, 5e-324, null, null, null, null, null, null, '''', '''', x'27',
         null, null, null, null, null);
    insert into n values ('Ann', 'ö', 0.3, 0.1, x'00', x'', 18446744073709551615, '::'), ('ann', 'ö', 0.3, 0.1, x'00', x'', 1, '::'),
        ('ann ', 'ö', 0.3, 0.1, x'00', x'', 1, '::'), ('añ', 'y', 1e-30, -1e300, x'0100', x'0100', 0, '1::'), (null, null, null, null, null, null, null, null);
    insert into k values ('ñ', 1, 4294967295), ('b', 2, 0);"#;

const CHANGES: &str = r"
    set time_zone = '+05:00';
    update a set f = f * 0.9, d = d / 3, bi = x'ff', c = 'new', e = 'y', ts = '2025-01-01', inv = 9, g = point(5, 6), b = b'1', de = 1,
        y = 1999, tx = 'ñ', bl = 'q', t = '1:0:0', dt = '2020-02-02', da = '2020-02-02', u = uuid(), i6 = '::20', i4 = '9.9.9.9',
        bc = 'z', vc = 'z', s = 'q', js = '[]';
    update a set id = 77 where id = 4000000000;
    delete from a where id = 0;
    delete from n where hex(c) = '416E6E'; update n set d = 7 where c = 'añ'; delete from n where hex(c) = '616E6E';
    update n set un = 18446744073709551614 where hex(c) = '616E6E20'; delete from n;
    update k set c = 'é', other = -1, `odd ``name` = 4000000000 where other = 1; delete from k;
    insert into k values ('z', 3, 3)";

/// All values as bytes, so that nothing is equal that only looks so.
const SHOW: &str = "
    select id, js, hex(g), y, b + 0, e, s, f * 1e0, d, de, t, ts, dt, da, hex(bl), hex(tx), hex(c), hex(bi), u, i6, i4, hex(bc), hex(vc),
        inv from a order by id;
    select hex(c), hex(tx), f * 1e0, d, hex(bi), hex(vb), un, i6 from n order by 1, 2, 3, 7;
    select hex(c), other, `odd ``name` from k order by 1";

#[test]
fn the_sql_of_a_flashback_brings_every_row_of_a_mariadb_back() {
    for metadata in ["FULL", "MINIMAL", "NO_LOG"] {
        let Some(source) = Source::with_metadata(metadata) else { return };
        source.sql(TABLES);
        source.sql(ROWS);
        let before = source.sql(SHOW);
        source.next_file();
        source.sql(CHANGES);
        assert_ne!(source.sql(SHOW), before);
        let log = source.next_file();
        let dump = printed(&["binlog", "dump", text(&log)]).expect("it is whole");
        assert_eq!(dump.contains("UPDATE_ROWS_COMPRESSED_V1"), metadata == "NO_LOG");
        // The table's definitions, as the server shows them.
        let schema = source.0.data().join("schema.sql");
        let create = |t: &&str| {
            let rows = source.0.sql(&format!("show create table d.{t}"));
            let text = rows.join("\n").split_once('\t').expect("name, text").1.replace("\\n", "\n");
            text + ";\n"
        };
        std::fs::write(&schema, ["a", "n", "k"].iter().map(create).collect::<String>()).expect("a new file");
        let plain = printed(&["binlog", "flashback", text(&log)]);
        if metadata != "FULL" {
            let why = plain.clone().expect_err("there are no names");
            assert!(why.contains("the log has no column names of d.k") && why.contains("--schema FILE"), "{why}");
        }
        let plain = if metadata == "FULL" { plain } else { Ok(String::new()) };
        let with_schema = printed(&["binlog", "flashback", text(&log), "--schema", text(&schema)]);
        for sql in [plain, with_schema] {
            let sql = sql.unwrap_or_else(|why| panic!("{metadata}: {why}"));
            // Generated columns are known from CREATE TABLE only.
            if sql.is_empty() || (sql.contains("`vt`, `p`") && metadata == "FULL") {
                continue;
            }
            source.0.sql(&sql);
            assert_eq!(source.sql(SHOW), before, "{metadata}");
            source.sql(CHANGES);
        }
    }
}

/// `flashback FILE --data DIR`: names and signs from the tables of a database here, which stays as it was.
#[test]
fn names_and_signs_come_from_a_database_too() {
    let Some(source) = Source::start(&["--binlog-row-metadata=NO_LOG"]) else { return };
    source.sql("create table t (id int unsigned primary key, v varchar(9)) charset utf8mb4; insert into t values (4000000000, 'ö')");
    source.next_file();
    source.sql("delete from t");
    let log = source.next_file();
    let dir = tempfile::tempdir().expect("a directory");
    let (into, file) = (dir.path().join("into"), dir.path().join("run.sql"));
    let flashback = || printed(&["--database", "d", "binlog", "flashback", text(&log), "--data", text(&into)]);
    for (columns, want) in [
        ("id int unsigned primary key, v varchar(9)", Ok("INSERT INTO `d`.`t` (`id`, `v`) VALUES (4000000000, 'ö');")),
        ("id int unsigned primary key", Err("d.t has 2 columns in the log, but 1 in its CREATE TABLE")),
        (
            "id varchar(9) primary key, v varchar(9)",
            Err("column id is INT in the log, but varchar(9) in its CREATE TABLE"),
        ),
    ] {
        std::fs::write(&file, format!("drop table if exists t; -- T1\ncreate table t ({columns}); -- T1\n"))
            .expect("a file");
        printed(&["--database", "d", "run", text(&file), "--data", text(&into)]).expect("it runs");
        let before = files(&into);
        match (flashback(), want) {
            (Ok(sql), Ok(want)) => assert!(sql.contains(want), "{sql}"),
            (Err(why), Err(want)) => assert!(why.to_lowercase().contains(&want.to_lowercase()), "{why}"),
            (got, _) => panic!("{columns}: {got:?}"),
        }
        assert_eq!(files(&into), before, "the database is as it was");
    }
    let both = printed(&["binlog", "dump", text(&log), "--data", text(&into)]).expect_err("one or the other");
    assert!(both.contains("log files and --data cannot be given together"), "{both}");
}

#[test]
fn a_flashback_says_what_it_cannot_undo() {
    let Some(source) = Source::start(&["--binlog-row-metadata=FULL"]) else { return };
    source.sql(
        "create table t (id int primary key, v int); create table u (id int primary key, `t` int); create table w (id int primary key);
         insert into t values (1, 1), (2, 2); insert into u values (1, 1)",
    );
    source.next_file();
    source.sql("update t set v = 3; insert into u values (2, 2); alter table t add x int; delete from t where id = 2; delete from u");
    let log = source.next_file();
    let why = printed(&["binlog", "flashback", text(&log)]).expect_err("there is DDL in it");
    let (asked, advice) = why.split_once("; ").expect("advice");
    assert!(asked.ends_with("`alter table t add x int` cannot be reversed"), "{why}");
    let position =
        advice.trim().split(' ').find_map(|word| word.trim_end_matches(';').parse::<u64>().ok()).expect("a position");
    let said = format!(
        "to undo the rows after it, add --start-position {position}; of a table that it does not name, add --table d.u\n"
    );
    assert_eq!(advice, said);
    let late =
        printed(&["binlog", "flashback", text(&log), "--start-position", &position.to_string()]).expect("rows only");
    assert!(
        late.contains("INSERT INTO `d`.`t` (`id`, `v`, `x`) VALUES (2, 3, NULL);") && !late.contains("UPDATE"),
        "{late}"
    );
    let of_u = printed(&["binlog", "flashback", text(&log), "--table", "u"]).expect("DDL that does not name it passes");
    assert!(of_u.contains("DELETE FROM `d`.`u`") && of_u.contains("INSERT INTO `d`.`u`"), "{of_u}");
    assert!(
        of_u.contains("log no rows that a foreign key changed") && of_u.contains("refers to d.u, look there"),
        "{of_u}"
    );
    let why = printed(&["binlog", "flashback", text(&log), "--table", "t"]).expect_err("it names t");
    assert!(why.contains("`alter table t add x int` cannot be reversed; to undo the rows after it"), "{why}");
}

/// Rows of MariaDB's default metadata and of FULL, text in latin1 and utf8mb4, numbers with and without signs.
#[test]
fn a_replay_gives_a_mariadbs_rows_or_leaves_the_target_as_it_was() {
    for metadata in ["FULL", "NO_LOG"] {
        let Some(source) = Source::with_metadata(metadata) else { return };
        let dir = tempfile::tempdir().expect("a directory");
        let into = dir.path().join("into");
        let run = |sql: &str| {
            let file = dir.path().join("run.sql");
            std::fs::write(&file, sql.split(';').map(|s| format!("{s}; -- T1\n")).collect::<String>()).expect("a file");
            printed(&["--database", "d", "run", text(&file), "--data", text(&into), "--json"]).expect("it runs")
        };
        source.sql(
            "create table t (id int unsigned primary key, v varchar(9) character set utf8mb4, l varchar(9), big bigint unsigned, i int,
                b varbinary(5), n decimal(8,3), dt datetime(2), nn int)",
        );
        source.next_file();
        run("create table t (id int unsigned primary key, v varchar(9), l varchar(9), big bigint unsigned, i int, b varbinary(5),
                n decimal(8,3), dt datetime(2), nn int not null)");
        let replay = |log: &Path| printed(&["--database", "d", "binlog", "replay", text(log), "--into", text(&into)]);
        source.sql("insert into t values (4000000000, 'ñö', 'ascii', 18446744073709551615, -5, x'00ff', -1.5, '2024-01-02 03:04:05.67', 1)");
        replay(&source.next_file()).expect("all of it can be converted");
        let rows = run("select id, v, l, big, i, hex(b), n, dt from t");
        let want =
            r#"[["4000000000","ñö","ascii","18446744073709551615","-5","00FF","-1.500","2024-01-02 03:04:05.67"]]"#;
        assert!(rows.contains(want), "{metadata}: {rows}");

        source.sql("insert into t values (5, 'x', 'añ€', 1, 1, '', 1, '2024-01-01', 1)");
        let latin1 = source.next_file();
        let refused = |log: &Path, why: &str| {
            let before = files(&into);
            let said = replay(log).expect_err(why);
            assert!(said.contains(why), "{metadata}: {said}");
            assert_eq!(files(&into), before, "the target is as it was: {said}");
        };
        match metadata {
            "FULL" => {
                replay(&latin1).expect("the log names the character set");
                assert!(run("select hex(l) from t where id = 5").contains("61C3B1E282AC"));
            }
            _ => refused(&latin1, "column `l`: text whose character set the log does not say"),
        }
        source.sql("begin; insert into t values (6, 'x', 'x', 1, 1, '', 1, '2024-01-01', 1); insert into t values (8, 'x', 'x', 1, 1, '', 1, '2024-01-01', null); commit");
        refused(&source.next_file(), "column `nn`: NULL, but it is NOT NULL");
        source.sql("alter table t modify v varchar(12) character set utf8mb4");
        source.next_file();
        source.sql("insert into t values (9, 'ñññññññññññ', 'x', 1, 1, '', 1, '2024-01-01', 1)");
        let why = if metadata == "FULL" {
            "column `v`: 11 characters, more than 9"
        } else {
            "column `v`: text whose character set"
        };
        refused(&source.next_file(), why);
    }
}

/// Types that no column here has: refused by table, column and position, whatever the column here is.
#[test]
fn a_replay_refuses_types_that_are_not_here() {
    let Some(source) = Source::start(&["--binlog-row-metadata=FULL"]) else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let (into, file) = (dir.path().join("into"), dir.path().join("run.sql"));
    for (there, value, here, why) in [
        ("float", "0.1", "decimal(9,3)", "FLOAT"),
        ("double", "1e10", "decimal(19,3)", "DOUBLE"),
        ("blob", "x'00ff'", "varbinary(9)", "BLOB"),
        ("text charset utf8mb4", "'x'", "varchar(9)", "BLOB"),
        ("binary(4)", "'x'", "varbinary(4)", "CHAR(4)"),
        ("timestamp null", "'2024-01-02 03:04:05'", "datetime", "TIMESTAMP"),
        ("time", "'03:04:05'", "varchar(9)", "TIME"),
        ("datetime(3)", "'2024-01-02'", "datetime", "DATETIME(3)"),
        ("year", "2024", "int", "YEAR"),
        ("bit(3)", "5", "int", "BIT(3)"),
        ("enum('x')", "'x'", "varchar(9)", "ENUM"),
        ("set('x')", "'x'", "varchar(9)", "SET"),
        ("geometry", "point(1, 2)", "varbinary(99)", "GEOMETRY"),
    ] {
        source.sql(&format!("drop table if exists t; create table t (id int primary key, c {there})"));
        source.next_file();
        source.sql(&format!("insert into t values (1, null); insert into t values (2, {value})"));
        let log = source.next_file();
        std::fs::write(
            &file,
            format!("drop table if exists t; -- T1\ncreate table t (id int primary key, c {here}); -- T1\n"),
        )
        .expect("a file");
        printed(&["--database", "d", "run", text(&file), "--data", text(&into)]).expect("it runs");
        let before = files(&into);
        let said =
            printed(&["--database", "d", "binlog", "replay", text(&log), "--into", text(&into)]).expect_err(there);
        assert!(said.contains(": byte "), "{there}: {said}");
        assert!(said.contains(&format!("a row of table `t`: column `c`: {why} of the log")), "{there}: {said}");
        assert_eq!(files(&into), before, "{there}: the target is as it was");
    }
}

/// Settings of a statement's session that would give other rows here.
#[test]
fn a_replay_refuses_statements_that_would_do_something_else() {
    let Some(source) = Source::start(&[]) else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let into = dir.path().join("into");
    source.sql("create table t (id int primary key auto_increment, v varchar(40) character set utf8mb4)");
    source.next_file();
    let start = "set binlog_format = statement; set sql_mode = 'STRICT_TRANS_TABLES'; ";
    for (sql, why) in [
        (
            "set auto_increment_increment = 5; insert into t (v) values ('a'), ('b')",
            "its auto_increment_increment is 5",
        ),
        ("set sql_mode = 'pipes_as_concat'; insert into t (v) values ('a' || 'b')", "its sql_mode has PIPES_AS_CONCAT"),
        ("set sql_mode = 'ansi_quotes'; insert into t (v) values ('\"')", "its sql_mode has ANSI_QUOTES"),
        (
            "set sql_mode = 'no_auto_value_on_zero'; insert into t values (0, 'x')",
            "its sql_mode has NO_AUTO_VALUE_ON_ZERO",
        ),
        ("set time_zone = '+03:00'; insert into t (v) values (now())", "its time_zone is +03:00; here it is +00:00"),
        (
            "set lc_time_names = 'de_DE'; insert into t (v) values (date_format('2024-01-01', '%M'))",
            "its lc_time_names is not en_US",
        ),
        ("insert into t (v) values (rand())", "an event of type RAND cannot be replayed"),
        ("set names gbk; insert into t (v) values (_utf8mb4 'ñ')", "its text is in a character set that is not read"),
        ("set @u = _gbk x'b0a1'; insert into t (v) values (@u)", "an event of type USER_VAR cannot be replayed"),
        (
            "xa start 'a'; insert into t (v) values ('x'); xa end 'a'; xa prepare 'a'; xa commit 'a'",
            "within an XA transaction cannot be replayed",
        ),
    ] {
        source.sql(&format!("{start}{sql}"));
        let log = source.next_file();
        let said = printed(&["--database", "d", "binlog", "replay", text(&log), "--into", text(&into)]).expect_err(sql);
        assert!(said.contains(why), "{sql}: {said}");
        assert!(!into.exists(), "{sql}: no database is created");
    }
    // The same statements in a session whose settings are those here, and a text in latin1.
    source.sql("drop table t; create table t (id int primary key auto_increment, v varchar(40)) charset utf8mb4 collate utf8mb4_nopad_bin");
    source.sql(&format!("{start} insert into t (v) values ('a'), ('b'); set @u = 'ö'; insert into t (v) values (@u); set names latin1; insert into t values (9, 'ñ')"));
    let want = source.sql("select id, hex(v) from t");
    let log = source.next_file();
    let dump = printed(&["binlog", "dump", text(&log)]).expect("it is whole");
    let begin = dump.lines().filter(|line| line.contains("MARIADB_GTID")).nth(1).expect("CREATE TABLE");
    let begin = begin.trim().split(' ').next().expect("a position");
    printed(&["--database", "d", "binlog", "replay", text(&log), "--into", text(&into), "--start-position", begin])
        .expect("all of it");
    let file = dir.path().join("run.sql");
    std::fs::write(&file, "select id, hex(v) from t; -- T1\n").expect("a file");
    let rows = printed(&["--database", "d", "run", text(&file), "--data", text(&into), "--json"]).expect("it runs");
    for row in want {
        let (id, v) = row.split_once('\t').expect("two columns");
        assert!(rows.contains(&format!(r#"["{id}","{v}"]"#)), "{row}: {rows}");
    }
}

/// Several files are a chain: a gap, a wrong order and a file of another log are refused by every command.
#[test]
fn files_that_are_no_chain_are_refused() {
    let Some(source) = Source::start(&["--binlog-row-metadata=FULL"]) else { return };
    source.sql("create table t (id int primary key)");
    source.next_file();
    let logs: Vec<PathBuf> = (1..5)
        .map(|n| {
            source.sql(&format!("insert into t values ({n})"));
            source.next_file()
        })
        .collect();
    let dir = tempfile::tempdir().expect("a directory");
    let (into, back) = (dir.path().join("into"), dir.path().join("back"));
    let [one, two, three, _] = [0, 1, 2, 3].map(|n| text(&logs[n]));
    for command in [
        vec!["dump"],
        vec!["verify"],
        vec!["flashback", "--output", text(&back), "--table", "t"],
        vec!["replay", "--into", text(&into)],
    ] {
        for wrong in [[one, three], [two, one], [two, two]] {
            let arguments = [&["--database", "d", "binlog"], &command[..], &wrong].concat();
            let out = innolab(&arguments);
            assert!(!out.status.success(), "{arguments:?}");
            assert!(stderr(&out).contains("the file before it names another next file"), "{arguments:?}");
            assert!(!into.exists() && !back.exists(), "{arguments:?}");
        }
    }
    assert!(printed(&["binlog", "flashback", one, two, three, "--table", "t"]).is_ok());
}

/// A log of a MySQL 9 (`crates/binlog/tests/logs`): documents as SQL, those with a date or a DECIMAL in them refused.
#[test]
fn the_sql_of_a_flashback_has_json_documents_that_are_text() {
    let log = Path::new(env!("CARGO_MANIFEST_DIR")).join("../binlog/tests/logs/mysql-9.7/bin.000004");
    let flashback = |options: &[&str]| printed(&[&["binlog", "flashback", text(&log)], options].concat());
    let sql = flashback(&["--stop-position", "559"]).expect("text has all of it");
    for (id, document) in [(2, "[1]"), (3, r#"{"k": []}"#)] {
        let want = format!("DELETE FROM `d`.`j` WHERE `id` = {id} AND `js` = CAST('{document}' AS JSON) AND ");
        assert!(sql.contains(&want), "{sql}");
    }
    let why = flashback(&[]).expect_err("a document has a date");
    assert!(
        why.contains("d.j, column js: a JSON document with values that JSON text has not cannot be written as SQL"),
        "{why}"
    );
}
