//! `POST /o/{org}/tickets/{id}/assign-to-me`: a button.

use super::{change::at_once, status::BUTTON};
use domain::tickets::Change;
use kernel::{Command, Committed, Principal, Request, Result, Route, Write, error::Error};

/// Gives a ticket to whoever presses it.
pub struct AssignToMe;
impl Command for AssignToMe {
    const ROUTE: Route = Route { path: "/o/{org}/tickets/{id}/assign-to-me", summary: "Assigns a ticket to the caller", ..BUTTON };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let Principal::Staff(me) = cx.principal() else { return Err(Error::incident("the caller's account", cx.principal().kind())) };
        let change = Change { assignee_id: Some(Some(me.user.clone())), ..Change::default() };
        at_once(&cx, req, change, "The ticket is yours now.", "The ticket is yours already.").await
    }
}
