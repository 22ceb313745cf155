//! The table against the conformance suite. It breaks ties in its own way.

innolab_conformance::lock_table!(innolab_lock_simple::LockTable);

innolab_conformance::lock_table_calls!(Other, innolab_lock::LockTable);

/// Counted costs of both tables: they differ in the victims of ties alone.
#[test]
fn costs_beside_the_other_table() {
    let simple = || Tested(innolab_lock_simple::LockTable::new(Arc::new(CondvarPark), Events::none()));
    let other = || Other(innolab_lock::LockTable::new(Arc::new(CondvarPark), Events::none()));
    let costs = [
        ("lock", innolab_conformance::lock_table::costs(other).expect("it goes on")),
        ("lock-simple", innolab_conformance::lock_table::costs(simple).expect("it goes on")),
    ];
    expect_test::expect![[r#"
                                               lock  lock-simple
        turns until all have committed         1681         1674
        turns of the slowest transaction        104           90
        turns of all transactions             26761        26648
        of these, waiting                     11458        11322
        waits                                  1635         1647
        victims                                  59           55
        locks that victims took in vain         123          129
    "#]]
    .assert_eq(&innolab_conformance::beside(&costs));
}
