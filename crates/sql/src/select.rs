//! SELECT from one table or none: its names resolved. [`crate::run`] runs it.
//!
//! RULES
//!
//! - **R1** A name alone in ORDER BY means the select list's alias first, then a column; within an expression it is a
//!   column. In GROUP BY the column is first, in HAVING the alias.
//! - **R2** A column beside aggregates shows the first row's value, NULL if there is none.
//! - **R3** Without ORDER BY rows come in the order of the index that is read.
//!
//! InnoDB's counterpart: `sql/sql_select.cc`. Left out: joins, subqueries, UNION.

use crate::aggregate::Aggregate;
use crate::bind::{Binder, Surroundings};
use crate::error::SqlError;
use crate::expr::Expr;
use crate::fetch::Locking;
use crate::hint::Hints;
use crate::keys::{indexes, is_unique};
use crate::rewrite::{WAIT_PREFIX, syntax_error};
use crate::value::Value;
use crate::virtual_table::Source;
use innolab_engine::{OnBusy, Strength};
use sqlparser::ast::{self, Spanned};

/// A SELECT whose names are resolved.
pub(crate) struct Select {
    pub(crate) source: Option<Source>,
    /// What EXPLAIN calls its table.
    pub(crate) alias: String,
    pub(crate) hints: Hints,
    pub(crate) titles: Vec<String>,
    pub(crate) items: Vec<Expr>,
    pub(crate) condition: Option<Expr>,
    pub(crate) aggregates: Vec<Aggregate>,
    pub(crate) group: Vec<Expr>,
    pub(crate) having: Option<Expr>,
    pub(crate) order: Vec<OrderBy>,
    pub(crate) distinct: bool,
    pub(crate) limit: Limit,
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

/// How a statement finds its table; error 1146 if there is none of that name.
pub(crate) type Lookup<'a> = dyn FnMut(&ast::ObjectName) -> Result<Source, SqlError> + 'a;

impl Select {
    pub(crate) fn new(
        query: &ast::Query,
        sql: &str,
        lookup: &mut Lookup<'_>,
        around: &Surroundings,
    ) -> Result<Select, SqlError> {
        let body = plain_select(query)?;
        let named = match body.from.as_slice() {
            [] => None,
            [one] => single_table(one)?,
            _ => return Err(SqlError::not_supported("JOIN")),
        };
        let source = named.as_ref().map(|named| lookup(named.name)).transpose()?;
        let alias = match (&named, &source) {
            (Some(named), Some(source)) => named.alias.clone().unwrap_or_else(|| source.def().name.clone()),
            _ => String::new(),
        };
        let hints = match (&named, &source) {
            (Some(named), Some(source)) => Hints::new(named.hints, source.def(), &alias)?,
            _ => Hints::default(),
        };
        let mut binder = Binder::new(around, source.as_ref().map(|source| (source.def(), alias.as_str())));

        let condition =
            binder.bind_where(body.selection.as_ref())?.map(|c| c.reduced(true)).filter(|c| !c.is_always_true());
        binder.aggregates = Some(Vec::new());
        let items = select_list(&mut binder, &body.projection, sql)?;
        let group = group_by(&mut binder, &body.group_by, &items)?;
        binder.aliases = items.clone();
        let having = body.having.as_ref().map(|e| binder.bind_in("HAVING", e)).transpose()?;
        binder.aliases.clear();
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
        let distinct = is_distinct(body)? && !(group.is_empty() && are_distinct(&items, source.as_ref()));
        let strict = false;
        let select = Select {
            source,
            alias,
            hints,
            titles,
            items,
            condition,
            aggregates,
            group,
            having,
            order,
            distinct,
            limit,
            strict,
        };
        Ok(select)
    }

