// `ours` and `theirs` are the two values; one that is left out is a value that is not there. Whether Stripe itself agrees with either
// was not tried: "recorded" is what the other emulator's source says of its own recordings of Stripe.
const attach = "ours takes a card that never pays, so that a later charge can fail; Stripe refuses to attach it";
const charges = "ours has no charges";

/** Differences that somebody looked at. One that is no longer there fails the run. */
export const REVIEWED = [
  { at: "unknown price/param", ours: "items[0][price]", theirs: "price", why: "creating, both name the whole path; theirs doesn't when changing" },
  { at: "subscribing an unknown customer/statusCode", ours: 400, theirs: 404, why: "recorded as 404; our client goes by code and parameter" },
  { at: "change what ended/code", theirs: "invalid_canceled_subscription_fields", why: "recorded with this code; ours has type and message only" },
  { at: "a card that is declined at once", ours: "accepted", why: attach },
  { at: "a card that is declined at once/type", theirs: "StripeCardError", why: attach },
  { at: "a card that is declined at once/statusCode", theirs: 402, why: attach },
  { at: "a card that is declined at once/code", theirs: "card_declined", why: attach },
  { at: "a card that is declined at once/decline_code", theirs: "generic_decline", why: attach },
  { at: "a card that fails when charged/status", ours: "active", theirs: "incomplete", why: "in ours it pays the first time, so that a renewal can fail" },
  { at: "lists of subscriptions/plain/0", theirs: "canceled", why: "Stripe's documentation: without a status, canceled ones are left out" },
  { at: "types of events/charge.failed", theirs: true, why: charges },
  { at: "types of events/charge.succeeded", theirs: true, why: charges },
  { at: "types of events/invoiceitem.created", theirs: true, why: "ours tells of prorations as lines of the invoice only" },
  { at: "types of events/invoice.updated", ours: true, why: "ours tells of a declined attempt as a change of the invoice, too" },
  { at: "what was before/status", ours: true, why: "in ours a subscription begins incomplete and an event tells that its payment made it active; theirs begins active" },
  { at: "what was before/", theirs: true, why: "theirs tells of an update that changed nothing" },
];
