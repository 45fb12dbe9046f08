//! From a domain event to inbox entries and mails: whom each type of notification concerns, what they chose, what they are told.

use crate::letters;
use domain::notifications::{Audience, Facts, MOST_RECIPIENTS, Type, actor, triggered};
use kernel::{MailId, NoticeId, OrgId, Result, Row, sql::Stmt, task::Task, time::Span};
use mail::{Address, Brand, Link, Mail};
use serde_json::{Value, json};
use std::collections::HashSet;

/// What is known of a recipient: the choices, and how many mails of the template they had of this organization within the hour.
macro_rules! about {
    ($id:literal, $email:literal) => {
        concat!(
            "(SELECT c.chosen FROM notification_choices c WHERE c.recipient = ",
            $id,
            " AND c.type = ?3 AND c.channel = 'inbox') AS inbox, \
             (SELECT c.chosen FROM notification_choices c WHERE c.recipient = ",
            $id,
            " AND c.type = ?3 AND c.channel = 'mail') AS mail, \
             (SELECT count(*) FROM mails x WHERE x.org_id = ?1 AND x.recipient = ",
            $email,
            " AND x.template = ?4 AND x.created_at > ?5) AS recent"
        )
    };
}
/// A member as a recipient: whether a mail may go out, for an address that was never confirmed may be somebody else's.
macro_rules! member {
    () => {
        concat!(
            "SELECT u.id, u.email, u.email_verified_at IS NOT NULL AS mailable, ",
            about!("u.id", "u.email"),
            " FROM memberships m JOIN users u ON u.id = m.user_id AND u.deleted_at IS NULL WHERE m.org_id = ?1 AND "
        )
    };
}

kernel::sql! {
    Read Org TICKET(2) -> ["subject", "customer_id", "assignee_id"] = "SELECT subject, customer_id, assignee_id FROM tickets WHERE org_id = ?1 AND id = ?2";
    Read Org REQUESTER(2) -> ["requester"] =
        "SELECT COALESCE(k.created_by, e.requested_by) AS requester FROM exports e LEFT JOIN api_keys k ON k.org_id = ?1 AND k.id = e.requested_by WHERE e.org_id = ?1 AND e.id = ?2";
    /// `?2` holds the words of roles; none is part of another.
    Read Org BY_ROLE(6) -> ["id", "email", "mailable", "inbox", "mail", "recent"] =
        concat!(member!(), "instr(?2, m.role) ORDER BY m.user_id LIMIT ?6");
    Read Org MEMBER(5) -> ["id", "email", "mailable", "inbox", "mail", "recent"] = concat!(member!(), "m.user_id = ?2");
    Read Org CUSTOMER(5) -> ["id", "email", "mailable", "inbox", "mail", "recent"] = concat!(
        "SELECT c.id, c.email, 1 AS mailable, ", about!("c.id", "c.email"), " FROM customers c WHERE c.org_id = ?1 AND c.id = ?2 AND c.status = 'active' AND c.deleted_at IS NULL");
}

/// The event whose notifications are written.
pub(crate) struct Happened<'a> {
    pub id: &'a str,
    pub kind: &'a str,
    pub org: &'a OrgId,
    pub org_name: &'a str,
    pub slug: &'a str,
    pub accent: Option<&'a str>,
    /// The number of its look, where that has a logo.
    pub logo: Option<i64>,
    /// The portal's own domain, where it has one: customers are signed in there.
    pub domain: Option<&'a str>,
    pub data: &'a Value,
}

/// The rows of one event's notifications; none where nobody is told.
pub(crate) struct Written {
    /// Into inboxes.
    pub inbox: Option<Stmt>,
    /// Mails; returns the ids of those that are new.
    pub mails: Option<Stmt>,
}

/// The ticket of an event and what it knows of people.
#[derive(Default)]
struct Ticket {
    id: String,
    subject: String,
    customer: Option<String>,
    assignee: Option<String>,
}

