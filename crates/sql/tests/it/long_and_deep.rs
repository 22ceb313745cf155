//! Long and deep statements of every construct: each is answered, on any thread, and in time linear in its length.
//!
//! RULES
//!
//! - **R1** No statement ends the process, however deep its text is nested.
//! - **R2** A chain of ANDs or ORs, and a list, may be as long as a statement. What is deeper than the limit is error
//!   1436.
//! - **R3** Four times the length takes at most eight times as long.

use crate::answers::answer;
use innolab_disk::SimDisk;
use innolab_engine::{Engine, Options};
use innolab_sql::Session;
use innolab_testing::size;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

/// The stack of the thread that runs the statements, which is less than any that a session gets elsewhere.
const SMALL_STACK: usize = 256 << 10;

/// Text of a statement with `n` terms or levels.
type Construct = (&'static str, fn(usize) -> String);

fn list(n: usize, separator: &str, item: impl Fn(usize) -> String) -> String {
    (0..n).map(item).collect::<Vec<_>>().join(separator)
}

fn chain(n: usize, operator: &str) -> String {
    list(n, operator, |_| "1".to_string())
}

fn nested(n: usize, open: &str, inner: &str, close: &str) -> String {
    open.repeat(n) + inner + &close.repeat(n)
}

/// Constructs that are as deep as they are long, so beyond the limit they are error 1436.
const DEEP: &[Construct] = &[
    ("+", |n| format!("select {}", chain(n, "+"))),
    ("-", |n| format!("select {}", chain(n, " - "))),
    ("*", |n| format!("select {}", chain(n, "*"))),
    ("/", |n| format!("select {}", chain(n, "/"))),
    ("div", |n| format!("select {}", chain(n, " div "))),
    ("mod", |n| format!("select {}", chain(n, " mod "))),
    ("%", |n| format!("select {}", chain(n, " % "))),
    ("=", |n| format!("select {}", chain(n, "="))),
    ("<=>", |n| format!("select {}", chain(n, "<=>"))),
    ("<", |n| format!("select id from t where {}", chain(n, "<"))),
    ("xor", |n| format!("select id from t where {}", chain(n, " xor "))),
    ("xor of ands", |n| format!("select {}", chain(n, " xor 1 and "))),
    ("like", |n| format!("select {}", chain(n, " like "))),
    ("|", |n| format!("select {}", chain(n, " | "))),
    ("is null", |n| format!("select 1{}", " is null".repeat(n))),
    ("is not true", |n| format!("select id from t where c{}", " is not true".repeat(n))),
    ("parentheses", |n| format!("select {}", nested(n, "(", "1", ")"))),
    ("parentheses in where", |n| format!("select id from t where {}", nested(n, "(", "id = 1", ")"))),
    ("or in parentheses", |n| format!("select id from t where {}", nested(n, "(", "id = 1", " or id = 2)"))),
    ("and or in parentheses", |n| {
        format!("select id from t where {}", nested(n / 2, "(id > 0 and (", "id = 1", " or id = 2))"))
    }),
    ("- - -", |n| format!("select {}1", "- ".repeat(n))),
    ("+ + +", |n| format!("select {}1", "+ ".repeat(n))),
    ("not not not", |n| format!("select id from t where {}id", "not ".repeat(n))),
    ("!!!", |n| format!("select {}1", "!".repeat(n))),
    ("~~~", |n| format!("select {}1", "~".repeat(n))),
    ("binary", |n| format!("select {}1", "binary ".repeat(n))),
    ("abs", |n| format!("select {}", nested(n, "abs(", "1", ")"))),
    ("concat", |n| format!("select {}", nested(n, "concat('a', ", "'b'", ")"))),
    ("concat to the left", |n| format!("select {}", nested(n, "concat(", "'b'", ", 'a')"))),
    ("coalesce", |n| format!("select {}", nested(n, "coalesce(null, ", "1", ")"))),
    ("if", |n| format!("select {}", nested(n, "if(1, ", "1", ", 0)"))),
    ("if in its condition", |n| format!("select {}", nested(n, "if(", "1", ", 1, 0)"))),
    ("nullif", |n| format!("select {}", nested(n, "nullif(", "1", ", 2)"))),
    ("cast", |n| format!("select {}", nested(n, "cast(", "1", " as signed)"))),
    ("case when", |n| format!("select {}", nested(n, "case when 1 then ", "1", " else 0 end"))),
    ("case operand", |n| format!("select {}", nested(n, "case ", "1", " when 1 then 1 when 2 then 2 end"))),
    ("case else", |n| format!("select {}", nested(n, "case when 0 then 1 else ", "1", " end"))),
    ("case beside a column", |n| format!("select {}", nested(n, "case when end then ", "1", " end"))),
    ("between", |n| format!("select {}1", "1 between 0 and ".repeat(n))),
    ("between to the left", |n| format!("select 1{}", " between 0 and 1".repeat(n))),
    ("in", |n| format!("select {}", nested(n, "1 in (", "1", ")"))),
    ("in to the left", |n| format!("select 1{}", " in (0, 1)".repeat(n))),
    ("not in", |n| format!("select {}", nested(n, "1 not in (2, ", "1", ")"))),
    ("row", |n| format!("select {} = 1", nested(n, "(", "1", ", 1)"))),
    ("row = row", |n| format!("select {0} = {0}", nested(n / 2, "(", "1", ", 1)"))),
    ("interval", |n| format!("select '2024-01-01'{}", " + interval 1 day".repeat(n))),
    ("interval in interval", |n| format!("select {}1{}", "'2024-01-01' + interval ".repeat(n), " day".repeat(n))),
    ("interval and", |n| format!("select {}1{}", "'2024-01-01' + interval 1 and ".repeat(n), " day".repeat(n))),
    ("is distinct from", |n| format!("select {}1", "1 is distinct from 1 and ".repeat(n))),
    ("date_add", |n| format!("select {}", nested(n, "date_add(", "'2024-01-01'", ", interval 1 day)"))),
    ("extract", |n| format!("select {}", nested(n, "extract(year from ", "'2024-01-01'", ")"))),
    ("substring", |n| format!("select {}", nested(n, "substring(", "'abc'", " from 1 for 3)"))),
    ("trim", |n| format!("select {}", nested(n, "trim(both ' ' from ", "'abc'", ")"))),
    ("position", |n| format!("select {}", nested(n, "position('a' in ", "'abc'", ")"))),
    ("sum of", |n| format!("select sum({}) from t", chain(n, "+"))),
    ("count in count", |n| format!("select {} from t", nested(n, "count(", "1", ")"))),
    (":=", |n| format!("select {}1", "@a := ".repeat(n))),
    (":= and", |n| format!("select {}1", "@a := 1 and ".repeat(n))),
    ("collate", |n| format!("select 'a'{}", " collate utf8mb4_bin".repeat(n))),
    ("regexp", |n| format!("select {}", chain(n, " regexp "))),
    ("subquery", |n| format!("select {}", nested(n, "(select ", "1", ")"))),
    ("exists", |n| format!("select {}", nested(n, "exists (select ", "1", ")"))),
    ("in subquery", |n| format!("select {}", nested(n, "1 in (select ", "1", ")"))),
    ("derived table", |n| format!("{}select 1{}", "select * from (".repeat(n), ") x".repeat(n))),
    ("table in parentheses", |n| format!("select * from {}", nested(n, "(", "t", ")"))),
    ("query in parentheses", |n| nested(n, "(", "select 1", ")")),
    ("union", |n| format!("select 1{}", " union select 1, 2".repeat(n))),
    ("union all in parentheses", |n| format!("(select 1){}", " union all (select 1, 2)".repeat(n))),
    ("with", |n| format!("{}select 1{}", "with a as (".repeat(n), ") select 1".repeat(n))),
    ("join", |n| format!("select * from t{}", " join t on 1 = 1".repeat(n))),
    ("nested join", |n| format!("select * from {}t{}", "t join ".repeat(n), " on 1 = 1".repeat(n))),
    ("update", |n| format!("update t set c = {}", chain(n, "+"))),
    ("delete", |n| format!("delete from t where id = {}", chain(n, "+"))),
    ("insert", |n| format!("insert into u values ({})", chain(n, "+"))),
    ("on duplicate", |n| format!("insert into u values (1) on duplicate key update id = {}", chain(n, "+"))),
    ("set", |n| format!("set @a = {}", chain(n, "+"))),
    ("do", |n| format!("do {}", chain(n, "+"))),
    ("having", |n| format!("select id from t group by id having {}", chain(n, "+"))),
    ("order by", |n| format!("select id from t order by {}", chain(n, "+"))),
    ("group by", |n| format!("select count(*) from t group by {}", chain(n, "+"))),
    ("limit", |n| format!("select id from t limit {}", nested(n, "(", "1", ")"))),
    ("default", |n| format!("create table d (id int default ({}))", chain(n, "+"))),
    ("explain explain", |n| format!("{}select 1", "explain ".repeat(n))),
    ("out of range", |n| format!("select 9223372036854775807 + {}", chain(n, "+"))),
    ("show where", |n| format!("show variables where {}", chain(n, "+"))),
    ("if then", |n| "if 1 then ".repeat(n)),
    ("begin", |n| "begin ".repeat(n)),
    ("calls in a row", |n| format!("select f{}", "(1)".repeat(n))),
    ("subscripts", |n| format!("select a{}", "[1]".repeat(n))),
    ("json arrows", |n| format!("select a{}", " -> '$.a'".repeat(n))),
    ("casts by ::", |n| format!("select 1{}", "::int".repeat(n))),
    ("open only", |n| format!("select {}", "(".repeat(n))),
    ("calls open only", |n| format!("select {}", "abs(".repeat(n))),
    ("cases open only", |n| format!("select {}", "case when ".repeat(n))),
    ("closed only", |n| format!("select 1{}", ")".repeat(n))),
    ("nested comments", |n| format!("select {} 1", nested(n, "/*", "", "*/"))),
    ("nested hints", |n| format!("select {} 1", nested(n, "/*! ", "1", " */"))),
    ("sums of subqueries", |n| format!("select {}", nested(n / 2, "((select ", "1", ") + 1)"))),
    ("sums in parentheses", |n| format!("select {}", nested(n, "(", "(select 1)", " + 1)"))),
    ("function interval in itself", |n| format!("select {}", nested(n, "interval(", "1", ", 2)"))),
    ("adddate of interval", |n| format!("select {}", nested(n / 2, "adddate('2024-01-01', interval(", "1", ", 2))"))),
    ("convert", |n| format!("select {}", nested(n, "convert(", "1", " using utf8mb4)"))),
    ("convert without its end", |n| format!("select {}", nested(n, "convert(", "1", ")"))),
    ("trim from", |n| format!("select {}", nested(n, "trim(leading ", "'a'", " from 'b')"))),
    ("weight_string", |n| format!("select {}", nested(n, "weight_string(", "'a'", " as char(2))"))),
    ("rows of rows in insert", |n| format!("insert into u {}", nested(n, "(", "select 1", ")"))),
    ("update of tables in parentheses", |n| format!("update {} set c = 1", nested(n, "(", "t", ")"))),
    ("joins in parentheses", |n| format!("select * from {}", nested(n / 8, "(", "t", " join t)"))),
    ("case without its end", |n| format!("select {}", nested(n, "case ", "1", " when 1 then 1"))),
    ("brackets without their end", |n| format!("select {}1", "(1 + abs((".repeat(n / 3))),
    ("braces", |n| format!("select {}", nested(n, "{d ", "'2024-01-01'", "}"))),
    ("types", |n| format!("select cast(1 as {}int{})", "array<".repeat(n), ">".repeat(n))),
];

/// Those of [`DEEP`] that add one level with each term, as on the server, which refuses 594 of them.
const OPERATORS: [&str; 11] = ["+", "-", "*", "/", "div", "mod", "%", "=", "<=>", "<", "xor"];

/// Constructs that are long but not deep: they are answered whatever their length.
const LONG: &[Construct] = &[
    ("or", |n| format!("select id from t where {}", list(n, " or ", |n| format!("id = {n}")))),
    ("or of a column without index", |n| format!("select id from t where {}", list(n, " or ", |n| format!("d = {n}")))),
    ("or of ranges", |n| {
        format!("select id from t where {}", list(n, " or ", |n| format!("id between {} and {}", n * 3, n * 3 + 1)))
    }),
    ("||", |n| format!("select {}", chain(n, " || "))),
    ("and", |n| format!("select id from t where {}", list(n, " and ", |n| format!("id <> {n}")))),
    ("and of equalities", |n| format!("select id from t where {}", list(n, " and ", |_| "id = 1".to_string()))),
    ("&&", |n| format!("select {}", chain(n, " && "))),
    ("and with or", |n| format!("select id from t where {}", list(n, " or ", |n| format!("c = 1 and id = {n}")))),
    ("not or", |n| format!("select id from t where not ({})", list(n, " or ", |n| format!("id = {n}")))),
    ("or in having", |n| format!("select id from t having {}", list(n, " or ", |n| format!("id = {n}")))),
    ("in", |n| format!("select id from t where id in ({})", list(n, ",", |n| n.to_string()))),
    ("not in", |n| format!("select id from t where id not in ({})", list(n, ",", |n| n.to_string()))),
    ("in and in", |n| {
        let items = list(n, ",", |n| n.to_string());
        format!("select id from t where id in ({items}) and id in ({items})")
    }),
    ("update in", |n| format!("update t set c = c where id in ({})", list(n, ",", |n| n.to_string()))),
    ("delete or", |n| format!("delete from t where {}", list(n, " or ", |n| format!("id = {}", n + 1000)))),
    ("explain or", |n| format!("explain select id from t where {}", list(n, " or ", |n| format!("c = {n}")))),
    ("coalesce", |n| format!("select coalesce({})", list(n, ",", |_| "null".to_string()))),
    ("concat", |n| format!("select length(concat({}))", list(n, ",", |_| "'a'".to_string()))),
    ("greatest", |n| format!("select greatest({})", list(n, ",", |n| n.to_string()))),
    ("case when", |n| {
        let arms = list(n, " ", |n| format!("when {n} > id then {n}"));
        format!("select case {arms} end from t where id = 1")
    }),
    ("case of", |n| format!("select case id {} end from t", list(n, " ", |n| format!("when {} then {n}", n + 100)))),
    ("select list", |n| format!("select {}", list(n, ",", |n| n.to_string()))),
    ("select list of columns", |n| format!("select {} from t where id = 1", list(n, ",", |_| "t.c".to_string()))),
    ("order by", |n| format!("select id from t order by {}", list(n, ",", |n| format!("c + {n}")))),
    ("order by aliases", |n| {
        format!("select {} from t order by {}", list(n, ",", |n| format!("c a{n}")), list(n, ",", |n| format!("a{n}")))
    }),
    ("group by", |n| format!("select count(*) from t group by {}", list(n, ",", |n| format!("c + {n}")))),
    ("sums", |n| format!("select {} from t", list(n, ",", |n| format!("sum(c + {n})")))),
    ("insert rows", |n| format!("insert into u values {}", list(n, ",", |n| format!("({n})")))),
    ("insert columns", |n| {
        let columns = list(n, ",", |n| format!("c{n}"));
        format!("insert into u ({columns}) values ({columns})")
    }),
    ("replace rows", |n| format!("replace into u values {}", list(n, ",", |n| format!("({n})")))),
    ("set assignments", |n| format!("set {}", list(n, ",", |n| format!("@v{n} = 1")))),
    ("update assignments by :=", |n| format!("update t set {}", list(n, ",", |_| "c := c".to_string()))),
    ("variables in quotes", |n| format!("select {}", list(n, ",", |_| "@'a'".to_string()))),
    ("select options", |n| format!("select {} 1", "high_priority ".repeat(n))),
    ("names of other dialects", |n| format!("select {} from t", list(n, ",", |_| "top".to_string()))),
    ("having", |n| {
        let columns = list(n, ",", |n| format!("c + {n} as a{n}"));
        format!("select {columns} from t having {}", list(n, " or ", |n| format!("a{n} = {n}")))
    }),
    ("having of grouped columns", |n| {
        format!(
            "select id from t group by {} having {}",
            list(n, ",", |_| "id".into()),
            list(n, " or ", |_| "id = 1".into())
        )
    }),
    ("update assignments", |n| format!("update t set {}", list(n, ",", |_| "c = c".to_string()))),
    ("create table", |n| {
        format!("create table w (id int primary key, {})", list(n, ",", |n| format!("c{n} int not null")))
    }),
    ("keys", |n| format!("create table w (id int primary key, {})", list(n, ",", |n| format!("key k{n} (id)")))),
    ("alter table", |n| format!("alter table t {}", list(n, ",", |n| format!("add column c{n} int")))),
    ("drop table", |n| format!("drop table {}", list(n, ",", |n| format!("x{n}")))),
    ("literal", |n| format!("select length('{}')", "x".repeat(n * 20))),
    ("literal with quotes", |n| format!("select length('{}')", "''".repeat(n * 10))),
    ("literal with escapes", |n| format!("select length('{}')", "\\n".repeat(n * 10))),
    ("literal of wide characters", |n| format!("select length('{}')", "é".repeat(n * 10))),
    ("literals in a row", |n| format!("select length({})", list(n, " ", |_| "'a'".to_string()))),
    ("hex literal", |n| format!("select length(x'{}')", "41".repeat(n * 10))),
    ("0x literal", |n| format!("select length(0x{})", "41".repeat(n * 10))),
    ("insert a long literal", |n| format!("insert into s values (1, '{}')", "x".repeat(n * 20))),
    ("like", |n| format!("select '{}' like '%x'", "x".repeat(n))),
    ("number", |n| format!("select {}", "9".repeat(n))),
    ("decimal", |n| format!("select 0.{}", "9".repeat(n))),
    ("identifier", |n| format!("select {}", "a".repeat(n))),
    ("quoted identifier", |n| format!("select `{}`", "a".repeat(n))),
    ("alias", |n| format!("select 1 as `{}`", "a".repeat(n))),
    ("name parts", |n| format!("select {}", list(n, ".", |_| "a".to_string()))),
    ("table name", |n| format!("select * from {}", "a".repeat(n))),
    ("variable", |n| format!("select @{}", "a".repeat(n))),
    ("comment", |n| format!("select /*{}*/ 1", "x".repeat(n * 10))),
    ("comments", |n| format!("select {} 1", "/* x */".repeat(n))),
    ("hints", |n| format!("select {} 1", "/*! 1 + */".repeat(n.min(500)))),
    ("line comments", |n| format!("select 1 {}", "-- x\n".repeat(n))),
    ("lines", |n| format!("select{} 1", "\n".repeat(n * 10))),
    ("spaces", |n| format!("select{}1", " ".repeat(n * 10))),
    ("semicolons", |n| format!("select 1{}", ";".repeat(n))),
    ("error at the end", |n| format!("select {} from", list(n, ",\n", |n| n.to_string()))),
    ("unclosed quote", |n| format!("select '{}", "x".repeat(n * 10))),
    ("unclosed quotes", |n| format!("select {}`", "'x' ".repeat(n))),
    ("unclosed comment", |n| format!("select /*{}", "x".repeat(n * 10))),
    ("signs", |n| format!("select {}", "@".repeat(n))),
    ("savepoint", |n| format!("savepoint {}", "a".repeat(n))),
    ("tables", |n| format!("select * from {}", list(n, ",", |n| format!("t a{n}")))),
];

fn session() -> Session {
    let engine = Engine::open(Arc::new(SimDisk::new(1)), Options::default()).expect("an empty disk");
    let mut session = Session::new(engine, "test");
    for sql in [
        "create table t (id int primary key, c int, d int, key c (c))",
        "create table u (id int primary key)",
        "create table s (id int primary key, s varchar(100))",
        "insert into t values (1, 1, 1), (2, 2, 2), (3, 3, 3)",
        "begin",
    ] {
        assert!(answer(&mut session, sql).starts_with("ok"), "{sql}");
    }
    session
}

/// How long this thread has run on a processor, so that other tests do not count; the time, where Linux does not say.
fn busy_time() -> Duration {
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    thread::yield_now();
    let read = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = read.and_then(|line| line.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| BEGAN.elapsed(), Duration::from_nanos)
}

/// Runs the statement on a thread with a [`SMALL_STACK`], and undoes it. Returns the error's number or 0, and the time.
fn run(session: &mut Session, sql: &str) -> (u16, Duration) {
    thread::scope(|scope| {
        let statement = || {
            let began = busy_time();
            let errno = session.execute(sql).map_or_else(|e| e.errno, |_| 0);
            let took = busy_time().saturating_sub(began);
            session.execute("rollback").expect("nothing prevents it");
            session.execute("begin").expect("nothing prevents it");
            (errno, took)
        };
        let thread = thread::Builder::new().stack_size(SMALL_STACK).spawn_scoped(scope, statement);
        thread.expect("a thread").join().expect("a statement does not panic")
    })
}

#[test]
fn deep_statements_are_answered_or_refused_r1() {
    let mut session = session();
    let depths: &[usize] =
        size(&[2, 60, 350, 2_000, 9_000], &[2, 20, 60, 98, 150, 350, 600, 1_200, 2_000, 2_490, 2_501, 9_000, 100_000]);
    for (name, construct) in DEEP {
        for n in depths {
            let (errno, took) = run(&mut session, &construct(*n));
            println!("{name} {n}: {errno} {took:?}");
            assert!(errno != 1436 || *n >= 98, "R2 {name}, {n} levels: expected an answer, got 1436");
        }
    }
}

#[test]
fn operators_beyond_the_limit_are_1436_r2() {
    let mut session = session();
    for (name, construct) in DEEP.iter().filter(|(name, _)| OPERATORS.contains(name)) {
        assert_eq!([2_400, 3_000].map(|n| run(&mut session, &construct(n)).0 == 1436), [false, true], "R2 {name}");
    }
}

#[test]
fn long_statements_are_answered_in_linear_time_r2_r3() {
    let mut session = session();
    let n = size(1_000, 8_000);
    let mut slow = String::new();
    for (name, construct) in LONG {
        let mut fastest =
            |n| (0..3).map(|_| run(&mut session, &construct(n))).min_by_key(|(_, took)| *took).expect("three");
        let ((errno, short), (_, long)) = (fastest(n), fastest(4 * n));
        println!("{name}: {errno} {short:?} {long:?}");
        assert_ne!(errno, 1436, "R2 {name}, {n} terms");
        if long > 8 * short + Duration::from_millis(20) {
            writeln!(slow, "{name}: {n} terms in {short:?}, four times as many in {long:?}").expect("a string");
        }
    }
    assert!(slow.is_empty(), "R3 expected: at most eight times as long\n{slow}");
}
