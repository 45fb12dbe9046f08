// `npm run build`: the Workers, unless nothing has changed.
import { main, step } from "./progress.mjs";
import { setup } from "./setup.mjs";

await main(async () => {
  await setup();
  const { buildIfChanged } = await import("./build-if-changed.mjs");
  const { readWorker, workerFolders } = await import("./runtime/workers.mjs");
  await step("Workers", (note) => buildIfChanged(note, () => workerFolders().map((folder) => readWorker(folder).main)));
});
