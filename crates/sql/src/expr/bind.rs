//! Binding: from the parser's expressions to ours. Names become columns, literals become values, calls become functions
//! or aggregates.
//!
//! RULES
//!
//! - **R1** Names are compared without case; an unknown one is error 1054, which names the clause.
//! - **R2** Aggregates are collected in a list, and the expression refers to them by index. In a clause that does not
//!   allow aggregates they are error 1111.
//! - **R3** An unsupported construct is error 1235 with its name (R2 of `answer::error`); nothing is ignored.
//!
//! InnoDB's counterpart: `Item::fix_fields`.

use super::aggregate::{Aggregate, AggregateKind};
use super::current_time::current_time;
use super::literal::{literal, literal_int, negative_literal, typed_literal};
use super::regexp::compiled;
use super::row::is_row;
use super::scope::{DuplicateScope, SelectNames};
use super::tree::{Arith, Column, Comparison, Expr, Is};
use crate::answer::SqlError;
use crate::catalog::{HOST, is_too_long};
use crate::context::BindContext;
use crate::engine::{ColumnDefault, TableDef};
use crate::function::{Function, server_arity};
use crate::types::Value;
use sqlparser::ast::{self, BinaryOperator as Op, UnaryOperator};

/// Binds the expressions of one statement.
///
/// | methods                                            | file           |
/// |----------------------------------------------------|----------------|
/// | `bind`, `bind_in`, `bind_where`, columns, defaults | here           |
/// | `keyword_call`, `interval_call`, `special_call`    | `keyword_call` |
/// | `name`, `select_item`                              | `select_names` |
pub(crate) struct Binder<'a> {
    pub(crate) context: &'a BindContext,
    /// The statement's table, and its alias.
    pub(crate) table: Option<(&'a TableDef, &'a str)>,
    /// The clause that error 1054 names.
    pub(crate) clause: &'static str,
    /// The aggregates collected so far; `None`: the clause does not allow any (R2).
    pub(crate) aggregates: Option<Vec<Aggregate>>,
    /// The names of the select list, in the clauses behind it.
    pub(crate) select_names: SelectNames,
    /// Set in ON DUPLICATE KEY UPDATE: what expressions see beside the stored row.
    pub(crate) duplicate: Option<DuplicateScope<'a>>,
}

impl<'a> Binder<'a> {
    pub(crate) fn new(context: &'a BindContext, table: Option<(&'a TableDef, &'a str)>) -> Self {
        Binder {
            context,
            table,
            clause: "SELECT",
            aggregates: None,
            select_names: SelectNames::default(),
            duplicate: None,
        }
    }

    /// Binds an expression of `clause`.
    pub(crate) fn bind_in(&mut self, clause: &'static str, expr: &ast::Expr) -> Result<Expr, SqlError> {
        self.clause = clause;
        self.bind(expr)
    }

    /// Binds a WHERE condition, which may not contain aggregates, and folds its constants (never in strict mode).
    pub(crate) fn bind_where(&mut self, condition: Option<&ast::Expr>) -> Result<Option<Expr>, SqlError> {
        let aggregates = self.aggregates.take();
        let bound = condition.map(|e| self.bind_in("WHERE", e).map(|e| e.folded().with_zero_dates())).transpose();
        self.aggregates = aggregates;
        bound
    }

