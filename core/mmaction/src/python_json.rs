//! JSON as Python's `json` module reads and writes it: keys stay in order, a whole number and a number with a point are
//! two things, floats have Python's digits, and NaN and Infinity are words.
//!
//! For the small objects that the original writes line by line. Scores of a test have code of their own.

/// A value. Objects keep their order, and a key may come twice.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without point or exponent.
    Int(i64),
    /// A number with one, `NaN`, `Infinity` or `-Infinity`.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// A mapping.
    Object(Vec<(String, Self)>),
}

/// Lists and objects within one another.
const MAX_DEPTH: usize = 64;

impl Json {
    /// Reads one value, which must be all of the text.
    ///
    /// # Errors
    /// What is wrong, with the place in bytes from 0.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(MAX_DEPTH)?;
        reader.space();
        if reader.at < text.len() {
            return Err(format!("something follows the value at {}", reader.at));
        }
        Ok(value)
    }

    /// The text that `json.dumps` makes of it.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, to: &mut String) {
        match self {
            Self::Null => to.push_str("null"),
            Self::Bool(value) => to.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => to.push_str(&value.to_string()),
            Self::Float(value) => to.push_str(&float(*value)),
            Self::Text(text) => quote(text, to),
            Self::List(items) => {
                to.push('[');
                for (index, item) in items.iter().enumerate() {
                    to.push_str(if index > 0 { ", " } else { "" });
                    item.write(to);
                }
                to.push(']');
            }
            Self::Object(pairs) => {
                to.push('{');
                for (index, (key, value)) in pairs.iter().enumerate() {
                    to.push_str(if index > 0 { ", " } else { "" });
                    quote(key, to);
                    to.push_str(": ");
                    value.write(to);
                }
                to.push('}');
            }
        }
    }
}

/// A float as Python's JSON has it.
pub(crate) fn float(value: f64) -> String {
    match value {
        value if value.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "Infinity".to_owned(),
        f64::NEG_INFINITY => "-Infinity".to_owned(),
        value => python_repr(value),
    }
}

/// Python's `repr` of a finite number: shortest digits, an exponent of two digits at least below 1e-4 and from 1e16.
pub(crate) fn python_repr(number: f64) -> String {
    two_digit_exponent(&format!("{number:?}"))
}

/// Rust writes `1.0e16` and `2.5e-3` where Python writes `1e+16` and `2.5e-03`.
pub(crate) fn two_digit_exponent(text: &str) -> String {
    let Some((digits, exponent)) = text.split_once('e') else { return text.to_owned() };
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
    let digits = digits.strip_suffix(".0").unwrap_or(digits);
    format!("{digits}e{sign}{exponent:0>2}")
}

