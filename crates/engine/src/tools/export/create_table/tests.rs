use super::*;
use expect_test::expect;

#[test]
fn every_type_default_and_key() {
    let column = |name: &str, ty, nullable, default: Option<Datum>| {
        let default = default.map(ColumnDefault::Value);
        ColumnDef { default, ..ColumnDef::new(name, ty, nullable) }
    };
    let int = |bytes, unsigned| ColumnType::Int { bytes, unsigned };
    let now = |name: &str, fsp, nullable, default| ColumnDef {
        default,
        on_update_now: true,
        ..column(name, ColumnType::DateTime { fsp }, nullable, None)
    };
    let mut def = TableDef {
        name: "od`d".into(),
        columns: vec![
            column("a", int(1, false), true, Some(Datum::Null)),
            column("b", int(2, true), false, Some(Datum::UInt(7))),
            column("c", int(3, false), false, Some(Datum::Int(-1))),
            column("d", int(8, true), false, None),
            column("e", ColumnType::VarChar { chars: 9 }, false, Some(Datum::Bytes("it's".into()))),
            column("f", ColumnType::Char { chars: 2 }, true, None),
            column("g", ColumnType::VarBinary { bytes: 3 }, false, Some(Datum::Bytes(vec![]))),
            column(
                "h",
                ColumnType::Decimal { precision: 5, scale: 2, unsigned: true },
                false,
                Some(packed::decimal("1.5", 5, 2)),
            ),
            column("i", ColumnType::DateTime { fsp: 3 }, true, None),
            column("j", ColumnType::Date, false, Some(ColumnType::Date.zero())),
            now("k", 6, false, Some(ColumnDefault::Now)),
            now("l", 0, true, None),
        ],
        primary_key: vec![3, 1],
        auto_increment: Some(3),
        ..TableDef::default()
    };
    expect![[r#"
        CREATE TABLE `od``d` (
          `a` TINYINT NULL DEFAULT NULL,
          `b` SMALLINT UNSIGNED NOT NULL DEFAULT 7,
          `c` MEDIUMINT NOT NULL DEFAULT -1,
          `d` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
          `e` VARCHAR(9) NOT NULL DEFAULT X'69742773',
          `f` CHAR(2) NULL,
          `g` VARBINARY(3) NOT NULL DEFAULT X'',
          `h` DECIMAL(5,2) UNSIGNED NOT NULL DEFAULT '1.50',
          `i` DATETIME(3) NULL,
          `j` DATE NOT NULL DEFAULT '0000-00-00',
          `k` DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
          `l` DATETIME(0) NULL ON UPDATE CURRENT_TIMESTAMP(0),
          PRIMARY KEY (`d`, `b`)
        ) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin"#]]
    .assert_eq(&create_table(&def, Importer::MariaDb));
    def.columns.truncate(1);
    (def.primary_key, def.auto_increment) = (vec![], None);
    assert!(
        create_table(&def, Importer::MariaDb)
            .starts_with("CREATE TABLE `od``d` (\n  `a` TINYINT NULL DEFAULT NULL\n) ENGINE")
    );
}
