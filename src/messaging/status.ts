/** How a component and its machine are. */
export interface ComponentStatus {
  /** The machine's load over 1, 5 and 15 minutes. */
  readonly load: readonly [number, number, number];
  /** How many processors the machine has. */
  readonly cpus: number;
  /** Memory of the machine (`totalMb`, `freeMb`) and resident memory of the process (`processMb`), in MiB. */
  readonly memory: { readonly totalMb: number; readonly freeMb: number; readonly processMb: number };
  /** For how long the machine (`systemSeconds`) and the process (`processSeconds`) run. */
  readonly uptime: { readonly systemSeconds: number; readonly processSeconds: number };
}

/**
 * The present status, from os-utils. Its `cpuUsage`, `harddrive` and `getProcesses` are not used: they hold the process
 * for a second, guess, or run a shell.
 */
export async function componentStatus(): Promise<ComponentStatus> {
  // Loaded when somebody asks: few do, and each component would start later for it.
  const { allLoadavg, cpuCount, freemem, processUptime, sysUptime, totalmem } = await import('os-utils');
  const [one = 0, five = 0, fifteen = 0] = allLoadavg().split(',').map(Number);
  return {
    load: [one, five, fifteen],
    cpus: cpuCount(),
    memory: {
      totalMb: rounded(totalmem()),
      freeMb: rounded(freemem()),
      processMb: rounded(process.memoryUsage.rss() / (1024 * 1024)),
    },
    uptime: { systemSeconds: rounded(sysUptime()), processSeconds: rounded(processUptime()) },
  };
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
