/** A body cannot be changed in this way. Its sentence is for the person who wanted that. */
export class EditError extends Error {
  override readonly name = 'EditError' as const;
}
