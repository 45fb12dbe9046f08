//! Three organizations with everything that belongs to one: the fixture of every native test.
//!
//! Every free text of an organization's rows holds its canary (`canary-<slug>-<table>-<column>`), so that a text that turns up
//! where it should not says where it came from.

use crate::{
    blobs::BlobStore,
    call::host,
    database::{Database, make},
    time::SeededRng,
};
use crypto::{keyring::KeyRing, standard_webhooks::WebhookSecret};
use kernel::{
    AttemptId, AuditId, CommentId, CustomerId, DeliveryId, DomainId, EndpointId, EventId, ExportId, Id, InvitationId, JobId, KeyId, Millis,
    OrgId, Principal, RequestId, SessionId, TicketId, UserId,
    host::Surface,
    principal::{Customer, Operator, OperatorRole, Proof, Role, Staff},
    sql::Value,
    time::Span,
};
use store::sessions::{Begin, Browser, Reached};

/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery staple";
/// Its hash.
pub const PASSWORD_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw$eZ8SueF3EIJEgtgpg1rLafWpNVv3dMTwc0KCOxG5CSg";

/// An API key with its secret.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// Its id.
    pub id: KeyId,
    /// What a client sends.
    pub token: String,
}
/// The keys of an organization.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Every scope.
    pub full: ApiKey,
    /// Reads everything.
    pub read: ApiKey,
    /// No scope at all.
    pub none: ApiKey,
    /// Every scope, of test data.
    pub test: ApiKey,
    /// Every scope, ended yesterday.
    pub expired: ApiKey,
    /// Every scope, revoked yesterday.
    pub revoked: ApiKey,
}
/// A session with its cookie's value.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who is signed in.
    pub principal: Principal,
    /// The cookie's value.
    pub token: String,
    /// The host it was made on.
    pub host: String,
}
/// A staff account.
#[derive(Debug, Clone)]
pub struct Member {
    /// The account.
    pub user: UserId,
    /// How to sign in; the password is [`PASSWORD`].
    pub email: String,
    /// A session on the app's host.
    pub session: Session,
}
/// A customer account.
#[derive(Debug, Clone)]
pub struct Person {
    /// The account.
    pub id: CustomerId,
    /// How to sign in; the password is [`PASSWORD`].
    pub email: String,
    /// A session on the portal's host.
    pub session: Session,
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

/// Everybody.
#[derive(Clone)]
pub struct World {
    /// On the Team plan: `northwind`.
    pub team: Org,
    /// On the Free plan: `contoso`.
    pub free: Org,
    /// On the Team plan and suspended: `fabrikam`.
    pub suspended: Org,
    /// An operator with the role `admin`, signed in on the operators' host.
    pub operator: Member,
    /// Operators of the other roles, signed in there: support, billing, viewer.
    pub other_operators: [Member; 3],
    /// An operator whose session's absolute time is over.
    pub ended_operator: Member,
    /// Somebody who was an operator until a moment ago, still signed in.
    pub former_operator: Member,
    /// A staff account of no organization.
    pub outsider: Member,
    /// A key that looks right and was never made.
    pub unknown_key: ApiKey,
    /// Of the first organization's owner, its first customer and the operator: between the first factor and the second.
    pub half: [Session; 3],
    /// Of the same three: signed in, but their last proof is too old for what is sensitive.
    pub stale: [Session; 3],
}

/// The id of the entry in somebody's inbox: it follows from theirs.
pub fn entry_of(recipient: &str) -> String {
    format!("ntc_{}", recipient.split_once('_').unwrap().1)
}

struct Seed<'a> {
    db: &'a Database,
    blobs: &'a BlobStore,
    assets: &'a BlobStore,
    ring: &'a KeyRing,
    rng: SeededRng,
    now: Millis,
}

