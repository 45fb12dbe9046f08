//! The command line.

use std::path::PathBuf;
use stripe_emulator::host::Setup;

/// What a wrong command line is answered with, after what is wrong.
pub const USAGE: &str = "usage: stripe-emulator-native --key sk_test_… [--port 12111] [--webhook-url http://… --webhook-secret whsec_…]
       [--api-version 2026-10-28.endive] [--state file] [--frozen unix-seconds] [--until-stdin-ends]";
/// The port of Stripe's own mock server.
const PORT: u16 = 12_111;
/// The version that the emulator is written against.
const API_VERSION: &str = "2026-10-28.endive";

/// How the emulator runs.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// Where it listens, on 127.0.0.1; 0 for a free port.
    pub port: u16,
    /// What it is set to.
    pub setup: Setup,
    /// Where its state is kept; nowhere when not set.
    pub state: Option<PathBuf>,
    /// The time that its clock stands at, Unix seconds; it runs when not set.
    pub frozen: Option<i64>,
    /// It ends when its standard input does, so that it never outlives a suite that started it.
    pub until_stdin_ends: bool,
}

impl Options {
    /// Reads the command line.
    ///
    /// # Errors
    /// What is wrong, by its name.
    pub fn read(args: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let (mut port, mut key, mut webhook_url, mut webhook_secret) = (PORT, None, String::new(), String::new());
        let (mut api_version, mut state, mut frozen, mut until_stdin_ends) = (API_VERSION.to_owned(), None, None, false);
        let mut args = args.into_iter();
        while let Some(name) = args.next() {
            if name == "--until-stdin-ends" {
                until_stdin_ends = true;
                continue;
            }
            let mut value = || args.next().ok_or_else(|| format!("{name} needs a value."));
            match name.as_str() {
                "--port" => port = value()?.parse().map_err(|_| "--port is a number from 0 to 65535.".to_owned())?,
                "--key" => key = Some(value()?),
                "--webhook-url" => webhook_url = value()?,
                "--webhook-secret" => webhook_secret = value()?,
                "--api-version" => api_version = value()?,
                "--state" => state = Some(PathBuf::from(value()?)),
                "--frozen" => frozen = Some(value()?.parse().map_err(|_| "--frozen is a time in Unix seconds.".to_owned())?),
                _ => return Err(format!("There is no option {name}.")),
            }
        }
        let secret_key = key.filter(|key| key.len() > "sk_test_".len() && key.starts_with("sk_test_"));
        let secret_key = secret_key.ok_or("--key is the key to accept: sk_test_ and whatever you like.")?;
        if webhook_url.is_empty() != webhook_secret.is_empty() {
            return Err("--webhook-url and --webhook-secret belong together: give both or neither.".to_owned());
        }
        if !webhook_url.is_empty() && !webhook_url.starts_with("http://") {
            return Err("--webhook-url is an http:// address: webhooks are delivered on this machine only.".to_owned());
        }
        if !webhook_secret.is_empty() && !webhook_secret.starts_with("whsec_") {
            return Err("--webhook-secret begins with whsec_.".to_owned());
        }
        let setup = Setup { secret_key, webhook_secret, api_version, webhook_url, pages: String::new(), endpoints: true };
        Ok(Self { port, setup, state, frozen, until_stdin_ends })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, String> {
        Options::read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_key_is_enough() {
        let options = read("--key sk_test_1").unwrap();
        assert_eq!((options.port, options.setup.secret_key.as_str(), options.frozen), (PORT, "sk_test_1", None));
        let options =
            read("--port 0 --key sk_test_1 --webhook-url http://a --webhook-secret whsec_1 --frozen 5 --state f --until-stdin-ends")
                .unwrap();
        assert_eq!((options.port, options.setup.webhook_url.as_str(), options.frozen), (0, "http://a", Some(5)));
        assert!(options.until_stdin_ends && options.state == Some(PathBuf::from("f")));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, name) in [
            ("", "--key"),
            ("--key sk_live_1", "--key"),
            ("--key sk_test_", "--key"),
            ("--key", "--key"),
            ("--key sk_test_1 --port high", "--port"),
            ("--key sk_test_1 --frozen soon", "--frozen"),
            ("--key sk_test_1 --webhook-url http://a", "--webhook-secret"),
            ("--key sk_test_1 --webhook-secret whsec_1", "--webhook-url"),
            ("--key sk_test_1 --webhook-url https://a --webhook-secret whsec_1", "--webhook-url"),
            ("--key sk_test_1 --webhook-url http://a --webhook-secret x", "--webhook-secret"),
            ("--key sk_test_1 --colour red", "--colour"),
        ] {
            assert!(read(line).unwrap_err().contains(name), "{line}");
        }
    }
}
