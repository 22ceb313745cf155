//! Types of columns: how a server stores their values, and how these are shown.
//!
//! ```text
//! INT         big-endian, the sign flipped        FLOAT, DOUBLE   IEEE, little-endian     YEAR      year - 1900
//! CHAR, TEXT  the character set's bytes           ENUM, SET       big-endian number       BIT       big-endian
//! DECIMAL, DATE, TIME, DATETIME, TIMESTAMP        packed, they compare as bytes           innolab_base
//! JSON        MySQL's binary form                 innolab_binlog::json
//! ```
//!
//! Left out: MariaDB's UUID and INET types.

use super::charset::{Charset, Collating};
use super::shown::Shown;
use innolab_base::codec::get_uint;
use innolab_base::decimal;
use innolab_base::temporal::{Date, DateTime, Time, Timestamp, fraction_bytes};
use innolab_binlog::json;
use innolab_page::server::ServerWidth;
use sqlparser::ast::{BinaryLength, CharacterLength, DataType, EnumMember, ExactNumberInfo};

/// The longest fixed field; longer ones are stored as variable ones.
#[doc(alias = "DICT_MAX_FIXED_COL_LEN")]
const MAX_FIXED: usize = 768;

/// A type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Int {
        bytes: usize,
        unsigned: bool,
    },
    Float,
    Double,
    Decimal {
        precision: u8,
        scale: u8,
    },
    Date,
    Time(u8),
    DateTime(u8),
    Timestamp(u8),
    Year,
    Bit(usize),
    Enum(Vec<String>),
    Set(Vec<String>),
    /// CHAR(n): padded with spaces.
    Char(usize, Charset),
    /// VARCHAR(n).
    VarChar(usize, Charset),
    Text(Charset),
    Binary(usize),
    VarBinary(usize),
    Blob,
    /// A geometry as the server stores it: SRID and WKB.
    Geometry,
    /// MySQL's JSON; MariaDB's is a text.
    Json,
    /// `DB_ROW_ID` and `DB_TRX_ID`.
    Id,
    RollPtr,
}

impl Kind {
    /// The type that the parser read. ERRORS: one that is not read, in words.
    pub(crate) fn of_sql(sql: &DataType, charset: Charset) -> Result<Kind, String> {
        use DataType as T;
        let int = |bytes, unsigned| Kind::Int { bytes, unsigned };
        let fsp = |digits: &Option<u64>| digits.unwrap_or(0).min(6) as u8;
        Ok(match sql {
            T::Zerofill(inner) => match Kind::of_sql(inner, charset)? {
                Kind::Int { bytes, .. } => int(bytes, true),
                other => other,
            },
            T::TinyInt(_) | T::Bool | T::Boolean => int(1, false),
            T::TinyIntUnsigned(_) => int(1, true),
            T::SmallInt(_) | T::Int2(_) => int(2, false),
            T::SmallIntUnsigned(_) | T::Int2Unsigned(_) => int(2, true),
            T::MediumInt(_) => int(3, false),
            T::MediumIntUnsigned(_) => int(3, true),
            T::Int(_) | T::Integer(_) | T::Int4(_) => int(4, false),
            T::IntUnsigned(_) | T::IntegerUnsigned(_) | T::Int4Unsigned(_) => int(4, true),
            T::BigInt(_) | T::Int8(_) => int(8, false),
            T::BigIntUnsigned(_) | T::Int8Unsigned(_) => int(8, true),
            T::Float(ExactNumberInfo::Precision(25..)) | T::FloatUnsigned(ExactNumberInfo::Precision(25..)) => {
                Kind::Double
            }
            T::Float(_) | T::FloatUnsigned(_) | T::Float4 => Kind::Float,
            T::Double(_) | T::DoubleUnsigned(_) | T::DoublePrecision | T::DoublePrecisionUnsigned => Kind::Double,
            T::Real | T::RealUnsigned | T::Float8 => Kind::Double,
            T::Decimal(n) | T::DecimalUnsigned(n) | T::Dec(n) | T::DecUnsigned(n) | T::Numeric(n) => decimal_of(n)?,
            T::Date => Kind::Date,
            T::Time(digits, _) => Kind::Time(fsp(digits)),
            T::Datetime(digits) => Kind::DateTime(fsp(digits)),
            T::Timestamp(digits, _) => Kind::Timestamp(fsp(digits)),
            T::Bit(n) => Kind::Bit(n.unwrap_or(1).min(64) as usize),
            T::Enum(members, _) => Kind::Enum(members.iter().map(member).collect()),
            T::Set(names) => Kind::Set(names.clone()),
            T::Char(n) | T::Character(n) => text(length(n, 1)?, charset, true),
            T::Varchar(n) | T::CharVarying(n) | T::CharacterVarying(n) => text(length(n, 0)?, charset, false),
            T::Text | T::TinyText | T::MediumText | T::LongText if charset == super::charset::BINARY => Kind::Blob,
            T::Text | T::TinyText | T::MediumText | T::LongText => Kind::Text(charset),
            T::Binary(n) => Kind::Binary(n.unwrap_or(1) as usize),
            T::Varbinary(Some(BinaryLength::IntegerLength { length })) => Kind::VarBinary(*length as usize),
            T::Blob(_) | T::TinyBlob | T::MediumBlob | T::LongBlob => Kind::Blob,
            T::JSON => Kind::Json,
            other => return Kind::by_name(&other.to_string(), charset),
        })
    }

