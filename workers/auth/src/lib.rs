//! Getting in on the three surfaces for people, and looking after one's account.
//!
//! [`door`] says who may come in where, [`enter`] is the last step of every way in, [`password`] is the only place that hashes,
//! [`links`] opens what stands in mails, [`next`] is where a visitor may be led back to.

pub mod codes;
pub mod device;
pub mod door;
pub mod enter;
pub mod fields;
pub mod limits;
pub mod links;
pub mod look;
pub mod next;
pub mod password;
pub mod picture;
pub mod post;
pub mod routes;

use kernel::{
    Sql,
    ports::Queue,
    route::{Entry, command, query},
    worker::{Binding, Worker},
};
use routes::{account, challenge, confirm, invitations, link, reset, set_up, sign_in, sign_in_page, sign_out, sign_up, theme};

/// Its routes.
pub const ROUTES: &[Entry] = &[
    query::<sign_in_page::SignInPage>(),
    command::<sign_in::SignIn>(),
    command::<sign_out::SignOut>(),
    query::<link::request_page::LinkRequestPage>(),
    command::<link::request::LinkRequest>(),
    query::<link::sent::LinkSent>(),
    query::<link::open_page::LinkOpenPage>(),
    command::<link::open::LinkOpen>(),
    query::<reset::request_page::ResetRequestPage>(),
    command::<reset::request::ResetRequest>(),
    query::<reset::sent::ResetSent>(),
    query::<reset::choose_page::ResetChoosePage>(),
    command::<reset::choose::ResetChoose>(),
    query::<sign_up::page::SignUpPage>(),
    command::<sign_up::request::SignUpRequest>(),
    query::<sign_up::sent::SignUpSent>(),
    command::<sign_up::resend::SignUpResend>(),
    query::<sign_up::verify_page::SignUpVerifyPage>(),
    command::<sign_up::verify::SignUpVerify>(),
    query::<challenge::page::ChallengePage>(),
    command::<challenge::answer::ChallengeAnswer>(),
    query::<confirm::page::ConfirmPage>(),
    command::<confirm::prove::Confirm>(),
    query::<set_up::page::SetUpPage>(),
    command::<set_up::act::SetUp>(),
    query::<invitations::page::InvitationPage>(),
    command::<invitations::answer::InvitationAnswer>(),
    query::<invitations::customer_page::CustomerInvitationPage>(),
    command::<invitations::customer::CustomerInvitation>(),
    query::<account::profile_page::ProfilePage>(),
    command::<account::profile::Profile>(),
    query::<account::email_page::EmailPage>(),
    command::<account::email::Email>(),
    query::<account::email_confirm_page::EmailConfirmPage>(),
    command::<account::email_confirm::EmailConfirm>(),
    query::<account::email_undo_page::EmailUndoPage>(),
    command::<account::email_undo::EmailUndo>(),
    query::<account::password_page::PasswordPage>(),
    command::<account::password::Password>(),
    query::<account::security::Security>(),
    query::<account::authenticator_page::AuthenticatorPage>(),
    command::<account::authenticator::Authenticator>(),
    query::<account::authenticator_remove_page::AuthenticatorRemovePage>(),
    command::<account::authenticator_remove::AuthenticatorRemove>(),
    query::<account::codes_page::CodesPage>(),
    command::<account::codes::Codes>(),
    query::<account::codes_shown::CodesShown>(),
    query::<account::sessions_page::SessionsPage>(),
    query::<account::sessions_end_page::SessionsEndPage>(),
    command::<account::sessions_end::SessionsEnd>(),
    query::<account::sessions_others_page::SessionsOthersPage>(),
    command::<account::sessions_others::SessionsOthers>(),
    command::<theme::ChooseTheme>(),
];

/// The Worker.
pub const WORKER: Worker = Worker {
    name: "auth",
    routes: ROUTES,
    fallback: &[],
    bindings: &[Binding::Db, Binding::Kv, Binding::Limiters, Binding::Send(Queue::Mail), Binding::Send(Queue::Events)],
    vars: &[],
    secrets: &[set_up::act::TOKEN],
    consumes: &[],
    crons: &[],
};

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[Sql]] = &[
    door::CATALOGUE,
    sign_up::verify::CATALOGUE,
    set_up::page::CATALOGUE,
    set_up::act::CATALOGUE,
    invitations::CATALOGUE,
    invitations::answer::CATALOGUE,
    invitations::customer::CATALOGUE,
    account::security::CATALOGUE,
    account::sessions_page::CATALOGUE,
];

#[cfg(target_family = "wasm")]
edge::worker!(WORKER, pages = html::error_page);
