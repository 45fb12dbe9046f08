//! The console through dispatch: who may do what, what stops at once, what is never shown, and what two operators do to each other.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kernel::{Id, Millis, Reply, host::Surface, ports::Clock, principal::OperatorRole, time::Span};
use platform::WORKER;
use testkit::{Harness, Replied, get, post, world::Session};

const REASON: &str = "Chargebacks on three cards";

fn text(reply: &Reply) -> &str {
    reply.text().unwrap()
}
fn page(h: &Harness, path: &str) -> Reply {
    h.call(&WORKER, get(path).session(&h.world.operator.session))
}
fn send_as(h: &Harness, session: &Session, path: &str, fields: &[(&str, &str)]) -> Reply {
    h.call(&WORKER, h.form(&WORKER, post(path), Some(session), fields))
}
fn send(h: &Harness, path: &str, fields: &[(&str, &str)]) -> Reply {
    send_as(h, &h.world.operator.session, path, fields)
}
/// What the page after a form says.
fn flash(reply: &Reply) -> String {
    let value = reply.cookie(kernel::flash::COOKIE).unwrap_or_default();
    let mut out = Vec::new();
    let mut bytes = value.bytes();
    while let Some(b) = bytes.next() {
        if b == b'%' {
            let hex: String = [bytes.next().unwrap(), bytes.next().unwrap()].into_iter().map(char::from).collect();
            out.push(u8::from_str_radix(&hex, 16).unwrap());
        } else {
            out.push(b);
        }
    }
    String::from_utf8(out).unwrap()
}
fn count(h: &Harness, sql: &str) -> i64 {
    h.db.count(sql, &[])
}
/// The letters that wait, with their recipients.
fn letters(h: &Harness, template: &str) -> i64 {
    h.db.count("SELECT count(*) FROM mails WHERE template = ?1 AND state = 'queued'", &[template.into()])
}

#[test]
fn each_page_is_for_operators_and_each_deed_for_its_duty() {
    let h = Harness::new();
    let (org, user) = (h.world.team.id.to_string(), h.world.team.members[0].user.to_string());
    let pages = ["/", "/orgs", "/users", "/operators", "/jobs", "/audit", "/status", "/abuse", "/search?q=north"].map(str::to_owned);
    let pages = pages.into_iter().chain([format!("/orgs/{org}"), format!("/users/{user}"), format!("/jobs/{}", h.world.team.job)]);
    for path in pages {
        for role in OperatorRole::ALL {
            let reply = h.call(&WORKER, get(&path).session(&h.world.operator_of(role).session));
            assert_eq!(reply.status, 200, "{path} as {role:?}: {}", text(&reply));
        }
        let staff = h.call(&WORKER, get(&path).on(Surface::Platform).session_cookie(&h.world.team.members[4].session));
        assert_eq!(staff.status, 303, "{path}");
    }
    // Support does what support does, nobody else; admins do everything.
    use OperatorRole::{Admin, Billing, Support, Viewer};
    for (path, fields, may) in [
        (format!("/orgs/{org}/suspend"), vec![("reason", REASON)], vec![Admin]),
        (format!("/users/{user}/ban"), vec![("reason", REASON)], vec![Admin]),
        ("/operators".to_owned(), vec![("email", "outsider@nowhere.example"), ("role", "viewer")], vec![Admin]),
        (format!("/users/{user}/end-sessions"), vec![], vec![Admin, Support]),
        (format!("/users/{user}/reset"), vec![], vec![Admin, Support]),
        (format!("/jobs/{}/replay", h.world.team.job), vec![], vec![Admin, Support]),
        (format!("/jobs/{}/cancel", h.world.team.job), vec![], vec![Admin]),
        (format!("/dead-letters/{}/dismiss", testkit::world::dead_letter_id()), vec![], vec![Admin, Support]),
    ] {
        for role in [Viewer, Billing, Support, Admin] {
            let reply = h.db.undone(|| send_as(&h, &h.world.operator_of(role).session, &path, &fields));
            let wanted = if may.contains(&role) { 303 } else { 403 };
            assert_eq!((reply.status, wanted == 403), (wanted, reply.code() == "duty_missing"), "{path} as {role:?}");
        }
    }
}

