//! Python's string literals and numbers.

use super::Value;

/// The text of a literal between its quotes.
///
/// # Errors
/// A sentence, for an escape that is not understood.
pub(super) fn unescape(content: &str, is_raw: bool) -> Result<String, String> {
    if is_raw || !content.contains('\\') {
        return Ok(content.to_owned());
    }
    let mut text = String::with_capacity(content.len());
    let mut rest = content.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match rest.next() {
            Some('\n') => {}
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('0') => text.push('\0'),
            Some(same @ ('\\' | '\'' | '"')) => text.push(same),
            Some(kind @ ('x' | 'u' | 'U')) => {
                let digits = match kind {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let code: String = rest.by_ref().take(digits).collect();
                let found = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                text.push(
                    found.ok_or_else(|| format!("`\\{kind}{code}` is no character; write the character itself"))?,
                );
            }
            Some(other) => {
                // As Python does with an escape that it does not know.
                text.push('\\');
                text.push(other);
            }
            None => text.push('\\'),
        }
    }
    Ok(text)
}

/// A whole number: decimal, hexadecimal, octal or binary.
///
/// # Errors
/// A sentence, if it does not fit.
pub(super) fn integer(text: &str) -> Result<Value, String> {
    let plain = text.replace('_', "").to_ascii_lowercase();
    let (digits, radix) = match plain.get(..2) {
        Some("0x") => (&plain[2..], 16),
        Some("0o") => (&plain[2..], 8),
        Some("0b") => (&plain[2..], 2),
        _ => (plain.as_str(), 10),
    };
    i64::from_str_radix(digits, radix)
        .map(Value::Int)
        .map_err(|_error| format!("`{text}` is no whole number below 2⁶³; write a smaller one"))
}

/// A number with a point or an exponent.
///
/// # Errors
/// A sentence, if it is no real number.
pub(super) fn float(text: &str) -> Result<Value, String> {
    let number = text.replace('_', "").parse().ok().filter(|number: &f64| number.is_finite());
    number.map(Value::Float).ok_or_else(|| format!("`{text}` is no real number that can be held; write another one"))
}
