import type { TestContext } from 'node:test';
import { type ExchangeClass, GenericProducer, RpcCommand } from 'waybill';
import { uniqueName } from '../support/broker.js';
import { Program } from '../support/child.js';
import { newExchange } from '../support/stage/exchange.js';
import { Notebook } from './notebook.js';

/** Server processes for calls whose effect cannot be undone, one after the other on the same queue. */
export class EffectServer {
  readonly exchange: ExchangeClass = newExchange();
  readonly queue: string = uniqueName('queue');
  /** Where each run is written down. @see effectsIn */
  readonly notes: Notebook;
  readonly #t: TestContext;
  readonly #url: string;
  #program: Program | undefined;

  /** Starts nothing yet. What it will start ends with the test. */
  constructor(t: TestContext, url: string) {
    this.#t = t;
    this.#url = url;
    this.notes = Notebook.for(t);
  }

  /** Resolves when it takes calls. */
  async start(): Promise<void> {
    const args = [this.#url, this.exchange.exchangeName, this.queue, this.notes.path];
    const program = Program.run('test/faults/programs/effect-server.ts', { args });
    this.#program = program;
    this.#t.after(() => program.close());
    await program.waitForLine('serves', 30_000);
  }

  /** Ends it with SIGKILL. */
  async kill(): Promise<void> {
    this.#program?.signal('SIGKILL');
    await this.#program?.ended;
  }

  /** What calls it. */
  get Caller() {
    const { exchange } = this;
    return class EffectProducer extends GenericProducer {
      static override readonly eks = [[exchange, 'key']] as const;

      /** @param restMs how long the work takes, once its effect is there. */
      build_rpc_count(number: number, restMs = 0) {
        return new RpcCommand<number, { number: number; restMs: number }>('count', { number, restMs });
      }
    };
  }
}
