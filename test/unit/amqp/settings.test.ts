import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ConfigurationError } from 'waybill';
import { type Address, type ConnectionOptions, masked, settle } from '../../../src/amqp/index.js';

/** Settles with nothing from our own environment. */
function settled(options: ConnectionOptions = {}, env: NodeJS.ProcessEnv = {}) {
  return settle(options, env);
}

function login(username: string, password: string): Pick<Address, 'credentials'> {
  return { credentials: { username, password } };
}

function address(url: string): Address {
  return settled({ url }).addresses[0];
}

const defaults: Address = {
  protocol: 'amqp',
  hostname: 'localhost',
  port: 5672,
  credentials: { username: 'guest', password: 'guest' },
  heartbeatSeconds: 10,
};

describe('settings when nothing is given', () => {
  it('P-B1: are localhost, guest, guest and /', () => {
    const others = { tls: {}, connectTimeoutMs: 5_000, firstConnect: { attempts: 1, delayMs: 0 } };
    assert.deepEqual(settled(), { addresses: [defaults], vhost: '/', ...others });
  });
});

describe('a URL', () => {
  const forms: readonly (readonly [url: string, expected: Partial<Address>])[] = [
    ['amqp://broker', { hostname: 'broker' }],
    ['amqp://broker/', { hostname: 'broker' }],
    ['amqp://broker:5673', { hostname: 'broker', port: 5673 }],
    ['amqp://127.0.0.1', { hostname: '127.0.0.1' }],
    ['amqps://broker', { hostname: 'broker', protocol: 'amqps', port: 5671 }],
    ['AMQPS://broker', { hostname: 'broker', protocol: 'amqps', port: 5671 }],
    ['amqp://ann:secret@broker', { hostname: 'broker', ...login('ann', 'secret') }],
    ['amqp://ann@broker', { hostname: 'broker', ...login('ann', '') }],
    ['amqp://ann:@broker', { hostname: 'broker', ...login('ann', '') }],
    ['amqp://[::1]', { hostname: '::1' }],
    ['amqp://[::1]:5673/x', { hostname: '::1', port: 5673 }],
    ['amqp://ann:secret@[2001:db8::7]:1', { hostname: '2001:db8::7', port: 1, ...login('ann', 'secret') }],
    ['amqp://', { hostname: 'localhost' }],
    ['amqp:///orders', { hostname: 'localhost' }],
    ['amqp://broker?heartbeat=3', { hostname: 'broker', heartbeatSeconds: 3 }],
    ['amqp://broker/x?heartbeat=0', { hostname: 'broker', heartbeatSeconds: 0 }],
    ['  amqp://broker  ', { hostname: 'broker' }],
  ];
  for (const [url, expected] of forms) {
    it(`is read: ${url}`, () => assert.deepEqual(address(url), { ...defaults, ...expected }));
  }

  it('may have any character in user and password, percent-encoded', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (username, password) => {
        const url = `amqp://${encodeURIComponent(username)}:${encodeURIComponent(password)}@broker`;
        assert.deepEqual(address(url), { ...defaults, hostname: 'broker', ...login(username, password) });
      }),
    );
  });

  it('takes an @ or a : in the password as it is, as people paste it', () => {
    assert.deepEqual(address('amqp://ann:p@ss@broker').credentials, login('ann', 'p@ss').credentials);
    assert.deepEqual(address('amqp://ann:p:ss@broker').credentials, login('ann', 'p:ss').credentials);
  });

  const vhosts: readonly (readonly [url: string, vhost: string])[] = [
    ['amqp://h', '/'],
    ['amqp://h/', '/'],
    ['amqp://h/%2F', '/'],
    ['amqp://h/%2f', '/'],
    ['amqp://h//', '/'],
    ['amqp://h/orders', 'orders'],
    ['amqp://h/%2Forders', '/orders'],
    ['amqp://h//orders', '/orders'],
    ['amqp://h/a/b', 'a/b'],
    ['amqp://h/a%2Fb', 'a/b'],
    ['amqp://h/a%20b', 'a b'],
    ['amqp://h/%C3%BC', 'ü'],
    ['amqp://h/100%25', '100%'],
    ['amqp://h/x?heartbeat=5', 'x'],
  ];
  for (const [url, vhost] of vhosts) {
    it(`names the virtual host: ${url}`, () => assert.equal(settled({ url }).vhost, vhost));
  }

  it('may be several, in a list or separated by commas, tried in that order', () => {
    const expected = [
      { ...defaults, hostname: 'a' },
      { ...defaults, hostname: 'b', port: 1 },
    ];
    for (const url of ['amqp://a,amqp://b:1', 'amqp://a, amqp://b:1,', ['amqp://a', 'amqp://b:1']]) {
      assert.deepEqual(settled({ url }).addresses, expected);
    }
    assert.deepEqual(settled({}, { WAYBILL_URL: 'amqp://a,amqp://b:1' }).addresses, expected);
  });

  it('of several: one virtual host for all, and different ones are refused', () => {
    assert.equal(settled({ url: 'amqp://a/x,amqp://b/x' }).vhost, 'x');
    assert.throws(() => settled({ url: 'amqp://a/x,amqp://b/y' }), ConfigurationError);
    assert.equal(settled({ url: 'amqp://a/x,amqp://b/y', vhost: 'z' }).vhost, 'z');
  });

  const unreadable: readonly (readonly [url: string, why: RegExp])[] = [
    ['broker', /no URL/],
    ['broker:5672', /does not begin with 'amqp:/],
    ['http://broker', /begins with 'http:'/],
    ['amqp://broker:notaport', /no URL/],
    ['amqp://broker:99999', /no URL/],
    ['amqp://[::1', /no URL/],
    ['amqp://ann:100%@broker', /'%'/],
    ['amqp://broker/100%', /'%'/],
    ['amqp://broker?heartbeat=soon', /heartbeat/],
    ['amqp://broker?heartbeat=-1', /heartbeat/],
    ['amqp://broker?heartbeat=99999', /heartbeat/],
  ];
  for (const [url, why] of unreadable) {
    it(`is refused with the reason: ${url}`, () => {
      assert.throws(() => settled({ url }), {
        name: 'ConfigurationError',
        code: 'CONFIGURATION',
        message: why,
      });
    });
  }

  const unescaped = ['p#zq', 'p/zq', 'p?zq', 'p,zq', '12#zq', '12/zq', '12?zq', '12,zq', '1,zq:s', '1,zq:/s'];
  for (const password of unescaped) {
    it(`T-B13: with a password that is not escaped is refused with what to write: ${password}`, () => {
      assert.throws(
        () => settled({ url: `amqp://ann:${password}@broker/x` }),
        (error: Error) => {
          assert.match(error.message, /cannot be read.* # as %23, \/ as %2F, \? as %3F.*',' as %2C/);
          assert.ok(!error.message.includes('zq'), error.message);
          return true;
        },
      );
      const escaped = address(`amqp://ann:${encodeURIComponent(password)}@broker/x`);
      assert.deepEqual(escaped.credentials, login('ann', password).credentials);
    });
  }

  for (const parameter of ['channel_max', 'frameMax', 'connection_timeout', 'cacertfile', 'Heartbeat']) {
    it(`T-B13: with a parameter that nobody knows is refused by its name: ${parameter}`, () => {
      assert.throws(() => settled({ url: `amqp://broker?heartbeat=5&${parameter}=7` }), {
        name: 'ConfigurationError',
        message: new RegExp(`parameter '${parameter}'.*heartbeat and auth_mechanism.*connectTimeoutMs`),
      });
    });
  }

  it('T-B13: says who logs in by auth_mechanism, and is refused for one that nobody knows', () => {
    for (const url of [
      'amqps://broker?auth_mechanism=external',
      'amqps://a:b@broker?auth_mechanism=EXTERNAL',
    ])
      assert.equal(address(url).credentials, 'external');
    assert.deepEqual(address('amqp://broker?auth_mechanism=plain'), { ...defaults, hostname: 'broker' });
    assert.throws(
      () => address('amqp://broker?auth_mechanism=kerberos'),
      /auth_mechanism .*'plain', 'external'/,
    );
  });

  it('is never quoted with its password when it is refused', () => {
    const secret = 'hunter2';
    const urls = [
      `amqp//ann:${secret}@broker`,
      `amqp://ann:${secret}@broker:x`,
      `amqp://ann:${secret}%@broker`,
      `amqp://ann:${secret}/@broker:5672`,
      `amqp://ann:1${secret}#@broker`,
      `${secret}`,
      `https://ann:${secret}@broker`,
      `amqp://ann:${secret}@a/x,amqp://ann:${secret}@b/y`,
      `amqp://ann:${secret}@broker?heartbeat=soon`,
      `amqp://ann:1?${secret}@broker`,
      `amqp://ann:1/${secret}@broker`,
      `amqp://ann:1,${secret}:x@broker`,
      `amqp://ann:1#${secret}@broker`,
    ];
    for (const url of urls) {
      assert.throws(
        () => settled({ url }),
        (error: Error) => {
          assert.ok(error instanceof ConfigurationError, `${url}: ${error}`);
          const all = [error, error.cause].map((each) => `${String(each)} ${JSON.stringify(each)}`).join(' ');
          assert.ok(!all.includes(secret), all);
          return true;
        },
      );
    }
  });
});

