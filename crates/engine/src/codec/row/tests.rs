use super::*;
use crate::codec::{ColumnDef, packed};
use expect_test::expect;
use innolab_base::temporal::{Date, DateTime};
use innolab_page::Record;
use proptest::prelude::*;

fn def(columns: &[(ColumnType, bool)], primary_key: &[usize]) -> TableDef {
    let columns = columns.iter().enumerate();
    let columns = columns.map(|(i, &(ty, nullable))| ColumnDef::new(format!("c{i}"), ty, nullable));
    TableDef { name: "t".into(), columns: columns.collect(), primary_key: primary_key.to_vec(), ..TableDef::default() }
}

const SYSTEM: System = System { trx_id: TrxId(0x0a0b), roll_ptr: ROLL_PTR_INSERT };

fn record(codec: &IndexCodec, row: &[Datum]) -> Record {
    let mut fields = Fields::default();
    codec.encode(row, SYSTEM, &mut fields).unwrap();
    let mut record = Record::default();
    record.leaf(codec.layout(), &fields.refs()).unwrap();
    record
}

fn hex(field: Option<&[u8]>) -> String {
    field.map_or("NULL".into(), |b| b.iter().map(|b| format!("{b:02x}")).collect())
}

fn signed(bytes: u8) -> ColumnType {
    ColumnType::Int { bytes, unsigned: false }
}

fn unsigned_type(bytes: u8) -> ColumnType {
    ColumnType::Int { bytes, unsigned: true }
}

