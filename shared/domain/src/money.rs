//! Amounts of money, in a currency's minor unit.

use std::fmt;

/// A currency: its ISO 4217 code in lower case, as Stripe writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);
impl Currency {
    /// US dollars.
    pub const USD: Self = Self(*b"usd");
    /// Reads three letters, in either case.
    pub fn parse(text: &str) -> Option<Self> {
        let letters: [u8; 3] = text.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_alphabetic).then(|| Self(letters.map(|l| l.to_ascii_lowercase())))
    }
    /// The code in lower case.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
    /// How many digits of the minor unit stand behind the point (ISO 4217; Stripe's list of zero-decimal and three-decimal currencies).
    fn digits(self) -> u32 {
        match self.as_str() {
            "bif" | "clp" | "djf" | "gnf" | "jpy" | "kmf" | "krw" | "mga" | "pyg" | "rwf" | "vnd" | "vuv" | "xaf" | "xof" | "xpf" => 0,
            "bhd" | "jod" | "kwd" | "omr" | "tnd" => 3,
            _ => 2,
        }
    }
}

/// An amount: of cents, or of what the currency has in their place. Below zero for what is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    cents: i64,
    currency: Currency,
}
impl Money {
    /// An amount in the currency's minor unit.
    pub const fn new(cents: i64, currency: Currency) -> Self {
        Self { cents, currency }
    }
    /// In the minor unit.
    pub const fn cents(self) -> i64 {
        self.cents
    }
    /// Of what.
    pub const fn currency(self) -> Currency {
        self.currency
    }
    /// So many of it. An amount that no number holds stays at the greatest.
    #[must_use]
    pub const fn times(self, count: i64) -> Self {
        Self::new(self.cents.saturating_mul(count), self.currency)
    }
}

/// As people read it: "$9.00", "-$4.50", "JPY 900".
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.cents < 0 { "-" } else { "" };
        let symbol = match self.currency.as_str() {
            "usd" => "$".to_owned(),
            "eur" => "€".to_owned(),
            "gbp" => "£".to_owned(),
            other => format!("{}\u{a0}", other.to_uppercase()),
        };
        let digits = self.currency.digits();
        let unit = 10_u64.pow(digits);
        let (whole, rest) = (self.cents.unsigned_abs() / unit, self.cents.unsigned_abs() % unit);
        write!(f, "{sign}{symbol}{}", grouped(whole))?;
        if digits == 0 { Ok(()) } else { write!(f, ".{rest:0width$}", width = digits as usize) }
    }
}

/// With commas between thousands.
pub(crate) fn grouped(whole: u64) -> String {
    let digits = whole.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        let say = |cents, currency| Money::new(cents, Currency::parse(currency).unwrap()).to_string();
        assert_eq!(say(900, "usd"), "$9.00");
        assert_eq!(say(-450, "USD"), "-$4.50");
        assert_eq!(say(123_456_789, "eur"), "€1,234,567.89");
        assert_eq!(say(5, "gbp"), "£0.05");
        assert_eq!(say(900, "jpy"), "JPY\u{a0}900");
        assert_eq!(say(1_234, "kwd"), "KWD\u{a0}1.234");
        assert_eq!(say(i64::MIN, "usd"), "-$92,233,720,368,547,758.08");
    }

    #[test]
    fn a_currency_is_three_letters() {
        for wrong in ["", "us", "usdt", "u$d", "üs"] {
            assert_eq!(Currency::parse(wrong), None, "{wrong}");
        }
    }
}
