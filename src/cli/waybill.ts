#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runBroker } from './broker-command.js';
import { type Command, readArguments } from './cli-arguments.js';
import { runFailed } from './failed-command.js';
import { usage } from './usage.js';

process.exitCode = await run(readArguments(process.argv.slice(2)));

async function run(command: Command): Promise<number> {
  switch (command.kind) {
    case 'broker':
      return await runBroker(command, console);
    case 'failed':
      return await runFailed(command, console);
    case 'help':
      console.log(usage(command.topic));
      return 0;
    case 'version':
      console.log(version());
      return 0;
    case 'mistake':
      console.error(`${command.message}\nwaybill --help tells what there is.`);
      return 2;
  }
}

/** That of the package, which is two folders up both in src and in dist. */
function version(): string {
  const manifest = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
