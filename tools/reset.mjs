// `npm run reset`: removes what the local server has stored, so that the next start loads the demo data anew.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LOCAL_DIR, STATE_DIR } from "./paths.mjs";
import { Stop, main } from "./progress.mjs";
import { runningServer } from "./start/lock.mjs";

await main(() => {
  const server = runningServer();
  if (server) throw new Stop(`a server runs on this state (process ${server.pid}, port ${server.port}); end it first: kill ${server.pid}`);
  if (!existsSync(STATE_DIR)) return console.log("Nothing to remove: there is no local state.");
  rmSync(STATE_DIR, { recursive: true, force: true });
  for (const name of ["demo.json", "site", "workers.log"]) rmSync(join(LOCAL_DIR, name), { recursive: true, force: true });
  console.log("Local state removed. npm start loads the demo data again.");
});
