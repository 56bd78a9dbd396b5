import { ConfigurationError } from '../../errors.js';
import { HttpError } from './http-error.js';

/** What a parameter of a path may be; `{id}` alone is a `str`. */
interface Kinds {
  readonly str: string;
  readonly int: number;
  readonly float: number;
  readonly bool: boolean;
}

/** The parameters of a template: those of `/orders/{id:int}/{part}` are `{ id: number, part: string }`. */
export type PathParams<Template extends string> = string extends Template
  ? Readonly<Record<string, Kinds[keyof Kinds]>>
  : Template extends `${string}{${infer Parameter}}${infer Rest}`
    ? ParamOf<Parameter> & PathParams<Rest>
    : unknown;

type ParamOf<Parameter extends string> = Parameter extends `${infer Name}:${infer Kind extends keyof Kinds}`
  ? { readonly [Each in Name]: Kinds[Kind] }
  : { readonly [Each in Parameter]: string };

type Values = Readonly<Record<string, Kinds[keyof Kinds]>>;

/** A path with parameters in braces: `/orders/{id:int}`. */
export class PathTemplate {
  /** The template as it was written: the label of metrics. */
  readonly text: string;
  /** Without the parameters' names: two templates of one shape are for the same paths. */
  readonly shape: string;
  /** The template as the router wants it: `/orders/:id`. */
  readonly pattern: string;
  readonly #kinds: readonly (readonly [name: string, kind: keyof Kinds])[];

  /** @throws ConfigurationError for what is no such path */
  constructor(text: string) {
    const segments = text.split('/').slice(1);
    if (!text.startsWith('/') || segments.some((each) => !wholeSegment.test(each))) {
      throw new ConfigurationError(
        `'${text}' is no path: write '/orders/{id:int}', with parameters as whole parts of it.`,
      );
    }
    const parameters = segments.map((each) => parameter.exec(each));
    this.text = text;
    this.#kinds = parameters.flatMap((each) => (each ? [kindOf(text, each)] : []));
    this.shape = `/${segments.map((each, at) => (parameters[at] ? '{}' : each)).join('/')}`;
    this.pattern = `/${segments.map((each, at) => (parameters[at] ? `:${parameters[at][1]}` : each)).join('/')}`;
    const names = this.#kinds.map(([name]) => name);
    if (new Set(names).size < names.length) {
      throw new ConfigurationError(`'${text}' has two parameters of one name.`);
    }
  }

  /** Whether each path of another one fits this one, too: who stands first hides the other. */
  covers(other: PathTemplate): boolean {
    const [own, others] = [this.shape.split('/'), other.shape.split('/')];
    return own.length === others.length && own.every((part, at) => part === '{}' || part === others[at]);
  }

  /** The parameters, each made into its kind. @throws HttpError 400 for a text that is no such thing */
  read(texts: Readonly<Record<string, string>>): Values {
    return Object.fromEntries(
      this.#kinds.map(([name, kind]) => [name, converted(name, kind, texts[name] ?? '')]),
    );
  }
}

const parameter = /^\{(\w+)(?::(\w+))?\}$/;
/** Nothing that a router would read in a way of its own. */
const wholeSegment = /^(\{\w+(:\w+)?\}|[^{}:*?#]*)$/;

const readers: { readonly [Kind in keyof Kinds]: (text: string) => Kinds[Kind] | undefined } = {
  str: (text) => text,
  int: (text) => (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined),
  float: (text) => {
    const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text));
    return isNumber ? Number(text) : undefined;
  },
  // Whatever is not said to be true is false, as in the original (AW-B27).
  bool: (text) => /^(on|true|yes|1)$/i.test(text),
};

function kindOf(text: string, [, name = '', kind = 'str']: RegExpExecArray): readonly [string, keyof Kinds] {
  if (Object.hasOwn(readers, kind)) return [name, kind as keyof Kinds];
  throw new ConfigurationError(
    `'${text}': there is no kind '${kind}'; there are ${Object.keys(readers).join(', ')}.`,
  );
}

function converted(name: string, kind: keyof Kinds, text: string): Kinds[keyof Kinds] {
  const value = readers[kind](text);
  if (value !== undefined) return value;
  throw new HttpError(400, `'${text.slice(0, 100)}' is no ${kind} for '${name}'.`);
}
