//! Every statement of the fleet, against the real migrations.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop the test")]

use catalogue::{
    plan::scans,
    tenant::{Twins, mutants},
    tokens::unfenced,
    touch::touch,
};
use kernel::{
    Guard, Kind, Sql,
    sql::{BOOKKEEPING_TABLES, Tenancy},
};
use std::{collections::BTreeSet, path::Path};
use testkit::database::{MAX_PARAMS, migrated};
use xtask::fleet::statements;

/// Statements that may walk a table from end to end, with the reason. Reviewed by hand; a row that is no longer needed fails.
const SCANS: &[(&str, &str, &str)] = &[
    (
        "billing::routes::console::health::STATUSES",
        "subscriptions",
        "counts every subscription by its status, for an operator who looks at the page; one row an organization",
    ),
    (
        "billing::routes::console::health::HEARD",
        "billing_reads",
        "counts those that fail among one row an organization, for an operator who looks at the page",
    ),
    ("platform::routes::jobs::DEAD_LETTERS", "dead_letters", "newest first along the key, and ends at its LIMIT"),
    ("platform::routes::jobs::RETENTION", "retention_runs", "newest first along its index, and ends at its LIMIT"),
    ("dev::routes::mails::NEWEST", "mails", "newest first along the key, and ends at its LIMIT; on developers' machines only"),
    ("platform::routes::jobs::CRONS", "cron_runs", "one row for each of three crons"),
    ("platform::routes::home::ORGS", "orgs", "counts organizations, of which there are few beside what they hold"),
    ("platform::routes::home::PEOPLE", "users", "counts up to its bound"),
    ("platform::routes::home::PEOPLE", "customers", "counts up to its bound"),
    ("platform::routes::home::NEEDS", "dead_letters", "counts up to its bound"),
    ("platform::routes::operators::ALL", "operators", "operators are a handful"),
    ("platform::routes::operator_role_page::OPERATOR", "operators", "operators are a handful"),
    ("platform::routes::operator_role::CHANGE", "operators", "operators are a handful"),
    ("platform::routes::operator_remove::REMOVE", "operators", "operators are a handful"),
    ("platform::routes::user_ban_page::STOPS", "operators", "operators are a handful"),
    ("platform::routes::user_ban::BAN", "operators", "operators are a handful"),
    ("platform::routes::search::ORGS", "orgs", "a name may hold the text anywhere; organizations are few"),
    (
        "platform::routes::search::NAMED",
        "users",
        "an operator's search: a name may hold the text anywhere; newest first until there are enough, all where few match",
    ),
    ("platform::routes::search::CUSTOMER", "orgs", "one look by key in each organization"),
    ("platform::routes::search::KEY", "orgs", "one look by key in each organization"),
    ("platform::routes::search::KEYS", "api_keys", "an operator's search; an organization has a few keys"),
    ("platform::routes::search::TICKET", "orgs", "one look by key in each organization"),
    ("platform::routes::search::OWNER", "orgs", "four looks by key in each organization"),
    ("platform::routes::status::WAITS", "outbox", "only what waits, along its partial index, up to its bound"),
    (
        "queue_stripe_sync::reconcile::portal::MISSING",
        "billing_customers",
        "a setting of the account concerns everybody who has a customer; a run writes each once",
    ),
];
/// Fences whose removal changes nothing, with the reason: (statement, fence, reason). A row that is no longer needed fails.
const EQUIVALENT: &[(&str, &str, &str)] = &[
    ("queue_deliveries::NEXT", "org_id = ?1", "the subquery beside it is fenced too, and a delivery's id is unique across organizations"),
    ("jobs::retention::orgs::SLUGS", "org_id = ?1", "the subquery beside it is fenced too, and a slug is unique across organizations"),
    (
        "queue_stripe_sync::entitle::WARNED",
        "org_id = ?1",
        "nobody here owes anything; queues/stripe-sync/tests/sync/repair.rs has two that owe since the same moment",
    ),
];

