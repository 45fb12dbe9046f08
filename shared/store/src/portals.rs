//! Host → tenant, for portals.

use crate::lease::Leases;
use kernel::{
    OrgId, Result,
    db::first,
    error::{Code, Error},
    host::{PortalState, Site, Tenant},
    ports::Ports,
    sql::Stmt,
};

/// What a portal needs of its organization.
macro_rules! portal {
    ($from:literal) => {
        concat!(
            "SELECT o.id, o.slug, o.name, o.status, o.portal_open, o.self_sign_up, o.branding_version, o.deleted_at IS NOT NULL AS leaving, o.branding ->> '$.logo.key' IS NOT NULL AS logo ",
            $from
        )
    };
}

kernel::sql! {
    Read Global("finds out which organization a host belongs to")
    BY_SLUG(1) -> ["id", "slug", "name", "status", "portal_open", "self_sign_up", "branding_version", "leaving", "logo"] =
        portal!("FROM orgs o WHERE o.slug = ?1");
    Read Global("finds out which organization a domain belongs to")
    BY_DOMAIN(1) -> ["id", "slug", "name", "status", "portal_open", "self_sign_up", "branding_version", "leaving", "logo"] =
        portal!("FROM domains d JOIN orgs o ON o.id = d.org_id WHERE d.host = ?1 AND d.state = 'active'");
}

/// What is cached of a portal.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub struct Portal {
    org: String,
    slug: String,
    name: String,
    state: u8,
    self_sign_up: bool,
    branding: i64,
    /// What an older version cached does not say.
    #[serde(default)]
    logo: bool,
}

/// The site of a slug under the portal domain.
///
/// # Errors
/// What the database refused.
pub async fn by_slug(leases: &Leases<Portal>, ports: &Ports, slug: &str) -> Result<Option<Site>> {
    find(leases, ports, slug, BY_SLUG.bind([slug.into()])).await
}

/// The site of a tenant's own domain, once it is proven. A slug has no dot and a domain has one: they share the leases.
///
/// # Errors
/// What the database refused.
pub async fn by_domain(leases: &Leases<Portal>, ports: &Ports, host: &str) -> Result<Option<Site>> {
    if !host.contains('.') {
        return Ok(None);
    }
    find(leases, ports, host, BY_DOMAIN.bind([host.into()])).await
}

async fn find(leases: &Leases<Portal>, ports: &Ports, name: &str, stmt: Stmt) -> Result<Option<Site>> {
    let read = || -> kernel::Fut<'_, Result<Option<Portal>>> {
        let stmt = stmt.clone();
        Box::pin(async move {
            let Some(row) = first(&*ports.db, stmt).await? else { return Ok(None) };
            let state = match (row.int(7)?, row.text(3)?, row.int(4)?) {
                (1, ..) => 3,
                (_, "suspended", _) => 2,
                (_, _, 0) => 1,
                _ => 0,
            };
            Ok(Some(Portal {
                org: row.text(0)?.to_owned(),
                slug: row.text(1)?.to_owned(),
                name: row.text(2)?.to_owned(),
                state,
                self_sign_up: row.int(5)? == 1,
                branding: row.int(6)?,
                logo: row.int(8)? == 1,
            }))
        })
    };
    let Some(found) = leases.get(ports, name, read).await? else { return Ok(None) };
    let state = match found.state {
        0 => PortalState::Open,
        1 => PortalState::Off,
        3 => PortalState::Leaving,
        _ => PortalState::Suspended,
    };
    Ok(Some(Site::Portal(Tenant {
        org: OrgId::stored(&found.org)?,
        slug: found.slug,
        name: found.name,
        state,
        self_sign_up: found.self_sign_up,
        branding: found.branding,
        logo: found.logo,
    })))
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
        PortalState::Leaving => "is closing its account, and its portal with it",
    };
    Err(Error::new(Code::PortalClosed, format!("{} {why}.", tenant.name)))
}
