//! The misses of my policy on four traces, beside ours and the fewest possible.

use innolab_conformance::beside;
use innolab_conformance::eviction::{costs, fewest_misses};
use innolab_store::replacer::Policy;

fn main() -> Result<(), String> {
    let mut columns = vec![("fewest possible", fewest_misses())];
    for policy in Policy::ALL {
        columns.push((policy.name(), costs(&|frames| policy.make(frames, 1000))?));
    }
    columns.push(("mine", costs(&innolab_my_eviction::make)?));
    print!("{}", beside(&columns));
    Ok(())
}
