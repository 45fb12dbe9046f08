//! The customer's own tickets. Another customer's is answered like one that does not exist.

pub mod close;
pub mod comment;
pub mod create;
pub mod create_page;
pub mod list;
pub mod page;

use html::icon::Icon;
use kernel::{Result, TicketId, Write, error::Code, principal::Customer};
use maud::{Markup, html};
use store::tickets::Ticket;

/// The list.
pub const LIST: &str = "/tickets";
/// The form for a new one.
pub const NEW: &str = "/tickets/new";

/// The address of a ticket.
pub fn address(id: &str) -> String {
    format!("{LIST}/{id}")
}

/// A link that looks like the main button: a new ticket.
pub(crate) fn new_link() -> Markup {
    html! { a class="button primary" href=(NEW) { (Icon::Plus.render()) "New ticket" } }
}

/// One of the customer's own, as it is now.
///
/// # Errors
/// 404 when it is not there, or somebody else's: the same answer.
pub(crate) async fn own(cx: &Write<'_>, me: &Customer, id: &TicketId) -> Result<Ticket> {
    let row = cx.first(store::tickets::one(&me.org, id)).await?.ok_or(Code::NotFound)?;
    let ticket = store::tickets::of(&row)?;
    if ticket.customer_id.as_ref() == Some(&me.id) { Ok(ticket) } else { Err(Code::NotFound.into()) }
}