#[test]
fn what_is_dear_asks_for_a_fresh_proof() {
    let h = Harness::new();
    let stale = &h.world.stale[2];
    let (org, user) = (&h.world.team.id, &h.world.team.members[0].user);
    let other = &h.world.operator_of(OperatorRole::Support).user;
    let whole = h.db.everything();
    for path in [
        format!("/orgs/{org}/suspend"),
        format!("/users/{user}/ban"),
        format!("/operators/{other}/remove"),
        format!("/operators/{other}/role"),
    ] {
        let shown = h.call(&WORKER, get(&path).session(stale));
        assert!(shown.status == 303 && shown.header("location").unwrap().starts_with("/confirm?next="), "{path}");
        let sent = send_as(&h, stale, &path, &[("reason", REASON)]);
        assert_eq!((sent.status, sent.code()), (403, "step_up_needed".to_owned()), "{path}");
    }
    let same = |table: &str| h.db.everything()[table] == whole[table];
    assert!(same("orgs") && same("users") && same("operators"));
}

#[test]
fn a_suspension_is_explained_and_stands_in_both_logs() {
    let h = Harness::new();
    let org = &h.world.team;
    let (path, back) = (format!("/orgs/{}/suspend", org.id), format!("/orgs/{}", org.id));
    let asked = page(&h, &path);
    assert!(
        ["4 API keys stop", "5 members", "2 customers", "Nothing is removed"].into_iter().all(|says| text(&asked).contains(says)),
        "{}",
        text(&asked)
    );
    // Too short, missing, too long: the form again with what was typed.
    let long = "x".repeat(501);
    for (reason, says) in [
        ("too short", "At least 10 characters"),
        ("", "Reason is missing"),
        ("         a", "At least 10 characters"),
        (long.as_str(), "501 characters"),
    ] {
        let again = send(&h, &path, &[("reason", reason)]);
        assert!(again.status == 422 && text(&again).contains(says) && text(&again).contains("There is a problem"), "{reason}");
        assert!(text(&again).contains(&format!("\n{reason}</textarea>")), "{reason:?} is kept");
    }
    assert_eq!(count(&h, "SELECT count(*) FROM orgs WHERE status = 'suspended'"), 1);

    let done = send(&h, &path, &[("reason", REASON)]);
    assert_eq!((done.status, done.header("location")), (303, Some(back.as_str())));
    let logs = "SELECT count(DISTINCT org_id) FROM audit_events WHERE action = 'organization.suspended' AND target = ?1 AND actor_kind = 'operator' \
        AND org_id IN ('platform', ?1) AND json_extract(detail, '$.reason') = ?2";
    assert_eq!(h.db.count(logs, &[(&org.id).into(), REASON.into()]), 2);
    assert_eq!((letters(&h, "org_suspended"), h.queues.sent().len()), (1, 1), "the owner, and only the owner");
    assert!(text(&page(&h, &back)).contains(REASON));
    // Sent twice, by the back button or by a colleague: the first stands.
    let twice = send(&h, &path, &[("reason", "Another reason altogether")]);
    assert!(twice.status == 303 && flash(&twice).contains("suspended already"));
    assert_eq!(h.db.count("SELECT count(*) FROM orgs WHERE suspended_reason = ?1", &[REASON.into()]), 1);
    assert!(page(&h, &path).status == 303);

    let resume = format!("/orgs/{}/resume", org.id);
    assert_eq!(page(&h, &resume).status, 200);
    assert_eq!(send(&h, &resume, &[("reason", "no")]).status, 422);
    assert_eq!(send(&h, &resume, &[("reason", "The bank settled the matter")]).status, 303);
    assert_eq!(
        h.db.count("SELECT count(*) FROM orgs WHERE id = ?1 AND status = 'active' AND suspended_reason IS NULL", &[(&org.id).into()]),
        1
    );
    assert_eq!(
        h.db.count(
            "SELECT count(*) FROM audit_events WHERE action = 'organization.resumed' AND org_id IN ('platform', ?1)",
            &[(&org.id).into()]
        ),
        2
    );
    assert_eq!(letters(&h, "org_resumed"), 1);
    assert!(flash(&send(&h, &resume, &[("reason", "The bank settled the matter")])).contains("is not suspended"));
}

#[test]
fn only_what_the_platform_records_goes_into_an_organizations_log_too() {
    let h = Harness::new();
    let (team, free) = (&h.world.team.id, &h.world.free.id);
    let refused = h.work(&WORKER, async |task| task.mutation(team, domain::actions::ORG_UPDATED, "x").also_in(free).is_err());
    assert!(refused, "an organization writes into no other's log");
}

