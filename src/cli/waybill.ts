#!/usr/bin/env node
import { runBroker } from './broker-command.js';
import { type Command, readArguments, usage } from './cli-arguments.js';
import { runFailed } from './failed-command.js';

process.exitCode = await run(readArguments(process.argv.slice(2)));

async function run(command: Command): Promise<number> {
  switch (command.kind) {
    case 'broker':
      return await runBroker(command, console);
    case 'failed':
      return await runFailed(command, console);
    case 'help':
      console.log(usage);
      return 0;
    case 'mistake':
      console.error(`${command.message}\n\n${usage}`);
      return 2;
  }
}
