//! API keys.

use super::{Seed, Tenant};
use crypto::api_key::Env;
use kernel::{KeyId, sql::Value, time::Span};

/// An API key with its secret.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// Its id.
    pub id: KeyId,
    /// What a client sends.
    pub token: String,
}
/// The keys of an organization.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Every scope.
    pub full: ApiKey,
    /// Reads everything.
    pub read: ApiKey,
    /// No scope at all.
    pub none: ApiKey,
    /// Every scope, of test data.
    pub test: ApiKey,
    /// Every scope, ended yesterday.
    pub expired: ApiKey,
    /// Every scope, revoked yesterday.
    pub revoked: ApiKey,
}

impl Seed<'_> {
    pub(super) fn key_token(&self, env: Env) -> ApiKey {
        use kernel::ports::Rng;
        let fresh = crypto::api_key::generate(env, &mut |buffer| self.rng.fill(buffer));
        ApiKey { id: self.id(), token: fresh.token.into_exposed() }
    }
    pub(super) fn keys(&self, of: &Tenant<'_>) -> Keys {
        let yesterday = self.ago(Span::days(1));
        let key = |name: &str, env: Env, scopes: &str, expires: Value, revoked: Value| {
            let key = self.key_token(env);
            self.db.insert(
                "api_keys",
                &[
                    ("org_id", of.id.into()),
                    ("id", (&key.id).into()),
                    ("name", format!("{}-api_keys-name-{name}", of.canary).into()),
                    ("hash", crypto::api_key::hash(&key.token).into()),
                    ("hint", crypto::api_key::hint(&key.token).into()),
                    ("live", (env == Env::Live).into()),
                    ("scopes", scopes.into()),
                    ("expires_at", expires),
                    ("revoked_reason", if revoked == Value::Null { Value::Null } else { of.text("api_keys-revoked_reason") }),
                    ("revoked_at", revoked),
                    ("created_at", self.ago(Span::days(9))),
                ],
            );
            key
        };
        let reads: Vec<String> = kernel::principal::Resource::ALL.iter().map(|r| format!("{}:read", r.as_str())).collect();
        Keys {
            full: key("full", Env::Live, "*", Value::Null, Value::Null),
            read: key("read", Env::Live, &reads.join(" "), Value::Null, Value::Null),
            none: key("none", Env::Live, "", Value::Null, Value::Null),
            test: key("test", Env::Test, "*", Value::Null, Value::Null),
            expired: key("expired", Env::Live, "*", yesterday.clone(), Value::Null),
            revoked: key("revoked", Env::Live, "*", Value::Null, yesterday),
        }
    }
}
