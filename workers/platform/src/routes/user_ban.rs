//! `POST /users/{id}/ban`: an account can't be used any more, for a time or for good. Its sessions end with it.

use super::user_ban_page::{Given, STOPS, last, never, page};
use crate::{last_admin::last_admin, reason};
use ::mail::{Letter, Mail};
use domain::{actions, bans};
use kernel::{
    Command, Committed, Guard, Id, Millis, Reply, Request, Result, Route, UserId, Write,
    error::{Code, Error},
    flash::Tone,
    host::Surface,
    input::{Input, Text},
    limit::Limit,
    principal::{Duty, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::Frame;

kernel::sql! {
    Write Global("staff accounts belong to no organization") BAN(4) -> [] = concat!(
        "UPDATE users SET banned_until = ?3, ban_reason = ?4 WHERE id = ?1 AND deleted_at IS NULL AND NOT ", last_admin!("?1", "?2"));
}

/// Bans an account.
pub struct UserBan;
impl Command for UserBan {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/users/{id}/ban",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Administer),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::USER_BANNED]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Bans an account and ends its sessions",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let (id, now) = (req.id_param::<UserId>("id")?, cx.now());
        let input = req.input()?;
        let why = reason::take(&input);
        let until = until(&input, now);
        let row = cx.first(STOPS.bind([(&id).into(), now.into()])).await?.ok_or(Code::NotFound)?;
        if let Some(elsewhere) = never(cx.principal(), &id, &row)? {
            return Ok(cx.unchanged(elsewhere));
        }
        if let Err(Error::Problem(refused)) = input.finish() {
            return Ok(cx.unchanged(page(&Frame::of(&cx, req), &id, &row, &given(req)?, &refused.fields)?));
        }
        let name = row.text(0)?;
        let detail = serde_json::json!({"reason": why, "until": until.map(Millis::rfc3339)}).to_string();
        let args = [(&id).into(), now.into(), until.unwrap_or(bans::FOREVER).into(), why.as_str().into()];
        let letter = Letter::AccountBanned { name: name.to_owned(), reason: why, until };
        let change = cx.mutation(id.as_str())?.detail(detail).then_guarded(Guard::State, BAN.bind(args));
        let change = change.then(store::sessions::end_all(id.as_str()));
        let change = store::mail::post(change, cx.app(), &Mail::new(row.text(1)?, letter))?;
        let back = Reply::see_other(&format!("/users/{id}"));
        match change.commit(back.flash(Tone::Done, &format!("{name} is banned, and every session has ended."))).await {
            Err(e) if e.code() == Code::WrongState => {
                Ok(cx.unchanged(Reply::see_other(&format!("/users/{id}")).flash(Tone::Failed, &last(name))))
            }
            other => other,
        }
    }
}

/// The end of the ban: a day from tomorrow on, at most ten years from now.
fn until(input: &Input, now: Millis) -> Option<Millis> {
    let day = input.opt_text("until", Text::line(0, 32))?;
    let wrong = |message: &str| {
        input.wrong("until", "out_of_range", message, "Choose a day such as 2027-01-31, or leave it empty for a ban without end.");
        None
    };
    match Millis::parse_rfc3339(&format!("{}T00:00:00Z", day.trim())) {
        None => wrong("This is not a day."),
        Some(at) if at <= now => wrong("This day has begun already."),
        Some(at) if at > now.plus(bans::LONGEST) => wrong("This is more than ten years away."),
        found => found,
    }
}

/// What was sent, to be shown again whatever is wrong with it.
fn given(req: &Request) -> Result<Given> {
    let again = req.input()?;
    let text = |name| again.opt_text(name, Text::lines(0, 10_000)).unwrap_or_default();
    Ok(Given { reason: text(reason::NAME), until: text("until") })
}
