import { Transform, Type } from 'class-transformer';
import {
  type Body,
  type Content,
  Handler,
  MessageFilter,
  MessageHandler,
  MessageHandlerFullBody,
  MessageProcessor,
  RpcHandler,
} from 'waybill';
import { z } from 'zod';

class Size {
  width!: number;
  height!: number;

  get area(): number {
    return this.width * this.height;
  }
}

class Box {
  name!: string;
  size!: Size;
  made!: Date;

  get label(): string {
    return `${this.name}: ${this.size.area}`;
  }
}

class Touchy {
  value!: number;
}

// What `@Type` and `@Transform` do, by hand: this works with standard decorators, too.
Type(() => Size)(Box.prototype, 'size');
Type(() => Date)(Box.prototype, 'made');
Transform(({ value }) => {
  if (typeof value !== 'number') throw new RangeError('a value is a number');
  return value;
})(Touchy.prototype, 'value');

const sum = z.object({ a: z.number(), b: z.number(), note: z.string().default('none') });
const even = z.object({ n: z.number().refine(async (n) => n % 2 === 0, 'must be even') });

/** Asks for its contents by classes and by schemas, and notes what it gets. */
export class Typed extends MessageProcessor {
  readonly seen: unknown[] = [];

  @MessageHandler('command', 'box', Box)
  box({ parameters }: Content<Box>) {
    const { size, made } = parameters;
    this.seen.push([parameters instanceof Box, size instanceof Size, made.toISOString(), parameters.label]);
  }

  @MessageHandler('command', 'sum', sum)
  sum({ parameters }: Content<z.infer<typeof sum>>) {
    this.seen.push([parameters.a + parameters.b, parameters.note]);
  }

  @MessageHandler('command', 'even', even)
  even({ parameters }: Content<{ n: number }>) {
    this.seen.push(parameters.n);
  }

  @MessageHandler('command', 'touchy', Touchy)
  touchy({ parameters }: Content<Touchy>) {
    this.seen.push(parameters.value);
  }

  @MessageHandlerFullBody('command', 'whole', sum)
  whole({ name, content }: Body<Content<z.infer<typeof sum>>>) {
    this.seen.push([name, content.parameters]);
  }

  @MessageHandler('command', 'class', Size)
  static readonly ByClass = class extends Handler<Content<Size>, Typed> {
    call() {
      this.processor.seen.push(this.data.parameters.area);
    }
  };

  @MessageHandler('command', 'filtered', sum)
  @MessageFilter(({ parameters }: Content<string>) => ({ parameters: JSON.parse(parameters) }))
  filtered({ parameters }: Content<z.infer<typeof sum>>) {
    this.seen.push(parameters.a);
  }

  @MessageHandler('measured', 'size', Size)
  bare(content: Content<Size>) {
    this.seen.push((content as unknown as Size).area);
  }

  @RpcHandler('command', 'sum', sum)
  answerSum({ parameters }: Content<z.infer<typeof sum>>) {
    return parameters.a + parameters.b;
  }
}
