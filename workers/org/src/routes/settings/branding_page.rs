//! `GET /o/{org}/settings/branding`: the logo and the colors of the portal, with a picture of what they come to.

use super::{Again, Current, current, logo::FIELD, manages, page, version_field};
use domain::{branding::Branding, logos};
use html::{
    form::{Field, Form, Kind, hidden, summary},
    page::card,
    part::{facts, initials},
};
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    limit::Limit,
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::{Context, SettingsPlace};

/// Shows the form.
pub struct BrandingPage;
impl Query for BrandingPage {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/settings/branding",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "The look of an organization's portal",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let now = Current::of(cx.first(current(cx.org()?)).await?.as_ref())?;
        let stored = Branding::stored(now.branding.as_deref());
        show(&cx, req, &now, &stored, Again::No)
    }
}

/// The page.
pub(super) fn show<'a>(cx: &impl Context<'a>, req: &'a Request, now: &Current, colors: &Branding, again: Again<'_>) -> Result<Reply> {
    page(cx, req, SettingsPlace::Branding, "Branding", again, |frame| {
        let fields = Branding::FIELDS.map(|(name, label)| Field::new(Kind::Color, name, label).value(colors.get(name)));
        let action = format!("/o/{}/settings/branding", now.slug);
        let [upload, remove] = ["logo", "logo/remove"].map(|end| format!("{action}/{end}"));
        let file =
            Field::new(Kind::File, FIELD, if colors.logo.is_some() { "New logo file" } else { "Logo file" }).accept(logos::ACCEPT).hint(
                "PNG, JPEG or WebP, up to 256 KB and 2,000 by 2,000 pixels. It is shown 28 pixels high; at twice that size it stays sharp.",
            );
        let mut all = vec![file];
        all.extend(fields);
        let manages = manages(cx.principal());
        let values = Branding::FIELDS.map(|(name, label)| (label, html! { code { (colors.get(name)) } }));
        html! {
            (summary(again.errors(), &all))
            (card("Logo", "Shown at the top of your portal and in the e-mails your customers get, in place of your initials.", &html! {}, &html! {
                @if colors.logo.is_some() {
                    p { img class="logo" src=(format!("{upload}?v={}", now.look)) alt="Your logo as it is now" height="28"; }
                }
                @if !manages && colors.logo.is_none() { p class="quiet" { "No logo was uploaded." } }
                @if manages { (Form::new(&upload, frame.csrf(), "Upload").upload().render(&html! { (version_field(now.version)) (file.render(again.errors())) })) }
                @if manages && colors.logo.is_some() {
                    form class="inline" method="post" action=(remove) {
                        (hidden(html::form::TOKEN, frame.csrf()))
                        (version_field(now.version))
                        button type="submit" class="danger" { "Remove logo" }
                    }
                }
            }))
            (card("Preview", "How your portal looks in the light theme. In the dark theme, buttons and links are lightened so that they stay readable.", &html! {}, &preview(&now.name, colors, &upload, now.look)))
            @if !manages { (card("Colors", "", &html! {}, &facts(&values))) }
            @if manages { (card("Colors", "Text needs a contrast of 4.5 to 1 with what is behind it, buttons 3 to 1. The color of the text on buttons is chosen for you.", &html! {},
                &Form::new(&action, frame.csrf(), "Save").also("Preview", "do", "preview").also("Use default colors", "do", "reset").guard_changes().render(&html! {
                    (version_field(now.version))
                    @for f in &fields { (f.render(again.errors())) }
                }))) }
        }
    })
}

/// A picture of the portal in these colors, under its logo or its initials. Presentation attributes: nothing inline that the content
/// policy would refuse. `upload` is where the logo is, `look` the version of what is stored.
fn preview(name: &str, colors: &Branding, upload: &str, look: i64) -> Markup {
    // What is no color is not drawn.
    let fill = |field: &str| domain::branding::Color::parse(colors.get(field)).map(domain::branding::Color::hex);
    let shown: String = name.chars().take(28).collect();
    html! {
        svg viewBox="0 0 480 170" width="480" height="170" role="img" aria-label="A page of your portal in these colors" {
            rect width="480" height="170" rx="8" fill=[fill("background")] stroke=[fill("border")] {}
            @if colors.logo.is_some() {
                foreignObject x="24" y="14" width="432" height="32" {
                    div class="preview-brand" { img class="logo" src=(format!("{upload}?v={look}")) alt="" height="28"; span { (shown) } }
                }
            } @else {
                rect x="24" y="18" width="24" height="24" rx="6" fill=[fill("primary")] {}
                text x="36" y="34" font-size="11" font-weight="600" text-anchor="middle" fill=(colors.button_text().hex()) { (initials(name)) }
                text x="58" y="35" font-size="14" font-weight="600" fill="#17191d" { (shown) }
            }
            rect x="24" y="54" width="432" height="94" rx="8" fill=[fill("card")] stroke=[fill("border")] {}
            text x="44" y="82" font-size="14" fill="#17191d" { "Your tickets" }
            text x="44" y="104" font-size="13" fill="#5b616c" { "Last reply two hours ago" }
            text x="44" y="130" font-size="13" text-decoration="underline" fill=[fill("link")] { "Open the ticket" }
            rect x="336" y="98" width="100" height="34" rx="6" fill=[fill("primary")] {}
            text x="386" y="120" font-size="13" font-weight="600" text-anchor="middle" fill=(colors.button_text().hex()) { "New ticket" }
        }
    }
}
