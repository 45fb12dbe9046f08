// Puts a built folder in its place whole.
import { renameSync } from "node:fs";

/** Moves `fresh` to `place`. An interrupted build leaves the last good one, and of two builds at once the later one stays. What was there goes beside `fresh`. */
export function replace(place, fresh) {
  for (let tries = 1; ; tries += 1) {
    moveIfThere(place, `${fresh}.replaced.${tries}`);
    try {
      return renameSync(fresh, place);
    } catch (error) {
      // Another build put its own there since.
      if (tries === 100 || !["ENOTEMPTY", "EEXIST"].includes(error.code)) throw error;
    }
  }
}

function moveIfThere(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}
