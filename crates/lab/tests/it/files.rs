//! `innolab inspect` on files of other servers: what is read is what the server's SELECT returns; what is not read is
//! named. MariaDB must be installed (see `innolab_testing::Server`); MySQL is used if `INNOLAB_MYSQL` says where it is, and
//! kept files of older servers if `INNOLAB_FILES` does (see `innolab_testing::kept_files`).

use crate::program::{innolab, stderr, stdout};
use innolab_testing::{MySql, Server, kept_file};
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};

/// A table: its name, the statements that make and fill it, its columns for `--columns`, and the SELECT whose rows
/// `inspect rows` shows.
type Case = (&'static str, &'static str, &'static str, &'static str);

const TYPES: &str = "id int primary key auto_increment, ti tinyint, su smallint unsigned, me mediumint, bi bigint unsigned, f float, \
    db double, de decimal(12,4), da date, tm time(3), dt datetime(6), ts timestamp(2) null, y year, c char(5), vc varchar(300), \
    cl char(5) character set latin1, b binary(4), vb varbinary(20), e enum('a','b','c'), s set('x','y','z'), bt bit(12), \
    t text, bl blob, g point, key (vc(10)), unique key (bi, de desc), key (cl)";
const TYPES_SQL: &str = "insert into types values (1,-128,65535,-8388608,18446744073709551615,1.5,-2.5e-200,-12345678.9012,'2024-02-29', \
    '-12:34:56.789','2024-02-29 01:02:03.456789','2024-02-29 01:02:03.45',2024,'ab','va','äß',x'00ff',x'00','b','x,z',b'101010101010', \
    'text','blob',point(1,2)); insert into types (id,bi) values (2,1); \
    insert into types (id,bi,t,bl) values (3,2,repeat('long text ',5000),repeat(x'00ff',30000)); delete from types where id=2";
const TYPES_SELECT: &str = "select id,ti,su,me,bi,f,db,de,da,tm,dt,ts,y,c,vc,cl,concat('0x',lower(hex(b))),concat('0x',lower(hex(vb))),e,s,bt+0, \
    t,concat('0x',lower(hex(bl))),concat('0x',lower(hex(g))) from types order by id";

/// Tables that MariaDB and MySQL can make.
const COMMON: &[Case] = &[
    ("types", "create table types (TYPES) charset=utf8mb4; FILL", TYPES, TYPES_SELECT),
    (
        "redundant",
        "create table redundant (id int primary key, a varchar(10), c char(4), t text) row_format=redundant charset=utf8mb4; \
         insert into redundant values (1,'a','b',repeat('x',20000)),(2,null,null,null),(3,'q','','short')",
        "id int primary key, a varchar(10), c char(4), t text",
        "select * from redundant order by id",
    ),
    (
        "compact",
        "create table compact (id int primary key, t text, u text) row_format=compact; \
         insert into compact values (1,repeat('x',20000),'u'),(2,null,repeat('y',9000))",
        "id int primary key, t text, u text",
        "select * from compact order by id",
    ),
    (
        "no_key",
        "create table no_key (a int, b varchar(10) not null); insert into no_key values (2,'x'),(1,'y')",
        "a int, b varchar(10) not null",
        "select * from no_key",
    ),
    (
        "unique_key",
        "create table unique_key (a int, b varchar(10) not null, c int not null, unique (a), key (b), unique (c)); \
         insert into unique_key values (1,'x',9),(null,'y',8)",
        "a int, b varchar(10) not null, c int not null, unique (a), key (b), unique (c)",
        "select * from unique_key order by c",
    ),
    (
        "prefix",
        "create table prefix (a varchar(100), b text, primary key (a(5)), key (b(20))) charset=latin1; \
         insert into prefix values ('abcdefgh','long text'),('x',null)",
        "a varchar(100) character set latin1, b text character set latin1, primary key (a(5)), key (b(20))",
        "select * from prefix order by a",
    ),
    (
        "latin1_ci",
        "create table latin1_ci (c char(10) primary key, n int) charset=latin1 collate=latin1_swedish_ci; \
         insert into latin1_ci values ('ä',1),('b',2),('Z',3)",
        "c char(10) character set latin1 primary key, n int",
        "select * from latin1_ci order by c",
    ),
    (
        "ci",
        "create table ci (k varchar(10) primary key, n int) charset=utf8mb4; insert into ci values ('a',1),('B',2),('c',3),('É',4)",
        "k varchar(10) primary key, n int",
        "select * from ci order by k",
    ),
    (
        "generated",
        "create table generated_ (id int primary key, a int, b int generated always as (a+1) virtual, \
         c int generated always as (a+2) stored, key (b)); insert into generated_ (id,a) values (1,1),(2,2)",
        "id int primary key, a int, b int generated always as (a+1) virtual, c int generated always as (a+2) stored, key (b)",
        "select id,a,c from generated_ order by id",
    ),
    (
        "spatial",
        "create table spatial_ (id int primary key, g geometry not null, spatial index (g)); insert into spatial_ values (1, point(1,1))",
        "id int primary key, g geometry not null, spatial index (g)",
        "select id, concat('0x',lower(hex(g))) from spatial_",
    ),
];

