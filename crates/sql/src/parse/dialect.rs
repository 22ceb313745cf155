//! The dialect of the `sqlparser` crate that reads MySQL's grammar: the crate's `MySqlDialect`, but with the operator
//! precedences of MySQL's manual and the prefix operator `!`.
//!
//! ```text
//! tight   ! -   ^   * / DIV %   + -   &   |   BETWEEN IN LIKE   = <=> < > IS   NOT   AND   XOR   OR   loose
//! ```
//!
//! A method that a new version of `sqlparser` gives to `MySqlDialect` has to be named here too, below.
//!
//! In `MySqlDialect`, XOR binds more tightly than comparisons, LIKE less tightly, and `!` is missing. And it reads a
//! chain of ANDs or ORs as a tree as deep as the chain is long; we read a balanced one ([`balanced`]):
//!
//! ```text
//! a or b or c or d          ((a or b) or c) or d          (a or b) or (c or d)
//! ```
//!
//! Both mean the same to the last detail. AND and OR are associative, also with unknown operands, and a walk from left
//! to right meets the operands in the same order and stops at the same one.

use sqlparser::ast::{BinaryOperator, Expr, Statement, UnaryOperator};
use sqlparser::dialect::{Dialect, MySqlDialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;
use std::any::TypeId;

/// Precedence of the prefix `!`.
const BANG: u8 = 60;

/// MariaDB's dialect.
#[derive(Debug)]
pub(crate) struct MariaDb;

/// Methods that are the same as in `MySqlDialect`.
macro_rules! as_mysql {
    ($($question:ident)*) => {
        $( fn $question(&self) -> bool { MySqlDialect {}.$question() } )*
    };
}

impl Dialect for MariaDb {
    /// Makes the parser take this for its `MySqlDialect` where it tests for that type.
    fn dialect(&self) -> TypeId {
        TypeId::of::<MySqlDialect>()
    }

    fn prec_value(&self, precedence: Precedence) -> u8 {
        match precedence {
            Precedence::Or => 5,
            Precedence::Xor => 7,
            Precedence::And => 10,
            Precedence::UnaryNot => 15,
            Precedence::Eq | Precedence::Is => 20,
            Precedence::Between | Precedence::Like => 21,
            Precedence::Pipe => 22,
            Precedence::Ampersand => 23,
            Precedence::Caret => 45,
            other => MySqlDialect {}.prec_value(other),
        }
    }

    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        if !parser.consume_token(&Token::ExclamationMark) {
            return None;
        }
        let negated = |expr| Expr::UnaryOp { op: UnaryOperator::BangNot, expr: Box::new(expr) };
        Some(parser.parse_subexpr(BANG).map(negated))
    }

    fn parse_infix(&self, parser: &mut Parser, expr: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        let chained = [(Keyword::AND, BinaryOperator::And), (Keyword::OR, BinaryOperator::Or)];
        match chained.into_iter().find(|(keyword, _)| parser.peek_keyword(*keyword)) {
            Some((keyword, op)) => Some(parse_chain(parser, expr, keyword, &op, precedence)),
            None => MySqlDialect {}.parse_infix(parser, expr, precedence),
        }
    }

    fn parse_statement(&self, parser: &mut Parser) -> Option<Result<Statement, ParserError>> {
        MySqlDialect {}.parse_statement(parser)
    }

    fn is_identifier_start(&self, c: char) -> bool {
        MySqlDialect {}.is_identifier_start(c)
    }

    fn is_identifier_part(&self, c: char) -> bool {
        MySqlDialect {}.is_identifier_part(c)
    }

    fn is_delimited_identifier_start(&self, c: char) -> bool {
        MySqlDialect {}.is_delimited_identifier_start(c)
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        MySqlDialect {}.identifier_quote_style(identifier)
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        MySqlDialect {}.get_next_precedence(parser)
    }

    fn supports_string_literal_table_alias(&self, explicit: bool) -> bool {
        MySqlDialect {}.supports_string_literal_table_alias(explicit)
    }

    fn is_table_factor_alias(&self, explicit: bool, keyword: &Keyword, parser: &mut Parser) -> bool {
        MySqlDialect {}.is_table_factor_alias(explicit, keyword, parser)
    }

    /// FOR and LOCK begin a locking clause.
    fn is_column_alias(&self, keyword: &Keyword, parser: &mut Parser) -> bool {
        !matches!(keyword, Keyword::FOR | Keyword::LOCK) && MySqlDialect {}.is_column_alias(keyword, parser)
    }

    as_mysql! {
        supports_string_literal_backslash_escape
        supports_string_literal_concatenation
        ignores_wildcard_escapes
        supports_numeric_prefix
        supports_literal_prefix_in_qualified_name
        supports_bitwise_shift_operators
        supports_singular_value_keyword
        supports_multiline_comment_hints
        require_interval_qualifier
        supports_limit_comma
        supports_create_table_select
        supports_insert_set
        supports_user_host_grantee
        supports_table_hints
        requires_single_line_comment_whitespace
        supports_hash_comment
        supports_match_against
        supports_select_modifiers
        supports_set_names
        supports_comma_separated_set_assignments
        supports_alter_column_position
        supports_update_order_by
        supports_data_type_signed_suffix
        supports_data_type_zerofill_suffix
        supports_cross_join_constraint
        supports_double_ampersand_operator
        supports_binary_kw_as_cast
        supports_table_partitions
        supports_comment_optimizer_hint
        supports_constraint_keyword_without_name
        supports_key_column_option
        supports_group_by_with_modifier
        supports_left_associative_joins_without_parens
    }
}

