//! One truth (I5): after any crash the engine has what its binary log has, and what was acknowledged (I3), and nothing
//! by halves (I4).

mod contents;
mod crash;
mod frame;
mod group;
