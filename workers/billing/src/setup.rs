//! Whether payments are taken here, and where Stripe's own pages are.

use kernel::{
    Result,
    config::Config,
    error::{Code, Error},
};
use provider::STRIPE_SECRET_KEY;
use stripe::{
    Setup,
    setup::{MODE_VARIABLE, Mode},
    signature,
};

/// Stripe's pages that a browser may be led to: checkout and portal.
const PAGES: [&str; 2] = ["checkout.stripe.com", "billing.stripe.com"];
/// The emulator's pages, on a developer's machine.
const LOCAL_PAGES: &str = "stripe.localhost";

/// Whether payments are taken: with both keys, of the deployment's mode.
///
/// # Errors
/// Not configured, by the setting's name and with its remedy.
pub fn is_on(config: &Config) -> Result<bool> {
    if provider::is_off(config) {
        return Ok(false);
    }
    let wrong = |e: stripe::client::ConfigError| Error::new(Code::NotConfigured, e.to_string());
    let mode = Mode::parse(config.get(MODE_VARIABLE)).map_err(wrong)?;
    Ok(Setup::check(config.get(STRIPE_SECRET_KEY), config.get(signature::VARIABLE), mode).map_err(wrong)?.is_on())
}

/// The origins of Stripe's pages, for the policy of pages whose forms lead there.
pub fn origins(config: &Config) -> String {
    let mut origins = PAGES.map(|host| format!("https://{host}")).join(" ");
    if config.is_local() {
        origins.push(' ');
        origins.push_str(&config.origin(LOCAL_PAGES));
    }
    origins
}

/// An address that Stripe gave, if it is one of Stripe's pages: a browser is led nowhere else, whatever the answer said.
///
/// # Errors
/// An incident when it is none.
pub fn page<'u>(config: &Config, url: &'u str) -> Result<&'u str> {
    let of = |origin: &str| url.strip_prefix(origin).is_some_and(|rest| rest.starts_with('/'));
    let clean = url.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if clean && origins(config).split(' ').any(of) {
        return Ok(url);
    }
    // The address lets in whoever has it: only its host is named.
    let host = url.split('/').nth(2).unwrap_or_default();
    Err(Error::incident("an address of Stripe's", format!("it is on {host:?}")))
}
