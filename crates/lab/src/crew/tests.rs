//! Sessions that know nothing of SQL: a statement is a list of words about named things that one session at a time has.
//!
//! `get a` waits for a thing; `get a 3` for 3 s at most; `let a` gives it to whoever waits longest; `free a` calls all
//! that wait, the last one first, to fight for it; `sleep 2`; `panic`. A session that ends lets go of all it has.

use super::*;
use innolab_base::sync::Mutex;
use innolab_base::{Clock, Park, Wake};
use std::fmt::Write;

#[derive(Default)]
struct Things(Mutex<BTreeMap<String, Thing>>);

#[derive(Default)]
struct Thing {
    owner: Option<u64>,
    queue: Vec<Arc<Waiter>>,
}

struct Session {
    seat: Arc<Waiter>,
    baton: Arc<Baton>,
    things: Arc<Things>,
    log: Arc<Mutex<String>>,
}

impl Session {
    fn execute(&self, statement: &str) -> String {
        let ended =
            statement.split(", ").map(|words| self.one(&words.split(' ').collect::<Vec<_>>())).collect::<Vec<_>>();
        let _ = write!(self.log.lock(), "T{} ", self.seat.session);
        ended.join(", ")
    }

    fn one(&self, words: &[&str]) -> String {
        match words {
            ["get", thing] => self.get(thing, None),
            ["get", thing, seconds] => self.get(thing, Some(seconds.parse::<u64>().unwrap() * 1000)),
            ["let", thing] => self.give(thing),
            ["free", thing] => {
                let mut things = self.things.0.lock();
                let thing = things.get_mut(*thing).unwrap();
                thing.owner = None;
                for waiter in thing.queue.drain(..).rev() {
                    self.baton.unpark(&waiter);
                }
                "freed".to_owned()
            }
            ["sleep", seconds] => format!("{:?}", self.baton.sleep(&self.seat, seconds.parse::<u64>().unwrap() * 1000)),
            ["panic"] => panic!("as told"),
            other => panic!("{other:?}"),
        }
    }

    fn get(&self, name: &str, timeout_ms: Option<u64>) -> String {
        loop {
            {
                let mut things = self.things.0.lock();
                let thing = things.entry(name.to_owned()).or_default();
                if thing.owner.is_none_or(|owner| owner == self.seat.session) {
                    thing.owner = Some(self.seat.session);
                    return format!("got {name}");
                }
                if !thing.queue.iter().any(|waiter| waiter.session == self.seat.session) {
                    thing.queue.push(self.seat.clone());
                }
            }
            if self.baton.park(&self.seat, timeout_ms) == Wake::TimedOut {
                self.things.0.lock().get_mut(name).unwrap().queue.retain(|w| w.session != self.seat.session);
                return format!("no {name}");
            }
        }
    }

    fn give(&self, name: &str) -> String {
        let mut things = self.things.0.lock();
        let thing = things.get_mut(name).unwrap();
        assert_eq!(thing.owner, Some(self.seat.session));
        thing.owner = None;
        if !thing.queue.is_empty() {
            let heir = thing.queue.remove(0);
            thing.owner = Some(heir.session);
            self.baton.unpark(&heir);
        }
        format!("let {name}")
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = write!(self.log.lock(), "/T{} ", self.seat.session);
        let mine: Vec<String> = self
            .things
            .0
            .lock()
            .iter()
            .filter(|(_, t)| t.owner == Some(self.seat.session))
            .map(|(name, _)| name.clone())
            .collect();
        for thing in mine {
            self.give(&thing);
        }
    }
}

struct Lab {
    crew: Crew<String>,
    baton: Arc<Baton>,
    log: Arc<Mutex<String>>,
}

fn lab() -> Lab {
    let (baton, things, log) =
        (Arc::new(Baton::default()), Arc::new(Things::default()), Arc::new(Mutex::new(String::new())));
    let open: Opener<String> = {
        let (baton, log) = (baton.clone(), log.clone());
        Arc::new(move |seat| {
            let session = Session { seat, baton: baton.clone(), things: things.clone(), log: log.clone() };
            Box::new(move |statement: &str| session.execute(statement))
        })
    };
    Lab { crew: Crew::new(baton.clone(), open), baton, log }
}

impl Lab {
    /// `T1: get a; T2: get a` → what each step came to, late ones in brackets.
    fn run(&mut self, steps: &str) -> String {
        let mut out = Vec::new();
        for step in steps.split("; ") {
            let (session, statement) = step.split_once(": ").unwrap();
            out.push(match self.crew.run(session, statement) {
                Ok(Settled { own, late }) => {
                    let own = own.unwrap_or_else(|| "waits".to_owned());
                    late.iter().fold(own, |all, (name, ended)| format!("{all} [{name} {ended}]"))
                }
                Err(panicked) => panicked.to_string(),
            });
        }
        out.join("; ")
    }
}

