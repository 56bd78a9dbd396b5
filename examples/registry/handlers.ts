import { HandlersRegistry } from 'waybill/registry';
import { z } from 'zod';

/** A model that validates: any Standard Schema does. */
export const CreateUser = z.object({ name: z.string().min(1), age: z.number().int().min(18) });

/** A model that only transforms: a class, by class-transformer. */
export class Greeting {
  name = '';

  get text(): string {
    return `Hello ${this.name}!`;
  }
}

export const handlers = new HandlersRegistry();

handlers.register(
  'create_user',
  CreateUser,
)(async ({ name, age }) => {
  console.log(`${name} is ${age} and was created`);
});

class Greeter {
  #greeted = 0;

  @handlers.register('greet', Greeting)
  greet(greeting: Greeting) {
    return { text: greeting.text, number: ++this.#greeted };
  }
}
handlers.use(new Greeter());
