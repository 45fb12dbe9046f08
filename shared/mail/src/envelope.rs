//! A letter with what surrounds it: to whom, under whose name, and the key that keeps it from being sent twice.

use crate::{Asked, Letter, Link};
use kernel::{
    OrgId,
    config::Config,
    host::{Tenant, logo_path},
};
use serde::{Deserialize, Serialize};

/// Under whose name a letter comes: a tenant's for its customers, ours otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brand {
    /// Shown at the head, and as the sender's name.
    pub name: String,
    /// `#rrggbb`, the color of its buttons; another value is left out.
    pub accent: Option<String>,
    /// The address of its logo.
    pub logo: Option<Link>,
}
impl Default for Brand {
    fn default() -> Self {
        Self { name: "Portico".to_owned(), accent: None, logo: None }
    }
}
impl Brand {
    /// A tenant's, as its portal says who it is.
    pub fn of(config: &Config, tenant: &Tenant) -> Self {
        Self::tenant(config, &tenant.name, &tenant.slug, tenant.logo.then_some(tenant.branding))
    }
    /// A tenant's, by name, slug, and the number of its look where that has a logo. The logo is on its portal's own host: from
    /// configuration, never from what a request says of itself.
    pub fn tenant(config: &Config, name: &str, slug: &str, logo: Option<i64>) -> Self {
        let link = |look| Link::at(&config.origin(&config.portal_host(slug)), &logo_path(look)).ok();
        Self { logo: logo.and_then(link), ..Self::named(name) }
    }
    /// A tenant's, by name alone.
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

/// What is sealed until it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The letter.
    pub letter: Letter,
    /// Under whose name.
    pub brand: Brand,
    /// Where one says which notifications one wants. Not for security letters.
    pub manage: Option<Link>,
}

/// What stands sealed in a mail's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Written {
    /// A letter, to be sent.
    Letter(Box<Content>),
    /// What was asked for, to become a letter or nothing.
    Asked(Box<Asked>),
}
impl Written {
    /// The letter, if it is one.
    pub fn letter(self) -> Option<Content> {
        match self {
            Self::Letter(content) => Some(*content),
            Self::Asked(_) => None,
        }
    }
}

/// A letter about to be posted.
#[derive(Debug, Clone)]
pub struct Mail<'a> {
    /// The recipient's address.
    pub to: &'a str,
    /// The organization that it is about, if any.
    pub org: Option<&'a OrgId>,
    /// Posting twice under one key posts once: event, recipient and channel.
    pub dedupe: Option<String>,
    /// What is written.
    pub content: Content,
}
impl<'a> Mail<'a> {
    /// A letter under our own name.
    pub fn new(to: &'a str, letter: Letter) -> Self {
        Self { to, org: None, dedupe: None, content: Content { letter, brand: Brand::default(), manage: None } }
    }
    /// Under a tenant's name.
    #[must_use]
    pub fn from(mut self, brand: Brand) -> Self {
        self.content.brand = brand;
        self
    }
    /// About an organization.
    #[must_use]
    pub fn about(mut self, org: &'a OrgId) -> Self {
        self.org = Some(org);
        self
    }
    /// Posted once under this key.
    #[must_use]
    pub fn once(mut self, key: String) -> Self {
        self.dedupe = Some(key);
        self
    }
    /// With the page where one says which notifications one wants.
    #[must_use]
    pub fn manage(mut self, link: Link) -> Self {
        self.content.manage = Some(link);
        self
    }
}
