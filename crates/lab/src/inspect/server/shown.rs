//! A value of a record, and its forms: a dump's text, SQL, CSV, JSON.

use serde_json::Value as Json;

/// A value.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Shown {
    Null,
    /// A number, as SQL writes it.
    Number(String),
    /// A text, or a value that SQL writes as one, such as a date.
    Text(String),
    /// A value that SQL writes in quotes and a dump without them.
    Quoted(String),
    Bytes(Vec<u8>),
    /// A value that is not read, and why (R1 of [`server`](super)).
    Unread(String),
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Shown {
    /// As a dump shows it; `None`: NULL.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Shown::Null => None,
            Shown::Number(text) | Shown::Quoted(text) => Some(text.clone()),
            Shown::Text(text) => Some(format!("{text:?}")),
            Shown::Bytes(bytes) => Some(format!("0x{}", hex(bytes))),
            Shown::Unread(why) => Some(format!("<{why}>")),
        }
    }

    /// As an SQL literal; `None`: it is not read.
    pub(crate) fn sql(&self) -> Option<String> {
        Some(match self {
            Shown::Null => "NULL".to_owned(),
            Shown::Number(text) => text.clone(),
            Shown::Text(text) | Shown::Quoted(text) => {
                format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''").replace('\0', "\\0"))
            }
            Shown::Bytes(bytes) => format!("X'{}'", hex(bytes)),
            Shown::Unread(_) => return None,
        })
    }

    /// As a field of a CSV line: NULL is empty, a text in quotes, bytes as `0x…`.
    pub(crate) fn csv(&self) -> String {
        match self {
            Shown::Null => String::new(),
            Shown::Number(text) | Shown::Quoted(text) => text.clone(),
            Shown::Text(text) => format!("\"{}\"", text.replace('"', "\"\"")),
            Shown::Bytes(_) | Shown::Unread(_) => self.text().unwrap_or_default(),
        }
    }

    /// As JSON: a text of its own is a string, numbers are strings of their digits as everywhere in `inspect`.
    pub(crate) fn json(&self) -> Json {
        match self {
            Shown::Text(text) => Json::from(text.clone()),
            _ => self.text().map_or(Json::Null, Json::from),
        }
    }
}
