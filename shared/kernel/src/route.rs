//! What every route must state.

mod access;
mod handler;

pub use access::SUDO;
pub(crate) use access::authorize;
pub(crate) use handler::Ran;
pub use handler::{Command, Disclosed, Disclosure, Entry, Query, Read, Write, command, disclosure, query};

use crate::{
    audit::Action,
    host::Surface,
    limit::Limit,
    principal::{Ability, Duty, Scope},
};

/// The methods there are. HEAD is answered as GET without a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Read.
    Get,
    /// Create or act.
    Post,
    /// Change in part.
    Patch,
    /// Remove.
    Delete,
}
impl Method {
    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
    /// Reads a method; HEAD is GET.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "GET" | "HEAD" => Some(Self::Get),
            "POST" => Some(Self::Post),
            "PATCH" => Some(Self::Patch),
            "DELETE" => Some(Self::Delete),
            _ => None,
        }
    }
}

/// Whom a route lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Anybody.
    Public,
    /// A provider, by a signature over the raw body that the handler verifies first. Acts as that system.
    Provider(&'static str),
    /// An API key that holds the route's scope.
    Key,
    /// As [`Auth::Key`], read from the database whatever the caches hold: for what must be true now. Costs a round trip.
    KeyNow,
    /// A signed-in staff member of the organization that the path names as `{org}`, whose role has that ability.
    Staff(Ability),
    /// Anybody, on a surface for people; who is signed in is known all the same.
    Visitor,
    /// Somebody whose first factor was right, for the second. Nobody else.
    Challenge,
    /// Any signed-in account of the surface: staff at the app, a customer at a portal, an operator at the console.
    Person,
    /// Any signed-in staff account.
    Account,
    /// A signed-in customer of the organization that the host names.
    Customer,
    /// A signed-in operator whose role has that duty. To others the route does not exist; who is not signed in is asked to.
    Operator(Duty),
}
impl Auth {
    /// Whether a session's cookie is what lets in.
    pub const fn by_cookie(self) -> bool {
        matches!(self, Self::Visitor | Self::Challenge | Self::Person | Self::Account | Self::Staff(_) | Self::Customer | Self::Operator(_))
    }
}

/// Whether a route asks its caller to have proved who they are a short while ago (security-and-ui.md §1.1 S8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepUp {
    /// It does not.
    Never,
    /// Within ten minutes: [`SUDO`].
    Recent,
}

/// What a route leaves in the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audit {
    /// Nothing: it only reads.
    ReadOnly,
    /// A read that is itself recorded, such as a download or the showing of a secret.
    Disclosure(Action),
    /// One of these, in the same batch as the change.
    Records(&'static [Action]),
    /// An append-only intake table, which is its own record: a provider's events.
    Intake(&'static str),
}

/// What body a route takes, with its largest size in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// None; one that comes is not read.
    None,
    /// A JSON object.
    Json(usize),
    /// A form.
    Form(usize),
    /// A form with a file (`multipart/form-data`); the size is that of the whole body.
    Upload(usize),
    /// Bytes as they are, to be verified before they are read.
    Raw(usize),
}

/// How a form proves that it came from our own page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Csrf {
    /// Not needed: no cookie is read.
    Cookieless,
    /// `Origin` equal to the request's own, and a token bound to the session.
    OriginAndToken,
    /// Not needed: nothing is changed.
    SafeMethod,
}

/// Whether a command may be repeated under an Idempotency-Key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// Of no use here: a read, or a command that is idempotent by its nature.
    Natural,
    /// The header is honored, and the recorded answer is committed with the change.
    Key,
}

/// A route. No `Default`, no builder: it states everything or it does not compile.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, parameters as `{name}`.
    pub path: &'static str,
    /// The surfaces it is served on.
    pub surfaces: &'static [Surface],
    /// Whom it lets in.
    pub auth: Auth,
    /// What it asks of a key.
    pub scope: Scope,
    /// Its rate limit.
    pub limit: Limit,
    /// What it leaves in the audit log.
    pub audit: Audit,
    /// What body it takes.
    pub payload: Payload,
    /// How a form proves itself.
    pub csrf: Csrf,
    /// Whether it honors an Idempotency-Key.
    pub idempotency: Idempotency,
    /// Whether the caller must have proved who they are a short while ago.
    pub step_up: StepUp,
    /// One line for the printed table and the API's documentation.
    pub summary: &'static str,
}

/// What a handler is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HandlerKind {
    Query,
    Disclosure,
    Command,
}

impl Route {
    /// Refused at compile time by [`query`], [`disclosure`] and [`command`].
    const fn check(&self, kind: HandlerKind) {
        let get = matches!(self.method, Method::Get);
        match kind {
            HandlerKind::Query => {
                assert!(get, "a query is a GET");
                assert!(matches!(self.audit, Audit::ReadOnly), "a query leaves nothing in the audit log; a read that must is a Disclosure");
            }
            HandlerKind::Disclosure => {
                assert!(get, "a disclosure is a GET");
                assert!(matches!(self.audit, Audit::Disclosure(_)), "a disclosure names its action");
            }
            HandlerKind::Command => {
                assert!(!get, "a command is not a GET");
                assert!(matches!(self.audit, Audit::Records(_) | Audit::Intake(_)), "a command records what it does");
                if let Audit::Records(actions) = self.audit {
                    assert!(!actions.is_empty(), "a command names its actions");
                }
                if let Audit::Intake(_) = self.audit {
                    assert!(matches!(self.auth, Auth::Provider(_)), "an intake is a provider's");
                }
            }
        }
        assert!(matches!(self.path.as_bytes(), [b'/', ..]), "a path begins with /");
        assert!(!self.surfaces.is_empty(), "a route is served somewhere");
        assert!(!self.summary.is_empty(), "a route says what it is for");
        assert!(matches!(self.auth, Auth::Key | Auth::KeyNow) || matches!(self.scope, Scope::None), "a scope is asked of keys only");
        let cookie = self.auth.by_cookie();
        let known = cookie && !matches!(self.auth, Auth::Visitor | Auth::Challenge);
        assert!(known || matches!(self.step_up, StepUp::Never), "only who is signed in can prove it again");
        let form = matches!(self.payload, Payload::Form(_) | Payload::Upload(_));
        match self.csrf {
            Csrf::SafeMethod => assert!(get, "only a GET is safe"),
            Csrf::Cookieless => assert!(!get && !cookie && !form, "a cookie or a form needs a proof of origin"),
            Csrf::OriginAndToken => assert!(!get, "a GET changes nothing"),
        }
        if get {
            assert!(matches!(self.payload, Payload::None), "a GET takes no body");
            assert!(matches!(self.idempotency, Idempotency::Natural), "a GET is idempotent by nature");
        }
        if matches!(self.idempotency, Idempotency::Key) {
            assert!(matches!(self.auth, Auth::Key | Auth::KeyNow), "Idempotency-Key belongs to the API");
        }
        assert!(matches!(self.auth, Auth::Provider(_)) == matches!(self.limit, Limit::Provider), "the provider's limit is the provider's");
    }
}
