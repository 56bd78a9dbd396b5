const LOOK_EVERY_MS = 250;

/** As early as can be: it may be gone before anybody asks. */
const parent = process.ppid;

/**
 * Resolves when the process that has started this one is gone, where that was npm: it hands no signal on to what `npx` and `npm run`
 * start, which would live on with nobody to end it. Who was started by a shell may outlive it, as with `nohup`.
 */
export function parentGone(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  return new Promise((resolve) => {
    if (env['npm_command'] === undefined) return;
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      resolve();
    }, LOOK_EVERY_MS);
    watch.unref();
  });
}
