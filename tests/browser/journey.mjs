// What the journeys share: windows that are watched, a test that says where people were when it fails, and what they do on a page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, overflow, watched } from "./browser.mjs";

/** Journeys in the browser that `browser()` gives: `open` a window of its own, `journey` a test of what people do. */
export function journeys(browser) {
  /** The windows of the journey under way. */
  let windows = [];

  /** A window of its own, with or without JavaScript. */
  async function open(javaScript, options = {}) {
    const { context, wrongs } = await watched(browser(), { javaScriptEnabled: javaScript, ...options });
    context.setDefaultTimeout(8_000);
    const page = await context.newPage();
    windows.push({ context, page, wrongs });
    return { context, page, wrongs };
  }

  /** A test of what people do. When it fails it says where they were; when it ends, their windows did nothing that they must not. */
  function journey(name, go) {
    test(name, async () => {
      windows = [];
      try {
        await go();
        assert.deepEqual(windows.flatMap(({ wrongs }) => wrongs), []);
      } catch (error) {
        for (const { page } of windows) console.log(`── ${page.url()}\n${await page.innerText("body").catch(() => "")}`);
        throw error;
      } finally {
        for (const { context } of windows) await context.close();
      }
    });
  }
  return { open, journey };
}

/** Presses a button of the page's content. */
export const press = async (page, label) => {
  await page.locator("main").getByRole("button", { name: label }).first().click();
  await page.waitForLoadState();
};
/** The page says so. */
export const says = async (page, text) => assert.match(await page.innerText("body"), text, page.url());
/** The page is as every page must be. */
export async function fine(page) {
  assert.deepEqual(await axe(page), [], page.url());
  assert.ok((await overflow(page)) <= 0, `${page.url()} fits its window`);
}
/** Where the page is. */
export const path = (page) => new URL(page.url()).pathname;
