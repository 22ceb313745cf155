use super::*;
use expect_test::expect;
use innolab_page::Column;
use proptest::prelude::*;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn the_bytes() {
    let mut out = vec![];
    let key = [Some(&b"\x80\0\0\x05"[..])];
    UndoWriter::begin(&mut out, Op::Insert, false, 300, None, key.into_iter()).list(&[]);
    let mut seen = format!("{}\n", hex(&out));
    let before = Some((true, System { trx_id: TrxId(9), roll_ptr: 0x0a_0000_0003_0040 }));
    out.clear();
    UndoWriter::begin(&mut out, Op::Revive, false, 16, before, key.into_iter()).list(&[(3, Some(b"old")), (4, None)]);
    seen += &format!("{}\n", hex(&out));
    out.clear();
    UndoWriter::begin(&mut out, Op::Update, true, 16, before, key.into_iter()).list(&[(3, Some(&[7; 200]))]);
    seen += &hex(&out[..34]);
    expect![[r#"
        01ac0201058000000500
        0410010000000000090a0000000300400105800000050203046f6c640400
        8210010000000000090a0000000300400105800000050103c9010707070707070707"#]]
    .assert_eq(&seen);
}

fn layout() -> Layout {
    let column = Column::variable(300).nullable();
    Layout::new([Column::fixed(4), Column::fixed(6), Column::fixed(7), column, column, Column::fixed(2)], 1)
}

type Value = Option<Vec<u8>>;

fn value() -> impl Strategy<Value = Value> {
    proptest::option::of(proptest::collection::vec(any::<u8>(), 0..300))
}

fn refs(values: &[Value]) -> Vec<Field<'_>> {
    values.iter().map(|v| v.as_deref()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A changed record and its undo record give the record before the change.
    #[test]
    fn the_version_before_is_restored(
        old in [value(), value()], new in [value(), value()], tail in any::<[[u8; 2]; 2]>(), deleted in any::<bool>(), ids in any::<[u8; 13]>(),
    ) {
        let layout = layout();
        let fields = |v: &[Value; 2], system: &[u8], tail: [u8; 2]| -> Vec<Value> {
            vec![Some(vec![1; 4]), Some(system[..6].to_vec()), Some(system[6..].to_vec()), v[0].clone(), v[1].clone(), Some(tail.to_vec())]
        };
        let (before, after) = (fields(&old, &ids, tail[0]), fields(&new, &[9; 13], tail[1]));
        let (mut record, mut expected, mut got) = (Record::new(), Record::new(), Record::new());
        record.leaf(&layout, &refs(&after)).unwrap();
        expected.leaf(&layout, &refs(&before)).unwrap();
        expected.set_deleted(deleted);
        let number = |bytes: &[u8]| bytes.iter().fold(0, |v, b| v << 8 | u64::from(*b));
        let system = System { trx_id: TrxId(number(&ids[..6])), roll_ptr: number(&ids[6..]) };
        let list: Vec<(usize, Field<'_>)> = (3..6).filter(|i| before[*i] != after[*i]).map(|i| (i, before[i].as_deref())).collect();
        let mut payload = vec![];
        let key = expected.view(&layout).key();
        payload.clear();
        UndoWriter::begin(&mut payload, Op::Update, true, 16, Some((deleted, system)), key).list(&list);
        let undo = UndoRec::parse(&payload).unwrap();
        undo.check_key(&layout).unwrap();
        apply_backwards(record.view(&layout), &undo, &layout, &mut got).unwrap();
        prop_assert_eq!(got.view(&layout).bytes(), expected.view(&layout).bytes());
        // Every prefix of the payload is an error, and so is the payload with one more byte.
        for n in 0..payload.len() {
            prop_assert!(UndoRec::parse(&payload[..n]).is_err());
        }
        let longer = [&payload[..], &[0]].concat();
        prop_assert!(UndoRec::parse(&longer).is_err());
    }

    /// I11: arbitrary bytes give an error or a record, never a panic.
    #[test]
    fn arbitrary_bytes_do_not_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..80), op in 1u8..5) {
        let layout = layout();
        let mut record = Record::new();
        record.leaf(&layout, &[Some(&[1; 4]), Some(&[0; 6]), Some(&[0; 7]), None, None, Some(&[0; 2])]).unwrap();
        if let Some(first) = bytes.first_mut() {
            *first = op;
        }
        if let Ok(undo) = UndoRec::parse(&bytes) {
            let _ = undo.check_key(&layout);
            let _ = apply_backwards(record.view(&layout), &undo, &layout, &mut Record::new());
        }
    }
}
