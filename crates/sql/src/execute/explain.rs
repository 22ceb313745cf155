//! EXPLAIN: a statement's plan as one line of the server's table.
//!
//! | column        | what                                                                                  |
//! |---------------|---------------------------------------------------------------------------------------|
//! | type          | const, ref, range, index, ALL: [`Access`]                                              |
//! | possible_keys | indexes that the condition makes possible                                             |
//! | key_len       | bytes of the key parts that are used, as the server counts them                       |
//! | rows          | estimate of the rows read, not of those returned                                      |
//! | Extra         | Using where, Using index [condition, for group-by], Using buffer, temporary, filesort |
//!
//! RULES
//!
//! - **R1** EXPLAIN shows what runs: the line is built from the [`AccessPath`] that the statement would use.
//! - **R2** For an UPDATE or DELETE the server shows `const` and `ref` as `range`, and the full scan of an UPDATE as
//!   `index` on PRIMARY.
//! - **R3** To plan a SELECT the server reads the row of a `const` table, and the rows that answer MIN and MAX. EXPLAIN
//!   reads them too, and locks them if the statement would.
//!
//! InnoDB's counterpart: `sql/sql_explain.cc`. Left out: FORMAT=JSON, the note with the statement as the server
//! understood it.

use super::insert::source_read_mode;
use super::scan::Scan;
use super::sorting::{needs_distinct, sorting};
use crate::answer::{Outcome, SqlError};
use crate::catalog::Source;
use crate::engine::{IndexNo, Table, TableDef, Transaction};
use crate::expr::Expr;
use crate::optimize::{Access, AccessPath, columns_bytes, is_text, key_bytes, key_columns};
use crate::query::{Insert, InsertSource, ReadMode, Select, UpdateDelete};
use std::ops::ControlFlow;
use std::sync::Arc;

/// One line of EXPLAIN.
#[derive(Debug, Default)]
pub(crate) struct ExplainRow {
    select_type: &'static str,
    table: Option<String>,
    kind: Option<&'static str>,
    possible_keys: Option<String>,
    key: Option<String>,
    key_len: Option<usize>,
    reference: Option<String>,
    rows: Option<u64>,
    filtered: Option<f64>,
    extra: Option<String>,
}

impl ExplainRow {
    /// The line of a statement that reads no table; `why` is shown in Extra.
    fn nothing(why: &str) -> ExplainRow {
        ExplainRow { select_type: "SIMPLE", extra: Some(why.to_string()), ..ExplainRow::default() }
    }

    /// The line of an access path, without Extra.
    fn of(alias: &str, def: &TableDef, path: &AccessPath) -> ExplainRow {
        let names: Vec<_> = path.possible_keys.iter().map(|index| def.index_name(*index)).collect();
        let index = path.index();
        let key_len = match &path.access {
            Access::All | Access::Impossible => None,
            Access::Index(_) => Some(key_bytes(def, index)),
            access => {
                let used = key_columns(def, index).into_iter().take(access.key_parts().unwrap_or(0));
                Some(columns_bytes(used.map(|c| &def.columns[c])))
            }
        };
        let reference = match &path.access {
            Access::Const(lookup) | Access::Ref(lookup) => Some(vec!["const"; lookup.key.len()].join(",")),
            _ => None,
        };
        ExplainRow {
            select_type: "SIMPLE",
            table: Some(alias.to_string()),
            kind: Some(kind_name(&path.access)),
            possible_keys: (!names.is_empty()).then(|| names.join(",")),
            key: key_len.map(|_| def.index_name(index).to_string()),
            key_len,
            reference,
            rows: Some(path.estimate.rows),
            filtered: Some(path.estimate.filtered),
            extra: None,
        }
    }