/// Reads the rest of a chain of ANDs or ORs whose first operand is `first`.
fn parse_chain(
    parser: &mut Parser,
    first: &Expr,
    keyword: Keyword,
    op: &BinaryOperator,
    precedence: u8,
) -> Result<Expr, ParserError> {
    let mut operands = vec![first.clone()];
    while parser.parse_keyword(keyword) {
        operands.push(parser.parse_subexpr(precedence)?);
    }
    let join = |left, right| Expr::BinaryOp { left: Box::new(left), op: op.clone(), right: Box::new(right) };
    Ok(balanced(operands, join).unwrap_or_else(|| first.clone()))
}

/// The operands joined in their order, two by two, as a tree whose depth is the logarithm of their number; `None`:
/// there are no operands.
pub(crate) fn balanced<T>(mut operands: Vec<T>, join: impl Fn(T, T) -> T) -> Option<T> {
    while operands.len() > 1 {
        let mut rest = operands.into_iter();
        let pairs = std::iter::from_fn(|| {
            let left = rest.next()?;
            Some(match rest.next() {
                Some(right) => join(left, right),
                None => left,
            })
        });
        operands = pairs.collect();
    }
    operands.pop()
}

#[cfg(test)]
mod tests {
    use super::MariaDb;
    use expect_test::expect;
    use sqlparser::ast::Expr;
    use sqlparser::parser::Parser;

    /// The expression with every operation in parentheses.
    fn shown(expr: &Expr) -> String {
        match expr {
            Expr::BinaryOp { left, op, right } => format!("({} {op} {})", shown(left), shown(right)),
            Expr::UnaryOp { op, expr } => format!("({op} {})", shown(expr)),
            Expr::IsNull(of) => format!("({} IS NULL)", shown(of)),
            Expr::Like { expr, pattern, .. } => format!("({} LIKE {})", shown(expr), shown(pattern)),
            Expr::Between { expr, low, high, .. } => {
                format!("({} BETWEEN {} AND {})", shown(expr), shown(low), shown(high))
            }
            other => other.to_string(),
        }
    }

    #[test]
    fn precedences_are_the_manuals() {
        let cases = [
            "a or b xor c and not d = e",
            "a xor b = c",
            "!a = b",
            "! a + b",
            "a = b is null",
            "a = b like c",
            "a like b = c",
            "a between b and c and d",
            "a = b between c and d + 1",
            "not a between b and c",
            "- a * b + c div d % e",
            "a < b = c",
        ];
        let parse =
            |text: &&str| shown(&Parser::new(&MariaDb).try_with_sql(text).unwrap().parse_expr().unwrap()) + "\n";
        expect![[r#"
            (a OR (b XOR (c AND (NOT (d = e)))))
            (a XOR (b = c))
            ((! a) = b)
            ((! a) + b)
            ((a = b) IS NULL)
            (a = (b LIKE c))
            ((a LIKE b) = c)
            ((a BETWEEN b AND c) AND d)
            (a = (b BETWEEN c AND (d + 1)))
            (NOT (a BETWEEN b AND c))
            (((- a) * b) + ((c DIV d) % e))
            ((a < b) = c)
        "#]]
        .assert_eq(&cases.iter().map(parse).collect::<String>());
    }
}
