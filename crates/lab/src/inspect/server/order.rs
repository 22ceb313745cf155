//! The order of an index's keys, as far as it can be judged (R2 of [`server`](super)).

use super::charset::Collating;
use super::kind::Kind;
use super::reader::{Field, Reader};
use innolab_page::server::{ServerRecord, Value, is_metadata};
use innolab_page::{Corrupt, index};
use std::cmp::Ordering;

/// What is known of the order of a page's keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// They ascend.
    Ascends,
    /// Two neighbours differ first in a text whose collation is not known to compare bytes.
    NotJudged,
}

impl Reader {
    /// Checks that the keys of a page ascend strictly. REQUIRES: a page that has passed [`Reader::check`].
    /// ERRORS: two neighbours out of order.
    pub(crate) fn check_order(&self, page: &[u8]) -> Result<Order, Corrupt> {
        let (mut judged, mut before) = (Order::Ascends, None);
        for (i, outline) in index::outline(page)?.iter().enumerate() {
            let record = ServerRecord::read(page, outline.origin, &self.layout)?;
            // The first node pointer of a level is below every key; a description is no row.
            let first = i == 0 && (record.child.is_some() || is_metadata(page, outline.origin));
            if let Some((before, at)) = &before {
                match self.compare(before, &record) {
                    Some(Ordering::Less) => {}
                    Some(_) => {
                        let (left, right) = (self.key(page, *at), self.key(page, outline.origin));
                        let detail = format!("{left} before {right} at byte {}", outline.origin.0);
                        return Err(Corrupt::new("keys ascend", detail));
                    }
                    None => judged = Order::NotJudged,
                }
            }
            before = Some((record, outline.origin)).filter(|_| !first);
        }
        Ok(judged)
    }

    /// `None`: not judged.
    fn compare(&self, left: &ServerRecord<'_>, right: &ServerRecord<'_>) -> Option<Ordering> {
        for (field, (left, right)) in
            self.fields.iter().zip(left.values.iter().zip(&right.values)).take(self.layout.n_key())
        {
            let order = field.compare(left, right)?;
            if order.is_ne() {
                return Some(if field.descending { order.reverse() } else { order });
            }
        }
        Some(Ordering::Equal)
    }
}

impl Field {
    fn compare(&self, left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
        let (left, right) = match (left, right) {
            (Value::Null, Value::Null) => return Some(Ordering::Equal),
            (Value::Null, _) => return Some(Ordering::Less),
            (_, Value::Null) => return Some(Ordering::Greater),
            (Value::Bytes(left), Value::Bytes(right)) => (*left, *right),
            _ => return None,
        };
        match (self.kind.collating(), &self.kind) {
            (Some(Collating::Bytes), _) => Some(left.cmp(right)),
            (Some(Collating::PaddedBytes), _) => Some(padded(left, right)),
            (None, Kind::Float) => {
                let value = |bytes: &[u8]| bytes.try_into().ok().map(f32::from_le_bytes);
                value(left)?.partial_cmp(&value(right)?)
            }
            (None, Kind::Double) => {
                let value = |bytes: &[u8]| bytes.try_into().ok().map(f64::from_le_bytes);
                value(left)?.partial_cmp(&value(right)?)
            }
            _ => (left == right).then_some(Ordering::Equal),
        }
    }
}

/// Compares as if the shorter value had spaces behind it.
fn padded(left: &[u8], right: &[u8]) -> Ordering {
    let byte = |bytes: &[u8], i: usize| bytes.get(i).copied().unwrap_or(b' ');
    let n = left.len().max(right.len());
    (0..n).map(|i| byte(left, i).cmp(&byte(right, i))).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}