    /// Binds an expression of the current clause. ERRORS: 1054, 1111, 1235; those of literals and calls.
    pub(crate) fn bind(&mut self, expr: &ast::Expr) -> Result<Expr, SqlError> {
        let negated_is = |of: Expr, what, negated| Expr::Is { of: Box::new(of), what, negated };
        Ok(match expr {
            ast::Expr::Nested(inner) => self.bind(inner)?,
            ast::Expr::Value(value) => Expr::Const(literal(&value.value)?),
            ast::Expr::TypedString(literal) => Expr::Const(typed_literal(literal)?),
            ast::Expr::Identifier(name) if name.quote_style.is_none() && name.value.starts_with('@') => {
                Expr::Const(self.context.variable(&name.value)?)
            }
            ast::Expr::Identifier(name) => self.name(std::slice::from_ref(name))?,
            ast::Expr::CompoundIdentifier(names) if names[0].value.starts_with("@@") => {
                Expr::Const(self.context.variable(&expr.to_string())?)
            }
            ast::Expr::CompoundIdentifier(names) => self.name(names)?,
            ast::Expr::BinaryOp { left, op, right } => self.binary(left, op, right)?,
            ast::Expr::UnaryOp { op, expr } => self.unary(*op, expr)?,
            ast::Expr::IsNull(e) | ast::Expr::IsUnknown(e) => negated_is(self.bind(e)?, Is::Null, false),
            ast::Expr::IsNotNull(e) | ast::Expr::IsNotUnknown(e) => negated_is(self.bind(e)?, Is::Null, true),
            ast::Expr::IsTrue(e) => negated_is(self.bind(e)?, Is::True, false),
            ast::Expr::IsNotTrue(e) => negated_is(self.bind(e)?, Is::True, true),
            ast::Expr::IsFalse(e) => negated_is(self.bind(e)?, Is::False, false),
            ast::Expr::IsNotFalse(e) => negated_is(self.bind(e)?, Is::False, true),
            ast::Expr::In { expr, target: ast::InTarget::List(list), negated, .. }
                if is_row(expr) || list.iter().any(is_row) =>
            {
                self.row_in(expr, list, *negated)?
            }
            ast::Expr::In { expr, target: ast::InTarget::List(list), negated, .. } => Expr::In {
                of: self.boxed(expr)?,
                list: list.iter().map(|e| self.bind(e)).collect::<Result<_, _>>()?,
                negated: *negated,
            },
            ast::Expr::Between { expr, negated, low, high } => Expr::Between {
                of: self.boxed(expr)?,
                low: self.boxed(low)?,
                high: self.boxed(high)?,
                negated: *negated,
            },
            ast::Expr::Like { negated, any: false, expr, pattern, escape_char } => Expr::Like {
                of: self.boxed(expr)?,
                pattern: self.boxed(pattern)?,
                escape: escape_char.as_deref().map(|e| self.escape(e)).transpose()?.flatten(),
                negated: *negated,
            },
            ast::Expr::RLike { negated, expr, pattern, .. } => {
                let (of, pattern) = (self.boxed(expr)?, self.boxed(pattern)?);
                let regex = if let Expr::Const(pattern) = &*pattern { compiled(pattern)? } else { None };
                let matches = Expr::Regexp { of, pattern, regex };
                if *negated { Expr::Not(Box::new(matches)) } else { matches }
            }
            ast::Expr::Function(call) => self.call(call)?,
            other => self.keyword_call(other)?.ok_or_else(|| unsupported_expression(other))?,
        })
    }

    fn boxed(&mut self, expr: &ast::Expr) -> Result<Box<Expr>, SqlError> {
        Ok(Box::new(self.bind(expr)?))
    }

    fn binary(&mut self, left: &ast::Expr, op: &Op, right: &ast::Expr) -> Result<Expr, SqlError> {
        enum Kind {
            Arith(Arith),
            Compare(Comparison),
            Other(fn(Box<Expr>, Box<Expr>) -> Expr),
        }
        match (left, op, right) {
            (from, Op::Plus | Op::Minus, ast::Expr::Interval(by)) => {
                return self.interval_call(from, by, *op == Op::Minus);
            }
            (ast::Expr::Interval(by), Op::Plus, from) => return self.interval_call(from, by, false),
            _ if is_row(left) || is_row(right) => return self.row_comparison(left, op, right),
            _ => {}
        }
        let kind = match op {
            Op::Plus => Kind::Arith(Arith::Add),
            Op::Minus => Kind::Arith(Arith::Sub),
            Op::Multiply => Kind::Arith(Arith::Mul),
            Op::Divide => Kind::Arith(Arith::Div),
            Op::Modulo => Kind::Arith(Arith::Mod),
            Op::MyIntegerDivide => Kind::Arith(Arith::IntDiv),
            Op::Eq => Kind::Compare(Comparison::Eq),
            Op::NotEq => Kind::Compare(Comparison::Ne),
            Op::Lt => Kind::Compare(Comparison::Lt),
            Op::LtEq => Kind::Compare(Comparison::Le),
            Op::Gt => Kind::Compare(Comparison::Gt),
            Op::GtEq => Kind::Compare(Comparison::Ge),
            Op::Spaceship => Kind::Other(Expr::NullSafeEqual),
            Op::And => Kind::Other(Expr::And),
            Op::Or => Kind::Other(Expr::Or),
            Op::Xor => Kind::Other(Expr::Xor),
            other => return Err(SqlError::not_supported(other)),
        };
        let (left, right) = (self.bind(left)?, self.bind(right)?);
        Ok(match kind {
            Kind::Arith(op) => Expr::Arith(op, Box::new(left), Box::new(right)),
            Kind::Compare(op) => Expr::Compare(op, Box::new(left), Box::new(right)),
            Kind::Other(make) => make(Box::new(left), Box::new(right)),
        })
    }