#[test]
fn two_suspensions_at_once_are_one() {
    for seed in 0..8 {
        let h = Harness::new();
        let path = format!("/orgs/{}/suspend", h.world.team.id);
        let calls =
            (0..4).map(|n| h.form(&WORKER, post(&path), Some(&h.world.operator.session), &[("reason", &format!("Reason number {n}"))]));
        let replies = h.together(&WORKER, calls.collect(), seed);
        assert!(replies.iter().all(|r| r.status == 303));
        assert_eq!(count(&h, "SELECT count(*) FROM audit_events WHERE action = 'organization.suspended' AND org_id = 'platform'"), 1);
        assert_eq!(letters(&h, "org_suspended"), 1);
    }
}

#[test]
fn a_ban_ends_every_session_now_and_has_an_end() {
    let h = Harness::new();
    let member = &h.world.team.members[4];
    let path = format!("/users/{}/ban", member.user);
    for (until, says) in [("2020-01-01", "has begun already"), ("31.12.2030", "not a day"), ("2099-01-01", "more than ten years")] {
        let again = send(&h, &path, &[("reason", REASON), ("until", until)]);
        assert!(
            again.status == 422 && text(&again).contains(says) && text(&again).contains(until) && text(&again).contains(REASON),
            "{until}"
        );
    }
    let end = Millis::parse_rfc3339("2027-01-31T00:00:00Z").unwrap();
    let done = send(&h, &path, &[("reason", REASON), ("until", "2027-01-31")]);
    assert_eq!(done.status, 303);
    let row = "SELECT count(*) FROM users WHERE id = ?1 AND banned_until = ?2 AND ban_reason = ?3";
    assert_eq!(h.db.count(row, &[(&member.user).into(), end.into(), REASON.into()]), 1);
    assert_eq!(h.db.count("SELECT count(*) FROM sessions WHERE subject = ?1", &[(&member.user).into()]), 0);
    assert_eq!(letters(&h, "account_banned"), 1);
    let shown = page(&h, &format!("/users/{}", member.user));
    assert!(text(&shown).contains("31 Jan 2027") && text(&shown).contains(REASON) && text(&shown).contains("Lift ban"));

    // A banned operator's session opens nothing, even one that a race left behind.
    let support = h.world.operator_of(OperatorRole::Support);
    h.db.execute("UPDATE users SET banned_until = ?2 WHERE id = ?1", &[(&support.user).into(), domain_forever()]);
    assert_eq!(h.call(&WORKER, get("/").session(&support.session)).status, 303);
    assert!(text(&page(&h, &format!("/users/{}", support.user))).contains("Until it is lifted."));

    let lift = format!("/users/{}/unban", member.user);
    assert_eq!(send(&h, &lift, &[("reason", "short")]).status, 422);
    assert_eq!(send(&h, &lift, &[("reason", "It was a mix-up of names")]).status, 303);
    assert_eq!(
        h.db.count("SELECT count(*) FROM users WHERE id = ?1 AND banned_until IS NULL AND ban_reason IS NULL", &[(&member.user).into()]),
        1
    );
    assert!(flash(&send(&h, &lift, &[("reason", "It was a mix-up of names")])).contains("is not banned"));
}
fn domain_forever() -> kernel::sql::Value {
    kernel::sql::Value::Int(253_402_300_799_999)
}

