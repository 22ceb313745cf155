//! The error of bytes that no writer of these formats leaves behind.

/// Bytes that break a rule of their format (I11). The caller adds the file and the page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {detail}")]
pub struct Corrupt {
    /// The broken rule: a short sentence, the same for every page that breaks it.
    pub rule: &'static str,
    /// The bytes that break it.
    pub detail: String,
}

impl Corrupt {
    /// Reports that `rule` is broken, with the `detail` of what was found.
    #[cold]
    pub fn new(rule: &'static str, detail: impl Into<String>) -> Corrupt {
        Corrupt { rule, detail: detail.into() }
    }
}

/// Returns [`Corrupt`] with a formatted detail from the enclosing function unless the condition holds.
macro_rules! demand {
    ($cond:expr, $rule:expr, $($detail:tt)+) => {
        if !$cond {
            return Err($crate::Corrupt::new($rule, format!($($detail)+)));
        }
    };
}
pub(crate) use demand;