    /// The columns that are read, by their place in a row.
    pub(crate) fn columns(&self) -> Vec<usize> {
        let parts = self.items.iter().chain(&self.condition).chain(&self.group).chain(&self.having);
        let parts = parts.chain(self.order.iter().map(|part| &part.by));
        let parts = parts.chain(self.aggregates.iter().filter_map(|a| a.of.as_ref()));
        let mut columns: Vec<usize> = parts.flat_map(Expr::columns).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }
}

/// Whether a query has a table, so that it needs a transaction.
pub(crate) fn reads_a_table(query: &ast::Query) -> bool {
    !matches!(query.body.as_ref(), ast::SetExpr::Select(select) if select.from.is_empty())
}

/// What a query's FOR UPDATE or LOCK IN SHARE MODE asks for.
pub(crate) fn locking_of(query: &ast::Query) -> Result<Option<Locking>, SqlError> {
    let clause = match query.locks.as_slice() {
        [] => return Ok(None),
        [clause] => clause,
        _ => return Err(SqlError::not_supported("several locking clauses")),
    };
    let (on_busy, wait_ms) = match (&clause.nonblock, &clause.of) {
        (Some(ast::NonBlock::Nowait), None) => (OnBusy::NoWait, None),
        (Some(ast::NonBlock::SkipLocked), None) => (OnBusy::SkipLocked, None),
        (None, None) => (OnBusy::Wait, None),
        (_, Some(of)) => match of.to_string().trim_matches('`').strip_prefix(WAIT_PREFIX).map(str::parse::<u64>) {
            Some(Ok(0)) => (OnBusy::NoWait, None),
            Some(Ok(seconds)) => (OnBusy::Wait, Some(seconds.saturating_mul(1000))),
            _ => return Err(SqlError::not_supported("FOR UPDATE OF")),
        },
    };
    let strength = if clause.lock_type == ast::LockType::Update { Strength::Exclusive } else { Strength::Shared };
    Ok(Some(Locking { strength, on_busy, wait_ms }))
}

/// The SELECT that a query is, if it is nothing more.
fn plain_select(query: &ast::Query) -> Result<&ast::Select, SqlError> {
    let select = match query.body.as_ref() {
        ast::SetExpr::Select(select) => select,
        ast::SetExpr::SetOperation { op, .. } => return Err(SqlError::not_supported(op)),
        ast::SetExpr::Values(_) => return Err(SqlError::not_supported("VALUES as a query")),
        other => return Err(SqlError::not_supported(other)),
    };
    let refused = [
        (query.with.is_some(), "WITH"),
        (select.into.is_some(), "SELECT ... INTO"),
        (!select.named_window.is_empty(), "WINDOW"),
        (query.fetch.is_some(), "FETCH"),
    ];
    refused.into_iter().find(|(asked, _)| *asked).map_or(Ok(select), |(_, what)| Err(SqlError::not_supported(what)))
}

/// Whether rows are distinct as they are: a whole unique key without NULLs is in them.
#[doc(alias = "list_contains_unique_index")]
fn are_distinct(items: &[Expr], source: Option<&Source>) -> bool {
    let Some(def) = source.map(Source::def) else { return false };
    let has =
        |c: &usize| !def.columns[*c].nullable && items.iter().any(|i| matches!(i, Expr::Column(i) if i.index == *c));
    indexes(def).any(|index| is_unique(def, index) && def.index_columns(index).iter().all(has))
}

fn is_distinct(select: &ast::Select) -> Result<bool, SqlError> {
    match &select.distinct {
        None | Some(ast::Distinct::All) => Ok(false),
        Some(ast::Distinct::Distinct) => Ok(true),
        Some(other) => Err(SqlError::not_supported(other)),
    }
}

/// One table as FROM names it.
pub(crate) struct Named<'q> {
    pub(crate) name: &'q ast::ObjectName,
    pub(crate) alias: Option<String>,
    pub(crate) hints: &'q [ast::TableIndexHints],
}

/// The table of a FROM that has one; `None`: DUAL, which has no rows but one of nothing.
pub(crate) fn single_table(from: &ast::TableWithJoins) -> Result<Option<Named<'_>>, SqlError> {
    if !from.joins.is_empty() {
        return Err(SqlError::not_supported("JOIN"));
    }
    match &from.relation {
        ast::TableFactor::Table { name, alias, args: None, partitions, index_hints, .. } => {
            if !partitions.is_empty() {
                return Err(SqlError::not_supported("PARTITION"));
            }
            let is_dual = name.to_string().eq_ignore_ascii_case("dual") && alias.is_none();
            let alias = alias.as_ref().map(|a| a.name.value.clone());
            Ok((!is_dual).then_some(Named { name, alias, hints: index_hints }))
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

/// The parts of GROUP BY (R1); a number is a place in the select list.
fn group_by(
    binder: &mut Binder<'_>,
    written: &ast::GroupByExpr,
    items: &[(String, Expr)],
) -> Result<Vec<Expr>, SqlError> {
    let parts = match written {
        ast::GroupByExpr::Expressions(parts, modifiers) if modifiers.is_empty() => parts,
        ast::GroupByExpr::Expressions(..) => return Err(SqlError::not_supported("GROUP BY ... WITH ROLLUP")),
        ast::GroupByExpr::All(_) => return Err(SqlError::not_supported("GROUP BY ALL")),
    };
    let aggregates = binder.aggregates.take();
    let part = |part: &ast::Expr| {
        let alias = |name: &ast::Ident| items.iter().find(|(title, _)| title.eq_ignore_ascii_case(&name.value));
        match (binder.bind_in("GROUP BY", part), part) {
            (Ok(Expr::Const(Value::Int(place))), ast::Expr::Value(_)) => place_in(items, place, "GROUP BY"),
            (Err(unknown), ast::Expr::Identifier(name)) => alias(name).map(|(_, item)| item.clone()).ok_or(unknown),
            (bound, _) => bound,
        }
    };
    let bound = parts.iter().map(part).collect();
    binder.aggregates = aggregates;
    bound
}

/// The n-th item of the select list, counted from 1.
fn place_in(items: &[(String, Expr)], place: i64, clause: &str) -> Result<Expr, SqlError> {
    let item = usize::try_from(place).ok().and_then(|p| items.get(p.wrapping_sub(1)));
    item.map(|(_, item)| item.clone()).ok_or_else(|| SqlError::unknown_column(place, clause))
}

/// One part of ORDER BY (R1); a number is a place in the select list.
fn order_part(binder: &mut Binder<'_>, part: &ast::OrderByExpr, items: &[(String, Expr)]) -> Result<OrderBy, SqlError> {
    let by = match &part.expr {
        ast::Expr::Value(_) | ast::Expr::UnaryOp { .. } => match binder.bind_in("ORDER BY", &part.expr)? {
            Expr::Const(Value::Int(place)) => place_in(items, place, "ORDER BY")?,
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
