// Debian packages, for machines that install them that way.
import { existsSync } from "node:fs";
import process from "node:process";
import { must, run } from "../run.mjs";

/** Whether this machine installs packages the Debian way. */
export const aptIsPossible = () => existsSync("/usr/bin/apt-get");

/** Whether this user may. */
export const isRoot = () => process.getuid?.() === 0;

/** Installs packages; needs root. */
export async function aptInstall(names) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const install = ["-o", "DPkg::Lock::Timeout=120", "install", "-y", "--no-install-recommends", ...names];
  const first = await run("apt-get", install, { env });
  if (first.code === 0) return;
  // A new machine has no package lists yet.
  await must("apt-get", ["update"], { env });
  await must("apt-get", install, { env });
}
