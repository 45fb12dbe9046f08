//! The letters there are: one variant each, with the data it needs. A downstream product adds a variant and its arm in `parts`.

use crate::{
    BillingNews, Link,
    words::{moment, name as shown, sentence},
};
use kernel::Millis;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A letter. Its words are in [`Letter::parts`]; names and subjects may be anything that people wrote.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "template", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields say what they are, once for all letters: `link` is the one thing to do")]
pub enum Letter {
    /// Confirms the address of a new account.
    VerifyAddress { name: String, link: Link, expires: Millis },
    /// Somebody tried to sign up with the address of an existing account.
    AlreadyRegistered { sign_in: Link, reset: Link },
    /// Signs in without a password.
    SignInLink { link: Link, expires: Millis },
    /// Sets a new password.
    ResetPassword { name: String, link: Link, expires: Millis },
    /// The password was changed.
    PasswordChanged { name: String, at: Millis, account: Link },
    /// Too many sign-ins failed: the password opens nothing until a new one is set.
    PasswordOff { name: String, at: Millis, reset: Link },
    /// A sign-in from a browser that was not seen before.
    NewDevice { name: String, at: Millis, device: String, ip: String, account: Link },
    /// Confirms the new address of an account.
    ConfirmNewAddress { name: String, link: Link, expires: Millis },
    /// To the old address: it was replaced; can be undone.
    AddressChanged { name: String, new_address: String, undo: Link, expires: Millis },
    /// A second factor was added.
    FactorAdded { name: String, factor: String, at: Millis, account: Link },
    /// A second factor was removed.
    FactorRemoved { name: String, factor: String, at: Millis, account: Link },
    /// A recovery code was used.
    RecoveryCodeUsed { name: String, left: u32, at: Millis, account: Link },
    /// New recovery codes took the place of the old ones.
    RecoveryCodesReplaced { name: String, at: Millis, account: Link },
    /// Every session was ended.
    AllSessionsEnded { name: String, at: Millis, account: Link },
    /// An invitation to an organization.
    Invitation { org: String, inviter: String, role: String, link: Link, expires: Millis },
    /// To the inviter: the invitation was accepted.
    InvitationAccepted { org: String, member: String, role: String, link: Link },
    /// To a member who was removed.
    MemberRemoved { org: String, at: Millis },
    /// To a member whose role changed.
    RoleChanged { org: String, role: String, link: Link },
    /// To both owners.
    OwnershipTransferred { org: String, from: String, to: String, at: Millis, link: Link },
    /// The organization will be deleted.
    OrgDeletionScheduled { org: String, by: String, until: Millis, link: Link },
    /// The organization will not be deleted after all.
    OrgDeletionCanceled { org: String, by: String, link: Link },
    /// An invitation to a tenant's portal.
    CustomerInvitation { org: String, link: Link, expires: Millis },
    /// An account was deleted.
    AccountDeleted { name: String, at: Millis },
    /// A reply on a ticket.
    TicketReply { subject: String, author: String, link: Link },
    /// A ticket was assigned to the recipient.
    TicketAssigned { subject: String, org: String, link: Link },
    /// A new ticket, to staff.
    TicketCreated { subject: String, org: String, link: Link },
    /// A ticket was closed, to its customer.
    TicketClosed { subject: String, link: Link },
    /// An account was banned.
    AccountBanned { name: String, reason: String, until: Option<Millis> },
    /// An organization was suspended.
    OrgSuspended { org: String, reason: String },
    /// An organization is active again.
    OrgResumed { org: String, link: Link },
    /// An export can be downloaded.
    ExportReady { org: String, link: Link },
    /// An export could not be made.
    ExportFailed { org: String, link: Link },
    /// A webhook endpoint was switched off.
    EndpointDisabled { org: String, reason: String, link: Link },
    /// A notification without a letter of its own: the line of the inbox, and when such ones come.
    Notice { line: String, org: String, about: String, link: Link },
    /// The plan or the subscription changed.
    SubscriptionChanged { org: String, plan: String, link: Link },
    /// A payment, or what hangs on it, took a turn.
    Billing { news: BillingNews, org: String, plan: String, on: Option<Millis>, link: Link },
}
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter({})", self.template())
    }
}

