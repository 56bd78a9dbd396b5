import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { answersAmqp } from './amqp-probe.js';
import type { RabbitmqVersion } from './rabbitmq-version.js';
import { until } from './until.js';

const PULL_LIMIT_MS = 600_000;
const START_LIMIT_MS = 120_000;

/** The official image of a version. */
export function imageOf(version: RabbitmqVersion): string {
  return `rabbitmq:${version}-management`;
}

/** Whether a Docker daemon answers here. */
export async function dockerRuns(): Promise<boolean> {
  return await docker(['info']).then(
    () => true,
    () => false,
  );
}

/** @throws Error with Docker's words when the image cannot be had. */
export async function pullImage(image: string): Promise<void> {
  await docker(['pull', '--quiet', image], PULL_LIMIT_MS);
}

/** A broker in a container: for tests that need an address only, since nobody can kill, freeze or configure it. */
export class DockerBroker implements AsyncDisposable {
  readonly url: string;
  readonly managementUrl: string;
  readonly #container: string;

  private constructor(container: string, amqpPort: number, managementPort: number) {
    this.#container = container;
    this.url = `amqp://guest:guest@127.0.0.1:${amqpPort}`;
    this.managementUrl = `http://guest:guest@127.0.0.1:${managementPort}`;
  }

  /** Resolves when AMQP and the HTTP API answer. */
  static async start(image: string): Promise<DockerBroker> {
    const ports = ['--publish', '127.0.0.1::5672', '--publish', '127.0.0.1::15672'];
    const container = await docker(['run', '--detach', '--rm', ...ports, image]);
    try {
      const [amqpPort, managementPort] = [await portOf(container, 5672), await portOf(container, 15672)];
      await until(() => answersAmqp(amqpPort), { what: `${image} answers`, limitMs: START_LIMIT_MS });
      const api = `http://127.0.0.1:${managementPort}`;
      await until(() => fetch(api).then(({ ok }) => ok), {
        what: 'its API answers',
        limitMs: START_LIMIT_MS,
      });
      return new DockerBroker(container, amqpPort, managementPort);
    } catch (error) {
      await remove(container);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await remove(this.#container);
  }
}

async function portOf(container: string, inside: number): Promise<number> {
  return Number((await docker(['port', container, `${inside}/tcp`])).split(':').at(-1));
}

async function remove(container: string): Promise<void> {
  await docker(['rm', '--force', container]);
}

async function docker(args: readonly string[], timeout = START_LIMIT_MS): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', [...args], { timeout, killSignal: 'SIGKILL' });
  return stdout.trim();
}
