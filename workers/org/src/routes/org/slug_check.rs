//! `GET /new/slug?slug=…`: whether an address is free, in a sentence. For the form's script; the form checks again.

use domain::organizations::check_slug;
use kernel::{
    Query, Read, Reply, Request, Result, Route,
    host::Surface,
    input::Text,
    limit::Limit,
    principal::Scope,
    reply::Body,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};

/// Its address.
pub const PATH: &str = "/new/slug";

/// Says whether a slug is free.
pub struct SlugCheck;
impl Query for SlugCheck {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: PATH,
        surfaces: &[Surface::App],
        auth: Auth::Account,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Whether an organization's address is free, in a sentence",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let input = req.query_input();
        let slug = input.opt_text("slug", Text::line(0, 200)).unwrap_or_default();
        input.finish()?;
        let said = match check_slug(&slug) {
            Err(why) => format!("{} {}", why.message(), why.fix()),
            Ok(()) => {
                let row = cx.first(super::SLUG_TAKEN.bind([slug.as_str().into(), "".into()])).await?;
                let taken = row.map_or(Ok(1), |row| row.int(0))? == 1;
                if taken { format!("{slug} is taken. Choose another one.") } else { format!("{slug} is free.") }
            }
        };
        Ok(Reply {
            status: 200,
            headers: vec![("content-type".into(), "text/plain; charset=utf-8".to_owned())],
            body: Body::Bytes(said.into_bytes()),
        })
    }
}
