import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { buildProgram } from '../../../src/cli/command-line.js';
import { placesOf } from '../../../src/cli/completion/places.js';
import { runWaybill } from '../../support/waybill-command.js';

/** Whether this machine has a shell. */
function has(shell: string): boolean {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0;
}

async function scriptFor(shell: string): Promise<string> {
  const { code, out, err } = await runWaybill(['completion', shell]);
  assert.deepEqual([code, err], [0, '']);
  return out;
}

/** What bash offers for the last word of a line. */
async function offered(line: string): Promise<readonly string[]> {
  const words = line.split(' ');
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _waybill; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', `${await scriptFor('bash')}\n${ask}`], {
    encoding: 'utf8',
  });
  assert.deepEqual([status, stderr], [0, '']);
  return stdout.split('\n').filter(Boolean);
}

describe('waybill completion', () => {
  const places = placesOf(buildProgram(console));

  for (const shell of ['bash', 'zsh', 'fish']) {
    it(`knows all commands and options, for ${shell}`, async () => {
      const script = await scriptFor(shell);
      for (const { path, commands, options } of places) {
        assert.ok(script.includes(path), path);
        for (const { text } of [...commands, ...options])
          assert.ok(script.includes(shell === 'fish' ? text.replace(/^--/, '-l ') : text), text);
      }
    });

    it(`is a script that ${shell} can read`, { skip: !has(shell) && `there is no ${shell}` }, async () => {
      const { status, stderr } = spawnSync(shell, ['-n'], {
        input: await scriptFor(shell),
        encoding: 'utf8',
      });
      assert.deepEqual([status, stderr], [0, '']);
    });
  }

  const lines: readonly (readonly [string, readonly string[]])[] = [
    ['waybill do', ['doctor']],
    ['waybill fai', ['failed']],
    ['waybill failed re', ['replay']],
    ['waybill --json failed re', ['replay']],
    ['waybill failed replay q --r', ['--rate']],
    ['waybill failed list --wh', ['--where']],
    ['waybill broker --profile 4', ['4.0', '4.3']],
    ['waybill send failed li', []],
    ['waybill completion z', ['zsh']],
    ['waybill listen --queue --', []],
    ['waybill doctor --js', ['--json']],
  ];
  for (const [line, words] of lines) {
    it(`offers ${words.join(' and ') || 'nothing'} for "${line}"`, {
      skip: !has('bash') && 'no bash',
    }, async () => {
      assert.deepEqual(await offered(line), words);
    });
  }

  it('refuses a shell that it does not know', async () => {
    const { code, err } = await runWaybill(['completion', 'csh']);
    assert.equal(code, 2);
    assert.match(err, /Allowed choices are bash, zsh, fish\./);
  });
});