#[test]
fn nobody_bans_themselves_and_a_support_link_never_chooses_a_password() {
    let h = Harness::new();
    let me = &h.world.operator;
    let own = send(&h, &format!("/users/{}/ban", me.user), &[("reason", REASON)]);
    assert!(own.status == 303 && flash(&own).contains("can't ban yourself"));
    assert_eq!(h.db.count("SELECT count(*) FROM users WHERE id = ?1 AND banned_until IS NULL", &[(&me.user).into()]), 1);
    let member = &h.world.team.members[0];
    let support = &h.world.operator_of(OperatorRole::Support).session;
    let path = format!("/users/{}", member.user);
    let before = h.db.everything()["users"].clone();
    let sent = send_as(&h, support, &format!("{path}/reset"), &[]);
    assert!(sent.status == 303 && flash(&sent).contains(&member.email));
    // One link, which is the only good one, by mail; nothing of it anywhere else.
    let again = send_as(&h, support, &format!("{path}/reset"), &[]);
    assert_eq!((again.status, letters(&h, "reset_password")), (303, 2));
    assert_eq!(
        h.db.count(
            "SELECT count(*) FROM tokens WHERE subject = ?1 AND purpose = 'reset' AND host = 'app.localhost' AND used_at IS NULL",
            &[(&member.user).into()]
        ),
        1
    );
    assert_eq!(h.db.everything()["users"], before);
    h.db.execute("UPDATE users SET email_verified_at = NULL WHERE id = ?1", &[(&member.user).into()]);
    assert!(flash(&send_as(&h, support, &format!("{path}/reset"), &[])).contains("never verified"));
    let ended = send_as(&h, support, &format!("{path}/end-sessions"), &[]);
    assert!(ended.status == 303 && flash(&ended).contains("ended"));
    assert_eq!(h.db.count("SELECT count(*) FROM sessions WHERE subject = ?1", &[(&member.user).into()]), 0);
    assert_eq!(letters(&h, "all_sessions_ended"), 1);
    assert!(flash(&send_as(&h, support, &format!("{path}/end-sessions"), &[])).contains("signed in nowhere"));
}

#[test]
fn an_operator_is_an_account_that_can_sign_in() {
    let h = Harness::new();
    let outsider = &h.world.outsider;
    let add = |email: &str, role: &str| send(&h, "/operators", &[("email", email), ("role", role)]);
    h.db.execute("UPDATE users SET email_verified_at = NULL WHERE id = ?1", &[(&h.world.team.members[0].user).into()]);
    for (email, role, says) in [
        ("", "viewer", "E-mail address is missing"),
        ("nobody@nowhere.example", "viewer", "no account with this address"),
        (h.world.team.members[0].email.as_str(), "viewer", "not verified"),
        (h.world.operator.email.as_str(), "viewer", "an operator already"),
        (outsider.email.as_str(), "", "Role is missing"),
        (outsider.email.as_str(), "root", "not allowed"),
    ] {
        let again = add(email, role);
        assert!(again.status == 422 && text(&again).contains(says), "{email} {role}: {}", text(&again));
        assert!(email.is_empty() || text(&again).contains(email));
    }
    // Spaces and capitals are not another address.
    let added = add(&format!(" {} ", outsider.email.to_uppercase()), "support");
    assert!(added.status == 303 && flash(&added).contains("role support"), "{}", text(&added));
    let of = "SELECT count(*) FROM operators WHERE user_id = ?1 AND role = ?2";
    assert_eq!(h.db.count(of, &[(&outsider.user).into(), "support".into()]), 1);
    assert!(
        text(&page(&h, "/operators")).contains("Can&#39;t enter the console.")
            || text(&page(&h, "/operators")).contains("Can't enter the console.")
    );
    assert_eq!(
        h.db.count(
            "SELECT count(*) FROM audit_events WHERE org_id = 'platform' AND action = 'operator.added' AND target = ?1",
            &[(&outsider.user).into()]
        ),
        1
    );
}

#[test]
fn a_role_changes_once_and_ends_what_it_opened() {
    let h = Harness::new();
    let support = h.world.operator_of(OperatorRole::Support);
    let path = format!("/operators/{}/role", support.user);
    assert!(text(&page(&h, &path)).contains("name=\"was\" value=\"support\""));
    assert!(flash(&send(&h, &path, &[("role", "support"), ("was", "support")])).contains("keeps the role"));
    assert_eq!(send(&h, &path, &[("role", "viewer"), ("was", "support")]).status, 303);
    assert_eq!(h.call(&WORKER, get("/").session(&support.session)).status, 303, "signed out of the console");
    // A form that was shown before somebody else changed it.
    let late = send(&h, &path, &[("role", "admin"), ("was", "support")]);
    assert!(flash(&late).contains("first. Nothing was changed"));
    assert_eq!(h.db.count("SELECT count(*) FROM operators WHERE user_id = ?1 AND role = 'viewer'", &[(&support.user).into()]), 1);
}

/// Leaves two admins who can sign in, and returns the second with a session.
fn two_admins(h: &Harness) -> Session {
    h.db.execute("DELETE FROM operators WHERE user_id = ?1", &[(&h.world.ended_operator.user).into()]);
    let viewer = h.world.operator_of(OperatorRole::Viewer);
    h.db.execute("UPDATE operators SET role = 'admin' WHERE user_id = ?1", &[(&viewer.user).into()]);
    viewer.session.clone()
}
const ADMINS: &str = "SELECT count(*) FROM operators p JOIN users u ON u.id = p.user_id WHERE p.role = 'admin' AND u.banned_until IS NULL";