    fn unary(&mut self, op: UnaryOperator, expr: &ast::Expr) -> Result<Expr, SqlError> {
        Ok(match op {
            UnaryOperator::Plus => self.bind(expr)?,
            UnaryOperator::Not | UnaryOperator::BangNot => self.bind(expr)?.negated(self.clause == "WHERE"),
            UnaryOperator::Minus => match self.bind(expr)? {
                Expr::Const(value) => negative_literal(value)?,
                of => Expr::Neg(Box::new(of)),
            },
            other => return Err(SqlError::not_supported(other)),
        })
    }

    /// The character after ESCAPE; `None` for the empty string, which means the default. ERRORS: 1210.
    fn escape(&mut self, expr: &ast::Expr) -> Result<Option<char>, SqlError> {
        match self.bind(expr)? {
            Expr::Const(Value::Text(text)) if text.chars().count() <= 1 => Ok(text.chars().next()),
            _ => Err(SqlError::new(1210, "HY000", "Incorrect arguments to ESCAPE".to_string())),
        }
    }

    // -- names

    /// The column with this name, which has up to three parts (R1). ERRORS: 1052 if it is a column of two tables; 1054.
    pub(crate) fn column(&self, names: &[ast::Ident]) -> Result<Expr, SqlError> {
        let source = self.duplicate.as_ref().and_then(|scope| scope.source);
        let in_source = source.and_then(|of| Some((of, self.index_in(Some(of), names)?)));
        let own = self.table.and_then(|of| Some((of, self.index_in(Some(of), names)?)));
        let ((def, alias), at, offset) = match (own, in_source) {
            (Some(_), Some(_)) => return Err(SqlError::ambiguous_column(written_name(names), self.clause)),
            (Some((of, at)), None) => (of, at, 0),
            (None, Some((of, at))) => (of, at, 2 * self.table.map_or(0, |(def, _)| def.columns.len())),
            (None, None) => return Err(self.unknown_column(names)),
        };
        let column = &def.columns[at];
        Ok(Expr::Column(Column {
            index: offset + at,
            ty: column.ty,
            nullable: column.nullable,
            shown: format!("`{}`.`{alias}`.`{}`", self.context.database, column.name),
        }))
    }

    /// The index in the statement's table of the column with this name (R1). ERRORS: 1054.
    pub(crate) fn column_index(&self, names: &[ast::Ident]) -> Result<usize, SqlError> {
        self.index_in(self.table, names).ok_or_else(|| self.unknown_column(names))
    }

    /// The index in a table of the column with this name (R1).
    fn index_in(&self, table: Option<(&TableDef, &str)>, names: &[ast::Ident]) -> Option<usize> {
        let ((def, alias), (column, qualifiers)) = (table?, names.split_last()?);
        let qualified = match qualifiers {
            [] => true,
            [table] => table.value == alias,
            [database, table] => database.value == self.context.database && table.value == alias,
            _ => false,
        };
        def.columns.iter().position(|c| qualified && c.name.eq_ignore_ascii_case(&column.value))
    }

    pub(super) fn unknown_column(&self, names: &[ast::Ident]) -> SqlError {
        SqlError::unknown_column(written_name(names), self.clause)
    }

    // -- calls

