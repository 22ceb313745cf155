//! EXPLAIN: a statement's plan as the server's table of one line.
//!
//! | column        | what                                                                                        |
//! |---------------|---------------------------------------------------------------------------------------------|
//! | type          | const, ref, range, index, ALL: [`AccessKind`]                                               |
//! | possible_keys | indexes of which the condition says something                                               |
//! | key_len       | bytes of the columns of the key that are used, as the server counts them                    |
//! | rows          | read, not returned                                                                          |
//! | Extra         | Using where, Using index condition, Using index, Using buffer, Using temporary, Using filesort |
//!
//! RULES
//!
//! - **R1** What is shown is what runs: the line is made of the [`Access`] that the statement would use.
//! - **R2** An UPDATE or DELETE has ranges only, and an UPDATE of the whole table reads the primary key's index: the server calls it so.
//!
//! InnoDB's counterpart: `sql/sql_explain.cc`. Left out: FORMAT=JSON, the note with the statement as the server understood it.

use crate::change::Change;
use crate::expr::Expr;
use crate::fetch::Fetch;
use crate::insert::{Insert, Rows};
use crate::plan::{Access, AccessKind, columns_bytes, key_bytes};
use crate::run::group_order_is_free;
use crate::select::Select;
use crate::session::Outcome;
use crate::virtual_table::Source;
use innolab_engine::{IndexNo, TableDef};

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
                let used = &def.index_columns(access.index)[..access.columns];
                Some(columns_bytes(used.iter().map(|&c| &def.columns[c])))
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
            extra: None,
        }
    }

    /// As EXPLAIN shows it; `extended`: with how many rows in a hundred the condition is thought to keep, which without histograms are all.
    pub(crate) fn shown(self, extended: bool) -> Outcome {
        let number = |n: Option<u64>| n.map(|n| n.to_string());
        let filtered = self.kind.map(|_| "100.00".to_string());
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

/// A SELECT.
pub(crate) fn select(select: &Select) -> Line {
    if select.limit.rows == 0 {
        return Line::nothing("Zero limit");
    }
    let (table, access) = match (&select.source, select.access()) {
        (None, _) => return Line::nothing("No tables used"),
        (Some(Source::Virtual(table)), _) => {
            let (kind, rows) = (Some("ALL"), Some(table.rows.len() as u64));
            let table = Some(select.alias.clone());
            return Line { select_type: "SIMPLE", table, kind, rows, extra: Some(String::new()), ..Line::default() };
        }
        (_, None) => return Line::nothing("No tables used"),
        (_, Some(found)) => found,
    };
    if access.kind == AccessKind::Nothing {
        return impossible(select.condition.as_ref());
    }
    let def = table.def();
    let mut extra = Vec::new();
    let condition = select.condition.as_ref();
    let pushed = Fetch { table: &table, access: &access, condition, strict: false }.pushed_condition();
    let pushed_parts = pushed.as_ref().map_or(0, |pushed| pushed.conjuncts().len());
    let asked = condition.map_or(Vec::new(), Expr::conjuncts);
    let answers = matches!(access.kind, AccessKind::Const | AccessKind::Ref);
    let equal = if answers { access.equal_columns(def) } else { &[] };
    let left = asked.iter().filter(|part| !equal.iter().any(|c| part.is_equality_of(*c))).count();
    if pushed_parts > 0 {
        extra.push("Using index condition");
    }
    // A row of a const table is looked at before the plan is shown; a ref's equality is asked again where there is an order.
    let is_asked = match access.kind {
        AccessKind::Const => false,
        AccessKind::Ref => left > pushed_parts || !select.order.is_empty(),
        _ => left > pushed_parts,
    };
    if is_asked {
        extra.push("Using where");
    }
    let needed = select.columns();
    let in_key = |column: &usize| def.primary_key.contains(column);
    let by_key = access.is_clustered() && access.kind != AccessKind::All && needed.iter().all(in_key);
    if access.covering || by_key {
        extra.push("Using index");
    }
    let groups = !select.group.is_empty() && !group_order_is_free(select, &table, &access);
    if groups || select.distinct {
        extra.push("Using temporary");
    }
    if groups || !access.sorted {
        extra.push("Using filesort");
    }
    Line { extra: Some(extra.join("; ")), ..Line::of(&select.alias, def, &access) }
}

/// An UPDATE or DELETE (R2).
pub(crate) fn change(change: &Change) -> Line {
    let access = change.access();
    let condition = change.rows.condition.as_ref();
    if access.kind == AccessKind::Nothing {
        return impossible(condition);
    }
    let def = change.table.def();
    if condition.is_none() && !change.is_update() && access.sorted && access.kind == AccessKind::All {
        return Line { rows: Some(access.rows), ..Line::nothing("Deleting all rows") };
    }
    let mut extra = Vec::new();
    if condition.is_some() {
        extra.push("Using where");
    }
    if !access.sorted {
        extra.push("Using filesort");
    } else if change.is_update() && change.changes_its_index(&access) {
        extra.push("Using buffer");
    }
    let mut line = Line { extra: Some(extra.join("; ")), reference: None, ..Line::of(&change.alias, def, &access) };
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
pub(crate) fn insert(insert: &Insert) -> Line {
    match &insert.rows {
        Rows::Select(source) => select(source),
        Rows::Values(_) => Line {
            select_type: "INSERT",
            table: Some(insert.table.def().name.clone()),
            kind: Some("ALL"),
            ..Line::default()
        },
    }
}