describe('numbers that cannot be used', () => {
  const odd: readonly ConnectionOptions[] = [
    { heartbeatSeconds: -1 },
    { heartbeatSeconds: Number.NaN },
    { heartbeatSeconds: 70_000 },
    { connectTimeoutMs: 0 },
    { connectTimeoutMs: -1 },
    { connectTimeoutMs: Number.NaN },
    { heartbeatSeconds: 0.5 },
    { heartbeatSeconds: '10' as unknown as number },
    { heartbeatSeconds: null as unknown as number },
    { url: 'amqp://h?heartbeat=' },
    ...[Number.NaN, 0, -1, 1.5, '3', null].map((attempts) => firstConnect(attempts, 0)),
    ...[Number.NaN, -1, '100', undefined].map((delayMs) => firstConnect(1, delayMs)),
  ];
  for (const options of odd) {
    it(`T-A4, H-A14: are refused in words: ${JSON.stringify(options)}`, () => {
      const words = /^(heartbeat|connectTimeoutMs|firstConnect\.)\S* must be a (whole )?number .* is /;
      assert.throws(
        () => settled(options),
        (error: unknown) => error instanceof ConfigurationError && words.test(error.message),
      );
    });
  }

  it('do not include times of any length, nor Infinity for attempts', () => {
    const ever = { attempts: Number.POSITIVE_INFINITY, delayMs: 2 ** 40 };
    const { connectTimeoutMs, firstConnect } = settled({ connectTimeoutMs: 2 ** 40, firstConnect: ever });
    assert.deepEqual([connectTimeoutMs, firstConnect], [2 ** 40, ever]);
  });

  function firstConnect(attempts: unknown, delayMs: unknown): ConnectionOptions {
    return { firstConnect: { attempts, delayMs } as { attempts: number; delayMs: number } };
  }
});

