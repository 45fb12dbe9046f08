//! Which passwords are allowed (security-and-ui.md §1.2, NIST SP 800-63B-4 §3.1.1.2): long ones that nobody else would think of.
//!
//! Fifteen characters at least everywhere, also where a second factor is asked for: one rule is easier to know than two, and an
//! organization may stop asking. Any characters, counted as people count them, never cut; nothing has to be in it, and it never
//! ages. What is refused is known to attackers before they begin: the list of [`KNOWN`], and everything that [`common`] makes
//! of common words. A password is compared as a whole, never a part of it.

use unicode_normalization::UnicodeNormalization;

/// The least length, in code points.
pub const SHORTEST: usize = 15;
/// The greatest length, in code points. A longer one is refused, never cut.
pub const LONGEST: usize = 128;

/// What a page says before one is chosen.
pub const HINT: &str = "15 to 128 characters. A few words that don't belong together are easy to remember and hard to guess.";

/// Well-known passwords that are long enough, from public lists of leaked ones, one a line, in lower case.
const KNOWN: &str = include_str!("passwords/known.txt");
/// What long passwords are commonly made of, one a line, in lower case.
const WORDS: &str = include_str!("passwords/words.txt");
/// What is commonly put before or behind a word.
const ENDS: &[&str] = &[
    "1",
    "12",
    "123",
    "1234",
    "12345",
    "123456",
    "1234567",
    "12345678",
    "123456789",
    "1234567890",
    "0123456789",
    "987654321",
    "111",
    "000000",
    "111111",
    "!",
    "!!",
    "!!!",
    "?",
    "1!",
    "12!",
    "123!",
    "1234!",
    "12345!",
    "123456!",
    "@123",
    "@1234",
    "#1",
    "01",
    "007",
    "69",
    "99",
    "2020",
    "2021",
    "2022",
    "2023",
    "2024",
    "2025",
    "2026",
    "2027",
    "2020!",
    "2021!",
    "2022!",
    "2023!",
    "2024!",
    "2025!",
    "2026!",
    "abc",
    "abc123",
    "qwerty",
];
/// Rows that fingers run along, in both directions and over again.
const ROWS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
    "12345678900987654321",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "zaq12wsxcde34rfvbgt56yhnmju78ik",
    "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6",
    "1a2b3c4d5e6f7g8h9i0j",
    "aabbccddeeffgghhiijjkkllmmnnooppqqrrssttuuvvwwxxyyzz",
    "112233445566778899",
    "1!2@3#4$5%6^7&8*9(0)",
    "!@#$%^&*()_+",
    "`1234567890-=qwertyuiop",
    "abc123def456ghi789",
    "abcd1234efgh5678",
];

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Fewer than fifteen characters; this many.
    TooShort(usize),
    /// More than 128 characters; this many.
    TooLong(usize),
    /// One that many people have.
    Known,
    /// Common words and numbers, one after another.
    CommonWords,
    /// The same characters over and over.
    Repeats,
    /// A run along the keyboard or the alphabet.
    Sequence,
    /// Made of the names of this place and of the person.
    Context,
}
impl Refused {
    /// What is wrong, as a stable word for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort(_) => "too_short",
            Self::TooLong(_) => "too_long",
            Self::Known | Self::CommonWords | Self::Repeats | Self::Sequence | Self::Context => "not_allowed",
        }
    }
    /// What is wrong, for people.
    pub fn says(self) -> String {
        match self {
            Self::TooShort(n) => format!("This has {n} characters; at least {SHORTEST} are needed."),
            Self::TooLong(n) => format!("This has {n} characters; at most {LONGEST} are allowed."),
            Self::Known => "This is on the list of passwords that attackers try first.".to_owned(),
            Self::CommonWords => "This is made of common words and numbers only, which attackers try first.".to_owned(),
            Self::Repeats => "This repeats the same few characters.".to_owned(),
            Self::Sequence => "This follows the keyboard or the alphabet.".to_owned(),
            Self::Context => "This is made of your own address or the name of this place.".to_owned(),
        }
    }
    /// What to do, for people.
    pub const fn fix(self) -> &'static str {
        match self {
            Self::TooShort(_) => "Add a word or two.",
            Self::TooLong(_) => "Shorten it.",
            Self::Known | Self::CommonWords | Self::Repeats | Self::Sequence | Self::Context => {
                "Choose another, such as a few words that don't belong together."
            }
        }
    }
}

