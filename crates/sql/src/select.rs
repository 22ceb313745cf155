//! SELECT from one table or none: filter, aggregate or sort, project, cut.
//!
//! ```text
//! ranges of the key ─► WHERE ─┬─► aggregates ─► one row
//!                             └─► ORDER BY's values ─► sort (stable) ─► DISTINCT ─► LIMIT ─► rows
//! ```
//!
//! RULES
//!
//! - **R1** Without ORDER BY rows come in the order of the primary key (without one, in the order of insertion).
//! - **R2** Nothing is sorted that comes sorted: ORDER BY on leading columns of the key, all one way, is a scan that way. A LIMIT then ends
//!   the scan.
//! - **R3** A name alone in ORDER BY means the select list's alias first, then a column; within an expression it is a column.
//! - **R4** A column beside aggregates shows the first row's value, NULL if there is none.
//!
//! InnoDB's counterpart: `sql/sql_select.cc`, `sql/filesort.cc`. Left out: joins, subqueries, GROUP BY, UNION.

use crate::aggregate::{Accumulator, Aggregate};
use crate::bind::{Binder, Surroundings};
use crate::error::SqlError;
use crate::expr::{Context, Expr};
use crate::plan::{Access, plan};
use crate::rewrite::syntax_error;
use crate::value::{Value, order};
use innolab_engine::{Datum, Engine, Statement, Table};
use sqlparser::ast::{self, Spanned};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

/// A SELECT whose names are resolved.
pub(crate) struct Select {
    table: Option<Arc<Table>>,
    titles: Vec<String>,
    items: Vec<Expr>,
    condition: Option<Expr>,
    aggregates: Vec<Aggregate>,
    order: Vec<OrderBy>,
    distinct: bool,
    limit: Limit,
    /// It feeds an INSERT, so that its expressions are strict.
    pub(crate) strict: bool,
}

/// One part of ORDER BY.
#[derive(Clone)]
pub(crate) struct OrderBy {
    pub(crate) by: Expr,
    pub(crate) descending: bool,
}

/// Rows to pass over, then rows to take.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) offset: usize,
    pub(crate) rows: usize,
}

impl Limit {
    pub(crate) const NONE: Limit = Limit { offset: 0, rows: usize::MAX };

    pub(crate) fn end(self) -> usize {
        self.offset.saturating_add(self.rows)
    }
}

/// The titles and rows of a SELECT.
pub(crate) struct Selected {
    pub(crate) titles: Vec<String>,
    pub(crate) rows: Vec<Vec<Value>>,
}

/// Sees a row; breaks off when it has seen enough.
type Visit<'a> = dyn FnMut(&[Datum]) -> Result<ControlFlow<()>, SqlError> + 'a;

/// How a statement finds its table; error 1146 if there is none of that name.
pub(crate) type Lookup<'a> = dyn Fn(&ast::ObjectName) -> Result<Arc<Table>, SqlError> + 'a;

// -- binding ------------------------------------------------------------------------------------------------------------------------------

impl Select {
    pub(crate) fn new(
        query: &ast::Query,
        sql: &str,
        lookup: &Lookup<'_>,
        around: &Surroundings,
    ) -> Result<Select, SqlError> {
        let body = plain_select(query)?;
        let source = match body.from.as_slice() {
            [] => None,
            [one] => single_table(one)?,
            _ => return Err(SqlError::not_supported("JOIN")),
        };
        let source = source.map(|(name, alias)| Ok::<_, SqlError>((lookup(name)?, alias))).transpose()?;
        let table = source.as_ref().map(|(table, _)| table.clone());
        let alias = source.as_ref().map(|(table, alias)| alias.clone().unwrap_or_else(|| table.def().name.clone()));
        let mut binder = Binder::new(around, table.as_deref().map(Table::def).zip(alias.as_deref()));

        let condition = binder.bind_where(body.selection.as_ref())?.map(|c| c.reduced(true));
        binder.aggregates = Some(Vec::new());
        let items = select_list(&mut binder, &body.projection, sql)?;
        let order = match &query.order_by {
            None => Vec::new(),
            Some(ast::OrderBy { kind: ast::OrderByKind::Expressions(parts), .. }) => {
                parts.iter().map(|part| order_part(&mut binder, part, &items)).collect::<Result<_, _>>()?
            }
            Some(other) => return Err(SqlError::not_supported(other)),
        };
        let (titles, items): (_, Vec<Expr>) = items.into_iter().unzip();
        let limit = limit_of(query.limit_clause.as_ref(), sql)?;
        let aggregates = binder.aggregates.take().unwrap_or_default();
        // Rows with the whole key in them are distinct as they are.
        let has = |index: &usize| items.iter().any(|item| matches!(item, Expr::Column(c) if c.index == *index));
        let key = table.as_ref().map_or(&[][..], |table| &table.def().primary_key);
        let distinct = is_distinct(body)? && (key.is_empty() || !key.iter().all(has));
        Ok(Select { table, titles, items, condition, aggregates, order, distinct, limit, strict: false })
    }
}

