const LOOK_EVERY_MS = 250;

/**
 * Resolves when the process that has started this one is gone, where that was npm: it hands no signal on to what `npx` and `npm run`
 * start, which would live on with nobody to end it. Who was started by a shell may outlive it, as with `nohup`.
 */
export function parentGone(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  return new Promise((resolve) => {
    if (env['npm_command'] === undefined) return;
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      resolve();
    }, LOOK_EVERY_MS);
    watch.unref();
  });
}
