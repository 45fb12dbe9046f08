// Products and prices. A product is known by its plan in the metadata, a price by its lookup key.

/** Makes a product for each plan and a price for each lookup key; corrects what differs. */
export async function catalog(stripe, want, change, say) {
  const { known_by: knownBy, prices } = want;
  const held = await pricesOf(stripe, prices.map((price) => price.lookup_key));
  for (const plan of new Set(prices.map((price) => price.plan))) {
    const ours = prices.filter((price) => price.plan === plan);
    const product = await productOf(stripe, knownBy.product, ours, held, change);
    for (const price of ours) await priceOf(stripe, knownBy.price, price, product, held.get(price.lookup_key), change, say);
  }
}

/** The prices that hold these lookup keys now, by key. */
async function pricesOf(stripe, keys) {
  const held = new Map();
  // Stripe takes ten keys in one call.
  for (let at = 0; at < keys.length; at += 10) {
    for await (const price of stripe.prices.list({ lookup_keys: keys.slice(at, at + 10), limit: 100 })) held.set(price.lookup_key, price);
  }
  return held;
}

/** The plan's product, as it is to be; undefined in a dry run that would make it. */
async function productOf(stripe, planKey, ours, held, change) {
  const [{ plan, name }] = ours;
  const want = { name, active: true, metadata: { [planKey]: plan } };
  const found = await findProduct(stripe, planKey, plan, ours, held);
  if (!found) return change(`create the product ${name}`, () => stripe.products.create(want));
  if (found.name === name && found.active && found.metadata?.[planKey] === plan) return found;
  await change(`correct the product ${name} (${found.id})`, () => stripe.products.update(found.id, want));
  return found;
}

async function findProduct(stripe, planKey, plan, ours, held) {
  for await (const product of stripe.products.list({ limit: 100 })) {
    if (product.metadata?.[planKey] === plan) return product;
  }
  // Made by hand, or before products were marked: then what its price sells is the plan.
  const [price] = ours.map((one) => held.get(one.lookup_key)).filter(Boolean);
  return price && stripe.products.retrieve(idOf(price.product));
}

/** Amounts can't be changed at Stripe: a new price takes the lookup key over, and who bought before stays on the old one. */
async function priceOf(stripe, lookupKeyKey, want, product, found, change, say) {
  const text = `${want.lookup_key} at ${amount(want)}`;
  const create = (more) => stripe.prices.create({
    product: product.id,
    currency: want.currency,
    unit_amount: want.unit_amount,
    recurring: { interval: want.interval },
    lookup_key: want.lookup_key,
    // Stays when the lookup key goes on to another price.
    metadata: { [lookupKeyKey]: want.lookup_key },
    ...more,
  });
  if (!found) return change(`create the price ${text}`, () => create({}));
  const same = found.currency === want.currency && found.unit_amount === want.unit_amount && found.recurring?.interval === want.interval &&
    (found.recurring?.interval_count ?? 1) === 1 && idOf(found.product) === product?.id;
  if (!same) {
    await markOld(stripe, lookupKeyKey, found, change);
    await change(`create the price ${text} and move the lookup key to it from ${found.id} (${amount(found)})`, () => create({ transfer_lookup_key: true }));
    say(`  whoever subscribed to ${found.id} stays on it; change those subscriptions in the dashboard if they are to pay the new price`);
    return;
  }
  const right = found.active && found.metadata?.[lookupKeyKey] === want.lookup_key;
  if (!right) {
    const update = { active: true, metadata: { [lookupKeyKey]: want.lookup_key } };
    await change(`correct the price ${want.lookup_key} (${found.id})`, () => stripe.prices.update(found.id, update));
  }
}

/** A price that loses its lookup key must still say which plan it sells, before it loses it. */
async function markOld(stripe, lookupKeyKey, found, change) {
  if (found.metadata?.[lookupKeyKey] === found.lookup_key) return;
  const update = { metadata: { [lookupKeyKey]: found.lookup_key } };
  await change(`note ${found.lookup_key} on the old price ${found.id}`, () => stripe.prices.update(found.id, update));
}

const idOf = (reference) => (typeof reference === "string" ? reference : reference?.id);

function amount({ unit_amount: cents, currency, interval, recurring }) {
  const digits = new Intl.NumberFormat("en-US", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
  const money = new Intl.NumberFormat("en-US", { style: "currency", currency }).format((cents ?? 0) / 10 ** digits);
  return `${money} a seat and ${interval ?? recurring?.interval}`;
}
