//! The secret of a webhook endpoint: sealed to its row, so that moved to another it does not open.

use crypto::{
    keyring::KeyRing,
    seal::{self, Place},
    standard_webhooks::WebhookSecret,
};
use kernel::{EndpointId, Id, OrgId, Result, error::Error};

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
