import { cut } from '../../common/foreign-text.js';
import type { HandshakeWords } from '../frames/handshake-words.js';
import type { Address } from './address.js';
import { type ConnectFailure, sayRefusedLogin, who } from './connect-explanations.js';

/** A short text of AMQP has no more. */
const MOST_WORDS = 255;

/** What a person should know and do where the broker has said why it lets nobody in, followed by what it said. */
export function explainRefusal(
  { replyCode, replyText }: HandshakeWords,
  address: Address,
  vhost: string,
): ConnectFailure {
  const kind = kinds.find(({ code, words }) => code === replyCode && (words?.test(replyText) ?? true));
  const text = kind?.say(address, vhost) ?? 'the broker closed the connection while it was made.';
  const said = `The broker says: ${replyCode} ${cut(replyText, MOST_WORDS)}`;
  return { text: `${text} ${said}`, temporary: kind?.temporary ?? false, replyCode };
}

interface Kind {
  readonly code: number;
  /** How the broker's words end; names that users have given stand before that. */
  readonly words?: RegExp;
  /** Set for what passes without anybody changing a setting. */
  readonly temporary?: true;
  say(address: Address, vhost: string): string;
}

/** The first that fits counts. */
const kinds: readonly Kind[] = [
  { code: 403, say: ({ credentials }) => sayRefusedLogin(credentials) },
  {
    code: 530,
    words: / limit \(\d+\) is reached$/,
    temporary: true,
    say: ({ credentials }) =>
      `the broker let ${who(credentials)} in, but there are as many connections as a limit allows. Close some, or raise it: rabbitmqctl list_connections, list_vhost_limits, list_user_limits.`,
  },
  {
    code: 530,
    words: / is down$/,
    temporary: true,
    say: (_, vhost) =>
      `the virtual host '${vhost}' is down there. It may be starting; else rabbitmqctl restart_vhost.`,
  },
  {
    code: 530,
    words: / not found$/,
    say: ({ credentials }, vhost) =>
      `the broker let ${who(credentials)} in, but not into the virtual host '${vhost}': it does not exist (rabbitmqctl add_vhost).`,
  },
  {
    code: 530,
    say: ({ credentials }, vhost) =>
      `the broker let ${who(credentials)} in, but not into the virtual host '${vhost}': the user has no permission there (rabbitmqctl set_permissions).`,
  },
];
