//! Random work against a model: the rollback segment agrees with it after every eighth step, and every record that is
//! still needed can be read by its address; with restarts in between.

use crate::common::{Both, Model, Op, World, id_of, kind, records_of};
use innolab_testing::{Script, size};
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

/// Compares the survey of the rollback segment with the model.
fn compare(both: &Both, script: &Script) {
    let survey = both.world.undo.validate();
    script.holds("survey: R1–R4", survey.is_ok(), "a sound rollback segment", &survey);
    let survey = survey.unwrap_or_default();
    let (model, length) = (&both.model, both.world.undo.history_length());
    script.same("the history's length", &(model.history.len() as u64), &length);
    let history: Vec<_> = survey.history.iter().map(|log| (log.no.map(|no| no.0), log.trx.0, log.records)).collect();
    let expected: Vec<_> =
        model.history.iter().map(|(no, trx, records)| (Some(*no), *trx, records.len() as u64)).collect();
    script.same("the history: number, transaction, records", &expected, &history);
    let mut open: Vec<_> = survey.open.iter().map(|(_, log)| (log.trx.0, log.records, log.xid.map(|x| x.0))).collect();
    open.sort_unstable();
    let on_disk = model.on_disk();
    let expected: Vec<_> = on_disk.open.iter().map(|(trx, log)| (*trx, log.records.len() as u64, log.xid)).collect();
    script.same("logs in progress: transaction, records, XID", &expected, &open);
}

/// Reads every record of a log in progress, and every record of an earlier version in the history.
fn read_all(both: &Both, script: &Script) {
    let mut into = vec![];
    let open = both.model.open.values().flat_map(|log| &log.records);
    let history = both.model.history.iter().flat_map(|(.., records)| records).filter(|id| kind(**id) == Kind::Modify);
    for id in open.chain(history) {
        let at = both.places[id];
        let read = both.world.undo.read(at, &mut into);
        script.holds("a needed record exists", read.is_ok(), format_args!("record {id} at {at}"), &read);
        script.same("the record at an address", id, &id_of(at, &into));
    }
    for (trx, log) in &both.logs {
        script.same("top, before: the records of a log", &both.model.open[trx].records, &records_of(log));
    }
}

/// Opens the rollback segment again after a power loss, with the logs that were on disk.
fn restart(mut both: Both, script: &Script) -> Both {
    both.logs.clear();
    let (world, recovered) = both.world.again();
    let model = both.model.on_disk();
    let found: Vec<u64> = recovered.iter().map(|found| found.trx.0).collect();
    script.same("the number of recovered logs", &model.open.len(), &found.len());
    both.world = world;
    for found in recovered {
        let xid = model.open[&found.trx.0].xid;
        let state = xid.map_or(RecoveredState::Active, |xid| RecoveredState::Prepared(innolab_base::Xid(xid)));
        script.same("the state of a recovered log", &state, &found.state);
        both.forget_modified(found.trx.0, xid.is_some());
        both.logs.insert(found.trx.0, found.log);
    }
    both.model = model;
    both
}

proptest! {
    #![proptest_config(ProptestConfig { cases: size(24, 64), ..ProptestConfig::default() })]
    #[test]
    fn any_work_is_as_the_model(steps in prop::collection::vec(step(), 1..400)) {
        let (mut both, mut script) = (Both::new(World::new(1)), Script::new());
        for (i, step) in steps.into_iter().enumerate() {
            match step {
                Step::Do(op) => if let Some((trx, after)) = both.plan(op) {
                    script.step(if trx == 0 { format!("{op:?}") } else { format!("{op:?}, trx {trx}") });
                    let done = both.carry_out(op, trx, after);
                    script.holds("an operation on a sound disk", done.is_ok(), "no error", &done);
                },
                Step::Restart => {
                    script.step("power loss");
                    both = restart(both, &script);
                }
            }
            if i % 8 == 0 {
                compare(&both, &script);
            }
            if i % 32 == 0 {
                read_all(&both, &script);
            }
        }
        compare(&both, &script);
        read_all(&both, &script);
        script.step("discard all logs, purge the history");
        for log in both.logs.values_mut() {
            log.discard().expect("freed");
        }
        let model = both.model.clone();
        let found = Model::of(&both.world, &[]);
        script.same("purge: number, transaction, records", &model.history, &found.history);
        let survey = both.world.undo.validate().expect("sound");
        script.same("only cached segments are left", &(1 + survey.cached.len()), &survey.pages.len());
        both.world.store.close().expect("closed");
    }
}
