import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Command } from 'commander';
import type { CommandDefinition } from '../../../src/cli/command.js';
import { buildProgram } from '../../../src/cli/command-line.js';
import { commands } from '../../../src/cli/commands.js';
import { freePort } from '../../support/free-port.js';
import { runWaybill } from '../../support/waybill-command.js';

/** All commands, those within others, too, by what one types. */
function allCommands(
  list: readonly CommandDefinition[] = commands,
  before = 'waybill',
): readonly (readonly [string, CommandDefinition])[] {
  return list.flatMap((each) => {
    const path = `${before} ${each.name}`;
    return [[path, each] as const, ...allCommands(each.commands ?? [], path)];
  });
}

describe('the command line', () => {
  for (const line of ['', '--help', '-h', 'brokr --help']) {
    it(`prints its help for "${line}"`, async () => {
      const { code, out, err } = await runWaybill(line === '' ? [] : line.split(' '));
      assert.deepEqual([code, err], [0, '']);
      assert.match(out, /^Usage: waybill \[options\] \[command\]/);
      const words = out.replace(/\s+/g, ' ');
      for (const { name, summary } of commands)
        assert.ok(words.includes(name) && words.includes(summary), name);
      assert.match(out, /Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 /);
    });
  }

  for (const [path, { summary, description, examples }] of allCommands()) {
    it(`prints the help of ${path}, with a description and examples`, async () => {
      const { code, out } = await runWaybill([...path.split(' ').slice(1), '--help']);
      assert.equal(code, 0);
      assert.ok(out.startsWith(`Usage: ${path} `), out);
      assert.ok(summary.length > 0 && !summary.endsWith('.'));
      assert.match(description, /^[A-Z].*\.$/s);
      assert.ok(examples.length > 0);
      for (const [line, does] of examples) {
        assert.ok(out.includes(line) && out.includes(does), line);
        assert.ok(line.includes(path), line);
      }
      for (const option of ['--json', '--help']) assert.ok(out.includes(option), option);
    });

    it(`explains each argument and each option of ${path}`, () => {
      const { registeredArguments, options } = commandOf(path);
      for (const each of [...registeredArguments, ...options])
        assert.ok(each.description, String(each.name()));
    });
  }

  it('knows the options of examples', async () => {
    for (const [path, { examples }] of allCommands()) {
      for (const [line] of examples) {
        const own = line.split('|')[0] ?? line;
        const named = [...own.matchAll(/ (--[a-z][a-z-]*)/g)].map(([, name]) => name);
        // The example of a command with others within it is one of those.
        const meant = allCommands().findLast(([each]) => `${own} `.startsWith(`${each} `))?.[0] ?? path;
        const known = [...commandOf(meant).options, ...buildProgram(console).options].map(({ long }) => long);
        for (const name of named) assert.ok(known.includes(name), `${name} of ${line}`);
      }
    }
  });

  it('is on its page, each command with a section', () => {
    const page = readFileSync('docs/command-line.md', 'utf8');
    for (const { name, summary } of commands) {
      assert.ok(page.includes(`\n## ${name}\n`), name);
      assert.ok(page.includes(`waybill ${name.padEnd(13)}${summary}\n`), summary);
    }
  });

  it('has no word twice', () => {
    const paths = allCommands().map(([path]) => path);
    assert.deepEqual(paths, [...new Set(paths)]);
  });

  const bad: readonly (readonly [string, RegExp])[] = [
    ['--verbose', /^Unknown option '--verbose'/],
    ['--port=6000 broker', /^Unknown option '--port=6000'/],
    ['server', /^Unknown command 'server'/],
    ['brokr', /^Unknown command 'brokr'\. Did you mean broker\?/],
    ['broker twice', /^Too many arguments for 'broker'/],
    ['broker --port many', /Not a port: many/],
    ['broker --port 70000', /Not a port/],
    ...['', '1e3', '0x50', '-1', '1.5', 'NaN', 'Infinity', '4294967296'].map(
      (text) => [`broker --port=${text}`, /Not a port: .*from 0 to 65535/] as const,
    ),
    ['broker --profile 2.8', /Allowed choices are 3\.10, 4\.0, 4\.3\./],
    ['broker --loud', /^Unknown option '--loud'/],
    ['broker --prot 5673', /^Unknown option '--prot'\. Did you mean --port\?/],
    ['broker -p 5673', /^Unknown option '-p'/],
    ['broker --all', /^Unknown option '--all'/],
    ['broker --url amqp://localhost', /^broker talks to no broker, so it has no --url\./],
    ['failed list q --port 1', /^Unknown option '--port'/],
    ['broker --port', /^Option '--port <number>' argument missing/],
    ['failed list q --url', /^Option '--url <url>' argument missing/],
    ['broker --constructor', /^Unknown option '--constructor'/],
    ['failed eat q', /^Unknown command 'eat'/],
    ['failed list', /^Missing required argument 'queue'/],
    ['failed drop q', /^Which messages\? Name message ids, or --where, or --all\./],
    ['failed show q', /^Which messages\?/],
    ['failed drop q a --all', /^Name either message ids, or --where, or --all/],
    ['failed replay q --all --rate fast', /Not a rate: fast/],
    ['failed list q --where', /argument missing/],
    ['failed list q --where old=1h', /^--where knows no 'old'\. There are code, /],
    ['failed list q --where older=soon', /^--where older= wants a time/],
    ['failed list q --where code', /^--where cannot be read: 'code'/],
    ['failed list q --where code=A,', /^--where cannot be read: ''/],
    ['failed edit q', /^Missing required argument 'id'/],
    ['failed edit q a --set a=1 --body b', /^Give either --set or --body\./],
    ['failed list q --url http://localhost', /^The broker's address cannot be read/],
  ];
  for (const [line, message] of bad) {
    it(`explains what is wrong with "${line}"`, async () => {
      const { code, out, err } = await runWaybill(line.split(' '));
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, message);
    });
  }

  it('prints the help of a command that is none without another one', async () => {
    const { code, err } = await runWaybill(['failed']);
    assert.equal(code, 2);
    assert.match(err, /^Usage: waybill failed .*replay/s);
  });

  it('tells errors as JSON where JSON is asked for', async () => {
    const { code, out, err } = await runWaybill(['brokr', '--json']);
    assert.deepEqual([code, out], [2, '']);
    assert.deepEqual(JSON.parse(err), {
      error: { code: 'USAGE', message: "Unknown command 'brokr'. Did you mean broker?" },
    });
  });

  it('ends with 3 where the broker cannot be reached, and tells no password', async () => {
    const url = `amqp://guest:secret@127.0.0.1:${await freePort()}`;
    const { code, out, err } = await runWaybill(['failed', 'list', 'q', '--url', url]);
    assert.deepEqual([code, out], [3, '']);
    assert.match(err, /nothing listens there/);
    assert.ok(!err.includes('secret'), err);
  });
});

/** The command as commander has it. */
function commandOf(path: string): Command {
  const [, ...words] = path.split(' ');
  let command = buildProgram(console);
  for (const word of words) command = command.commands.find((each) => each.name() === word) as Command;
  return command;
}