/// What a letter offers to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// On the button.
    pub label: &'static str,
    /// Where it leads.
    pub link: Link,
    /// Until when.
    pub expires: Option<Millis>,
}

/// A letter in words. Every text is one line and fit to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// The subject.
    pub subject: String,
    /// What mail programs show behind the subject.
    pub preheader: String,
    /// Paragraphs before the steps.
    pub says: Vec<String>,
    /// What can be done: the first one is the button.
    pub steps: Vec<Step>,
    /// Paragraphs after them.
    pub then: Vec<String>,
    /// Why one got it.
    pub reason: String,
}

fn to_do(label: &'static str, link: &Link) -> Step {
    Step { label, link: link.clone(), expires: None }
}
fn once(label: &'static str, link: &Link, expires: Millis) -> Step {
    Step { expires: Some(expires), ..to_do(label, link) }
}
const IGNORE: &str = "If this was not you, nothing happens as long as the link is not used. You can ignore this e-mail.";
const NOT_YOU: &str = "If this was you, there is nothing to do. If it was not, somebody may have access to your account: review it now.";
const ACCOUNT: &str = "This is a security notice about your account. Such notices are always sent.";

impl Letter {
    /// The template's name, as stored and logged.
    pub const fn template(&self) -> &'static str {
        match self {
            Self::VerifyAddress { .. } => "verify_address",
            Self::AlreadyRegistered { .. } => "already_registered",
            Self::SignInLink { .. } => "sign_in_link",
            Self::ResetPassword { .. } => "reset_password",
            Self::PasswordChanged { .. } => "password_changed",
            Self::PasswordOff { .. } => "password_off",
            Self::NewDevice { .. } => "new_device",
            Self::ConfirmNewAddress { .. } => "confirm_new_address",
            Self::AddressChanged { .. } => "address_changed",
            Self::FactorAdded { .. } => "factor_added",
            Self::FactorRemoved { .. } => "factor_removed",
            Self::RecoveryCodeUsed { .. } => "recovery_code_used",
            Self::RecoveryCodesReplaced { .. } => "recovery_codes_replaced",
            Self::AllSessionsEnded { .. } => "all_sessions_ended",
            Self::Invitation { .. } => "invitation",
            Self::InvitationAccepted { .. } => "invitation_accepted",
            Self::MemberRemoved { .. } => "member_removed",
            Self::RoleChanged { .. } => "role_changed",
            Self::OwnershipTransferred { .. } => "ownership_transferred",
            Self::OrgDeletionScheduled { .. } => "org_deletion_scheduled",
            Self::OrgDeletionCanceled { .. } => "org_deletion_canceled",
            Self::CustomerInvitation { .. } => "customer_invitation",
            Self::AccountDeleted { .. } => "account_deleted",
            Self::TicketReply { .. } => "ticket_reply",
            Self::TicketAssigned { .. } => "ticket_assigned",
            Self::TicketCreated { .. } => "ticket_created",
            Self::TicketClosed { .. } => "ticket_closed",
            Self::AccountBanned { .. } => "account_banned",
            Self::OrgSuspended { .. } => "org_suspended",
            Self::OrgResumed { .. } => "org_resumed",
            Self::ExportReady { .. } => "export_ready",
            Self::ExportFailed { .. } => "export_failed",
            Self::EndpointDisabled { .. } => "endpoint_disabled",
            Self::Notice { .. } => "notice",
            Self::SubscriptionChanged { .. } => "subscription_changed",
            Self::Billing { .. } => "billing",
        }
    }

    /// Whether it goes out whatever its recipient chose: it opens something that was asked for, or tells of a danger.
    pub const fn is_security(&self) -> bool {
        !matches!(
            self,
            Self::InvitationAccepted { .. }
                | Self::TicketReply { .. }
                | Self::TicketAssigned { .. }
                | Self::TicketCreated { .. }
                | Self::TicketClosed { .. }
                | Self::OrgResumed { .. }
                | Self::ExportReady { .. }
                | Self::ExportFailed { .. }
                | Self::EndpointDisabled { .. }
                | Self::Notice { .. }
                | Self::SubscriptionChanged { .. }
                | Self::Billing { .. }
        )
    }

    /// The letter in words.
    #[expect(clippy::too_many_lines, reason = "one arm for each letter")]
    pub fn parts(&self, brand: &str) -> Parts {
        let brand = shown(brand);
        let hello = |name: &str| match shown(name) {
            empty if empty.is_empty() => "Hello,".to_owned(),
            name => format!("Hello {name},"),
        };
        let notice = |subject: String, name: &str, what: String, account: &Link| Parts {
            preheader: what.clone(),
            subject,
            says: vec![hello(name), what, NOT_YOU.to_owned()],
            steps: vec![to_do("Review your account", account)],
            then: Vec::new(),
            reason: ACCOUNT.to_owned(),
        };
        let plain = |subject: String, preheader: &str, says: Vec<String>, steps: Vec<Step>, reason: &str| Parts {
            subject,
            preheader: preheader.to_owned(),
            says,
            steps,
            then: Vec::new(),
            reason: reason.to_owned(),
        };
        match self {
            Self::VerifyAddress { name, link, expires } => Parts {
                subject: format!("Confirm your address for {brand}"),
                preheader: "One step, and your account is ready.".to_owned(),
                says: vec![hello(name), format!("Confirm that this address is yours, and your {brand} account is ready.")],
                steps: vec![once("Confirm address", link, *expires)],
                then: vec![IGNORE.to_owned()],
                reason: format!("You get this e-mail because this address was used to sign up for {brand}."),
            },
            Self::AlreadyRegistered { sign_in, reset } => Parts {
                subject: format!("You already have a {brand} account"),
                preheader: "Somebody tried to sign up with your address.".to_owned(),
                says: vec![format!(
                    "Somebody, probably you, tried to sign up for {brand} with this address. It has an account already, so no new one was made."
                )],
                steps: vec![to_do("Sign in", sign_in), to_do("Reset the password", reset)],
                then: vec!["If this was not you, there is nothing to do: your account is unchanged.".to_owned()],
                reason: format!("You get this e-mail because this address was used to sign up for {brand}."),
            },
            Self::SignInLink { link, expires } => Parts {
                subject: format!("Sign in to {brand}"),
                preheader: "Your sign-in link. It works once.".to_owned(),
                says: vec![format!("Use this link to sign in to {brand}. It works once, in the browser that asked for it. Don't pass it on.")],
                steps: vec![once("Sign in", link, *expires)],
                then: vec![IGNORE.to_owned()],
                reason: format!("You get this e-mail because a sign-in to {brand} was asked for with this address."),
            },
            Self::ResetPassword { name, link, expires } => Parts {
                subject: format!("Set a new password for {brand}"),
                preheader: "The link works once. Your password stays as it is until you use it.".to_owned(),
                says: vec![
                    hello(name),
                    format!("Somebody, probably you, asked for a new password for your {brand} account. The link works once, and setting a new password ends every session."),
                ],
                steps: vec![once("Set a new password", link, *expires)],
                then: vec!["If this was not you, ignore this e-mail: your password stays as it is.".to_owned()],
                reason: "You get this e-mail because somebody asked to reset the password of the account with this address.".to_owned(),
            },
            Self::PasswordChanged { name, at, account } => notice(
                format!("Your {brand} password was changed"),
                name,
                format!("The password of your account was changed on {}. Every other session was ended.", moment(*at)),
                account,
            ),
            Self::PasswordOff { name, at, reset } => Parts {
                subject: format!("Your {brand} password was switched off"),
                preheader: "Too many sign-ins failed. Set a new password to sign in again.".to_owned(),
                says: vec![
                    hello(name),
                    format!(
                        "A hundred sign-ins to your account have failed in a row, the last one on {}. The password was switched off, so that nobody can go on guessing.",
                        moment(*at)
                    ),
                    "Where you are signed in, you stay signed in. To sign in elsewhere, set a new password, or ask for a sign-in link.".to_owned(),
                ],
                steps: vec![to_do("Set a new password", reset)],
                then: Vec::new(),
                reason: ACCOUNT.to_owned(),
            },
            Self::NewDevice { name, at, device, ip, account } => notice(
                format!("New sign-in to {brand}"),
                name,
                match shown(ip) {
                    // Not every way in tells one, such as a developer's own machine.
                    unknown if unknown.is_empty() => format!("Your account was signed in to on {}, with {}.", moment(*at), shown(device)),
                    ip => format!("Your account was signed in to on {}, with {}, from the address {ip}.", moment(*at), shown(device)),
                },
                account,
            ),
            Self::ConfirmNewAddress { name, link, expires } => Parts {
                subject: format!("Confirm your new address for {brand}"),
                preheader: "Your address changes once you confirm it.".to_owned(),
                says: vec![hello(name), format!("Confirm that your {brand} account should use this address. Until then nothing changes.")],
                steps: vec![once("Confirm new address", link, *expires)],
                then: vec![IGNORE.to_owned()],
                reason: "You get this e-mail because an account asked to change its address to this one.".to_owned(),
            },
            Self::AddressChanged { name, new_address, undo, expires } => Parts {
                subject: format!("Your {brand} address was changed"),
                preheader: "If this was not you, you can undo it.".to_owned(),
                says: vec![
                    hello(name),
                    format!("The address of your account is now {}. This one is no longer used.", shown(new_address)),
                    "If this was you, there is nothing to do. If it was not, undo the change: that restores this address and ends every session.".to_owned(),
                ],
                steps: vec![once("Undo the change", undo, *expires)],
                then: Vec::new(),
                reason: ACCOUNT.to_owned(),
            },
            Self::FactorAdded { name, factor, at, account } => notice(
                format!("A second factor was added to your {brand} account"),
                name,
                format!("The second factor \"{}\" was added on {}.", shown(factor), moment(*at)),
                account,
            ),
            Self::FactorRemoved { name, factor, at, account } => notice(
                format!("A second factor was removed from your {brand} account"),
                name,
                format!("The second factor \"{}\" was removed on {}.", shown(factor), moment(*at)),
                account,
            ),
            Self::RecoveryCodeUsed { name, left, at, account } => {
                let rest = match left {
                    0 => "None is left: make new ones now.".to_owned(),
                    1 => "One is left: make new ones soon.".to_owned(),
                    n => format!("{n} are left."),
                };
                notice(
                    format!("A recovery code of your {brand} account was used"),
                    name,
                    format!("A recovery code was used to sign in on {}. {rest}", moment(*at)),
                    account,
                )
            }
            Self::RecoveryCodesReplaced { name, at, account } => notice(
                format!("Your {brand} recovery codes were replaced"),
                name,
                format!("New recovery codes were made on {}. The old ones no longer work.", moment(*at)),
                account,
            ),
            Self::AllSessionsEnded { name, at, account } => notice(
                format!("You were signed out of {brand} everywhere"),
                name,
                format!("Every session of your account was ended on {}.", moment(*at)),
                account,
            ),
            Self::Invitation { org, inviter, role, link, expires } => Parts {
                subject: format!("{} invited you to {}", shown(inviter), shown(org)),
                preheader: format!("Join {} on {brand}.", shown(org)),
                says: vec![format!(
                    "{} invited you to join the organization {} on {brand}, with the role {}.",
                    shown(inviter),
                    shown(org),
                    begun(role)
                )],
                steps: vec![once("See the invitation", link, *expires)],
                then: vec!["If you don't know who invited you, ignore this e-mail: you join only if you accept.".to_owned()],
                reason: format!("You get this e-mail because {} entered this address.", shown(inviter)),
            },
            Self::InvitationAccepted { org, member, role, link } => plain(
                format!("{} joined {}", shown(member), shown(org)),
                "Your invitation was accepted.",
                vec![format!("{} accepted your invitation to {} and has the role {}.", shown(member), shown(org), begun(role))],
                vec![to_do("See the members", link)],
                "You get this e-mail because you sent the invitation.",
            ),
            Self::MemberRemoved { org, at } => plain(
                format!("You were removed from {}", shown(org)),
                "You no longer have access.",
                vec![format!(
                    "Your membership of {} ended on {}. You no longer have access to it; your account and your other organizations are unchanged.",
                    shown(org),
                    moment(*at)
                )],
                Vec::new(),
                "You get this e-mail because you were a member of this organization.",
            ),
            Self::RoleChanged { org, role, link } => plain(
                format!("Your role in {} changed", shown(org)),
                "What you can see and do may have changed.",
                vec![format!("Your role in {} is now {}.", shown(org), begun(role))],
                vec![to_do("Open the organization", link)],
                "You get this e-mail because you are a member of this organization.",
            ),
            Self::OwnershipTransferred { org, from, to, at, link } => plain(
                format!("{} has a new owner", shown(org)),
                "The ownership was transferred.",
                vec![format!("The ownership of {} went from {} to {} on {}.", shown(org), shown(from), shown(to), moment(*at))],
                vec![to_do("Open the organization", link)],
                "You get this e-mail because you were or are the owner of this organization.",
            ),
            Self::OrgDeletionScheduled { org, by, until, link } => Parts {
                then: vec!["After that its data is removed and can't be restored.".to_owned()],
                ..plain(
                    format!("{} will be deleted", shown(org)),
                    "It can be canceled until then.",
                    vec![format!("{} asked to delete {}. It will be deleted on {}; until then an owner can cancel it.", shown(by), shown(org), moment(*until))],
                    vec![to_do("See or cancel the deletion", link)],
                    "You get this e-mail because you are an owner of this organization.",
                )
            },
            Self::OrgDeletionCanceled { org, by, link } => plain(
                format!("{} will not be deleted", shown(org)),
                "The deletion was canceled.",
                vec![format!("{} canceled the deletion of {}. Nothing was removed.", shown(by), shown(org))],
                vec![to_do("Open the organization", link)],
                "You get this e-mail because you are an owner of this organization.",
            ),
            Self::CustomerInvitation { org, link, expires } => Parts {
                subject: format!("{} invites you to its portal", shown(org)),
                preheader: "Set up your account to see and write tickets.".to_owned(),
                says: vec![format!("{} set up an account for you. Choose a password, and you can follow your tickets and write new ones.", shown(org))],
                steps: vec![once("Set up your account", link, *expires)],
                then: vec!["If you don't know why you were invited, ignore this e-mail: nothing happens until you accept.".to_owned()],
                reason: format!("You get this e-mail because {} entered this address.", shown(org)),
            },
            Self::AccountDeleted { name, at } => plain(
                format!("Your {brand} account was deleted"),
                "Your data was removed.",
                vec![hello(name), format!("Your account was deleted on {}. This is the last e-mail to this address.", moment(*at))],
                Vec::new(),
                "You get this e-mail because this was the address of the account.",
            ),
            Self::TicketReply { subject, author, link } => plain(
                format!("New reply: {}", shown(subject)),
                "Your ticket has a new reply.",
                vec![format!("{} replied to the ticket \"{}\".", shown(author), shown(subject))],
                vec![to_do("Read the reply", link)],
                "You get this e-mail because you take part in this ticket.",
            ),
            Self::TicketAssigned { subject, org, link } => plain(
                format!("Assigned to you: {}", shown(subject)),
                "A ticket was assigned to you.",
                vec![format!("The ticket \"{}\" of {} was assigned to you.", shown(subject), shown(org))],
                vec![to_do("Open the ticket", link)],
                "You get this e-mail because the ticket was assigned to you.",
            ),
            Self::TicketCreated { subject, org, link } => plain(
                format!("New ticket: {}", shown(subject)),
                "There is a new ticket.",
                vec![format!("{} has a new ticket: \"{}\".", shown(org), shown(subject))],
                vec![to_do("Open the ticket", link)],
                "You get this e-mail because you chose to be told of new tickets.",
            ),
            Self::TicketClosed { subject, link } => plain(
                format!("Closed: {}", shown(subject)),
                "Your ticket was closed.",
                vec![format!("Your ticket \"{}\" was closed.", shown(subject))],
                vec![to_do("Open the ticket", link)],
                "You get this e-mail because it is your ticket.",
            ),
            Self::AccountBanned { name, reason, until } => plain(
                format!("Your {brand} account was banned"),
                "You can't sign in for now.",
                vec![
                    hello(name),
                    match until {
                        Some(until) => format!("Your account is banned until {}. Until then it can't be signed in to.", moment(*until)),
                        None => "Your account is banned. It can't be signed in to.".to_owned(),
                    },
                    format!("The reason given: {}", sentence(reason)),
                ],
                Vec::new(),
                "You get this e-mail because this is the address of the account.",
            ),
            Self::OrgSuspended { org, reason } => plain(
                format!("{} was suspended", shown(org)),
                "It can't be used for now. Nothing was removed.",
                vec![
                    format!("The organization {} was suspended. Nobody can use it for now; nothing was removed.", shown(org)),
                    format!("The reason given: {}", sentence(reason)),
                ],
                Vec::new(),
                "You get this e-mail because you are an owner of this organization.",
            ),
            Self::OrgResumed { org, link } => plain(
                format!("{} is active again", shown(org)),
                "The suspension ended.",
                vec![format!("The organization {} can be used again.", shown(org))],
                vec![to_do("Open the organization", link)],
                "You get this e-mail because you are an owner of this organization.",
            ),
            Self::ExportReady { org, link } => plain(
                format!("Your export from {} is ready", shown(org)),
                "It can be downloaded for 7 days.",
                vec![format!("The export that you asked for in {} is ready. It can be downloaded for 7 days.", shown(org))],
                vec![to_do("See the export", link)],
                "You get this e-mail because you asked for the export.",
            ),
            Self::ExportFailed { org, link } => plain(
                format!("Your export from {} could not be made", shown(org)),
                "Ask for it again; if it fails once more, write to support.",
                vec![format!("The export that you asked for in {} could not be made. Ask for it again; if it fails once more, write to support.", shown(org))],
                vec![to_do("See the export", link)],
                "You get this e-mail because you asked for the export.",
            ),
            Self::EndpointDisabled { org, reason, link } => plain(
                format!("A webhook endpoint of {} was switched off", shown(org)),
                "Its events are kept for 14 days.",
                vec![
                    format!("A webhook endpoint of {} was switched off. {}", shown(org), sentence(reason)),
                    "Its events are kept for 14 days. If it is switched on again within that time, it misses nothing.".to_owned(),
                ],
                vec![to_do("Open the organization", link)],
                "You get this e-mail because you administer this organization.",
            ),
            Self::Notice { line, org, about, link } => plain(
                shown(line),
                &sentence(about),
                vec![told(line, org)],
                vec![to_do("See what happened", link)],
                "You get this e-mail because you chose to be told of this.",
            ),
            Self::Billing { news, org, plan, on, link } => {
                let (subject, says) = news.says(org, plan, *on);
                let first = says.first().cloned().unwrap_or_default();
                let steps = vec![to_do("Open billing", link)];
                plain(subject, &first, says, steps, "You get this e-mail because you look after the billing of this organization.")
            }
            Self::SubscriptionChanged { org, plan, link } => plain(
                format!("The subscription of {} changed", shown(org)),
                "See what it is now.",
                vec![format!("The subscription of {} changed. It is on the {} plan now.", shown(org), begun(plan))],
                vec![to_do("See the plan", link)],
                "You get this e-mail because you look after the billing of this organization.",
            ),
        }
    }
}

/// A role or a plan as it is stored, as it is read: `admin` is Admin.
fn begun(word: &str) -> String {
    let word = shown(word);
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// The line of a notice as a sentence, with the organization that it is about where it doesn't name it.
fn told(line: &str, org: &str) -> String {
    let (line, org) = (sentence(line), shown(org));
    if line.contains(&org) { format!("{line}.") } else { format!("{line} ({org}).") }
}