impl World {
    /// Everything, into an empty database.
    pub(crate) fn seed(db: &Database, blobs: &BlobStore, assets: &BlobStore, ring: &KeyRing, now: Millis) -> Self {
        let seed = Seed { db, blobs, assets, ring, rng: SeededRng::new(11), now };
        let operator = |slug: &str| {
            let member = seed.account(slug, "operators.example");
            seed.operator(&member.user, OperatorRole::Admin);
            Member { session: seed.operator_session(&member.user, slug, OperatorRole::Admin), ..member }
        };
        let other = |role: OperatorRole| {
            let name = format!("{}-operator", role.as_str());
            let member = seed.account_as(operator_id(role), &name, "operators.example");
            seed.operator(&member.user, role);
            Member { session: seed.operator_session(&member.user, &name, role), ..member }
        };
        let ended_operator = operator("ended-operator");
        let former_operator = operator("former-operator");
        db.execute("DELETE FROM operators WHERE user_id = ?1", &[(&former_operator.user).into()]);
        seed.end(&ended_operator.session);
        let (operator, team) = (operator("operator"), seed.org("northwind", "team", "active"));
        let three = [&team.member(Role::Owner).session, &team.customers[0].session, &operator.session];
        let half = three.map(|session| seed.again(session, Reached::Challenge, now));
        let reached = |at: usize| if at == 2 { Reached::TwoFactors } else { Reached::OneFactor };
        let old = now.minus(Span::minutes(11));
        let stale = [0, 1, 2].map(|at| seed.again(three[at], reached(at), old));
        db.insert(
            "dead_letters",
            &[
                ("id", (&dead_letter_id()).into()),
                ("queue", "portico-stripe".into()),
                ("body", "not a hint of ours".into()),
                ("received_at", seed.ago(Span::hours(5))),
            ],
        );
        Self {
            operator,
            team,
            half,
            stale,
            free: seed.org("contoso", "free", "active"),
            suspended: seed.org("fabrikam", "team", "suspended"),
            outsider: seed.account("outsider", "nowhere.example"),
            unknown_key: seed.key_token(crypto::api_key::Env::Live),
            ended_operator,
            former_operator,
            other_operators: [OperatorRole::Support, OperatorRole::Billing, OperatorRole::Viewer].map(other),
        }
    }
    /// The operator of a role.
    pub fn operator_of(&self, role: OperatorRole) -> &Member {
        match role {
            OperatorRole::Admin => &self.operator,
            OperatorRole::Support => &self.other_operators[0],
            OperatorRole::Billing => &self.other_operators[1],
            OperatorRole::Viewer => &self.other_operators[2],
        }
    }
    /// Somebody on that surface between the first factor and the second.
    pub fn half_session(&self, surface: Surface) -> &Session {
        &self.half[at(surface)]
    }
    /// The three organizations.
    pub fn orgs(&self) -> [&Org; 3] {
        [&self.team, &self.free, &self.suspended]
    }
}

/// The account of the operator of a role other than `admin`: known without a world, for what fills paths.
pub fn operator_id(role: OperatorRole) -> UserId {
    UserId::make(crate::time::START, [0xa0 | role as u8; 10])
}
/// The mail of an organization that could not be sent.
pub fn mail_of(org: &OrgId) -> String {
    org.as_str().replacen("org_", "mai_", 1)
}
/// The queue message that nobody could use.
pub fn dead_letter_id() -> JobId {
    JobId::make(crate::time::START, [0xde; 10])
}

/// Where a surface's session stands among the three.
fn at(surface: Surface) -> usize {
    match surface {
        Surface::App | Surface::Api => 0,
        Surface::Portal => 1,
        Surface::Platform => 2,
    }
}