    /// The line as the statement's outcome; `extended`: with the column `filtered`.
    pub(crate) fn into_outcome(self, extended: bool) -> Outcome {
        let number = |n: Option<u64>| n.map(|n| n.to_string());
        let filtered = self.kind.map(|_| format!("{:.2}", self.filtered.unwrap_or(100.0)));
        let (key_len, rows) = (number(self.key_len.map(|n| n as u64)), number(self.rows));
        let mut titles = vec![
            "id",
            "select_type",
            "table",
            "type",
            "possible_keys",
            "key",
            "key_len",
            "ref",
            "rows",
            "filtered",
            "Extra",
        ];
        let select_type = Some(self.select_type.to_string());
        let kind = self.kind.map(str::to_string);
        let mut row = vec![
            Some("1".to_string()),
            select_type,
            self.table,
            kind,
            self.possible_keys,
            self.key,
            key_len,
            self.reference,
            rows,
            filtered,
            self.extra,
        ];
        if !extended {
            let filtered = titles.len() - 2;
            titles.remove(filtered);
            row.remove(filtered);
        }
        Outcome::Rows {
            columns: titles.into_iter().map(str::to_string).collect(),
            rows: vec![row.into_iter().map(|value| value.map(String::into_bytes)).collect()],
        }
    }
}

/// EXPLAIN's word for a kind of access.
fn kind_name(access: &Access) -> &'static str {
    match access {
        Access::Impossible => "",
        Access::Const(_) => "const",
        Access::Ref(_) => "ref",
        Access::Range(_) | Access::Loose(..) => "range",
        Access::Index(_) => "index",
        Access::All => "ALL",
    }
}

/// The line of a plan that reads nothing.
fn impossible(condition: Option<&Expr>) -> ExplainRow {
    match condition {
        Some(condition) if condition.is_constant() => ExplainRow::nothing("Impossible WHERE"),
        _ => ExplainRow::nothing("Impossible WHERE noticed after reading const tables"),
    }
}

/// EXPLAIN of a SELECT. Reads the row of a `const` table and the rows that answer MIN and MAX (R3).
pub(crate) fn select(select: &Select, trx: &mut Transaction, reading: &ReadMode) -> Result<ExplainRow, SqlError> {
    if select.limit.rows == 0 {
        return Ok(ExplainRow::nothing("Zero limit"));
    }
    if let Some(Source::Virtual(table)) = &select.source {
        let (kind, rows) = (Some("ALL"), Some(table.rows.len() as u64));
        let table = Some(select.alias.clone());
        return Ok(ExplainRow {
            select_type: "SIMPLE",
            table,
            kind,
            rows,
            extra: Some(String::new()),
            ..ExplainRow::default()
        });
    }
    if let Some((table, lookups)) = select.min_max_lookups() {
        let mut all = true;
        for lookup in &lookups {
            all &= lookup.find(&table, select, trx, reading)?.is_some();
        }
        return Ok(ExplainRow::nothing(if all { "Select tables optimized away" } else { "No matching min/max row" }));
    }
    let Some((table, access)) = select.access_path() else { return Ok(ExplainRow::nothing("No tables used")) };
    let condition = select.condition.as_ref();
    if access.access == Access::Impossible {
        return Ok(impossible(condition));
    }
    if matches!(access.access, Access::Const(_)) {
        let mut found = false;
        Scan { table: &table, access: &access, condition, strict: false }.for_each(trx, reading, &mut |_, _| {
            found = true;
            Ok(ControlFlow::Break(()))
        })?;
        if !found {
            return Ok(ExplainRow::nothing("Impossible WHERE noticed after reading const tables"));
        }
    }
    let extra = extra(select, &table, &access).join("; ");
    Ok(ExplainRow { extra: Some(extra), ..ExplainRow::of(&select.alias, table.def(), &access) })
}

