//! The staff's app: the organizations of an account, and of each its overview and its tickets. Also answers what no other Worker's
//! routes match on the app's host, so that a wrong address gets a page.

pub mod refused;
pub mod routes;
pub mod words;

use kernel::{
    Sql,
    host::Surface,
    ports::Queue,
    route::{Entry, command, query},
    worker::{Binding, Worker},
};
use routes::{home, members, notifications, org, overview, settings, tickets};

/// Its routes.
pub const ROUTES: &[Entry] = &[
    query::<home::Home>(),
    query::<overview::Overview>(),
    query::<org::create_page::CreatePage>(),
    query::<org::slug_check::SlugCheck>(),
    command::<org::create::Create>(),
    command::<org::steps_hide::StepsHide>(),
    query::<org::deleted_page::DeletedPage>(),
    command::<org::restore::Restore>(),
    query::<members::list::MemberList>(),
    query::<members::invite_page::InvitePage>(),
    command::<members::invite::Invite>(),
    command::<members::resend::Resend>(),
    command::<members::cancel::Cancel>(),
    query::<members::role_page::RolePage>(),
    command::<members::role::ChangeRole>(),
    query::<members::remove_page::RemovePage>(),
    command::<members::remove::Remove>(),
    query::<members::leave_page::LeavePage>(),
    command::<members::leave::Leave>(),
    query::<members::transfer_page::TransferPage>(),
    command::<members::transfer::Transfer>(),
    query::<settings::general_page::GeneralPage>(),
    command::<settings::general::General>(),
    query::<settings::slug_page::SlugPage>(),
    command::<settings::slug::ChangeSlug>(),
    query::<settings::portal_page::PortalPage>(),
    command::<settings::portal::Portal>(),
    query::<settings::branding_page::BrandingPage>(),
    command::<settings::branding::ChangeBranding>(),
    query::<settings::domain_list::DomainList>(),
    command::<settings::domain_add::DomainAdd>(),
    query::<settings::domain_page::DomainPage>(),
    command::<settings::domain_check::DomainCheck>(),
    query::<settings::domain_remove_page::DomainRemovePage>(),
    command::<settings::domain_remove::DomainRemove>(),
    query::<settings::security_page::SecurityPage>(),
    command::<settings::security::Security>(),
    query::<settings::danger_page::DangerPage>(),
    query::<settings::delete_page::DeletePage>(),
    command::<settings::delete::Delete>(),
    query::<tickets::list::TicketList>(),
    query::<tickets::new_page::NewPage>(),
    command::<tickets::create::TicketCreate>(),
    query::<tickets::page::TicketPage>(),
    command::<tickets::change::TicketChange>(),
    command::<tickets::comment::TicketComment>(),
    command::<tickets::status::TicketClose>(),
    command::<tickets::status::TicketReopen>(),
    command::<tickets::assign::AssignToMe>(),
    query::<notifications::inbox_page::InboxPage>(),
    command::<notifications::open::Open>(),
    command::<notifications::read_all::ReadAll>(),
    query::<notifications::choices_page::ChoicesPage>(),
    command::<notifications::choices::Choose>(),
];

/// The Worker.
pub const WORKER: Worker = Worker {
    name: "org",
    routes: ROUTES,
    fallback: &[Surface::App],
    bindings: &[Binding::Db, Binding::Kv, Binding::Limiters, Binding::Send(Queue::Events), Binding::Send(Queue::Mail)],
    vars: &[store::domains::RESOLVER],
    secrets: &[],
    consumes: &[],
    crons: &[],
};

/// Its statements, for the catalogue test.
pub const CATALOGUES: &[&[Sql]] = &[
    home::CATALOGUE,
    overview::CATALOGUE,
    org::CATALOGUE,
    org::create::CATALOGUE,
    org::steps_hide::CATALOGUE,
    org::deleted_page::CATALOGUE,
    org::restore::CATALOGUE,
    members::CATALOGUE,
    members::list::CATALOGUE,
    members::invite::CATALOGUE,
    members::resend::CATALOGUE,
    members::cancel::CATALOGUE,
    settings::CATALOGUE,
    settings::general::CATALOGUE,
    settings::slug::CATALOGUE,
    settings::portal::CATALOGUE,
    settings::branding::CATALOGUE,
    settings::security::CATALOGUE,
    settings::domain_list::CATALOGUE,
    settings::domain_add::CATALOGUE,
    settings::domain_page::CATALOGUE,
    settings::domain_remove::CATALOGUE,
    settings::delete_page::CATALOGUE,
    settings::delete::CATALOGUE,
    tickets::list::CATALOGUE,
    tickets::people::CATALOGUE,
    tickets::new_page::CATALOGUE,
    tickets::view::CATALOGUE,
];

#[cfg(target_family = "wasm")]
edge::worker!(WORKER, pages = html::error_page);
