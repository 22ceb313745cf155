//! Statements that change rows, and what the binary log is told of them before they run.

use super::client::Session;
use crate::admin::why_not_safe;
use crate::answer::{Level, Outcome, SqlError};
use crate::context::BindContext;
use crate::engine::{ColumnDef, ColumnDefault, Format, StatementText, Table};
use crate::query::{Change, Insert, Lookup};
use innolab_binlog::StatementContext;
use sqlparser::ast::{self, Statement};

/// A statement that changes rows, its names resolved.
pub(crate) enum Bound {
    Insert(Insert),
    Change(Change),
}

impl Bound {
    pub(super) fn new(
        statement: &Statement,
        sql: &str,
        lookup: &mut Lookup<'_>,
        context: &BindContext,
    ) -> Result<Bound, SqlError> {
        match statement {
            Statement::Insert(insert) => Insert::new(insert, sql, lookup, context).map(Bound::Insert),
            Statement::Update(update) => Change::update(update, sql, lookup, context).map(Bound::Change),
            Statement::Delete(delete) => Change::delete(delete, sql, lookup, context).map(Bound::Change),
            other => Err(SqlError::not_supported(format_args!("EXPLAIN {other}"))),
        }
    }

    fn table(&self) -> &Table {
        match self {
            Bound::Insert(insert) => &insert.table,
            Bound::Change(change) => &change.table,
        }
    }
}

impl Session {
    /// A statement that changes rows.
    pub(crate) fn write(&mut self, statement: &Statement, sql: &str) -> Result<Outcome, SqlError> {
        let read_only = self.read_only();
        let insert_id = Some(std::mem::take(&mut self.context.variables.insert_id)).filter(|id| *id != 0);
        let Session { names, context, transactions, warnings, .. } = self;
        let format = context.variables.session.binlog_format;
        let says_text = format != Format::Row && context.options.log_bin.is_some();
        let mut unsafe_by = vec![];
        let (affected, generated) = transactions.statement(&context.variables, None, |trx| {
            let lookup = &mut |name: &ast::ObjectName| names.source(trx, name);
            let bound = Bound::new(statement, sql, lookup, context)?;
            read_only?;
            if says_text {
                let text = sql.trim_end().trim_end_matches(';').to_string();
                unsafe_by = why_not_safe(statement, bound.table().def(), context.asked.borrow().system);
                let not_safe = unsafe_by.first().map(|rule| rule.why);
                let stamped = |c: &ColumnDef| c.on_update_now || c.default == Some(ColumnDefault::Now);
                let shows_time = context.asked.borrow().time || bound.table().def().columns.iter().any(stamped);
                let logged = trx.log_statement(StatementText { sql: text, format, not_safe, shows_time });
                logged.map_err(|e| SqlError::from_engine(e, ""))?;
            }
            context.asked.take().given.into_iter().for_each(|given| trx.log_statement_context(given));
            match bound {
                Bound::Insert(insert) => {
                    let done = insert.run(trx, insert_id, warnings)?;
                    done.first_generated
                        .into_iter()
                        .for_each(|first| trx.log_statement_context(StatementContext::InsertId(first)));
                    Ok((done.affected, done.first_generated))
                }
                Bound::Change(change) => change.run(trx, warnings).map(|affected| (affected, None)),
            }
        })?;
        if format == Format::Statement {
            unsafe_by.iter().for_each(|rule| warnings.push(Level::Note, &SqlError::unsafe_statement(rule.note)));
        }
        if let Some(id) = generated {
            self.context.variables.last_insert_id = id;
        }
        Ok(Outcome::Ok { affected })
    }
}