fn each(check: impl Fn(&Sql) -> Vec<String>) {
    let wrong: Vec<String> = statements()
        .into_iter()
        .flat_map(|sql| check(sql).into_iter().map(|what| format!("{}: {what}", sql.name)).collect::<Vec<_>>())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
fn short(name: &str, of: &str) -> bool {
    name == of || name.ends_with(&format!("::{of}"))
}

#[test]
fn each_compiles_and_is_what_it_says() {
    let conn = migrated();
    each(|sql| {
        let stmt = match conn.prepare(sql.text) {
            Ok(stmt) => stmt,
            Err(e) => return vec![format!("does not compile: {e}")],
        };
        let mut wrong = Vec::new();
        if stmt.readonly() != (sql.kind == Kind::Read) {
            wrong.push(format!("is {:?}, but SQLite says readonly = {}", sql.kind, stmt.readonly()));
        }
        if stmt.parameter_count() != sql.params {
            wrong.push(format!("has {} parameters, not {}", stmt.parameter_count(), sql.params));
        }
        let names: Vec<&str> = stmt.column_names().collect();
        if names != sql.columns {
            wrong.push(format!("returns {names:?}, not {:?}", sql.columns));
        }
        if sql.params > MAX_PARAMS || sql.text.len() > 100_000 {
            wrong.push("is beyond what D1 takes".into());
        }
        if let Tenancy::Global(reason) = sql.tenancy
            && reason.len() < 10
        {
            wrong.push(format!("looks across organizations without a reason: {reason:?}"));
        }
        wrong
    });
    println!("{} statements", statements().len());
    assert!(statements().len() > 50);
}

/// Bookkeeping that stands in a table of business, reviewed one by one.
const KEPT_IN_BUSINESS: &[(&str, &str)] = &[
    // When a session was last used: it begins, ends and lengthens nothing beyond what its beginning allowed.
    ("sessions::SEEN", "sessions"),
];

#[test]
fn bookkeeping_changes_bookkeeping_only() {
    let mut changed = BTreeSet::new();
    let mut conn = migrated();
    for sql in statements() {
        let touched = touch(&mut conn, sql.text).unwrap();
        assert!(touched.other.is_empty(), "{}: {:?}", sql.name, touched.other);
        assert_eq!(touched.changes.is_empty(), sql.kind == Kind::Read, "{}: {:?}", sql.name, touched.changes);
        if sql.kind == Kind::Bookkeep {
            let allowed = |t: &&String| BOOKKEEPING_TABLES.contains(&t.as_str()) || *t == "guard";
            let reviewed = |t: &&String| KEPT_IN_BUSINESS.iter().any(|(name, table)| sql.name.ends_with(name) && table == t);
            let business: Vec<&String> = touched.changes.iter().filter(|t| !allowed(t) && !reviewed(t)).collect();
            assert!(business.is_empty(), "{} changes {business:?} without an audit event", sql.name);
        }
        changed.extend(touched.changes);
    }
    println!("changed somewhere: {changed:?}");
}

#[test]
fn the_authorizer_sees_through_triggers_and_upserts() {
    let mut conn = migrated();
    let all = touch(
        &mut conn,
        "INSERT INTO jobs(id, kind, subject, state, max_attempts, next_at, created_at, updated_at) \
        SELECT o.id, 'k', 's', 'queued', 1, 1, 1, 1 FROM orgs o WHERE 1 ON CONFLICT(kind, subject) DO UPDATE SET dirty = 1",
    )
    .unwrap();
    assert_eq!(all.changes, BTreeSet::from(["jobs".to_owned()]));
    assert!(all.reads.contains("orgs"));
    assert!(!touch(&mut conn, "CREATE TABLE t(x)").unwrap().other.is_empty());
}

#[test]
fn no_statement_walks_a_table() {
    let conn = migrated();
    let mut used = BTreeSet::new();
    each(|sql| {
        let found = scans(&conn, sql.text, sql.params);
        let reviewed = |table: &str| SCANS.iter().any(|(name, t, _)| short(sql.name, name) && *t == table);
        found.into_iter().filter(|(_, table)| !reviewed(table)).map(|(line, table)| format!("walks {table}: {line}")).collect()
    });
    for (name, table, reason) in SCANS {
        let sql = statements().into_iter().find(|s| short(s.name, name)).unwrap_or_else(|| panic!("{name} is gone"));
        assert!(scans(&conn, sql.text, sql.params).iter().any(|(_, t)| t == table), "{name} no longer walks {table}: take the row out");
        used.insert(reason);
    }
    assert_eq!(scans(&conn, "SELECT id FROM tickets t WHERE subject = ?1", 1).len(), 1, "a walk is seen");
    assert_eq!(scans(&conn, "WITH x AS (SELECT id FROM tickets) SELECT 1 FROM x, json_each('[]')", 0).len(), 1, "inside a CTE too");
}

#[test]
fn each_tenant_statement_names_its_tenant_for_each_table() {
    let twins = Twins::new();
    each(|sql| {
        if sql.tenancy != Tenancy::Org {
            return Vec::new();
        }
        unfenced(sql.text, &|word| twins.is_tenant(word))
    });
    for (wrong, count) in [
        ("SELECT id FROM tickets WHERE id = ?2", 1),
        ("SELECT t.id FROM tickets t JOIN customers c ON c.id = t.customer_id WHERE t.org_id = ?1", 1),
        ("INSERT INTO tickets(org_id, id) VALUES(?2, ?1)", 1),
        ("UPDATE orgs SET plan = ?2 WHERE slug = ?1", 1),
        ("UPDATE orgs SET plan = ?2 WHERE id = ?1", 0),
        ("SELECT t.id FROM tickets t JOIN customers c ON c.org_id = t.org_id AND c.id = t.customer_id WHERE t.org_id = ?1", 0),
    ] {
        assert_eq!(unfenced(wrong, &|word| twins.is_tenant(word)).len(), count, "{wrong}");
    }
}

/// How many parts that test has, so that they run side by side.
const PARTS: usize = 4;
/// How often a mutant is tried.
const TRIES: usize = 12_000;

/// The tenants' statements of a part.
fn part(number: usize) -> Vec<&'static Sql> {
    let all = statements().into_iter().filter(|s| s.tenancy == Tenancy::Org).enumerate();
    all.filter(|(at, _)| at % PARTS == number).map(|(_, sql)| sql).collect()
}

