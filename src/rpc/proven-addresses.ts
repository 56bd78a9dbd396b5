import type { Link } from '../amqp/index.js';

/** Addresses come from outside: only so many are remembered, the last ones. */
const mostAddresses = 10_000;

/**
 * Where answers have arrived. RabbitMQ before 4.3 closes the connection of whoever publishes to a direct reply-to address that is forged,
 * or whose node has left the cluster; so what shares its channel with deliveries goes to no address that was not tried before.
 */
export class ProvenAddresses {
  readonly #addresses = new Set<string>();

  static of(link: Link): ProvenAddresses {
    const addresses = addressesOf.get(link) ?? new ProvenAddresses();
    addressesOf.set(link, addresses);
    return addresses;
  }

  has(address: string): boolean {
    return this.#addresses.has(address);
  }

  add(address: string): void {
    this.#addresses.add(address);
    const [oldest] = this.#addresses.size > mostAddresses ? this.#addresses : [];
    if (oldest !== undefined) this.#addresses.delete(oldest);
  }

  delete(address: string): void {
    this.#addresses.delete(address);
  }
}

const addressesOf = new WeakMap<Link, ProvenAddresses>();
