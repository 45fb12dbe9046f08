//! `GET /o/{org}/members`: who is in it, who is invited, and how many seats are left.

use super::me;
use domain::quotas::Level;
use html::{
    form::{button, danger_button, primary_link},
    list::{Table, empty},
    page::{head, section},
    part::{Tone, badge, callout, name, person_with, usage, word},
    when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route,
    error::Code,
    host::Surface,
    limit::Limit,
    principal::{Ability, Role, Scope},
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
};
use maud::{Markup, html};
use shell::{Frame, OrgPlace, Place, app::address};

/// More than any plan has; those of an organization that was on a larger one are all shown.
const SHOWN: i64 = 500;

kernel::sql! {
    Read Org PLAN(1) -> ["plan", "mfa_required", "seats"] = "SELECT plan, mfa_required, seats FROM orgs WHERE id = ?1";
    Read Org MEMBERS(2) -> ["id", "name", "email", "role", "created_at", "second_factor"] =
        "SELECT u.id, u.name, u.email, m.role, m.created_at, \
           EXISTS (SELECT 1 FROM authenticators a WHERE a.subject = u.id AND a.confirmed_at IS NOT NULL) AS second_factor \
         FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = ?1 ORDER BY u.name, u.id LIMIT ?2";
    Read Org INVITED(2) -> ["id", "email", "role", "sent_at", "expires_at", "inviter"] =
        "SELECT i.id, i.email, i.role, i.sent_at, i.expires_at, u.name AS inviter FROM invitations i JOIN users u ON u.id = i.invited_by \
         WHERE i.org_id = ?1 AND i.accepted_at IS NULL AND i.canceled_at IS NULL ORDER BY i.id DESC LIMIT ?2";
}

/// Lists members and invitations.
pub struct MemberList;
impl Query for MemberList {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/o/{org}/members",
        surfaces: &[Surface::App],
        auth: Auth::Staff(Ability::Read),
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "An organization's members and invitations",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        let (org, slug, now) = (cx.org()?, req.param("org")?, cx.now());
        let (staff, mine) = me(cx.principal())?;
        let stmts = vec![PLAN.bind([org.into()]), MEMBERS.bind([org.into(), SHOWN.into()]), INVITED.bind([org.into(), SHOWN.into()])];
        let [plan, members, invited] = <[_; 3]>::try_from(cx.read(stmts).await?).unwrap_or_default();
        let about = plan.first().ok_or(Code::NotFound)?;
        let factor_required = about.int(1)? == 1;
        let manages = mine.may(Ability::Manage);
        let frame = Frame::of(&cx, req);
        let here = format!("/o/{slug}/members");

        let mut people: Vec<Vec<Markup>> = Vec::with_capacity(members.len());
        for row in &members {
            let (id, role) = (row.text(0)?, Role::parse(row.text(3)?).unwrap_or(Role::Viewer));
            let own = id == staff.user.to_string();
            let second = row.int(5)? == 1;
            let actions = html! {
                @if manages && mine.may_grant(role) { a href={ (here) "/" (id) "/role" } { "Change role" } " " }
                @if mine == Role::Owner && !own { a href={ (here) "/" (id) "/transfer" } { "Transfer ownership" } " " }
                @if own { a href={ (here) "/leave" } data-dialog="" { "Leave" } }
                @else if manages && mine.may_grant(role) { a href={ (here) "/" (id) "/remove" } data-dialog="" { "Remove" } }
            };
            people.push(vec![
                person_with(row.text(1)?, &html! { @if own { (badge(Tone::Plain, "you")) } }, row.text(2)?),
                word(role.as_str()),
                if second { badge(Tone::Good, "on") } else { badge(if factor_required { Tone::Warn } else { Tone::Plain }, "off") },
                when::day(Millis::new(row.int(4)?)),
                actions,
            ]);
        }

        let mut open: Vec<Vec<Markup>> = Vec::with_capacity(invited.len());
        let mut holding = 0;
        for row in &invited {
            let (id, expires) = (row.text(0)?, Millis::new(row.int(4)?));
            let over = expires <= now;
            holding += i64::from(!over);
            let may = manages && Role::parse(row.text(2)?).is_some_and(|role| mine.may_grant(role));
            let at = format!("/o/{slug}/invitations/{id}");
            open.push(vec![
                name(row.text(1)?),
                word(row.text(2)?),
                html! { (name(row.text(5)?)) },
                html! { @if over { (badge(Tone::Warn, "expired")) } @else { "Expires " (when::ago(expires, now)) } },
                html! { @if may { (button(&format!("{at}/resend"), frame.csrf(), "Resend")) " " (danger_button(&format!("{at}/cancel"), frame.csrf(), "Cancel")) } },
            ]);
        }

        let seats = super::seats(about.text(0)?, about.int(2)?, i64::try_from(members.len()).unwrap_or(i64::MAX).saturating_add(holding));
        let invite = html! { @if manages { (primary_link(&format!("{here}/invite"), "Invite a member")) } };
        let main = html! {
            (head("Members", "Everyone on your team, and what they can do.", &invite))
            @if seats.level() == Level::Full && manages {
                (callout(Tone::Warn, "Every seat is used", &html! {
                    (seats.refusal()) " "
                    @if let Some(href) = address(slug, OrgPlace::Billing) { a href=(href) { "Plan and billing" } }
                }))
            }
            ul class="usages" { (usage(seats.quota.label(), seats.used, seats.allowed)) }
            (Table { caption: "Members", columns: &["Member", "Role", "Second factor", "Since", ""] }.render(&people))
            (section("Invitations", "Each holds a seat until it is accepted, canceled or expires.", &html! {}, &html! {
                @if open.is_empty() {
                    (empty("No open invitations", "Somebody you invite is listed here until they accept.", None))
                } @else {
                    (Table { caption: "Invitations", columns: &["E-mail", "Role", "Invited by", "Status", ""] }.render(&open))
                }
            }))
        };
        Ok(frame.app(Place::Org(slug, OrgPlace::Members), "Members").reply(&main))
    }
}