/// No statement of the part sees another organization, and each of their mutants does.
#[expect(clippy::print_stdout, reason = "each part says how much it tried")]
fn run_part(number: usize) {
    let mut conn = migrated();
    let twins = Twins::new();
    let (alone, shared) = twins.sizes();
    let (mut made, mut killed, mut reviewed) = (0, 0, 0);
    let mut survivors = Vec::new();
    let mut wrong = Vec::new();
    for sql in part(number) {
        let touched = touch(&mut conn, sql.text).unwrap();
        wrong.extend(twins.difference(sql, sql.text, &touched, 200).map(|what| format!("{}: {what}: {}", sql.name, sql.text)));
        for mutant in mutants(&twins, sql.text) {
            made += 1;
            let known = EQUIVALENT.iter().any(|(name, fence, _)| short(sql.name, name) && *fence == mutant.without);
            match (twins.difference(sql, &mutant.text, &touched, TRIES), known) {
                (Some(_), false) => killed += 1,
                // A statement may hold the same fence twice: one of them is what the row speaks of.
                (Some(_), true) => survivors.push((sql.name, mutant.without, false)),
                (None, true) => {
                    reviewed += 1;
                    survivors.push((sql.name, mutant.without, true));
                }
                (None, false) => wrong.push(format!("{} survives without its fence {}", sql.name, mutant.without)),
            }
        }
    }
    println!(
        "{} tenant statements of {} in all, {alone} rows alone and {shared} beside four others; {made} mutants, {killed} killed, {reviewed} equivalent and reviewed",
        part(number).len(),
        statements().len(),
    );
    for (name, fence, _) in survivors.iter().filter(|(.., survived)| !survived) {
        if !survivors.iter().any(|(n, f, survived)| n == name && f == fence && *survived) {
            wrong.push(format!("{name} without {fence} is killed: take the row out of EQUIVALENT"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(killed > 20);
}

/// A test for each part, and the list of what there is.
macro_rules! parts {
    ($($name:ident: $number:literal),+ $(,)?) => {
        $(#[test]
        fn $name() {
            run_part($number);
        })+
        const RUN: &[usize] = &[$($number),+];
    };
}
parts! {
    another_organization_makes_no_difference_1: 0,
    another_organization_makes_no_difference_2: 1,
    another_organization_makes_no_difference_3: 2,
    another_organization_makes_no_difference_4: 3,
}

#[test]
fn the_parts_are_all_tenant_statements_and_no_reviewed_row_is_left_over() {
    let twins = Twins::new();
    let mut run: Vec<&str> = RUN.iter().flat_map(|number| part(*number)).map(|sql| sql.name).collect();
    let mut all: Vec<&str> = statements().into_iter().filter(|s| s.tenancy == Tenancy::Org).map(|sql| sql.name).collect();
    run.sort_unstable();
    all.sort_unstable();
    assert_eq!(run, all, "each statement is in exactly one part");
    for (name, fence, _) in EQUIVALENT {
        let sql = statements().into_iter().find(|sql| short(sql.name, name)).unwrap_or_else(|| panic!("{name} is gone: take the row out"));
        assert!(mutants(&twins, sql.text).iter().any(|m| m.without == *fence), "{name} has no fence {fence}: take the row out");
    }
}

#[test]
fn the_guards_are_those_of_the_trigger() {
    let conn = migrated();
    let sql: String = conn.query_row("SELECT sql FROM sqlite_schema WHERE name = 'guard_refuses'", [], |row| row.get(0)).unwrap();
    let raised: BTreeSet<&str> = sql.split("'guard:").skip(1).map(|rest| rest.split('\'').next().unwrap()).collect();
    let declared: BTreeSet<&str> = Guard::ALL.iter().map(|g| g.text().strip_prefix("guard:").unwrap()).chain(["unknown"]).collect();
    assert_eq!(raised, declared);
    let insert =
        |name: &str, ok: &str| conn.execute(&format!("INSERT INTO guard(name, ok) SELECT '{name}', {ok}"), []).err().map(|e| e.to_string());
    for guard in Guard::ALL {
        let name = guard.text().strip_prefix("guard:").unwrap();
        for refused in ["0", "NULL", "2", "'1'"] {
            assert_eq!(insert(name, refused).as_deref(), Some(guard.text()), "{refused}");
        }
        assert_eq!(insert(name, "1"), None);
        assert_eq!(guard.changed_one().sql().text.split('\'').nth(1), Some(name), "changed_one raises its own name");
    }
    assert_eq!(insert("nonsense", "0").as_deref(), Some("guard:unknown"));
}

#[test]
fn every_declared_statement_is_in_the_catalogue() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let mut files = Vec::new();
    for folder in ["shared", "queues", "workers"] {
        walk(&root.join(folder), &mut files);
    }
    let mut missing = Vec::new();
    let mut declared = 0;
    let shipped = |file: &&std::path::PathBuf| {
        let inside = file.strip_prefix(&root).unwrap();
        !inside.components().any(|c| c.as_os_str() == "testkit" || c.as_os_str() == "tests")
    };
    for file in files.iter().filter(shipped) {
        let source = std::fs::read_to_string(file).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        for line in source.split("sql! {").skip(1) {
            let block = line.split("\n}").next().unwrap();
            for (name, params) in names(block) {
                declared += 1;
                let known = statements().into_iter().any(|s| short(s.name, name) && s.params == params);
                if !known {
                    missing.push(format!("{}: {name}", file.strip_prefix(&root).unwrap().display()));
                }
            }
        }
    }
    let unique: BTreeSet<&str> = statements().iter().map(|s| s.name).collect();
    assert_eq!(unique.len(), statements().len(), "a statement stands twice in the fleet's catalogues");
    assert!(missing.is_empty(), "in no CATALOGUES: {missing:#?}");
    println!("{declared} declared in source, {} in the catalogue", unique.len());
    assert_eq!(declared, unique.len());
}

/// `NAME(4) -> [` of a block of declarations.
fn names(block: &str) -> Vec<(&str, usize)> {
    let one = |before: &'_ str| -> Option<(usize, usize)> {
        let open = before.rfind('(')?;
        Some((open, before.get(open + 1..)?.trim_end().strip_suffix(')')?.parse().ok()?))
    };
    let mut out = Vec::new();
    for (at, _) in block.match_indices("-> [") {
        let Some(before) = block.get(..at) else { continue };
        if let Some((open, params)) = one(before) {
            let name =
                before.get(..open).unwrap().rsplit(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')).next().unwrap();
            out.push((name, params));
        }
    }
    out
}

fn walk(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        if entry.is_dir() {
            walk(&entry, files);
        } else if entry.extension().is_some_and(|e| e == "rs") {
            files.push(entry);
        }
    }
}