#[test]
fn of_two_admins_who_remove_demote_or_ban_each_other_one_stays() {
    for (deed, fields) in [("remove", vec![]), ("role", vec![("role", "viewer"), ("was", "admin")]), ("ban", vec![("reason", REASON)])] {
        let mut raced = 0;
        for seed in 0..12 {
            let h = Harness::new();
            let second = two_admins(&h);
            let (one, two) = (&h.world.operator.user, &h.world.operator_of(OperatorRole::Viewer).user);
            let path =
                |user: &kernel::UserId| if deed == "ban" { format!("/users/{user}/ban") } else { format!("/operators/{user}/{deed}") };
            let calls = vec![
                h.form(&WORKER, post(&path(two)), Some(&h.world.operator.session), &fields),
                h.form(&WORKER, post(&path(one)), Some(&second), &fields),
            ];
            let replies = h.together(&WORKER, calls, seed);
            assert_eq!(count(&h, ADMINS), 1, "{deed} with seed {seed}");
            // Who was quicker stays; the other is told why, or was signed out before the form came.
            assert!(replies.iter().all(|r| matches!(r.status, 303 | 401)), "{deed} with seed {seed}");
            raced += usize::from(replies.iter().any(|r| flash(r).contains("the last operator")));
        }
        assert!(raced > 0, "{deed}: both were let in at least once, and one statement decided");
    }
}

#[test]
fn the_last_admin_stays_whatever_is_tried() {
    let h = Harness::new();
    h.db.execute("DELETE FROM operators WHERE user_id = ?1", &[(&h.world.ended_operator.user).into()]);
    let me = &h.world.operator.user;
    for (path, fields) in
        [(format!("/operators/{me}/remove"), vec![]), (format!("/operators/{me}/role"), vec![("role", "support"), ("was", "admin")])]
    {
        let reply = send(&h, &path, &fields);
        assert!(reply.status == 303 && flash(&reply).contains("the last operator with the admin role"), "{path}: {}", flash(&reply));
    }
    // A second admin who is banned can't run the service: the first is still the last.
    let second = two_admins(&h);
    h.db.execute("UPDATE users SET banned_until = ?2 WHERE id = ?1", &[second.principal.id().into(), domain_forever()]);
    assert!(flash(&send(&h, &format!("/operators/{me}/remove"), &[])).contains("the last operator"));
    h.db.execute("UPDATE users SET banned_until = NULL WHERE id = ?1", &[second.principal.id().into()]);
    assert_eq!(send(&h, &format!("/operators/{me}/remove"), &[]).status, 303);
    assert_eq!(page(&h, "/").status, 303, "no operator any more, at once");
}

#[test]
fn search_finds_each_kind_and_shows_no_secret() {
    let h = Harness::new();
    let org = &h.world.team;
    let find = |q: &str| {
        text(&page(&h, &format!("/search?q={}", q.replace('%', "%25").replace('…', "%E2%80%A6").replace('\\', "%5C").replace('_', "%5F"))))
            .to_owned()
    };
    let key = &org.keys.full;
    let hint = crypto::api_key::hint(&key.token);
    let event = h.db.text("SELECT id FROM audit_events WHERE org_id = ?1 LIMIT 1", &[(&org.id).into()]);
    for (q, says) in [
        ("northwind", format!("/orgs/{}", org.id)),
        (org.id.as_str(), format!("/orgs/{}", org.id)),
        (org.members[4].email.as_str(), format!("/users/{}", org.members[4].user)),
        (org.members[4].user.as_str(), org.members[4].email.clone()),
        (org.customers[0].email.as_str(), org.customers[0].id.to_string()),
        (org.customers[0].id.as_str(), org.customers[0].email.clone()),
        (key.id.as_str(), hint.clone()),
        (hint.as_str(), key.id.to_string()),
        (org.tickets[0].as_str(), format!("/orgs/{}", org.id)),
        (org.job.as_str(), org.export.to_string()),
        (org.endpoint.as_str(), format!("/orgs/{}", org.id)),
        (event.as_str(), "ticket.created".to_owned()),
    ] {
        let found = find(q);
        assert!(found.contains(&says) && !found.contains("Nothing was found"), "{q} finds {says}");
        assert!(!found.contains(&key.token) && !found.contains("$argon2id$") && !found.contains("tickets-body"), "{q}");
    }
    // By the request that did it, whichever log it stands in.
    let done = send(&h, &format!("/orgs/{}/suspend", org.id), &[("reason", REASON)]);
    let request = done.header("x-request-id").unwrap().to_owned();
    assert_eq!(find(&request).matches("organization.suspended").count(), 2);
    // Signs of the pattern language mean themselves: nothing here is called so.
    for q in ["%%", "__", "\\\\", "a%w"] {
        assert!(find(q).contains("Nothing was found"), "{q}");
    }
    h.db.execute("UPDATE orgs SET name = '100%_real\\ly' WHERE id = ?1", &[(&org.id).into()]);
    for q in ["100%", "0%_r", "l\\l"] {
        let found = find(q);
        assert!(found.contains(org.id.as_str()) && !found.contains(h.world.free.id.as_str()), "{q}");
    }
    assert!(find("x").contains("at least two characters"));
    assert!(find(&"é".repeat(100)).contains("Nothing was found"));
    // A whole key that somebody pasted is not repeated.
    let pasted = find(&key.token);
    assert!(pasted.contains("That is a whole API key") && !pasted.contains(&key.token));
}

