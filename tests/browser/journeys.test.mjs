// The main journeys as people go them, each with JavaScript and without; five of them by keyboard alone.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { portico, until } from "../e2e/portico.mjs";
import { PASSWORD, axe, launch, overflow, signIn, totp } from "./browser.mjs";
import { fine, journeys, path, press, says } from "./journey.mjs";

const NEW_PASSWORD = "violet-harbor-mandolin-71";

let runtime;
let browser;
before(async () => {
  runtime = await portico();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await runtime?.end();
});

const url = (host, path = "/") => `http://${host}:${runtime.port}${path}`;
const APP = "app.localhost";
const PORTAL = "northwind.localhost";
/** The domain of Northwind's own, where its customers are led. */
const OWN = "support.northwind-robotics.localhost";

/** The newest mail to an address whose subject matches, once it is there, with the first link of its text. */
async function mailTo(address, subject) {
  const found = await until(`a mail to ${address} about ${subject}`, async () => {
    const response = await runtime.fetch(APP, `/dev/mail.json?to=${encodeURIComponent(address)}`);
    const list = await response.json();
    return list.find((mail) => subject.test(mail.subject));
  });
  const [link] = found.text.match(/https?:\/\/\S+/) ?? [];
  return { ...found, link };
}

const { open, journey } = journeys(() => browser);

