//! The portal's objects, by the fields that are read.

use crate::objects::null_is_default;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The key in a configuration's metadata by which `npm run stripe:setup` finds its own again, and so do we.
pub const CONFIGURATION_KEY: &str = "portico";
/// What stands under that key.
pub const CONFIGURATION_VALUE: &str = "portal";

/// A visit to the portal.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct PortalSession {
    /// `bps_…`.
    pub id: String,
    /// The page. Whoever has it is let in: never log it.
    pub url: String,
}
impl std::fmt::Debug for PortalSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PortalSession").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What customers may do in the portal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PortalConfiguration {
    /// `bpc_…`.
    pub id: String,
    /// Whether sessions take it when they name none.
    #[serde(default)]
    pub is_default: bool,
    /// Whether it can be used.
    #[serde(default)]
    pub active: bool,
    /// Ours.
    #[serde(default, deserialize_with = "null_is_default")]
    pub metadata: BTreeMap<String, String>,
}

/// The configuration to use: the one that our set-up made, otherwise the account's default. `None` when the portal is not set up.
pub fn choose(configurations: &[PortalConfiguration]) -> Option<&PortalConfiguration> {
    let active = || configurations.iter().filter(|c| c.active);
    let ours = |c: &&PortalConfiguration| c.metadata.get(CONFIGURATION_KEY).is_some_and(|v| v == CONFIGURATION_VALUE);
    active().find(ours).or_else(|| active().find(|c| c.is_default))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configuration(id: &str, rest: &str) -> PortalConfiguration {
        serde_json::from_str(&format!(r#"{{"id":"{id}","object":"billing_portal.configuration",{rest}}}"#)).unwrap()
    }

    #[test]
    fn our_configuration_goes_before_the_default() {
        let default = configuration("bpc_1", r#""active":true,"is_default":true,"metadata":null"#);
        let ours = configuration("bpc_2", r#""active":true,"is_default":false,"metadata":{"portico":"portal"}"#);
        let retired = configuration("bpc_3", r#""active":false,"is_default":false,"metadata":{"portico":"portal"}"#);
        let foreign = configuration("bpc_4", r#""active":true,"is_default":false,"metadata":{}"#);
        let pick = |list: &[&PortalConfiguration]| choose(&list.iter().copied().cloned().collect::<Vec<_>>()).map(|c| c.id.clone());
        assert_eq!(pick(&[&foreign, &default, &ours]).as_deref(), Some("bpc_2"));
        assert_eq!(pick(&[&retired, &default]).as_deref(), Some("bpc_1"));
        assert_eq!(pick(&[&retired, &foreign]), None);
        assert_eq!(pick(&[]), None);
    }

    #[test]
    fn the_way_in_is_not_printed() {
        let session: PortalSession = serde_json::from_str(r#"{"id":"bps_1","url":"https://billing.stripe.com/p/session/secret"}"#).unwrap();
        assert_eq!(format!("{session:?}"), r#"PortalSession { id: "bps_1", .. }"#);
    }
}
