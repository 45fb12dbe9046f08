//! `POST /billing/orgs/{id}/dry-run`: shows what a repair would change, beside what is held and what Stripe says. Changes nothing.

use crate::console::{
    prepare::{Subject, Unable, prepare},
    reason,
    repair::{Kind, Repair, Values},
    show,
};
use domain::actions;
use html::{
    form::{self, Form, hidden},
    page::{card, head},
    part::{Tone, callout},
};
use kernel::{
    Command, Committed, OrgId, Reply, Request, Result, Route, Write,
    error::Error,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::html;
use shell::{ConsolePlace, Frame};
use store::forms::{SUBMIT, fresh_id};

/// Shows what a repair would do.
pub struct DryRun;
impl Command for DryRun {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/billing/orgs/{id}/dry-run",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Billing),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::BILLING_REPAIRED]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Shows what a repair of billing would change",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let id = req.id_param::<OrgId>("id")?;
        let input = req.input()?;
        let kind = Repair::kind(&input);
        let (repair, sent) = (kind.and_then(|kind| Repair::read(kind, &input)), Values::sent(&input));
        let finished = input.finish();
        let subject = Subject::read(&cx, &id).await?;
        match (kind, repair, finished) {
            (_, Some(repair), Ok(())) => Ok(cx.unchanged(page(&cx, req, &subject, &repair, "", &[]).await?)),
            (Some(kind), _, Err(Error::Problem(refused))) => Ok(cx.unchanged(again(&cx, req, &subject, kind, &sent, &refused.fields))),
            (_, _, Err(e)) => Err(e),
            (_, None, Ok(())) => Err(Error::incident("a repair's form", "it was neither read nor refused")),
        }
    }
}

/// The repair's form again, with what was sent and what is wrong with it.
pub fn again(cx: &Write<'_>, req: &Request, subject: &Subject, kind: Kind, sent: &Values, errors: &[FieldError]) -> Reply {
    let home = format!("/billing/orgs/{}", subject.held.org);
    let (frame, title) = (Frame::of(cx, req), kind.title());
    let main = html! {
        (form::summary(errors, &kind.fields(sent)))
        (head(title, "Nothing has been changed.", &html! {}))
        (card("", kind.about(), &html! {}, &kind.form(&format!("{home}/dry-run"), frame.csrf(), sent, errors)))
        (show::sides(&subject.held, None, None))
        p { a class="button" href=(home) { "Back to billing" } }
    };
    frame.platform(ConsolePlace::Billing, title).crumb("Billing", "/billing").crumb(&subject.name, home.as_str()).again(&main)
}

/// The page; shown again with what was wrong with the reason.
///
/// # Errors
/// What the database refused.
pub async fn page(cx: &Write<'_>, req: &Request, subject: &Subject, repair: &Repair, given: &str, errors: &[FieldError]) -> Result<Reply> {
    let (held, home) = (&subject.held, format!("/billing/orgs/{}", subject.held.org));
    let title = repair.kind.title();
    let frame = Frame::of(cx, req);
    let action = format!("{home}/repair");
    let main = match prepare(cx, subject, repair, "dry run").await {
        Ok(p) => {
            let change = p.change(cx)?;
            let says: Vec<String> = p.says.iter().cloned().chain([repair.kind.undo().to_owned()]).collect();
            let field = reason::field(given);
            html! {
                (form::summary(errors, std::slice::from_ref(&field)))
                (head(title, "Nothing has been changed yet.", &html! {}))
                (card("What will happen", "", &html! {}, &html! { ul class="consequences" { @for text in &says { li { (text) } } } }))
                (show::sides(held, p.now.as_ref(), Some(&change)))
                (Form::new(&action, frame.csrf(), title).cancel(&home).render(&html! {
                    (repair.hidden()) (hidden(SUBMIT, &fresh_id(&cx.random()))) (hidden("version", &held.version.to_string())) (field.render(errors))
                }))
            }
        }
        Err(Unable::Ours(e)) => return Err(e),
        Err(Unable::Wrong { field, message, fix }) => {
            let wrong = FieldError { pointer: format!("/{field}"), code: "wrong_state", message, fix };
            return Ok(again(cx, req, subject, repair.kind, &Values::of(repair), &[wrong]));
        }
        Err(e) => {
            let why = match e {
                Unable::Stripe(e) => {
                    crate::ask::note(cx, "a dry run", &e);
                    format!("{} Below is only what we hold.", provider::reason(&e))
                }
                Unable::Not(why) | Unable::Wrong { message: why, .. } => why,
                Unable::Ours(e) => return Err(e),
            };
            html! {
                (head(title, "", &html! {}))
                (callout(Tone::Warn, "This can't be done now", &html! { (why) }))
                (show::sides(held, None, None))
                p { a class="button" href=(home) { "Back to billing" } }
            }
        }
    };
    let page = frame.platform(ConsolePlace::Billing, title).crumb("Billing", "/billing").crumb(&subject.name, home.as_str());
    Ok(if errors.is_empty() { page.reply(&main) } else { page.again(&main) })
}