#[test]
fn lists_are_narrowed_by_their_address_and_go_on_with_it() {
    let h = Harness::new();
    for n in 0..60 {
        let id = format!("org_{n:032x}");
        h.db.insert(
            "orgs",
            &[
                ("id", id.into()),
                ("slug", format!("made-{n}").into()),
                ("name", format!("Made {n}").into()),
                ("created_at", h.clock.now().into()),
            ],
        );
    }
    let first = page(&h, "/orgs?q=made&plan=free");
    let older = text(&first)
        .split("href=\"")
        .filter(|rest| rest.contains("rel=\"next\""))
        .find_map(|rest| rest.split('"').next().filter(|a| a.contains("cursor=")))
        .unwrap()
        .replace("&amp;", "&");
    assert!(older.starts_with("/orgs?q=made&plan=free&cursor="));
    assert_eq!(text(&first).matches("<code>made-").count(), 25);
    let second = page(&h, &older);
    assert!(text(&second).contains("<code>made-34<") && !text(&second).contains("<code>made-35<") && text(&second).contains("Newest"));
    assert_eq!(page(&h, &older.replace("q=made", "q=mad")).status, 400, "a cursor of another list");
    assert!(
        text(&page(&h, "/orgs?status=suspended")).contains("fabrikam") && !text(&page(&h, "/orgs?status=suspended")).contains("contoso")
    );
    assert!(text(&page(&h, "/orgs?q=zzz")).contains("No organizations match"));
    for (path, status) in [
        ("/orgs?plan=gold", 422),
        ("/orgs?unknown=1", 422),
        ("/orgs?plan=", 200),
        ("/users?state=gone", 422),
        ("/audit?log=nonsense", 422),
        ("/audit?from=yesterday", 422),
    ] {
        assert_eq!(page(&h, path).status, status, "{path}");
    }
    let operators = page(&h, "/users?state=operator");
    assert!(text(&operators).contains("support-operator") && !text(&operators).contains("outsider"));
    assert!(text(&page(&h, &format!("/users?q={}", &h.world.outsider.email[..9]))).contains("outsider@nowhere.example"));
}

