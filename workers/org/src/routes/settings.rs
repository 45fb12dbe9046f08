//! An organization's settings. One file for each page and form, and what they share: the row that they change, its version, and the
//! page around the forms.

pub mod branding;
pub mod branding_page;
pub mod danger_page;
pub mod delete;
pub mod delete_page;
pub mod domain_add;
pub mod domain_check;
pub mod domain_list;
pub mod domain_page;
pub mod domain_remove;
pub mod domain_remove_page;
pub mod general;
pub mod general_page;
pub mod logo;
pub mod logo_remove;
pub mod logo_shown;
pub mod portal;
pub mod portal_page;
pub mod security;
pub mod security_page;
pub mod slug;
pub mod slug_page;

use html::{
    form::hidden,
    part::{Tone, callout},
};
use kernel::{
    OrgId, Principal, Reply, Request, Result,
    db::Row,
    error::Code,
    input::{FieldError, Input},
    principal::Ability,
    sql::Stmt,
};
use maud::{Markup, html};
use shell::{Context, Frame, OrgPlace, Place, SettingsPlace, app::settings_tabs};

kernel::sql! {
    Read Org CURRENT(1) -> ["name", "slug", "plan", "portal_open", "self_sign_up", "mfa_required", "session_hours", "support_access", "branding", "branding_version", "version"] =
        "SELECT name, slug, plan, portal_open, self_sign_up, mfa_required, session_hours, support_access, branding, branding_version, version FROM orgs WHERE id = ?1";
}

/// What the settings are now.
pub struct Current {
    /// The name.
    pub name: String,
    /// The slug.
    pub slug: String,
    /// Whether the portal is open.
    pub portal_open: bool,
    /// Whether people may make themselves a customer account.
    pub self_sign_up: bool,
    /// Whether members need a second factor.
    pub mfa_required: bool,
    /// The longest session of a member.
    pub session_hours: i64,
    /// What operators and support may do.
    pub support_access: String,
    /// The colors and the logo, as stored.
    pub branding: Option<String>,
    /// Counts the changes of the look.
    pub look: i64,
    /// Goes up with every change: a form that was shown before one is not saved over it unseen.
    pub version: i64,
}
impl Current {
    /// Reads the row of [`CURRENT`].
    ///
    /// # Errors
    /// 404 when there is none.
    pub fn of(row: Option<&Row>) -> Result<Self> {
        let row = row.ok_or(Code::NotFound)?;
        Ok(Self {
            name: row.text(0)?.to_owned(),
            slug: row.text(1)?.to_owned(),
            portal_open: row.int(3)? == 1,
            self_sign_up: row.int(4)? == 1,
            mfa_required: row.int(5)? == 1,
            session_hours: row.int(6)?,
            support_access: row.text(7)?.to_owned(),
            branding: row.opt_text(8)?.map(str::to_owned),
            look: row.int(9)?,
            version: row.int(10)?,
        })
    }
}

/// Asks for the settings as they are.
pub fn current(org: &OrgId) -> Stmt {
    CURRENT.bind([org.into()])
}

/// The version that a form was shown with. 0, which none has, when it says nothing.
pub fn version(input: &Input) -> i64 {
    input.opt_int("version", 0..=i64::from(u32::MAX)).unwrap_or(0)
}
/// The field that carries it.
pub fn version_field(version: i64) -> Markup {
    hidden("version", &version.to_string())
}

/// How a form comes back.
#[derive(Debug, Clone, Copy)]
pub enum Again<'e> {
    /// It is shown for the first time, or as a preview.
    No,
    /// With what was wrong.
    Wrong(&'e [FieldError]),
    /// Somebody else changed the settings since it was shown.
    Stale,
}
impl<'e> Again<'e> {
    /// What was wrong.
    pub const fn errors(self) -> &'e [FieldError] {
        match self {
            Self::Wrong(errors) => errors,
            Self::No | Self::Stale => &[],
        }
    }
}

/// Whether whoever asks may change settings; all members may read them.
pub fn manages(principal: &Principal) -> bool {
    let Principal::Staff(staff) = principal else { return false };
    staff.membership.as_ref().is_some_and(|(_, role)| role.may(Ability::Manage))
}

/// What is on or off, for those who only read it.
pub fn on_off(is: bool) -> Markup {
    html! { (if is { "On" } else { "Off" }) }
}

/// A page of the settings around its content.
pub fn page<'a>(
    cx: &impl Context<'a>,
    req: &'a Request,
    place: SettingsPlace,
    title: &str,
    again: Again<'_>,
    content: impl FnOnce(&Frame<'a>) -> Markup,
) -> Result<Reply> {
    let slug = req.param("org")?;
    let frame = Frame::of(cx, req);
    let content = content(&frame);
    let main = html! {
        (html::page::head("Settings", "", &html! {}))
        (settings_tabs(cx.principal(), slug, place))
        @if !manages(cx.principal()) { p class="quiet" { "Only admins and owners can change this." } }
        @if matches!(again, Again::Stale) {
            (callout(Tone::Warn, "Somebody else changed these settings", &html! {
                "What you entered is kept below and is not saved yet. Check it once more: saving replaces their changes."
            }))
        }
        (content)
    };
    let page = frame.app(Place::Org(slug, OrgPlace::Settings(place)), title);
    Ok(match again {
        Again::No => page.reply(&main),
        Again::Wrong(_) => page.again(&main),
        Again::Stale => page.status(409).reply(&main),
    })
}
