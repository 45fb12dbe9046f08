//! Every audit action there is. A route names the ones it records; a downstream product adds its own here.

use kernel::Action;

/// A ticket was created.
pub const TICKET_CREATED: Action = Action::new("ticket.created");
/// A ticket was changed.
pub const TICKET_UPDATED: Action = Action::new("ticket.updated");
/// A comment was added to a ticket.
pub const TICKET_COMMENTED: Action = Action::new("ticket.commented");
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
/// The subscription at the provider was found changed, and the plan follows it.
pub const SUBSCRIPTION_SYNCED: Action = Action::new("subscription.synced");
/// A retention rule removed what was past its time.
pub const RETENTION_APPLIED: Action = Action::new("retention.applied");
/// Somebody signed in.
pub const SIGNED_IN: Action = Action::new("session.created");
/// A sign-in failed.
pub const SIGN_IN_FAILED: Action = Action::new("session.refused");
/// Somebody signed out.
pub const SIGNED_OUT: Action = Action::new("session.ended");

// ── Organizations ──

/// An organization was made.
pub const ORG_CREATED: Action = Action::new("organization.created");
/// Its name changed.
pub const ORG_UPDATED: Action = Action::new("organization.updated");
/// Its slug changed, and with it the addresses of its pages and its portal.
pub const ORG_SLUG_CHANGED: Action = Action::new("organization.slug_changed");
/// Its colors changed.
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