#[test]
fn the_logs_are_read_apart_and_together() {
    let h = Harness::new();
    let (team, free) = (&h.world.team, &h.world.free);
    send(&h, &format!("/orgs/{}/suspend", free.id), &[("reason", REASON)]);
    let own = page(&h, "/audit");
    assert!(text(&own).contains("organization.suspended") && !text(&own).contains(team.canary.as_str()));
    let all = page(&h, "/audit?log=all");
    assert!(
        text(&all).contains(&format!("{}-audit_events-target", team.canary))
            && text(&all).contains(&format!("{}-audit_events-target", free.canary))
    );
    let one = page(&h, &format!("/audit?log={}", free.id));
    assert!(text(&one).contains(REASON) && !text(&one).contains(&team.canary));
    let by = page(&h, &format!("/audit?actor={}", h.world.operator.user));
    assert_eq!(text(&by).matches("<code>organization.suspended</code>").count(), 2, "in both logs");
    assert!(text(&page(&h, "/audit?log=all&action=ticket.created&from=2020-01-01&to=2020-01-02")).contains("No events match"));
    // Events of before the time that is looked through are found by choosing it.
    let old = h.clock.now().minus(Span::days(90));
    let id = { kernel::AuditId::make(old, [1; 10]).to_string() };
    h.db.execute("INSERT INTO audit_events SELECT org_id, ?1, ?2, 'ancient.event', actor_kind, actor_id, actor_label, target, outcome, request_id, ip, user_agent, detail FROM audit_events LIMIT 1", &[id.into(), old.into()]);
    assert!(!text(&page(&h, "/audit?log=all")).contains("ancient.event"));
    let day = old.rfc3339()[..10].to_owned();
    assert!(text(&page(&h, &format!("/audit?log=all&from={day}&to={day}"))).contains("ancient.event"));
}

#[test]
fn failed_work_is_put_back_or_given_up() {
    let h = Harness::new();
    let org = &h.world.team;
    let (replay, cancel) = (format!("/jobs/{}/replay", org.job), format!("/jobs/{}/cancel", org.job));
    assert!(flash(&send(&h, &replay, &[])).contains("Only a dead job"));
    assert!(flash(&send(&h, &cancel, &[])).contains("Only a job that waits"));
    h.db.execute("UPDATE jobs SET state = 'dead', attempts = 8, last_error = 'it broke' WHERE id = ?1", &[(&org.job).into()]);
    assert!(text(&page(&h, "/jobs")).contains("it broke") && text(&page(&h, "/")).contains("1 dead job"));
    assert_eq!(send(&h, &replay, &[]).status, 303);
    assert_eq!(h.db.count("SELECT count(*) FROM jobs WHERE id = ?1 AND state = 'queued' AND attempts = 0", &[(&org.job).into()]), 1);
    assert_eq!(
        h.db.count("SELECT count(*) FROM audit_events WHERE action = 'job.replayed' AND org_id IN ('platform', ?1)", &[(&org.id).into()]),
        2
    );
    // An export whose work is given up has failed, and says so to whoever listens.
    h.db.execute("UPDATE exports SET state = 'running' WHERE id = ?1", &[(&org.export).into()]);
    assert!(text(&page(&h, &cancel)).contains("The export is marked as failed"));
    assert_eq!(send(&h, &cancel, &[]).status, 303);
    assert_eq!(h.db.count("SELECT count(*) FROM exports WHERE id = ?1 AND state = 'failed'", &[(&org.export).into()]), 1);
    assert_eq!(h.db.count("SELECT count(*) FROM outbox WHERE org_id = ?1 AND type = 'export.failed'", &[(&org.id).into()]), 1);
    assert_eq!(h.db.count("SELECT count(*) FROM jobs WHERE id = ?1 AND state = 'canceled'", &[(&org.job).into()]), 1);

    let letter = format!("/dead-letters/{}", testkit::world::dead_letter_id());
    assert!(text(&page(&h, &letter)).contains("not a hint of ours"));
    assert_eq!(send(&h, &format!("{letter}/dismiss"), &[]).status, 303);
    assert_eq!((page(&h, &letter).status, send(&h, &format!("{letter}/dismiss"), &[]).status), (404, 404));

    let mail = testkit::world::mail_of(&org.id);
    let again = format!("/mails/{mail}/replay");
    assert!(flash(&send(&h, &again, &[])).contains("lost its content"));
    h.db.execute("UPDATE mails SET state = 'dead', content = 'sealed' WHERE id = ?1", &[mail.as_str().into()]);
    let shown = page(&h, "/jobs");
    assert!(text(&shown).contains(&again) && !text(&shown).contains(">sealed<"));
    assert_eq!(send(&h, &again, &[]).status, 303);
    assert_eq!(h.db.count("SELECT count(*) FROM mails WHERE id = ?1 AND state = 'queued'", &[mail.as_str().into()]), 1);
}

