//! A webhook endpoint's secret, sealed to its row so that moved to another it does not open; which URLs it may have; and what becomes of
//! its deliveries when it is switched off and on.

use crypto::{
    keyring::KeyRing,
    seal::{self, Place},
    standard_webhooks::WebhookSecret,
};
use domain::webhook_url::Refused;
use kernel::{EndpointId, Id, Millis, OrgId, Result, config::Config, error::Error, sql::Stmt};

kernel::sql! {
    Bookkeep Org HOLD(2) -> [] =
        "UPDATE webhook_deliveries SET status = 'held' WHERE org_id = ?1 AND status IN ('pending', 'sending') AND status = 'pending' AND endpoint_id = ?2";
    Bookkeep Org RELEASE(3) -> [] =
        "UPDATE webhook_deliveries SET status = 'pending', next_at = ?3 WHERE org_id = ?1 AND endpoint_id = ?2 AND status = 'held'";
}

/// Holds what waits for an endpoint that is switched off. What is under way ends by itself, and waits then if it must be tried again.
pub fn hold(org: &OrgId, endpoint: &EndpointId) -> Stmt {
    HOLD.bind([org.into(), endpoint.into()])
}
/// Makes what was held for an endpoint due at `now`.
pub fn release(org: &OrgId, endpoint: &EndpointId, now: Millis) -> Stmt {
    RELEASE.bind([org.into(), endpoint.into(), now.into()])
}

fn place<'a>(org: &'a OrgId, endpoint: &'a EndpointId) -> Place<'a> {
    Place { tenant: org.as_str(), table: "webhook_endpoints", column: "secret", row: endpoint.as_str() }
}

/// Seals a secret for its row. `nonce` is 12 fresh bytes from the rng port.
///
/// # Errors
/// An incident when it can't be sealed.
pub fn seal_secret(keys: &KeyRing, org: &OrgId, endpoint: &EndpointId, secret: &WebhookSecret, nonce: [u8; 12]) -> Result<String> {
    seal::seal(keys, &place(org, endpoint), secret.bytes(), nonce)
        .map_err(|_| Error::incident("sealing an endpoint's secret", endpoint.as_str()))
}

/// Opens the secret of a row.
///
/// # Errors
/// An incident when it was changed or moved, or its key is gone from the ring.
pub fn open_secret(keys: &KeyRing, org: &OrgId, endpoint: &EndpointId, sealed: &str) -> Result<WebhookSecret> {
    let wrong = || Error::incident("opening an endpoint's secret", endpoint.as_str());
    WebhookSecret::from_bytes(seal::open(keys, &place(org, endpoint), sealed).map_err(|_| wrong())?).map_err(|_| wrong())
}

/// Whether a URL may be an endpoint's: asked when it is set, and again before each attempt, so that a row from elsewhere or from
/// before a change of our own hosts is caught too. Loopback is for local development and tests, and only where it is allowed.
///
/// # Errors
/// Why it is refused.
pub fn check_url(config: &Config, url: &str) -> Result<(), Refused> {
    let ours = [config.app_host.as_str(), &config.platform_host, &config.api_host, &config.portal_domain];
    domain::webhook_url::check(url, &ours, config.is_local() && config.get("WEBHOOK_LOOPBACK") == "allow")
}
