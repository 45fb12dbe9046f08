//! The pages that Stripe hosts for its customers, and the control desk's: plain forms, no script. They look like what they are: a
//! local emulator, never Stripe.

mod checkout;
mod desk;
mod invoice;
mod layout;
mod portal;
mod words;

use crate::{
    core::{Settings, error::ApiError, params::Params, world::CardBehavior, world::World},
    host::{Answer, Media},
};
use maud::Markup;

pub(crate) use desk::page_of as desk;

/// Where the pages' style is.
pub(crate) const STYLE: &str = "/_emulator/emulator.css";

/// What a page needs to answer.
pub(crate) struct Visit<'a> {
    /// The state.
    pub world: &'a mut World,
    /// What the emulator is set to.
    pub settings: &'a Settings<'a>,
    /// The emulator's time, Unix seconds.
    pub now: i64,
    /// GET or POST.
    pub method: &'a str,
    /// What a form sent.
    pub body: &'a str,
}

/// Answers a request for a page. `None` when the path is none of a page's.
pub(crate) fn serve(visit: &mut Visit<'_>, path: &str) -> Option<Answer> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let page: fn(&mut Visit<'_>, &[&str]) -> Answer = match parts.first() {
        Some(&"checkout") => checkout::serve,
        Some(&"portal") => portal::serve,
        Some(&"invoices") => invoice::serve,
        Some(&"") => return Some(see_other("/_emulator")),
        _ => return None,
    };
    if visit.world.switches.outage {
        return Some(problem(503, "Stripe is unavailable", "The emulator's outage switch is on. Turn it off on the control desk."));
    }
    Some(page(visit, parts.get(1..).unwrap_or_default()))
}

/// The style.
pub(crate) fn style() -> Answer {
    Answer {
        status: 200,
        headers: vec![("cache-control", "no-cache".to_owned()), ("x-content-type-options", "nosniff".to_owned())],
        media: Media::Css,
        body: include_str!("pages/style.css").to_owned(),
    }
}

/// A page whose forms lead, beside the emulator itself, to these origins: browsers hold the redirect that answers a form to the policy
/// of the page that has the form (CSP 3 §6.4.1).
fn page(status: u16, markup: Markup, forms_lead_to: &[&str]) -> Answer {
    let forms: String = forms_lead_to.iter().flat_map(|origin| [" ", origin]).collect();
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self'{forms}; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    );
    let headers = vec![
        ("content-security-policy", policy),
        ("cache-control", "no-store".to_owned()),
        // A portal's address lets in whoever has it.
        ("referrer-policy", "no-referrer".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
    ];
    Answer { status, headers, media: Media::Html, body: markup.into_string() }
}

/// The answer to a form that did its work.
pub(crate) fn see_other(to: &str) -> Answer {
    let headers =
        vec![("location", to.to_owned()), ("cache-control", "no-store".to_owned()), ("referrer-policy", "no-referrer".to_owned())];
    Answer { status: 303, headers, media: Media::Html, body: String::new() }
}

/// A page that says what is wrong and what to do.
pub(crate) fn problem(status: u16, title: &str, remedy: &str) -> Answer {
    page(status, layout::message(title, remedy, None), &[])
}

fn no_page() -> Answer {
    problem(404, "There is no such page", "The address is incomplete, or the emulator was reset since. Go back and begin again.")
}

fn wrong_method() -> Answer {
    problem(405, "This address takes forms only", "Go back and use the button on the page.")
}

/// The test cards that a page offers: value, number, what becomes of a charge.
const CARDS: [(CardBehavior, &str, &str, &str); 4] = [
    (CardBehavior::Pays, "pays", "4242 4242 4242 4242", "pays"),
    (CardBehavior::Declines, "declines", "4000 0000 0000 0002", "can't be saved, is declined"),
    (CardBehavior::DeclinesWhenCharged, "declines_when_charged", "4000 0000 0000 0341", "can be saved, is declined when it is charged"),
    (CardBehavior::Disputed, "disputed", "4000 0000 0000 0259", "pays, and the payment is disputed"),
];

/// The card that a form names.
pub(crate) fn take_card(params: &mut Params) -> Result<Option<CardBehavior>, ApiError> {
    let Some(word) = params.text("card")?.filter(|word| !word.is_empty()) else { return Ok(None) };
    let found = CARDS.iter().find(|(_, value, ..)| *value == word).map(|(behavior, ..)| *behavior);
    found.map(Some).ok_or_else(|| ApiError::invalid("card", "Choose one of the test cards.".to_owned()))
}