describe('the precedence of settings', () => {
  const env = {
    WAYBILL_URL: 'amqp://env/from-url',
    POSTAGE_HOST: 'postage',
    POSTAGE_USER: 'pat',
    POSTAGE_PASSWORD: 'p/w%21',
    POSTAGE_VHOST: 'development',
  };
  const { WAYBILL_URL: _, ...postage } = env;

  it('P-C42: the POSTAGE variables are taken where there is no URL, as they are', () => {
    assert.deepEqual(settled({}, postage), {
      addresses: [{ ...defaults, hostname: 'postage', ...login('pat', 'p/w%21') }],
      vhost: 'development',
      tls: {},
      connectTimeoutMs: 5_000,
      firstConnect: { attempts: 1, delayMs: 0 },
    });
  });

  it('P-B1: each POSTAGE variable counts by itself; an empty one counts as not set', () => {
    assert.equal(settled({}, { POSTAGE_VHOST: 'x' }).vhost, 'x');
    assert.equal(settled({}, { POSTAGE_VHOST: '' }).vhost, '/');
    assert.deepEqual(settled({}, { POSTAGE_HOST: '', POSTAGE_USER: '', POSTAGE_PASSWORD: '' }).addresses, [
      defaults,
    ]);
    assert.equal(settled({}, { POSTAGE_HOST: 'x' }).addresses[0].hostname, 'x');
  });

  it('WAYBILL_URL beats all the POSTAGE variables together', () => {
    const { addresses, vhost } = settled({}, env);
    assert.deepEqual([addresses, vhost], [[{ ...defaults, hostname: 'env' }], 'from-url']);
    assert.equal(settled({}, { ...env, WAYBILL_URL: 'amqp://env' }).vhost, '/');
  });

  it('an empty WAYBILL_URL counts as not set', () => {
    for (const WAYBILL_URL of ['', ' ', ',']) {
      assert.equal(settled({}, { ...postage, WAYBILL_URL }).addresses[0].hostname, 'postage');
    }
  });

  it('an explicit URL beats all variables', () => {
    const { addresses, vhost } = settled({ url: 'amqp://mine/v' }, env);
    assert.deepEqual([addresses, vhost], [[{ ...defaults, hostname: 'mine' }], 'v']);
  });

  it('an explicit virtual host beats that of any URL and of the environment', () => {
    assert.equal(settled({ url: 'amqp://mine/v', vhost: 'w' }, env).vhost, 'w');
    assert.equal(settled({ vhost: 'w' }, env).vhost, 'w');
    assert.equal(settled({ vhost: 'w' }, postage).vhost, 'w');
  });

  it('an explicit heartbeat beats that of the URL; undefined counts as not given', () => {
    const url = 'amqp://a?heartbeat=3,amqp://b';
    const heartbeats = (options: ConnectionOptions): number[] =>
      settled(options).addresses.map(({ heartbeatSeconds }) => heartbeatSeconds);
    assert.deepEqual(heartbeats({ url }), [3, 10]);
    assert.deepEqual(heartbeats({ url, heartbeatSeconds: 5 }), [5, 5]);
    assert.deepEqual(heartbeats({ url, heartbeatSeconds: undefined }), [3, 10]);
    assert.equal(settled({ url: undefined, vhost: undefined }, env).vhost, 'from-url');
  });

  it('TLS options and connect timeout pass through', () => {
    const tls = { ca: 'x' };
    const settings = settled({ tls, connectTimeoutMs: 7 });
    assert.deepEqual([settings.tls, settings.connectTimeoutMs], [tls, 7]);
  });
});

