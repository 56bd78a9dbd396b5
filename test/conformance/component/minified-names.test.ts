// Components whose classes a minifier has renamed.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { GenericApplication, GenericProducer, MessageProcessor } from 'waybill';
import { QueueWorker } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { recordingLog, type Stage, useStage } from '../../support/stage/stage.js';

type Start = (t: TestContext, stage: Stage, name: string, given?: string) => Promise<readonly string[]>;

/** Components of a class of this name, started, and what they have warned of. */
const starts: Readonly<Record<string, Start>> = {
  async processor(t, stage, name, given) {
    class Desk extends MessageProcessor {}
    return await warningsOf(t, stage, named(Desk, name), given);
  },
  async application(t, stage, name, given) {
    class App extends GenericApplication {}
    return await warningsOf(t, stage, named(App, name), given);
  },
  async producer(t, stage, name, given) {
    class Sender extends GenericProducer {}
    const log = recordingLog();
    const fingerprint = given === undefined ? undefined : { name: given };
    for (const _ of [1, 2]) await stage.connect(t, named(Sender, name), { logger: log, fingerprint });
    return log.warnings;
  },
  async worker(t, stage, name, given) {
    class Crew extends QueueWorker {}
    const log = recordingLog();
    const Class = named(Crew, name);
    for (const _ of [1, 2]) {
      const worker = new Class({ url: stage.url, logger: log }, { name: given });
      worker.route(uniqueName('jobs'))(() => {});
      t.after(await worker.run());
    }
    return log.warnings;
  },
};

describe('a class whose name looks like a minifier’s', () => {
  const stage = useStage();

  for (const [kind, start] of Object.entries(starts)) {
    // n.b. an application needs a name for its queues: without one it cannot start, and that is what it says.
    for (const name of kind === 'application' ? ['Io', 's'] : ['Io', 's', ''])
      it(`H-D4: is told once when it starts, with what to do: ${kind} '${name}'`, async (t) => {
        const warnings = await start(t, stage, name);
        assert.equal(warnings.length, 1, warnings.join('\n'));
        assert.match(
          warnings[0] ?? '',
          new RegExp(`called '${name}'.*keepNames.*fingerprint.*static override readonly name`),
        );
      });

    it(`H-D4: is not told where the component was given a name: ${kind}`, async (t) => {
      assert.deepEqual(await start(t, stage, 's', 'billing'), []);
    });

    it(`H-D4: is not told of a name of three letters: ${kind}`, async (t) => {
      assert.deepEqual(await start(t, stage, 'Bus'), []);
    });
  }

  it('H-D4: takes the static name of a class for its name', async (t) => {
    class Io extends MessageProcessor {
      static override readonly name = 'Billing';
    }
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Io, place);
    assert.deepEqual([processor.fingerprint.name, log.warnings], ['Billing', []]);
  });
});

type Starting = new (...args: never[]) => MessageProcessor;

async function warningsOf(
  t: TestContext,
  stage: Stage,
  Class: Starting,
  given?: string,
): Promise<readonly string[]> {
  const place = await stage.place();
  const fingerprint = given === undefined ? undefined : { name: given };
  const first = await stage.start(t, Class as never, place, { fingerprint });
  const second = await stage.start(t, Class as never, place, { fingerprint });
  return [...first.log.warnings, ...second.log.warnings];
}

function named<Class extends object>(Class: Class, name: string): Class {
  return Object.defineProperty(Class, 'name', { value: name });
}