/// The SELECT that a query is, if it is nothing more.
fn plain_select(query: &ast::Query) -> Result<&ast::Select, SqlError> {
    let select = match query.body.as_ref() {
        ast::SetExpr::Select(select) => select,
        ast::SetExpr::SetOperation { op, .. } => return Err(SqlError::not_supported(op)),
        ast::SetExpr::Values(_) => return Err(SqlError::not_supported("VALUES as a query")),
        other => return Err(SqlError::not_supported(other)),
    };
    let grouped = match &select.group_by {
        ast::GroupByExpr::Expressions(by, modifiers) => !by.is_empty() || !modifiers.is_empty(),
        ast::GroupByExpr::All(_) => true,
    };
    let refused = [
        (query.with.is_some(), "WITH"),
        (grouped, "GROUP BY"),
        (select.having.is_some(), "HAVING"),
        (select.into.is_some(), "SELECT ... INTO"),
        (!select.named_window.is_empty(), "WINDOW"),
        (query.fetch.is_some(), "FETCH"),
    ];
    refused.into_iter().find(|(asked, _)| *asked).map_or(Ok(select), |(_, what)| Err(SqlError::not_supported(what)))
}

fn is_distinct(select: &ast::Select) -> Result<bool, SqlError> {
    match &select.distinct {
        None | Some(ast::Distinct::All) => Ok(false),
        Some(ast::Distinct::Distinct) => Ok(true),
        Some(other) => Err(SqlError::not_supported(other)),
    }
}

/// The name and alias of a FROM that is one table; `None`: DUAL, which has no rows but one of nothing.
pub(crate) fn single_table(from: &ast::TableWithJoins) -> Result<Option<(&ast::ObjectName, Option<String>)>, SqlError> {
    if !from.joins.is_empty() {
        return Err(SqlError::not_supported("JOIN"));
    }
    match &from.relation {
        ast::TableFactor::Table { name, alias, args: None, partitions, index_hints, .. } => {
            if !partitions.is_empty() {
                return Err(SqlError::not_supported("PARTITION"));
            }
            if !index_hints.is_empty() {
                return Err(SqlError::not_supported("index hint"));
            }
            let is_dual = name.to_string().eq_ignore_ascii_case("dual") && alias.is_none();
            Ok((!is_dual).then(|| (name, alias.as_ref().map(|a| a.name.value.clone()))))
        }
        ast::TableFactor::Derived { .. } => Err(SqlError::not_supported("subquery")),
        ast::TableFactor::NestedJoin { .. } => Err(SqlError::not_supported("JOIN")),
        other => Err(SqlError::not_supported(other)),
    }
}

