//! The logo: taken by what its bytes are, shown by the portal and in mail, removed with everything it left.

use crate::{letter, see, send, text};
use kernel::{Reply, host::Surface, principal::Role};
use org::WORKER;
use testkit::{Call, Harness, Replied, get, post, world::Session};

const PATH: &str = "/o/northwind/settings/branding/logo";
const PAGE: &str = "/o/northwind/settings/branding";

fn png(width: u32, height: u32, more: &[u8]) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".as_slice(), &size, &[8, 6, 0, 0, 0], more].concat()
}
fn version(h: &Harness) -> String {
    h.db.count("SELECT version FROM orgs WHERE id = ?1", &[(&h.world.team.id).into()]).to_string()
}
fn call(h: &Harness, who: &Session, version: &str, file: &[u8]) -> Call {
    let (browser, token) = h.form_token(&WORKER, Some(who));
    let fields = [("csrf", token.as_str()), ("version", version)];
    post(PATH).on(Surface::App).session(who).cookie(store::sessions::FORM_COOKIE, &browser).same_origin().upload(&fields, ("logo", file))
}
fn upload(h: &Harness, who: &Session, file: &[u8]) -> Reply {
    h.call(&WORKER, call(h, who, &version(h), file))
}
fn own(h: &Harness) -> Vec<String> {
    let prefix = format!("logos/{}/", h.world.team.id);
    h.assets.keys().into_iter().filter(|k| k.starts_with(&prefix) && !k.contains("canary")).collect()
}
/// Where the portal says its logo is.
fn address(h: &Harness) -> Option<String> {
    // As after the minute for which a portal's data are leased.
    h.kv.clear();
    let page = h.elsewhere().call(&portal::WORKER, get("/").session(&h.world.team.customers[0].session));
    let page = page.text().unwrap().to_owned();
    Some(page.split("<img class=\"logo\" src=\"").nth(1)?.split('"').next()?.to_owned())
}

