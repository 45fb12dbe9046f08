//! Amounts in words.

/// An amount in hundredths of the currency's unit: `$27.00`, `27.00 EUR`.
pub fn money(cents: i64, currency: &str) -> String {
    let sign = if cents < 0 { "−" } else { "" };
    let (whole, part) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    if currency == "usd" { format!("{sign}${whole}.{part:02}") } else { format!("{sign}{whole}.{part:02} {}", currency.to_uppercase()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_out() {
        for (cents, currency, text) in [
            (2_700, "usd", "$27.00"),
            (-5, "usd", "−$0.05"),
            (0, "usd", "$0.00"),
            (123_456, "eur", "1234.56 EUR"),
            (-100, "eur", "−1.00 EUR"),
        ] {
            assert_eq!(money(cents, currency), text);
        }
    }
}
