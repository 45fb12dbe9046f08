// Chromium for the browser tests: the machine's own, or Debian's where that can be installed. Nothing is downloaded past a package manager.
import { existsSync } from "node:fs";
import process from "node:process";
import { Stop } from "../progress.mjs";
import { run } from "../run.mjs";
import { aptInstall, aptIsPossible, isRoot } from "./apt.mjs";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  `${process.env.ProgramFiles ?? "C:/Program Files"}/Google/Chrome/Application/chrome.exe`,
];

/** The program, if there is one: CHROMIUM names it, or it is where such programs are. */
export function chromium() {
  const { CHROMIUM } = process.env;
  if (CHROMIUM && !existsSync(CHROMIUM)) throw new Stop(`CHROMIUM names ${CHROMIUM}, which does not exist`);
  return CHROMIUM || PLACES.find((path) => existsSync(path));
}

/** Sees to it that there is a Chromium, and OpenSSL's program for the certificates of the tests. */
export async function browser(note) {
  const openssl = (await run("openssl", ["version"]).catch(() => ({ code: 1 }))).code === 0;
  const missing = [...(chromium() ? [] : ["chromium"]), ...(openssl ? [] : ["openssl"])];
  if (missing.length > 0) {
    const names = missing.join(" ");
    if (!aptIsPossible() || !isRoot()) {
      const how = aptIsPossible() ? `run: sudo apt-get install -y --no-install-recommends ${names}` : "install Chrome (or set CHROMIUM to its path) and OpenSSL";
      throw new Stop(`the browser tests need ${missing.join(" and ")}; ${how}`);
    }
    note.begin(`apt-get install ${names}`);
    await aptInstall(missing);
    if (!chromium()) throw new Stop("Chromium was installed and is not where it should be; set CHROMIUM to its path");
  }
  const { output } = await run(chromium(), ["--version"]);
  note(output.trim().split("\n").at(-1));
}