/// The file of a case's table: three of the names are words of SQL.
fn file_name(case: &Case) -> String {
    match case.0 {
        "generated" | "spatial" => format!("{}_.ibd", case.0),
        name => format!("{name}.ibd"),
    }
}

const MARIADB: &[Case] = &[
    (
        "instant",
        "create table instant (id int primary key, a varchar(10)); insert into instant values (1,'one'),(2,'two'); \
         alter table instant add column b int default 7, algorithm=instant; insert into instant values (3,'three',33); \
         alter table instant add column z varchar(20) not null default 'zed', algorithm=instant; \
         insert into instant values (5,'five',55,'zz'); update instant set b=22 where id=2",
        "id int primary key, a varchar(10), b int default 7, z varchar(20) not null default 'zed'",
        "select * from instant order by id",
    ),
    (
        "instant_redundant",
        "create table instant_redundant (id int primary key, a varchar(10)) row_format=redundant; \
         insert into instant_redundant values (1,'x'); \
         alter table instant_redundant add column b int default 8, algorithm=instant; insert into instant_redundant values (2,'y',9)",
        "id int primary key, a varchar(10), b int",
        "select * from instant_redundant order by id",
    ),
    (
        "instant_deep",
        "create table instant_deep (id varchar(40) primary key, v varchar(200)) charset=latin1 collate=latin1_bin; \
         insert into instant_deep select concat('k', seq*7919%3000), repeat('v', seq%150) from seq_1_to_3000; \
         alter table instant_deep add column extra int default 5, add column more text, algorithm=instant; \
         insert into instant_deep values ('zz','z',9,'more')",
        "id varchar(40) collate latin1_bin primary key, v varchar(200) character set latin1, extra int, more text",
        "select * from instant_deep order by id",
    ),
    (
        "redundant_deep",
        "create table redundant_deep (id int primary key, a varchar(200), key (a)) row_format=redundant charset=latin1 collate=latin1_bin; \
         insert into redundant_deep select seq*7919%3000, repeat(char(97+seq%26), seq%150) from seq_1_to_3000; \
         delete from redundant_deep where id%7=0",
        "id int primary key, a varchar(200) collate latin1_bin, key (a)",
        "select * from redundant_deep order by id",
    ),
    (
        "descending",
        "create table descending (id varchar(40) primary key, v varchar(200), d double, key (v desc), key (d)) collate=utf8mb4_bin; \
         insert into descending select concat('k', seq*7919%3000), repeat(char(97+seq%26), seq%150), seq%64-32.5 from seq_1_to_3000",
        "id varchar(40) collate utf8mb4_bin primary key, v varchar(200) collate utf8mb4_bin, d double, key (v desc), key (d)",
        "select * from descending order by id",
    ),
];

const MYSQL: &[Case] = &[
    (
        "versions",
        "create table versions (id int primary key, a varchar(10)); insert into versions values (1,'one'),(2,'two'); \
         alter table versions add column b int default 7, algorithm=instant; insert into versions values (3,'three',33); \
         alter table versions drop column a, algorithm=instant; insert into versions values (4,44); \
         alter table versions add column z varchar(20) not null default 'zed' first, algorithm=instant; \
         insert into versions values ('five',5,55); update versions set b=22 where id=2",
        "",
        "select * from versions order by id",
    ),
    (
        "versions_deep",
        "set cte_max_recursion_depth=9999; create table versions_deep (id varchar(40) primary key, v varchar(200), w int, key (v desc)); \
         insert into versions_deep with recursive r(n) as (select 1 union all select n+1 from r where n<3000) \
         select concat('k', n*7919%3000), repeat('v', n%150), n from r; \
         alter table versions_deep add column extra int default 5, add column f int, algorithm=instant; \
         alter table versions_deep drop column w, algorithm=instant; insert into versions_deep values ('zz','z',9,1)",
        "",
        "select * from versions_deep order by id",
    ),
    (
        "long_values",
        "create table long_values (id int primary key, b longtext); insert into long_values values (1, repeat('x', 1000000)), (2, repeat('abc', 3000)); \
         update long_values set b = concat(b, 'tail') where id=1",
        "",
        "select * from long_values order by id",
    ),
];