#[test]
fn a_logo_is_shown_where_the_tenant_shows_itself() {
    let h = Harness::new();
    let admin = h.world.team.member(Role::Admin).clone();
    let page = text(&h, &admin, PAGE);
    assert!(page.contains("enctype=\"multipart/form-data\"") && page.contains("type=\"file\"") && !page.contains("Remove logo"), "{page}");
    assert_eq!((address(&h), see(&h, &admin.session, PATH).status), (None, 404));

    let file = png(120, 40, b"one");
    let saved = upload(&h, &admin.session, &file);
    assert_eq!((saved.status, saved.header("location")), (303, Some(PAGE)), "{saved:?}");
    let at = address(&h).unwrap();
    let shown = h.elsewhere().call(&portal::WORKER, get(&at).portal("northwind"));
    assert_eq!(shown.header("content-type"), Some("image/png"), "what it is, not what the sender said");
    assert_eq!(shown.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(shown.header("x-content-type-options"), Some("nosniff"));
    assert!(shown.header("content-security-policy").unwrap().contains("sandbox"));
    assert_eq!(shown.into_bytes(), file);
    // For everybody on this portal, and on no other; another number is not kept.
    let anywhere = |path: &str, slug: &str| h.elsewhere().call(&portal::WORKER, get(path).portal(slug));
    assert_eq!(anywhere(&at, "contoso").status, 404);
    assert_eq!(anywhere("/brand/logo?v=99", "northwind").header("cache-control"), Some("no-cache"));
    let preview = see(&h, &admin.session, PATH);
    assert_eq!((preview.status, preview.header("cache-control")), (200, Some("no-store")));
    assert!(text(&h, &admin, PAGE).contains("Remove logo"));
    // In the mail that a customer gets, from the host that configuration names.
    let invite = [("name", "Ada"), ("email", "ada@example.com"), ("submit", &store::forms::fresh_id(&[1; 32]))];
    assert_eq!(send(&h, &admin.session, "/o/northwind/customers", &invite).status, 303);
    let mail = letter(&h, "ada@example.com", "customer_invitation").unwrap();
    assert!(mail.contains(&format!("http://northwind.localhost:8787{at}")), "{mail}");
    // The audit event says which file it was, in numbers.
    let detail = h.db.text("SELECT detail FROM audit_events WHERE action = 'organization.branding_changed'", &[]);
    assert!(detail.contains(&crypto::hash::sha256_hex(&file)) && detail.contains("\"width\":120"), "{detail}");
}

#[test]
fn what_is_no_logo_comes_back_with_its_reason_and_leaves_nothing() {
    let h = Harness::new();
    let admin = h.world.team.member(Role::Admin).session.clone();
    let whole = h.db.everything();
    let large = png(10, 10, &vec![0; 256 * 1_024]);
    for (file, says) in [
        (b"".as_slice(), "Logo file is missing."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "they can hold programs"),
        (b"<!doctype html><script>alert(1)</script>", "no PNG, JPEG or WebP"),
        (b"GIF89a", "no PNG, JPEG or WebP"),
        (&png(2_001, 10, b""), "2001 by 10 pixels"),
        (&large, "at most 256 KB"),
    ] {
        let reply = upload(&h, &admin, file);
        let page = reply.text().unwrap().to_owned();
        assert!(reply.status == 422 && page.contains(says) && page.contains("href=\"#field-logo\""), "{says}: {}", reply.status);
    }
    let (browser, token) = h.form_token(&WORKER, Some(&admin));
    let form = |fields: &[(&str, &str)], file| {
        let call = post(PATH).on(Surface::App).session(&admin).cookie(store::sessions::FORM_COOKIE, &browser).same_origin();
        h.call(&WORKER, call.upload(fields, file))
    };
    let good = png(9, 9, b"");
    let under_another_name = form(&[("csrf", &token), ("version", "1")], ("picture", good.as_slice()));
    assert_eq!(under_another_name.status, 422);
    assert_eq!(form(&[("version", "1")], ("logo", good.as_slice())).code(), "csrf_refused");
    assert_eq!(form(&[("csrf", &token), ("version", "1"), ("type", "image/svg+xml")], ("logo", good.as_slice())).status, 422);
    let plain = h.form(&WORKER, post(PATH).on(Surface::App), Some(&admin), &[("logo", "x"), ("version", "1")]);
    assert_eq!(h.call(&WORKER, plain).code(), "unsupported_media_type");
    let odd = call(&h, &admin, "1", &good).body("--nothing");
    assert_eq!(h.call(&WORKER, odd).code(), "bad_request");
    assert_eq!(h.call(&WORKER, call(&h, &admin, "1", &vec![0; 1_100_000])).code(), "body_too_large");
    let mut now = h.db.everything();
    now.retain(|table, _| !matches!(table.as_str(), "rate_windows" | "audit_events"));
    assert!(now.iter().all(|(table, hash)| whole.get(table) == Some(hash)) && own(&h).is_empty());
    for role in [Role::Viewer, Role::Member, Role::Billing] {
        let reply = upload(&h, &h.world.team.member(role).session, &good);
        assert_eq!((reply.status, own(&h).len()), (403, 0));
    }
}

#[test]
fn a_logo_is_replaced_and_removed_and_the_colors_stay() {
    let h = Harness::new();
    let admin = h.world.team.member(Role::Admin).session.clone();
    let colors = |h: &Harness, what: &[(&str, &str)]| {
        let version = version(h);
        let mut fields = vec![
            ("primary", "#0b3d91"),
            ("link", "#0b3d91"),
            ("background", "#ffffff"),
            ("card", "#fafafa"),
            ("border", "#dddddd"),
            ("version", version.as_str()),
        ];
        fields.extend(what);
        send(h, &admin, PAGE, &fields).status
    };
    assert_eq!(colors(&h, &[]), 303);
    assert_eq!(upload(&h, &admin, &png(10, 10, b"one")).status, 303);
    let first = address(&h).unwrap();
    assert_eq!(upload(&h, &admin, &png(10, 10, b"two")).status, 303);
    let second = address(&h).unwrap();
    assert_ne!(first, second, "a browser that kept the old one asks for the new one");
    // Reset takes the colors only, and a change of colors keeps the logo.
    assert_eq!((colors(&h, &[("do", "reset")]), address(&h).is_some()), (303, true));
    assert_eq!((colors(&h, &[]), address(&h).is_some()), (303, true));
    // Somebody else was faster: nothing is overwritten unseen, and the file is not in use.
    let stale = h.call(&WORKER, call(&h, &admin, "1", &png(10, 10, b"stale")));
    assert!(stale.status == 409 && stale.text().unwrap().contains("Somebody else changed these settings"));
    let racing: Vec<Call> = [b"a", b"b", b"c"].map(|tag| call(&h, &admin, &version(&h), &png(10, 10, tag))).into();
    let mut statuses: Vec<u16> = h.together(&WORKER, racing, 7).iter().map(|r| r.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409, 409]);
    let used = "SELECT count(*) FROM logos WHERE org_id = ?1 AND unused_since IS NULL";
    assert_eq!(h.db.count(used, &[(&h.world.team.id).into()]), 1);
    assert_eq!(
        own(&h).len() as i64,
        h.db.count("SELECT count(*) FROM logos WHERE org_id = ?1 AND key NOT LIKE '%canary%'", &[(&h.world.team.id).into()])
    );

    let remove = format!("{PATH}/remove");
    assert_eq!(send(&h, &admin, &remove, &[("version", "1")]).status, 409);
    let version = version(&h);
    assert_eq!(send(&h, &admin, &remove, &[("version", &version)]).status, 303);
    assert_eq!(send(&h, &admin, &remove, &[("version", &version)]).status, 303, "pressed twice");
    assert_eq!(address(&h), None);
    assert_eq!(h.elsewhere().call(&portal::WORKER, get(&second).portal("northwind")).status, 404);
    let stored = h.db.text("SELECT branding FROM orgs WHERE id = ?1", &[(&h.world.team.id).into()]);
    assert!(stored.contains("#0b3d91") && !stored.contains("logo"), "{stored}");
    assert_eq!(h.db.count(used, &[(&h.world.team.id).into()]), 0);
}

#[test]
fn what_breaks_off_leaves_no_object_without_its_row() {
    let mut stored = 0;
    for at in 0..8 {
        let h = Harness::new();
        let admin = h.world.team.member(Role::Admin).session.clone();
        let sent = call(&h, &admin, "1", &png(10, 10, b"one"));
        let ended = h.cut(at, h.serve(&WORKER, sent)).is_some();
        h.restart();
        for key in own(&h) {
            assert_eq!(h.db.count("SELECT count(*) FROM logos WHERE key = ?1", &[key.as_str().into()]), 1, "{at}");
            stored += 1;
        }
        let used = h.db.count("SELECT count(*) FROM logos WHERE unused_since IS NULL AND key NOT LIKE '%canary%'", &[]);
        let shown = h.db.count("SELECT count(*) FROM orgs WHERE branding ->> '$.logo.key' IS NOT NULL", &[]);
        assert_eq!(used, shown, "{at}");
        if ended {
            assert_eq!((used, own(&h).len()), (1, 1));
        }
    }
    assert!(stored > 1);
}
