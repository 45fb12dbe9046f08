//! `GET /o/{org}/settings/domains/{id}`: a domain, with the records that it needs.

use super::{Again, domain_list::state, manages, page};
use html::{
    form::button,
    list::Table,
    page::card,
    part::{Tone, callout, copyable_as, facts, name},
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
use maud::{Markup, html};
use shell::SettingsPlace;
use store::domains::{self, Domain, Step};

/// Shows a domain.
pub struct DomainPage;
impl Query for DomainPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/settings/domains/{id}",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
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
        let row = cx.first(domains::one(cx.org()?, &id)).await?.ok_or(Code::NotFound)?;
        let domain = Domain::of(&row)?;
        let (checked, why) = (row.int(10)?, row.opt_text(11)?);
        let here = format!("/o/{slug}/settings/domains/{id}");
        let target = cx.app().config.portal_host(slug);
        let step = domain.step();
        page(&cx, req, SettingsPlace::Domains, &domain.host, Again::No, |frame| {
            let buttons = html! {
                @if manages(cx.principal()) {
                    (button(&format!("{here}/check"), frame.csrf(), "Check now"))
                    a class="button" href={ (here) "/remove" } data-dialog="" { "Remove" }
                }
            };
            let mut about = vec![
                ("State", state(step)),
                ("Last checked", html! { @if checked == 0 { "never" } @else { (when::at(Millis::new(checked))) } }),
            ];
            // Whose host it is must be proven before anything that concerns it is shown.
            if domain.proven_at.is_some() {
                about.push(("Record found", html! { @if let Some(at) = domain.proven_at { (when::at(at)) } }));
                about.push(("Host name", word(&domain.edge.status.replace('_', " "))));
                about.push(("Certificate", word(&domain.edge.certificate.replace('_', " "))));
            }
            about.push(("Added", when::at(domain.created_at)));
            html! {
                p { a href={ "/o/" (slug) "/settings/domains" } { "All domains" } }
                (next_step(&domain, step, why, &target))
                (card(&domain.host, "", &buttons, &facts(&about)))
                (card("Records", "Add both where the DNS of your domain is managed.", &html! {}, &html! {
                    p class="quiet" { "The TXT record proves that the domain is yours. Leave it in place: it is checked every day. The CNAME record leads your customers to your portal, and lets us get a certificate for it." }
                    (Table { caption: "Records", columns: &["Type", "Name", "Value"] }.render(&[
                        vec![html! { "TXT" }, copyable_as("name of the TXT record", &domain.record()), copyable_as("value of the TXT record", &domain.proof)],
                        vec![html! { "CNAME" }, copyable_as("name of the CNAME record", &domain.host), copyable_as("value of the CNAME record", &target)],
                    ]))
                }))
            }
        })
    }
}

/// A status of the edge in its words, made readable: `pending_validation` is `pending validation`.
fn word(status: &str) -> Markup {
    html! { @if status.is_empty() { span class="quiet" { "not asked for yet" } } @else { (status.replace('_', " ")) } }
}

/// What is to be done next. `why` is what the last lookup found wrong.
fn next_step(domain: &Domain, step: Step, why: Option<&str>, target: &str) -> Markup {
    match (step, why) {
        (Step::Active, _) => html! {},
        (Step::Fading(since), why) => callout(
            Tone::Warn,
            "The record is missing",
            &html! {
                (why.unwrap_or_default()) " It was last found before " (when::at(since))
                ". Put it back within three days of that, or your portal stops being served here."
            },
        ),
        (Step::Failed, why) => callout(
            Tone::Bad,
            "This domain is not served",
            &html! {
                @if let Some(why) = why { (why) " " } "Add the record below, then check again."
            },
        ),
        (Step::Certificate, _) => callout(
            Tone::Warn,
            "The record is found; the certificate is on its way",
            &html! {
                "Set the CNAME record of " (domain.host) " to " (target)
                " if you haven't yet. A certificate is issued once it leads here, usually within minutes, and this page says so."
                @if let Some(problem) = &domain.edge.problem { p { "Cloudflare says: " (name(problem)) } }
            },
        ),
        (Step::Record, Some(why)) => callout(
            Tone::Warn,
            "Not found yet",
            &html! {
                (why) " A new record can take some hours to be seen. We look every hour, for a week."
            },
        ),
        (Step::Record, None) => {
            callout(Tone::Plain, "Add the TXT record first", &html! { "Then press Check now, or wait: we look every hour, for a week." })
        }
    }
}