/// Writes what follows from an event for people: two statements, whatever the number of recipients.
pub(crate) async fn write(task: &Task<'_>, event: &Happened<'_>) -> Result<Written> {
    let types: Vec<&'static Type> = triggered(event.kind, event.data).collect();
    if types.is_empty() {
        return Ok(Written { inbox: None, mails: None });
    }
    let (ticket, requester) = context(task, event, &types).await?;
    let since = task.now().minus(Span::hours(1));
    let mut asked: Vec<(&'static Type, Stmt)> = Vec::new();
    for of in types {
        let template = letters::template(of.key);
        let one = |sql: kernel::Sql, id: &str| sql.bind([event.org.into(), id.into(), of.key.into(), template.into(), since.into()]);
        let of_roles = |roles: &[kernel::principal::Role]| {
            let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
            let roles = roles.join(" ");
            BY_ROLE.bind([event.org.into(), roles.into(), of.key.into(), template.into(), since.into(), MOST_RECIPIENTS.into()])
        };
        let stmt = match (of.audience, &ticket.assignee) {
            (Audience::Roles(roles), _) | (Audience::AssigneeOr(roles), None) => Some(of_roles(roles)),
            (Audience::AssigneeOr(_), Some(assignee)) => Some(one(MEMBER, assignee)),
            (Audience::TicketCustomer, _) => ticket.customer.as_deref().map(|id| one(CUSTOMER, id)),
            (Audience::ExportRequester, _) => requester.as_deref().map(|id| one(MEMBER, id)),
            (Audience::Member(name), _) => event.data.get(name).and_then(Value::as_str).map(|id| one(MEMBER, id)),
        };
        asked.extend(stmt.map(|stmt| (of, stmt)));
    }
    let (types, stmts): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
    let found = task.read(stmts).await?;
    let facts = Facts { org: event.org_name, slug: event.slug, data: event.data, ticket: (&ticket.id, &ticket.subject) };
    compose(task, event, &facts, &types, &found)
}

/// The ticket and the export's requester, as far as the types ask for them: one round trip, or none.
async fn context(task: &Task<'_>, event: &Happened<'_>, types: &[&Type]) -> Result<(Ticket, Option<String>)> {
    let text = |name: &str| event.data.get(name).and_then(Value::as_str);
    let about_ticket = event.kind.starts_with("ticket.");
    let ticket_id = text("ticket_id").or_else(|| text("id")).filter(|_| about_ticket);
    let export_id = text("id").filter(|_| types.iter().any(|of| of.audience == Audience::ExportRequester));
    let mut stmts = Vec::new();
    stmts.extend(ticket_id.map(|id| TICKET.bind([event.org.into(), id.into()])));
    stmts.extend(export_id.map(|id| REQUESTER.bind([event.org.into(), id.into()])));
    if stmts.is_empty() {
        return Ok((Ticket::default(), None));
    }
    let sets = task.read(stmts).await?;
    let row: Option<&Row> = sets.first().and_then(|rows| rows.first());
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Ok(match (ticket_id, row) {
        (Some(id), Some(row)) => {
            let ticket = Ticket {
                id: id.to_owned(),
                subject: row.text(0)?.to_owned(),
                customer: owned(row.opt_text(1)?),
                assignee: owned(row.opt_text(2)?),
            };
            (ticket, None)
        }
        (None, Some(row)) => (Ticket::default(), owned(row.opt_text(0)?)),
        // Gone in the meantime.
        (_, None) => (Ticket::default(), None),
    })
}

fn compose(task: &Task<'_>, event: &Happened<'_>, facts: &Facts<'_>, types: &[&'static Type], found: &[Vec<Row>]) -> Result<Written> {
    let config = &task.app.config;
    let who = actor(event.data);
    let mut told: HashSet<String> = HashSet::new();
    let (mut entries, mut mails) = (Vec::new(), Vec::new());
    for (of, rows) in types.iter().zip(found) {
        let portal = || event.domain.map_or_else(|| config.portal_host(event.slug), str::to_owned);
        let host = if of.audience.is_customer() { portal() } else { config.app_host.clone() };
        let origin = config.origin(&host);
        let (line, path) = ((of.line)(facts), (of.path)(facts));
        let link = Link::at(&origin, &path)?;
        let manage = Link::at(&origin, "/account/notifications")?;
        let letter = letters::letter(of, facts, &line, &link);
        // A tenant's customers know the tenant, not us.
        let brand = if of.audience.is_customer() {
            Brand { accent: event.accent.map(str::to_owned), ..Brand::tenant(config, event.org_name, event.slug, event.logo) }
        } else {
            Brand::default()
        };
        for row in rows {
            let (id, email) = (row.text(0)?, row.text(1)?);
            // One notification for each person, by the first type that concerns them.
            if id == who || !told.insert(id.to_owned()) {
                continue;
            }
            let chosen = [row.opt_int(3)?.map(|n| n != 0), row.opt_int(4)?.map(|n| n != 0)];
            let [inbox, by_mail] = of.channels(chosen);
            if inbox {
                let entry: NoticeId = task.id();
                let title: String = line.chars().take(200).collect();
                entries.push(json!([entry, id, of.key, title, path]));
            }
            let quiet = row.int(5)? >= of.most_mails_an_hour;
            if by_mail && row.int(2)? == 1 && !quiet && Address::parse(email).is_ok() {
                let key = format!("{}:{id}:mail", event.id);
                let content = Mail::new(email, letter.clone()).about(event.org).from(brand.clone()).once(key).manage(manage.clone());
                mails.push((task.id::<MailId>(), task.ports.random::<12>(), content));
            }
        }
    }
    let now = task.now();
    let inbox = (!entries.is_empty())
        .then(|| store::inbox::PUT.bind([event.org.into(), Value::Array(entries).to_string().into(), event.id.into(), now.into()]));
    let mails = if mails.is_empty() { None } else { Some(store::mail::rows(&config.keys, now, mails.into_iter())?) };
    Ok(Written { inbox, mails })
}
