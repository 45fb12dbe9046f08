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
