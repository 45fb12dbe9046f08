//! What a deployment sets: read once for each isolate, all missing names reported together.

use crate::host::{Surface, normalize};
use crypto::keyring::KeyRing;
use std::collections::BTreeMap;

/// Where this runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// A developer's machine or a test: loopback receivers and the emulator are allowed.
    Local,
    /// Deployed.
    Production,
}

/// A setting that is missing or wrong, by name, with its remedy. Never holds the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The variable's or secret's name.
    pub name: &'static str,
    /// What to do.
    pub remedy: String,
}

/// A Worker's configuration.
pub struct Config {
    /// Where this runs.
    pub environment: Environment,
    /// The host of the staff's app.
    pub app_host: String,
    /// The host of the operators' console.
    pub platform_host: String,
    /// The host of the API.
    pub api_host: String,
    /// The domain under which tenants' portals stand as `{slug}.<domain>`.
    pub portal_domain: String,
    /// A second host for the API, where `*.localhost` does not resolve. Local only.
    pub api_alias_host: Option<String>,
    /// Signing and sealing keys.
    pub keys: KeyRing,
    /// The port that the local hosts are served at; `None` in production.
    local_port: Option<u16>,
    rest: BTreeMap<&'static str, String>,
}

/// The settings that every Worker has.
pub const COMMON_VARS: &[&str] = &["ENVIRONMENT", "APP_HOST", "PLATFORM_HOST", "API_HOST", "PORTAL_DOMAIN"];
/// The secret that every Worker has.
pub const SIGNING_KEYS: &str = "SIGNING_KEYS";

