//! `POST /account/security/recovery-codes`: puts new recovery codes in place of the old ones.

use crate::{codes as shown, door::Door, fields::FORM, limits::CHANGE_BY_ACCOUNT, post, routes::account::codes_page};
use domain::actions;
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use mail::Letter;
use store::factors;

/// Makes them.
pub struct Codes;
impl Command for Codes {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/account/security/recovery-codes",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Person,
        scope: Scope::None,
        limit: Limit::AccountExact(CHANGE_BY_ACCOUNT),
        audit: Audit::Records(&[actions::RECOVERY_CODES_REPLACED]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Makes new recovery codes",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let door = Door::of(cx.site())?;
        req.input()?.finish()?;
        let (id, now, keys) = (cx.principal().id(), cx.now(), &cx.app().config.keys);
        if cx.first(factors::find(id)).await?.is_none() {
            return Ok(cx.unchanged(codes_page::none()));
        }
        let (change, made) = factors::new_codes(cx.mutation(id)?, id);
        let letter =
            Letter::RecoveryCodesReplaced { name: cx.principal().label().to_owned(), at: now, account: post::account(cx.app(), req)? };
        let change = post::letter(change, cx.app(), door, cx.principal().email(), letter)?;
        change.commit(Reply::see_other(shown::SHOWN).with("set-cookie", shown::cookie(keys, id, &made, cx.random())?)).await
    }
}
