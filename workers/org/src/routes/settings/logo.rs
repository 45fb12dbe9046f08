//! `POST /o/{org}/settings/branding/logo`: takes a file as the portal's logo. What it is, its bytes say, and nothing else.

use super::{Again, Current, branding, branding_page::show, current, version};
use crate::refused;
use domain::{
    actions,
    branding::Branding,
    events,
    logos::{self, Logo},
};
use kernel::{
    Command, Committed, Guard, Id, Reply, Request, Result, Route, Write,
    error::Code,
    flash::Tone,
    host::Surface,
    input::FieldError,
    limit::{Exact, Limit},
    principal::{Ability, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use serde_json::json;

/// The field of the file.
pub const FIELD: &str = "logo";
/// Four times what a logo may have: one that is a little too large comes back with the form and its reason, not as a bare refusal.
const MOST_BODY: usize = 4 * logos::MOST_BYTES;
/// Each leaves a file behind for a day, so that they are few.
const UPLOADS: Exact = Exact { name: "logo_upload", limit: 20, window_seconds: 3_600 };

/// Takes the logo.
pub struct UploadLogo;
impl Command for UploadLogo {
    const ROUTE: Route = Route {
        method: Method::Post,
        path: "/o/{org}/settings/branding/logo",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Manage),
        scope: Scope::None,
        limit: Limit::AccountExact(UPLOADS),
        audit: Audit::Records(&[actions::ORG_BRANDING_CHANGED]),
        payload: Payload::Upload(MOST_BODY),
        csrf: Csrf::OriginAndToken,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Takes a file as the logo of an organization's portal",
    };
    async fn call(mut cx: Write<'_>, req: &Request) -> Result<Committed> {
        let org = cx.org()?;
        let input = req.input()?;
        let version = version(&input);
        let mut errors = refused::fields(input.finish())?;
        let now = Current { version, ..Current::of(cx.first(current(org)).await?.as_ref())? };
        let mut colors = Branding::stored(now.branding.as_deref());
        let bytes = req.file(FIELD).unwrap_or_default();
        let looked = look(bytes);
        errors.extend(looked.as_ref().err().cloned());
        let (Ok(picture), true) = (looked, errors.is_empty()) else {
            return Ok(cx.unchanged(show(&cx, req, &now, &colors, Again::Wrong(&errors))?));
        };
        let sha256 = crypto::hash::sha256_hex(bytes);
        let key = store::logos::key(org, &sha256, cx.random());
        let media_type = picture.format.media_type();
        // The row, the object, the use: what breaks off in between is unused, and removed by the next day's retention.
        cx.reserve(vec![store::logos::add(org, &key, cx.now())]).await?;
        cx.store_asset(&key, bytes.to_vec(), media_type).await?;
        colors.logo = Some(Logo { key: key.clone(), media_type: media_type.to_owned() });
        let detail = json!({"logo": {
            "sha256": sha256, "type": media_type, "bytes": bytes.len(), "width": picture.width, "height": picture.height,
        }});
        let done = cx
            .mutation(org.as_str())?
            .then_guarded(Guard::Version, branding::set(org, &colors, version)?)
            .then(store::logos::take_into_use(org, Some(&key), cx.now()))
            .detail(detail.to_string())
            .event(org, events::ORG_UPDATED.name, json!({"id": org, "slug": now.slug, "name": now.name}).to_string())
            .commit(
                Reply::see_other(&format!("/o/{}/settings/branding", now.slug))
                    .flash(Tone::Done, "The logo is saved. Your portal shows it within a minute."),
            )
            .await;
        match done {
            Err(e) if e.code() == Code::VersionConflict => {
                let now = Current::of(cx.first(current(org)).await?.as_ref())?;
                let colors = Branding::stored(now.branding.as_deref());
                Ok(cx.unchanged(show(&cx, req, &now, &colors, Again::Stale)?))
            }
            other => other,
        }
    }
}

fn look(bytes: &[u8]) -> Result<logos::Picture, FieldError> {
    if bytes.is_empty() {
        return Err(refused::field(FIELD, "required", "No file was chosen, or it is empty.", "Choose a PNG, JPEG or WebP file."));
    }
    logos::inspect(bytes).map_err(|why| {
        let (code, message, fix) = why.words();
        refused::field(FIELD, code, message, fix)
    })
}
