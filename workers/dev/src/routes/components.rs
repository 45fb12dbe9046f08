//! `GET /dev/components`: every component of the design system in every state, in any theme and on any surface.

use html::{
    Account, Banner, BannerKind, Crumb, Flash, Icon, Link, Look, Org, Section, Shell, Switcher, Theme,
    chart::{Chart, Point, sparkline},
    confirm::{self, Confirm},
    document,
    form::{self, Field, Form, Kind, Pick},
    history::{Comment, Happening, thread, timeline},
    list::{Chip, Choice, Filters, Sort, Table, empty, filter, no_match, pages},
    page::{Step, card, danger_zone, head, head_with, section, setting, steps, tabs},
    part::{Tone, badge, callout, copyable, facts, keys, none, person, prose, thousands, tile, tiles, usage},
    secret, when,
};
use kernel::{
    Millis, Query, Read, Reply, Request, Result, Route,
    host::Surface,
    input::FieldError,
    limit::Limit,
    principal::Scope,
    route::{Audit, Auth, Csrf, Idempotency, Method, Payload, StepUp},
    time::Span,
};
use maud::{Markup, html};
use store::forms;

/// Shows every component.
pub struct Components;
impl Query for Components {
    const ROUTE: Route = Route {
        method: Method::Get,
        path: "/dev/components",
        surfaces: &[Surface::App],
        auth: Auth::Public,
        scope: Scope::None,
        limit: Limit::Address,
        audit: Audit::ReadOnly,
        payload: Payload::None,
        csrf: Csrf::SafeMethod,
        idempotency: Idempotency::Natural,
        step_up: StepUp::Never,
        summary: "Every component of the design system",
    };
    async fn call(cx: Read<'_>, req: &Request) -> Result<Reply> {
        crate::only_local(&cx.app().config)?;
        let shown = forms::show(&cx.app().config.keys, req, cx.principal(), cx.random());
        let theme = req.query("theme").and_then(Theme::parse).unwrap_or_else(|| Theme::of(req));
        let look = match req.query("look") {
            Some("portal") => Look::Portal,
            Some("platform") => Look::Platform,
            _ => Look::App,
        };
        let csrf = shown.token.as_str();
        let page = if req.query("page") == Some("confirm") {
            document(&Shell { theme, ..Shell::new(look, "Portico", "Revoke a key") }, &question(csrf))
        } else {
            document(&around(look, theme, csrf), &gallery(csrf, cx.now()))
        };
        let reply = Reply::html(200, page);
        Ok(match shown.set_cookie {
            Some(cookie) => reply.with("set-cookie", cookie),
            None => reply,
        })
    }
}

const PARTS: [(&str, &str, Icon); 8] = [
    ("Heads and cards", "heads", Icon::File),
    ("Numbers and charts", "charts", Icon::Chart),
    ("Lists", "lists", Icon::Layers),
    ("Forms", "forms", Icon::Pencil),
    ("Secrets and code", "secrets", Icon::Key),
    ("History", "history", Icon::Clock),
    ("Notices", "notices", Icon::Bell),
    ("Icons", "icons", Icon::Palette),
];

fn around(look: Look, theme: Theme, csrf: &str) -> Shell<'_> {
    let links = PARTS
        .iter()
        .enumerate()
        .map(|(at, (label, id, icon))| Link::new(label, format!("#{id}")).icon(*icon).here(at == 0).count(if at == 2 { 12 } else { 0 }));
    let looks = [("App", "/dev/components"), ("Portal", "/dev/components?look=portal"), ("Console", "/dev/components?look=platform")];
    let org = |name, here| Org { name, href: "/dev/components".into(), here };
    let mut account = Account::new("Ada Lovelace");
    account.csrf = csrf;
    account.links = vec![("Your account", Icon::User, "#heads".into()), ("Security", Icon::Shield, "#forms".into())];
    account.notifications = Some("#notices".into());
    account.unread = 3;
    account.back = "/dev/components";
    let mut shell = Shell::new(look, if look == Look::Portal { "Northwind Robotics" } else { "Portico" }, "Components");
    shell.theme = theme;
    shell.account = Some(account);
    shell.local = true;
    shell.crumbs = vec![Crumb::new("Northwind Robotics", "#heads"), Crumb::new("Design system", "#heads")];
    shell.nav = vec![
        Section { title: "", links: links.collect() },
        Section { title: "Surfaces", links: looks.iter().map(|(l, href)| Link::new(l, *href).icon(Icon::Globe)).collect() },
    ];
    if look == Look::App {
        let orgs = vec![org("Northwind Robotics", true), org("Blue Harbor Clinics", false), org("Repair Yard", false)];
        shell.switcher = Some(Switcher { current: "Northwind Robotics", orgs, create: Some("#forms") });
    }
    shell.search = Some("#lists".into());
    shell.banners = vec![
        Banner {
            button: Some(("End now", "/dev/components".into(), csrf)),
            ..Banner::new(
                BannerKind::Access,
                "Support access.",
                "Grace Hopper is signed in as Ada Lovelace, read-only, for 42 more minutes.",
            )
        },
        Banner {
            link: Some(("Follow along", "#notices".into())),
            ..Banner::new(BannerKind::Incident, "Webhooks are late.", "Deliveries take up to 10 minutes. Nothing is lost.")
        },
    ];
    shell.flash = Some(Flash { tone: Tone::Good, text: "Invitation sent to grace@example.com." });
    shell
}

