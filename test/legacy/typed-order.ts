// The way class-transformer is meant to be used: its decorators need `experimentalDecorators`, so this file is compiled
// and loaded in that mode only.
import 'reflect-metadata';
import { Exclude, Expose, Transform, Type } from 'class-transformer';

export class Item {
  name!: string;
  price!: number;

  get label(): string {
    return `${this.name} for ${this.price}`;
  }
}

export class Order {
  @Expose({ name: 'order_id' })
  id!: number;

  @Type(() => Item)
  items!: Item[];

  @Type(() => Date)
  due!: Date;

  @Transform(({ value }) => String(value).toUpperCase())
  currency!: string;

  @Exclude()
  secret?: string;
}