/// A text in quotes; what is not ASCII becomes `\uXXXX`.
fn quote(text: &str, to: &mut String) {
    to.push('"');
    let mut units = [0; 2];
    for character in text.chars() {
        match character {
            '"' => to.push_str("\\\""),
            '\\' => to.push_str("\\\\"),
            '\n' => to.push_str("\\n"),
            '\r' => to.push_str("\\r"),
            '\t' => to.push_str("\\t"),
            '\u{8}' => to.push_str("\\b"),
            '\u{c}' => to.push_str("\\f"),
            ' '..='~' => to.push(character),
            other => {
                for unit in other.encode_utf16(&mut units) {
                    to.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    to.push('"');
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    /// Takes the word if it is next, after white space.
    fn take(&mut self, word: &str) -> bool {
        self.space();
        let is_next = self.rest().starts_with(word);
        if is_next {
            self.at += word.len();
        }
        is_next
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        if self.take(word) { Ok(()) } else { Err(format!("{word} is missing at {}", self.at)) }
    }

    fn value(&mut self, depth: usize) -> Result<Json, String> {
        let words = [
            ("null", Json::Null),
            ("true", Json::Bool(true)),
            ("false", Json::Bool(false)),
            ("NaN", Json::Float(f64::NAN)),
            ("Infinity", Json::Float(f64::INFINITY)),
            ("-Infinity", Json::Float(f64::NEG_INFINITY)),
        ];
        for (word, value) in words {
            if self.take(word) {
                return Ok(value);
            }
        }
        if depth == 0 {
            return Err(format!("lists and objects lie too deep in one another at {}", self.at));
        }
        match self.rest().chars().next() {
            Some('"') => self.string().map(Json::Text),
            Some('[') => self.list(depth - 1),
            Some('{') => self.object(depth - 1),
            Some('-' | '0'..='9') => self.number(),
            Some(other) => Err(format!("“{other}” begins no value at {}", self.at)),
            None => Err("the text ends too early".to_owned()),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json, String> {
        self.expect("[")?;
        let mut items = Vec::new();
        if self.take("]") {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.take("]") {
                return Ok(Json::List(items));
            }
            self.expect(",")?;
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, String> {
        self.expect("{")?;
        let mut pairs = Vec::new();
        if self.take("}") {
            return Ok(Json::Object(pairs));
        }
        loop {
            self.space();
            let key = self.string()?;
            self.expect(":")?;
            pairs.push((key, self.value(depth)?));
            if self.take("}") {
                return Ok(Json::Object(pairs));
            }
            self.expect(",")?;
        }
    }

    fn number(&mut self) -> Result<Json, String> {
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let rest = self.rest();
        let token = rest.split_once(|c| !is_part(c)).map_or(rest, |(token, _)| token);
        let wrong = || format!("{token} is no number at {}", self.at);
        let value = if token.contains(['.', 'e', 'E']) {
            let value: f64 = token.parse().map_err(|_error| wrong())?;
            // Python reads 1e999 as infinity, but never writes it.
            if value.is_finite() { Json::Float(value) } else { return Err(wrong()) }
        } else {
            Json::Int(token.parse().map_err(|_error| wrong())?)
        };
        self.at += token.len();
        Ok(value)
    }

    fn string(&mut self) -> Result<String, String> {
        let rest = self.rest();
        let mut escaped = false;
        let end = rest.char_indices().skip(1).find(|(_, c)| {
            let is_end = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            is_end
        });
        let token = end.and_then(|(end, _)| rest.get(..=end)).filter(|token| token.starts_with('"'));
        let token = token.ok_or_else(|| format!("a text in quotes is missing at {}", self.at))?;
        let text = serde_json::from_str(token).map_err(|error| format!("the text at {} is wrong: {error}", self.at))?;
        self.at += token.len();
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_python_writes_comes_back_to_the_character() {
        for text in [
            r#"{"a": 1, "b": 1.0, "a": [true, false, null, {}], "c": {"d": []}}"#,
            r#"["\u00df \ud83d\ude00 \"\\\n\r\t\b\f\u007f\u0001", NaN, -Infinity, Infinity]"#,
            r#"[4.9999999999999996e-05, 0.0001, 1e+16, -0.0, 123456789012345.6, 1e-07]"#,
            "-12",
        ] {
            assert_eq!(Json::parse(text).map(|value| value.to_text()), Ok(text.to_owned()));
        }
        let loose = " { \"a\" :\t[ 1 ,2 ] }\n";
        assert_eq!(Json::parse(loose).unwrap().to_text(), r#"{"a": [1, 2]}"#);
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        for (text, says) in [
            ("", "ends too early"),
            ("{\"a\" 1}", ": is missing at 5"),
            ("[1 2]", ", is missing at 3"),
            ("[1e999]", "1e999 is no number at 1"),
            ("99999999999999999999", "is no number"),
            ("'a'", "begins no value"),
            ("\"a", "a text in quotes is missing"),
            ("{1: 2}", "a text in quotes is missing at 1"),
            ("1 2", "something follows the value at 2"),
            (r#""\x""#, "is wrong"),
        ] {
            let error = Json::parse(text).expect_err(text);
            assert!(error.contains(says), "{text}: {error}");
        }
        assert!(Json::parse(&"[".repeat(100_000)).unwrap_err().contains("too deep"));
    }
}