fn gallery(csrf: &str, now: Millis) -> Markup {
    html! {
        (head("Components", "Every part that pages are made of, in every state. What is not here does not exist yet.",
            &html! { (form::icon_link("#forms", Icon::Download, "Export")) (form::primary_link("#forms", "New component") ) }))
        div id="heads" class="stack" { (heads()) }
        div id="charts" class="stack" { (charts()) }
        div id="lists" class="stack" { (lists(now)) }
        div id="forms" class="stack" { (fields(csrf)) }
        div id="secrets" class="stack" { (secrets(csrf)) }
        div id="history" class="stack" { (past(now)) }
        div id="notices" class="stack" { (notices()) }
        div id="icons" class="stack" { (icons()) }
    }
}

fn heads() -> Markup {
    let step = |title, about, done, label| Step { title, about, done, action: Some((label, "#forms".into())) };
    html! {
        (tabs("Settings", &[("General", "#heads".into(), true), ("Branding", "#charts".into(), false), ("Domains", "#lists".into(), false), ("Security", "#forms".into(), false)]))
        (steps("Get started", &[
            step("Create your organization", "", true, ""),
            step("Invite a member", "Work tickets together. Each member takes a seat.", false, "Invite"),
            step("Create an API key", "Let your own programs open and answer tickets.", false, "Create key"),
            step("Add a webhook", "Hear of every change as it happens.", false, "Add endpoint"),
        ]))
        (card("Organization", "How you appear to your customers.", &form::icon_link("#forms", Icon::Pencil, "Edit"), &facts(&[
            ("Name", html! { "Northwind Robotics" }),
            ("Plan", html! { "Team " (badge(Tone::Good, "active")) }),
            ("Created", when::day(Millis::new(1_750_000_000_000))),
            ("Own domain", none("none")),
            ("Id", copyable("org_01jxq7s0k3v9m2w5t8y1z4b6c7")),
        ])))
        (card("", "", &html! {}, &html! {
            (setting("Portal", "Customers can sign in and follow their tickets.", &html! { (badge(Tone::Good, "open")) a class="button" href="#forms" { "Close" } }))
            (setting("Second factor", "Members must set up an authenticator before they can open this organization.", &html! { a class="button" href="#forms" { "Require" } }))
            (setting("Session length", "Members sign in again after this time.", &html! { span class="quiet" { "24 hours" } a class="button" href="#forms" { "Change" } }))
        }))
        (danger_zone(&setting("Delete this organization", "After 30 days nothing of it is left: 40 customers, 300 tickets, 4 API keys.",
            &confirm::link("/dev/components?page=confirm", "Delete"))))
    }
}

fn charts() -> Markup {
    let series = |shape: fn(i64) -> i64| (1..=30).map(|day| Point { label: format!("{day} Nov"), value: shape(day) }).collect::<Vec<_>>();
    let calls = series(|d| 400 + (d * 37 % 90) * 7 + if d % 7 < 2 { -320 } else { 0 });
    let growth = series(|d| 20 + d * d / 3 + d % 5 * 4);
    let nothing = series(|_| 0);
    let chart = |title, points, limit| Chart { title, unit: "requests", over: "Day", points, limit };
    html! {
        (section("At a glance", "The last 30 days.", &html! {}, &tiles(&[
            tile("Open tickets", &html! { a href="#lists" { (thousands(128)) } }, &html! { "12 more than last week" }),
            tile("Waiting for customers", &html! { (thousands(36)) }, &html! {}),
            tile("API requests", &html! { (thousands(21_480)) }, &sparkline(&[3, 5, 4, 8, 7, 9, 12, 10, 14], "Requests rise over nine days")),
        ])))
        (card("Limits and use", "", &html! {}, &html! { ul class="usages" {
            (usage("Seats", 5, Some(10))) (usage("Webhook endpoints", 4, Some(5))) (usage("API keys", 5, Some(5))) (usage("Customers", 1_240, None))
        } }))
        (card("", "", &html! {}, &chart("API requests", &calls, Some(900)).bars()))
        (card("", "", &html! {}, &chart("Customers", &growth, None).line()))
        (card("", "", &html! {}, &chart("Webhook deliveries", &nothing, None).bars()))
    }
}

