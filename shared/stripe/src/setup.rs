//! Whether Stripe is set up: both keys of the right mode, or none. Half of it is refused by name.

use crate::{
    client::ConfigError,
    signature::{self, SigningSecrets},
};
use std::fmt;

/// The name of the secret that holds the API key.
pub const KEY_VARIABLE: &str = "STRIPE_SECRET_KEY";
/// The name of the variable that says which mode this deployment is in.
pub const MODE_VARIABLE: &str = "STRIPE_MODE";

/// Real money, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Cards for tests.
    Test,
    /// Real money.
    Live,
}
impl Mode {
    /// Reads `test` or `live`.
    ///
    /// # Errors
    /// Anything else, by the variable's name.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        match text {
            "test" => Ok(Self::Test),
            "live" => Ok(Self::Live),
            _ => Err(ConfigError::new(MODE_VARIABLE, "set it to test or to live")),
        }
    }
    /// The mode of a secret or restricted key. `None` when it is neither.
    pub fn of_key(key: &str) -> Option<Self> {
        let of = |prefix: &str| key.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty());
        let mode = if of("sk_test_") || of("rk_test_") {
            Self::Test
        } else if of("sk_live_") || of("rk_live_") {
            Self::Live
        } else {
            return None;
        };
        key.bytes().all(|b| b.is_ascii_graphic()).then_some(mode)
    }
    /// As configured.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}

/// Whether this deployment takes payments.
pub enum Setup {
    /// Neither key is set: billing is off, every organization is on Free, and the pages say so.
    Off,
    /// Both are, for the deployment's mode.
    On {
        /// What deliveries are signed with.
        secrets: SigningSecrets,
    },
}
impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "Off",
            Self::On { .. } => "On",
        })
    }
}

impl Setup {
    /// Judges the API key and the endpoint's signing secrets, as configured (empty when not), against the deployment's mode.
    ///
    /// # Errors
    /// One without the other, one that is not of its form, a key of the other mode: by name and with the remedy, never the value.
    pub fn check(secret_key: &str, webhook_secrets: &str, mode: Mode) -> Result<Self, ConfigError> {
        let wrong = |variable, remedy| Err(ConfigError::new(variable, remedy));
        match (secret_key.is_empty(), webhook_secrets.is_empty()) {
            (true, true) => return Ok(Self::Off),
            (true, false) => {
                return wrong(
                    KEY_VARIABLE,
                    "it is empty, but STRIPE_WEBHOOK_SECRETS is set. Set it to the account's secret key, or empty both to turn billing off",
                );
            }
            (false, true) => {
                return wrong(
                    signature::VARIABLE,
                    "it is empty, but STRIPE_SECRET_KEY is set. Set it to the webhook endpoint's signing secret, or empty both to turn billing off",
                );
            }
            (false, false) => {}
        }
        match (Mode::of_key(secret_key), mode) {
            (None, _) => return wrong(KEY_VARIABLE, "set it to a secret or restricted key: sk_test_…, sk_live_…, rk_test_… or rk_live_…"),
            (Some(Mode::Live), Mode::Test) => {
                return wrong(KEY_VARIABLE, "it is a live key, but STRIPE_MODE is test. Use the account's test key here");
            }
            (Some(Mode::Test), Mode::Live) => {
                return wrong(KEY_VARIABLE, "it is a test key, but STRIPE_MODE is live. Use the account's live key here");
            }
            _ => {}
        }
        match SigningSecrets::parse(webhook_secrets) {
            Ok(secrets) => Ok(Self::On { secrets }),
            Err(_) => wrong(signature::VARIABLE, "set it to the endpoint's signing secret, whsec_…; several separated by commas"),
        }
    }
    /// Whether payments are taken.
    pub const fn is_on(&self) -> bool {
        matches!(self, Self::On { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_portico_test_one";

    #[test]
    fn both_keys_or_none() {
        assert!(!Setup::check("", "", Mode::Live).unwrap().is_on());
        for (key, mode) in [("sk_test_1", Mode::Test), ("rk_test_1", Mode::Test), ("sk_live_1", Mode::Live), ("rk_live_1", Mode::Live)] {
            assert!(Setup::check(key, SECRET, mode).unwrap().is_on(), "{key}");
        }
        assert!(Setup::check("sk_test_1", &format!("{SECRET}, whsec_portico_test_two"), Mode::Test).unwrap().is_on());
    }

    #[test]
    fn half_of_it_is_refused_by_name_and_without_the_value() {
        for (key, secrets, mode, variable, says) in [
            ("", SECRET, Mode::Test, KEY_VARIABLE, "STRIPE_WEBHOOK_SECRETS is set"),
            ("sk_test_hidden", "", Mode::Test, signature::VARIABLE, "STRIPE_SECRET_KEY is set"),
            ("sk_live_hidden", SECRET, Mode::Test, KEY_VARIABLE, "STRIPE_MODE is test"),
            ("rk_live_hidden", SECRET, Mode::Test, KEY_VARIABLE, "STRIPE_MODE is test"),
            ("sk_test_hidden", SECRET, Mode::Live, KEY_VARIABLE, "STRIPE_MODE is live"),
            ("pk_live_hidden", SECRET, Mode::Live, KEY_VARIABLE, "restricted key"),
            ("sk_live_", SECRET, Mode::Live, KEY_VARIABLE, "restricted key"),
            ("sk_live_hid den", SECRET, Mode::Live, KEY_VARIABLE, "restricted key"),
            (SECRET, "sk_test_hidden", Mode::Test, KEY_VARIABLE, "restricted key"),
            ("sk_test_hidden", "sk_test_hidden", Mode::Test, signature::VARIABLE, "whsec_"),
        ] {
            let error = Setup::check(key, secrets, mode).unwrap_err();
            assert_eq!(error.variable, variable, "{key} {secrets}");
            let text = error.to_string();
            assert!(text.starts_with(variable) && text.contains(says) && !text.contains("hid") && !text.contains("portico_test"), "{text}");
        }
        for text in ["", "Test", "production"] {
            assert_eq!(Mode::parse(text).unwrap_err().variable, MODE_VARIABLE);
        }
        assert_eq!((Mode::parse("test").unwrap(), Mode::parse(Mode::Live.as_str()).unwrap()), (Mode::Test, Mode::Live));
    }
}
