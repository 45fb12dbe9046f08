// The emulator's hosted pages in a browser: bought with the keyboard and without JavaScript, in both themes, from 320 pixels on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { TEAM, emulator, receiver } from "../stripe-sdk/native.mjs";
import { axe, launch, overflow, watched } from "./browser.mjs";

let e;
let shop;
let browser;
before(async () => {
  [e, shop, browser] = await Promise.all([emulator(), receiver(), launch()]);
});
after(async () => {
  await browser?.close();
  await Promise.all([e?.end(), shop?.close()]);
});

const checkout = (more = {}) =>
  e.stripe.checkout.sessions.create({
    mode: "subscription", line_items: [{ price: TEAM, quantity: 2 }], success_url: `${shop.url}?bought={CHECKOUT_SESSION_ID}`, cancel_url: `${shop.url}?canceled`, ...more,
  });
const press = async (page, name) => {
  await page.getByRole("button", { name }).focus();
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
};

test("without JavaScript: declined, paid, and back in the shop, which is another origin", async () => {
  const { context, wrongs } = await watched(browser, { javaScriptEnabled: false });
  const page = await context.newPage();
  const session = await checkout();
  await page.goto(session.url);
  await page.getByLabel("Email").fill("buyer@example.com");
  await page.getByLabel("4000 0000 0000 0002").check();
  await press(page, "Pay $18.00");
  assert.equal(await page.getByRole("alert").innerText(), "Your card was declined.");
  await page.getByLabel("Email").fill("buyer@example.com");
  await page.getByLabel("4242 4242 4242 4242").check();
  await press(page, "Pay $18.00");
  assert.equal(page.url(), `${shop.url}?bought=${session.id}`);
  await page.goto(session.url);
  await page.getByRole("link", { name: "Continue" }).click();
  assert.equal(page.url(), `${shop.url}?bought=${session.id}`);
  const other = await checkout();
  await page.goto(other.url);
  await page.getByRole("link", { name: "Cancel and go back" }).click();
  assert.equal(page.url(), `${shop.url}?canceled`);

  const { customer } = await e.stripe.checkout.sessions.retrieve(session.id);
  const visit = await e.stripe.billingPortal.sessions.create({ customer, return_url: `${shop.url}?back` });
  await page.goto(visit.url);
  await page.getByLabel("Quantity").fill("4");
  await press(page, "Change subscription");
  await press(page, "Cancel at the end of the period");
  await press(page, "Don't cancel");
  assert.match(await page.innerText("main"), /4 × \$9\.00 every month/);
  await page.getByRole("link", { name: "Return" }).click();
  assert.equal(page.url(), `${shop.url}?back`);
  assert.deepEqual(wrongs, []);
  await context.close();
});

test("every page is accessible in both themes and fits on 320 pixels", async () => {
  const open = await checkout({ line_items: [{ price: TEAM, quantity: 2, adjustable_quantity: { enabled: true } }] });
  const closed = await e.stripe.checkout.sessions.expire((await checkout()).id);
  const customer = await e.stripe.customers.create({ name: "A company with quite a long name, Limited", payment_method: "pm_card_visa" });
  const { latest_invoice: invoice } = await e.stripe.subscriptions.create({ customer: customer.id, items: [{ price: TEAM, quantity: 30 }], expand: ["latest_invoice"] });
  const visit = await e.stripe.billingPortal.sessions.create({ customer: customer.id, return_url: shop.url });
  const pages = [open.url, `${e.origin}/checkout/${closed.id}`, visit.url, invoice.hosted_invoice_url, `${e.origin}/_emulator`, `${e.origin}/portal/none`];
  for (const colorScheme of ["light", "dark"]) {
    const { context, wrongs } = await watched(browser, { colorScheme, viewport: { width: 320, height: 640 } });
    const page = await context.newPage();
    for (const url of pages) {
      await page.goto(url);
      assert.deepEqual(await axe(page), [], `${colorScheme} ${url}`);
      assert.equal(await overflow(page), 0, `${colorScheme} ${url} scrolls sideways`);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${colorScheme}-${pages.indexOf(url)}.png`, fullPage: true });
    }
    assert.deepEqual(wrongs, []);
    await context.close();
  }
});
