//! The tables of lock modes, as the lock table itself uses them: which waits for which, and which covers which.
//!
//! `cargo run -p innolab-lock --example matrix`

fn main() {
    print!("{}", innolab_lock::matrices());
}
