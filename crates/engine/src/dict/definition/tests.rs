use super::*;
use crate::dict::MAX_COLUMNS;

pub(crate) fn sample() -> Definition {
    let column = |name: &str, ty, nullable, default: Option<Datum>| {
        let default = default.map(ColumnDefault::Value);
        ColumnDef { default, ..ColumnDef::new(name, ty, nullable) }
    };
    let mut columns = vec![
        column("id", ColumnType::Int { bytes: 8, unsigned: true }, false, None),
        column("größe", ColumnType::Int { bytes: 3, unsigned: false }, true, Some(Datum::Int(-5))),
        column("a", ColumnType::VarChar { chars: 300 }, true, Some(Datum::Null)),
        column("b", ColumnType::Char { chars: 7 }, false, Some(Datum::Bytes("it's".into()))),
        column("c", ColumnType::VarBinary { bytes: 255 }, false, Some(Datum::Bytes(vec![0, 255]))),
        column("d", ColumnType::Int { bytes: 1, unsigned: true }, false, Some(Datum::UInt(9))),
        column("e", ColumnType::Decimal { precision: 65, scale: 30, unsigned: true }, true, Some(Datum::Null)),
        column(
            "f",
            ColumnType::Decimal { precision: 5, scale: 2, unsigned: false },
            true,
            Some(crate::codec::packed::decimal("-1.5", 5, 2)),
        ),
        column("g", ColumnType::DateTime { fsp: 6 }, true, None),
        column("h", ColumnType::Date, false, Some(ColumnType::Date.zero())),
        column("i", ColumnType::DateTime { fsp: 3 }, false, None),
    ];
    (columns[8].default, columns[8].on_update_now, columns[10].on_update_now) = (Some(ColumnDefault::Now), true, true);
    let def = TableDef {
        name: "t".into(),
        columns,
        primary_key: vec![3, 0],
        primary_name: Some("uniq".into()),
        indexes: vec![
            IndexDef { name: "k".into(), columns: vec![2, 1], unique: false },
            IndexDef { name: "größen".into(), columns: vec![1], unique: true },
        ],
        auto_increment: Some(0),
        sql: "CREATE …".into(),
    };
    let trees = vec![(IndexId(1 << 40), PageNo(3)), (IndexId(7), PageNo(4)), (IndexId(8), PageNo(99))];
    Definition { number: 17, replaces: 9, with: NO_DEFINITION, def, space: SpaceId(7), trees }
}

#[test]
fn a_definition_survives_encoding_and_decoding() {
    let mut entry = sample();
    assert_eq!(Definition::decode(17, &entry.encode()), Some(entry.clone()));
    entry.def.primary_key.clear();
    entry.def.primary_name = None;
    entry.def.auto_increment = None;
    assert_eq!(Definition::decode(17, &entry.encode()), Some(entry.clone()));
    let column = ColumnDef::new("c", ColumnType::Int { bytes: 4, unsigned: false }, true);
    entry.def.columns = vec![column; MAX_COLUMNS];
    entry.def.indexes.clear();
    entry.trees.truncate(1);
    assert_eq!(Definition::decode(17, &entry.encode()), Some(entry));
}

/// Definitions from before CURRENT_TIMESTAMP existed are read with their meaning unchanged; a column with
/// CURRENT_TIMESTAMP has a flag or tag that an older program refuses, so it cannot misread it.
#[test]
fn older_definitions_are_still_read() {
    let mut w = Writer(vec![]);
    let column = |nullable, default, on_update_now| ColumnDef {
        name: "t".into(),
        ty: ColumnType::DateTime { fsp: 3 },
        nullable,
        default,
        on_update_now,
    };
    for (column, bytes) in [
        (column(false, None, false), [0, 0]),
        (column(true, Some(ColumnDefault::Value(Datum::Null)), false), [1, 1]),
        (column(false, Some(ColumnDefault::Now), false), [0, 5]),
        (column(true, Some(ColumnDefault::Now), true), [3, 5]),
    ] {
        w.0.clear();
        w.column(&column);
        assert_eq!(w.0, [&[0, 0, 0, 1, b't', 7, 0, 3][..], &bytes].concat());
        assert_eq!(Reader(&w.0).column(), Some(column));
    }
    let of_int = |flags, default| Reader(&[0, 0, 0, 1, b'n', 0, 0, 4, flags, default]).column();
    assert!(of_int(1, 0).is_some());
    assert_eq!([of_int(3, 0), of_int(1, 5)], [None, None], "only a DATETIME can have the current time");
}

/// I11, R1
#[test]
fn bytes_that_are_not_sound_give_no_definition() {
    let good = sample().encode();
    for len in 0..good.len() {
        assert_eq!(Definition::decode(17, &good[..len]), None, "cut to {len} bytes");
    }
    assert_eq!(Definition::decode(17, &[&good[..], &[0]].concat()), None, "one byte too many");
    let mut refused = 0;
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bytes = good.clone();
            bytes[at] ^= 1 << bit;
            match Definition::decode(17, &bytes) {
                None => refused += 1,
                Some(entry) => {
                    assert_eq!(entry.encode(), bytes, "bit {bit} of byte {at}: what is read is what is written")
                }
            }
        }
    }
    assert!(refused > good.len(), "{refused} of {} flipped bits are refused", 8 * good.len());
}

#[test]
fn a_definition_needs_all_its_parts() {
    let body = sample().encode();
    let total = (body.len() as u32).to_be_bytes();
    let first = [&total[..], &body[..20]].concat();
    let parts = |numbers: &[u16]| {
        let bytes = [first.clone(), body[20..40].to_vec(), body[40..].to_vec()];
        numbers.iter().map(|&n| (n, bytes[usize::from(n)].clone())).collect::<Vec<_>>()
    };
    assert_eq!(Definition::of_parts(17, &parts(&[0, 1, 2])), Some(sample()));
    for broken in [&[0, 1][..], &[0, 2], &[0], &[1, 2]] {
        assert_eq!(Definition::of_parts(17, &parts(broken)), None, "{broken:?}");
    }
}
