//! SELECT from one table or none, bound.
//!
//! RULES
//!
//! - **R1** What a name in GROUP BY, HAVING and ORDER BY refers to: `select_names` of [`crate::expr`].
//! - **R2** A column beside aggregates has the value of the group's first row, or NULL if the group has no row.
//! - **R3** Without ORDER BY rows come in the order of the index that is read.
//!
//! InnoDB's counterpart: `sql/sql_select.cc`. Left out: joins, subqueries, UNION.

use super::from::{Lookup, single_table};
use super::hints::Hints;
use super::limit::{Limit, limit_of};
use super::order_by::{OrderBy, is_descending};
use super::read_mode::{Locking, locking_of};
use crate::answer::SqlError;
use crate::catalog::{Source, TableUse, indexes, is_unique};
use crate::context::BindContext;
use crate::engine::{MemoryLimits, Strength};
use crate::expr::{Aggregate, Binder, Expr, SelectNames, name_parts};
use crate::parse::{item_texts, syntax_error};
use crate::types::Value;
use sqlparser::ast;
use std::cell::OnceCell;

/// A bound SELECT.
///
/// | methods                          | file                               |
/// |----------------------------------|------------------------------------|
/// | `new`, `columns`                 | here                               |
/// | `access_path`, `min_max_lookups` | `statement` of [`crate::optimize`] |
/// | `run`, `run_into`, `sleeps_ms`   | `select` of [`crate::execute`]     |
/// | groups and aggregates            | `group` of [`crate::execute`]      |
pub(crate) struct Select {
    /// Its table; `None`: it has none.
    pub(crate) source: Option<Source>,
    /// The table's alias, or else its name: EXPLAIN's column `table`.
    pub(crate) alias: String,
    pub(crate) hints: Hints,
    /// Titles of the result's columns.
    pub(crate) titles: Vec<String>,
    /// The select list; behind it, items without a title for ON DUPLICATE KEY UPDATE.
    pub(crate) items: Vec<Expr>,
    /// WHERE.
    pub(crate) condition: Option<Expr>,
    pub(crate) aggregates: Vec<Aggregate>,
    /// GROUP BY.
    pub(crate) group: Vec<Expr>,
    pub(crate) having: Option<Expr>,
    /// ORDER BY.
    pub(crate) order: Vec<OrderBy>,
    /// DISTINCT, if rows could be equal.
    pub(crate) distinct: bool,
    pub(crate) limit: Limit,
    /// True if it feeds an INSERT: its expressions are evaluated strictly.
    pub(crate) strict: bool,
    /// The memory that it may use.
    pub(crate) memory: MemoryLimits,
}

impl Select {
    /// Binds a query. ERRORS: 1146, 1054, 1176 and those of expressions; 1235 for what is not supported.
    pub(crate) fn new(
        query: &ast::Query,
        sql: &str,
        lookup: &mut Lookup<'_>,
        context: &BindContext,
    ) -> Result<Select, SqlError> {
        let body = plain_select(query)?;
        let named = match body.from.as_slice() {
            [] => None,
            [one] => single_table(one)?,
            _ => return Err(SqlError::not_supported("JOIN")),
        };
        let used = match locking_of(query)? {
            Some(Locking { strength: Strength::Exclusive, .. }) => TableUse::Change,
            _ => TableUse::Read,
        };
        let source = named.as_ref().map(|named| lookup(named.name, used)).transpose()?;
        let alias = match (&named, &source) {
            (Some(named), Some(source)) => named.alias.clone().unwrap_or_else(|| source.def().name.clone()),
            _ => String::new(),
        };
        let hints = match (&named, &source) {
            (Some(named), Some(source)) => Hints::new(named.hints, source.def(), &alias)?,
            _ => Hints::default(),
        };
        let mut binder = Binder::new(context, source.as_ref().map(|source| (source.def(), alias.as_str())));

        let condition =
            binder.bind_where(body.selection.as_ref())?.map(|c| c.reduced(true)).filter(|c| !c.is_always_true());
        binder.aggregates = Some(Vec::new());
        binder.select_names = SelectNames::of(select_list(&mut binder, body, sql)?);
        let group = group_by(&mut binder, &body.group_by)?;
        binder.select_names.begin_having(&group);
        let having = body.having.as_ref().map(|e| binder.bind_in("HAVING", e)).transpose()?.map(Expr::with_zero_dates);
        binder.select_names.end_having();
        let order = match &query.order_by {
            None => Vec::new(),
            Some(ast::OrderBy { kind: ast::OrderByKind::Expressions(parts), .. }) => {
                parts.iter().map(|part| order_part(&mut binder, part)).collect::<Result<_, _>>()?
            }
            Some(other) => return Err(SqlError::not_supported(other)),
        };
        let SelectNames { items, .. } = std::mem::take(&mut binder.select_names);
        let (titles, items): (_, Vec<Expr>) = items.into_iter().unzip();
        let limit = limit_of(query.limit_clause.as_ref(), sql)?;
        let aggregates = binder.aggregates.take().unwrap_or_default();
        let distinct = is_distinct(body)? && !(group.is_empty() && contain_unique_key(&items, source.as_ref()));
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
            memory: context.variables.session.memory,
        };
        Ok(select)
    }

    /// The columns that it reads, as places in a row.
    pub(crate) fn columns(&self) -> Vec<usize> {
        let parts = self.items.iter().chain(&self.condition).chain(&self.group).chain(&self.having);
        let parts = parts.chain(self.order.iter().map(|part| &part.by));
        let parts = parts.chain(self.aggregates.iter().flat_map(|a| a.of.iter().chain(&a.also)));
        let mut columns: Vec<usize> = parts.flat_map(Expr::columns).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }
}

