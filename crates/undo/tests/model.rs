//! Random work against a model: after every step everything agrees, and every record that is still wanted can be read
//! by its place; restarts in between.

mod common;

use common::{Both, Model, Op, World, id_of, kind, records_of};
use innolab_undo::{Kind, RecoveredState};
use proptest::prelude::*;

#[derive(Debug, Clone, Copy)]
enum Step {
    Do(Op),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let op = prop_oneof![
        2 => Just(Op::Begin),
        20 => (0u64..6).prop_map(Op::Append),
        2 => (0u64..6, 0u64..16).prop_map(|(n, keep)| Op::Truncate(n, keep)),
        3 => (0u64..6).prop_map(Op::Commit),
        1 => (0u64..6).prop_map(Op::Discard),
        1 => (0u64..6).prop_map(Op::Prepare),
        1 => (0u64..6).prop_map(Op::Unprepare),
        2 => Just(Op::Purge),
    ];
    prop_oneof![40 => op.prop_map(Step::Do), 1 => Just(Step::Restart)]
}

/// Everything agrees with the model.
fn compare(both: &Both) {
    let survey = both.world.undo.validate().expect("sound");
    assert_eq!(both.world.undo.history_length(), both.model.history.len() as u64);
    let history: Vec<_> =
        survey.history.iter().map(|log| (log.no.expect("committed").0, log.trx.0, log.records)).collect();
    let wanted: Vec<_> =
        both.model.history.iter().map(|(no, trx, records)| (*no, *trx, records.len() as u64)).collect();
    assert_eq!(history, wanted);
    let mut open: Vec<_> = survey.open.iter().map(|(_, log)| (log.trx.0, log.records, log.xid.map(|x| x.0))).collect();
    open.sort_unstable();
    let on_disk = both.model.on_disk();
    let wanted: Vec<_> = on_disk.open.iter().map(|(trx, log)| (*trx, log.records.len() as u64, log.xid)).collect();
    assert_eq!(open, wanted);
}

/// Every record of a log under way, and every one that says of an earlier version in the history, can be read.
fn read_all(both: &Both) {
    let mut into = vec![];
    let open = both.model.open.values().flat_map(|log| &log.records);
    let history = both.model.history.iter().flat_map(|(.., records)| records).filter(|id| kind(**id) == Kind::Modify);
    for id in open.chain(history) {
        let at = both.places[id];
        both.world.undo.read(at, &mut into).expect("read");
        assert_eq!(id_of(at, &into), *id);
    }
    for (trx, log) in &both.logs {
        assert_eq!(records_of(log), both.model.open[trx].records);
    }
}

/// The same after a power loss, with the logs that were on disk.
fn restart(mut both: Both) -> Both {
    both.logs.clear();
    let (world, recovered) = both.world.again();
    let model = both.model.on_disk();
    assert_eq!(recovered.len(), model.open.len());
    both.world = world;
    for found in recovered {
        let xid = model.open[&found.trx.0].xid;
        assert_eq!(
            found.state,
            xid.map_or(RecoveredState::Active, |xid| RecoveredState::Prepared(innolab_base::Xid(xid)))
        );
        // An active one is only rolled back: it counts as one that changed something.
        both.forget_modified(found.trx.0, xid.is_some());
        both.logs.insert(found.trx.0, found.log);
    }
    both.model = model;
    both
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn any_work_is_as_the_model(steps in prop::collection::vec(step(), 1..400)) {
        let mut both = Both::new(World::new(1));
        for (i, step) in steps.into_iter().enumerate() {
            match step {
                Step::Do(op) => if let Some((trx, after)) = both.plan(op) {
                    both.carry_out(op, trx, after).expect("done");
                },
                Step::Restart => both = restart(both),
            }
            if i % 8 == 0 {
                compare(&both);
            }
            if i % 32 == 0 {
                read_all(&both);
            }
        }
        compare(&both);
        read_all(&both);
        for log in both.logs.values_mut() {
            log.discard().expect("given back");
        }
        let model = both.model.clone();
        let found = Model::of(&both.world, &[]);
        prop_assert_eq!(found.history, model.history);
        let survey = both.world.undo.validate().expect("sound");
        prop_assert_eq!(survey.pages.len(), 1 + survey.cached.len());
        both.world.store.close().expect("closed");
    }
}