impl Seed<'_> {
    fn id<I: Id>(&self) -> I {
        make(&self.rng, self.now.minus(Span::days(1)))
    }
    fn ago(&self, span: Span) -> Value {
        self.now.minus(span).into()
    }
    fn key_token(&self, env: crypto::api_key::Env) -> ApiKey {
        use kernel::ports::Rng;
        let fresh = crypto::api_key::generate(env, &mut |buffer| self.rng.fill(buffer));
        ApiKey { id: self.id(), token: fresh.token.into_exposed() }
    }

    /// A session as the sign-in makes it.
    fn session(&self, kind: &'static str, principal: Principal, session: &SessionId, org: Option<&OrgId>, host: &str) -> Session {
        // Operators have a second factor, or they are none; of the others some have one, and this is nobody's test.
        let reached = if kind == "operator" { Reached::TwoFactors } else { Reached::OneFactor };
        let browser = Browser { host, ip: "203.0.113.7", user_agent: principal.label() };
        let of = Begin { kind, subject: principal.id(), org, method: "password", reached, browser };
        let begun = store::sessions::begin(session, of, self.now, self.rng.bytes());
        self.db.run(&begun.stmt).unwrap();
        Session { principal, token: begun.token, host: host.to_owned() }
    }
    /// Another session of the same account.
    fn again(&self, like: &Session, reached: Reached, at: Millis) -> Session {
        let (mut principal, id): (_, SessionId) = (like.principal.clone(), self.id());
        match &mut principal {
            Principal::Staff(of) => of.session = id.clone(),
            Principal::Customer(of) => of.session = id.clone(),
            Principal::Operator(of) => of.session = id.clone(),
            _ => {}
        }
        let browser = Browser { host: &like.host, ip: "203.0.113.8", user_agent: "testkit" };
        let of = Begin { kind: principal.kind(), subject: principal.id(), org: principal.org(), method: "password", reached, browser };
        let begun = store::sessions::begin(&id, of, at, self.rng.bytes());
        self.db.run(&begun.stmt).unwrap();
        let seen = "UPDATE sessions SET seen_at = ?2, idle_until = ?3 WHERE token_hash = ?1";
        self.db.execute(seen, &[crypto::token::hash(&begun.token).into(), self.now.into(), self.now.plus(Span::minutes(9)).into()]);
        Session { principal, token: begun.token, host: like.host.clone() }
    }
    fn staff_session(&self, user: &UserId, name: &str) -> Session {
        let session: SessionId = self.id();
        let principal = Principal::Staff(Staff {
            user: user.clone(),
            name: name.into(),
            email: String::new(),
            session: session.clone(),
            proof: Proof { at: self.now, second_factor: false },
            membership: None,
            factor_missing: false,
            suspended: false,
            orgs: Vec::new(),
            unread: 0,
        });
        self.session("staff", principal, &session, None, &host(Surface::App, ""))
    }
    fn operator(&self, user: &UserId, role: OperatorRole) {
        let row = [("user_id", user.into()), ("role", role.as_str().into()), ("created_at", self.now.into())];
        self.db.insert("operators", &row);
    }
    fn operator_session(&self, user: &UserId, name: &str, role: OperatorRole) -> Session {
        let session: SessionId = self.id();
        let principal = Principal::Operator(Operator {
            user: user.clone(),
            name: name.into(),
            email: String::new(),
            role,
            session: session.clone(),
            proof: Proof { at: self.now, second_factor: true },
            idle_until: self.now.plus(Span::minutes(30)),
            expires_at: self.now.plus(Span::hours(12)),
        });
        self.session("operator", principal, &session, None, &host(Surface::Platform, ""))
    }
    fn end(&self, session: &Session) {
        let hash = crypto::token::hash(&session.token);
        let sql = "UPDATE sessions SET created_at = ?2, expires_at = ?3, idle_until = ?3 WHERE token_hash = ?1";
        assert_eq!(self.db.execute(sql, &[hash.into(), self.ago(Span::days(40)), self.ago(Span::days(1))]), 1);
    }
    fn account(&self, name: &str, domain: &str) -> Member {
        self.account_as(self.id(), name, domain)
    }
    fn account_as(&self, user: UserId, name: &str, domain: &str) -> Member {
        let email = format!("{name}@{domain}");
        self.db.insert(
            "users",
            &[
                ("id", (&user).into()),
                ("email", email.as_str().into()),
                ("name", name.into()),
                ("password_hash", PASSWORD_HASH.into()),
                ("email_verified_at", self.ago(Span::days(30))),
                ("created_at", self.ago(Span::days(30))),
            ],
        );
        Member { session: self.staff_session(&user, name), user, email }
    }

    fn org(&self, slug: &'static str, plan: &'static str, status: &str) -> Org {
        let (id, db): (OrgId, _) = (self.id(), self.db);
        let canary = format!("canary-{slug}");
        let text = |place: &str| -> Value { format!("{canary}-{place}").into() };
        db.insert(
            "orgs",
            &[
                ("id", (&id).into()),
                ("slug", slug.into()),
                ("name", text("orgs-name")),
                ("plan", plan.into()),
                ("status", status.into()),
                // Of an active one, too: what it was suspended for is nobody else's business.
                ("suspended_reason", text("orgs-suspended_reason")),
                ("created_at", self.ago(Span::days(60))),
            ],
        );
        let person = |name: &str| self.account(&format!("{canary}-users-{name}"), &format!("{slug}.example"));
        let member = |role: Role| {
            let member = person(role.as_str());
            db.insert(
                "memberships",
                &[
                    ("org_id", (&id).into()),
                    ("user_id", (&member.user).into()),
                    ("role", role.as_str().into()),
                    ("created_at", self.ago(Span::days(20))),
                ],
            );
            member
        };
        let members: Vec<Member> = Role::ALL.into_iter().map(member).collect();
        let ended = person("ended");
        self.end(&ended.session);
        let customer = |name: &str, state: &str| self.customer(&id, slug, &canary, name, state);
        let customers = [customer("one", "active"), customer("two", "active")];
        let blocked = customer("blocked", "blocked");
        let keys = self.keys(&id, &canary);
        let tickets: [TicketId; 3] = std::array::from_fn(|_| self.id());
        let comments: [CommentId; 3] = std::array::from_fn(|_| self.id());
        for (at, ticket) in tickets.iter().enumerate() {
            let whose = customers.get(at).map(|c| &c.id);
            self.ticket(&id, ticket, &comments[at], whose, &members[1], &text, at == 2);
        }
        let (endpoint, event, delivery): (EndpointId, EventId, DeliveryId) = (self.id(), self.id(), self.id());
        let endpoint_secret = WebhookSecret::generate(self.rng.bytes());
        self.webhooks(&id, slug, &endpoint, &endpoint_secret, &event, &delivery, &canary);
        let (export, job): (ExportId, JobId) = (self.id(), self.id());
        self.export(&id, &export, &job, &keys.full.id, &tickets[2], &canary);
        self.billing(&id, slug, plan);
        self.trail(&id, &keys.full.id, &canary);
        let (invitation, domain) = self.waiting(&id, slug, &canary, &members[4].user);
        let recipients = members.iter().map(|m| m.user.as_str()).chain(customers.iter().map(|c| c.id.as_str()));
        self.told(&id, &event, recipients, &canary);
        for (n, address) in [&members[0].email, &customers[0].email].into_iter().enumerate() {
            self.mail(&id, address, n, &canary);
        }
        Org {
            stripe_customer: format!("cus_{slug}"),
            invitation,
            domain,
            removed: person("removed"),
            ended,
            id,
            slug,
            plan,
            canary,
            keys,
            members,
            customers,
            blocked,
            tickets,
            comments,
            endpoint,
            endpoint_secret,
            event,
            delivery,
            export,
            job,
        }
    }

    fn customer(&self, org: &OrgId, slug: &str, canary: &str, name: &str, state: &str) -> Person {
        let (id, email): (CustomerId, _) = (self.id(), format!("{canary}-customers-{name}@example.com"));
        let label = format!("{canary}-customers-name-{name}");
        self.db.insert(
            "customers",
            &[
                ("org_id", org.into()),
                ("id", (&id).into()),
                ("email", email.as_str().into()),
                ("name", label.as_str().into()),
                ("password_hash", PASSWORD_HASH.into()),
                ("status", state.into()),
                ("blocked_reason", (state == "blocked").then(|| format!("{canary}-customers-blocked_reason")).into()),
                ("created_at", self.ago(Span::days(10))),
            ],
        );
        let session: SessionId = self.id();
        let principal = Principal::Customer(Customer {
            id: id.clone(),
            name: label,
            email: email.clone(),
            org: org.clone(),
            session: session.clone(),
            proof: Proof { at: self.now, second_factor: false },
            unread: 0,
        });
        Person { session: self.session("customer", principal, &session, Some(org), &host(Surface::Portal, slug)), id, email }
    }

    fn keys(&self, org: &OrgId, canary: &str) -> Keys {
        use crypto::api_key::Env;
        let yesterday = self.ago(Span::days(1));
        let key = |name: &str, env: Env, scopes: &str, expires: Value, revoked: Value| {
            let key = self.key_token(env);
            self.db.insert(
                "api_keys",
                &[
                    ("org_id", org.into()),
                    ("id", (&key.id).into()),
                    ("name", format!("{canary}-api_keys-name-{name}").into()),
                    ("hash", crypto::api_key::hash(&key.token).into()),
                    ("hint", crypto::api_key::hint(&key.token).into()),
                    ("live", (env == Env::Live).into()),
                    ("scopes", scopes.into()),
                    ("expires_at", expires),
                    (
                        "revoked_reason",
                        if revoked == Value::Null { Value::Null } else { format!("{canary}-api_keys-revoked_reason").into() },
                    ),
                    ("revoked_at", revoked),
                    ("created_at", self.ago(Span::days(9))),
                ],
            );
            key
        };
        let reads: Vec<String> = kernel::principal::Resource::ALL.iter().map(|r| format!("{}:read", r.as_str())).collect();
        Keys {
            full: key("full", Env::Live, "*", Value::Null, Value::Null),
            read: key("read", Env::Live, &reads.join(" "), Value::Null, Value::Null),
            none: key("none", Env::Live, "", Value::Null, Value::Null),
            test: key("test", Env::Test, "*", Value::Null, Value::Null),
            expired: key("expired", Env::Live, "*", yesterday.clone(), Value::Null),
            revoked: key("revoked", Env::Live, "*", Value::Null, yesterday),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a row of each of two tables, written once")]
    fn ticket(
        &self,
        org: &OrgId,
        id: &TicketId,
        comment: &CommentId,
        customer: Option<&CustomerId>,
        assignee: &Member,
        text: &dyn Fn(&str) -> Value,
        internal: bool,
    ) {
        let at = self.ago(Span::days(5));
        self.db.insert(
            "tickets",
            &[
                ("org_id", org.into()),
                ("id", id.into()),
                ("subject", text("tickets-subject")),
                ("body", text("tickets-body")),
                ("customer_id", customer.into()),
                ("assignee_id", (&assignee.user).into()),
                ("created_at", at.clone()),
                ("updated_at", at.clone()),
            ],
        );
        self.db.insert(
            "ticket_comments",
            &[
                ("org_id", org.into()),
                ("ticket_id", id.into()),
                ("id", comment.into()),
                ("author_kind", "staff".into()),
                ("author_id", (&assignee.user).into()),
                ("author_name", text("ticket_comments-author_name")),
                ("body", text(if internal { "ticket_comments-body-internal" } else { "ticket_comments-body" })),
                ("internal", internal.into()),
                ("created_at", at),
            ],
        );
    }

    #[expect(clippy::too_many_arguments, reason = "a row of each of five tables, written once")]
    fn webhooks(
        &self,
        org: &OrgId,
        slug: &str,
        endpoint: &EndpointId,
        secret: &WebhookSecret,
        event: &EventId,
        delivery: &DeliveryId,
        canary: &str,
    ) {
        let at = self.ago(Span::hours(20));
        let text = |place: &str| -> Value { format!("{canary}-{place}").into() };
        let sealed = store::endpoints::seal_secret(self.ring, org, endpoint, secret, self.rng.bytes()).unwrap();
        self.db.insert(
            "webhook_endpoints",
            &[
                ("org_id", org.into()),
                ("id", endpoint.into()),
                ("url", format!("https://hooks.{slug}.example/{canary}-webhook_endpoints-url").into()),
                ("description", text("webhook_endpoints-description")),
                ("events", "[\"*\"]".into()),
                ("secret", sealed.into()),
                ("status", "enabled".into()),
                ("created_at", at.clone()),
            ],
        );
        let payload = |table: &str| -> Value { serde_json::json!({"note": format!("{canary}-{table}-payload")}).to_string().into() };
        self.db.insert(
            "outbox",
            &[
                ("org_id", org.into()),
                ("id", event.into()),
                ("type", "ticket.created".into()),
                ("payload", payload("outbox")),
                ("occurred_at", at.clone()),
                ("dispatched_at", at.clone()),
            ],
        );
        self.db.insert(
            "webhook_messages",
            &[
                ("org_id", org.into()),
                ("id", event.into()),
                ("type", "ticket.created".into()),
                ("payload", payload("webhook_messages")),
                ("created_at", at.clone()),
                ("expires_at", self.now.plus(Span::days(6)).into()),
            ],
        );
        self.db.insert(
            "webhook_deliveries",
            &[
                ("org_id", org.into()),
                ("id", delivery.into()),
                ("message_id", event.into()),
                ("endpoint_id", endpoint.into()),
                ("status", "succeeded".into()),
                ("step", 1_i64.into()),
                ("claim", 1_i64.into()),
                ("next_at", at.clone()),
                ("last_status", 200_i64.into()),
                ("created_at", at.clone()),
                ("finished_at", at.clone()),
                ("last_error", text("webhook_deliveries-last_error")),
            ],
        );
        self.db.insert(
            "webhook_attempts",
            &[
                ("org_id", org.into()),
                ("delivery_id", delivery.into()),
                ("id", (&self.id::<AttemptId>()).into()),
                ("number", 1_i64.into()),
                ("started_at", at),
                ("took_ms", 35_i64.into()),
                ("status", 200_i64.into()),
                ("error", text("webhook_attempts-error")),
                ("response", text("webhook_attempts-response")),
            ],
        );
    }

    fn export(&self, org: &OrgId, id: &ExportId, job: &JobId, by: &KeyId, until: &TicketId, canary: &str) {
        let (at, key) = (self.ago(Span::hours(30)), format!("{org}/{id}.csv"));
        let file = format!("{}x,{canary}-exports-file\r\n", domain::exports::TICKETS_HEAD);
        self.blobs.place(&key, file.as_bytes(), "text/csv; charset=utf-8");
        self.db.insert(
            "exports",
            &[
                ("org_id", org.into()),
                ("id", id.into()),
                ("kind", "tickets".into()),
                ("format", "csv".into()),
                ("state", "ready".into()),
                ("until_id", until.into()),
                ("rows", 3_i64.into()),
                ("bytes", i64::try_from(file.len()).unwrap().into()),
                ("sha256", crypto::hash::sha256_hex(file.as_bytes()).into()),
                ("object_key", key.into()),
                ("requested_by", by.into()),
                ("error", format!("{canary}-exports-error").into()),
                ("created_at", at.clone()),
                ("finished_at", at.clone()),
                ("expires_at", self.now.plus(Span::days(5)).into()),
            ],
        );
        self.db.insert(
            "jobs",
            &[
                ("id", job.into()),
                ("kind", "export".into()),
                ("subject", id.into()),
                ("org_id", org.into()),
                ("state", "done".into()),
                ("dirty", 0_i64.into()),
                ("max_attempts", 8_i64.into()),
                ("next_at", at.clone()),
                ("progress", format!("{canary}-jobs-progress").into()),
                ("last_error", format!("{canary}-jobs-last_error").into()),
                ("created_at", at.clone()),
                ("updated_at", at),
            ],
        );
    }

    fn billing(&self, org: &OrgId, slug: &str, plan: &str) {
        let at = self.ago(Span::days(8));
        self.db.insert(
            "billing_customers",
            &[("org_id", org.into()), ("stripe_customer_id", format!("cus_{slug}").into()), ("created_at", at.clone())],
        );
        if plan != "free" {
            self.db.insert(
                "subscriptions",
                &[
                    ("org_id", org.into()),
                    ("stripe_subscription_id", format!("sub_{slug}").into()),
                    ("status", "active".into()),
                    ("price_lookup_key", format!("portico_{plan}_monthly").into()),
                    ("quantity", 1_i64.into()),
                    ("current_period_end", self.now.plus(Span::days(22)).into()),
                    ("cancel_at_period_end", 0_i64.into()),
                    ("read_at", at),
                ],
            );
        }
    }

    /// What people were told: an unread entry in each inbox (see [`entry_of`]).
    fn told<'p>(&self, org: &OrgId, event: &EventId, recipients: impl Iterator<Item = &'p str>, canary: &str) {
        let at = self.ago(Span::hours(2));
        let text = |place: &str| -> Value { format!("{canary}-{place}").into() };
        for recipient in recipients {
            let path = if recipient.starts_with("cus_") { "/" } else { "/o/" };
            self.db.insert(
                "inbox",
                &[
                    ("org_id", org.into()),
                    ("id", entry_of(recipient).into()),
                    ("recipient", recipient.into()),
                    ("type", "ticket_closed".into()),
                    ("title", text("inbox-title")),
                    ("path", format!("{path}{canary}-inbox-path").into()),
                    ("event_id", event.into()),
                    ("created_at", at.clone()),
                ],
            );
            self.db.insert(
                "notification_choices",
                &[
                    ("recipient", recipient.into()),
                    ("type", "export_failed".into()),
                    ("channel", "mail".into()),
                    ("chosen", 1_i64.into()),
                    ("changed_at", at.clone()),
                ],
            );
        }
    }

    /// A mail that could not be sent.
    fn mail(&self, org: &OrgId, to: &str, n: usize, canary: &str) {
        let at = self.ago(Span::hours(2));
        let text = |place: &str| -> Value { format!("{canary}-{place}").into() };
        self.db.insert(
            "mails",
            &[
                ("id", if n == 0 { mail_of(org) } else { self.id::<kernel::MailId>().to_string() }.into()),
                ("org_id", org.into()),
                ("recipient", to.into()),
                ("template", "ticket_reply".into()),
                ("state", "failed".into()),
                ("dedupe", format!("{canary}-mails-dedupe-{n}").into()),
                ("attempts", 1_i64.into()),
                ("next_at", at.clone()),
                ("last_error", text("mails-last_error")),
                ("created_at", at.clone()),
                ("finished_at", at),
            ],
        );
    }

    /// An open invitation, a domain and an earlier slug.
    fn waiting(&self, org: &OrgId, slug: &str, canary: &str, owner: &UserId) -> (InvitationId, DomainId) {
        let (invitation, domain): (InvitationId, DomainId) = (self.id(), self.id());
        let at = self.ago(Span::days(2));
        self.db.insert(
            "invitations",
            &[
                ("org_id", org.into()),
                ("id", (&invitation).into()),
                ("email", format!("{canary}-invitations-email@example.com").into()),
                ("role", "member".into()),
                ("token_hash", crypto::token::hash(&crypto::token::encode(&self.rng.bytes())).into()),
                ("invited_by", owner.into()),
                ("created_at", at.clone()),
                ("sent_at", at.clone()),
                ("expires_at", self.now.plus(Span::days(5)).into()),
            ],
        );
        self.db.insert(
            "domains",
            &[
                ("org_id", org.into()),
                ("id", (&domain).into()),
                ("host", format!("help.{slug}.example").into()),
                ("state", "active".into()),
                ("proof", format!("{canary}-domains-proof").into()),
                ("checked_at", self.ago(Span::hours(1))),
                ("last_error", format!("{canary}-domains-last_error").into()),
                ("created_at", at.clone()),
            ],
        );
        self.db.insert(
            "tokens",
            &[
                ("hash", crypto::token::hash(&crypto::token::encode(&self.rng.bytes())).into()),
                ("purpose", "customer_invitation".into()),
                ("subject", format!("{canary}-tokens-subject").into()),
                ("org_id", org.into()),
                ("host", host(Surface::Portal, slug).into()),
                ("email", format!("{canary}-tokens-email@example.com").into()),
                ("detail", format!("{canary}-tokens-detail").into()),
                ("created_at", at.clone()),
                ("expires_at", self.now.plus(Span::days(5)).into()),
            ],
        );
        let key = format!("logos/{org}/{canary}-logos-key");
        // Whoever may see a logo at all may see it: it is on the portal's first page.
        self.assets.place(&key, b"\x89PNG\r\n\x1a\n", "image/png");
        self.db.insert("logos", &[("org_id", org.into()), ("key", key.into()), ("created_at", at.clone())]);
        self.db.insert(
            "retired_slugs",
            &[("org_id", org.into()), ("slug", format!("{canary}-retired_slugs-slug").into()), ("retired_at", at)],
        );
        (invitation, domain)
    }

    /// What earlier requests left: an audit event and a recorded answer.
    fn trail(&self, org: &OrgId, key: &KeyId, canary: &str) {
        let at = self.ago(Span::hours(3));
        let text = |place: &str| -> Value { format!("{canary}-{place}").into() };
        self.db.insert(
            "audit_events",
            &[
                ("org_id", org.into()),
                ("id", (&self.id::<AuditId>()).into()),
                ("occurred_at", at.clone()),
                ("action", "ticket.created".into()),
                ("actor_kind", "api_key".into()),
                ("actor_id", key.into()),
                ("actor_label", text("audit_events-actor_label")),
                ("target", text("audit_events-target")),
                ("outcome", "success".into()),
                ("ip", text("audit_events-ip")),
                ("user_agent", text("audit_events-user_agent")),
                ("detail", serde_json::json!({"note": format!("{canary}-audit_events-detail")}).to_string().into()),
            ],
        );
        self.db.insert(
            "idempotency",
            &[
                ("org_id", org.into()),
                ("key", text("idempotency-key")),
                ("fingerprint", "0".into()),
                ("status", 201_i64.into()),
                ("headers", "[]".into()),
                ("body", text("idempotency-body")),
                ("request_id", (&self.id::<RequestId>()).into()),
                ("created_at", at.clone()),
                ("expires_at", self.now.plus(Span::hours(21)).into()),
            ],
        );
    }
}
