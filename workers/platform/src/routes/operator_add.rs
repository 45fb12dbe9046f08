//! `POST /operators`: a staff account becomes an operator.

use super::operator_add_page::page;
use domain::actions;
use kernel::{
    Command, Committed, Guard, Reply, Request, Result, Route, Row, Write,
    error::{Code, Error},
    flash::Tone,
    host::Surface,
    input::{FieldError, Text},
    limit::Limit,
    principal::{Duty, OperatorRole, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use shell::Frame;

kernel::sql! {
    Read Global("a staff account is found by its address")
    FIND(1) -> ["id", "name", "email_verified_at", "banned_until", "deleted_at", "role"] =
        "SELECT u.id, u.name, u.email_verified_at, u.banned_until, u.deleted_at, (SELECT p.role FROM operators p WHERE p.user_id = u.id) AS role \
         FROM users u WHERE u.email = ?1";
    Write Global("operators belong to no organization") ADD(3) -> [] =
        "INSERT INTO operators(user_id, role, created_at) SELECT u.id, ?2, ?3 FROM users u WHERE u.id = ?1 AND u.email_verified_at IS NOT NULL \
           AND u.deleted_at IS NULL AND (u.banned_until IS NULL OR u.banned_until <= ?3)";
}

/// Makes somebody an operator.
pub struct OperatorAdd;
impl Command for OperatorAdd {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/operators",
        surfaces: &[Surface::Platform],
        auth: Auth::Operator(Duty::Administer),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::OPERATOR_ADDED]),
        payload: Payload::Form(16 * 1_024),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Recent,
        summary: "Makes a staff account an operator",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let input = req.input()?;
        let email = input.text("email", Text::line(1, 254)).trim().to_lowercase();
        let role = input.choice("role", &OperatorRole::ALL.map(|role| (role.as_str(), role)));
        let row = cx.first(FIND.bind([email.as_str().into()])).await?;
        if let Some((message, fix)) = refusal(row.as_ref(), cx.now().get())?.filter(|_| !email.is_empty()) {
            input.wrong("email", "not_allowed", message, fix);
        }
        let sent = req.input()?;
        let again = |errors: &[FieldError]| {
            cx.unchanged(page(&Frame::of(&cx, req), sent.sent("email"), role.map_or("", OperatorRole::as_str), errors))
        };
        if let Err(Error::Problem(refused)) = input.finish() {
            return Ok(again(&refused.fields));
        }
        let (Some(row), Some(role)) = (row, role) else { return Err(Code::NotFound.into()) };
        let (id, name) = (row.text(0)?, row.text(1)?);
        let change = cx.mutation(id)?.detail(serde_json::json!({"role": role.as_str()}).to_string());
        let change = change.then_guarded(Guard::State, ADD.bind([id.into(), role.as_str().into(), cx.now().into()]));
        let done = Reply::see_other("/operators").flash(Tone::Done, &format!("{name} is an operator with the role {}.", role.as_str()));
        match change.commit(done).await {
            // Added, banned or deleted by somebody else in the meantime.
            Err(e) if matches!(e.code(), Code::AlreadyExists | Code::WrongState) => {
                let text = format!("{name} was added, banned or deleted by somebody else in the meantime.");
                Ok(cx.unchanged(Reply::see_other("/operators").flash(Tone::Failed, &text)))
            }
            other => other,
        }
    }
}

/// Why an account can't become an operator, and what to do.
fn refusal(row: Option<&Row>, now: i64) -> Result<Option<(&'static str, &'static str)>> {
    let Some(row) = row else {
        return Ok(Some(("There is no account with this address.", "Ask them to sign up at the app first.")));
    };
    Ok(if row.opt_int(4)?.is_some() {
        Some(("The account with this address is deleted.", "Ask them to sign up again."))
    } else if row.opt_int(3)?.is_some_and(|until| until > now) {
        Some(("The account with this address is banned.", "Lift the ban first."))
    } else if row.opt_int(2)?.is_none() {
        Some(("The address of this account is not verified.", "Ask them to open the link in the e-mail they got."))
    } else if row.opt_text(5)?.is_some() {
        Some(("This account is an operator already.", "Change its role in the list of operators."))
    } else {
        None
    })
}
