//! Every claim holds: its transcripts and counts are those of a new run, their relations hold, and the real server
//! has the same transcripts.

use innolab_tests::claims::{Claim, all};
use innolab_tests::lab;
use innolab_tests::markdown::assert_file;
use innolab_tests::server::Referee;
use innolab_tests::transcript::differences;

#[test]
fn each_claim_has_its_form() {
    let claims = all();
    assert!(claims.len() >= 5, "only {} claims were found", claims.len());
    let faults: Vec<String> = claims
        .iter()
        .flat_map(|claim| claim.faults().into_iter().map(|fault| format!("{}: {fault}", claim.id())))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn each_claim_holds() {
    let mut broken = vec![];
    for claim in all() {
        let transcript = if claim.has_scenario() { lab::transcript_with_locks(&claim.path) } else { vec![] };
        match claim.regenerated(&transcript) {
            Ok(text) => assert_file(&claim.path, &text),
            Err(relations) => broken.extend(relations.iter().map(|why| format!("{}: {why}", claim.id()))),
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_real_server_does_the_same() {
    let Some(server) = Referee::start() else { return };
    let mut found = vec![];
    for Claim { path, .. } in all().iter().filter(|claim| claim.has_scenario()) {
        let differences = differences(&lab::transcript_with_locks(path), &server.transcript(path, true), true);
        found.extend(differences.into_iter().map(|why| format!("{}: {why}", path.display())));
    }
    assert!(found.is_empty(), "{} differences\n{}", found.len(), found.join("\n"));
}
