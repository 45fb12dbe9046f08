//! The pages that ask before something is done to a subscription.

use crate::{here::Here, page};
use domain::billing::{Action, Availability};
use html::{
    form::hidden,
    part::{Tone, callout},
};
use kernel::{Millis, Read, Reply, Request, Result};
use maud::{Markup, html};
use store::forms;

/// The question; or, where it can't be done now, why. `ask` gets the token, the way back, and the field that keeps the form from being
/// acted on twice.
///
/// # Errors
/// An incident where the path names no organization.
pub fn page(cx: &Read<'_>, req: &Request, here: &Here, action: Action, ask: impl FnOnce(&str, &str, Markup) -> Markup) -> Result<Reply> {
    let home = format!("/billing/{}", req.param("org")?);
    let title = match action {
        Action::Reactivate => "Keep the subscription",
        _ => "Cancel the subscription",
    };
    let why = match here.may(action) {
        Availability::Now => None,
        Availability::Not(why) => Some(why),
    };
    page::page(cx, req, title, if why.is_some() { 409 } else { 200 }, |frame| {
        Ok(match why {
            None => ask(frame.csrf(), &home, hidden(forms::SUBMIT, &forms::fresh_id(&cx.random()))),
            Some(why) => html! {
                section class="narrow" {
                    h1 { (title) }
                    (callout(Tone::Warn, "This can't be done now", &html! { (why) }))
                    p { a class="button" href=(home) { "Back to billing" } }
                }
            },
        })
    })
}

/// A day in a sentence, such as `23 Nov 2026`.
pub fn day(at: Millis) -> String {
    html::when::plain_day(at)
}
