//! The operators' console: all organizations and accounts, the background work that needs a human, the logs. Also answers what no
//! other Worker's routes match on the console's host, so that a wrong address gets a page.

mod last_admin;
pub mod owners;
mod prefix;
mod reason;
pub mod routes;
mod search_box;
mod span;
mod words;

use kernel::{
    Sql,
    host::Surface,
    ports::Queue,
    route::{Entry, command, query},
    worker::{Binding, Worker},
};
use routes::*;

/// Its routes.
pub const ROUTES: &[Entry] = &[
    query::<home::Home>(),
    query::<search::Search>(),
    query::<orgs::Orgs>(),
    query::<org::Org>(),
    query::<org_suspend_page::OrgSuspendPage>(),
    command::<org_suspend::OrgSuspend>(),
    query::<org_resume_page::OrgResumePage>(),
    command::<org_resume::OrgResume>(),
    query::<users::Users>(),
    query::<user::User>(),
    query::<user_ban_page::UserBanPage>(),
    command::<user_ban::UserBan>(),
    query::<user_unban_page::UserUnbanPage>(),
    command::<user_unban::UserUnban>(),
    query::<user_end_sessions_page::UserEndSessionsPage>(),
    command::<user_end_sessions::UserEndSessions>(),
    command::<user_reset::UserReset>(),
    query::<operators::Operators>(),
    query::<operator_add_page::OperatorAddPage>(),
    command::<operator_add::OperatorAdd>(),
    query::<operator_role_page::OperatorRolePage>(),
    command::<operator_role::OperatorRoleChange>(),
    query::<operator_remove_page::OperatorRemovePage>(),
    command::<operator_remove::OperatorRemove>(),
    query::<jobs::Jobs>(),
    query::<job::Job>(),
    command::<job_replay::JobReplay>(),
    query::<job_cancel_page::JobCancelPage>(),
    command::<job_cancel::JobCancel>(),
    query::<dead_letter::DeadLetter>(),
    command::<dead_letter_dismiss::DeadLetterDismiss>(),
    command::<mail_replay::MailReplay>(),
    query::<audit::AuditLogPage>(),
    query::<status::Status>(),
    query::<abuse::Abuse>(),
];

/// The Worker.
pub const WORKER: Worker = Worker {
    name: "platform",
    routes: ROUTES,
    fallback: &[Surface::Platform],
    bindings: &[Binding::Db, Binding::Kv, Binding::Limiters, Binding::Send(Queue::Mail), Binding::Send(Queue::Events)],
    vars: &[],
    secrets: &[],
    consumes: &[],
    crons: &[],
};

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[Sql]] = &[
    owners::CATALOGUE,
    abuse::CATALOGUE,
    audit::CATALOGUE,
    dead_letter::CATALOGUE,
    dead_letter_dismiss::CATALOGUE,
    home::CATALOGUE,
    job::CATALOGUE,
    job_cancel::CATALOGUE,
    jobs::CATALOGUE,
    mail_replay::CATALOGUE,
    operator_add::CATALOGUE,
    operator_remove::CATALOGUE,
    operator_role::CATALOGUE,
    operator_role_page::CATALOGUE,
    operators::CATALOGUE,
    org::CATALOGUE,
    org_resume::CATALOGUE,
    org_suspend::CATALOGUE,
    org_suspend_page::CATALOGUE,
    orgs::CATALOGUE,
    search::CATALOGUE,
    status::CATALOGUE,
    user::CATALOGUE,
    user_ban::CATALOGUE,
    user_ban_page::CATALOGUE,
    user_unban::CATALOGUE,
    users::CATALOGUE,
];

#[cfg(target_family = "wasm")]
edge::worker!(WORKER, pages = html::error_page);