/// Runs `inspect` and returns its JSON lines. REQUIRES: it succeeds.
fn inspect(mode: &str, file: &Path, columns: &str) -> Vec<Value> {
    let mut arguments = vec!["inspect", mode, file.to_str().unwrap(), "--json"];
    if !columns.is_empty() {
        arguments.extend(["--columns", columns]);
    }
    stdout(innolab(&arguments)).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Asserts that every page is good, and that the rows are `expected`: a line each, values separated by tabs.
fn compare(case: &Case, file: &Path, columns: &str, expected: &[String]) {
    let verified = inspect("space-verify", file, columns).pop().unwrap();
    assert_eq!((&verified["bad"], &verified["not_read"]), (&0.into(), &0.into()), "{}: {verified}", case.0);
    assert!(verified["records_checked"].as_u64() > Some(0), "{}: {verified}", case.0);
    let lines = inspect("rows", file, columns);
    let value = |value: &Value| value.as_str().unwrap_or("NULL").to_owned();
    let row = |line: &Value| {
        line["row"].as_object().unwrap().iter().map(|(name, v)| (name.clone(), value(v))).collect::<Vec<_>>()
    };
    // A JSON object has its names in alphabetical order, SELECT in the table's: both are sorted.
    let sorted = |mut values: Vec<String>| {
        values.sort();
        values
    };
    let got: Vec<_> =
        lines.iter().map(|line| sorted(row(line).into_iter().map(|(_, value)| value).collect())).collect();
    let expected: Vec<_> = expected.iter().map(|line| sorted(line.split('\t').map(str::to_owned).collect())).collect();
    assert_eq!(got.len(), expected.len(), "{}", case.0);
    for (got, expected) in got.iter().zip(&expected) {
        assert_eq!(got, expected, "{}", case.0);
    }
}

fn statements(case: &Case) -> String {
    case.1.replace("TYPES", TYPES).replace("FILL", TYPES_SQL)
}

/// Asserts that the statements of `rows --sql` make the same rows in an empty table of the server.
fn import(server: &Server, case: &Case, file: &Path, expected: &[String]) {
    let table = file_name(case).trim_end_matches(".ibd").to_owned();
    let inserts = stdout(innolab(&["inspect", "rows", file.to_str().unwrap(), "--columns", case.2, "--sql"]));
    let inserts = inserts.replace("INSERT INTO `t`", &format!("INSERT INTO e.`{table}`"));
    server.sql(&format!("create table e.`{table}` like d.`{table}`; {inserts}"));
    assert_eq!(server.sql(&format!("use e; {}", case.3)), expected, "{table}, imported");
}

/// Each table of MariaDB, in a file of the given checksum.
fn mariadb(checksum: &str) {
    let option = format!("--innodb-checksum-algorithm={checksum}");
    let Some(server) = Server::start([option.as_str(), "--default-time-zone=+00:00", "--character-set-server=utf8mb4"])
    else {
        return;
    };
    server.sql("create database d; create database e");
    for case in COMMON.iter().chain(MARIADB) {
        server.sql(&format!("use d; {}", statements(case)));
        let file = file_name(case);
        let expected = server.sql(&format!("use d; {}", case.3));
        server.sql(&format!("use d; flush tables `{}` for export", file.trim_end_matches(".ibd")));
        compare(case, &server.data().join("d").join(&file), case.2, &expected);
        import(&server, case, &server.data().join("d").join(&file), &expected);
    }
    // A descending key that is not declared so is told.
    let file = server.data().join("d/descending.ibd");
    let wrong = MARIADB[4].2.replace(" desc", "");
    let ran = innolab(&["inspect", "space-verify", file.to_str().unwrap(), "--columns", &wrong]);
    assert!(
        !ran.status.success() && String::from_utf8_lossy(&ran.stdout).contains("keys ascend: "),
        "{}",
        stderr(&ran)
    );
    // The system tablespace has copies of pages in its doublewrite buffer. It is on disk once no page is dirty.
    server.sql("set global innodb_max_dirty_pages_pct = 0; set global innodb_max_dirty_pages_pct_lwm = 0");
    let dirty = || server.sql("show global status like 'innodb_buffer_pool_pages_dirty'");
    let until = Instant::now() + Duration::from_secs(60);
    while dirty() != ["Innodb_buffer_pool_pages_dirty\t0"] && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    let pages = inspect("space-pages", &server.data().join("ibdata1"), "");
    let of_type = |name: &str| pages.iter().filter(|page| page["type"] == name).count();
    assert_eq!((of_type("bad"), of_type("doublewrite")), (0, 128));
    refused_by_mariadb(&server, checksum);
}

/// Formats that are not read, by their names.
fn refused_by_mariadb(server: &Server, checksum: &str) {
    let in_flags = if checksum == "full_crc32" { "page_compressed with zlib" } else { "page_compressed" };
    for (table, options, named) in [
        ("zip", "row_format=compressed key_block_size=8", "ROW_FORMAT=COMPRESSED with KEY_BLOCK_SIZE=8"),
        ("packed", "page_compressed=1", in_flags),
    ] {
        server.sql(&format!(
            "use d; create table {table} (id int primary key, a text) {options}; insert into {table} values (1, repeat('a', 9000)); \
             flush tables {table} for export"
        ));
        let file = server.data().join(format!("d/{table}.ibd"));
        let ran = innolab(&["inspect", "space-summary", file.to_str().unwrap()]);
        let expected = format!("innolab: {table}.ibd: {named} (flags ");
        assert!(!ran.status.success() && stderr(&ran).starts_with(&expected), "{}", stderr(&ran));
    }
    server.sql(
        "use d; create table dropped (id int primary key, a int, b int); insert into dropped values (1,1,1); \
         alter table dropped drop column a, algorithm=instant; flush tables dropped for export",
    );
    let file = server.data().join("d/dropped.ibd");
    let ran = innolab(&["inspect", "rows", file.to_str().unwrap(), "--columns", "id int primary key, b int"]);
    assert!(stderr(&ran).contains("dropped.ibd: page 3: columns were dropped or moved instantly"), "{}", stderr(&ran));
    // Without columns its pages are good.
    stdout(innolab(&["inspect", "space-verify", file.to_str().unwrap()]));
}

#[test]
fn mariadb_full_crc32() {
    mariadb("full_crc32");
}

#[test]
fn mariadb_crc32() {
    mariadb("crc32");
}

#[test]
fn mariadb_other_page_size() {
    let Some(server) = Server::start(["--innodb-page-size=8k"]) else { return };
    server.sql("create database d; use d; create table t (id int primary key); flush tables t for export");
    let file = server.data().join("d/t.ibd");
    let ran = innolab(&["inspect", "space-summary", file.to_str().unwrap()]);
    assert!(stderr(&ran).starts_with("innolab: t.ibd: pages of 8 KiB (flags "), "{}", stderr(&ran));
}

/// MySQL's files describe their tables themselves.
#[test]
fn mysql() {
    let Some(server) = MySql::start() else { return };
    server.sql("create database d");
    for case in COMMON.iter().chain(MYSQL) {
        server.sql(&format!("use d; {}", statements(case)));
        let file = file_name(case);
        let expected = server.sql(&format!("set time_zone='+00:00'; use d; {}", case.3));
        server.sql(&format!("use d; flush tables `{}` for export", file.trim_end_matches(".ibd")));
        compare(case, &server.data().join("d").join(&file), "", &expected);
    }
    server.sql(
        "use d; create table j (id int primary key, j json, t text, fulltext (t)); insert into j values (1, '{\"k\": [1, true]}', 'word'), \
         (2, json_object('d', 1.25), ''); \
         create table packed (id int primary key) compression='zlib'; flush tables j, packed for export",
    );
    let file = |table: &str| server.data().join(format!("d/{table}.ibd")).to_str().unwrap().to_owned();
    let ran = innolab(&["inspect", "rows", &file("j")]);
    let printed = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(printed.contains(r#"j="{\"k\": [1, true]}", t="word""#), "{printed}");
    let why = "1 value of column j of j not read: JSON with values that JSON text does not have: {\"d\": 1.25}";
    assert!(!ran.status.success() && stderr(&ran).contains(why), "{}", stderr(&ran));
    stdout(innolab(&["inspect", "space-verify", &file("j")]));
    let ran = innolab(&["inspect", "space-verify", &file("packed")]);
    assert!(
        String::from_utf8_lossy(&ran.stdout).contains("page_compressed: its content is not read"),
        "{}",
        stderr(&ran)
    );
    assert!(!ran.status.success() && !String::from_utf8_lossy(&ran.stdout).contains(" 1 bad"));
}

/// MySQL takes what `export --for mysql` writes, finds it sound, changes it until pages split, and keeps it.
#[test]
fn mysql_imports_an_export() {
    let Some(mut server) = MySql::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let fill = "create table t (id int primary key auto_increment, c char(5), v varchar(300) not null, d decimal(10,2), dt datetime(3), \
        da date, b bigint unsigned, vb varbinary(20), key (v), unique key (b), key (d));\n\
        insert into t values (1,'ab','vä',-12.5,'2024-02-29 01:02:03.456','2024-02-29',18446744073709551615,x'00ff'), \
        (2,null,'w',null,null,null,null,null);\n\
        create table `größe` (a int, b varchar(10) not null, key (a));\ninsert into `größe` values (1,'x'),(2,'y'),(null,'z');\n";
    std::fs::write(path("fill.sql"), fill).unwrap();
    stdout(innolab(&["run", "--data", &path("db"), &path("fill.sql")]));
    server.sql("create database d");
    for (table, name) in [("t", "t"), ("größe", "gr@1i@1je")] {
        let printed =
            stdout(innolab(&["export", "--for", "mysql", "--data", &path("db"), table, &path(&format!("{name}.ibd"))]));
        assert!(!Path::new(&path(&format!("{name}.cfg"))).exists());
        let (create, import) = printed.split_once("-- copy ").unwrap();
        server.sql(&format!("use d; {create}"));
        std::fs::copy(path(&format!("{name}.ibd")), server.data().join(format!("d/{name}.ibd"))).unwrap();
        server.sql(&format!("use d; {}", import.split_once('\n').unwrap().1));
        assert_eq!(server.sql(&format!("check table d.`{table}`")), [format!("d.{table}\tcheck\tstatus\tOK")]);
    }
    assert_eq!(
        server.sql("select id, c, v, d, dt, da, b, hex(vb) from d.t")[0],
        "1\tab\tvä\t-12.50\t2024-02-29 01:02:03.456\t2024-02-29\t18446744073709551615\t00FF"
    );
    server.sql(
        "use d; insert into t (v) with recursive r(n) as (select 1 union all select n+1 from r where n<1000) \
         select repeat(char(97+n%26), n%300) from r; update t set v = repeat('G', 299) where id % 3 = 0; delete from t where id % 5 = 0; \
         insert into `größe` with recursive r(n) as (select 1 union all select n+1 from r where n<1000) select n, 'row' from r",
    );
    server.restart();
    for table in ["t", "größe"] {
        assert_eq!(server.sql(&format!("check table d.`{table}`")), [format!("d.{table}\tcheck\tstatus\tOK")]);
    }
    assert_eq!(server.sql("select count(*), min(id) from d.t"), ["802\t1"]);
    assert_eq!(server.sql("select count(*) from d.`größe`"), ["1003"]);
}

#[test]
fn kept_files_of_older_servers() {
    if let Some(file) = kept_file("mysql5_innodb_checksum_actor.ibd") {
        let columns = "actor_id smallint unsigned primary key, first_name varchar(45) not null, last_name varchar(45) not null, \
            last_update timestamp not null, key idx_actor_last_name (last_name)";
        let summary = inspect("space-summary", &file, columns).pop().unwrap();
        assert_eq!(summary["checksum"], "innodb");
        let rows = inspect("rows", &file, columns);
        assert_eq!((rows.len(), &rows[0]["row"]["first_name"]), (200, &"PENELOPE".into()));
    }
    if let Some(file) = kept_file("mysql8_simple.ibd") {
        let verified = inspect("space-verify", &file, "").pop().unwrap();
        assert_eq!((&verified["bad"], &verified["records_checked"]), (&0.into(), &1.into()));
    }
    if let Some(file) = kept_file("ci.ibd") {
        let verified = inspect("space-verify", &file, "k varchar(10) primary key, n int").pop().unwrap();
        assert_eq!((&verified["bad"], &verified["order_not_judged"]), (&0.into(), &1.into()));
    }
}
