//! Which lock waits for which, and which makes which needless: the matrices that the lock table itself uses.
//!
//! `cargo run -p innolab-lock --example matrix`

fn main() {
    print!("{}", innolab_lock::matrices());
}
