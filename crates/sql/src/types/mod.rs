//! Values of SQL. Read the files in this order: the kinds of values (`value`, `decimal`, `datetime`), how they compare
//! (`compare`, `like`), the kind that several have in common (`common_kind`), what a column stores for a value
//! (`coerce`), and values in a temporary file (`spill`).

mod coerce;
mod common_kind;
mod compare;
mod datetime;
mod decimal;
mod like;
mod spill;
mod value;

pub(crate) use coerce::{Target, coerce, coerce_lossy, datetime_datum, decimal_of, int_datum, int_range};
pub(crate) use common_kind::{CommonKind, to_common_kind};
pub use compare::{compare, order};
pub(crate) use datetime::{datetime_literal, in_calendar, to_datetime};
pub(crate) use decimal::Rounding;
pub use decimal::{DIVISION_DIGITS, Decimal};
pub(crate) use like::{like, like_binary, literal_prefix};
pub(crate) use spill::Spill;
pub use value::Value;
pub(crate) use value::{Number, leading_number, number_length};
