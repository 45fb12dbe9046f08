// The webhook endpoint: exactly the events that are read, written as the pinned version of the API has them.

/** Makes the endpoint at `url`, or corrects it. Resolves to it when it is new: only then does Stripe say its secret. */
export async function endpoint(stripe, want, url, change, say) {
  const { api_version: version, events } = want;
  const there = [];
  for await (const one of stripe.webhookEndpoints.list({ limit: 100 })) if (one.url === url) there.push(one);
  const ours = there.find((one) => one.api_version === version);
  if (!ours) {
    const create = { url, enabled_events: events, api_version: version, description: "Portico" };
    const made = await change(`create the webhook endpoint ${url} (${events.length} events, API version ${version})`, () => stripe.webhookEndpoints.create(create));
    // An endpoint's version can't be changed. Both deliver the same events under the same ids, so nothing counts twice meanwhile.
    for (const old of there) {
      say(`  ${old.id} at the same address has API version ${old.api_version ?? "of the account"}: delete it in the dashboard once the new secret is deployed`);
    }
    return made;
  }
  const right = [...ours.enabled_events].sort().join() === [...events].sort().join();
  if (right && ours.status === "enabled") return undefined;
  const what = [...(right ? [] : ["events"]), ...(ours.status === "enabled" ? [] : ["disabled"])].join(", ");
  await change(`correct the webhook endpoint ${ours.id} (${what})`, () => stripe.webhookEndpoints.update(ours.id, { enabled_events: events, disabled: false }));
  return undefined;
}
