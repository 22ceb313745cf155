//! EXPLAIN: a statement's plan as the server's table of one line.
//!
//! | column        | what                                                                                        |
//! |---------------|---------------------------------------------------------------------------------------------|
//! | type          | const, ref, range, index, ALL: [`AccessKind`]                                               |
//! | possible_keys | indexes of which the condition says something                                               |
//! | key_len       | bytes of the columns of the key that are used, as the server counts them                    |
//! | rows          | read, not returned                                                                          |
//! | Extra         | Using where, Using index condition, Using index [for group-by], Using buffer, Using temporary, Using filesort |
//!
//! RULES
//!
//! - **R1** What is shown is what runs: the line is made of the [`Access`] that the statement would use.
//! - **R2** An UPDATE or DELETE has ranges only, and an UPDATE of the whole table reads the primary key's index: the
//!   server calls it so.
//! - **R3** A SELECT's row of a whole unique key, and the ends that answer MIN and MAX, are read to show the plan, and
//!   locked if the statement would lock them.
//!
//! InnoDB's counterpart: `sql/sql_explain.cc`. Left out: FORMAT=JSON, the note with the statement as the server understood it.

use super::scan::Fetch;
use crate::answer::{Outcome, SqlError};
use crate::catalog::Source;
use crate::engine::{IndexNo, Table, TableDef, Transaction};
use crate::expr::Expr;
use crate::optimize::{Access, AccessKind, columns_bytes, is_text, key_bytes};
use crate::query::{Change, Insert, InsertSource, Reading, Select};
use std::ops::ControlFlow;
use std::sync::Arc;

/// One line of EXPLAIN.
#[derive(Debug, Default)]
pub(crate) struct Line {
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

impl Line {
    /// A statement that reads no table, and why.
    fn nothing(why: &str) -> Line {
        Line { select_type: "SIMPLE", extra: Some(why.to_string()), ..Line::default() }
    }

    fn of(alias: &str, def: &TableDef, access: &Access) -> Line {
        let names: Vec<_> = access.possible.iter().map(|index| def.index_name(*index)).collect();
        let key_len = match access.kind {
            AccessKind::All => None,
            AccessKind::Index => Some(key_bytes(def, access.index)),
            _ => {
                let used = def.index_columns(access.index).iter().chain(&def.primary_key).take(access.columns);
                Some(columns_bytes(used.map(|&c| &def.columns[c])))
            }
        };
        let reference = matches!(access.kind, AccessKind::Const | AccessKind::Ref);
        Line {
            select_type: "SIMPLE",
            table: Some(alias.to_string()),
            kind: Some(kind_name(access.kind)),
            possible_keys: (!names.is_empty()).then(|| names.join(",")),
            key: key_len.map(|_| def.index_name(access.index).to_string()),
            key_len,
            reference: reference.then(|| vec!["const"; access.columns].join(",")),
            rows: Some(access.rows),
            filtered: Some(access.filtered),
            extra: None,
        }
    }