#[test]
fn those_let_go_run_in_the_order_in_which_they_began_to_wait_r1() {
    let mut lab = lab();
    assert_eq!(
        lab.run("T2: get a; T3: get a; T1: get a; T4: get a; T2: free a"),
        "got a; waits; waits; waits; freed [T3 got a]",
        "T3 was called last, yet began to wait first; the others waited again"
    );
    // T1 and T4 came back to the end of the queue, in their order.
    assert_eq!(lab.run("T3: let a; T1: let a"), "let a [T1 got a]; let a [T4 got a]");
    assert!(!lab.crew.waits("T4") && lab.crew.name_of(4) == Some("T4"));
    lab.crew.dismiss().unwrap();
    assert_eq!(*lab.log.lock(), "T2 T2 T3 T3 T1 T1 T4 /T1 /T2 /T3 /T4 ");
}

#[test]
fn what_is_let_go_may_let_go_others_within_the_step() {
    let mut lab = lab();
    assert_eq!(
        lab.run("T1: get a; T2: get b; T3: get c; T2: get a, let b; T3: get b, let c; T4: get c; T1: let a"),
        "got a; got b; got c; waits; waits; waits; let a [T2 got a, let b] [T3 got b, let c] [T4 got c]"
    );
    lab.crew.dismiss().unwrap();
}

#[test]
fn a_statement_that_waits_and_ends_within_its_step_is_not_blocked() {
    let mut lab = lab();
    // T2 waits for b, which T1 holds; T1 waits for a. T2's statement lets a go first, T1 then lets b go: T2 ends in its own step.
    assert_eq!(
        lab.run("T1: get b; T2: get a; T1: get a, let b; T2: let a, get b"),
        "got b; got a; waits; let a, got b [T1 got a, let b]"
    );
    lab.crew.dismiss().unwrap();
}

#[test]
fn a_call_that_comes_before_the_wait_is_not_lost() {
    let baton = Baton::default();
    let waiter = Waiter::new(1);
    baton.unpark(&waiter);
    assert_eq!(baton.park(&waiter, None), Wake::Woken);
}

#[test]
fn time_passes_only_while_somebody_sleeps_r4() {
    let mut lab = lab();
    assert_eq!(
        lab.run("T1: get a; T2: get a 3; T3: get a 2; T4: get a; T1: sleep 1"),
        "got a; waits; waits; waits; TimedOut"
    );
    assert_eq!(lab.baton.clock().now_ms(), 1000);
    // 2 s after its beginning T3 gives up, then T2, both while T1 sleeps; T4 has no time-out.
    assert_eq!(lab.run("T1: sleep 5"), "TimedOut [T3 no a] [T2 no a]");
    assert_eq!(lab.baton.clock().now_ms(), 6000);
    // Who can go on goes on before time does.
    assert_eq!(lab.run("T2: get b; T3: get b 1; T2: let b, sleep 9"), "got b; waits; let b, TimedOut [T3 got b]");
    assert_eq!(lab.run("T5: get a 0; T1: let a"), "no a; let a [T4 got a]");
    lab.crew.dismiss().unwrap();
}

#[test]
fn at_the_end_what_waits_is_dropped_and_all_end_one_by_one_r4() {
    let mut lab = lab();
    assert_eq!(lab.run("T10: get a; T2: get a; T1: get a; T3: get b"), "got a; waits; waits; got b");
    let (log, again) = (lab.log.clone(), lab.crew.open.clone());
    lab.crew.dismiss().unwrap();
    assert_eq!(*log.lock(), "T10 T3 T2 T1 /T1 /T10 /T2 /T3 ");
    // The next case's sessions wait again.
    let mut next = Lab { crew: Crew::new(lab.baton.clone(), again), baton: lab.baton, log };
    assert_eq!(next.run("T1: get a; T2: get a"), "got a; waits");
    next.crew.dismiss().unwrap();
}

#[test]
fn a_panic_is_an_error_and_not_a_hang_r2() {
    let mut lab = lab();
    assert_eq!(
        lab.run("T1: get a; T2: get a, panic; T3: get a; T1: let a"),
        "got a; waits; waits; session T2 panicked: as told"
    );
    lab.crew.dismiss().unwrap();
}

#[test]
fn sessions_whose_names_share_a_number_have_seats_of_their_own_r3() {
    let mut lab = lab();
    lab.run("T1: get a; T01: get a; T2: get b");
    assert_eq!((lab.crew.name_of(1), lab.crew.name_of(2), lab.crew.name_of(3)), (Some("T1"), Some("T01"), Some("T2")));
    assert!(lab.crew.waits("T01"));
    lab.crew.dismiss().unwrap();
}
