import { AmqpError, type Frame, FrameType } from '../../protocol/index.js';

/** The method an error is blamed on, by its numbers; zeros name none. */
export type Culprit = readonly [classId: number, methodId: number];

/** The method a frame begins with; none if it is not a method frame. */
export function idsOf({ type, payload }: Frame): Culprit {
  if (type !== FrameType.method || payload.length < 4) return [0, 0];
  return [payload.readUInt16BE(0), payload.readUInt16BE(2)];
}

/** The method a connection error is blamed on: a wrong login and one channel too many on none. */
export function culpritOf(error: unknown, frame: Frame): Culprit {
  const isBlameless =
    error instanceof AmqpError && (error.code === 403 || /^NOT_ALLOWED - number/.test(error.message));
  return isBlameless ? [0, 0] : idsOf(frame);
}
