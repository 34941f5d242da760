//! What a configuration file's expressions become.

use std::collections::BTreeMap;
use std::fmt;

/// A dictionary; its order never matters here.
pub type Dict = BTreeMap<String, Value>;

/// A Python literal.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Str(String),
    /// `[…]`.
    List(Vec<Self>),
    /// `(…)`.
    Tuple(Vec<Self>),
    /// `{…}` or `dict(…)`.
    Dict(Dict),
}

impl Value {
    /// What kind of value it is, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Bool(_) => "True or False",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Str(_) => "text",
            Self::List(_) => "a list",
            Self::Tuple(_) => "a tuple",
            Self::Dict(_) => "a dictionary",
        }
    }

    /// The items of a list or a tuple.
    pub fn items(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) | Self::Tuple(items) => Some(items),
            Self::None | Self::Bool(_) | Self::Int(_) | Self::Float(_) | Self::Str(_) | Self::Dict(_) => None,
        }
    }

    /// A number of either kind.
    pub fn number(&self) -> Option<f64> {
        match *self {
            Self::Int(number) => Some(number as f64),
            Self::Float(number) => Some(number),
            Self::None | Self::Bool(_) | Self::Str(_) | Self::List(_) | Self::Tuple(_) | Self::Dict(_) => None,
        }
    }

    /// How much it holds, and how deep it is nested. Called only on values whose depth was limited when made.
    pub(crate) fn measure(&self) -> Measure {
        let inner = |items: &mut dyn Iterator<Item = &Self>| {
            items.map(Self::measure).fold(Measure { weight: 1, depth: 0 }, |sum, item| Measure {
                weight: sum.weight.saturating_add(item.weight),
                depth: sum.depth.max(item.depth),
            })
        };
        match self {
            Self::None | Self::Bool(_) | Self::Int(_) | Self::Float(_) => Measure { weight: 1, depth: 1 },
            Self::Str(text) => Measure { weight: 1 + text.len() / 16, depth: 1 },
            Self::List(items) | Self::Tuple(items) => inner(&mut items.iter()).deeper(),
            Self::Dict(dict) => {
                let mut measure = inner(&mut dict.values()).deeper();
                let keys: usize = dict.keys().map(|key| 1 + key.len() / 16).sum();
                measure.weight = measure.weight.saturating_add(keys);
                measure
            }
        }
    }
}

/// The size of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Measure {
    /// Parts, long texts counting more.
    pub(crate) weight: usize,
    /// Levels of nesting.
    pub(crate) depth: usize,
}

impl Measure {
    fn deeper(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }
}

/// As it would stand in a file, cut short where it is long.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 8;
        let write_items = |f: &mut fmt::Formatter<'_>, items: &[Self]| {
            for (index, item) in items.iter().take(MOST).enumerate() {
                write!(f, "{}{item}", if index > 0 { ", " } else { "" })?;
            }
            if items.len() > MOST { write!(f, ", …") } else { Ok(()) }
        };
        match self {
            Self::None => write!(f, "None"),
            Self::Bool(value) => write!(f, "{}", if *value { "True" } else { "False" }),
            Self::Int(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number:?}"),
            Self::Str(text) if text.chars().count() > 120 => {
                write!(f, "'{}…'", text.chars().take(120).collect::<String>())
            }
            Self::Str(text) => write!(f, "'{text}'"),
            Self::List(items) => {
                write!(f, "[")?;
                write_items(f, items)?;
                write!(f, "]")
            }
            Self::Tuple(items) => {
                write!(f, "(")?;
                write_items(f, items)?;
                write!(f, ")")
            }
            Self::Dict(dict) => {
                write!(f, "dict(")?;
                for (index, (key, value)) in dict.iter().take(MOST).enumerate() {
                    write!(f, "{}{key}={value}", if index > 0 { ", " } else { "" })?;
                }
                write!(f, "{})", if dict.len() > MOST { ", …" } else { "" })
            }
        }
    }
}