/// The parts of Extra for a SELECT of a table.
fn extra(select: &Select, table: &Arc<Table>, access: &AccessPath) -> Vec<&'static str> {
    let def = table.def();
    let condition = select.condition.as_ref();
    let mut extra = Vec::new();
    let is_const = matches!(access.access, Access::Const(_));
    if access.access.loose().is_none() {
        let pushed = Scan { table, access, condition, strict: false }.pushed_condition();
        let pushed_parts = pushed.as_ref().map_or(0, |pushed| pushed.conjuncts().len());
        let asked = condition.map_or(Vec::new(), Expr::conjuncts);
        let equal = access.ref_columns(def);
        let is_answered = |part: &&&Expr| equal.iter().any(|c| part.is_answered_by_ref(*c, &def.columns[*c]));
        let left = asked.len() - asked.iter().filter(is_answered).count();
        if pushed_parts > 0 {
            extra.push("Using index condition");
        }
        // A `const` row is compared before the plan is shown. The equality of a `ref` is compared again if there is an
        // order.
        let is_equated = |c: &usize| equal.contains(c) && asked.iter().any(|part| part.equates(*c));
        let is_free = |by: &Expr| by.columns().iter().all(|c| is_equated(c) && !is_text(&def.columns[*c]));
        let mut orders = select.order.iter().map(|part| &part.by).chain(&select.group);
        let has_order = orders.any(|by| !is_free(by)) || needs_distinct(select, access);
        if !is_const && (left > pushed_parts || !equal.is_empty() && has_order) {
            extra.push("Using where");
        }
        let needed = select.columns();
        let in_key = |column: &usize| def.primary_key.contains(column);
        let by_key = access.is_clustered() && access.access != Access::All && needed.iter().all(in_key);
        if access.covering || by_key {
            extra.push("Using index");
        }
    } else {
        extra.extend(condition.map(|_| "Using where"));
        extra.push("Using index for group-by");
    }
    let (temporary, filesort) = if is_const { (false, false) } else { sorting(select, access) };
    extra.extend(temporary.then_some("Using temporary"));
    extra.extend(filesort.then_some("Using filesort"));
    extra
}

/// EXPLAIN of an UPDATE or DELETE (R2).
pub(crate) fn change(change: &UpdateDelete) -> ExplainRow {
    let access = change.access_path();
    let condition = change.rows.condition.as_ref();
    if access.access == Access::Impossible {
        return ExplainRow::nothing("Impossible WHERE");
    }
    let def = change.table.def();
    let all = condition.is_none() && change.rows.limit == usize::MAX;
    if all && !change.is_update() && access.access == Access::All {
        return ExplainRow { rows: Some(access.estimate.rows), ..ExplainRow::nothing("Deleting all rows") };
    }
    let mut extra = Vec::new();
    if condition.is_some() {
        extra.push("Using where");
    }
    if !access.order.sorted {
        extra.push("Using filesort");
    } else if change.is_update() && change.collects_first(&access) {
        extra.push("Using buffer");
    }
    let extra = Some(extra.join("; "));
    let mut line = ExplainRow { extra, reference: None, filtered: None, ..ExplainRow::of(&change.alias, def, &access) };
    if access.order.sorted && !change.rows.is_unordered() {
        line.rows = Some(access.estimate.rows.min(change.rows.limit as u64));
    }
    match access.access {
        Access::Const(_) | Access::Ref(_) => line.kind = Some("range"),
        Access::All if change.is_update() && !def.has_row_id() => {
            line.kind = Some("index");
            line.key = Some(def.index_name(IndexNo::CLUSTERED).to_string());
            line.key_len = Some(key_bytes(def, IndexNo::CLUSTERED));
        }
        _ => {}
    }
    line
}

/// EXPLAIN of an INSERT: the plan of its SELECT; of VALUES, the table's name.
pub(crate) fn insert(insert: &Insert, trx: &mut Transaction) -> Result<ExplainRow, SqlError> {
    match &insert.rows {
        InsertSource::Select(source, locking) => select(source, trx, &source_read_mode(*locking, trx)),
        InsertSource::Values(_) => Ok(ExplainRow {
            select_type: "INSERT",
            table: Some(insert.table.def().name.clone()),
            kind: Some("ALL"),
            ..ExplainRow::default()
        }),
    }
}
