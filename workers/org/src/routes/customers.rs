//! Customers of the organization: the list, each one's page, and the forms that invite, rename, block them.

pub mod block;
pub mod block_page;
pub mod cancel;
pub mod cancel_page;
pub mod edit_page;
pub mod invite;
pub mod invite_page;
pub mod list;
pub mod page;
pub mod rename;
pub mod resend;
pub mod unblock;

use domain::customers::Customer;
use kernel::{CustomerId, OrgId, Read, Request, Result, Stmt, Write, error::Code, limit::Exact};

/// Invitations, first ones and repeated ones, of each member.
pub const INVITATIONS: Exact = Exact { name: "customer_invitations", limit: 30, window_seconds: 3_600 };

/// The customer that the path names, and a number that concerns them, in one round trip.
async fn of_page_with(cx: &Read<'_>, req: &Request, number: impl FnOnce(&OrgId, &CustomerId) -> Stmt) -> Result<(Customer, i64)> {
    let (org, id) = (cx.org()?, req.id_param::<CustomerId>("id")?);
    let sets = cx.read(vec![store::customers::one(org, &id), number(org, &id)]).await?;
    let mut first = sets.into_iter().map(|rows| rows.into_iter().next());
    let customer = store::customers::of(&first.next().flatten().ok_or(Code::NotFound)?)?;
    Ok((customer, first.next().flatten().map_or(Ok(0), |row| row.int(0))?))
}
/// The customer that the path names.
macro_rules! named {
    ($name:ident, $cx:ty) => {
        async fn $name(cx: &$cx, req: &Request) -> Result<Customer> {
            let (org, id) = (cx.org()?, req.id_param::<CustomerId>("id")?);
            let row = cx.first(store::customers::one(org, &id)).await?.ok_or(Code::NotFound)?;
            store::customers::of(&row)
        }
    };
}
named!(of_page, Read<'_>);
named!(of_form, Write<'_>);

/// The address of a customer's page.
fn address(slug: &str, customer: &Customer) -> String {
    format!("/o/{slug}/customers/{}", customer.id)
}
