//! Every audit action there is. A route names the ones it records; a downstream product adds its own here.

use kernel::Action;

/// A ticket was created.
pub const TICKET_CREATED: Action = Action::new("ticket.created");
/// A ticket was changed.
pub const TICKET_UPDATED: Action = Action::new("ticket.updated");
/// A comment was added to a ticket.
pub const TICKET_COMMENTED: Action = Action::new("ticket.commented");
/// A customer was added, and invited to the portal.
pub const CUSTOMER_INVITED: Action = Action::new("customer.invited");
/// A customer's invitation was sent again.
pub const CUSTOMER_INVITATION_RESENT: Action = Action::new("customer.invitation_resent");
/// A customer's invitation was canceled.
pub const CUSTOMER_INVITATION_CANCELED: Action = Action::new("customer.invitation_canceled");
/// A customer's name was changed.
pub const CUSTOMER_UPDATED: Action = Action::new("customer.updated");
/// A customer was blocked.
pub const CUSTOMER_BLOCKED: Action = Action::new("customer.blocked");
/// A blocked customer was let in again.
pub const CUSTOMER_UNBLOCKED: Action = Action::new("customer.unblocked");
/// An export was asked for.
pub const EXPORT_REQUESTED: Action = Action::new("export.requested");
/// An export was finished.
pub const EXPORT_READY: Action = Action::new("export.ready");
/// An export could not be made.
pub const EXPORT_FAILED: Action = Action::new("export.failed");
/// An export was downloaded.
pub const EXPORT_DOWNLOADED: Action = Action::new("export.downloaded");
/// A webhook endpoint was added.
pub const ENDPOINT_CREATED: Action = Action::new("webhook_endpoint.created");
/// A webhook endpoint was changed, paused or switched on again.
pub const ENDPOINT_UPDATED: Action = Action::new("webhook_endpoint.updated");
/// A test message was sent to a webhook endpoint.
pub const ENDPOINT_TESTED: Action = Action::new("webhook_endpoint.tested");
/// A webhook endpoint was removed.
pub const ENDPOINT_DELETED: Action = Action::new("webhook_endpoint.deleted");
/// A webhook endpoint was switched off.
pub const ENDPOINT_DISABLED: Action = Action::new("webhook_endpoint.disabled");
/// A delivery was put back to be tried again.
pub const DELIVERY_RETRIED: Action = Action::new("webhook_delivery.retried");
/// Keys and endpoints were paused because the plan allows fewer, or woken because it allows them again.
pub const PLAN_FITTED: Action = Action::new("plan.fitted");
/// The organization was told that a limit of its plan is nearly or wholly used up.
pub const LIMIT_NOTICED: Action = Action::new("limit.noticed");
/// The subscription at the provider was found changed, and the plan follows it.
pub const SUBSCRIPTION_SYNCED: Action = Action::new("subscription.synced");
/// What is granted was judged again: an override or a grace period ended, or nears its end.
pub const ENTITLEMENT_JUDGED: Action = Action::new("subscription.entitlement_judged");
/// Somebody went to the payment provider's page to buy a plan.
pub const CHECKOUT_STARTED: Action = Action::new("checkout.started");
/// A purchase that was begun was given up.
pub const CHECKOUT_GIVEN_UP: Action = Action::new("checkout.given_up");
/// Somebody came back from the payment provider's page, and the purchase was looked at.
pub const CHECKOUT_LOOKED_AT: Action = Action::new("checkout.looked_at");
/// Somebody asked what a change would cost.
pub const SUBSCRIPTION_PREVIEWED: Action = Action::new("subscription.previewed");
/// Plan, interval or seats were changed.
pub const SUBSCRIPTION_CHANGED: Action = Action::new("subscription.changed");
/// The subscription was set to end with its period.
pub const SUBSCRIPTION_END_SET: Action = Action::new("subscription.end_set");
/// A pending end was taken back.
pub const SUBSCRIPTION_KEPT: Action = Action::new("subscription.kept");
/// The subscription was ended at once.
pub const SUBSCRIPTION_CANCELED: Action = Action::new("subscription.canceled");
/// The organization became a customer of the payment provider, or a new one in the place of one that is gone.
pub const BILLING_CUSTOMER_LINKED: Action = Action::new("billing.customer_linked");
/// Somebody had the payment provider read again.
pub const BILLING_READ_AGAIN: Action = Action::new("billing.read_again");
/// Somebody went to the payment provider's portal, or looked whether there is one.
pub const BILLING_PORTAL_OPENED: Action = Action::new("billing.portal_opened");
/// An operator repaired an organization's billing, or tried to.
pub const BILLING_REPAIRED: Action = Action::new("billing.repaired");
/// A retention rule removed what was past its time.
pub const RETENTION_APPLIED: Action = Action::new("retention.applied");
/// Somebody signed in.
pub const SIGNED_IN: Action = Action::new("session.created");
/// The first factor of a sign-in was right; the second is outstanding.
pub const FIRST_FACTOR_PASSED: Action = Action::new("session.first_factor");
/// A sign-in failed.
pub const SIGN_IN_FAILED: Action = Action::new("session.refused");
/// Somebody signed out.
pub const SIGNED_OUT: Action = Action::new("session.ended");
/// Somebody asked for an account; there is none until the address is confirmed.
pub const SIGN_UP_REQUESTED: Action = Action::new("sign_up.requested");
/// An account was made, once its address was confirmed.
pub const ACCOUNT_CREATED: Action = Action::new("account.created");
/// Somebody changed their own name.
pub const ACCOUNT_UPDATED: Action = Action::new("account.updated");
/// A link to sign in was asked for.
pub const SIGN_IN_LINK_REQUESTED: Action = Action::new("sign_in_link.requested");
/// A link to set a new password was asked for.
pub const PASSWORD_RESET_REQUESTED: Action = Action::new("password_reset.requested");
/// A link that was asked for went to its account: one to sign in.
pub const SIGN_IN_LINK_SENT: Action = Action::new("sign_in_link.sent");
/// A link that was asked for went to its account: one to set a new password.
pub const PASSWORD_RESET_SENT: Action = Action::new("password_reset.sent");
/// The link of a sign-up went to the address that was given.
pub const SIGN_UP_SENT: Action = Action::new("sign_up.sent");
/// A new password was set by a link.
pub const PASSWORD_RESET: Action = Action::new("password.reset");
/// Somebody changed their password.
pub const PASSWORD_CHANGED: Action = Action::new("password.changed");
/// Somebody asked for another address.
pub const ADDRESS_CHANGE_REQUESTED: Action = Action::new("address_change.requested");
/// An account's address was changed, once the new one was confirmed.
pub const ADDRESS_CHANGED: Action = Action::new("address.changed");
/// A change of address was undone from the old one.
pub const ADDRESS_RESTORED: Action = Action::new("address.restored");
/// An authenticator app was added.
pub const FACTOR_ADDED: Action = Action::new("second_factor.added");
/// An authenticator app was removed.
pub const FACTOR_REMOVED: Action = Action::new("second_factor.removed");
/// A code of a second factor was wrong.
pub const FACTOR_REFUSED: Action = Action::new("second_factor.refused");
/// New recovery codes took the place of the old ones.
pub const RECOVERY_CODES_REPLACED: Action = Action::new("recovery_codes.replaced");
/// Somebody proved again who they are.
pub const IDENTITY_CONFIRMED: Action = Action::new("session.confirmed");
/// Somebody failed to prove again who they are.
pub const IDENTITY_REFUSED: Action = Action::new("session.confirmation_refused");
/// Somebody ended sessions of their own.
pub const SESSIONS_ENDED: Action = Action::new("session.others_ended");
/// The first operator was made.
pub const DEPLOYMENT_SET_UP: Action = Action::new("deployment.set_up");
/// An invitation was accepted.
pub const INVITATION_ACCEPTED: Action = Action::new("invitation.accepted");
/// An invitation was declined.
pub const INVITATION_DECLINED: Action = Action::new("invitation.declined");
/// A customer opened the account that they were invited to, or that they asked for.
pub const CUSTOMER_JOINED: Action = Action::new("customer.joined");
/// Somebody chose light or dark. Kept in their browser only, so it is never written down.
pub const THEME_CHOSEN: Action = Action::new("theme.chosen");

