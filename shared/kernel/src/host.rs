//! Host → site. Every request resolves to exactly one, from its host alone, once.

use crate::OrgId;

/// A surface: what kind of host a route is served on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Surface {
    /// The staff's app, `app.<domain>`.
    App,
    /// A tenant's portal, `{slug}.<portal-domain>` or its own domain.
    Portal,
    /// The operators' console, `platform.<domain>`.
    Platform,
    /// The API for programs, `api.<domain>`.
    Api,
}
impl Surface {
    /// Every surface.
    pub const ALL: [Self; 4] = [Self::App, Self::Portal, Self::Platform, Self::Api];
    /// Its name, as in logs and the generated routes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Portal => "portal",
            Self::Platform => "platform",
            Self::Api => "api",
        }
    }
}

/// The site that a host resolves to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Site {
    /// The staff's app.
    App,
    /// The portal of that organization.
    Portal(Tenant),
    /// The operators' console.
    Platform,
    /// The API.
    Api,
}
impl Site {
    /// Its surface.
    pub fn surface(&self) -> Surface {
        match self {
            Self::App => Surface::App,
            Self::Portal(_) => Surface::Portal,
            Self::Platform => Surface::Platform,
            Self::Api => Surface::Api,
        }
    }
}

/// What a portal host says of its tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// The organization.
    pub org: OrgId,
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Whether the portal is open, and if not, why.
    pub state: PortalState,
    /// Whether people may make themselves an account here.
    pub self_sign_up: bool,
    /// Counts the changes of the tenant's look; 0 is our own look. Stands in the stylesheet's address.
    pub branding: i64,
    /// Whether it has a logo.
    pub logo: bool,
}
impl Tenant {
    /// Where its logo is, on every host of its portal. Changes with it, so that it may be kept for ever.
    pub fn logo_path(&self) -> Option<String> {
        self.logo.then(|| logo_path(self.branding))
    }
}
/// Where a tenant's logo is on its portal, by the number of its look.
pub fn logo_path(branding: i64) -> String {
    format!("/brand/logo?v={branding}")
}
/// Whether a portal serves its customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortalState {
    /// It does.
    Open,
    /// The organization has it off.
    Off,
    /// The organization is suspended.
    Suspended,
    /// The organization is being deleted: for a while its owner can still change their mind.
    Leaving,
}

/// A host name as hosts are compared: lower case, no port, no trailing dot. `None` when it is no host name.
///
/// Punycode stays as it came: a tenant's domain is stored in that form.
pub fn normalize(host: &str) -> Option<String> {
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        Some(_) => return None,
        None => host,
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    let label_ok = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    (host.len() <= 253 && !host.is_empty() && host.split('.').all(label_ok)).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_compared_in_one_form() {
        assert_eq!(normalize("App.Localhost:8787").as_deref(), Some("app.localhost"));
        assert_eq!(normalize("northwind.localhost.").as_deref(), Some("northwind.localhost"));
        assert_eq!(normalize("xn--bcher-kva.example").as_deref(), Some("xn--bcher-kva.example"));
        let odd = [
            "",
            ".",
            "a..b",
            "-a.b",
            "a-.b",
            "a b",
            "a/b",
            "user@host",
            "[::1]",
            "[::1]:80",
            "host:port",
            "host:80:80",
            "é.example",
            "a\0b",
            "a_b.example",
            "..",
            "a.b..",
            ":80",
            "%61.example",
            "a,b",
            "a;b",
            "\u{ff41}.example",
        ];
        for host in odd {
            assert_eq!(normalize(host), None, "{host:?}");
        }
        assert_eq!(normalize(&format!("{}.b", "a".repeat(64))), None);
    }
}
