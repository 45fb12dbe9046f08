//! One error type, by what the caller can do about it, not by where it arose.

use crate::{
    db::DbError,
    input::FieldError,
    sql::Guard,
    time::{Millis, Span},
};
use std::panic::Location;

/// A result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $slug:literal, $status:literal, $title:literal, $remedy:literal;)+) => {
        /// The stable `code` of a problem. Clients may branch on it; it never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $name),+ }
        impl Code {
            /// Every code, for the documentation page and the tests.
            pub const ALL: &[Self] = &[$(Self::$name),+];
            /// As it stands in `code` and at the end of `type`.
            pub const fn slug(self) -> &'static str { match self { $(Self::$name => $slug),+ } }
            /// The HTTP status it comes with.
            pub const fn status(self) -> u16 { match self { $(Self::$name => $status),+ } }
            /// The problem's title, the same for every occurrence (RFC 9457 §3.1.3).
            pub const fn title(self) -> &'static str { match self { $(Self::$name => $title),+ } }
            /// What the caller can do about it.
            pub const fn remedy(self) -> &'static str { match self { $(Self::$name => $remedy),+ } }
        }
    };
}

codes! {
    /// The request could not be read.
    BadRequest = "bad_request", 400, "The request could not be read", "Check the request against the documentation.";
    /// The body is not JSON.
    NotJson = "body_not_json", 400, "The body is not valid JSON", "Send a JSON object in UTF-8 with Content-Type: application/json.";
    /// A credential in the URL.
    KeyInUrl = "key_in_url", 400, "An API key was sent in the URL", "Send it as `Authorization: Bearer …` and rotate this key: URLs end up in logs.";
    /// A cursor that we did not make, or made for another list.
    CursorInvalid = "cursor_invalid", 400, "The cursor is not valid for this list", "Start again without a cursor; a cursor works only with the filters it was made for.";
    /// An Idempotency-Key that is no such key.
    IdempotencyKeyInvalid = "idempotency_key_invalid", 400, "The Idempotency-Key is not valid", "Send 1 to 255 printable ASCII characters, unique for the operation, such as a UUID.";
    /// A provider's signature is missing, malformed, outside the time window or wrong.
    SignatureInvalid = "signature_invalid", 400, "The signature does not match", "Sign the exact bytes of the body with the endpoint's current secret, and check the clock.";
    /// A provider event of test mode at a live deployment or the reverse.
    WrongMode = "wrong_mode", 400, "The event belongs to another mode", "Point test-mode events at a test deployment and live-mode events at the live one.";
    /// No credential.
    KeyMissing = "key_missing", 401, "An API key is needed", "Send `Authorization: Bearer <key>`.";
    /// The credential is not an API key of ours. Also for unknown keys: what exists is not told.
    KeyInvalid = "key_invalid", 401, "The API key is not valid", "Copy the whole key again, or create a new one under Settings → API keys.";
    /// The key's time is over.
    KeyExpired = "key_expired", 401, "The API key has expired", "Create or rotate the key under Settings → API keys.";
    /// The key was revoked.
    KeyRevoked = "key_revoked", 401, "The API key was revoked", "Use another key, or create one under Settings → API keys.";
    /// No session.
    SignInNeeded = "sign_in_needed", 401, "You need to sign in", "Sign in and try again.";
    /// The key is paused: the plan allows fewer.
    KeyPaused = "key_paused", 403, "The API key is paused", "The plan allows fewer keys. Choose which stay active under Billing, or choose a larger plan.";
    /// The organization is suspended.
    OrgSuspended = "org_suspended", 403, "The organization is suspended", "An owner can contact support to resume it.";
    /// A portal that its organization has closed, or whose organization is suspended.
    PortalClosed = "portal_closed", 403, "This portal is closed", "Contact the company that runs it in another way.";
    /// A customer whom the organization has blocked.
    AccountBlocked = "account_blocked", 403, "Your account is blocked", "Contact the company that runs this portal.";
    /// A staff account that operators have banned.
    AccountBanned = "account_banned", 403, "This account is suspended", "Contact support if you think this is a mistake.";
    /// Half a session: the first factor was right, the second is outstanding.
    SecondFactorNeeded = "second_factor_needed", 403, "A second factor is needed", "Finish signing in with your authenticator app or a recovery code.";
    /// An organization whose members need a second factor.
    SecondFactorRequired = "second_factor_required", 403, "This organization requires two-factor authentication", "Set up an authenticator app under Account → Security, then sign in with it.";
    /// Something for which one must have proved who one is a short while ago.
    StepUpNeeded = "step_up_needed", 403, "Confirm that it is you", "Confirm your password or a code, then try again.";
    /// The operator's role does not allow it.
    DutyMissing = "duty_missing", 403, "Your operator role does not allow this", "Ask an operator with the admin role.";
    /// The key lacks the scope.
    ScopeMissing = "scope_missing", 403, "The API key lacks a scope", "Use a key that has the scope named in `required_scope`.";
    /// The key is limited to other addresses.
    IpNotAllowed = "ip_not_allowed", 403, "The API key can't be used from this address", "Call from an allowed address, or change the key's address ranges.";
    /// The role does not allow it.
    RoleMissing = "role_missing", 403, "Your role does not allow this", "Ask an owner or admin of the organization.";
    /// A form that did not come from our own page.
    CsrfRefused = "csrf_refused", 403, "The form could not be verified", "Go back, reload the page and send the form again.";
    /// No such thing, or not yours to see.
    NotFound = "not_found", 404, "Nothing was found here", "Check the address and the id.";
    /// No such address here.
    NoRoute = "no_such_route", 404, "There is no such endpoint", "Check the method and the path against the documentation.";
    /// A host that is not ours.
    UnknownHost = "unknown_host", 404, "This address is not in use", "Check the host name.";
    /// The path is there, the method is not.
    MethodNotAllowed = "method_not_allowed", 405, "The method is not supported here", "Use one of the methods in the Allow header.";
    /// A signed link whose time is over.
    LinkExpired = "link_expired", 410, "The link has expired", "Ask for the resource again: it comes with a new link.";
    /// In conflict with what is there.
    Conflict = "conflict", 409, "The request conflicts with the current state", "Read the current state and decide again.";
    /// Something with that unique value exists.
    AlreadyExists = "already_exists", 409, "This already exists", "Choose another value, or use the existing one.";
    /// The first request with the key is still running.
    IdempotencyInProgress = "idempotency_in_progress", 409, "A request with this Idempotency-Key is still running", "Wait for Retry-After and send the same request again.";
    /// The thing has changed since it was read.
    VersionConflict = "version_conflict", 409, "Someone else changed this first", "Read it again and repeat your change on the current version.";
    /// The thing is in a state that does not allow it.
    WrongState = "wrong_state", 409, "This is not possible in the current state", "Read the current state; its documentation says what is possible from there.";
    /// Too large.
    BodyTooLarge = "body_too_large", 413, "The body is too large", "Send a smaller body; the limit is in `limit_bytes`.";
    /// The URL is too long.
    UrlTooLong = "url_too_long", 414, "The URL is too long", "Send at most 8,192 bytes of URL.";
    /// Not the media type that is expected.
    UnsupportedMedia = "unsupported_media_type", 415, "The body has the wrong content type", "Send the content type named in `expected`.";
    /// Fields are wrong.
    ValidationFailed = "validation_failed", 422, "Some fields are not valid", "Correct the fields listed in `errors`.";
    /// The key was used for another request.
    IdempotencyKeyReused = "idempotency_key_reused", 422, "The Idempotency-Key was used for a different request", "Use a new key for a new request; repeat a request with the very same body.";
    /// A rate limit.
    RateLimited = "rate_limited", 429, "Too many requests", "Wait for the time in Retry-After.";
    /// The plan's limit is reached.
    PlanLimit = "plan_limit_reached", 403, "The plan's limit is reached", "Remove something or choose a larger plan.";
    /// Too many of them at once.
    TooManyRunning = "too_many_running", 429, "Too many of these are running", "Wait for one to finish.";
    /// A fault of ours; the incident is logged under the request id.
    Internal = "internal", 500, "Something went wrong on our side", "Try again; if it persists, contact support with the request id.";
    /// A part is down.
    Unavailable = "unavailable", 503, "The service is briefly unavailable", "Try again after the time in Retry-After.";
    /// Keys can't be checked now.
    AuthUnavailable = "auth_unavailable", 503, "Credentials can't be checked right now", "Try again after the time in Retry-After.";
    /// A setting is missing.
    NotConfigured = "not_configured", 503, "This deployment is not fully configured", "The operator finds the missing setting in the log under the request id.";
}

