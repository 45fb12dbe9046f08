//! Host → tenant, for portals.

use crate::lease::Leases;
use kernel::{
    OrgId, Result,
    db::first,
    error::{Code, Error},
    host::{PortalState, Site, Tenant},
    ports::Ports,
};

kernel::sql! {
    Read Global("finds out which organization a host belongs to") BY_SLUG(1) -> ["id", "slug", "name", "status", "portal_open"] =
        "SELECT id, slug, name, status, portal_open FROM orgs WHERE slug = ?1";
}

/// What is cached of a portal.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub struct Portal {
    org: String,
    slug: String,
    name: String,
    state: u8,
}

/// The site of a slug under the portal domain.
///
/// # Errors
/// What the database refused.
pub async fn by_slug(leases: &Leases<Portal>, ports: &Ports, slug: &str) -> Result<Option<Site>> {
    let read = || -> kernel::Fut<'_, Result<Option<Portal>>> {
        Box::pin(async {
            let Some(row) = first(&*ports.db, BY_SLUG.bind([slug.into()])).await? else { return Ok(None) };
            let state = match (row.text(3)?, row.int(4)?) {
                ("suspended", _) => 2,
                (_, 0) => 1,
                _ => 0,
            };
            Ok(Some(Portal { org: row.text(0)?.to_owned(), slug: row.text(1)?.to_owned(), name: row.text(2)?.to_owned(), state }))
        })
    };
    let Some(found) = leases.get(ports, slug, read).await? else { return Ok(None) };
    let state = match found.state {
        0 => PortalState::Open,
        1 => PortalState::Off,
        _ => PortalState::Suspended,
    };
    Ok(Some(Site::Portal(Tenant { org: OrgId::stored(&found.org)?, slug: found.slug, name: found.name, state })))
}

/// Refuses where a portal does not serve its customers, and says whose decision that is.
///
/// # Errors
/// 403.
pub fn refuse_closed(tenant: &Tenant) -> Result<()> {
    let why = match tenant.state {
        PortalState::Open => return Ok(()),
        PortalState::Off => "has closed its portal",
        PortalState::Suspended => "can't serve its customers at the moment",
    };
    Err(Error::new(Code::PortalClosed, format!("{} {why}.", tenant.name)))
}
