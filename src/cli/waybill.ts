#!/usr/bin/env node
import { runBroker } from './broker-command.js';
import { readArguments, usage } from './cli-arguments.js';

const command = readArguments(process.argv.slice(2));
if (command.kind === 'help') console.log(usage);
else if (command.kind === 'mistake') {
  console.error(`${command.message}\n\n${usage}`);
  process.exitCode = 2;
} else process.exitCode = await runBroker(command, console);