    /// Types that the parser only knows by name.
    fn by_name(name: &str, charset: Charset) -> Result<Kind, String> {
        let lower = name.to_ascii_lowercase();
        let bare = lower.split('(').next().unwrap_or_default().trim();
        Ok(match bare {
            "year" => Kind::Year,
            "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring" | "multipolygon"
            | "geometrycollection" | "geomcollection" => Kind::Geometry,
            // As the server shows it: the bytes of its numbers.
            "vector" => Kind::Blob,
            "text" | "tinytext" | "mediumtext" | "longtext" => Kind::Text(charset),
            _ => return Err(format!("columns of type {name} are not read")),
        })
    }

    /// How records store the values; `prefix`: only this many of their first bytes, as an index may.
    pub(crate) fn width(&self, prefix: Option<usize>) -> ServerWidth {
        let variable = |most: usize| ServerWidth::Variable { long: most > 255 };
        let fixed = |bytes: usize| match prefix.map_or(bytes, |prefix| prefix.min(bytes)) {
            bytes @ 0..=MAX_FIXED => ServerWidth::Fixed(bytes as u16),
            _ => variable(bytes),
        };
        match self {
            Kind::Int { bytes, .. } => fixed(*bytes),
            Kind::Float => fixed(4),
            Kind::Double => fixed(8),
            Kind::Decimal { precision, scale } => fixed(decimal::bytes(*precision, *scale)),
            Kind::Date => fixed(3),
            Kind::Time(fsp) => fixed(3 + fraction_bytes(*fsp)),
            Kind::DateTime(fsp) => fixed(5 + fraction_bytes(*fsp)),
            Kind::Timestamp(fsp) => fixed(4 + fraction_bytes(*fsp)),
            Kind::Year => fixed(1),
            Kind::Bit(bits) => fixed(bits.div_ceil(8)),
            Kind::Enum(names) => fixed(if names.len() < 256 { 1 } else { 2 }),
            Kind::Set(names) => fixed(match names.len().div_ceil(8) {
                5.. => 8,
                bytes => bytes.max(1),
            }),
            Kind::Char(n, charset) if charset.bytes.0 == charset.bytes.1 => fixed(n * charset.bytes.0),
            Kind::Char(n, charset) | Kind::VarChar(n, charset) => variable(n * charset.bytes.1),
            Kind::Binary(n) => fixed(*n),
            Kind::VarBinary(n) => variable(*n),
            Kind::Text(_) | Kind::Blob | Kind::Geometry | Kind::Json => ServerWidth::Variable { long: true },
            Kind::Id => fixed(6),
            Kind::RollPtr => fixed(7),
        }
    }

    /// Bytes of the longest value; of types without a limit, more than any key has.
    pub(crate) fn max_bytes(&self) -> usize {
        match (self.width(None), self) {
            (ServerWidth::Fixed(bytes), _) => usize::from(bytes),
            (_, Kind::Char(n, charset) | Kind::VarChar(n, charset)) => n * charset.bytes.1,
            (_, Kind::Binary(n) | Kind::VarBinary(n)) => *n,
            _ => usize::MAX,
        }
    }