/// A password as it is hashed and compared: normalized (NFC), so that it is the same on every keyboard. Nothing else is changed.
pub fn normalized(password: &str) -> String {
    password.nfc().collect()
}

/// Whether a normalized password may be set. `context` are names that the attacker knows as well: of the product, the
/// organization, the host, and the person's address.
///
/// # Errors
/// Why not.
pub fn check(password: &str, context: &[&str]) -> Result<(), Refused> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(Refused::TooShort(length));
    }
    if length > LONGEST {
        return Err(Refused::TooLong(length));
    }
    let lower = password.to_lowercase();
    // "correct horse battery staple" is known with its spaces and without.
    let dense: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    if KNOWN.lines().any(|known| known == lower || known == dense) {
        return Err(Refused::Known);
    }
    if repeats(&lower) || dense.is_empty() {
        return Err(Refused::Repeats);
    }
    if sequence(&lower) || (dense.len() >= 8 && sequence(&dense)) {
        return Err(Refused::Sequence);
    }
    if of_context(&dense, context) {
        return Err(Refused::Context);
    }
    let spaced: String = lower.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '.')).collect();
    if common(&spaced) { Err(Refused::CommonWords) } else { Ok(()) }
}

/// A unit of at most half the length, over and over (the last one may be cut short).
fn repeats(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=chars.len() / 2).any(|unit| chars.iter().zip(chars.iter().cycle().skip(unit)).take(chars.len() - unit).all(|(a, b)| a == b))
}

/// Part of a row, forward or backward, the row running into itself; or steps of one through the character set.
fn sequence(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let steps: Vec<i64> =
        chars.windows(2).map(|w| if let [a, b] = w { i64::from(u32::from(*b)) - i64::from(u32::from(*a)) } else { 0 }).collect();
    let even = steps.first().is_some_and(|first| first.abs() <= 2 && steps.iter().all(|step| step == first));
    let backward: String = chars.iter().rev().collect();
    even || ROWS.iter().any(|row| {
        let long = row.repeat(2 + text.len() / row.len());
        long.contains(text) || long.contains(&backward)
    })
}

/// Words of the context, with digits between and around them. A single letter is no word.
fn of_context(dense: &str, context: &[&str]) -> bool {
    let words: Vec<String> = context
        .iter()
        .flat_map(|name| name.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>())
        .chain(context.iter().map(|name| name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()))
        .filter(|word: &String| word.chars().count() > 2 && !word.chars().all(|c| c.is_ascii_digit()))
        .collect();
    let mut rest = dense;
    let mut found = false;
    while !rest.is_empty() {
        // The longest first: `ada` must not hide `adalovelace`.
        let word = words.iter().filter(|w| rest.starts_with(w.as_str())).max_by_key(|w| w.len());
        let taken = match word {
            Some(word) => word.len(),
            None if rest.starts_with(|c: char| c.is_ascii_digit()) => 1,
            None => return false,
        };
        found |= word.is_some();
        rest = rest.get(taken..).unwrap_or_default();
    }
    found
}

