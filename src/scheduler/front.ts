import { ConfigurationError } from '../errors.js';
import type { Overseen, ProcessServer, ServeOptions, Serving } from '../serving/index.js';

/** The HTTP server of a scheduler, where somebody has asked for one. */
export class Front {
  readonly #process: Overseen;
  #server: Promise<ProcessServer> | undefined;

  constructor(process: Overseen) {
    this.#process = process;
  }

  /** Listens. One that could not may be asked again. @throws ConfigurationError */
  async open(options: ServeOptions): Promise<Serving> {
    if (this.#server)
      throw new ConfigurationError('This scheduler serves already: once, for all that is in the process.');
    this.#server = listen(options, this.#process);
    try {
      const { url, port } = await this.#server;
      return { url, port };
    } catch (thrown) {
      this.#server = undefined;
      throw thrown;
    }
  }

  /** Takes no more requests, also where it is just beginning to listen. Never rejects. */
  async close(): Promise<void> {
    const server = await this.#server?.catch(() => undefined);
    await server?.close();
  }
}

/** n.b. loaded when it is asked for: who serves nothing needs no HTTP. */
async function listen(options: ServeOptions, process: Overseen): Promise<ProcessServer> {
  const { ProcessServer } = await import('../serving/index.js');
  return await ProcessServer.listen(options, process);
}
