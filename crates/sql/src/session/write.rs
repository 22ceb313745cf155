//! INSERT, UPDATE and DELETE, and what the binary log records of each before it runs.

use super::client::Session;
use crate::admin::unsafe_reasons;
use crate::answer::{Level, Outcome, RowsInfo, SqlError};
use crate::context::BindContext;
use crate::engine::{ColumnDef, ColumnDefault, Format, StatementText, Table};
use crate::execute::Changed;
use crate::query::{Insert, Lookup, UpdateDelete, locking_of_source};
use innolab_binlog::StatementContext;
use sqlparser::ast::{self, Statement};

/// A bound statement that changes rows.
pub(crate) enum BoundWrite {
    Insert(Insert),
    UpdateDelete(UpdateDelete),
}

impl BoundWrite {
    /// ERRORS: those of binding; 1235 for EXPLAIN of another statement.
    pub(super) fn new(
        statement: &Statement,
        sql: &str,
        lookup: &mut Lookup<'_>,
        context: &BindContext,
    ) -> Result<BoundWrite, SqlError> {
        match statement {
            Statement::Insert(insert) => Insert::new(insert, sql, lookup, context).map(BoundWrite::Insert),
            Statement::Update(update) => {
                UpdateDelete::update(update, sql, lookup, context).map(BoundWrite::UpdateDelete)
            }
            Statement::Delete(delete) => {
                UpdateDelete::delete(delete, sql, lookup, context).map(BoundWrite::UpdateDelete)
            }
            other => Err(SqlError::not_supported(format_args!("EXPLAIN {other}"))),
        }
    }

    fn table(&self) -> &Table {
        match self {
            BoundWrite::Insert(insert) => &insert.table,
            BoundWrite::UpdateDelete(change) => &change.table,
        }
    }
}

/// The AUTO_INCREMENT values of an INSERT that its client is told.
#[derive(Default)]
struct InsertId {
    /// The first one that was generated.
    generated: Option<u64>,
    /// That of the last row; 0: none.
    last: u64,
}

impl Session {
    /// Runs a statement that changes rows. ERRORS: 1792 if the transaction is READ ONLY; those of the statement.
    pub(crate) fn write(&mut self, statement: &Statement, sql: &str) -> Result<Outcome, SqlError> {
        let allowed = self.refuse_if_read_only();
        let wait_ms = locking_of_source(statement)?.and_then(|locking| locking.wait_ms);
        let insert_id = Some(std::mem::take(&mut self.context.variables.insert_id)).filter(|id| *id != 0);
        let Session { names, context, transactions, warnings, .. } = self;
        let format = context.variables.session.binlog_format;
        let logs_text = format != Format::Row && context.options.log_bin.is_some();
        let mut unsafe_by = vec![];
        let (affected, insert_id, info) = transactions.run_statement(&context.variables, wait_ms, |trx| {
            let lookup = &mut |name: &ast::ObjectName, used| names.source(trx, name, used);
            let bound = BoundWrite::new(statement, sql, lookup, context)?;
            allowed?;
            if logs_text {
                let text = sql.trim_end().trim_end_matches(';').to_string();
                unsafe_by = unsafe_reasons(statement, bound.table().def(), context.reads.borrow().unlogged_variable);
                let not_safe = unsafe_by.first().map(|rule| rule.why);
                let stamped = |c: &ColumnDef| c.on_update_now || c.default == Some(ColumnDefault::Now);
                let shows_time = context.reads.borrow().current_time || bound.table().def().columns.iter().any(stamped);
                let logged = trx.log_statement(StatementText { sql: text, format, not_safe, shows_time });
                logged.map_err(|e| SqlError::from_engine(e, ""))?;
            }
            context.reads.take().statement_context.into_iter().for_each(|given| trx.log_statement_context(given));
            match bound {
                BoundWrite::Insert(insert) => {
                    let done = insert.run(trx, insert_id, warnings)?;
                    done.first_generated
                        .into_iter()
                        .for_each(|first| trx.log_statement_context(StatementContext::InsertId(first)));
                    let (records, duplicates) = (done.records, done.duplicates);
                    let info = insert.tells_records().then_some(RowsInfo::Records { records, duplicates, warnings: 0 });
                    Ok((done.affected, InsertId { generated: done.first_generated, last: done.last_value }, info))
                }
                BoundWrite::UpdateDelete(change) => {
                    let Changed { matched, affected: changed } = change.run(trx, warnings)?;
                    let info = change.is_update().then_some(RowsInfo::Matched { matched, changed, warnings: 0 });
                    Ok((changed, InsertId::default(), info))
                }
            }
        })?;
        if format == Format::Statement {
            unsafe_by.iter().for_each(|rule| warnings.push(Level::Note, &SqlError::unsafe_statement(rule.note)));
        }
        let given = self.context.given_id.take();
        // A value that the INSERT generated hides one given to LAST_INSERT_ID().
        let kept = insert_id.generated.or(given);
        self.context.variables.last_insert_id = kept.unwrap_or(self.context.variables.last_insert_id);
        if !matches!(statement, Statement::Delete(_)) {
            self.details.insert_id = kept.unwrap_or(insert_id.last);
        }
        self.details.info = info;
        Ok(Outcome::Ok { affected })
    }
}