/// Two common words, or one with what is commonly put before or behind it.
fn common(text: &str) -> bool {
    let words = || WORDS.lines();
    words().any(|word| {
        text.strip_prefix(word)
            .is_some_and(|rest| rest.is_empty() || ENDS.contains(&rest) || words().any(|second| second_and_end(rest, second)))
            || ENDS.iter().any(|end| text.strip_prefix(end) == Some(word))
    })
}
fn second_and_end(rest: &str, second: &str) -> bool {
    rest.strip_prefix(second).is_some_and(|end| end.is_empty() || ENDS.contains(&end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn refused(password: &str) -> Option<Refused> {
        check(&normalized(password), &["Portico", "Northwind Robotics", "northwind.example.com", "ada.lovelace@mail.example"]).err()
    }

    /// What the rules make, as a list: the block list that ASVS 6.2.4 asks for, of what the length alone would let in.
    #[test]
    fn three_thousand_common_passwords_of_that_length_are_refused() {
        let mut all: BTreeSet<String> = KNOWN.lines().map(str::to_owned).collect();
        for one in WORDS.lines() {
            all.extend(ENDS.iter().flat_map(|end| [format!("{one}{end}"), format!("{end}{one}")]));
            all.extend(WORDS.lines().map(|two| format!("{one}{two}")));
        }
        all.retain(|p| p.chars().count() >= SHORTEST);
        for password in &all {
            assert!(check(password, &[]).is_err(), "{password}");
        }
        println!("{} passwords of at least {SHORTEST} characters", all.len());
        assert!(all.len() >= 3_000, "{}", all.len());
    }

    #[test]
    fn the_lists_are_tidy() {
        for (list, shortest) in [(KNOWN, SHORTEST), (WORDS, 2)] {
            let lines: Vec<&str> = list.lines().collect();
            assert_eq!(lines.iter().collect::<BTreeSet<_>>().len(), lines.len(), "twice");
            for line in lines {
                assert!(line.chars().count() >= shortest && line == line.to_lowercase() && line == line.trim(), "{line:?}");
            }
        }
    }

    #[test]
    fn a_refusal_says_which_rule() {
        for (password, why) in [
            ("", Refused::TooShort(0)),
            ("14 characters!", Refused::TooShort(14)),
            ("Correct Horse Battery Staple", Refused::Known),
            ("aaaaaaaaaaaaaaa", Refused::Repeats),
            ("abcabcabcabcabcab", Refused::Repeats),
            ("🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑", Refused::Repeats),
            ("---------------  ", Refused::Repeats),
            ("abcdefghijklmnop", Refused::Sequence),
            ("ponmlkjihgfedcba", Refused::Sequence),
            ("QwertyUiopAsdfgh", Refused::Sequence),
            ("2wsx3edc4rfv5tgb", Refused::Sequence),
            ("345678901234567890", Refused::Sequence),
            ("passwordpassword1", Refused::CommonWords),
            ("Welcome-Welcome2026!", Refused::CommonWords),
            ("NorthwindRobotics1", Refused::Context),
            ("ada.lovelace@mail.example", Refused::Context),
            ("Portico2026Portico!", Refused::Context),
        ] {
            assert_eq!(refused(password), Some(why), "{password}");
            assert!(why.says().ends_with('.') && why.fix().ends_with('.'));
        }
        assert_eq!(refused(&"é".repeat(129)), Some(Refused::TooLong(129)));
    }

    #[test]
    fn anything_else_is_allowed_in_any_script() {
        for password in [
            "tidal-lantern-orchard",
            "mostly harmless tea towel",
            "пятьдесят оттенков чая",
            "私はガラスを食べられます。それは私",
            "x9$Kq#2vLm!8Tz@pR",
            "my password is a secret of the sea",
            "northwind blows over old roofs",
            "              x              y",
        ] {
            assert_eq!(refused(password), None, "{password}");
        }
    }

    #[test]
    fn one_password_however_it_was_typed() {
        assert_eq!(normalized("cafe\u{301} au lait, merci"), normalized("caf\u{e9} au lait, merci"));
        assert_eq!(normalized("ﬁne ①"), "ﬁne ①", "NFC only: nothing that looks different becomes the same");
    }
}
