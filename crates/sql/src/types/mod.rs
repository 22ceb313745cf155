//! Values of SQL: what they are, how kinds turn into each other and compare, and what a column makes of them.

mod coerce;
mod common_kind;
mod compare;
mod datetime;
mod decimal;
mod like;
mod value;

pub(crate) use coerce::{Target, decimal_of, int_datum, int_range, moment_datum, squeeze, store};
pub(crate) use common_kind::{CommonKind, alike};
pub use compare::{compare, order};
pub(crate) use datetime::{in_calendar, moment_literal, moment_of};
pub(crate) use decimal::Rounding;
pub use decimal::{DIVISION_DIGITS, Decimal};
pub(crate) use like::{beginning, like, like_binary};
pub use value::Value;
pub(crate) use value::{Number, leading_number, number_length};