impl Config {
    /// Reads everything through `get`. `names` are the Worker's own variables and secrets beyond the common ones.
    ///
    /// # Errors
    /// Every missing or wrong setting, together.
    pub fn read(get: &dyn Fn(&str) -> Option<String>, names: &[&'static str]) -> Result<Self, Vec<Missing>> {
        let mut missing = Vec::new();
        let mut want = |name: &'static str| {
            get(name).filter(|v| !v.is_empty()).unwrap_or_else(|| {
                missing.push(Missing { name, remedy: format!("Set {name}; .dev.vars.example and docs/deploy.md say to what.") });
                String::new()
            })
        };
        let [environment, app, platform, api, portal, keys] =
            ["ENVIRONMENT", "APP_HOST", "PLATFORM_HOST", "API_HOST", "PORTAL_DOMAIN", SIGNING_KEYS].map(&mut want);
        // Where no payments are taken, neither of their keys is set.
        let unpaid = get("STRIPE_MODE").as_deref() == Some("off");
        let spared = |name: &str| unpaid && matches!(name, "STRIPE_SECRET_KEY" | "STRIPE_WEBHOOK_SECRETS");
        let rest: BTreeMap<&'static str, String> =
            names.iter().map(|name| (*name, if spared(name) { get(name).unwrap_or_default() } else { want(name) })).collect();
        missing.extend(wrong_payments(&rest));
        let environment = match environment.as_str() {
            "local" => Environment::Local,
            "production" | "" => Environment::Production,
            _ => {
                missing.push(Missing { name: "ENVIRONMENT", remedy: "Set ENVIRONMENT to `local` or `production`.".into() });
                Environment::Production
            }
        };
        let alias = get("API_ALIAS_HOST").filter(|v| !v.is_empty());
        if environment == Environment::Production && alias.is_some() {
            missing.push(Missing { name: "API_ALIAS_HOST", remedy: "Remove API_ALIAS_HOST: it is for local development only.".into() });
        }
        // A mail that stays where it was written is lost in a deployment.
        match rest.get("MAIL_PROVIDER").map(String::as_str) {
            None | Some("" | "cloudflare" | "resend") => {}
            Some("inbox") if environment == Environment::Local => {}
            Some(_) => missing.push(Missing {
                name: "MAIL_PROVIDER",
                remedy: "Set MAIL_PROVIDER to `cloudflare` or `resend`; `inbox` is for local development only.".into(),
            }),
        }
        match rest.get("BILLING_GRACE_DAYS").map(String::as_str) {
            None | Some("") => {}
            Some(days) if days.bytes().all(|b| b.is_ascii_digit()) && days.parse::<u8>().is_ok_and(|days| days <= 30) => {}
            Some(_) => missing.push(Missing {
                name: "BILLING_GRACE_DAYS",
                remedy: "Set BILLING_GRACE_DAYS to a whole number of days from 0 to 30: for how long an overdue payment leaves the plan in place.".into(),
            }),
        }
        match rest.get("BILLING_EVENTS_LATE_MINUTES").map(String::as_str) {
            None | Some("") => {}
            Some(minutes) if minutes.bytes().all(|b| b.is_ascii_digit()) && minutes.parse::<u8>().is_ok_and(|minutes| minutes <= 60) => {}
            Some(_) => missing.push(Missing {
                name: "BILLING_EVENTS_LATE_MINUTES",
                remedy: "Set BILLING_EVENTS_LATE_MINUTES to a whole number of minutes from 0 to 60: how old an event of Stripe's is when not having arrived counts as silence.".into(),
            }),
        }
        // An edge that is ready for every host serves none in a deployment.
        let zone = rest.get("CLOUDFLARE_ZONE_ID").map_or("", String::as_str);
        match rest.get("CUSTOM_HOSTNAMES").map(String::as_str) {
            None | Some("") => {}
            Some("local") if environment == Environment::Local => {}
            Some("cloudflare") if zone.len() == 32 && zone.bytes().all(|b| b.is_ascii_hexdigit()) => {}
            Some("cloudflare") => missing.push(Missing {
                name: "CLOUDFLARE_ZONE_ID",
                remedy: "Set CLOUDFLARE_ZONE_ID to the id of the portals' zone: 32 hexadecimal digits, on the zone's overview in Cloudflare's dashboard.".into(),
            }),
            Some(_) => missing.push(Missing {
                name: "CUSTOM_HOSTNAMES",
                remedy: "Set CUSTOM_HOSTNAMES to `cloudflare`; `local` is for local development only.".into(),
            }),
        }
        // A resolver that believes every name proves nothing in a deployment.
        match rest.get("DNS_RESOLVER_URL").map(String::as_str) {
            None | Some("") => {}
            Some("local") if environment == Environment::Local => {}
            Some(url) if url.starts_with("https://") => {}
            Some(_) => missing.push(Missing {
                name: "DNS_RESOLVER_URL",
                remedy: "Set DNS_RESOLVER_URL to the https:// address of a DNS-over-HTTPS resolver that answers in JSON; `local` is for local development only.".into(),
            }),
        }
        let port = get("LOCAL_PORT").filter(|v| !v.is_empty());
        if environment == Environment::Production && port.is_some() {
            missing.push(Missing { name: "LOCAL_PORT", remedy: "Remove LOCAL_PORT: it is for local development only.".into() });
        }
        let local_port = (environment == Environment::Local).then(|| port.and_then(|p| p.parse().ok()).unwrap_or(8787));
        let mut host = |name: &'static str, value: &str| {
            if !value.is_empty() && normalize(value).as_deref() != Some(value) {
                missing.push(Missing { name, remedy: format!("Set {name} to a host name in lower case, without port.") });
            }
        };
        host("APP_HOST", &app);
        host("PLATFORM_HOST", &platform);
        host("API_HOST", &api);
        host("PORTAL_DOMAIN", &portal);
        let ring = KeyRing::parse(&keys);
        if let (Err(e), false) = (&ring, keys.is_empty()) {
            missing.push(Missing { name: SIGNING_KEYS, remedy: e.to_string() });
        }
        match ring {
            Ok(keys) if missing.is_empty() => Ok(Self {
                environment,
                app_host: app,
                platform_host: platform,
                api_host: api,
                portal_domain: portal,
                api_alias_host: alias,
                keys,
                local_port,
                rest,
            }),
            _ => Err(missing),
        }
    }
    /// One of the Worker's own settings.
    pub fn get(&self, name: &str) -> &str {
        self.rest.get(name).map_or("", String::as_str)
    }
    /// Whether this runs on a developer's machine or in a test.
    pub fn is_local(&self) -> bool {
        self.environment == Environment::Local
    }
    /// The origin of one of our hosts, for the links in mail: from configuration, never from what a request says of itself.
    pub fn origin(&self, host: &str) -> String {
        match self.local_port {
            Some(port) => format!("http://{host}:{port}"),
            None => format!("https://{host}"),
        }
    }
    /// The host of an organization's portal under the portal domain.
    pub fn portal_host(&self, slug: &str) -> String {
        format!("{slug}.{}", self.portal_domain)
    }
    /// What a normalized host is by configuration alone; portals are looked up.
    pub fn fixed_surface(&self, host: &str) -> Option<Surface> {
        match host {
            h if h == self.app_host => Some(Surface::App),
            h if h == self.platform_host => Some(Surface::Platform),
            h if h == self.api_host || self.api_alias_host.as_deref() == Some(h) => Some(Surface::Api),
            _ => None,
        }
    }
    /// The slug that a host names under the portal domain.
    pub fn portal_slug<'h>(&self, host: &'h str) -> Option<&'h str> {
        host.strip_suffix(self.portal_domain.as_str())
            .and_then(|rest| rest.strip_suffix('.'))
            .filter(|slug| !slug.is_empty() && !slug.contains('.'))
    }
}

