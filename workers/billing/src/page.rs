//! The page around billing's content.

use crate::setup;
use kernel::{Reply, Request, Result};
use maud::Markup;
use shell::{Context, Frame, OrgPlace, Place};

/// A page of an organization's billing. Its forms may lead to Stripe.
///
/// # Errors
/// An incident where the path names no organization.
pub fn page<'a>(
    cx: &impl Context<'a>,
    req: &'a Request,
    title: &str,
    status: u16,
    content: impl FnOnce(&Frame<'a>) -> Result<Markup>,
) -> Result<Reply> {
    let slug = req.param("org")?;
    let frame = Frame::of(cx, req);
    let main = content(&frame)?;
    let page = frame.app(Place::Org(slug, OrgPlace::Billing), title);
    let page = if title == "Billing" { page } else { page.crumb("Billing", format!("/billing/{slug}")) };
    let reply = if status == 422 { page.again(&main) } else { page.status(status).reply(&main) };
    Ok(reply.forms_lead_to(&setup::origins(&cx.app().config)))
}