fn lists(now: Millis) -> Markup {
    let row = |subject: &str, status: Markup, who: &str, minutes: i64| {
        vec![
            html! { a href="#lists" { bdi { (subject) } } },
            status,
            person(who, ""),
            html! { code { "tkt_01jxq7s0k3v9m2w5t8y1z4b6c7" } },
            when::ago(now.minus(Span::minutes(minutes)), now),
            html! { a class="button tiny" href="#lists" { "Assign" } },
        ]
    };
    let rows = [
        row("The arm stops at 40 degrees", badge(Tone::Good, "open"), "Ada Lovelace", 2),
        row(
            "Invoice 4711 has the wrong address on it, and the one before as well",
            badge(Tone::Warn, "waiting for you"),
            "Grace Hopper",
            95,
        ),
        row("Firmware 2.1 does not start", badge(Tone::Bad, "urgent"), "Annie Easley", 2_900),
        row("How do I add a colleague?", badge(Tone::Plain, "closed"), "Katherine Johnson", 90_000),
    ];
    let sort = |column, ascending| Sort { column, href: "#lists".into(), ascending };
    let choice = |label, chosen| Choice { label, href: "#lists".into(), chosen };
    let chips = [
        Chip { name: "Status", value: "Open", remove: "#lists".into() },
        Chip { name: "Assigned to", value: "Ada Lovelace", remove: "#lists".into() },
    ];
    const STATUS: [Pick<'_>; 3] = [Pick::new("", "Any"), Pick::new("open", "Open"), Pick::new("closed", "Closed")];
    html! {
        (section("Tickets", "", &html! {}, &html! {
            (filter("Status", &[choice("All", true), choice("Open", false), choice("Pending", false), choice("Closed", false)]))
        }))
        (Filters { action: "/dev/components", chips: &chips }.render(&html! {
            (Field::new(Kind::Search, "q", "Search").optional().render(&[]))
            (Field::select("status", "Status", &STATUS).value("open").render(&[]))
        }))
        (Table { caption: "Tickets", columns: &["Subject", "Status", "Customer", "Id", "Updated", ""] }
            .sorted(&[sort(0, None), sort(4, Some(false))], &rows))
        (pages(Some("#lists"), Some("#lists")))
        (empty("No tickets yet", "Tickets that your customers open in the portal, or your programs through the API, are listed here.", Some(("Read how", "#lists"))))
        (no_match("No tickets match", "Nothing fits these filters. Take one away, or start over.", "#lists"))
    }
}

fn wrong(name: &str, code: &'static str, message: &str, fix: &str) -> FieldError {
    FieldError { pointer: format!("/{name}"), code, message: message.to_owned(), fix: fix.to_owned() }
}

fn fields(csrf: &str) -> Markup {
    const ROLES: [Pick<'_>; 3] = [
        Pick::new("viewer", "Viewer").hint("Can view everything, but can't change anything."),
        Pick::new("member", "Member").hint("Works with tickets and customers."),
        Pick::new("admin", "Admin").hint("All of that, and members, keys and settings."),
    ];
    const EVENTS: [Pick<'_>; 3] = [Pick::new("a", "ticket.created"), Pick::new("b", "ticket.updated"), Pick::new("c", "customer.created")];
    const HOURS: [Pick<'_>; 3] = [Pick::new("8", "8 hours"), Pick::new("24", "24 hours"), Pick::new("168", "7 days")];
    let all = [
        Field::text("org", "Name").value("Northwind Robotics").hint("As your customers know you."),
        Field::text("slug", "Address").prefix("app.example/o/").value("northwind").hint("Lowercase letters, digits and hyphens."),
        Field::email("email", "E-mail address").value("ada@example.com"),
        Field::password("password", "Password", "new-password").hint("At least 15 characters. A few words that you remember do well."),
        Field::new(Kind::OneTimeCode, "code", "Code").hint("Six digits from your authenticator."),
        Field::new(Kind::Number, "seats", "Seats").value("10").suffix("seats"),
        Field::new(Kind::Url, "url", "Endpoint").placeholder("https://example.com/hooks").optional(),
        Field::select("hours", "Session length", &HOURS).value("24"),
        Field::radio("role", "Role", &ROLES).value("member"),
        Field::checks("events", "Events", &EVENTS).value("a c"),
        Field::checkbox("agree", "Tell all members by e-mail").value("on").hint("They get one message each."),
        Field::new(Kind::Color, "color", "Accent").value("#4b45d6"),
        Field::lines("body", "Message").value("Hello,\n\nthe arm stops at 40 degrees.").rows(4),
    ];
    let again = [
        Field::email("again-email", "E-mail address").value("ada@"),
        Field::password("again-password", "Password", "new-password"),
        Field::radio("again-role", "Role", &ROLES),
    ];
    let errors = [
        wrong("again-email", "invalid_format", "This is not an e-mail address.", "Write it as name@example.com."),
        wrong("again-password", "required", "", ""),
        wrong("again-role", "required", "", ""),
    ];
    html! {
        (card("A form", "", &html! {}, &Form::new("/dev/components", csrf, "Save changes").also("Save as draft", "do", "draft").cancel("#forms").guard_changes()
            .render(&html! { @for field in &all { (field.render(&[])) } })))
        (form::summary(&errors, &again))
        (card("The same, with what was wrong", "", &html! {}, &Form::new("/dev/components", csrf, "Create account")
            .render(&html! { @for field in &again { (field.render(&errors)) } })))
        (card("Buttons", "", &html! {}, &html! { div class="actions" {
            (form::primary_link("#forms", "Primary")) (form::icon_link("#forms", Icon::Plus, "With an icon")) (form::button("/dev/components", csrf, "A form")) (form::danger_button("/dev/components", csrf, "Remove"))
            (keys(&["Ctrl", "K"]))
        } }))
    }
}

fn secrets(csrf: &str) -> Markup {
    html! {
        (secret::once("API key", "portico_live_7sK2mQ9xV4bN8cJ1hL5tR3wY6zD0fG2aP"))
        (secret::block("Example request", "curl https://api.example/v1/tickets \\\n  -H \"Authorization: Bearer $PORTICO_KEY\""))
        (second(&question(csrf)))
    }
}

/// A page that asks, as it stands alone.
fn question(csrf: &str) -> Markup {
    let gone = ["3 programs that use it stop working now.".to_owned(), "This can't be undone.".to_owned()];
    let question =
        Confirm::new("Revoke the key \"Build server\"?", "/dev/components", csrf, "Revoke key", "/dev/components").consequences(&gone);
    question.type_name("Build server").render(&[])
}

fn past(now: Millis) -> Markup {
    let happened = |icon, tone, text: &str, minutes: i64, detail: &str| Happening {
        icon,
        tone,
        text: html! { strong { "Ada Lovelace" } " " (text) },
        when: when::ago(now.minus(Span::minutes(minutes)), now),
        detail: html! { (detail) },
    };
    let said = |author, role, minutes: i64, body, internal| Comment {
        author,
        role,
        when: when::ago(now.minus(Span::minutes(minutes)), now),
        body,
        internal,
    };
    html! {
        (card("Activity", "", &html! {}, &timeline(&[
            happened(Icon::Key, Tone::Good, "created the API key \"Build server\"", 3, "tickets:write, until 22 Feb 2027"),
            happened(Icon::Users, Tone::Plain, "invited grace@example.com as a member", 140, ""),
            happened(Icon::Shield, Tone::Warn, "was refused: the role does not allow it", 3_000, "from 192.0.2.7"),
            happened(Icon::Trash, Tone::Bad, "deleted the webhook endpoint https://example.com/hooks", 9_000, ""),
        ])))
        (thread(&[
            said("Ada Lovelace", "Customer", 120, "The arm stops at 40 degrees.\nIt did not before the update.", false),
            said("Grace Hopper", "Support", 90, "Looks like the limit switch. Ask for the serial number first.", true),
            said("Grace Hopper", "Support", 60, "Thank you. Which serial number is on the base plate?", false),
        ]))
        (card("What somebody wrote", "", &html! {}, &prose("שלום עולם\nLine breaks and directions are kept.")))
    }
}

fn notices() -> Markup {
    html! {
        (callout(Tone::Plain, "Good to know", &html! { "Customers never take a seat. " a href="#notices" { "How seats are counted" } }))
        (callout(Tone::Good, "", &html! { "Your domain is proven and serves the portal." }))
        (callout(Tone::Warn, "Close to the limit", &html! { "4 of 5 webhook endpoints are in use. The Scale plan has 50." }))
        (callout(Tone::Bad, "The subscription can't be paid", &html! { "The card was declined on 20 November. Update it in the billing portal." }))
        (second(&head_with(&html! { "A title with badges" }, &html! { (badge(Tone::Good, "open")) (badge(Tone::Warn, "high")) (badge(Tone::Bad, "failed")) (badge(Tone::Plain, "closed")) }, "", &html! {})))
    }
}

/// A page has one first heading, and this one has its own.
fn second(markup: &Markup) -> Markup {
    maud::PreEscaped(markup.0.replace("<h1>", "<h2>").replace("</h1>", "</h2>"))
}

fn icons() -> Markup {
    html! { (card("Icons", "", &html! {}, &html! { div class="icon-list" { @for (icon, name) in Icon::ALL { span { (icon.render()) " " (name) } } } })) }
}