for (const javaScript of [true, false]) {
  const how = javaScript ? "with JavaScript" : "without JavaScript";
  const tag = javaScript ? "js" : "plain";
  describe(how, () => {
    const founder = `founder-${tag}@example.com`;
    const slug = `lighthouse-${tag}`;

    journey("sign up, confirm the address, create an organization, see what to do first", async () => {
      const { page } = await open(javaScript);
      await page.goto(url(APP, "/sign-up"));
      // Too short: the form again, what was typed kept, the password not.
      await page.fill('[name="name"]', "Fiona Founder");
      await page.fill('[name="email"]', founder);
      await page.fill('[name="password"]', "short");
      await press(page, "Create account");
      await says(page, /There is a problem/);
      assert.equal(await page.inputValue('[name="email"]'), founder);
      assert.equal(await page.inputValue('[name="password"]'), "");
      await page.fill('[name="password"]', NEW_PASSWORD);
      await press(page, "Create account");
      await says(page, /Check your e-mail/);
      const { link } = await mailTo(founder, /confirm/i);
      await page.goto(link);
      if (javaScript) await fine(page);
      if (await page.locator('[name="password"]').count()) await page.fill('[name="password"]', NEW_PASSWORD);
      await press(page, "Confirm address");
      await page.goto(url(APP, "/new"));
      await page.fill('[name="name"]', "Lighthouse");
      await page.fill('[name="slug"]', slug);
      await press(page, "Create organization");
      assert.equal(path(page), `/o/${slug}`);
      await says(page, /Invite a member/i);
      // The link was for one use.
      await page.goto(link);
      await says(page, /already|no longer|used|expired/i);
    });

    journey("a member is invited, accepts as somebody new, and gets a role", async () => {
      const mate = `mate-${tag}@example.com`;
      const { page } = await open(javaScript);
      await signIn(page, runtime, "owner");
      await page.goto(url(APP, "/o/northwind/members"));
      await page.getByRole("link", { name: /Invite/ }).first().click();
      await page.fill('[name="email"]', "not an address");
      await press(page, "Send invitation");
      await says(page, /There is a problem/);
      await page.fill('[name="email"]', mate);
      await page.locator('[name="role"]').first().evaluate((field) => field.tagName).then(async (kind) => {
        if (kind === "SELECT") await page.selectOption('[name="role"]', "member");
        else await page.check('[name="role"][value="member"]');
      });
      await press(page, "Send invitation");
      await says(page, new RegExp(mate));
      const { link } = await mailTo(mate, /invit/i);
      const other = await open(javaScript);
      await other.page.goto(link);
      if (javaScript) await fine(other.page);
      await other.page.fill('[name="name"]', "Mara Mate");
      await other.page.fill('[name="password"]', NEW_PASSWORD);
      await press(other.page, /Accept|Join|Create/);
      assert.match(path(other.page), /^\/o\/northwind/);
      await page.goto(url(APP, "/o/northwind/members"));
      await says(page, /Mara Mate/);
    });

    journey("a customer is invited, accepts at the portal, asks, is answered, and closes", async () => {
      const buyer = `buyer-${tag}@example.com`;
      const staff = await open(javaScript);
      await signIn(staff.page, runtime, "admin");
      await staff.page.goto(url(APP, "/o/northwind/customers"));
      await staff.page.getByRole("link", { name: /Invite/ }).first().click();
      await staff.page.fill('[name="name"]', "Bea Buyer");
      await staff.page.fill('[name="email"]', buyer);
      await press(staff.page, "Send invitation");
      await says(staff.page, new RegExp(buyer));
      const { link } = await mailTo(buyer, /invit|portal/i);
      assert.equal(new URL(link).hostname, OWN);
      const customer = await open(javaScript);
      await customer.page.goto(link);
      if (javaScript) await fine(customer.page);
      await customer.page.fill('[name="password"]', NEW_PASSWORD);
      await press(customer.page, "Open account");
      await customer.page.goto(url(OWN, "/tickets/new"));
      await customer.page.fill('[name="subject"]', "The arm stops at 40 degrees");
      await customer.page.fill('[name="body"]', "Since this morning.\nSee the photo.");
      await press(customer.page, "Send");
      assert.match(path(customer.page), /^\/tickets\/tkt_/);
      const ticket = path(customer.page).split("/").at(-1);
      // Reloading and going back make no second one.
      await customer.page.goBack();
      await customer.page.goto(url(OWN, "/tickets"));
      assert.equal(await customer.page.getByText("The arm stops at 40 degrees").count(), 1);
      await staff.page.goto(url(APP, `/o/northwind/tickets/${ticket}`));
      await staff.page.fill('[name="body"]', "Recalibrate joint two.");
      await staff.page.locator('[name="internal"]').first().waitFor();
      await choose(staff.page, "internal", "false");
      await press(staff.page, "Add comment");
      await staff.page.fill('[name="body"]', "Their third time this year.");
      await choose(staff.page, "internal", "true");
      await press(staff.page, "Add comment");
      await customer.page.goto(url(OWN, `/tickets/${ticket}`));
      await says(customer.page, /Recalibrate joint two/);
      assert.doesNotMatch(await customer.page.innerText("body"), /third time/);
      await press(customer.page, /Close/);
      await says(customer.page, /closed/i);
    });

    journey("a forgotten password is replaced by mail; the old one and the link are dead", async () => {
      const email = javaScript ? "customer02@example.com" : "customer03@example.com";
      const { page } = await open(javaScript);
      await page.goto(url(PORTAL, "/sign-in"));
      await page.getByRole("link", { name: /forgot|reset/i }).first().click();
      await page.fill('[name="email"]', email);
      await press(page, "Send the link");
      await says(page, /Check your e-mail/);
      const { link } = await mailTo(email, /password/i);
      await page.goto(link);
      if (javaScript) await fine(page);
      await page.fill('[name="password"]', NEW_PASSWORD);
      await press(page, "Set password");
      await assert.rejects(signIn(page, runtime, { host: PORTAL, email, password: PASSWORD }));
      await signIn(page, runtime, { host: PORTAL, email, password: NEW_PASSWORD });
      await page.goto(link);
      await says(page, /already|no longer|used|expired/i);
    });

    journey("a second factor is set up, asked for at the next sign-in, and a recovery code stands in for it once", async () => {
      const { page } = await open(javaScript);
      await signIn(page, runtime, { host: APP, email: founder, password: NEW_PASSWORD });
      await page.goto(url(APP, "/account/security/authenticator"));
      const secret = (await page.locator("main").textContent()).match(/(?:[A-Z2-7]{4}[ \u00a0]){4,}[A-Z2-7]{1,4}/)?.[0];
      assert.ok(secret, "the secret stands on the page");
      await page.fill('[name="code"]', "000000");
      await press(page, /Turn on|Confirm|Continue/);
      await says(page, /There is a problem/);
      await page.fill('[name="code"]', totp(secret));
      await press(page, /Turn on|Confirm|Continue/);
      const codes = (await page.innerText("main")).match(/\b[A-Z2-7]{4,6}(?:-[A-Z2-7]{4,6}){3,}\b/g);
      assert.equal(codes?.length, 10, "ten recovery codes are shown");
      await page.reload();
      assert.doesNotMatch(await page.innerText("main"), new RegExp(codes[0]), "and not again");
      const again = await open(javaScript);
      for (const [code, works] of [[codes[0], true], [codes[0], false], [codes[1], true]]) {
        await again.context.clearCookies();
        await again.page.goto(url(APP, "/sign-in"));
        await again.page.fill('[name="email"]', founder);
        await again.page.fill('[name="password"]', NEW_PASSWORD);
        await press(again.page, "Sign in");
        assert.equal(path(again.page), "/challenge");
        // Half a session opens nothing else.
        await again.page.goto(url(APP, `/o/${slug}`));
        assert.equal(path(again.page), "/challenge");
        await again.page.fill('[name="code"]', code);
        await press(again.page, "Continue");
        assert.equal(path(again.page) !== "/challenge", works, `the code ${works ? "works" : "works once only"}`);
      }
    });

    journey("an operator suspends an organization and everybody is told; resumed, it works again", async () => {
      const operator = await open(javaScript);
      const owner = await open(javaScript);
      await signIn(operator.page, runtime, "operator");
      await signIn(owner.page, runtime, { host: APP, email: "amara.okafor@blueharbor.example" });
      await operator.page.goto(url("platform.localhost", "/orgs"));
      await operator.page.getByRole("link", { name: "Blue Harbor Clinics" }).first().click();
      await operator.page.getByRole("link", { name: /^Suspend/ }).first().click();
      await operator.page.fill('[name="reason"]', "Payment disputes under review");
      await press(operator.page, /Suspend/);
      await owner.page.goto(url(APP, "/o/blueharbor"));
      await says(owner.page, /suspended/i);
      await operator.page.getByRole("link", { name: /^Resume/ }).first().click();
      if (await operator.page.locator('[name="reason"]').count()) await operator.page.fill('[name="reason"]', "The review has ended");
      await press(operator.page, /Resume/);
      await owner.page.goto(url(APP, "/o/blueharbor"));
      assert.doesNotMatch(await owner.page.innerText("main"), /is suspended/i);
    });

    journey("two people edit one ticket: the second is shown what changed and loses nothing", async () => {
      const one = await open(javaScript);
      await signIn(one.page, runtime, "member");
      await one.page.goto(url(APP, "/o/northwind/tickets?status=open"));
      await one.page.locator("main table tbody a").first().click();
      await one.page.waitForLoadState();
      const ticket = path(one.page);
      const two = await open(javaScript);
      await signIn(two.page, runtime, "admin");
      await two.page.goto(url(APP, ticket));
      await choose(one.page, "priority", "urgent");
      await press(one.page, /Save/);
      await two.page.fill('[name="subject"]', "A subject typed meanwhile");
      await press(two.page, /Save/);
      await says(two.page, /changed|meanwhile/i);
      assert.equal(await two.page.inputValue('[name="subject"]'), "A subject typed meanwhile");
      await press(two.page, /Save|Apply/);
      await says(two.page, /A subject typed meanwhile/);
    });
  });
}