    /// Most bytes of a character, in which the prefix of a key counts.
    pub(crate) fn character_bytes(&self) -> usize {
        match self {
            Kind::Char(_, charset) | Kind::VarChar(_, charset) | Kind::Text(charset) => charset.bytes.1,
            _ => 1,
        }
    }

    /// How values compare; `None`: not as bytes.
    pub(crate) fn collating(&self) -> Option<Collating> {
        match self {
            Kind::Float | Kind::Double | Kind::Geometry | Kind::Json => None,
            Kind::Char(_, charset) | Kind::VarChar(_, charset) | Kind::Text(charset) => Some(charset.collating),
            _ => Some(Collating::Bytes),
        }
    }

    /// The first bytes of a value, as an index on a prefix holds them.
    pub(crate) fn show_prefix(&self, bytes: &[u8]) -> Shown {
        match self {
            Kind::Geometry | Kind::Json => Shown::Bytes(bytes.to_vec()),
            _ => self.show_bytes(bytes),
        }
    }

    /// A whole value, from its bytes.
    pub(crate) fn show(&self, bytes: &[u8]) -> Shown {
        match self.width(None) {
            // A REDUNDANT record may say any length, and a default from elsewhere may have it.
            ServerWidth::Fixed(n) if usize::from(n) != bytes.len() => {
                Shown::Unread(format!("{} bytes instead of {n}", bytes.len()))
            }
            _ => self.show_bytes(bytes),
        }
    }

    fn show_bytes(&self, bytes: &[u8]) -> Shown {
        let quoted = |text: String| Shown::Quoted(text);
        match self {
            Kind::Int { bytes: n, unsigned } => Shown::Number(integer(bytes, *n, *unsigned)),
            Kind::Float => Shown::Number(bytes.try_into().map_or(String::new(), |b| f32::from_le_bytes(b).to_string())),
            Kind::Double => Shown::Number(bytes.try_into().map_or(String::new(), |b| double(f64::from_le_bytes(b)))),
            Kind::Decimal { precision, scale } => Shown::Number(decimal::get(bytes, *precision, *scale)),
            Kind::Date => quoted(Date::from_packed((get_uint(bytes) ^ 1 << 23) as u32).to_string()),
            Kind::Time(fsp) => quoted(Time::get(bytes, *fsp).to_string()),
            Kind::DateTime(fsp) => quoted(DateTime::get(bytes, *fsp).to_string()),
            Kind::Timestamp(fsp) => quoted(timestamp(Timestamp::get(bytes, *fsp))),
            Kind::Year => Shown::Number(if bytes == [0] { 0 } else { 1900 + get_uint(bytes) }.to_string()),
            Kind::Bit(_) | Kind::Id => Shown::Number(get_uint(bytes).to_string()),
            Kind::Enum(names) => match get_uint(bytes) as usize {
                0 => Shown::Text(String::new()),
                n => names.get(n - 1).map_or_else(|| unknown("ENUM", n as u64), |name| Shown::Text(name.clone())),
            },
            Kind::Set(names) => set(names, get_uint(bytes)),
            Kind::Char(_, charset) => match text_of(*charset, bytes) {
                Shown::Text(text) => Shown::Text(text.trim_end_matches(' ').to_owned()),
                other => other,
            },
            Kind::VarChar(_, charset) | Kind::Text(charset) => text_of(*charset, bytes),
            Kind::Binary(_) | Kind::VarBinary(_) | Kind::Blob | Kind::Geometry => Shown::Bytes(bytes.to_vec()),
            Kind::Json => json_of(bytes),
            Kind::RollPtr => Shown::Number(roll_ptr(get_uint(bytes))),
        }
    }
}

fn decimal_of(n: &ExactNumberInfo) -> Result<Kind, String> {
    let (precision, scale) = match n {
        ExactNumberInfo::None => (10, 0),
        ExactNumberInfo::Precision(precision) => (*precision, 0),
        ExactNumberInfo::PrecisionAndScale(precision, scale) => (*precision, *scale),
    };
    let fits = (1..=65).contains(&precision) && (0..=38).contains(&scale) && scale as u64 <= precision;
    if fits {
        Ok(Kind::Decimal { precision: precision as u8, scale: scale as u8 })
    } else {
        Err(format!("DECIMAL({precision},{scale}) is no type"))
    }
}

fn member(member: &EnumMember) -> String {
    match member {
        EnumMember::Name(name) | EnumMember::NamedValue(name, _) => name.clone(),
    }
}

