//! The inbox and the page of choices, as both surfaces show them. The routes are the Workers' own.

use html::{
    form::{Form, button},
    list::{Table, nothing, pages},
    page::head,
    part::{Tone, badge, name},
    when,
};
use kernel::{Millis, Result, Row};
use maud::{Markup, html};

/// The inbox.
pub const INBOX: &str = "/notifications";
/// What marks everything read.
pub const READ_ALL: &str = "/notifications/read";
/// The page of choices.
pub const CHOICES: &str = "/account/notifications";

/// One channel's box of a type: the field, and whether it is on.
pub type Toggle = (&'static str, bool);
/// A type on the page of choices.
pub struct Choice {
    /// Its name.
    pub title: &'static str,
    /// When it comes.
    pub says: &'static str,
    /// Inbox and mail.
    pub boxes: [Toggle; 2],
}

/// The entries of an inbox, newest first. `rows` are those of `store::inbox::STAFF` or `CUSTOMER`, as many as are shown.
pub struct Inbox<'a> {
    /// The token of the page's forms.
    pub csrf: &'a str,
    /// Its rows.
    pub rows: &'a [Row],
    /// Whether entries come from several organizations, so that each says from which.
    pub with_org: bool,
    /// How many are unread, on this page or another.
    pub unread: i64,
    /// The newest entries, when these are not.
    pub newest: Option<String>,
    /// Older entries.
    pub older: Option<String>,
}
impl Inbox<'_> {
    /// The page's content.
    ///
    /// # Errors
    /// An incident when a row is not as declared.
    pub fn render(&self) -> Result<Markup> {
        let mut list = Vec::with_capacity(self.rows.len());
        for row in self.rows {
            let (id, title, unread) = (row.text(1)?, row.text(3)?, row.opt_int(5)?.is_none());
            let open = html! { (button(&format!("{INBOX}/{id}/open"), self.csrf, title)) @if unread { " " (badge(Tone::Info, "new")) } };
            let mut cells = vec![open];
            if self.with_org {
                cells.push(name(row.text(6)?));
            }
            cells.push(when::at(Millis::new(row.int(4)?)));
            list.push(cells);
        }
        let columns: &[&str] = if self.with_org { &["Notification", "Organization", "When"] } else { &["Notification", "When"] };
        let actions = html! {
            @if self.unread > 0 { (button(READ_ALL, self.csrf, "Mark all as read")) }
            a class="button" href=(CHOICES) { "Notification settings" }
        };
        Ok(html! {
            (head("Inbox", "What happened that concerns you. Opening an entry marks it as read.", &actions))
            @if list.is_empty() {
                (nothing(html::Icon::Bell, "Nothing yet", "Replies, assignments and other news are listed here, newest first.", &html! {}))
            } @else {
                (Table { caption: "Notifications", columns }.render(&list))
            }
            (pages(self.newest.as_deref(), self.older.as_deref()))
        })
    }
}

/// The form of choices.
pub fn choices(csrf: &str, of: &[Choice]) -> Markup {
    let tick = |(field, on): Toggle, label: &str| html! { input type="checkbox" name=(field) value="on" checked[on] aria-label=(label); };
    let mut rows: Vec<Vec<Markup>> = of
        .iter()
        .map(|c| {
            let [inbox, mail] = c.boxes;
            vec![
                html! { (c.title) span class="hint" { " " (c.says) } },
                tick(inbox, &format!("{}: in the inbox", c.title)),
                tick(mail, &format!("{}: by e-mail", c.title)),
            ]
        })
        .collect();
    rows.push(vec![
        html! { "Security" span class="hint" { " Changes of your password, address or second factor, and sign-ins from new devices." } },
        html! { span class="quiet" { "–" } },
        html! { span class="quiet" { "Always on" } },
    ]);
    let table = Table { caption: "Notifications by type and channel", columns: &["Type", "Inbox", "E-mail"] }.render(&rows);
    html! {
        (head("Notification settings", "Choose what you are told about, and how.", &html! { a class="button" href=(INBOX) { "Open inbox" } }))
        (Form::new(CHOICES, csrf, "Save").guard_changes().render(&table))
    }
}
