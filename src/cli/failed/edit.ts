import { type EditFate, type FailedMessage, type FailedQueue, failedQueueName } from '../../amqp/index.js';
import { EditableBody } from '../../parked/index.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from '../command.js';
import { UsageError } from '../command-error.js';
import { bodyHelp, givenBody } from '../given-body.js';
import { logJson } from '../output.js';
import { another } from '../values.js';
import { inEditor } from './in-editor.js';
import { defineQueue, Selection, withFailedQueue } from './selection.js';
import { setIn } from './set-in.js';

interface EditOptions {
  readonly set?: readonly string[];
  readonly body?: string;
  readonly replay?: boolean;
}

/** `waybill failed edit`: changes the body of one message. */
export const edit: CommandDefinition = {
  name: 'edit',
  summary: 'change the body of one of them',
  description:
    'Changes the body of one parked message: in your editor (VISUAL, else EDITOR), or by --set or --body. The message keeps its id and its ' +
    'other properties, and gets a header x-waybill-edited with the time. It stays parked, with its dossier, at the end of the queue; --replay sends it back instead.',
  examples: [
    ['waybill failed edit orders 018f3a', 'in your editor'],
    [
      'waybill failed edit orders 018f3a --set content.parameters.sku=B-7 --replay',
      'one place, and back to its queue',
    ],
    ['waybill failed edit orders 018f3a --body @mended.json', 'the whole body, from a file'],
  ],
  define: (command) => {
    defineQueue(command)
      .argument('<id>', 'the id of the message, as `list` shows it')
      .option(
        '--set <path=value>',
        'set one place, a.b.0.c=value (JSON, else text); may be given several times',
        another,
      )
      .option('--body <body>', bodyHelp)
      .option('--replay', 'send it back to its queue');
  },
  run: run,
};

async function run(context: Context, queue: string, id: string, options: EditOptions): Promise<ExitCode> {
  if (options.set && options.body !== undefined) throw new UsageError('Give either --set or --body.');
  const selection = new Selection([id], {});
  return await withFailedQueue(context, queue, async (failed) => {
    const original = (await failed.list()).find(selection.isChosen);
    if (!original) return selection.end(queue, context);
    const fate = options.replay ? 'replay' : 'keep';
    if (options.body !== undefined || options.set) {
      const content = await changed(context, original, options);
      return await put({ context, queue, failed, original, fate }, content);
    }
    return await editByHand({ context, queue, failed, original, fate });
  });
}

interface Edit {
  readonly context: Context;
  readonly queue: string;
  readonly failed: FailedQueue;
  readonly original: FailedMessage;
  readonly fate: EditFate;
}

async function changed(
  { output }: Context,
  original: FailedMessage,
  { set = [], body }: EditOptions,
): Promise<Buffer> {
  if (body !== undefined) return await givenBody(body);
  const editable = new EditableBody(original);
  const { value } = editable;
  const added = set.map((each) => setIn(value, each)).filter((path) => path !== undefined);
  // A misspelt one is new, too.
  for (const path of added) output.error(`There was no ${path}: it is added.`);
  return editable.encode(JSON.stringify(value));
}

/** No message is held while somebody types. What they have written is not lost either when it cannot be taken. */
async function editByHand(edit: Edit): Promise<ExitCode> {
  const editable = new EditableBody(edit.original);
  const { text, path, forget } = await inEditor(editable.text, editable.extension);
  const tellWhere = (): void => edit.context.output.error(`What you have written is in ${path}.`);
  try {
    const isUnchanged = editable.isUnchanged(text);
    const code = isUnchanged ? unchanged(edit) : await put(edit, editable.encode(text));
    if (code === exitCodes.done) await forget();
    else tellWhere();
    return code;
  } catch (thrown) {
    tellWhere();
    throw thrown;
  }
}

function unchanged({ context: { output, json }, original: { id } }: Edit): ExitCode {
  if (json) logJson(output, { id, edited: false });
  else output.log('Nothing was changed.');
  return exitCodes.done;
}

async function put({ context, queue, failed, original, fate }: Edit, content: Buffer): Promise<ExitCode> {
  const { output, json } = context;
  if (content.equals(original.content)) return unchanged({ context, queue, failed, original, fate });
  const { id } = original;
  if (!(await failed.edit(original, content, fate))) {
    output.error(
      `Message ${id} is not in ${failedQueueName(queue)} any more as it was: somebody else has dealt with it.`,
    );
    return exitCodes.failed;
  }
  if (json) logJson(output, { id, edited: true, fate });
  else if (fate === 'replay') output.log(`${id} edited and sent back to ${queue}`);
  else output.log(`${id} edited; it stays parked: waybill failed replay ${queue} ${id}`);
  return exitCodes.done;
}
