//! GLOBAL, SESSION, or neither: where a variable is set or looked up.

/// Where a variable is set or looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The session's, or for SET TRANSACTION the next transaction's.
    Unsaid,
    Session,
    Global,
}

impl Scope {
    /// Scope and name of what stands behind `@@`.
    pub(crate) fn of_name(name: &str) -> (Scope, &str) {
        match name.split_once('.') {
            Some((scope, name)) if scope.eq_ignore_ascii_case("global") => (Scope::Global, name),
            Some((scope, name)) if scope.eq_ignore_ascii_case("session") || scope.eq_ignore_ascii_case("local") => {
                (Scope::Session, name)
            }
            _ => (Scope::Unsaid, name),
        }
    }
}
