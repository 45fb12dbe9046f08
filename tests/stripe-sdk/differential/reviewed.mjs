// `ours` and `theirs` are the two values; one that is left out is a value that is not there. Whether Stripe itself agrees with either
// was not tried: "recorded" is what the other emulator's source says of its own recordings of Stripe.

/** Differences that somebody looked at. One that is no longer there fails the run. */
export const REVIEWED = [
  { at: "unknown price/param", ours: "items[0][price]", theirs: "price", why: "creating, both name the whole path; theirs doesn't when changing" },
  { at: "subscribing an unknown customer/statusCode", ours: 400, theirs: 404, why: "what a parameter names and is not there is 400 resource_missing with that parameter; 404 is for what the path names" },
  { at: "lists of subscriptions/plain/0", theirs: "canceled", why: "Stripe's documentation: without a status, canceled ones are left out" },
  { at: "types of events/charge.failed", theirs: true, why: "ours has no charges that failed" },
  { at: "types of events/payment_intent.created", theirs: true, why: "ours makes and confirms a payment intent at once" },
  { at: "types of events/payment_intent.payment_failed", theirs: true, why: "ours keeps no payment intent that failed" },
  { at: "types of events/invoiceitem.created", theirs: true, why: "ours tells of prorations as lines of the invoice only" },
  { at: "types of events/invoice.updated", ours: true, why: "ours tells of a declined attempt as a change of the invoice, too" },
  { at: "what was before/status", ours: true, why: "in ours a subscription begins incomplete and an event tells that its payment made it active; theirs begins active" },
  { at: "what was before/", theirs: true, why: "theirs tells of an update that changed nothing" },
];
