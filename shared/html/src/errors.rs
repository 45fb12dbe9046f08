//! An error as a page: what happened, what to do, and the request id that support asks for. At a tenant's portal it stands in the
//! tenant's name and colors.
//!
//! Codes are worded for programs; where a person would not understand that, this says it for people.

use crate::{
    document::{Look, Shell, document},
    part,
};
use kernel::{
    Error, Id, RequestId,
    error::{Code, Occurrence},
    host::{PortalState, Site, Tenant},
    time::Span,
};
use maud::html;

/// The page of an error, in the look of its site: the console's label must not be missing where something went wrong.
///
/// Where the host is nobody's there is no site: then it is nobody's page too.
pub fn error_page(site: Option<&Site>, error: &Error, request: &RequestId) -> String {
    let code = error.code();
    let Some(Site::Portal(tenant)) = site else {
        let (title, remedy) = words(code);
        let look = site.map_or(Look::Portal, |site| Look::of(site.surface()));
        return page(&Shell::new(look, "Portico", title), error, remedy, request);
    };
    let said = at_portal(code, tenant);
    let (title, remedy) = match &said {
        Some((title, remedy)) => (title.as_str(), remedy.as_str()),
        None => words(code),
    };
    let mut shell = Shell::new(Look::Portal, &tenant.name, title);
    shell.brand_sheet = (tenant.branding > 0).then(|| format!("/brand.css?v={}", tenant.branding));
    shell.logo = tenant.logo_path();
    page(&shell, error, remedy, request)
}

/// Title and remedy where a portal, or one account, is closed to its customers: whose decision it is, and what becomes of their data.
fn at_portal(code: Code, tenant: &Tenant) -> Option<(String, String)> {
    let name = &tenant.name;
    Some(match (code, tenant.state) {
        (Code::PortalClosed, PortalState::Suspended) => (
            "This portal is not available at the moment".to_owned(),
            format!("Your account and your tickets are kept. Try again later, or contact {name} in another way."),
        ),
        (Code::PortalClosed, PortalState::Leaving) => (
            "This portal is closing for good".to_owned(),
            format!(
                "Accounts here can't be used any more, and what they hold will be deleted with the portal. For what you still need, contact {name} in another way."
            ),
        ),
        (Code::PortalClosed, PortalState::Off | PortalState::Open) => (
            "This portal is closed".to_owned(),
            format!(
                "Your account and your tickets are kept, and can be used again when it opens. Until then, contact {name} in another way."
            ),
        ),
        (Code::AccountBlocked, _) => (
            "Your account is blocked".to_owned(),
            format!(
                "{name} has blocked this account: it can't be used here, and nothing in it was deleted. Contact {name} to have it opened again."
            ),
        ),
        _ => return None,
    })
}

/// The page of a surface that is out of use on purpose: what the operators wrote, and when it is over, as they plan it.
pub fn maintenance_page(look: Look, brand: &str, message: &str, until: Option<kernel::Millis>, request: &RequestId) -> String {
    let title = "Down for maintenance";
    let main = html! {
        section class="narrow problem" {
            p class="status" { "Error 503" }
            h1 { (title) }
            @if !message.is_empty() { (part::prose(message)) }
            p {
                "Your data is safe. "
                @match until { Some(end) => { "This is planned to end on " (crate::when::at(end)) "." }, None => "Try again in a few minutes." }
            }
            (part::facts(&[("Request id", part::copyable(request.as_str()))]))
        }
    };
    document(&Shell::new(look, brand, title), &main)
}

/// Title and remedy for people.
fn words(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::NoRoute | Code::NotFound => (
            "This page was not found",
            "Check the address. What you are looking for may have been removed, or you may not have access to it.",
        ),
        Code::MethodNotAllowed => ("This page can't be used that way", "Go back and use the page's own buttons."),
        Code::BadRequest | Code::UnsupportedMedia | Code::UrlTooLong | Code::CursorInvalid => {
            ("The request could not be read", "Go to the home page and try again from there.")
        }
        Code::BodyTooLarge => ("That was too much to send", "Go back and send less text, or a smaller file."),
        Code::RateLimited => ("Too many attempts", "Wait a little, then try again."),
        Code::ValidationFailed => ("The address has a part that is not valid", "Go to the home page and try again from there."),
        Code::AlreadyExists | Code::Conflict | Code::VersionConflict | Code::WrongState => {
            (code.title(), "Go back, reload the page and look at the current state before you try again.")
        }
        Code::UnknownHost => (
            code.title(),
            "Check the address. If it is a domain of your own, its settings say what is still missing; a new one takes a minute to be served.",
        ),
        other => (other.title(), other.remedy()),
    }
}

/// A wait as people say it.
fn wait(span: Span) -> String {
    let count = |n: i64, unit: &str| if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") };
    match span.as_seconds_up().max(1) {
        seconds @ ..=90 => count(seconds, "second"),
        seconds @ ..=5_400 => count((seconds + 59) / 60, "minute"),
        seconds => count((seconds + 3_599) / 3_600, "hour"),
    }
}

