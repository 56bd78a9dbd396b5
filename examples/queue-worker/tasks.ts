/** Which queue takes what: worker and producer hold to it, and the compiler sees to that. */
export interface Tasks {
  thumbnails: { readonly path: string; readonly width: number };
  greetings: string;
}