#[test]
fn the_bytes_of_each_type() {
    let text = |s: &str| Datum::Bytes(s.into());
    let cases = [
        (signed(1), Datum::Int(-128)),
        (signed(1), Datum::UInt(127)),
        (signed(3), Datum::Int(-1)),
        (signed(4), Datum::Int(0)),
        (signed(8), Datum::Int(i64::MIN)),
        (signed(8), Datum::Int(i64::MAX)),
        (unsigned_type(2), Datum::Int(258)),
        (unsigned_type(8), Datum::UInt(u64::MAX)),
        (ColumnType::VarChar { chars: 3 }, text("é ")),
        (ColumnType::Char { chars: 4 }, text("é")),
        (ColumnType::Char { chars: 4 }, text("漢漢")),
        (ColumnType::Char { chars: 4 }, text("")),
        (ColumnType::VarBinary { bytes: 4 }, Datum::Bytes(vec![0, 255])),
        (signed(4), Datum::Null),
    ];
    let mut seen = String::new();
    for (ty, value) in cases {
        let codec = IndexCodec::clustered(&def(&[(ty, true)], &[]));
        let record = record(&codec, &[value.clone(), Datum::UInt(1)]);
        let view = record.view(codec.layout());
        let back = view.field(3);
        seen += &format!("{ty:?} {value:?} → {}\n", hex(back));
    }
    expect![[r#"
        Int { bytes: 1, unsigned: false } Int(-128) → 00
        Int { bytes: 1, unsigned: false } UInt(127) → ff
        Int { bytes: 3, unsigned: false } Int(-1) → 7fffff
        Int { bytes: 4, unsigned: false } Int(0) → 80000000
        Int { bytes: 8, unsigned: false } Int(-9223372036854775808) → 0000000000000000
        Int { bytes: 8, unsigned: false } Int(9223372036854775807) → ffffffffffffffff
        Int { bytes: 2, unsigned: true } Int(258) → 0102
        Int { bytes: 8, unsigned: true } UInt(18446744073709551615) → ffffffffffffffff
        VarChar { chars: 3 } Bytes([195, 169, 32]) → c3a920
        Char { chars: 4 } Bytes([195, 169]) → c3a92020
        Char { chars: 4 } Bytes([230, 188, 162, 230, 188, 162]) → e6bca2e6bca2
        Char { chars: 4 } Bytes([]) → 20202020
        VarBinary { bytes: 4 } Bytes([0, 255]) → 00ff
        Int { bytes: 4, unsigned: false } Null → NULL
    "#]]
    .assert_eq(&seen);
}

#[test]
fn the_order_of_a_records_fields() {
    let columns = [(ColumnType::VarChar { chars: 5 }, true), (signed(4), false), (signed(1), false)];
    let codec = IndexCodec::clustered(&def(&columns, &[2, 1]));
    let row = [Datum::Bytes("a".into()), Datum::Int(1), Datum::Int(2)];
    let all = record(&codec, &row);
    let fields: Vec<String> = all.view(codec.layout()).fields().map(hex).collect();
    expect!["82 80000001 000000000a0b 80000000000000 61"].assert_eq(&fields.join(" "));
    assert_eq!(codec.key_of(&row), [Datum::Int(2), Datum::Int(1)]);
    let system = codec.system(all.view(codec.layout()));
    assert_eq!((system.trx_id, system.roll_ptr), (SYSTEM.trx_id, SYSTEM.roll_ptr));

    let codec = IndexCodec::clustered(&def(&columns, &[]));
    let row = [Datum::Null, Datum::Int(1), Datum::Int(2), Datum::UInt(0x0102_0304_0506)];
    let all = record(&codec, &row);
    let fields: Vec<String> = all.view(codec.layout()).fields().map(hex).collect();
    expect!["010203040506 000000000a0b 80000000000000 NULL 80000001 82"].assert_eq(&fields.join(" "));
    assert_eq!(codec.key_of(&row), [Datum::UInt(0x0102_0304_0506)]);
}

#[test]
fn a_value_that_a_column_cannot_hold_is_refused() {
    let bytes = |n: usize| Datum::Bytes(vec![b'x'; n]);
    let cases = [
        (signed(1), Datum::Int(128)),
        (signed(1), Datum::Int(-129)),
        (signed(8), Datum::UInt(1 << 63)),
        (unsigned_type(1), Datum::Int(-1)),
        (unsigned_type(1), Datum::UInt(256)),
        (signed(4), bytes(1)),
        (ColumnType::VarChar { chars: 2 }, bytes(9)),
        (ColumnType::VarChar { chars: 2 }, Datum::Int(1)),
        (ColumnType::Char { chars: 2 }, bytes(9)),
        (ColumnType::VarBinary { bytes: 2 }, bytes(3)),
        (ColumnType::Date, bytes(4)),
        (ColumnType::Date, Datum::Int(20240102)),
        (ColumnType::DateTime { fsp: 3 }, bytes(5)),
        (ColumnType::Decimal { precision: 5, scale: 2, unsigned: false }, bytes(4)),
    ];
    for (ty, value) in cases {
        let codec = IndexCodec::clustered(&def(&[(ty, false)], &[0]));
        let refused = codec.encode_key(std::slice::from_ref(&value), &mut Fields::default());
        assert!(matches!(refused, Err(Error::Value { .. })), "{ty:?} {value:?}");
    }
    let codec = IndexCodec::clustered(&def(&[(signed(4), false)], &[]));
    for id in [Datum::UInt(1 << 48), Datum::Int(1), Datum::Null] {
        assert!(matches!(codec.encode_key(&[id], &mut Fields::default()), Err(Error::Value { .. })));
    }
}

fn any_column() -> impl Strategy<Value = (ColumnType, bool)> {
    let ty = prop_oneof![
        (prop::sample::select(vec![1u8, 2, 3, 4, 8]), any::<bool>())
            .prop_map(|(bytes, unsigned)| ColumnType::Int { bytes, unsigned }),
        (0u16..300).prop_map(|chars| ColumnType::VarChar { chars }),
        (0u16..=255).prop_map(|chars| ColumnType::Char { chars }),
        (0u16..600).prop_map(|bytes| ColumnType::VarBinary { bytes }),
        (1u8..=65, 0u8..=38, any::<bool>()).prop_map(|(precision, scale, unsigned)| ColumnType::Decimal {
            precision,
            scale: scale.min(precision),
            unsigned
        }),
        (0u8..=6).prop_map(|fsp| ColumnType::DateTime { fsp }),
        Just(ColumnType::Date),
    ];
    (ty, any::<bool>())
}

/// A value of the column made of `raw` and `text`.
fn value_of((ty, nullable): (ColumnType, bool), raw: u64, text: &str) -> Datum {
    if nullable && raw.is_multiple_of(5) {
        return Datum::Null;
    }
    match ty {
        ColumnType::Int { bytes, unsigned } => {
            let shift = 64 - 8 * u32::from(bytes);
            if unsigned { Datum::UInt(raw >> shift) } else { Datum::Int(raw as i64 >> shift) }
        }
        ColumnType::VarChar { chars } => {
            Datum::Bytes(text.chars().take(usize::from(chars)).collect::<String>().into_bytes())
        }
        ColumnType::Char { chars } => {
            let text: String = text.chars().take(usize::from(chars)).collect();
            Datum::Bytes(text.trim_end_matches(' ').as_bytes().to_vec())
        }
        ColumnType::VarBinary { bytes } => Datum::Bytes(text.bytes().take(usize::from(bytes)).collect()),
        ColumnType::Decimal { precision, scale, unsigned } => {
            let digits = format!("{raw:0>65}");
            let (whole, fraction) = digits[65 - usize::from(precision)..].split_at(usize::from(precision - scale));
            let sign = if raw % 2 == 1 && !unsigned { "-" } else { "" };
            packed::decimal(&format!("{sign}{whole}.{fraction}"), precision, scale)
        }
        ColumnType::DateTime { fsp } => {
            let micros = (raw % 1_000_000) as u32;
            let date = Date::from_packed((raw >> 40) as u32 % (9999 << 9));
            packed::date_time(
                DateTime { date, hour: (raw >> 35) as u8 % 24, micros, fsp: 6, ..DateTime::default() },
                fsp,
            )
        }
        ColumnType::Date => packed::date(Date::from_packed((raw >> 40) as u32 % (9999 << 9))),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_row_survives_encoding_and_decoding(
        columns in prop::collection::vec((any_column(), any::<u64>(), "[ a-zé漢🦀]{0,40}"), 1..12),
        with_key in any::<bool>(),
        row_id in 0u64..1 << 48,
    ) {
        let types: Vec<_> = columns.iter().map(|(c, _, _)| *c).collect();
        let key: Vec<usize> = (0..types.len()).rev().filter(|&i| with_key && !types[i].1).take(3).collect();
        let def = def(&types, &key);
        let codec = IndexCodec::clustered(&def);
        let mut row: Vec<Datum> = columns.iter().map(|(c, raw, text)| value_of(*c, *raw, text)).collect();
        if def.has_row_id() {
            row.push(Datum::UInt(row_id));
        }
        let record = record(&codec, &row);
        // Values of an earlier row in the reused buffers must not remain.
        let mut back = vec![Datum::Bytes(vec![7; 9]); 3];
        codec.decode(record.view(codec.layout()), &mut back);
        prop_assert_eq!(&back, &row);
        let (mut by_row, mut by_key) = (Fields::default(), Fields::default());
        codec.encode_key_of(&row, &mut by_row).unwrap();
        codec.encode_key(&codec.key_of(&row), &mut by_key).unwrap();
        prop_assert_eq!(by_row.refs(), by_key.refs());
        prop_assert!(record.view(codec.layout()).compare(&by_key.refs()).is_eq());
    }

    /// R2. Strings have no characters below the space: those are the exception that `value` R1 names for CHAR.
    #[test]
    fn bytes_compare_as_values_do(column in any_column(), a in any::<(u64, bool)>(), b in any::<u64>(), s in "[ -~é]{0,9}", t in "[ -~é]{0,9}") {
        let column = (column.0, false);
        let near = a.0.wrapping_add(b % 3);
        let (x, y) = (value_of(column, a.0, &s), value_of(column, if a.1 { near } else { b }, &t));
        let codec = IndexCodec::clustered(&def(&[column], &[0]));
        let (mut p, mut q) = (Fields::default(), Fields::default());
        codec.encode_key(std::slice::from_ref(&x), &mut p).unwrap();
        codec.encode_key(std::slice::from_ref(&y), &mut q).unwrap();
        if !matches!(column.0, ColumnType::Char { .. }) {
            prop_assert_eq!(p.refs().cmp(&q.refs()), x.cmp(&y));
        } else {
            prop_assert_eq!(p.refs() == q.refs(), x == y);
        }
    }
}
