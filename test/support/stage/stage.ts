import { before, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import type {
  Connected,
  LogFields,
  Logger,
  MessageProcessor,
  MessageProcessorOptions,
  ProducerClass,
  ProducerOptions,
} from 'waybill';
import { freshVhost, type Owner, sideChannel, suiteOwner } from '../broker.js';
import type { SideChannel } from '../side-channel.js';
import { until } from '../until.js';
import { Place } from './place.js';

/** What a component has told people. */
export interface Log extends Logger {
  readonly errors: string[];
  readonly warnings: string[];
  /** Lines that a component which is well may write. */
  readonly infos: string[];
  /** What only who looks for it wants to know. */
  readonly debugs: string[];
  /** What each error and each warning is about, in order. */
  readonly fields: LogFields[];
}

/** A logger that remembers. */
export function recordingLog(): Log {
  const errors: string[] = [];
  const warnings: string[] = [];
  const infos: string[] = [];
  const debugs: string[] = [];
  const fields: LogFields[] = [];
  const into =
    (lines: string[]) =>
    (text: string, about: LogFields = {}) => {
      lines.push(text);
      fields.push(about);
    };
  return {
    errors,
    warnings,
    infos,
    debugs,
    fields,
    debug: (text) => void debugs.push(text),
    info: (text) => void infos.push(text),
    warn: into(warnings),
    error: into(errors),
  };
}

type ProcessorClass<P extends MessageProcessor> = new (options: MessageProcessorOptions) => P;

/** The broker of a test file: a vhost of its own and a raw connection to look on. */
export class Stage {
  #url: string | undefined;
  #side: SideChannel | undefined;

  /** Opens it. */
  async open(owner: Owner): Promise<void> {
    this.#url = (await freshVhost(owner)).url;
    this.#side = await sideChannel(owner, this.#url);
  }

  /** Where components connect to. */
  get url(): string {
    return present(this.#url);
  }

  /** Looks and sends beside the code under test. */
  get side(): SideChannel {
    return present(this.#side);
  }

  /** A place that only this test uses. */
  place(): Promise<Place> {
    return Place.declare(this.side);
  }

  /** Starts a processor on a place, closed after the test, with a log that a test can read. */
  async start<P extends MessageProcessor>(
    t: TestContext,
    Processor: ProcessorClass<P>,
    place: Pick<Place, 'eqks'>,
    options: MessageProcessorOptions = {},
  ): Promise<{ readonly processor: P; readonly log: Log }> {
    const log = recordingLog();
    const processor = new Processor({ url: this.url, logger: log, eqks: place.eqks, ...options });
    t.after(() => processor.close());
    await processor.start();
    return { processor, log };
  }

  /** Connects a producer, closed after the test. */
  async connect<Class extends ProducerClass>(
    t: TestContext,
    Producer: Class,
    options: ProducerOptions = {},
  ): Promise<Connected<Class>> {
    const producer = new Producer(...([{ url: this.url, ...options }] as never[]));
    t.after(() => producer.close());
    await producer.open();
    return producer as Connected<Class>;
  }
}

/** The stage of a file or of a `describe`: opened before its first test, closed after its last. */
export function useStage(): Stage {
  const owner = suiteOwner();
  const stage = new Stage();
  before(() => stage.open(owner));
  return stage;
}

/** Resolves when a list has this many entries; more are left for the test to complain about. */
export async function waitForLength(
  list: readonly unknown[],
  length: number,
  limitMs = 30_000,
): Promise<void> {
  await until(() => list.length >= length, {
    what: `there are ${length} entries in ${inspect(list)}`,
    limitMs,
  });
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The stage is not open yet: use it in tests, not around them');
  return value;
}
