//! The scope in which a variable is set or read: GLOBAL, SESSION, or none given.

/// The scope in which a variable is set or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// No scope is written: the session's value; in SET TRANSACTION the next transaction only.
    Unsaid,
    Session,
    Global,
}

impl Scope {
    /// Splits the text after `@@` into scope and name.
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
