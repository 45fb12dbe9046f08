//! `GET /o/{org}/settings/delete`: asks before an organization is deleted, with what goes in numbers.

use domain::organizations::GRACE;
use html::{
    confirm::Confirm,
    part::{Tone, callout, count},
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    error::Code,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    sql::Stmt,
};
use maud::html;
use shell::{Context, Frame, OrgPlace, Place, SettingsPlace, app::address};

kernel::sql! {
    /// What would go, and what stands against it.
    Read Org GOING(1) -> ["name", "members", "customers", "tickets", "keys", "live"] =
        "SELECT o.name, (SELECT count(*) FROM memberships WHERE org_id = ?1) AS members, (SELECT count(*) FROM customers WHERE org_id = ?1) AS customers, \
           (SELECT count(*) FROM tickets WHERE org_id = ?1) AS tickets, (SELECT count(*) FROM api_keys WHERE org_id = ?1 AND revoked_at IS NULL) AS keys, \
           EXISTS (SELECT 1 FROM subscriptions WHERE org_id = ?1 AND status NOT IN ('canceled', 'incomplete_expired')) AS live \
         FROM orgs o WHERE o.id = ?1";
}

/// Asks.
pub struct DeletePage;
impl Query for DeletePage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/settings/delete",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Own),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Asks before an organization is deleted",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let going = Going::of(&cx.first(going(cx.org()?)).await?.ok_or(Code::NotFound)?)?;
        show(&cx, req, &going, &[])
    }
}

/// What would go.
pub(super) struct Going {
    pub name: String,
    pub counts: [i64; 4],
    /// Whether a subscription is live.
    pub live: bool,
}
impl Going {
    pub fn of(row: &kernel::Row) -> Result<Self> {
        Ok(Self { name: row.text(0)?.to_owned(), counts: [row.int(1)?, row.int(2)?, row.int(3)?, row.int(4)?], live: row.int(5)? == 1 })
    }
}
/// Asks for it.
pub(super) fn going(org: &kernel::OrgId) -> Stmt {
    GOING.bind([org.into()])
}

/// The page.
pub(super) fn show<'a>(cx: &impl Context<'a>, req: &'a Request, going: &Going, errors: &[FieldError]) -> Result<Reply> {
    let slug = req.param("org")?;
    let frame = Frame::of(cx, req);
    let [members, customers, tickets, keys] = going.counts;
    let days = GRACE.as_seconds_up() / 86_400;
    let gone = [
        format!("{} and {} lose access now.", count(members, "member", "members"), count(customers, "customer", "customers")),
        format!("{} stop working within a minute.", count(keys, "API key", "API keys")),
        format!(
            "{}, exports, webhooks and settings are kept for {days} days and then removed for good.",
            count(tickets, "ticket", "tickets")
        ),
        "Every owner gets an e-mail. Until then any of them can restore it.".to_owned(),
    ];
    let (title, back) = (format!("Delete {}?", going.name), format!("/o/{slug}/settings/danger"));
    let main = html! {
        @if going.live {
            section class="narrow" {
                h1 { (title) }
                (callout(Tone::Warn, "There is an active subscription", &html! {
                    "Cancel it first, and delete the organization once it has ended; otherwise you would go on paying. "
                    @if let Some(href) = address(slug, OrgPlace::Billing) { a href=(href) { "Open billing" } }
                }))
                p { a class="button" href=(back) { "Back to settings" } }
            }
        } @else {
            (Confirm::new(&title, req.path(), frame.csrf(), "Delete organization", &back).consequences(&gone).type_name(slug).render(errors))
        }
    };
    let page = frame.app(Place::Org(slug, OrgPlace::Settings(SettingsPlace::Danger)), "Delete organization");
    Ok(match (errors, going.live) {
        ([], _) if req.method() == Method::Get => page.reply(&main),
        ([], true) => page.status(409).reply(&main),
        _ => page.again(&main),
    })
}