    fn call(&mut self, call: &ast::Function) -> Result<Expr, SqlError> {
        let name = call.name.0.last().and_then(|part| part.as_ident()).map(|name| name.value.to_ascii_lowercase());
        let name = name.unwrap_or_default();
        if call.over.is_some() {
            return Err(SqlError::not_supported(format_args!("window function {name}()")));
        }
        let (arguments, distinct) = arguments_of(call, &name)?;
        if let Some(value) = current_time(&name, &arguments, self.context) {
            return value.map(Expr::Const);
        }
        if let Some(kind) = AggregateKind::find(&name) {
            return self.aggregate(kind, &name, &arguments, distinct);
        }
        if distinct {
            return Err(SqlError::not_supported(format_args!("{name}(DISTINCT)")));
        }
        check_call(call, &name, arguments.len(), self.context)?;
        if let ("values" | "value", [Some(argument)]) = (name.as_str(), arguments.as_slice()) {
            return self.inserted_value(argument);
        }
        if let Some(bound) = self.special_call(&name, &arguments)? {
            return Ok(bound);
        }
        let arguments = arguments
            .into_iter()
            .map(|a| self.bind(a.ok_or_else(|| SqlError::not_supported(format_args!("{name}(*)")))?))
            .collect::<Result<Vec<_>, _>>()?;
        match (name.as_str(), arguments.as_slice()) {
            ("last_insert_id", []) => {
                self.context.note_last_insert_id();
                return Ok(Expr::Const(literal_int(self.context.variables.last_insert_id.into())));
            }
            ("last_insert_id", [of]) => {
                return Ok(Expr::LastInsertId(Box::new(of.clone()), self.context.given_id.clone()));
            }
            ("last_insert_id", _) => return Err(SqlError::wrong_argument_count(name)),
            ("round" | "truncate", [_, digits]) if !digits.is_constant() => {
                return Ok(Expr::Call(Function::internal(&format!("{name} each")), arguments));
            }
            ("user" | "session_user" | "system_user" | "current_user", []) => {
                return Ok(Expr::Const(Value::Text(format!("{}@{HOST}", self.context.user))));
            }
            ("connection_id", []) => return Ok(Expr::Const(Value::UInt(self.context.connection_id))),
            ("database" | "schema", []) => return Ok(Expr::Const(Value::Text(self.context.database.clone()))),
            ("default", [Expr::Column(column)]) => return self.default_of(column.index),
            ("mod", [a, b]) => return Ok(Expr::Arith(Arith::Mod, Box::new(a.clone()), Box::new(b.clone()))),
            _ => {}
        }
        let function =
            Function::find(&name).ok_or_else(|| SqlError::not_supported(format_args!("function {name}()")))?;
        if !function.arity.contains(&arguments.len()) {
            return Err(SqlError::wrong_argument_count(name));
        }
        Ok(Expr::Call(function, arguments))
    }

    /// VALUES(column): in ON DUPLICATE KEY UPDATE the value that the INSERT would have stored, else NULL.
    fn inserted_value(&mut self, argument: &ast::Expr) -> Result<Expr, SqlError> {
        // It can name a column of the statement's table only.
        let scope = self.duplicate.take();
        let bound = self.bind(argument);
        self.duplicate = scope;
        match (bound?, &self.duplicate, self.table) {
            (Expr::Column(column), Some(_), Some((def, _))) => {
                Ok(Expr::Column(Column { index: def.columns.len() + column.index, ..column }))
            }
            _ => Ok(Expr::Const(Value::Null)),
        }
    }

    fn aggregate(
        &mut self,
        kind: AggregateKind,
        name: &str,
        arguments: &[Option<&ast::Expr>],
        distinct: bool,
    ) -> Result<Expr, SqlError> {
        // The list is taken while the argument is bound, so that an aggregate within an aggregate is refused.
        let Some(mut collected) = self.aggregates.take() else { return Err(SqlError::aggregate_not_allowed()) };
        let mut also = Vec::new();
        let of = match arguments {
            [None] if kind == AggregateKind::Count && !distinct => None,
            [Some(expr), others @ ..] if others.is_empty() || kind == AggregateKind::Count && distinct => {
                for other in others {
                    also.push(self.bind(other.ok_or_else(|| SqlError::wrong_argument_count(name))?)?);
                }
                Some(self.bind(expr)?)
            }
            _ => return Err(SqlError::wrong_argument_count(name)),
        };
        let number = collected.len();
        collected.push(Aggregate { kind, of, also, distinct });
        self.aggregates = Some(collected);
        Ok(Expr::Aggregate(number))
    }