#[test]
fn the_status_page_knows_the_schema_and_what_is_late() {
    let h = Harness::new();
    let names = h.db.text("SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name)", &[]);
    assert_eq!(platform::routes::status::TABLES.join(" "), names, "keep `TABLES` beside the migrations");
    let good = page(&h, "/status");
    assert!(text(&good).contains("The schema fits this version") && !text(&good).contains(">Late<"));
    for secret in ["dGVzdGtpdCBzaWduaW5n", "whsec_testkit", "sk_test_testkit"] {
        assert!(!text(&good).contains(secret));
    }
    assert!(text(&good).contains("SIGNING_KEYS"));
    h.db.execute("UPDATE outbox SET dispatched_at = NULL, occurred_at = ?1", &[h.clock.now().minus(Span::minutes(6)).into()]);
    assert!(text(&page(&h, "/status")).contains(">Late<") && text(&page(&h, "/")).contains("Background work is late"));
    h.db.execute_batch("DROP TABLE notification_choices");
    assert!(text(&page(&h, "/status")).contains("Missing: <code>notification_choices</code>"));
}

#[test]
fn refused_sign_ins_are_counted_by_address() {
    let h = Harness::new();
    assert!(text(&page(&h, "/abuse")).contains("Nothing was refused"));
    for n in 0..3 {
        let id = { kernel::AuditId::make(h.clock.now(), [n; 10]).to_string() };
        h.db.insert(
            "audit_events",
            &[
                ("org_id", "platform".into()),
                ("id", id.into()),
                ("occurred_at", h.clock.now().into()),
                ("action", "session.refused".into()),
                ("actor_kind", "anonymous".into()),
                ("actor_id", "".into()),
                ("actor_label", "".into()),
                ("target", format!("usr_{}", n % 2).into()),
                ("outcome", "denied".into()),
                ("ip", "198.51.100.9".into()),
                ("user_agent", "x".into()),
            ],
        );
    }
    h.db.insert(
        "rate_windows",
        &[
            ("subject", "sign_in_address:198.51.100.9".into()),
            ("cell", 1_i64.into()),
            ("used", 5_i64.into()),
            ("expires_at", h.clock.now().plus(Span::minutes(1)).into()),
        ],
    );
    let shown = page(&h, "/abuse");
    assert!(
        ["198.51.100.9", "Sign in address"].into_iter().all(|says| text(&shown).contains(says))
            && !text(&shown).contains("Nothing was refused")
    );
}

/// Of every tier, those of the last day only.
#[test]
fn what_limits_refused_is_shown_by_limit_and_by_caller() {
    let h = Harness::new();
    assert!(text(&page(&h, "/abuse")).contains("No limit refused anything"));
    let org = h.world.team.id.to_string();
    for (policy, whom, hours, refused) in [
        ("burst", "203.0.113.9", 0, 17),
        ("burst", "203.0.113.9", 1, 4),
        ("hour", org.as_str(), 2, 9),
        ("sign_in", "", 3, 1_234),
        ("old_limit", "203.0.113.9", 30, 5),
    ] {
        let hour = h.clock.now().get().div_euclid(3_600_000) * 3_600_000 - hours * 3_600_000;
        let row = [
            ("hour", hour.into()),
            ("policy", policy.into()),
            ("whom", whom.into()),
            ("refused", kernel::sql::Value::Int(refused)),
            ("last_at", hour.into()),
        ];
        h.db.insert("refusals", &row);
    }
    let shown = page(&h, "/abuse");
    for says in [">21<", "203.0.113.9", &format!("href=\"/orgs/{org}\""), "others", "1,234"] {
        assert!(text(&shown).contains(says), "{says}: {}", text(&shown));
    }
    assert!(!text(&shown).contains("old_limit"), "a day and no more");
}

/// What the script is told, so that it can warn in time.
#[test]
fn a_page_tells_when_its_session_ends() {
    let h = Harness::new();
    let began = h.clock.now();
    let first = page(&h, "/");
    assert!(text(&first).contains("data-session-ends=\"1800\"") && !text(&first).contains("data-session-last"), "{}", text(&first));
    // A use within the same minute is not written down, and promises nothing.
    h.clock.advance(Span::seconds(40));
    assert!(text(&page(&h, "/")).contains("data-session-ends=\"1760\""));
    while h.clock.now() < began.plus(Span::minutes(700)) {
        h.clock.advance(Span::minutes(20));
        assert_eq!(page(&h, "/").status, 200);
    }
    let late = page(&h, "/");
    assert!(text(&late).contains("data-session-last"), "twelve hours are the end whatever happens: {}", text(&late));
    h.clock.advance(Span::minutes(25));
    assert_eq!(page(&h, "/").status, 303);
}
