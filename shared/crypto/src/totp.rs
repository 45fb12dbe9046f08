//! Codes of authenticator apps: TOTP (RFC 6238) with SHA-1, 30 seconds and 6 digits, which every app knows.
//!
//! A code is good in its own step and in the one after (RFC 6238 §5.2: at most one step backward); that it is good once is
//! whoever stores the last step's business.

use crate::secret::constant_time_eq;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Bytes of a secret: 160 bits, the length of the hash (RFC 4226 §4 R6).
pub const SECRET_BYTES: usize = 20;
/// How long a step is, in seconds.
pub const STEP_SECONDS: i64 = 30;
/// Digits of a code.
pub const DIGITS: usize = 6;

/// The code of a step.
pub fn code(secret: &[u8], step: i64) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let hash: [u8; 20] = mac.finalize().into_bytes().into();
    let offset = usize::from(hash.last().copied().unwrap_or_default() & 15);
    let four = hash.get(offset..offset + 4).and_then(|four| <[u8; 4]>::try_from(four).ok()).unwrap_or_default();
    format!("{:0width$}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000, width = DIGITS)
}

/// The step that a code is good for at a time (Unix seconds): this one or the one before. Spaces in it don't matter.
pub fn step_of(secret: &[u8], typed: &str, seconds: i64) -> Option<i64> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let now = seconds.div_euclid(STEP_SECONDS);
    // Both are computed whatever the first one says.
    let [this, before] = [now, now - 1].map(|step| constant_time_eq(code(secret, step).as_bytes(), typed.as_bytes()).then_some(step));
    this.or(before)
}

/// Base32 (RFC 4648 §6) without padding: how apps take a secret that is typed.
pub fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET.get((held >> bits) as usize & 31).copied().unwrap_or_default()));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(ALPHABET.get((held << (5 - bits)) as usize & 31).copied().unwrap_or_default()));
    }
    text
}

/// Base32 in groups of four, as people type it.
pub fn grouped(bytes: &[u8]) -> String {
    let text = base32(bytes);
    let groups: Vec<&str> = (0..text.len()).step_by(4).filter_map(|at| text.get(at..(at + 4).min(text.len()))).collect();
    groups.join("-")
}

/// The address that an app reads from the picture (the Key URI format). `issuer` and `account` may hold anything.
pub fn address(issuer: &str, account: &str, secret: &[u8]) -> String {
    let (issuer, account) = (escaped(issuer), escaped(account));
    format!(
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}",
        base32(secret)
    )
}

fn escaped(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECRET: &[u8; 20] = b"12345678901234567890";

    /// RFC 6238 appendix B, SHA-1; its codes have eight digits, ours are the last six.
    #[test]
    fn known_answers() {
        for (seconds, digits) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(code(SECRET, seconds / STEP_SECONDS), digits[2..], "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_in_its_step_and_the_next() {
        let step = 1_000;
        let typed = code(SECRET, step);
        for (at, good) in [(step - 1, false), (step, true), (step + 1, true), (step + 2, false)] {
            for second in [0, 29] {
                assert_eq!(step_of(SECRET, &typed, at * 30 + second), good.then_some(step), "{at} {second}");
            }
        }
        assert_eq!(step_of(SECRET, &format!(" {} {}", &typed[..3], &typed[3..]), step * 30), Some(step));
        for wrong in ["", "0", "12345", &typed[..5], &format!("{typed}0"), "١٢٣٤٥٦"] {
            assert_eq!(step_of(SECRET, wrong, step * 30), None, "{wrong}");
        }
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (plain, text) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(plain.as_bytes()), text);
        }
        assert_eq!(grouped(SECRET), "GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ");
    }

    #[test]
    fn names_in_the_address_are_escaped() {
        let address = address("Acme: A&B", "ada@example.com", SECRET);
        assert_eq!(
            address,
            "otpauth://totp/Acme%3A%20A%26B:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme%3A%20A%26B&algorithm=SHA1&digits=6&period=30"
        );
    }

    proptest! {
        #[test]
        fn only_this_step_and_the_one_before_are_accepted(secret: [u8; 20], step in 0_i64..1 << 40, off in -3_i64..4) {
            let typed = code(&secret, step + off);
            let found = step_of(&secret, &typed, step * 30);
            prop_assert!(off == 0 || off == -1 || found.is_none() || found == Some(step) || found == Some(step - 1));
            if off == 0 { prop_assert_eq!(found, Some(step)); }
            prop_assert_eq!(typed.len(), DIGITS);
        }
    }
}
