//! Sessions without SQL: a statement is a list of operations on named resources, each owned by one session at a time.
//!
//! `get a` acquires a resource and waits for it; `get a 3` waits at most 3 s; `let a` hands it to the session that
//! waits longest; `free a` frees it and unparks all that wait, the last first, so that they compete for it; `sleep 2`;
//! `panic`. A session that ends hands over all that it owns.

use super::*;
use innolab_base::sync::Mutex;
use innolab_base::{Clock, Park, Wake};
use std::fmt::Write;

#[derive(Default)]
struct Resources(Mutex<BTreeMap<String, Resource>>);

#[derive(Default)]
struct Resource {
    owner: Option<u64>,
    queue: Vec<Arc<Waiter>>,
}

struct Session {
    waiter: Arc<Waiter>,
    baton: Arc<Baton>,
    resources: Arc<Resources>,
    log: Arc<Mutex<String>>,
}

impl Session {
    fn execute(&self, statement: &str) -> String {
        let ended =
            statement.split(", ").map(|words| self.one(&words.split(' ').collect::<Vec<_>>())).collect::<Vec<_>>();
        let _ = write!(self.log.lock(), "T{} ", self.waiter.session);
        ended.join(", ")
    }

    fn one(&self, words: &[&str]) -> String {
        match words {
            ["get", name] => self.get(name, None),
            ["get", name, seconds] => self.get(name, Some(seconds.parse::<u64>().unwrap() * 1000)),
            ["let", name] => self.hand_over(name),
            ["free", name] => {
                let mut resources = self.resources.0.lock();
                let resource = resources.get_mut(*name).unwrap();
                resource.owner = None;
                for waiter in resource.queue.drain(..).rev() {
                    self.baton.unpark(&waiter);
                }
                "freed".to_owned()
            }
            ["sleep", seconds] => {
                format!("{:?}", self.baton.sleep(&self.waiter, seconds.parse::<u64>().unwrap() * 1000))
            }
            ["panic"] => panic!("planned"),
            other => panic!("{other:?}"),
        }
    }

    fn get(&self, name: &str, timeout_ms: Option<u64>) -> String {
        loop {
            {
                let mut resources = self.resources.0.lock();
                let resource = resources.entry(name.to_owned()).or_default();
                if resource.owner.is_none_or(|owner| owner == self.waiter.session) {
                    resource.owner = Some(self.waiter.session);
                    return format!("got {name}");
                }
                if !resource.queue.iter().any(|waiter| waiter.session == self.waiter.session) {
                    resource.queue.push(self.waiter.clone());
                }
            }
            if self.baton.park(&self.waiter, timeout_ms) == Wake::TimedOut {
                self.resources.0.lock().get_mut(name).unwrap().queue.retain(|w| w.session != self.waiter.session);
                return format!("no {name}");
            }
        }
    }

    fn hand_over(&self, name: &str) -> String {
        let mut resources = self.resources.0.lock();
        let resource = resources.get_mut(name).unwrap();
        assert_eq!(resource.owner, Some(self.waiter.session));
        resource.owner = None;
        if !resource.queue.is_empty() {
            let heir = resource.queue.remove(0);
            resource.owner = Some(heir.session);
            self.baton.unpark(&heir);
        }
        format!("let {name}")
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = write!(self.log.lock(), "/T{} ", self.waiter.session);
        let owned: Vec<String> = self
            .resources
            .0
            .lock()
            .iter()
            .filter(|(_, t)| t.owner == Some(self.waiter.session))
            .map(|(name, _)| name.clone())
            .collect();
        for name in owned {
            self.hand_over(&name);
        }
    }
}

struct Lab {
    sessions: Sessions<String>,
    baton: Arc<Baton>,
    log: Arc<Mutex<String>>,
}

fn lab() -> Lab {
    let (baton, resources, log) =
        (Arc::new(Baton::default()), Arc::new(Resources::default()), Arc::new(Mutex::new(String::new())));
    let open: SessionFactory<String> = {
        let (baton, log) = (baton.clone(), log.clone());
        Arc::new(move |waiter| {
            let session = Session { waiter, baton: baton.clone(), resources: resources.clone(), log: log.clone() };
            Box::new(move |statement: &str| session.execute(statement))
        })
    };
    Lab { sessions: Sessions::new(baton.clone(), open), baton, log }
}