    /// As EXPLAIN shows it; `extended`: with how many rows in a hundred the condition is thought to keep.
    pub(crate) fn shown(self, extended: bool) -> Outcome {
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

fn kind_name(kind: AccessKind) -> &'static str {
    match kind {
        AccessKind::Nothing => "",
        AccessKind::Const => "const",
        AccessKind::Ref => "ref",
        AccessKind::Range => "range",
        AccessKind::Index => "index",
        AccessKind::All => "ALL",
    }
}

/// Why a plan reads nothing.
fn impossible(condition: Option<&Expr>) -> Line {
    match condition {
        Some(condition) if condition.is_constant() => Line::nothing("Impossible WHERE"),
        _ => Line::nothing("Impossible WHERE noticed after reading const tables"),
    }
}

/// A SELECT. What the server reads before it plans is read here too (R3): the row of a const table, and the ends of indexes.
pub(crate) fn select(select: &Select, trx: &mut Transaction, reading: &Reading) -> Result<Line, SqlError> {
    if select.limit.rows == 0 {
        return Ok(Line::nothing("Zero limit"));
    }
    if let Some(Source::Virtual(table)) = &select.source {
        let (kind, rows) = (Some("ALL"), Some(table.rows.len() as u64));
        let table = Some(select.alias.clone());
        return Ok(Line { select_type: "SIMPLE", table, kind, rows, extra: Some(String::new()), ..Line::default() });
    }
    if let Some((table, ends)) = select.ends() {
        let mut all = true;
        for end in &ends {
            all &= end.find(&table, select, trx, reading)?.is_some();
        }
        return Ok(Line::nothing(if all { "Select tables optimized away" } else { "No matching min/max row" }));
    }
    let Some((table, access)) = select.access() else { return Ok(Line::nothing("No tables used")) };
    let condition = select.condition.as_ref();
    if access.kind == AccessKind::Nothing {
        return Ok(impossible(condition));
    }
    if access.kind == AccessKind::Const {
        let mut found = false;
        Fetch { table: &table, access: &access, condition, strict: false }.each(trx, reading, &mut |_, _| {
            found = true;
            Ok(ControlFlow::Break(()))
        })?;
        if !found {
            return Ok(Line::nothing("Impossible WHERE noticed after reading const tables"));
        }
    }
    let extra = extra(select, &table, &access).join("; ");
    Ok(Line { extra: Some(extra), ..Line::of(&select.alias, table.def(), &access) })
}

/// What a SELECT does beside reading.
fn extra(select: &Select, table: &Arc<Table>, access: &Access) -> Vec<&'static str> {
    let def = table.def();
    let condition = select.condition.as_ref();
    let mut extra = Vec::new();
    let is_const = access.kind == AccessKind::Const;
    if access.loose.is_none() {
        let pushed = Fetch { table, access, condition, strict: false }.pushed_condition();
        let pushed_parts = pushed.as_ref().map_or(0, |pushed| pushed.conjuncts().len());
        let asked = condition.map_or(Vec::new(), Expr::conjuncts);
        let equal = if access.kind == AccessKind::Ref { access.equal_columns(def) } else { &[] };
        let is_answered = |part: &&&Expr| equal.iter().any(|c| part.is_answered_by(*c, &def.columns[*c]));
        let left = asked.len() - asked.iter().filter(is_answered).count();
        if pushed_parts > 0 {
            extra.push("Using index condition");
        }
        // A row of a const table is looked at before the plan is shown; a ref's equality is asked again where there is an order.
        let is_free = |by: &Expr| by.columns().iter().all(|c| equal.contains(c) && !is_text(&def.columns[*c]));
        let mut orders = select.order.iter().map(|part| &part.by).chain(&select.group);
        let has_order = orders.any(|by| !is_free(by)) || needs_distinct(select, access);
        if !is_const && (left > pushed_parts || access.kind == AccessKind::Ref && has_order) {
            extra.push("Using where");
        }
        let needed = select.columns();
        let in_key = |column: &usize| def.primary_key.contains(column);
        let by_key = access.is_clustered() && access.kind != AccessKind::All && needed.iter().all(in_key);
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

/// Whether DISTINCT has something to do: not if all items have one value.
fn needs_distinct(select: &Select, access: &Access) -> bool {
    let is_fixed = |item: &Expr| {
        let parts = select.condition.as_ref().map_or(Vec::new(), Expr::conjuncts);
        item.is_constant() || item.columns().iter().all(|c| parts.iter().any(|part| part.fixes(*c)))
    };
    select.distinct && access.kind != AccessKind::Const && !select.items.iter().all(is_fixed)
}

/// Whether there is a temporary table, and a sort.
fn sorting(select: &Select, access: &Access) -> (bool, bool) {
    let ordered = select.order.iter().any(|part| !part.by.is_constant());
    if !select.group.is_empty() {
        // A wish for no order at all spares the sort.
        let unordered = !select.order.is_empty() && !ordered;
        let resorted = ordered && !select.is_ordered_by_group();
        return (!access.grouped || resorted, !access.grouped && !unordered || resorted);
    }
    let distinct = needs_distinct(select, access);
    let early = access.loose.is_some() && select.order.is_empty() && select.limit.end() != usize::MAX;
    let apart = distinct && (!access.grouped || early || !access.sorted);
    (apart && select.aggregates.is_empty(), ordered && !access.sorted && select.aggregates.is_empty())
}

/// An UPDATE or DELETE (R2).
pub(crate) fn change(change: &Change) -> Line {
    let access = change.access();
    let condition = change.rows.condition.as_ref();
    if access.kind == AccessKind::Nothing {
        return impossible(condition);
    }
    let def = change.table.def();
    let all = condition.is_none() && access.sorted && change.rows.limit == usize::MAX;
    if all && !change.is_update() && access.kind == AccessKind::All {
        return Line { rows: Some(access.rows), ..Line::nothing("Deleting all rows") };
    }
    let mut extra = Vec::new();
    if condition.is_some() {
        extra.push("Using where");
    }
    if !access.sorted {
        extra.push("Using filesort");
    } else if change.is_update() && change.finds_first(&access) {
        extra.push("Using buffer");
    }
    let extra = Some(extra.join("; "));
    let mut line = Line { extra, reference: None, filtered: None, ..Line::of(&change.alias, def, &access) };
    if access.sorted && !change.rows.is_unordered() {
        line.rows = Some(access.rows.min(change.rows.limit as u64));
    }
    match access.kind {
        AccessKind::Const | AccessKind::Ref => line.kind = Some("range"),
        AccessKind::All if change.is_update() && !def.has_row_id() => {
            line.kind = Some("index");
            line.key = Some(def.index_name(IndexNo::CLUSTERED).to_string());
            line.key_len = Some(key_bytes(def, IndexNo::CLUSTERED));
        }
        _ => {}
    }
    line
}

/// An INSERT: its SELECT, or nothing much.
pub(crate) fn insert(insert: &Insert, trx: &mut Transaction) -> Result<Line, SqlError> {
    match &insert.rows {
        InsertSource::Select(source) => select(source, trx, &Reading::Consistent),
        InsertSource::Values(_) => Ok(Line {
            select_type: "INSERT",
            table: Some(insert.table.def().name.clone()),
            kind: Some("ALL"),
            ..Line::default()
        }),
    }
}