fn select_list(
    binder: &mut Binder<'_>,
    projection: &[ast::SelectItem],
    sql: &str,
) -> Result<Vec<(String, Expr)>, SqlError> {
    let mut items = Vec::new();
    for (n, item) in projection.iter().enumerate() {
        match item {
            ast::SelectItem::UnnamedExpr(expr) => items.push((title_of(expr), binder.bind_in("SELECT", expr)?)),
            ast::SelectItem::ExprWithAlias { expr, alias } => {
                items.push((alias.value.clone(), binder.bind_in("SELECT", expr)?));
            }
            ast::SelectItem::Wildcard(options) if n > 0 => {
                return Err(syntax_error(sql, options.wildcard_token.0.span.start));
            }
            ast::SelectItem::Wildcard(_) => items.extend(all_columns(binder)?),
            ast::SelectItem::QualifiedWildcard(ast::SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                match binder.table {
                    Some((_, alias)) if name.0.last().and_then(|p| p.as_ident()).is_some_and(|i| i.value == alias) => {}
                    _ => return Err(SqlError::unknown_table(format_args!("{}.{name}", binder.around.database))),
                }
                items.extend(all_columns(binder)?);
            }
            other => return Err(SqlError::not_supported(other)),
        }
    }
    Ok(items)
}

fn title_of(expr: &ast::Expr) -> String {
    match expr {
        ast::Expr::Identifier(name) => name.value.clone(),
        ast::Expr::CompoundIdentifier(names) => names.last().map(|n| n.value.clone()).unwrap_or_default(),
        ast::Expr::Value(value) => value.value.clone().into_string().unwrap_or_else(|| value.to_string()),
        other => other.to_string(),
    }
}

fn all_columns(binder: &Binder<'_>) -> Result<Vec<(String, Expr)>, SqlError> {
    let Some((def, _)) = binder.table else { return Err(SqlError::no_tables()) };
    let column = |name: &String| Ok((name.clone(), binder.column(&[ast::Ident::new(name)])?));
    def.columns.iter().map(|c| column(&c.name)).collect()
}

/// One part of ORDER BY (R3); a number is a place in the select list.
fn order_part(binder: &mut Binder<'_>, part: &ast::OrderByExpr, items: &[(String, Expr)]) -> Result<OrderBy, SqlError> {
    let by = match &part.expr {
        ast::Expr::Value(_) | ast::Expr::UnaryOp { .. } => match binder.bind_in("ORDER BY", &part.expr)? {
            Expr::Const(Value::Int(place)) => {
                match usize::try_from(place).ok().and_then(|p| items.get(p.wrapping_sub(1))) {
                    Some((_, item)) => item.clone(),
                    None => return Err(SqlError::unknown_column(place, "ORDER BY")),
                }
            }
            other => other,
        },
        ast::Expr::Identifier(name) => match items.iter().find(|(title, _)| title.eq_ignore_ascii_case(&name.value)) {
            Some((_, item)) => item.clone(),
            None => binder.bind_in("ORDER BY", &part.expr)?,
        },
        expr => binder.bind_in("ORDER BY", expr)?,
    };
    Ok(OrderBy { by, descending: is_descending(part)? })
}

pub(crate) fn is_descending(part: &ast::OrderByExpr) -> Result<bool, SqlError> {
    match &part.options.sort {
        _ if part.options.nulls_first.is_some() => Err(SqlError::not_supported("NULLS FIRST")),
        None | Some(ast::OrderBySort::Asc) => Ok(false),
        Some(ast::OrderBySort::Desc) => Ok(true),
        Some(_) => Err(SqlError::not_supported("ORDER BY ... USING")),
    }
}

fn limit_of(clause: Option<&ast::LimitClause>, sql: &str) -> Result<Limit, SqlError> {
    let (offset, rows) = match clause {
        None => return Ok(Limit::NONE),
        Some(ast::LimitClause::OffsetCommaLimit { offset, limit }) => (Some(offset), Some(limit)),
        Some(ast::LimitClause::LimitOffset { limit, offset, .. }) => {
            (offset.as_ref().map(|o| &o.value), limit.as_ref())
        }
    };
    let offset = offset.map_or(Ok(0), |expr| row_count(expr, sql))?;
    Ok(Limit { offset, rows: rows.map_or(Ok(usize::MAX), |expr| row_count(expr, sql))? })
}