fn length(n: &Option<CharacterLength>, default: usize) -> Result<usize, String> {
    match n {
        None if default > 0 => Ok(default),
        Some(CharacterLength::IntegerLength { length, .. }) if *length <= 65_535 => Ok(*length as usize),
        _ => Err("a text column needs a length of at most 65535".to_owned()),
    }
}

fn text(n: usize, charset: Charset, is_char: bool) -> Kind {
    match (charset == super::charset::BINARY, is_char) {
        (true, true) => Kind::Binary(n),
        (true, false) => Kind::VarBinary(n),
        (false, true) => Kind::Char(n, charset),
        (false, false) => Kind::VarChar(n, charset),
    }
}

fn text_of(charset: Charset, bytes: &[u8]) -> Shown {
    charset.text(bytes).map_or_else(|| Shown::Bytes(bytes.to_vec()), Shown::Text)
}

/// A document as its text, if that makes the same document.
fn json_of(bytes: &[u8]) -> Shown {
    match json::text(bytes) {
        Ok(text) if json::has_opaque(bytes) => {
            Shown::Unread(format!("JSON with values that JSON text does not have: {text}"))
        }
        Ok(text) => Shown::Text(text),
        Err(why) => Shown::Unread(format!("not MySQL's binary JSON, {} bytes: {why}", bytes.len())),
    }
}

fn integer(bytes: &[u8], n: usize, unsigned: bool) -> String {
    let value = get_uint(bytes);
    if unsigned { value.to_string() } else { (value as i128 - (1 << (8 * n - 1))).to_string() }
}

/// As the server writes it: large and small numbers with an exponent.
fn double(value: f64) -> String {
    let plain = (1e-5..1e15).contains(&value.abs()) || value == 0.0;
    if plain { value.to_string() } else { format!("{value:e}") }
}

/// In UTC.
fn timestamp(stored: Timestamp) -> String {
    if (stored.seconds, stored.micros) == (0, 0) {
        return DateTime { fsp: stored.fsp, ..DateTime::default() }.to_string();
    }
    let micros = u64::from(stored.seconds) * 1_000_000 + u64::from(stored.micros);
    DateTime::since_1970(micros).with_fsp(stored.fsp).to_string()
}

fn set(names: &[String], bits: u64) -> Shown {
    if names.len() < 64 && bits >> names.len() != 0 {
        return unknown("SET", bits);
    }
    let on = names.iter().enumerate().filter(|(i, _)| bits >> i & 1 != 0).map(|(_, name)| name.as_str());
    Shown::Text(on.collect::<Vec<_>>().join(","))
}

fn unknown(what: &str, value: u64) -> Shown {
    Shown::Unread(format!("{value}, no value of the {what}"))
}

/// Insert flag (1), rollback segment (7), page (32), byte (16).
#[doc(alias = "trx_undo_decode_roll_ptr")]
fn roll_ptr(pointer: u64) -> String {
    let (insert, at) = (if pointer >> 55 & 1 == 1 { "insert " } else { "" }, pointer & !(1 << 55));
    match at {
        0 => format!("{insert}-"),
        at => format!("{insert}{}:{}+{}", at >> 48, at >> 16 & 0xffff_ffff, at & 0xffff),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_its_text_or_says_why_not() {
        let shown = |bytes: &[u8]| Kind::Json.show(bytes);
        // {"a": "ö,\""}
        let object = [&[0, 1, 0, 17, 0, 11, 0, 1, 0, 12, 12, 0, b'a', 4][..], "ö,\"".as_bytes()].concat();
        let text = shown(&object);
        assert_eq!(text, Shown::Text(r#"{"a": "ö,\""}"#.to_owned()));
        assert_eq!(text.csv(), r#""{""a"": ""ö,\""""}""#);
        assert_eq!(text.sql(), Some(r#"'{"a": "ö,\\""}'"#.to_owned()));
        let decimal = shown(b"\x0f\xf6\x04\x03\x02\x81\x19");
        assert_eq!(decimal, Shown::Unread("JSON with values that JSON text does not have: 1.25".to_owned()));
        assert_eq!(decimal.sql(), None);
        let of_mariadb = shown(br#"{"a": 1}"#);
        let why = "not MySQL's binary JSON, 8 bytes: a JSON value is of an unknown type";
        assert_eq!(of_mariadb, Shown::Unread(why.to_owned()));
    }
}
