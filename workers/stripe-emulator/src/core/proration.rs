//! Prorations: what part of a period is worth, to the second, in whole cents.

/// `amount` × `part` ÷ `whole`, rounded half away from zero: a credit and the charge it takes back always add up to nothing. The
/// part is held within 0 and the whole; of no time at all nothing is due.
pub fn share(amount: i64, part: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    let (part, whole) = (i128::from(part.clamp(0, whole)), i128::from(whole));
    let product = i128::from(amount) * part;
    let rounded = (2 * product.abs() + whole) / (2 * whole) * product.signum();
    i64::try_from(rounded).unwrap_or(if rounded < 0 { i64::MIN } else { i64::MAX })
}

/// What is left of a period at a time, in seconds, and how long the period is.
pub fn left(period: (i64, i64), at: i64) -> (i64, i64) {
    (period.1.saturating_sub(at), period.1.saturating_sub(period.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_go_away_from_zero() {
        for (amount, part, whole, expected) in [
            (900, 1, 2, 450),
            (1, 1, 2, 1),
            (-1, 1, 2, -1),
            (3, 1, 2, 2),
            (100, 1, 3, 33),
            (200, 1, 3, 67),
            (900, 31, 30, 900),
            (900, -1, 30, 0),
            (900, 5, 0, 0),
            (i64::MAX, 1, 1, i64::MAX),
        ] {
            assert_eq!(share(amount, part, whole), expected, "{amount} {part}/{whole}");
        }
    }

    proptest! {
        #[test]
        fn a_credit_takes_back_its_charge(amount in 0_i64..10_000_000_000, part in 0_i64..40_000_000, whole in 1_i64..40_000_000) {
            prop_assert_eq!(share(amount, part, whole) + share(-amount, part, whole), 0);
            prop_assert!((0..=amount).contains(&share(amount, part, whole)));
            // Within half a cent of the exact value.
            let exact = i128::from(amount) * i128::from(part.min(whole));
            prop_assert!((i128::from(share(amount, part, whole)) * i128::from(whole) - exact).abs() * 2 <= i128::from(whole));
        }

        #[test]
        fn more_time_is_never_less(amount in 0_i64..10_000_000, part in 0_i64..3_000_000, more in 0_i64..3_000_000) {
            prop_assert!(share(amount, part, 3_000_000) <= share(amount, part + more, 3_000_000));
        }
    }
}