fn page(shell: &Shell<'_>, error: &Error, remedy: &str, request: &RequestId) -> String {
    let code = error.code();
    let nothing = Vec::new();
    let (detail, retry, fields) = match error {
        Error::Problem(p) => {
            let Occurrence { detail, retry_after, fields, .. } = &**p;
            (detail.as_str(), *retry_after, fields)
        }
        // What went wrong inside is for the log, never for the page.
        Error::Internal(_) | Error::AlreadyDone => ("", None, &nothing),
    };
    let main = html! {
        section class="narrow problem" {
            p class="status" { "Error " (code.status()) }
            h1 { (shell.title) }
            // A limit in its numbers is for programs; people are told how long to wait.
            @if !detail.is_empty() && (code != Code::RateLimited || retry.is_none()) { p { (detail) } }
            @if !fields.is_empty() { ul { @for f in fields { li { code { (f.pointer.trim_start_matches(['/', '?'])) } ": " (f.message) " " (f.fix) } } } }
            p {
                @match retry {
                    // How long is all there is to do about it.
                    Some(span) if code == Code::RateLimited => { "You can try again in " (wait(span)) "." },
                    Some(span) => { (remedy) " Try again in " (wait(span)) "." },
                    None => (remedy),
                }
            }
            p class="ways" {
                @match code {
                    // There is nothing at this host to go to.
                    Code::UnknownHost => {},
                    Code::SignInNeeded => a class="button primary" href=(kernel::dispatch::SIGN_IN) { "Sign in" },
                    Code::AccountBlocked => a class="button" href=(kernel::dispatch::SIGN_IN) { "Sign in with another account" },
                    // The start is closed as well.
                    Code::PortalClosed => a class="button" href="/" { "Try again" },
                    _ => a class="button primary" href="/" { "Go to the home page" },
                }
            }
            (part::facts(&[("Request id", part::copyable(request.as_str()))]))
        }
    };
    document(shell, &main)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Millis;

    #[test]
    fn every_code_has_a_page_with_title_remedy_and_request_id() {
        let id = RequestId::make(Millis::new(1_795_464_526_007), [7; 10]);
        for code in Code::ALL {
            let text = error_page(Some(&Site::App), &Error::new(*code, "About <this> time"), &id);
            assert!(text.contains(id.as_str()) && text.contains("About &lt;this&gt; time"), "{code:?}");
            assert_eq!(text.matches("<h1>").count(), 1);
            assert!(text.contains(&format!("Error {}", code.status())));
            let (title, remedy) = words(*code);
            assert!(!title.is_empty() && remedy.ends_with('.'), "{code:?}");
            // These three are about API keys, which no page takes.
            if !matches!(code, Code::KeyInUrl | Code::KeyMissing | Code::ScopeMissing) {
                assert!(!remedy.contains('`') && !title.contains("endpoint"), "{code:?} speaks to programs");
            }
        }
    }

    #[test]
    fn a_fault_of_ours_shows_nothing_of_its_cause() {
        let id = RequestId::make(Millis::new(0), [0; 10]);
        let text = error_page(Some(&Site::Platform), &Error::incident("reading the vault", "secret-cause"), &id);
        assert!(!text.contains("secret-cause") && !text.contains("vault"));
        assert!(text.contains("Operator console"));
    }

    #[test]
    fn a_closed_portal_says_why_in_its_own_name_and_colors() {
        let id = RequestId::make(Millis::new(0), [0; 10]);
        let tenant = |state| Tenant {
            org: kernel::OrgId::make(Millis::new(0), [1; 10]),
            slug: "acme".into(),
            name: "Acme <Works>".into(),
            state,
            self_sign_up: false,
            branding: 7,
            logo: true,
        };
        let states = [PortalState::Off, PortalState::Suspended, PortalState::Leaving];
        let said = states.map(|state| error_page(Some(&Site::Portal(tenant(state))), &Code::PortalClosed.into(), &id));
        let blocked = error_page(Some(&Site::Portal(tenant(PortalState::Open))), &Code::AccountBlocked.into(), &id);
        let all: Vec<&String> = said.iter().chain([&blocked]).collect();
        for (at, page) in all.iter().enumerate() {
            assert!(page.contains("contact Acme &lt;Works&gt;") || page.contains("Contact Acme &lt;Works&gt;"), "{page}");
            assert!(page.contains("href=\"/brand.css?v=7\"") && page.contains("<span class=\"clip\">Acme &lt;Works&gt;</span>"), "{page}");
            assert!(all[at + 1..].iter().all(|other| other != page), "each has its own words");
        }
    }

    #[test]
    fn maintenance_says_when_it_is_over() {
        let id = RequestId::make(Millis::new(0), [0; 10]);
        let text = maintenance_page(Look::Portal, "Acme", "We move <house>.", Some(Millis::new(1_795_464_526_007)), &id);
        assert!(text.contains("23 Nov 2026, 20:08 UTC") && text.contains("We move &lt;house&gt;.") && text.contains(id.as_str()));
        assert!(maintenance_page(Look::App, "Portico", "", None, &id).contains("Try again in a few minutes."));
    }

    #[test]
    fn a_wait_is_said_in_the_unit_that_fits() {
        let said: Vec<String> = [0, 1, 45, 91, 3_600, 7_200].into_iter().map(|s| wait(Span::seconds(s))).collect();
        assert_eq!(said, ["1 second", "1 second", "45 seconds", "2 minutes", "60 minutes", "2 hours"]);
    }
}
