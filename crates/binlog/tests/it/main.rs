//! The integration tests, one module each. Under `--cfg shuttle` only `model` runs:
//! `RUSTFLAGS="--cfg shuttle" cargo test -p innolab-binlog --test it`.

#[cfg(not(shuttle))]
mod corrupt;
#[cfg(not(shuttle))]
mod crash;
#[cfg(not(shuttle))]
mod examples;
#[cfg(not(shuttle))]
mod log;
#[cfg(shuttle)]
mod model;
#[cfg(not(shuttle))]
mod referee;
#[cfg(not(shuttle))]
mod relay;
#[cfg(not(shuttle))]
mod servers;
#[cfg(shuttle)] // else it is a module of the example
#[path = "../../examples/toy/mod.rs"]
mod toy;
#[cfg(not(shuttle))]
mod verify;