    /// The default of a column, for DEFAULT and for columns without a value. ERRORS: 1364 if it has none.
    pub(crate) fn default_of(&self, index: usize) -> Result<Expr, SqlError> {
        let Some((def, _)) = self.table else { return Err(SqlError::no_tables()) };
        let source = self.duplicate.as_ref().and_then(|scope| scope.source);
        let (def, index) = match source {
            Some((source, _)) if index >= 2 * def.columns.len() => (source, index - 2 * def.columns.len()),
            _ => (def, index),
        };
        let column = &def.columns[index];
        match &column.default {
            None if def.auto_increment == Some(index) => Ok(Expr::Const(Value::Int(0))),
            Some(preset) => {
                if *preset == ColumnDefault::Now {
                    self.context.reads.borrow_mut().current_time = true;
                }
                let value = preset.value(column.ty, self.context.variables.began_us);
                Ok(Expr::Const(Value::from_datum(&value, column.ty)))
            }
            None if column.nullable => Ok(Expr::Const(Value::Null)),
            None => Err(SqlError::no_default(&column.name)),
        }
    }
}

/// A name as it is written, with its qualifiers.
fn written_name(names: &[ast::Ident]) -> String {
    names.iter().map(|n| n.value.as_str()).collect::<Vec<_>>().join(".")
}

/// Checks that the server has a function with this name, and that it takes so many arguments. ERRORS: 1059, 1305, 1582.
fn check_call(call: &ast::Function, name: &str, arguments: usize, context: &BindContext) -> Result<(), SqlError> {
    let written: Vec<&str> = call.name.0.iter().filter_map(|p| p.as_ident()).map(|p| p.value.as_str()).collect();
    match (written.as_slice(), server_arity(name)) {
        ([database, function], _) => Err(SqlError::no_function(database, function)),
        ([function], _) if is_too_long(function) => Err(SqlError::name_too_long(function)),
        ([function], None) => Err(SqlError::no_function(&context.database, function)),
        (_, Some(arity)) if !arity.contains(&arguments) => Err(SqlError::wrong_argument_count(name)),
        _ => Ok(()),
    }
}

/// True if the expression is the keyword DEFAULT.
pub(crate) fn is_default(expr: &ast::Expr) -> bool {
    matches!(expr, ast::Expr::Identifier(name) if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("default"))
}

/// The arguments of a call (`None` is `*`), and true if DISTINCT precedes them.
fn arguments_of<'e>(call: &'e ast::Function, name: &str) -> Result<(Vec<Option<&'e ast::Expr>>, bool), SqlError> {
    let ast::FunctionArguments::List(list) = &call.args else {
        return match &call.args {
            ast::FunctionArguments::Subquery(_) => Err(SqlError::not_supported("subquery")),
            _ => Ok((Vec::new(), false)),
        };
    };
    if !list.clauses.is_empty() {
        return Err(SqlError::not_supported(format_args!("clauses within {name}()")));
    }
    let arguments = list.args.iter().map(|argument| match argument {
        ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(expr)) => Ok(Some(expr)),
        ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Wildcard) => Ok(None),
        other => Err(SqlError::not_supported(other)),
    });
    let distinct = list.duplicate_treatment == Some(ast::DuplicateTreatment::Distinct);
    Ok((arguments.collect::<Result<_, _>>()?, distinct))
}

fn unsupported_expression(expr: &ast::Expr) -> SqlError {
    use ast::Expr as E;
    match expr {
        E::Subquery(_) | E::In { .. } | E::Exists { .. } | E::AnyOp { .. } | E::AllOp { .. } => {
            SqlError::not_supported("subquery")
        }
        E::Collate { .. } => SqlError::not_supported("COLLATE"),
        E::Tuple(_) => SqlError::wrong_column_count(1),
        other => SqlError::not_supported(other),
    }
}
