import { brand, isBranded } from './shared-by-copies.js';

/** Marks a class of errors that say what is wrong with a call itself, in words of Waybill: its caller may always know. */
export function tellCallers(Class: { readonly prototype: object }): void {
  brand(Class, 'ForCallers');
}

/** True for such an error, unless it has come of another one, whose words are in it. Never throws. */
export function isForCallers(error: object): boolean {
  try {
    return isBranded(error, 'ForCallers') && (error as { readonly cause?: unknown }).cause === undefined;
  } catch {
    return false;
  }
}