describe('credentials', () => {
  const ann = { username: 'ann', password: 'hunter2' };

  it('beat those of every address, and of the environment', () => {
    const { addresses } = settled({ url: 'amqp://a:b@h,amqps://c:d@h', credentials: ann });
    assert.deepEqual(
      addresses.map(({ credentials }) => credentials),
      [ann, ann],
    );
    assert.deepEqual(settled({ credentials: ann }, { POSTAGE_USER: 'pat' }).addresses[0].credentials, ann);
  });

  it('that are none are refused, and not quoted', () => {
    for (const odd of [null, 'plain', 'hunter2', {}, { username: 'ann' }, { ...ann, username: 7 }, 5]) {
      const credentials = odd as unknown as NonNullable<ConnectionOptions['credentials']>;
      assert.throws(() => settled({ credentials }), {
        name: 'ConfigurationError',
        message: /^credentials must be \{ username, password \} \(texts\) or 'external', or a function/,
      });
    }
  });
});

describe('the address that is shown in logs and errors', () => {
  it('has no user where that is not known yet, or stands in a certificate', () => {
    for (const credentials of ['external', () => 'external' as const] as const)
      assert.equal(masked({ ...defaults, credentials }, '/'), 'amqp://localhost:5672');
  });

  it('has three stars for the password, and is a URL', () => {
    assert.equal(masked(address('amqp://ann:secret@broker'), '/'), 'amqp://ann:***@broker:5672');
    assert.equal(masked(address('amqps://a%40b:x@[::1]:7'), 'a/b'), 'amqps://a%40b:***@[::1]:7/a%2Fb');
    assert.equal(masked(address('amqp://ann@broker'), '/'), 'amqp://ann:@broker:5672');
  });

  it('never shows the password', () => {
    const alphabet = fc.constantFrom(...'QZ!#%&@:/?é[]\\ ');
    fc.assert(
      fc.property(fc.string({ unit: alphabet, minLength: 3 }), (password) => {
        const text = masked({ ...defaults, ...login('guest', password) }, 'orders');
        assert.ok(!text.includes(password) && !text.includes(encodeURIComponent(password)), text);
      }),
    );
  });
});
