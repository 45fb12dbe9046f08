//! `POST /account/notifications`: keeps the choices. A box that is not ticked is not sent: every type that is offered is chosen about.

use domain::{actions, notifications::offered};
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    flash::Tone,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::notifications::CHOICES;

/// Keeps the choices.
pub struct Choose;
impl Command for Choose {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/account/notifications",
        surfaces: &[Surface::Portal],
        auth: Auth::Customer,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::NOTIFICATIONS_CHOSEN]),
        payload: Payload::Form(4 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Keeps what whoever is signed in is told of",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let input = req.input()?;
        let chosen: Vec<_> = offered(true).map(|of| (of, of.fields.map(|field| input.opt_bool(field).unwrap_or(false)))).collect();
        input.finish()?;
        let me = cx.principal().id();
        let keep = store::inbox::choose(me, cx.now(), chosen.into_iter());
        cx.mutation(me)?.then(keep).commit(Reply::see_other(CHOICES).flash(Tone::Done, "Your choices are saved.")).await
    }
}