// ── Organizations ──

/// An organization was made.
pub const ORG_CREATED: Action = Action::new("organization.created");
/// Its name changed.
pub const ORG_UPDATED: Action = Action::new("organization.updated");
/// Its slug changed, and with it the addresses of its pages and its portal.
pub const ORG_SLUG_CHANGED: Action = Action::new("organization.slug_changed");
/// Its colors or its logo changed.
pub const ORG_BRANDING_CHANGED: Action = Action::new("organization.branding_changed");
/// Its portal was opened, closed, or its sign-up switched.
pub const ORG_PORTAL_CHANGED: Action = Action::new("organization.portal_changed");
/// What its members must prove, how long their sessions last, or what support may do changed.
pub const ORG_SECURITY_CHANGED: Action = Action::new("organization.security_changed");
/// The checklist of first steps was put away.
pub const ORG_STEPS_HIDDEN: Action = Action::new("organization.steps_hidden");
/// It is being deleted: nothing of it is served any more.
pub const ORG_DELETED: Action = Action::new("organization.deleted");
/// Its deletion was canceled.
pub const ORG_RESTORED: Action = Action::new("organization.restored");
/// Its data was removed for good.
pub const ORG_PURGED: Action = Action::new("organization.purged");
/// Somebody was invited.
pub const INVITATION_CREATED: Action = Action::new("invitation.created");
/// An invitation was sent again, with a new link.
pub const INVITATION_RESENT: Action = Action::new("invitation.resent");
/// An invitation was taken back.
pub const INVITATION_CANCELED: Action = Action::new("invitation.canceled");
/// A member was removed.
pub const MEMBER_REMOVED: Action = Action::new("member.removed");
/// A member left.
pub const MEMBER_LEFT: Action = Action::new("member.left");
/// A member's role changed.
pub const MEMBER_ROLE_CHANGED: Action = Action::new("member.role_changed");
/// Ownership was handed over.
pub const OWNERSHIP_TRANSFERRED: Action = Action::new("organization.ownership_transferred");
/// A domain was added.
pub const DOMAIN_ADDED: Action = Action::new("domain.added");
/// A domain's proof was looked up.
pub const DOMAIN_CHECKED: Action = Action::new("domain.checked");
/// A domain was removed.
pub const DOMAIN_REMOVED: Action = Action::new("domain.removed");
/// Somebody read what they were told.
pub const NOTIFICATIONS_READ: Action = Action::new("notifications.read");
/// Somebody chose what they are told of.
pub const NOTIFICATIONS_CHOSEN: Action = Action::new("notifications.chosen");
/// An operator suspended the organization.
pub const ORG_SUSPENDED: Action = Action::new("organization.suspended");
/// An operator resumed the organization.
pub const ORG_RESUMED: Action = Action::new("organization.resumed");
/// An operator banned a staff account.
pub const USER_BANNED: Action = Action::new("user.banned");
/// An operator lifted the ban of a staff account.
pub const USER_UNBANNED: Action = Action::new("user.unbanned");
/// An operator ended every session of a staff account.
pub const USER_SIGNED_OUT: Action = Action::new("user.sessions_ended");
/// An operator had a link for a new password sent to a staff account.
pub const USER_RESET_SENT: Action = Action::new("user.password_reset_sent");
/// Somebody became an operator.
pub const OPERATOR_ADDED: Action = Action::new("operator.added");
/// An operator's role changed.
pub const OPERATOR_ROLE_CHANGED: Action = Action::new("operator.role_changed");
/// Somebody is no operator any more.
pub const OPERATOR_REMOVED: Action = Action::new("operator.removed");
/// An operator put a dead job back.
pub const JOB_REPLAYED: Action = Action::new("job.replayed");
/// An operator canceled a job.
pub const JOB_CANCELED: Action = Action::new("job.canceled");
/// An operator put a mail back that was given up.
pub const MAIL_REPLAYED: Action = Action::new("mail.replayed");
/// An operator dismissed a queue message that nobody could use.
pub const DEAD_LETTER_DISMISSED: Action = Action::new("dead_letter.dismissed");
/// A customer downloaded what is held about them.
pub const CUSTOMER_DATA_DOWNLOADED: Action = Action::new("customer.data_downloaded");
/// A customer deleted their account.
pub const CUSTOMER_DELETED: Action = Action::new("customer.deleted");
