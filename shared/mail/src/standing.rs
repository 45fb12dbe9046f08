//! What must still be so when a letter leaves: between a change and its mail an account may be deleted, an invitation canceled, an
//! organization gone.

use crate::{Letter, Link};

/// What a letter's leaving hangs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Nothing: it tells of what happened to somebody's account or access. Whoever takes an account over, changes its address or
    /// deletes it can't silence the notice of that by doing so.
    Always,
    /// Its link must still open something: it was not used, replaced or canceled, and its time is not over.
    Opens(&'a Link),
    /// The address must have an account.
    Account,
    /// The recipient must still have a part in the organization: its members where the link leads to the app, its customers where it
    /// leads to its portal. And it must not be deleted.
    Part(&'a Link),
}

impl Letter {
    /// What its leaving hangs on. A new letter has to decide: there is no default.
    pub const fn standing(&self) -> Standing<'_> {
        match self {
            Self::VerifyAddress { link, .. }
            | Self::SignInLink { link, .. }
            | Self::ResetPassword { link, .. }
            | Self::ConfirmNewAddress { link, .. }
            | Self::Invitation { link, .. }
            | Self::CustomerInvitation { link, .. } => Standing::Opens(link),
            Self::AlreadyRegistered { .. } => Standing::Account,
            Self::PasswordChanged { .. }
            | Self::PasswordOff { .. }
            | Self::NewDevice { .. }
            | Self::AddressChanged { .. }
            | Self::FactorAdded { .. }
            | Self::FactorRemoved { .. }
            | Self::RecoveryCodeUsed { .. }
            | Self::RecoveryCodesReplaced { .. }
            | Self::AllSessionsEnded { .. }
            | Self::MemberRemoved { .. }
            | Self::OwnershipTransferred { .. }
            | Self::OrgDeletionScheduled { .. }
            | Self::AccountDeleted { .. }
            | Self::AccountBanned { .. }
            | Self::OrgSuspended { .. } => Standing::Always,
            Self::InvitationAccepted { link, .. }
            | Self::RoleChanged { link, .. }
            | Self::OrgDeletionCanceled { link, .. }
            | Self::TicketReply { link, .. }
            | Self::TicketAssigned { link, .. }
            | Self::TicketCreated { link, .. }
            | Self::TicketClosed { link, .. }
            | Self::OrgResumed { link, .. }
            | Self::ExportReady { link, .. }
            | Self::ExportFailed { link, .. }
            | Self::EndpointDisabled { link, .. }
            | Self::Notice { link, .. }
            | Self::Billing { link, .. }
            | Self::SubscriptionChanged { link, .. } => Standing::Part(link),
        }
    }
}