/// True if a query reads a table, so that it needs a transaction.
pub(crate) fn reads_a_table(query: &ast::Query) -> bool {
    !matches!(query.body.as_ref(), ast::SetExpr::Select(select) if select.from.is_empty())
}

/// The SELECT that a query consists of. ERRORS: 1235 for UNION, WITH, INTO and the like, also for clauses that the
/// parser knows of other dialects.
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
        (query.for_clause.is_some(), "FOR XML, FOR JSON or FOR BROWSE"),
        (query.settings.is_some(), "SETTINGS"),
        (query.format_clause.is_some(), "FORMAT"),
        (!query.pipe_operators.is_empty(), "|>"),
        (select.top.is_some(), "TOP"),
        (select.qualify.is_some(), "QUALIFY"),
        (select.prewhere.is_some(), "PREWHERE"),
        (!select.lateral_views.is_empty(), "LATERAL VIEW"),
        (!select.connect_by.is_empty(), "CONNECT BY"),
        (!select.cluster_by.is_empty(), "CLUSTER BY"),
        (!select.distribute_by.is_empty(), "DISTRIBUTE BY"),
        (!select.sort_by.is_empty(), "SORT BY"),
    ];
    refused.into_iter().find(|(asked, _)| *asked).map_or(Ok(select), |(_, what)| Err(SqlError::not_supported(what)))
}

/// True if the items contain all columns of a unique key that cannot be NULL, so that no two rows are equal.
#[doc(alias = "list_contains_unique_index")]
fn contain_unique_key(items: &[Expr], source: Option<&Source>) -> bool {
    let Some(def) = source.map(Source::def) else { return false };
    let has =
        |c: &usize| !def.columns[*c].nullable && items.iter().any(|i| matches!(i, Expr::Column(i) if i.index == *c));
    indexes(def).any(|index| is_unique(def, index) && def.index_columns(index).iter().all(has))
}

/// True for DISTINCT. ERRORS: 1235 for DISTINCT ON.
fn is_distinct(select: &ast::Select) -> Result<bool, SqlError> {
    match &select.distinct {
        None | Some(ast::Distinct::All) => Ok(false),
        Some(ast::Distinct::Distinct) => Ok(true),
        Some(other) => Err(SqlError::not_supported(other)),
    }
}

/// The titles and expressions of the select list, `*` spelt out.
fn select_list(binder: &mut Binder<'_>, body: &ast::Select, sql: &str) -> Result<Vec<(String, Expr)>, SqlError> {
    let (mut items, texts) = (Vec::new(), OnceCell::new());
    let text = |n: usize| {
        let texts = texts.get_or_init(|| item_texts(sql, body.select_token.0.span.start));
        texts.get(n).copied().unwrap_or_default().to_owned()
    };
    for (n, item) in body.projection.iter().enumerate() {
        match item {
            ast::SelectItem::UnnamedExpr(expr) => {
                let title = title_of(expr).unwrap_or_else(|| text(n));
                items.push((title, binder.bind_in("SELECT", expr)?));
            }
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
                    _ => return Err(SqlError::unknown_table(format_args!("{}.{name}", binder.context.database))),
                }
                items.extend(all_columns(binder)?);
            }
            other => return Err(SqlError::not_supported(other)),
        }
    }
    Ok(items)
}

