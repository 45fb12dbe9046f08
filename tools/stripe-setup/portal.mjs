// The customer portal's configuration. Cards, invoices, receipts, addresses and tax ids live there and only there; plan, seats and the
// end of a subscription are Portico's, which knows what would be over the limits.

const FEATURES = {
  customer_update: { enabled: true, allowed_updates: ["address", "tax_id"] },
  invoice_history: { enabled: true },
  payment_method_update: { enabled: true },
  subscription_cancel: { enabled: false },
  subscription_update: { enabled: false },
};

/** Makes our configuration, or corrects it. Other configurations are left alone. */
export async function portal(stripe, want, change) {
  const [key, value] = want.known_by.portal;
  let found;
  for await (const one of stripe.billingPortal.configurations.list({ limit: 100 })) {
    if (one.metadata?.[key] === value && (!found || one.active)) found = one;
  }
  if (!found) {
    const create = { features: FEATURES, metadata: { [key]: value } };
    await change("create the customer portal's configuration", () => stripe.billingPortal.configurations.create(create));
    return;
  }
  const wrong = Object.entries(FEATURES).filter(([name, feature]) => !fits(feature, found.features?.[name])).map(([name]) => name);
  if (found.active && wrong.length === 0) return;
  const what = [...(found.active ? [] : ["active"]), ...wrong].join(", ");
  const update = { active: true, features: FEATURES };
  await change(`correct the customer portal's configuration ${found.id} (${what})`, () => stripe.billingPortal.configurations.update(found.id, update));
}

/** Whether what is there has everything that is wanted, whatever else it has. */
function fits(want, there) {
  return Object.entries(want).every(([name, value]) => {
    const held = there?.[name];
    return Array.isArray(value) ? Array.isArray(held) && [...held].sort().join() === [...value].sort().join() : held === value;
  });
}