/** Chooses a value of a select or of radio buttons, or sets a checkbox to it. */
async function choose(page, name, value) {
  const field = page.locator(`main [name="${name}"]`).first();
  const kind = await field.evaluate((element) => (element.tagName === "SELECT" ? "select" : element.type));
  if (kind === "select") await page.locator(`main select[name="${name}"]`).first().selectOption(value);
  else if (kind === "radio") await page.locator(`main [name="${name}"][value="${value}"]`).first().check();
  else await field.setChecked(value === "true");
}

/** Goes on with Tab until the focus is on what has that accessible name, and says where it was seen. */
async function tabTo(page, name) {
  for (let i = 0; i < 80; i++) {
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      const style = element && getComputedStyle(element);
      if (element === document.body || element?.id === "main") return { label: "", visible: false };
      const label = element?.labels?.[0]?.innerText ?? element?.getAttribute("aria-label") ?? element?.innerText ?? "";
      return { label: label.trim(), visible: style ? style.outlineStyle !== "none" || style.boxShadow !== "none" : false };
    });
    if (name.test(at.label)) {
      assert.ok(at.visible, `the focus on ${at.label} can be seen`);
      return;
    }
    await page.keyboard.press("Tab");
  }
  assert.fail(`${name} is not reached by Tab on ${page.url()}`);
}

describe("by keyboard alone", () => {
  journey("signing in, a new ticket, a comment, an invitation, and the palette", async () => {
    const { page } = await open(true);
    // 1: in
    await page.goto(url(APP, "/sign-in"));
    await tabTo(page, /E-mail/);
    await page.keyboard.type("olivia.park@northwind.example");
    await tabTo(page, /^Password/);
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL((to) => !to.pathname.startsWith("/sign-in"));
    // 2: a ticket
    await page.goto(url(APP, "/o/northwind/tickets"));
    await tabTo(page, /New ticket/);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/tickets\/new/);
    await tabTo(page, /^Subject/);
    await page.keyboard.type("Typed without a mouse");
    await tabTo(page, /^(Body|Message|Description)/);
    await page.keyboard.type("All of it.");
    await tabTo(page, /Create ticket/);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/tickets\/tkt_/);
    // 3: a comment
    await tabTo(page, /^(Comment|Message|Body|Reply|Add a comment)/);
    await page.keyboard.type("And a comment.");
    await tabTo(page, /^Add comment/);
    await page.keyboard.press("Enter");
    await page.getByText("And a comment.").first().waitFor();
    // 4: an invitation
    await page.goto(url(APP, "/o/northwind/members"));
    await tabTo(page, /Invite/);
    await page.keyboard.press("Enter");
    await page.waitForURL(/invite/);
    await tabTo(page, /E-mail/);
    await page.keyboard.type("keyboard@example.com");
    await tabTo(page, /Send invitation/);
    await page.keyboard.press("Enter");
    await page.getByText("keyboard@example.com").first().waitFor();
    // 5: the palette leads to another page and Escape closes it
    await page.keyboard.press("Control+k");
    await page.locator("dialog[open]").waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("dialog[open]").count(), 0);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("tickets");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/tickets/);
  });
});

journey("forms that were refused look right too, narrow and in the dark", async () => {
  const { page } = await open(true, { colorScheme: "dark", viewport: { width: 320, height: 800 } });
  for (const [at, button] of [["/sign-up", "Create account"], ["/sign-in", "Sign in"], ["/reset", "Send the link"]]) {
    await page.goto(url(APP, at));
    await press(page, button);
    await says(page, /There is a problem/);
    assert.match(await page.title(), /^Error/);
    assert.deepEqual(await axe(page), []);
    assert.ok((await overflow(page)) <= 0, `${at} fits`);
  }
});
