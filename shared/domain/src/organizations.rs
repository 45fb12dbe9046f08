//! Organizations: their names, and the slugs that they are addressed by. A slug is part of host names and of links, so it is held to
//! what a host label may be, and to what nobody can mistake for us.

use kernel::{input::Text, time::Span};

/// The name: one line.
pub const NAME: Text = Text::line(1, 80);
/// The shortest slug.
pub const SLUG_MIN: usize = 3;
/// The longest slug.
pub const SLUG_MAX: usize = 40;
/// How long a deleted organization can be brought back; then it is purged.
pub const GRACE: Span = Span::days(30);

/// Slugs that are ours, or that people would take for ours: hosts, mail, paths.
const RESERVED: &[&str] = &[
    "about",
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "api",
    "app",
    "apps",
    "assets",
    "auth",
    "autoconfig",
    "autodiscover",
    "billing",
    "blog",
    "cdn",
    "console",
    "dashboard",
    "deleted",
    "demo",
    "dev",
    "dmarc",
    "dns",
    "docs",
    "email",
    "files",
    "ftp",
    "help",
    "hostmaster",
    "imap",
    "info",
    "internal",
    "invitations",
    "legal",
    "localhost",
    "login",
    "mail",
    "media",
    "new",
    "news",
    "null",
    "oauth",
    "operator",
    "operators",
    "org",
    "platform",
    "pop",
    "portal",
    "portico",
    "postmaster",
    "privacy",
    "proxy",
    "root",
    "sales",
    "security",
    "settings",
    "shop",
    "sign-in",
    "sign-up",
    "signin",
    "signup",
    "smtp",
    "sso",
    "staging",
    "static",
    "status",
    "store",
    "stripe",
    "support",
    "system",
    "team",
    "test",
    "undefined",
    "web",
    "webhooks",
    "webmaster",
    "webmail",
    "www",
];

/// Why a slug can't be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlugError {
    /// Fewer than [`SLUG_MIN`] characters.
    TooShort,
    /// More than [`SLUG_MAX`] characters.
    TooLong,
    /// Something else than small letters, digits and hyphens between them.
    Characters,
    /// One of ours.
    Reserved,
    /// Not one of ours, but easily read as one.
    LookAlike,
}
impl SlugError {
    /// Stable, as in [`kernel::input::FieldError::code`].
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::Characters => "invalid_format",
            Self::Reserved | Self::LookAlike => "not_allowed",
        }
    }
    /// What is wrong.
    pub const fn message(self) -> &'static str {
        match self {
            Self::TooShort => "This is shorter than 3 characters.",
            Self::TooLong => "This is longer than 40 characters.",
            Self::Characters => "This has characters that an address can't have.",
            Self::Reserved => "This address is reserved.",
            Self::LookAlike => "This address could be mistaken for one of ours.",
        }
    }
    /// What to do.
    pub const fn fix(self) -> &'static str {
        match self {
            Self::TooShort | Self::TooLong => "Use 3 to 40 characters.",
            Self::Characters => "Use small letters, digits, and single hyphens between them.",
            Self::Reserved | Self::LookAlike => "Choose another one.",
        }
    }
}

/// A text with characters that look alike made the same: what remains is what people read at a glance.
fn glance(text: &str) -> String {
    let single: String = text
        .chars()
        .filter(|c| *c != '-')
        .map(|c| match c {
            '0' => 'o',
            '1' | 'i' => 'l',
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '7' => 't',
            '8' => 'b',
            '9' => 'g',
            other => other,
        })
        .collect();
    single.replace("rn", "m").replace("vv", "w").replace("cl", "d")
}

/// Whether a slug may be taken, as far as its letters say.
///
/// # Errors
/// Why not.
pub fn check_slug(slug: &str) -> Result<(), SlugError> {
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    // `--` in the third place is where punycode has it (RFC 5891 §4.2.3.1); elsewhere it only misleads.
    let shaped = slug.bytes().all(|b| letter(b) || b == b'-') && !slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--");
    if !shaped {
        return Err(SlugError::Characters);
    }
    match slug.len() {
        0..SLUG_MIN => return Err(SlugError::TooShort),
        SLUG_MIN..=SLUG_MAX => {}
        _ => return Err(SlugError::TooLong),
    }
    if RESERVED.contains(&slug) {
        return Err(SlugError::Reserved);
    }
    let seen = glance(slug);
    if seen.contains(&glance("portico")) || RESERVED.iter().any(|r| glance(r) == seen) {
        return Err(SlugError::LookAlike);
    }
    Ok(())
}

/// A slug out of a name, to be offered: `Ada's Café & Co.` gives `adas-cafe-co`. Empty when nothing of the name can stand in one.
pub fn propose_slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if slug.len() >= SLUG_MAX {
            break;
        }
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ą' => slug.push('a'),
            'ä' | 'æ' => slug.push_str("ae"),
            'ç' | 'ć' | 'č' => slug.push('c'),
            'ď' | 'đ' => slug.push('d'),
            'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' | 'ē' => slug.push('e'),
            'ì' | 'í' | 'î' | 'ï' | 'ī' => slug.push('i'),
            'ł' => slug.push('l'),
            'ñ' | 'ń' | 'ň' => slug.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'ō' | 'ő' => slug.push('o'),
            'ö' | 'œ' => slug.push_str("oe"),
            'ř' => slug.push('r'),
            'ś' | 'š' => slug.push('s'),
            'ß' => slug.push_str("ss"),
            'ť' => slug.push('t'),
            'ù' | 'ú' | 'û' | 'ů' | 'ű' | 'ū' => slug.push('u'),
            'ü' => slug.push_str("ue"),
            'ý' | 'ÿ' => slug.push('y'),
            'ź' | 'ż' | 'ž' => slug.push('z'),
            // An apostrophe is within a word.
            '\'' | '\u{2019}' => {}
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(SLUG_MAX);
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_a_label_that_nobody_takes_for_ours() {
        for good in ["acme", "acme-2", "northwind", "a1b", "adas-cafe-co", "approach", "my-app-store", "apidae"] {
            assert_eq!(check_slug(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("ab", SlugError::TooShort),
            (&"a".repeat(41), SlugError::TooLong),
            ("Acme", SlugError::Characters),
            ("-acme", SlugError::Characters),
            ("acme-", SlugError::Characters),
            ("xn--acme", SlugError::Characters),
            ("a_b", SlugError::Characters),
            ("a.b", SlugError::Characters),
            ("", SlugError::TooShort),
            ("ácme", SlugError::Characters),
            ("www", SlugError::Reserved),
            ("platform", SlugError::Reserved),
            ("p0rtico", SlugError::LookAlike),
            ("port1co-help", SlugError::LookAlike),
            ("adm1n", SlugError::LookAlike),
            ("l0gin", SlugError::LookAlike),
            ("a-p-p", SlugError::LookAlike),
            ("supp0rt", SlugError::LookAlike),
            ("rnail", SlugError::LookAlike),
        ] {
            assert_eq!(check_slug(bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn what_is_proposed_can_be_taken_or_is_empty() {
        for (name, slug) in [
            ("Northwind Robotics", "northwind-robotics"),
            ("Ada's Café & Co.", "adas-cafe-co"),
            ("  --  Größe!!", "groesse"),
            ("日本", ""),
            ("", ""),
        ] {
            assert_eq!(propose_slug(name), slug, "{name}");
        }
        let long = propose_slug(&"wörter ".repeat(20));
        assert!(check_slug(&long).is_ok() && long.len() <= SLUG_MAX, "{long}");
    }
}
