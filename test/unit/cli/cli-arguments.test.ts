import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readArguments } from '../../../src/cli/cli-arguments.js';

describe('the command line', () => {
  const good: readonly (readonly [string, object])[] = [
    ['broker', { kind: 'broker', port: 5672, host: undefined, profile: undefined, verbose: false }],
    [
      'broker --port 0 --verbose',
      { kind: 'broker', port: 0, host: undefined, profile: undefined, verbose: true },
    ],
    [
      '--port=6000 broker',
      { kind: 'broker', port: 6000, host: undefined, profile: undefined, verbose: false },
    ],
    // P-23: an address may be named.
    [
      'broker --host 0.0.0.0 --profile 4.0',
      { kind: 'broker', port: 5672, host: '0.0.0.0', profile: '4.0', verbose: false },
    ],
    ['--help', { kind: 'help', topic: 'all' }],
    ['-h', { kind: 'help', topic: 'all' }],
    ['brokr --help', { kind: 'help', topic: 'all' }],
    ['--version', { kind: 'version' }],
    ['broker --help', { kind: 'help', topic: 'broker' }],
    ['failed replay q -h', { kind: 'help', topic: 'failed' }],
    ['failed list q', { kind: 'failed', action: 'list', queue: 'q', ids: 'all', url: undefined }],
    ['failed show q a', { kind: 'failed', action: 'show', queue: 'q', ids: ['a'], url: undefined }],
    [
      'failed replay q a b',
      { kind: 'failed', action: 'replay', queue: 'q', ids: ['a', 'b'], url: undefined },
    ],
    ['failed drop q --all --url u', { kind: 'failed', action: 'drop', queue: 'q', ids: 'all', url: 'u' }],
  ];
  for (const [line, command] of good) {
    it(`understands "${line}"`, () => assert.deepEqual(readArguments(line.split(' ')), command));
  }

  it('asks for the help when it is empty', () =>
    assert.deepEqual(readArguments([]), { kind: 'help', topic: 'all' }));

  const bad: readonly (readonly [string, RegExp])[] = [
    ['--verbose', /Unknown command: \(nothing\)/],
    ['server', /Unknown command: server/],
    ['broker twice', /Unknown command/],
    ['broker --port many', /Not a port: many/],
    ['broker --port 70000', /Not a port/],
    ...['', '1e3', '0x50', '-1', '1.5', 'NaN', 'Infinity', '4294967296'].map(
      (text) => [`broker --port=${text}`, /Not a port: .*from 0 to 65535/] as const,
    ),
    ['broker --profile 2.8', /Not a profile: 2\.8\. There are 3\.10, 4\.0, 4\.3\./],
    ['broker --loud', /^broker has no option --loud\. It has --port, --host, --profile, --verbose\.$/],
    ['broker --prot 5673', /^broker has no option --prot\. It has --port/],
    ['broker -p 5673', /^broker has no option -p\. It has --port/],
    ['broker --all', /^broker has no option --all\./],
    ['failed list q --port 1', /^failed has no option --port\. It has --all, --url\.$/],
    ['--loud', /^Unknown option: --loud\.$/],
    ['broker --port', /^--port needs a value\.$/],
    ['failed list q --url', /^--url needs a value\.$/],
    ['broker --verbose=yes', /^--verbose takes no value\.$/],
    ['broker --constructor', /^broker has no option --constructor\./],
    ['failed', /Unknown command: failed \(nothing\)/],
    ['failed eat q', /Unknown command: failed eat/],
    ['failed list', /failed list: which queue\?/],
    ['failed drop q', /failed drop: name message ids, or --all/],
    ['failed show q', /failed show: name message ids\./],
  ];
  for (const [line, message] of bad) {
    it(`explains what is wrong with "${line}"`, () => {
      const command = readArguments(line === '' ? [] : line.split(' '));
      assert.equal(command.kind, 'mistake');
      assert.match('message' in command ? command.message : '', message);
    });
  }
});
