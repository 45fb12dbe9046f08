//! Inboxes: what people were told, and what they chose to be told of.
//!
//! An entry belongs to an organization and to one of its people. Who left the organization no longer sees what it told them.

use domain::notifications::{CHANNELS, Type};
use kernel::{Millis, OrgId, Result, Row, sql::Stmt};
use std::collections::HashMap;

/// How many entries of a staff account are unread, a hundred at most: a column for a statement that has the account as `$user`.
#[macro_export]
macro_rules! unread_of_staff {
    ($user:literal) => {
        concat!(
            "(SELECT count(*) FROM (SELECT 1 FROM inbox i JOIN memberships w ON w.org_id = i.org_id AND w.user_id = i.recipient WHERE i.recipient = ",
            $user,
            " AND i.read_at IS NULL LIMIT 100))"
        )
    };
}
/// The same of a customer of the organization `?1`.
#[macro_export]
macro_rules! unread_of_customer {
    ($customer:literal) => {
        concat!(
            "(SELECT count(*) FROM (SELECT 1 FROM inbox i WHERE i.org_id = ?1 AND i.recipient = ",
            $customer,
            " AND i.read_at IS NULL LIMIT 100))"
        )
    };
}

kernel::sql! {
    /// Puts entries into inboxes: JSON of `[[id, recipient, type, title, path], …]`; one for each event and recipient.
    Bookkeep Org PUT(4) -> [] =
        "INSERT INTO inbox(org_id, id, recipient, type, title, path, event_id, created_at) \
         SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, ?3, ?4 FROM json_each(?2) WHERE true ON CONFLICT(org_id, event_id, recipient) DO NOTHING";
    Read Global("a member's own inbox spans the organizations that they are in")
    STAFF(3) -> ["org_id", "id", "type", "title", "created_at", "read_at", "org"] =
        "SELECT i.org_id, i.id, i.type, i.title, i.created_at, i.read_at, o.name AS org FROM inbox i \
         JOIN memberships m ON m.org_id = i.org_id AND m.user_id = i.recipient JOIN orgs o ON o.id = i.org_id AND o.status = 'active' AND o.deleted_at IS NULL \
         WHERE i.recipient = ?1 AND i.id < ?2 ORDER BY i.id DESC LIMIT ?3 + 1";
    Read Org CUSTOMER(4) -> ["org_id", "id", "type", "title", "created_at", "read_at", "org"] =
        "SELECT i.org_id, i.id, i.type, i.title, i.created_at, i.read_at, '' AS org FROM inbox i \
         WHERE i.org_id = ?1 AND i.recipient = ?2 AND i.id < ?3 ORDER BY i.id DESC LIMIT ?4 + 1";
    Read Global("a member's own inbox spans the organizations that they are in")
    STAFF_ONE(2) -> ["org_id", "path"] =
        "SELECT i.org_id, i.path FROM inbox i JOIN memberships m ON m.org_id = i.org_id AND m.user_id = i.recipient WHERE i.recipient = ?1 AND i.id = ?2";
    Read Org CUSTOMER_ONE(3) -> ["org_id", "path"] = "SELECT i.org_id, i.path FROM inbox i WHERE i.org_id = ?1 AND i.recipient = ?2 AND i.id = ?3";
    Bookkeep Org READ(4) -> [] = "UPDATE inbox SET read_at = ?4 WHERE org_id = ?1 AND recipient = ?2 AND id = ?3 AND read_at IS NULL";
    Bookkeep Global("a member's own inbox spans the organizations that they are in")
    READ_ALL_OF_STAFF(2) -> [] = "UPDATE inbox SET read_at = ?2 WHERE recipient = ?1 AND read_at IS NULL";
    Bookkeep Org READ_ALL_OF_CUSTOMER(3) -> [] = "UPDATE inbox SET read_at = ?3 WHERE org_id = ?1 AND recipient = ?2 AND read_at IS NULL";
    Read Global("names no tenant table")
    CHOICES(1) -> ["type", "channel", "chosen"] = "SELECT type, channel, chosen FROM notification_choices WHERE recipient = ?1";
    /// JSON of `[[type, channel, chosen], …]`.
    Write Global("names no tenant table")
    CHOOSE(3) -> [] =
        "INSERT INTO notification_choices(recipient, type, channel, chosen, changed_at) SELECT ?1, value ->> 0, value ->> 1, value ->> 2, ?3 FROM json_each(?2) WHERE true \
         ON CONFLICT(recipient, type, channel) DO UPDATE SET chosen = excluded.chosen, changed_at = excluded.changed_at WHERE notification_choices.chosen <> excluded.chosen";
    /// With the account: what it chose.
    Write Global("names no tenant table") FORGET_CHOICES(1) -> [] = "DELETE FROM notification_choices WHERE recipient = ?1";
    /// With a membership or a customer: what the organization told them.
    Write Org FORGET(2) -> [] = "DELETE FROM inbox WHERE org_id = ?1 AND recipient = ?2";
}

/// What one person chose, by type: `[inbox, mail]`, `None` where they left the default.
#[derive(Debug, Default)]
pub struct Choices(HashMap<String, [Option<bool>; 2]>);
impl Choices {
    /// From the rows of [`CHOICES`].
    ///
    /// # Errors
    /// An incident when a row is not as declared.
    pub fn of(rows: &[Row]) -> Result<Self> {
        let mut all: HashMap<String, [Option<bool>; 2]> = HashMap::new();
        for row in rows {
            let (inbox, chosen) = (row.text(1)? == "inbox", Some(row.int(2)? != 0));
            let [of_inbox, of_mail] = all.entry(row.text(0)?.to_owned()).or_default();
            *(if inbox { of_inbox } else { of_mail }) = chosen;
        }
        Ok(Self(all))
    }
    /// By which channels they are told of a type: `[inbox, mail]`.
    pub fn channels(&self, of: &Type) -> [bool; 2] {
        of.channels(self.0.get(of.key).copied().unwrap_or_default())
    }
}

/// Keeps what one person chose, of all types that they were asked about.
pub fn choose<'a>(recipient: &str, now: Millis, chosen: impl Iterator<Item = (&'a Type, [bool; 2])>) -> Stmt {
    let rows: Vec<serde_json::Value> = chosen
        .flat_map(|(of, on)| CHANNELS.into_iter().zip(on).map(move |(channel, on)| serde_json::json!([of.key, channel, i64::from(on)])))
        .collect();
    CHOOSE.bind([recipient.into(), serde_json::Value::Array(rows).to_string().into(), now.into()])
}

/// What goes with a member or a customer that leaves an organization.
pub fn forget(org: &OrgId, recipient: &str) -> Stmt {
    FORGET.bind([org.into(), recipient.into()])
}
