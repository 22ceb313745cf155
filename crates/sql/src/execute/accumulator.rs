//! The accumulator of an aggregate: it takes a group's rows one by one, then gives the result.
//!
//! RULES
//!
//! - **R1** NULLs are skipped; by COUNT(DISTINCT a, b) rows in which one of them is NULL. Over no values COUNT is 0, and
//!   every other aggregate is NULL.
//! - **R2** SUM and AVG of exact numbers are exact; of anything else they are doubles. AVG displays the decimals of a
//!   division.
//!
//! InnoDB's counterpart: `Item_sum::add` in `sql/item_sum.cc`.

use crate::answer::SqlError;
use crate::expr::{Aggregate, AggregateKind, EvalContext};
use crate::types::{Decimal, Number, Value, order};
use std::collections::BTreeSet;

/// One aggregate over the rows taken so far.
pub(crate) struct Accumulator<'a> {
    aggregate: &'a Aggregate,
    count: u64,
    sum: Number,
    /// The least or greatest value so far.
    min_max: Value,
    /// With DISTINCT: the values taken so far.
    seen: BTreeSet<Vec<Vec<u8>>>,
}

impl<'a> Accumulator<'a> {
    /// The accumulator of no rows.
    pub(crate) fn new(aggregate: &'a Aggregate) -> Self {
        let sum = Number::Decimal(Decimal::from_int(0));
        Accumulator { aggregate, count: 0, sum, min_max: Value::Null, seen: BTreeSet::new() }
    }

    /// Takes a row. ERRORS: those of the argument; 1690 if a sum is beyond DECIMAL.
    pub(crate) fn add(&mut self, cx: EvalContext<'_>) -> Result<(), SqlError> {
        let Some(of) = &self.aggregate.of else {
            self.count += 1;
            return Ok(());
        };
        let value = of.eval(cx)?;
        let Some(number) = value.number() else { return Ok(()) };
        if self.aggregate.distinct && !self.is_first(&value, cx)? {
            return Ok(());
        }
        self.count += 1;
        match self.aggregate.kind {
            AggregateKind::Count => {}
            AggregateKind::Sum | AggregateKind::Avg => self.sum = sum(self.sum, number)?,
            AggregateKind::Min if !self.min_max.is_null() && order(&value, &self.min_max).is_ge() => {}
            AggregateKind::Max if order(&value, &self.min_max).is_le() => {}
            AggregateKind::Min | AggregateKind::Max => self.min_max = value,
        }
        Ok(())
    }

    /// True if no row before had these arguments, of which `value` is the first, and none of them is NULL (R1).
    fn is_first(&mut self, value: &Value, cx: EvalContext<'_>) -> Result<bool, SqlError> {
        let mut all = vec![value.shown().unwrap_or_default()];
        for of in &self.aggregate.also {
            match of.eval(cx)?.shown() {
                None => return Ok(false),
                Some(shown) => all.push(shown),
            }
        }
        Ok(self.seen.insert(all))
    }

    /// Returns the aggregate of all rows taken.
    pub(crate) fn finish(self) -> Value {
        match self.aggregate.kind {
            AggregateKind::Count => Value::Int(self.count.try_into().unwrap_or(i64::MAX)),
            AggregateKind::Min | AggregateKind::Max => self.min_max,
            _ if self.count == 0 => Value::Null,
            AggregateKind::Sum => match self.sum.to_decimal() {
                Some(sum) => Value::Decimal(sum),
                None => Value::Double(self.sum.to_f64()),
            },
            AggregateKind::Avg => {
                match self.sum.to_decimal().and_then(|sum| sum.checked_div(Decimal::from_int(self.count.into()))) {
                    Some(average) => Value::Decimal(average),
                    None => Value::Double(self.sum.to_f64() / self.count as f64),
                }
            }
        }
    }
}

/// Adds exactly if both numbers are exact, else as doubles (R2). ERRORS: 1690.
fn sum(sum: Number, more: Number) -> Result<Number, SqlError> {
    Ok(match (sum.to_decimal(), more.to_decimal()) {
        (Some(a), Some(b)) => {
            Number::Decimal(a.checked_add(b).ok_or_else(|| SqlError::value_out_of_range("DECIMAL", "sum()"))?)
        }
        _ => Number::Double(sum.to_f64() + more.to_f64()),
    })
}
