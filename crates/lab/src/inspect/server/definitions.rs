//! A table from the text of CREATE TABLE: columns with their types, keys. What has no effect on the bytes of records
//! (defaults, comments, checks) is read over.

use super::charset::{self, Charset};
use super::kind::Kind;
use super::table::{Column, Key, KeyClass, Part, Table};
use sqlparser::ast::{
    ColumnDef, ColumnOption, CreateTable, CreateTableOptions, Expr, GeneratedExpressionMode, IndexColumn, ObjectName,
    OrderBySort, SqlOption, Statement, TableConstraint,
};
use sqlparser::dialect::MySqlDialect;
use sqlparser::parser::Parser;

/// The table of a CREATE TABLE statement. ERRORS: the text is none; a type or key that is not read.
pub(crate) fn parse(create_table: &str) -> Result<Table, String> {
    let mut statements = Parser::parse_sql(&MySqlDialect {}, create_table).map_err(|e| e.to_string())?;
    let (Some(Statement::CreateTable(statement)), true) = (statements.pop(), statements.is_empty()) else {
        return Err("this is not one table".to_owned());
    };
    let default = table_charset(&statement)?;
    let (mut columns, mut keys) = (Vec::new(), Vec::new());
    for (i, def) in statement.columns.iter().enumerate() {
        columns.push(column(def, default)?);
        let class = def.options.iter().find_map(|option| match option.option {
            ColumnOption::PrimaryKey(_) => Some(KeyClass::Primary),
            ColumnOption::Unique(_) => Some(KeyClass::Unique),
            _ => None,
        });
        keys.extend(class.map(|class| (None, class, vec![Part::whole(i)])));
    }
    for constraint in &statement.constraints {
        keys.extend(key(constraint, &columns)?);
    }
    add_foreign(&statement.constraints, &columns, &mut keys)?;
    for (_, _, parts) in keys.iter().filter(|(_, class, _)| *class == KeyClass::Primary) {
        parts.iter().for_each(|part| columns[part.column].nullable = false);
    }
    let keys = named(keys, &columns);
    let name = statement.name.0.last().and_then(|part| part.as_ident()).map_or("t", |name| name.value.as_str());
    if columns.is_empty() {
        return Err("these are no columns".to_owned());
    }
    Ok(Table::of_keys(name, columns, keys))
}

/// A key: its name if it has one, and its parts.
type Declared = (Option<String>, KeyClass, Vec<Part>);

fn table_charset(statement: &CreateTable) -> Result<Charset, String> {
    let options = match &statement.table_options {
        CreateTableOptions::Plain(options) | CreateTableOptions::With(options) => options.as_slice(),
        _ => &[],
    };
    let mut found = None;
    for option in options {
        if let SqlOption::KeyValue { key, value } = option {
            let (key, value) = (key.to_string().to_ascii_lowercase(), value.to_string());
            let value = value.trim_matches(['\'', '"']);
            if key.ends_with("collate") {
                found = Some(known(Charset::of_collation(value), value)?);
            } else if (key.ends_with("charset") || key.ends_with("character set")) && found.is_none() {
                found = Some(known(Charset::named(value), value)?);
            }
        }
    }
    Ok(found.unwrap_or(charset::DEFAULT))
}

fn known(charset: Option<Charset>, name: &str) -> Result<Charset, String> {
    charset.ok_or_else(|| format!("the character set of {name} is not known"))
}

fn column(def: &ColumnDef, default: Charset) -> Result<Column, String> {
    let (mut charset, mut collated) = (default, false);
    let name_of = |name: &ObjectName| name.to_string().trim_matches(['`', '\'', '"']).to_owned();
    for option in &def.options {
        match &option.option {
            ColumnOption::CharacterSet(name) if !collated => {
                charset = known(Charset::named(&name_of(name)), &name_of(name))?;
            }
            ColumnOption::Collation(name) => {
                (charset, collated) = (known(Charset::of_collation(&name_of(name)), &name_of(name))?, true);
            }
            _ => {}
        }
    }
    let kind = Kind::of_sql(&def.data_type, charset).map_err(|why| format!("column {}: {why}", def.name.value))?;
    let not_null = def.options.iter().any(|option| matches!(option.option, ColumnOption::NotNull));
    let mut column = Column::new(&def.name.value, kind, !not_null);
    for option in &def.options {
        if let ColumnOption::Generated { generation_expr: Some(_), generation_expr_mode, .. } = &option.option {
            column.generated = true;
            column.is_virtual = *generation_expr_mode != Some(GeneratedExpressionMode::Stored);
        }
    }
    Ok(column)
}

fn key(constraint: &TableConstraint, columns: &[Column]) -> Result<Option<Declared>, String> {
    let name = |name: &Option<sqlparser::ast::Ident>| name.as_ref().map(|name| name.value.clone());
    Ok(Some(match constraint {
        TableConstraint::PrimaryKey(key) => (None, KeyClass::Primary, parts(&key.columns, columns)?),
        TableConstraint::Unique(key) => {
            (name(&key.index_name).or_else(|| name(&key.name)), KeyClass::Unique, parts(&key.columns, columns)?)
        }
        TableConstraint::Index(key) => (name(&key.name), KeyClass::Other, parts(&key.columns, columns)?),
        TableConstraint::FulltextOrSpatial(key) if !key.fulltext => {
            (name(&key.opt_index_name), KeyClass::Spatial, parts(&key.columns, columns)?)
        }
        TableConstraint::FulltextOrSpatial(_) => return Err("tables with FULLTEXT keys are not read".to_owned()),
        TableConstraint::Check(_) | TableConstraint::ForeignKey(_) => return Ok(None),
        other => return Err(format!("{other}: this is not read")),
    }))
}

