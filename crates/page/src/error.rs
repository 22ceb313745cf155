//! What this crate says of bytes that no writer of these formats leaves behind.

/// Bytes that break a rule of their format. Who knows the file and the page adds them (I11).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {detail}")]
pub struct Corrupt {
    /// The rule that is broken: a short sentence that is the same for every page that breaks it.
    pub rule: &'static str,
    /// What was found there.
    pub detail: String,
}

impl Corrupt {
    /// `rule` is broken, as `detail` shows.
    #[cold]
    pub fn new(rule: &'static str, detail: impl Into<String>) -> Corrupt {
        Corrupt { rule, detail: detail.into() }
    }
}

/// `Err` of [`Corrupt`] with a formatted detail unless the condition holds.
macro_rules! demand {
    ($cond:expr, $rule:expr, $($detail:tt)+) => {
        if !$cond {
            return Err($crate::Corrupt::new($rule, format!($($detail)+)));
        }
    };
}
pub(crate) use demand;
