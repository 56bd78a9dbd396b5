import { Inbox, put, seen } from '../messages.js';
import type { Theme } from '../theme.js';

const replyQueue = 'amq.rabbitmq.reply-to';

/** Direct reply-to: answers without a queue. */
export const replyTo: Theme = {
  'a request carries an address, and an answer finds its way': async (world) => {
    const [client, server] = [await world.channel(), await world.channel()];
    const queue = await world.queue(server);
    const requests = await Inbox.acking(server, queue);
    const answers = await Inbox.open(client, replyQueue, { noAck: true });
    await put(client, '', queue, 'ping', { replyTo: replyQueue, correlationId: '7' });
    const request = await requests.at(0);
    const confirm = await put(server, '', request.properties.replyTo, 'pong', {
      correlationId: request.properties.correlationId,
    });
    return {
      request: seen(request),
      confirm,
      answer: seen(await answers.at(0)),
      fields: (await answers.at(0)).fields,
    };
  },

  'the address stays the same for a channel and differs between channels': async (world) => {
    const [one, two, server] = [await world.channel(), await world.channel(), await world.channel()];
    const queue = await world.queue(server);
    const requests = await Inbox.acking(server, queue);
    for (const client of [one, two]) await Inbox.open(client, replyQueue, { noAck: true });
    for (const client of [one, one, two]) await put(client, '', queue, 'ping', { replyTo: replyQueue });
    const addresses = (await requests.have(3)).map(({ properties }) => properties.replyTo);
    return { same: addresses[0] === addresses[1], differs: addresses[1] !== addresses[2] };
  },

  'answers must be consumed without acknowledgement': async (world) => {
    const channel = await world.channel();
    return world.outcome(channel, () => channel.consume(replyQueue, () => undefined));
  },

  'answers are consumed once per channel': async (world) => {
    const channel = await world.channel();
    await Inbox.open(channel, replyQueue, { noAck: true });
    return world.outcome(channel, () => channel.consume(replyQueue, () => undefined, { noAck: true }));
  },

  'answers may be consumed again after a cancel': async (world) => {
    const channel = await world.channel();
    const inbox = await Inbox.open(channel, replyQueue, { noAck: true });
    await channel.cancel(inbox.tag);
    return world.outcome(channel, () => channel.consume(replyQueue, () => undefined, { noAck: true }));
  },

  'a request without a consumer of answers is refused': async (world) => {
    const channel = await world.channel();
    const confirm = await put(channel, '', await world.queue(channel), 'ping', { replyTo: replyQueue });
    return { confirm, death: await world.death(channel) };
  },

  'an address is a queue while its channel lives': async (world) => {
    const [client, server] = [await world.channel(), await world.channel()];
    const address = await addressOf(world, client, server);
    const alive = await world.outcome(
      server,
      () => server.checkQueue(address),
      (answer) => answer,
    );
    await client.close();
    const other = await world.channel();
    return { alive, after: await world.outcome(other, () => other.checkQueue(address)) };
  },

  'an answer to a closed channel is returned when mandatory': async (world) => {
    const [client, server] = [await world.channel(), await world.channel()];
    const address = await addressOf(world, client, server);
    await client.close();
    const returned: unknown[] = [];
    server.on('return', (message) => returned.push(seen(message)));
    return { confirm: await put(server, '', address, 'late', { mandatory: true }), returned };
  },

  'a mandatory answer is delivered and yet returned': async (world) => {
    const [client, server] = [await world.channel(), await world.channel()];
    const queue = await world.queue(server);
    const requests = await Inbox.acking(server, queue);
    const answers = await Inbox.open(client, replyQueue, { noAck: true });
    await put(client, '', queue, 'ping', { replyTo: replyQueue });
    const returned: unknown[] = [];
    server.on('return', (message) => returned.push(seen(message)));
    const address = (await requests.at(0)).properties.replyTo as string;
    const confirm = await put(server, '', address, 'pong', { mandatory: true });
    return { confirm, returned, answer: seen(await answers.at(0)) };
  },

  'an invented address is nobody': async (world) => {
    const channel = await world.channel();
    const returned: unknown[] = [];
    channel.on('return', (message) => returned.push(seen(message)));
    return {
      confirm: await put(channel, '', `${replyQueue}.invented`, 'body', { mandatory: true }),
      returned,
    };
  },

  'the reply queue itself may be checked': async (world) => {
    const channel = await world.channel();
    return world.outcome(
      channel,
      () => channel.checkQueue(replyQueue),
      (answer) => answer,
    );
  },

  'several answers come in order, all with the same tag': async (world) => {
    const [client, server] = [await world.channel(), await world.channel()];
    const queue = await world.queue(server);
    const requests = await Inbox.acking(server, queue);
    const answers = await Inbox.open(client, replyQueue, { noAck: true });
    await put(client, '', queue, 'ping', { replyTo: replyQueue });
    const { properties } = await requests.at(0);
    for (const body of ['1', '2', '3']) server.sendToQueue(properties.replyTo, Buffer.from(body));
    await answers.have(3);
    return answers.messages.map(({ content, fields }) => [content.toString(), fields.deliveryTag]);
  },
};

type World = Parameters<Theme[string]>[0];
type Channel = Awaited<ReturnType<World['channel']>>;

/** The address under which a server reaches the client. */
async function addressOf(world: World, client: Channel, server: Channel): Promise<string> {
  const queue = await world.queue(server);
  const requests = await Inbox.acking(server, queue);
  await Inbox.open(client, replyQueue, { noAck: true });
  await put(client, '', queue, 'ping', { replyTo: replyQueue });
  return (await requests.at(0)).properties.replyTo as string;
}
