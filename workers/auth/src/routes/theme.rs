//! `POST /theme`: light, dark, or as the device has it. Kept in the browser only.

use crate::{
    fields::{self, FORM},
    next,
};
use domain::actions;
use html::Theme;
use kernel::{
    Command, Committed, Reply, Request, Result, Route, Write,
    host::Surface,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Span,
};

/// Keeps the choice.
pub struct ChooseTheme;
impl Command for ChooseTheme {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/theme",
        surfaces: &[Surface::App, Surface::Portal, Surface::Platform],
        auth: Auth::Visitor,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::Records(&[actions::THEME_CHOSEN]),
        payload: Payload::Form(FORM),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Keeps the choice of light or dark in the browser",
    };
    async fn call(cx: Write<'_>, req: &Request) -> Result<Committed> {
        let input = req.input()?;
        let choices = Theme::ALL.map(|t| (t.as_str(), t));
        let theme = input.choice("theme", &choices).unwrap_or_default();
        let next = fields::next(&input);
        input.finish()?;
        // Nothing is stored here, so there is nothing to write down. The script may read it: it only speaks of colors.
        let kept = format!(
            "{}={}; Path=/; Secure; SameSite=Lax; Max-Age={}",
            html::theme::COOKIE,
            theme.as_str(),
            Span::days(400).as_seconds_up()
        );
        Ok(cx.unchanged(Reply::see_other(next::or_home(&next)).with("set-cookie", kept)))
    }
}
