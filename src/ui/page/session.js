// Speaks with the server that has sent this page. The token comes in the fragment of the address, and is taken out of it at once.

const kept = 'waybill-token';

/** The server lets this page in no more, or never has. */
export class Locked extends Error {}

/** Takes the token out of the address, or gives the one of before; another tab has its own. */
export function takeToken() {
  const [, token] = /^#token=([\w-]+)$/.exec(location.hash) ?? [];
  if (token !== undefined) {
    sessionStorage.setItem(kept, token);
    history.replaceState(null, '', '#/map');
  }
}

/**
 * Asks something. @param {string} path @param {Readonly<Record<string, string>>} [query]
 * @returns {Promise<any>}
 */
export async function ask(path, query = {}) {
  return await answerOf(await fetch(`${path}?${new URLSearchParams(query)}`, { headers: credentials() }));
}

/** Has something changed. @param {string} path @param {object} body @returns {Promise<any>} */
export async function change(path, body) {
  const headers = { ...credentials(), 'content-type': 'application/json' };
  return await answerOf(await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/**
 * Hears what the server tells by itself, until that ends. n.b. an EventSource could send no header.
 * @param {(name: string, told: any) => void} listener
 */
export async function listen(listener) {
  const response = await fetch('/api/live', { headers: credentials() });
  if (!response.ok || !response.body) return void (await answerOf(response));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (rest + value).split('\n\n');
    rest = events.pop() ?? '';
    for (const each of events) {
      const [, name = '', data = 'null'] = /^event: (.*)\ndata: (.*)$/.exec(each) ?? [];
      listener(name, JSON.parse(data));
    }
  }
}

/** @param {Response} response */
async function answerOf(response) {
  if (response.status === 401) throw new Locked();
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

function credentials() {
  return { authorization: `Bearer ${sessionStorage.getItem(kept) ?? ''}` };
}