/// What is wrong with the settings for payments: a mode that is none, or a key of the other mode. By name and never by value.
fn wrong_payments(rest: &BTreeMap<&'static str, String>) -> Option<Missing> {
    let mode = rest.get("STRIPE_MODE").map_or("", String::as_str);
    if !matches!(mode, "" | "test" | "live" | "off") {
        let remedy = "Set STRIPE_MODE to `test`, to `live`, or to `off` where no payments are taken.".into();
        return Some(Missing { name: "STRIPE_MODE", remedy });
    }
    let key = rest.get("STRIPE_SECRET_KEY").map_or("", String::as_str);
    let other = match mode {
        "test" => ["sk_live_", "rk_live_"],
        "live" => ["sk_test_", "rk_test_"],
        _ => return None,
    };
    other.iter().any(|prefix| key.starts_with(prefix)).then(|| Missing {
        name: "STRIPE_SECRET_KEY",
        remedy: format!(
            "STRIPE_SECRET_KEY is a key of the other mode. Set it to the account's key for {mode} mode, or change STRIPE_MODE."
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mode: &str, key: &str, secrets: &str) -> Vec<Missing> {
        let common = |name: &str| match name {
            "ENVIRONMENT" => "local",
            "SIGNING_KEYS" => "t1:dGVzdGtpdCBzaWduaW5nIGtleSwgMzIgYnl0ZXMgbG9uZyE=",
            "API_ALIAS_HOST" | "LOCAL_PORT" => "",
            "STRIPE_MODE" => mode,
            "STRIPE_SECRET_KEY" => key,
            "STRIPE_WEBHOOK_SECRETS" => secrets,
            _ => "a.example",
        };
        let names = ["STRIPE_MODE", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS"];
        Config::read(&|name| Some(common(name).to_owned()), &names).err().unwrap_or_default()
    }
    fn names(missing: &[Missing]) -> Vec<&str> {
        missing.iter().map(|m| m.name).collect()
    }

    #[test]
    fn both_keys_for_payments_or_none_and_of_the_mode() {
        for (mode, key, secrets) in
            [("test", "sk_test_1", "whsec_1"), ("live", "rk_live_1", "whsec_1"), ("off", "", ""), ("off", "sk_test_1", "")]
        {
            assert_eq!(names(&read(mode, key, secrets)), Vec::<&str>::new(), "{mode} {key}");
        }
        for (mode, key, secrets, wrong) in [
            ("test", "", "whsec_1", "STRIPE_SECRET_KEY"),
            ("live", "sk_live_1", "", "STRIPE_WEBHOOK_SECRETS"),
            ("test", "sk_live_hidden", "whsec_1", "STRIPE_SECRET_KEY"),
            ("live", "rk_test_hidden", "whsec_1", "STRIPE_SECRET_KEY"),
            ("none", "sk_test_1", "whsec_1", "STRIPE_MODE"),
        ] {
            let missing = read(mode, key, secrets);
            assert_eq!(names(&missing), [wrong], "{mode} {key}");
            assert!(missing.iter().all(|m| !m.remedy.contains("hidden")));
        }
    }
}