impl Lab {
    /// Runs `T1: get a; T2: get a`. Returns the result of each step, and in brackets the late ones.
    fn run(&mut self, steps: &str) -> String {
        let mut out = Vec::new();
        for step in steps.split("; ") {
            let (session, statement) = step.split_once(": ").unwrap();
            out.push(match self.sessions.run(session, statement) {
                Ok(StepOutcome { own, late }) => {
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
fn unblocked_sessions_resume_in_the_order_in_which_they_began_to_wait_r1() {
    let mut lab = lab();
    assert_eq!(
        lab.run("T2: get a; T3: get a; T1: get a; T4: get a; T2: free a"),
        "got a; waits; waits; waits; freed [T3 got a]",
        "T3 was unparked last, but began to wait first; the others wait again"
    );
    // T1 and T4 are at the end of the queue again, in this order.
    assert_eq!(lab.run("T3: let a; T1: let a"), "let a [T1 got a]; let a [T4 got a]");
    assert!(!lab.sessions.waits("T4") && lab.sessions.name_of(4) == Some("T4"));
    lab.sessions.close().unwrap();
    assert_eq!(*lab.log.lock(), "T2 T2 T3 T3 T1 T1 T4 /T1 /T2 /T3 /T4 ");
}

#[test]
fn an_unblocked_session_may_unblock_others_in_the_same_step() {
    let mut lab = lab();
    assert_eq!(
        lab.run("T1: get a; T2: get b; T3: get c; T2: get a, let b; T3: get b, let c; T4: get c; T1: let a"),
        "got a; got b; got c; waits; waits; waits; let a [T2 got a, let b] [T3 got b, let c] [T4 got c]"
    );
    lab.sessions.close().unwrap();
}

#[test]
fn a_statement_that_waits_and_ends_within_its_step_is_not_blocked() {
    let mut lab = lab();
    // T1 owns b and waits for a. T2's statement hands over a, then waits for b; T1 hands over b, so T2 ends in its own
    // step.
    assert_eq!(
        lab.run("T1: get b; T2: get a; T1: get a, let b; T2: let a, get b"),
        "got b; got a; waits; let a, got b [T1 got a, let b]"
    );
    lab.sessions.close().unwrap();
}

#[test]
fn an_unpark_before_the_park_is_not_lost() {
    let baton = Baton::default();
    let waiter = Waiter::new(1);
    baton.unpark(&waiter);
    assert_eq!(baton.park(&waiter, None), Wake::Woken);
}

#[test]
fn time_passes_only_while_a_session_sleeps_r4() {
    let mut lab = lab();
    assert_eq!(
        lab.run("T1: get a; T2: get a 3; T3: get a 2; T4: get a; T1: sleep 1"),
        "got a; waits; waits; waits; TimedOut"
    );
    assert_eq!(lab.baton.clock().now_ms(), 1000);
    // While T1 sleeps, T3 times out 2 s after its wait began, then T2; T4 has no time-out.
    assert_eq!(lab.run("T1: sleep 5"), "TimedOut [T3 no a] [T2 no a]");
    assert_eq!(lab.baton.clock().now_ms(), 6000);
    // An unparked session resumes before time passes.
    assert_eq!(lab.run("T2: get b; T3: get b 1; T2: let b, sleep 9"), "got b; waits; let b, TimedOut [T3 got b]");
    assert_eq!(lab.run("T5: get a 0; T1: let a"), "no a; let a [T4 got a]");
    lab.sessions.close().unwrap();
}

#[test]
fn at_the_end_waits_fail_and_sessions_end_one_by_one_r4() {
    let mut lab = lab();
    assert_eq!(lab.run("T10: get a; T2: get a; T1: get a; T3: get b"), "got a; waits; waits; got b");
    let (log, again) = (lab.log.clone(), lab.sessions.open.clone());
    lab.sessions.close().unwrap();
    assert_eq!(*log.lock(), "T10 T3 T2 T1 /T1 /T10 /T2 /T3 ");
    // Sessions of the next case can wait.
    let mut next = Lab { sessions: Sessions::new(lab.baton.clone(), again), baton: lab.baton, log };
    assert_eq!(next.run("T1: get a; T2: get a"), "got a; waits");
    next.sessions.close().unwrap();
}

#[test]
fn a_panic_is_an_error_and_not_a_hang_r2() {
    let mut lab = lab();
    assert_eq!(
        lab.run("T1: get a; T2: get a, panic; T3: get a; T1: let a"),
        "got a; waits; waits; session T2 panicked: planned"
    );
    lab.sessions.close().unwrap();
}

#[test]
fn sessions_whose_names_share_a_number_have_different_numbers_r3() {
    let mut lab = lab();
    lab.run("T1: get a; T01: get a; T2: get b");
    assert_eq!(
        (lab.sessions.name_of(1), lab.sessions.name_of(2), lab.sessions.name_of(3)),
        (Some("T1"), Some("T01"), Some("T2"))
    );
    assert!(lab.sessions.waits("T01"));
    lab.sessions.close().unwrap();
}
