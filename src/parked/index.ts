/** Parked messages as people look at them: what stands in their bodies, what they have in common, and how a body is changed. */
export { jsonBody, messageName, readableBody, senderName } from './body.js';
export { documentOf, summaryOf } from './documents.js';
export { EditError } from './edit-error.js';
export { EditableBody } from './editable-body.js';
export { type FailedGroup, type FailedTraits, groupsOf, traitsOf } from './groups.js';
