import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type * as ClassTransformer from 'class-transformer';
import type * as Waybill from 'waybill';
import { MessageCommand } from 'waybill';
import { jsonEncoder, readTyped } from '../../../src/wire/index.js';

const folders: string[] = [];

/** A folder in which class-transformer is installed, as it is in that of a service. */
function folderWithOwnCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-service-'));
  folders.push(folder);
  mkdirSync(join(folder, 'node_modules'));
  cpSync('node_modules/class-transformer', join(folder, 'node_modules/class-transformer'), {
    recursive: true,
  });
  return folder;
}

function load<Module>(folder: string, name: string): Module {
  return createRequire(join(folder, 'service.js'))(name) as Module;
}

/** What leaves of the parameters of a command. */
function leaving({ MessageCommand }: Pick<typeof Waybill, 'MessageCommand'>, parameters: unknown): unknown {
  const { body } = new MessageCommand('x', parameters);
  return (jsonEncoder.decode(jsonEncoder.encode(body)) as typeof body).content.parameters;
}

describe('H-A6: the class-transformer of the service', () => {
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  it('is a peer of this package, so that there is one copy', async () => {
    const { default: manifest } = await import('../../../package.json', { with: { type: 'json' } });
    assert.ok('class-transformer' in manifest.peerDependencies);
    assert.ok(!('class-transformer' in manifest.dependencies));
    assert.ok(!('class-transformer' in manifest.peerDependenciesMeta));
  });

  for (const version of ['as we test with', 'with the names of 0.4']) {
    it(`is the one that Waybill uses, ${version}`, async () => {
      const folder = folderWithOwnCopy();
      const own = join(folder, 'node_modules/class-transformer');
      if (version.endsWith('0.4'))
        appendFileSync(
          join(own, 'cjs/index.js'),
          '\ndelete exports.instanceToPlain;\ndelete exports.plainToInstance;\n',
        );
      for (const name of readdirSync('node_modules').filter((each) => !/^(\.|class-transformer$)/.test(each)))
        symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
      const installed = join(folder, 'node_modules/waybill');
      cpSync('src', join(installed, 'src'), { recursive: true });
      cpSync('package.json', join(installed, 'package.json'));
      const waybill = (await import(pathToFileURL(join(installed, 'src/index.ts')).href)) as typeof Waybill;
      const wire = (await import(pathToFileURL(join(installed, 'src/wire/index.ts')).href)) as {
        readTyped: typeof readTyped;
      };
      const { Exclude, Type } = load<typeof ClassTransformer>(folder, 'class-transformer');
      class User {
        name = 'Ada';
        password = 'secret';
        since: unknown = new Date(0);
      }
      Exclude()(User.prototype, 'password');
      Type(() => Date)(User.prototype, 'since');
      assert.deepEqual(leaving(waybill, [new User()]), [{ name: 'Ada', since: '1970-01-01T00:00:00.000Z' }]);
      const made = wire.readTyped(User, { name: 'Bob', since: '1970-01-01T00:00:00.000Z' }) as User;
      assert.ok(made instanceof User && made.since instanceof Date);
    });
  }

  it('is told from another copy: instances of classes that were decorated by that are neither sent nor made', () => {
    const folder = folderWithOwnCopy();
    const { Exclude, Type } = load<typeof ClassTransformer>(folder, 'class-transformer');
    class Account {
      password = 'secret';
    }
    Exclude()(Account.prototype, 'password');
    class Order {
      at = new Date(0);
    }
    Type(() => Date)(Order.prototype, 'at');
    class Derived extends Account {}
    class Plain {
      note = 'x';
    }
    class Holder {
      held: unknown;

      constructor(held: unknown) {
        this.held = held;
      }
    }
    const refused = {
      name: 'ConfigurationError',
      message: /^The class (Account|Order) is decorated by another copy/,
    };
    const all = [
      new Account(),
      [new Account()],
      { order: new Order() },
      new Derived(),
      new Holder([new Account()]),
    ];
    for (const each of [...all, new Map([['a', new Account()]])])
      assert.throws(() => new MessageCommand('x', each), refused);
    assert.throws(() => readTyped(Order, { at: '' }), refused);
    assert.throws(() => readTyped(Order, { at: '' }), new RegExp(folder));
    assert.deepEqual(leaving({ MessageCommand }, [new Plain(), new Holder(new Plain())]), [
      { note: 'x' },
      { held: { note: 'x' } },
    ]);
  });
});
