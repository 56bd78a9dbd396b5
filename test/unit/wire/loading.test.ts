import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Program } from '../../support/child.js';

describe('what is loaded with waybill', () => {
  it('is what each component needs; class-transformer comes with the first instance of a class', async () => {
    await using program = Program.run('test/unit/wire/programs/loaded-packages.ts');
    assert.deepEqual(await program.waitForEnd(), { code: 0, signal: null }, program.stderr);
    const [first = [], second = []] = program.stdout.split('\n').map((line) => line.split(' '));
    for (const name of ['amqplib', 'reflect-metadata']) assert.ok(first.includes(name), name);
    for (const name of ['class-transformer', 'os-utils']) assert.ok(!first.includes(name), name);
    assert.ok(second.includes('class-transformer'));
  });
});
