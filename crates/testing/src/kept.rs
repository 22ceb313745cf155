//! Files that real servers of other versions wrote. None of them is in the repository: `INNOLAB_FILES` names a directory
//! that has them.

use std::path::PathBuf;

/// Returns the directory that `INNOLAB_FILES` names. `None`: it names none, and standard error says that the test is
/// skipped.
pub fn kept_files() -> Option<PathBuf> {
    let dir = std::env::var_os("INNOLAB_FILES").map(PathBuf::from);
    if dir.is_none() {
        eprintln!("SKIPPED: INNOLAB_FILES names no directory with files of other servers");
    }
    dir
}

/// Returns the path of one of these files. `None`: it is not there, and standard error says so.
pub fn kept_file(name: &str) -> Option<PathBuf> {
    let path = kept_files()?.join(name);
    if !path.exists() {
        eprintln!("SKIPPED: no {}", path.display());
    }
    path.exists().then_some(path)
}
