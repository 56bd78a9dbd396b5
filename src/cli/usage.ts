/** What help can be asked for: all of it, or that of one command. */
export type HelpTopic = 'all' | 'broker' | 'failed';

const broker = `waybill broker [--port <number>] [--host <address>] [--profile <version>] [--verbose]`;

const brokerOptions = `broker: serves AMQP 0-9-1 on 127.0.0.1, in memory, for development and tests.
  --port <number>  the port to listen on (default 5672; 0 takes a free one)
  --host <address> the address to listen on (default 127.0.0.1); other machines
                   reach one that is not of this machine alone, as 0.0.0.0
  --profile <version>
                   the RabbitMQ to behave like: 3.10, 4.0 or 4.3 (default 4.3)
  --verbose        print each message that passes`;

const failed = `waybill failed list   <queue>
       waybill failed show   <queue> <message id>
       waybill failed replay <queue> <message id>... | --all
       waybill failed drop   <queue> <message id>... | --all`;

const failedOptions = `failed: looks after the messages that components have parked in <queue>.failed.
  list             names them, one a line, with what they failed of
  show             prints one of them, with its dossier and its body
  replay           sends them back to <queue>, with the same message id
  drop             removes them for good
  --all            all of them
  --url <url>      where the broker is (default WAYBILL_URL, else localhost)`;

const always = `  --help, -h       print this
  --version        print the version`;

/** How the command line is used, or one command of it. */
export function usage(topic: HelpTopic): string {
  if (topic === 'broker') return `Usage: ${broker}\n\n${brokerOptions}`;
  if (topic === 'failed') return `Usage: ${failed}\n\n${failedOptions}`;
  return [`Usage: ${broker}\n       ${failed}`, brokerOptions, failedOptions, always].join('\n\n');
}