fn parts(declared: &[IndexColumn], columns: &[Column]) -> Result<Vec<Part>, String> {
    let part = |declared: &IndexColumn| {
        let (name, characters) = match &declared.column.expr {
            Expr::Identifier(name) => (name.value.clone(), None),
            Expr::Function(prefix) => {
                let name = prefix.name.0.last().and_then(|part| part.as_ident()).map(|name| name.value.clone());
                let n = prefix.args.to_string().trim_matches(['(', ')']).parse().ok();
                (name.unwrap_or_default(), Some(n.ok_or_else(|| format!("{}: no key part", declared.column))?))
            }
            other => return Err(format!("{other}: keys on expressions are not read")),
        };
        let column = position(&name, columns)?;
        let prefix = characters.map(|n: usize| n.saturating_mul(columns[column].kind.character_bytes()));
        let prefix = prefix.filter(|bytes| *bytes < columns[column].kind.max_bytes());
        Ok(Part { column, prefix, descending: matches!(declared.column.options.sort, Some(OrderBySort::Desc)) })
    };
    declared.iter().map(part).collect()
}

/// Adds the keys that a server makes for foreign keys, whose columns begin no other key. SHOW CREATE TABLE shows them.
fn add_foreign(constraints: &[TableConstraint], columns: &[Column], keys: &mut Vec<Declared>) -> Result<(), String> {
    for constraint in constraints {
        let TableConstraint::ForeignKey(foreign) = constraint else { continue };
        let parts = foreign.columns.iter().map(|name| position(&name.value, columns).map(Part::whole));
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        if !keys.iter().any(|(_, _, declared)| declared.starts_with(&parts)) {
            let name = foreign.index_name.as_ref().or(foreign.name.as_ref());
            keys.push((name.map(|name| name.value.clone()), KeyClass::Other, parts));
        }
    }
    Ok(())
}

fn position(name: &str, columns: &[Column]) -> Result<usize, String> {
    let at = columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
    at.ok_or_else(|| format!("a key names column {name}, which is not there"))
}

/// Names keys as the server does, after their first column, and tells the kinds of unique keys apart.
fn named(keys: Vec<Declared>, columns: &[Column]) -> Vec<Key> {
    let mut named: Vec<Key> = Vec::new();
    for (name, class, parts) in keys {
        let first = parts.first().map_or("", |part| columns[part.column].name.as_str());
        let taken = |name: &str| named.iter().any(|key| key.name.eq_ignore_ascii_case(name));
        let name = match (name, class) {
            (_, KeyClass::Primary) => "PRIMARY".to_owned(),
            (Some(name), _) => name,
            (None, _) => {
                let numbered = (2..).map(|n| format!("{first}_{n}"));
                let mut names = std::iter::once(first.to_owned()).chain(numbered);
                names.find(|name| !taken(name)).unwrap_or_default()
            }
        };
        let whole = parts.iter().all(|part| part.prefix.is_none() && !columns[part.column].nullable);
        let class = if class == KeyClass::Unique && !whole { KeyClass::NullableUnique } else { class };
        named.push(Key { name, class, parts });
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The indexes in the order of their creation: name, columns, `-` if descending, bytes of a prefix.
    fn indexes(definitions: &str) -> Result<String, String> {
        let table = parse(&format!("create table t ({definitions})"))?;
        let part = |part: &Part| {
            let prefix = part.prefix.map_or(String::new(), |bytes| format!("({bytes})"));
            format!("{}{}{prefix}", if part.descending { "-" } else { "" }, table.columns[part.column].name)
        };
        let fields = |parts: &[Part]| parts.iter().map(part).collect::<Vec<_>>().join(" ");
        let shown = table.indexes.iter().map(|index| format!("{}: {}", index.name, fields(&index.parts)));
        Ok(shown.collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn indexes_are_those_that_a_server_makes() {
        for (definitions, expected) in [
            ("id int primary key, a int", "PRIMARY: id DB_TRX_ID DB_ROLL_PTR a"),
            ("a int", "GEN_CLUST_INDEX: DB_ROW_ID DB_TRX_ID DB_ROLL_PTR a"),
            (
                "a int, b int not null, key (a), unique (a), unique (b)",
                "b: b DB_TRX_ID DB_ROLL_PTR a; a_2: a b; a: a b",
            ),
            (
                "a int, b varchar(9) character set latin1, primary key (a), key k (b(3) desc, a), unique (b)",
                "PRIMARY: a DB_TRX_ID DB_ROLL_PTR b; b: b a; k: -b(3) a",
            ),
            ("a varchar(9), b int, primary key (a(2)), key (b)", "PRIMARY: a(8) DB_TRX_ID DB_ROLL_PTR a b; b: b a(8)"),
            (
                "a int primary key, b int, c int, key kb (b, c), constraint f foreign key (b) references p (id), \
                 constraint g foreign key (c) references p (id)",
                "PRIMARY: a DB_TRX_ID DB_ROLL_PTR b c; kb: b c a; g: c a",
            ),
            (
                "a int primary key, v int generated always as (a + 1) virtual, key (v)",
                "PRIMARY: a DB_TRX_ID DB_ROLL_PTR; v: v a",
            ),
        ] {
            assert_eq!(indexes(definitions).as_deref(), Ok(expected), "{definitions}");
        }
        for (definitions, why) in [
            ("a uuid", "column a: columns of type UUID are not read"),
            ("a int, key (b)", "a key names column b, which is not there"),
            ("a text, fulltext (a)", "tables with FULLTEXT keys are not read"),
            ("a varchar(9) collate klingon_ci", "the character set of klingon_ci is not known"),
            ("a decimal(70,2)", "column a: DECIMAL(70,2) is no type"),
        ] {
            assert_eq!(indexes(definitions), Err(why.to_owned()), "{definitions}");
        }
    }
}
