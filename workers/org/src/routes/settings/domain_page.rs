//! `GET /o/{org}/settings/domains/{id}`: a domain, with the records that it needs.

use super::{Again, domain_list::state, page};
use html::{
    form::button,
    list::Table,
    page::card,
    part::{Tone, callout, copyable_as, facts},
    when,
};
use kernel::{
    DomainId, Millis, Query, Read, Reply, Request, Result, Route,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::SettingsPlace;
use store::domains::Domain;

kernel::sql! {
    Read Org ONE(2) -> ["id", "host", "state", "proof", "failing_since", "created_at", "checked_at", "last_error"] =
        "SELECT id, host, state, proof, failing_since, created_at, checked_at, last_error FROM domains WHERE org_id = ?1 AND id = ?2 AND state <> 'removed'";
}

/// Shows a domain.
pub struct DomainPage;
impl Query for DomainPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/settings/domains/{id}",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "A domain of the organization's own, with the records that it needs",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (slug, id) = (req.param("org")?, req.id_param::<DomainId>("id")?);
        let row = cx.first(ONE.bind([cx.org()?.into(), (&id).into()])).await?.ok_or(Code::NotFound)?;
        let domain = Domain::of(&row)?;
        let (checked, why) = (row.int(6)?, row.opt_text(7)?);
        let here = format!("/o/{slug}/settings/domains/{id}");
        let target = cx.app().config.portal_host(slug);
        page(&cx, req, SettingsPlace::Domains, &domain.host, Again::No, |frame| {
            html! {
                p { a href={ "/o/" (slug) "/settings/domains" } { "All domains" } }
                @match (domain.state.as_str(), domain.failing_since, why) {
                    ("active", Some(since), Some(why)) => (callout(Tone::Warn, "The record is missing", &html! {
                        (why) " It was last found before " (when::at(since)) ". Put it back within three days of that, or your portal stops being served here."
                    })),
                    ("failed", _, why) => (callout(Tone::Bad, "This domain is not served", &html! {
                        @if let Some(why) = why { (why) " " } "Add the record below, then check again."
                    })),
                    ("pending", _, Some(why)) => (callout(Tone::Warn, "Not found yet", &html! { (why) " A new record can take some hours to be seen. We look every hour, for a week." })),
                    _ => {},
                }
                (card(&domain.host, "", &html! { (button(&format!("{here}/check"), frame.csrf(), "Check now")) a class="button" href={ (here) "/remove" } data-dialog="" { "Remove" } }, &facts(&[
                    ("State", state(&domain.state)),
                    ("Last checked", html! { @if checked == 0 { "never" } @else { (when::at(Millis::new(checked))) } }),
                    ("Added", when::at(domain.created_at)),
                ])))
                (card("Records", "Add both at the provider of your domain's DNS.", &html! {}, &html! {
                    p class="quiet" { "The TXT record proves that the domain is yours. Leave it in place: it is checked every day. The CNAME record leads your customers to your portal." }
                    (Table { caption: "Records", columns: &["Type", "Name", "Value"] }.render(&[
                        vec![html! { "TXT" }, copyable_as("name of the TXT record", &domain.record()), copyable_as("value of the TXT record", &domain.proof)],
                        vec![html! { "CNAME" }, copyable_as("name of the CNAME record", &domain.host), copyable_as("value of the CNAME record", &target)],
                    ]))
                }))
            }
        })
    }
}
