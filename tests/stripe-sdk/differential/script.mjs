// The calls of the differential run, and what is looked at after each: no ids and no times, which are each emulator's own.

const price = (product, unit_amount, lookup_key) => ({ product, unit_amount, lookup_key, currency: "usd", recurring: { interval: "month" } });

/** What a refusal says to a program; "accepted" when there was none. */
const refusal = (promise) =>
  promise.then(
    () => "accepted",
    ({ type, statusCode, code, decline_code, param }) => ({ type, statusCode, code, decline_code, param }),
  );

const sorted = (values) => Object.fromEntries([...new Set(values)].sort().map((value) => [value, true]));

/** Makes the calls one after the other; resolves to what each step showed, by the step's name. `card` names a test card by what it does. */
export async function observe(stripe, card) {
  const seen = {};
  const product = await stripe.products.create({ name: "Seats" });
  const larger = await stripe.products.create({ name: "More seats" });
  const team = await stripe.prices.create(price(product.id, 1_000, "differential_team"));
  const business = await stripe.prices.create(price(larger.id, 2_500, "differential_business"));
  const { data: found } = await stripe.prices.list({ lookup_keys: ["differential_team"] });
  seen["price by lookup key"] = found.map(({ id, unit_amount, type, recurring, active }) => ({ found: id === team.id, unit_amount, type, interval: recurring.interval, active }));
  seen["lookup key in use"] = await refusal(stripe.prices.create(price(product.id, 1, "differential_team")));

  const customer = await stripe.customers.create({ email: "seats@example.com", name: "Ä & Co", metadata: { org: "1" } });
  const shape = ({ status, cancel_at_period_end, cancel_at, canceled_at, ended_at, items }) => ({
    status, cancel_at_period_end, cancel_at: cancel_at !== null, canceled_at: canceled_at !== null, ended_at: ended_at !== null,
    items: items.data.map(({ price, quantity }) => ({ price: price.lookup_key, quantity })),
  });
  const invoice = ({ status, total, amount_due, amount_paid, amount_remaining, billing_reason, lines }) => ({
    status, total, amount_due, amount_paid, amount_remaining, billing_reason, lines: sorted(lines.data.map(({ amount, quantity }) => `${quantity} for ${amount}`)),
  });
  const whole = (subscription) => ({ ...shape(subscription), invoice: invoice(subscription.latest_invoice) });
  const expand = ["latest_invoice"];

  seen["without a card"] = await refusal(stripe.subscriptions.create({ customer: customer.id, items: [{ price: team.id }], payment_behavior: "error_if_incomplete" }));
  const visa = await stripe.paymentMethods.attach(await card("pays"), { customer: customer.id });
  seen.card = { type: visa.type, brand: visa.card.brand, last4: visa.card.last4 };
  await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: visa.id } });
  const bought = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: team.id, quantity: 2 }], expand });
  seen.subscribe = whole(bought);
  const [{ id: item }] = bought.items.data;
  const change = (items, more = {}) => stripe.subscriptions.update(bought.id, { items: [{ id: item, ...items }], proration_behavior: "always_invoice", expand, ...more });

  seen["more seats"] = whole(await change({ quantity: 5 }));
  seen["fewer seats"] = whole(await change({ quantity: 3 }));
  seen["another plan"] = whole(await change({ price: business.id, quantity: 3 }));
  seen["no proration"] = whole(await change({ quantity: 4 }, { proration_behavior: "none" }));
  seen["the same again"] = whole(await change({ quantity: 4 }));
  seen["unknown price"] = await refusal(change({ price: "price_nowhere" }));
  seen["unknown parameter"] = await refusal(stripe.customers.create({ colour: "red" }));
  seen["unknown parameter within"] = await refusal(change({ qty: 1 }));
  seen["a word for a number"] = await refusal(change({ quantity: "many" }));
  seen["unknown choice"] = await refusal(change({ quantity: 5 }, { proration_behavior: "sometimes" }));
  seen["unknown customer"] = await refusal(stripe.customers.retrieve("cus_nowhere"));
  seen["unknown subscription"] = await refusal(stripe.subscriptions.retrieve("sub_nowhere"));
  seen["subscribing an unknown customer"] = await refusal(stripe.subscriptions.create({ customer: "cus_nowhere", items: [{ price: team.id }] }));
  seen["subscribing to an unknown price"] = await refusal(stripe.subscriptions.create({ customer: customer.id, items: [{ price: "price_nowhere" }] }));
  seen["subscribing to nothing"] = await refusal(stripe.subscriptions.create({ customer: customer.id }));
  seen["unchanged by refusals"] = shape(await stripe.subscriptions.retrieve(bought.id));

  seen["end at the period's end"] = shape(await stripe.subscriptions.update(bought.id, { cancel_at_period_end: true }));
  seen["keep it"] = shape(await stripe.subscriptions.update(bought.id, { cancel_at_period_end: false }));

  seen["a card that is declined at once"] = await refusal(stripe.paymentMethods.attach(await card("can't be attached"), { customer: customer.id }));
  const late = await stripe.customers.create({ email: "late@example.com" });
  const bad = await stripe.paymentMethods.attach(await card("fails when charged"), { customer: late.id });
  await stripe.customers.update(late.id, { invoice_settings: { default_payment_method: bad.id } });
  const start = (payment_behavior) => stripe.subscriptions.create({ customer: late.id, items: [{ price: team.id, quantity: 1 }], payment_behavior, expand });
  seen["declined, as an error"] = await refusal(start("error_if_incomplete"));
  seen["nothing was bought"] = { subscriptions: (await stripe.subscriptions.list({ customer: late.id, status: "all" })).data.length };
  seen["declined, left incomplete"] = whole(await start("allow_incomplete"));

  const pay = async (does) => stripe.paymentIntents.create({ amount: 2_000, currency: "usd", payment_method_types: ["card"], payment_method: await card(does), confirm: true });
  const charged = ({ amount, amount_refunded, refunded, disputed, status, paid }) => ({ amount, amount_refunded, refunded, disputed, status, paid });
  const refund = ({ amount, status, reason, currency }) => ({ amount, status, reason, currency });
  const once = await pay("pays");
  const chargeOf = async ({ latest_charge }) => charged(await stripe.charges.retrieve(latest_charge));
  seen["paid once"] = { status: once.status, received: once.amount_received, charge: await chargeOf(once) };
  seen["a part given back"] = refund(await stripe.refunds.create({ payment_intent: once.id, amount: 500, reason: "requested_by_customer" }));
  seen["more than is left"] = await refusal(stripe.refunds.create({ payment_intent: once.id, amount: 1_501 }));
  seen["nothing given back"] = await refusal(stripe.refunds.create({ payment_intent: once.id, amount: 0 }));
  seen["the rest given back"] = refund(await stripe.refunds.create({ charge: once.latest_charge }));
  seen["given back again"] = await refusal(stripe.refunds.create({ charge: once.latest_charge }));
  seen["after refunds"] = await chargeOf(once);
  seen["refunds"] = (await stripe.refunds.list({ charge: once.latest_charge })).data.map(refund);
  seen["declined once"] = await refusal(pay("fails when charged"));
  const disputeOf = async ({ latest_charge }) => {
    const { data: [{ amount, status, reason, currency, is_charge_refundable, balance_transactions }] } = await stripe.disputes.list({ charge: latest_charge });
    return { amount, status, reason, currency, is_charge_refundable, moved: balance_transactions.map((moved) => moved.amount) };
  };
  const disputed = await pay("is disputed");
  seen["a dispute"] = { ...(await disputeOf(disputed)), charge: await chargeOf(disputed) };
  seen["giving back what is disputed"] = await refusal(stripe.refunds.create({ charge: disputed.latest_charge }));
  const { data: [dispute] } = await stripe.disputes.list({ charge: disputed.latest_charge });
  seen["giving in"] = { status: (await stripe.disputes.close(dispute.id)).status, ...(await disputeOf(disputed)) };
  seen["giving in again"] = await refusal(stripe.disputes.close(dispute.id));
  seen["an inquiry"] = await disputeOf(await pay("is asked about"));

  const end = await stripe.subscriptions.cancel(bought.id);
  seen["end now"] = shape(end);
  seen["end again"] = await refusal(stripe.subscriptions.cancel(bought.id));
  seen["change what ended"] = await refusal(change({ quantity: 9 }));
  const list = async (more) => (await stripe.subscriptions.list({ customer: customer.id, ...more })).data.map(({ status }) => status);
  seen["lists of subscriptions"] = { plain: await list({}), all: await list({ status: "all" }), canceled: await list({ status: "canceled" }), active: await list({ status: "active" }) };
  const { data: invoices } = await stripe.invoices.list({ customer: customer.id, limit: 100 });
  seen.invoices = invoices.map(invoice);
  seen["invoices of a status"] = { paid: (await stripe.invoices.list({ customer: customer.id, status: "paid" })).data.length, open: (await stripe.invoices.list({ customer: late.id, status: "open" })).data.length };

  const types = [];
  for await (const event of stripe.events.list({ limit: 100 })) types.push([event.type, event]);
  seen["types of events"] = sorted(types.map(([type]) => type));
  const changed = types.filter(([type, { data }]) => type === "customer.subscription.updated" && data.object.id === bought.id);
  seen["what was before"] = sorted(changed.map(([, { data }]) => Object.keys(data.previous_attributes ?? {}).sort().join(" ")));
  return seen;
}