/// The title of an item without an alias that is a column's name or a literal, in parentheses or not. All others bear
/// their text.
fn title_of(expr: &ast::Expr) -> Option<String> {
    match expr {
        ast::Expr::Identifier(name) => Some(name.value.clone()),
        ast::Expr::CompoundIdentifier(names) if names.first().is_some_and(|n| n.value.starts_with("@@")) => None,
        ast::Expr::CompoundIdentifier(names) => names.last().map(|n| n.value.clone()),
        ast::Expr::Value(ast::ValueWithSpan { value, .. }) => match value {
            ast::Value::Null => Some("NULL".to_owned()),
            ast::Value::Boolean(is_true) => Some(is_true.to_string().to_ascii_uppercase()),
            ast::Value::Number(digits, _) => Some(digits.clone()),
            ast::Value::SingleQuotedString(text)
            | ast::Value::DoubleQuotedString(text)
            | ast::Value::NationalStringLiteral(text) => Some(text.trim_start().to_owned()),
            _ => None,
        },
        ast::Expr::Nested(expr) | ast::Expr::UnaryOp { op: ast::UnaryOperator::Plus, expr } => title_of(expr),
        _ => None,
    }
}

/// The items of `*`. ERRORS: 1096 without a table.
fn all_columns(binder: &Binder<'_>) -> Result<Vec<(String, Expr)>, SqlError> {
    let Some((def, _)) = binder.table else { return Err(SqlError::no_tables()) };
    let column = |name: &String| Ok((name.clone(), binder.column(&[ast::Ident::new(name)])?));
    def.columns.iter().map(|c| column(&c.name)).collect()
}

/// The parts of GROUP BY (R1). A number is a position in the select list, from 1. ERRORS: 1056 for an item with
/// aggregates.
fn group_by(binder: &mut Binder<'_>, written: &ast::GroupByExpr) -> Result<Vec<Expr>, SqlError> {
    let parts = match written {
        ast::GroupByExpr::Expressions(parts, modifiers) if modifiers.is_empty() => parts,
        ast::GroupByExpr::Expressions(..) => return Err(SqlError::not_supported("GROUP BY ... WITH ROLLUP")),
        ast::GroupByExpr::All(_) => return Err(SqlError::not_supported("GROUP BY ALL")),
    };
    let aggregates = binder.aggregates.take();
    let part = |part: &ast::Expr| {
        binder.clause = "GROUP BY";
        let (title, item) = match (name_parts(part), part) {
            (Some(names), _) => match (binder.select_item(names)?, binder.column(names)) {
                (_, Ok(column)) => return Ok(column),
                (Some(item), _) => (names[0].value.clone(), item.clone()),
                (None, Err(unknown)) => return Err(unknown),
            },
            (None, ast::Expr::Value(_)) => match binder.bind(part)? {
                Expr::Const(Value::Int(position)) => item_at(&binder.select_names.items, position, "GROUP BY")?,
                bound => return Ok(bound),
            },
            _ => return binder.bind(part),
        };
        if item.has_aggregates() { Err(SqlError::cannot_group(title)) } else { Ok(item) }
    };
    let bound = parts.iter().map(part).collect();
    binder.aggregates = aggregates;
    bound
}

/// The title and the item at a position in the select list, from 1. ERRORS: 1054.
fn item_at(items: &[(String, Expr)], position: i64, clause: &str) -> Result<(String, Expr), SqlError> {
    let item = usize::try_from(position).ok().and_then(|p| items.get(p.wrapping_sub(1)));
    item.cloned().ok_or_else(|| SqlError::unknown_column(position, clause))
}

/// One part of ORDER BY (R1). A number is a position in the select list, from 1.
fn order_part(binder: &mut Binder<'_>, part: &ast::OrderByExpr) -> Result<OrderBy, SqlError> {
    binder.clause = "ORDER BY";
    let by = match (name_parts(&part.expr), &part.expr) {
        (Some(names), _) => match binder.select_item(names)? {
            Some(item) => item.clone(),
            None => binder.column(names)?,
        },
        (None, ast::Expr::Value(_) | ast::Expr::UnaryOp { .. }) => match binder.bind(&part.expr)? {
            Expr::Const(Value::Int(position)) => item_at(&binder.select_names.items, position, "ORDER BY")?.1,
            other => other,
        },
        (None, expr) => binder.bind(expr)?,
    };
    Ok(OrderBy { by, descending: is_descending(part)? })
}
