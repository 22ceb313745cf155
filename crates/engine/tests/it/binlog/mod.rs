//! One truth (I5): after any crash the engine has exactly the transactions of its binary log, every acknowledged one
//! among them (I3), each as a whole (I4).

mod contents;
mod crash;
mod frame;
mod group;