/// A fault of ours: where it arose and what was going on. Logged once, never shown.
#[derive(Debug, Clone)]
pub struct Incident {
    /// Where it was made.
    pub at: &'static Location<'static>,
    /// What was being done.
    pub what: &'static str,
    /// The cause in its own words. Never holds a secret.
    pub cause: String,
}

/// One error, by what the caller can do.
#[derive(Debug, Clone)]
pub enum Error {
    /// A problem with its code, and what is special about this occurrence.
    Problem(Box<Occurrence>),
    /// A fault of ours.
    Internal(Box<Incident>),
    /// The batch was refused because the Idempotency-Key stands already: dispatch answers with what is recorded.
    AlreadyDone,
}

/// What is special about one occurrence of a problem.
#[derive(Debug, Clone)]
pub struct Occurrence {
    /// Which problem.
    pub code: Code,
    /// What is wrong this time, in a sentence; empty when the title says it all.
    pub detail: String,
    /// Wrong fields.
    pub fields: Vec<FieldError>,
    /// When to come back, as a span from now.
    pub retry_after: Option<Span>,
    /// Further members of the problem document, and of the log line.
    pub members: Vec<(&'static str, serde_json::Value)>,
    /// Further response headers.
    pub headers: Vec<(&'static str, String)>,
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::Problem(Box::new(Occurrence {
            code,
            detail: String::new(),
            fields: Vec::new(),
            retry_after: None,
            members: Vec::new(),
            headers: Vec::new(),
        }))
    }
}

impl Error {
    /// A problem with a sentence about this occurrence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self::from(code).detail(detail)
    }
    fn with(mut self, change: impl FnOnce(&mut Occurrence)) -> Self {
        if let Self::Problem(p) = &mut self {
            change(p);
        }
        self
    }
    /// Sets the sentence about this occurrence.
    #[must_use]
    pub fn detail(self, text: impl Into<String>) -> Self {
        self.with(|p| p.detail = text.into())
    }
    /// Says when to come back.
    #[must_use]
    pub fn retry_after(self, span: Span) -> Self {
        self.with(|p| p.retry_after = Some(span))
    }
    /// Adds a member to the problem document (RFC 9457 §3.2).
    #[must_use]
    pub fn member(self, name: &'static str, value: impl Into<serde_json::Value>) -> Self {
        self.with(|p| p.members.push((name, value.into())))
    }
    /// Adds a response header.
    #[must_use]
    pub fn header(self, name: &'static str, value: impl Into<String>) -> Self {
        self.with(|p| p.headers.push((name, value.into())))
    }
    /// Wrong fields.
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let detail = match fields.len() {
            1 => "1 field is not valid".to_owned(),
            n => format!("{n} fields are not valid"),
        };
        Self::new(Code::ValidationFailed, detail).with(|p| p.fields = fields)
    }
    /// A fault of ours, at the caller's place.
    #[track_caller]
    pub fn incident(what: &'static str, cause: impl Into<String>) -> Self {
        Self::Internal(Box::new(Incident { at: Location::caller(), what, cause: cause.into() }))
    }
    /// The wrong fields, for a form that is shown again.
    pub fn fields(&self) -> &[FieldError] {
        match self {
            Self::Problem(p) => &p.fields,
            Self::Internal(_) | Self::AlreadyDone => &[],
        }
    }
    /// The code, as the caller sees it.
    pub fn code(&self) -> Code {
        match self {
            Self::Problem(p) => p.code,
            Self::Internal(_) => Code::Internal,
            Self::AlreadyDone => Code::IdempotencyInProgress,
        }
    }
    /// Makes sense of what the database said. One function for D1 and rusqlite, whose texts agree.
    #[track_caller]
    pub fn from_db(error: DbError) -> Self {
        Self::from_db_at(Location::caller(), error)
    }

    pub(crate) fn from_db_at(at: &'static Location<'static>, DbError(text): DbError) -> Self {
        let guard = Guard::ALL.into_iter().find(|g| text.contains(g.text()));
        match guard {
            Some(Guard::One) => Code::NotFound.into(),
            Some(Guard::Version) => Code::VersionConflict.into(),
            Some(Guard::Credential) => Code::KeyRevoked.into(),
            Some(Guard::Limit) => Code::RateLimited.into(),
            Some(Guard::Plan) => Code::PlanLimit.into(),
            Some(Guard::Idempotency) => Self::AlreadyDone,
            Some(Guard::Lease | Guard::State) => Code::WrongState.into(),
            None if text.contains("UNIQUE constraint failed") => Code::AlreadyExists.into(),
            // The only foreign keys of a tenant table carry the tenant: what is named there is not there, or not theirs.
            None if text.contains("FOREIGN KEY constraint failed") => Code::NotFound.into(),
            None if is_transient(&text) => Self::from(Code::Unavailable).retry_after(Span::seconds(2)).member("cause", "database"),
            None => Self::Internal(Box::new(Incident { at, what: "a database statement", cause: text })),
        }
    }
    /// Whether the same thing may succeed later without anyone changing it.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Internal(_)) || matches!(self.code(), Code::Unavailable | Code::AuthUnavailable)
    }
}

/// D1's texts for passing trouble (its documentation and workers-sdk threads).
fn is_transient(text: &str) -> bool {
    ["Network connection lost", "object to be reset", "code was updated", "D1 DB is overloaded", "timed out"]
        .iter()
        .any(|t| text.contains(t))
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Problem(p) if p.detail.is_empty() => write!(f, "{}: {}", p.code.slug(), p.code.title()),
            Self::Problem(p) => write!(f, "{}: {}", p.code.slug(), p.detail),
            Self::Internal(i) => write!(f, "{} at {}: {}", i.what, i.at, i.cause),
            Self::AlreadyDone => f.write_str("already done under this Idempotency-Key"),
        }
    }
}

/// Best-effort work says so, and says what it was.
pub trait OrLog<T> {
    /// Logs the error under `what` and goes on without the value.
    fn or_log(self, log: &dyn crate::ports::Log, now: Millis, what: &'static str) -> Option<T>;
}
impl<T, E: std::fmt::Display> OrLog<T> for Result<T, E> {
    fn or_log(self, log: &dyn crate::ports::Log, now: Millis, what: &'static str) -> Option<T> {
        self.map_err(|e| crate::log::best_effort(log, now, what, &e.to_string())).ok()
    }
}
