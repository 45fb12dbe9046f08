//! An organization with what belongs to it.

use super::{Keys, Member, Person, Seed, tickets::Ticket};
use crate::call::host;
use crypto::standard_webhooks::WebhookSecret;
use kernel::{
    CommentId, DeliveryId, DomainId, EndpointId, EventId, ExportId, Id, InvitationId, JobId, OrgId, TicketId, host::Surface,
    principal::Role, sql::Value, time::Span,
};

/// Whose rows are being made.
#[derive(Clone, Copy)]
pub(super) struct Tenant<'a> {
    /// Its id.
    pub id: &'a OrgId,
    /// Its slug.
    pub slug: &'static str,
    /// Its plan.
    pub plan: &'static str,
    /// The beginning of every free text of its rows.
    pub canary: &'a str,
}
impl Tenant<'_> {
    /// The free text of one column, written `table-column`.
    pub fn text(&self, place: &str) -> Value {
        format!("{}-{place}", self.canary).into()
    }
}

/// An organization with what belongs to it.
#[derive(Clone)]
pub struct Org {
    /// Its id.
    pub id: OrgId,
    /// Its slug: also its portal's.
    pub slug: &'static str,
    /// Its plan.
    pub plan: &'static str,
    /// What each free text of its rows holds.
    pub canary: String,
    /// Its keys.
    pub keys: Keys,
    /// A member of each role, in the order of [`Role::ALL`].
    pub members: Vec<Member>,
    /// Somebody who was a member until a moment ago, still signed in.
    pub removed: Member,
    /// A member of no role here whose session's absolute time is over.
    pub ended: Member,
    /// Two active customers.
    pub customers: [Person; 2],
    /// A blocked customer whose session still stands.
    pub blocked: Person,
    /// Three tickets: of the first customer, of the second, of none.
    pub tickets: [TicketId; 3],
    /// A comment on each ticket; the third is internal.
    pub comments: [CommentId; 3],
    /// A webhook endpoint, enabled, for every event, at `https://hooks.<slug>.example/in`.
    pub endpoint: EndpointId,
    /// Its secret.
    pub endpoint_secret: WebhookSecret,
    /// An event that was fanned out; also the id of its message.
    pub event: EventId,
    /// A delivery that succeeded.
    pub delivery: DeliveryId,
    /// A finished export with its file.
    pub export: ExportId,
    /// The job of the export, done.
    pub job: JobId,
    /// The Stripe customer.
    pub stripe_customer: String,
    /// An open invitation.
    pub invitation: InvitationId,
    /// A domain that is active: `help.<slug>.example`.
    pub domain: DomainId,
}
impl Org {
    /// The member of a role.
    pub fn member(&self, role: Role) -> &Member {
        let at = Role::ALL.iter().position(|r| *r == role).unwrap();
        &self.members[at]
    }
    /// The host of its portal.
    pub fn portal(&self) -> String {
        host(Surface::Portal, self.slug)
    }
}

impl Seed<'_> {
    pub(super) fn org(&self, slug: &'static str, plan: &'static str, status: &str) -> Org {
        let id: OrgId = self.id();
        let canary = format!("canary-{slug}");
        let of = Tenant { id: &id, slug, plan, canary: &canary };
        self.org_row(&of, status);
        let person = |name: &str| self.account(&format!("{canary}-users-{name}"), &format!("{slug}.example"));
        let members: Vec<Member> = Role::ALL
            .into_iter()
            .map(|role| {
                let member = person(role.as_str());
                self.membership(&of, &member, role);
                member
            })
            .collect();
        let ended = person("ended");
        self.end(&ended.session);
        let customers = [self.customer(&of, "one", "active"), self.customer(&of, "two", "active")];
        let blocked = self.customer(&of, "blocked", "blocked");
        let keys = self.keys(&of);
        let tickets: [TicketId; 3] = std::array::from_fn(|_| self.id());
        let comments: [CommentId; 3] = std::array::from_fn(|_| self.id());
        for (at, id) in tickets.iter().enumerate() {
            let customer = customers.get(at).map(|c| &c.id);
            self.ticket(&of, &Ticket { id, comment: &comments[at], customer, assignee: &members[1], internal: at == 2 });
        }
        let webhooks = self.webhooks(&of);
        let (export, job): (ExportId, JobId) = (self.id(), self.id());
        self.export(&of, &export, &job, &keys.full.id, &tickets[2]);
        self.billing(&of, &members[0]);
        self.trail(&of, &keys.full.id);
        let (invitation, domain) = (self.invitations(&of, &members[4].user), self.domain(&of));
        self.retired_slug(&of);
        self.logo(&of);
        let recipients = members.iter().map(|m| m.user.as_str()).chain(customers.iter().map(|c| c.id.as_str()));
        self.told(&of, &webhooks.event, recipients);
        for (n, address) in [&members[0].email, &customers[0].email].into_iter().enumerate() {
            self.mail(&of, address, n);
        }
        Org {
            stripe_customer: format!("cus_{slug}"),
            invitation,
            domain,
            removed: person("removed"),
            ended,
            slug,
            plan,
            keys,
            members,
            customers,
            blocked,
            tickets,
            comments,
            endpoint: webhooks.endpoint,
            endpoint_secret: webhooks.secret,
            event: webhooks.event,
            delivery: webhooks.delivery,
            export,
            job,
            canary,
            id,
        }
    }
    fn org_row(&self, of: &Tenant<'_>, status: &str) {
        self.db.insert(
            "orgs",
            &[
                ("id", of.id.into()),
                ("slug", of.slug.into()),
                ("name", of.text("orgs-name")),
                ("plan", of.plan.into()),
                ("seats", domain::plans::Plan::parse(of.plan).limits().seats.into()),
                ("status", status.into()),
                // Of an active one, too: what it was suspended for is nobody else's business.
                ("suspended_reason", of.text("orgs-suspended_reason")),
                ("created_at", self.ago(Span::days(60))),
            ],
        );
    }
    fn membership(&self, of: &Tenant<'_>, member: &Member, role: Role) {
        self.db.insert(
            "memberships",
            &[
                ("org_id", of.id.into()),
                ("user_id", (&member.user).into()),
                ("role", role.as_str().into()),
                ("created_at", self.ago(Span::days(20))),
            ],
        );
    }
}