/// A number of rows: digits and nothing else.
pub(crate) fn row_count(expr: &ast::Expr, sql: &str) -> Result<usize, SqlError> {
    match expr {
        ast::Expr::Value(value) => match value.to_string().parse::<u64>() {
            Ok(rows) => Ok(usize::try_from(rows).unwrap_or(usize::MAX)),
            Err(_) => Err(syntax_error(sql, value.span.start)),
        },
        ast::Expr::Identifier(name) => Err(SqlError::undeclared_variable(&name.value)),
        other => {
            // The parser keeps no place for a sign; it stands one before its operand.
            let mut at = other.span().start;
            if matches!(other, ast::Expr::UnaryOp { .. }) {
                at.column = at.column.saturating_sub(1);
            }
            Err(syntax_error(sql, at))
        }
    }
}

// -- running ------------------------------------------------------------------------------------------------------------------------------

/// Shows `visit` the rows of `table` for which `condition` is true, in the order of `access`.
pub(crate) fn scan_matching(
    statement: &mut Statement<'_>,
    table: &Table,
    access: &Access,
    reverse: bool,
    condition: Option<&Expr>,
    strict: bool,
    visit: &mut Visit<'_>,
) -> Result<(), SqlError> {
    let mut ended = Ok(ControlFlow::Continue(()));
    let mut seen = |row: &[Datum]| {
        let cx = Context { strict, ..Context::of_row(row) };
        ended = (|| match condition.map_or(Ok(true), |c| c.holds(cx))? {
            true => visit(row),
            false => Ok(ControlFlow::Continue(())),
        })();
        if matches!(ended, Ok(ControlFlow::Continue(()))) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let forward = access.ranges.iter();
    let ranges: Vec<_> = if reverse { forward.rev().collect() } else { forward.collect() };
    for range in ranges {
        let mut broke = false;
        statement
            .scan(table, range, reverse, &mut |row| {
                let flow = seen(row);
                broke = flow.is_break();
                flow
            })
            .map_err(|e| SqlError::from_engine(e, &table.def().name))?;
        if broke {
            break;
        }
    }
    ended.map(|_| ())
}

impl Select {
    /// Values of a row.
    pub(crate) fn width(&self) -> usize {
        self.items.len()
    }

    /// Runs it.
    pub(crate) fn run(self, engine: &Engine) -> Result<Selected, SqlError> {
        let rows = if self.limit.rows == 0 {
            Vec::new()
        } else if self.aggregates.is_empty() {
            self.rows(engine)?
        } else {
            self.aggregated(engine)?.into_iter().skip(self.limit.offset).collect()
        };
        Ok(Selected { titles: self.titles, rows })
    }

    /// Shows `visit` each row that matches, in the order of the key or against it.
    fn visit_matching(&self, engine: &Engine, reverse: bool, visit: &mut Visit<'_>) -> Result<(), SqlError> {
        let condition = self.condition.as_ref();
        match &self.table {
            Some(table) => {
                let mut statement = engine.begin_statement();
                scan_matching(&mut statement, table, &plan(table, condition), reverse, condition, self.strict, visit)
            }
            None => match condition.map_or(Ok(true), |c| c.holds(self.context(&[])))? {
                true => visit(&[]).map(|_| ()),
                false => Ok(()),
            },
        }
    }

    fn aggregated(&self, engine: &Engine) -> Result<Vec<Vec<Value>>, SqlError> {
        let mut accumulators: Vec<_> = self.aggregates.iter().map(Accumulator::new).collect();
        let mut first_row: Option<Vec<Datum>> = None;
        self.visit_matching(engine, false, &mut |row| {
            first_row.get_or_insert_with(|| row.to_vec());
            accumulators.iter_mut().try_for_each(|a| a.add(self.context(row)))?;
            Ok(ControlFlow::Continue(()))
        })?;
        let results: Vec<_> = accumulators.into_iter().map(Accumulator::finish).collect();
        let cx = Context { row: first_row.as_deref().unwrap_or(&[]), aggregates: &results, strict: self.strict };
        Ok(vec![self.project(cx)?])
    }

    fn context<'a>(&self, row: &'a [Datum]) -> Context<'a> {
        Context { strict: self.strict, ..Context::of_row(row) }
    }

    fn project(&self, cx: Context<'_>) -> Result<Vec<Value>, SqlError> {
        self.items.iter().map(|item| item.eval(cx)).collect()
    }

    fn rows(&self, engine: &Engine) -> Result<Vec<Vec<Value>>, SqlError> {
        let by_key = self.table.as_ref().map_or(Some(false), |table| key_order(&self.order, table));
        match (by_key, self.distinct) {
            (Some(reverse), false) => self.rows_in_key_order(engine, reverse),
            (None, false) => self.sorted_rows(engine),
            (by_key, true) => self.distinct_rows(engine, by_key),
        }
    }

    /// Rows are projected only if they are within the limit: an expression may fail on the others.
    fn rows_in_key_order(&self, engine: &Engine, reverse: bool) -> Result<Vec<Vec<Value>>, SqlError> {
        let mut rows = Vec::new();
        let mut met = 0;
        self.visit_matching(engine, reverse, &mut |row| {
            met += 1;
            if met > self.limit.offset {
                rows.push(self.project(self.context(row))?);
            }
            Ok(if met >= self.limit.end() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(rows)
    }

    fn distinct_rows(&self, engine: &Engine, by_key: Option<bool>) -> Result<Vec<Vec<Value>>, SqlError> {
        let enough = if by_key.is_some() { self.limit.end() } else { usize::MAX };
        let mut seen = BTreeSet::new();
        let mut rows: Vec<(Vec<Value>, Vec<Value>)> = Vec::new();
        self.visit_matching(engine, by_key == Some(true), &mut |row| {
            let projected = self.project(self.context(row))?;
            if seen.insert(projected.iter().map(Value::shown).collect::<Vec<_>>()) {
                let keys = if by_key.is_some() { Vec::new() } else { sort_values(&self.order, self.context(row))? };
                rows.push((keys, projected));
            }
            Ok(if rows.len() >= enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        if by_key.is_none() {
            rows.sort_by(|(a, _), (b, _)| sort_order(&self.order, a, b));
        }
        Ok(rows.into_iter().map(|(_, projected)| projected).take(self.limit.end()).skip(self.limit.offset).collect())
    }

    /// Rows are projected once they are sorted, again only those within the limit.
    fn sorted_rows(&self, engine: &Engine) -> Result<Vec<Vec<Value>>, SqlError> {
        let mut rows: Vec<(Vec<Value>, Vec<Datum>)> = Vec::new();
        self.visit_matching(engine, false, &mut |row| {
            rows.push((sort_values(&self.order, self.context(row))?, row.to_vec()));
            Ok(ControlFlow::Continue(()))
        })?;
        rows.sort_by(|(a, _), (b, _)| sort_order(&self.order, a, b));
        let within = rows.iter().take(self.limit.end()).skip(self.limit.offset);
        within.map(|(_, row)| self.project(self.context(row))).collect()
    }
}

/// What a row is sorted by.
pub(crate) fn sort_values(by: &[OrderBy], cx: Context<'_>) -> Result<Vec<Value>, SqlError> {
    by.iter().map(|part| part.by.eval(cx)).collect()
}

pub(crate) fn sort_order(by: &[OrderBy], a: &[Value], b: &[Value]) -> Ordering {
    let parts = by.iter().zip(a.iter().zip(b)).map(|(part, (a, b))| {
        let ascending = order(a, b);
        if part.descending { ascending.reverse() } else { ascending }
    });
    parts.fold(Ordering::Equal, Ordering::then)
}

/// Whether rows come in this order from a scan of the key (R2): `Some(true)` backwards, `None` they do not.
pub(crate) fn key_order(by: &[OrderBy], table: &Table) -> Option<bool> {
    let key = &table.def().primary_key;
    let Some(first) = by.first() else { return Some(false) };
    let leads = by.iter().enumerate().all(|(n, part)| match &part.by {
        // Behind the whole key nothing is left to be sorted.
        _ if n >= key.len() && !key.is_empty() => true,
        Expr::Column(column) => key.get(n) == Some(&column.index) && part.descending == first.descending,
        _ => false,
    });
    leads.then_some(first.descending)
}
