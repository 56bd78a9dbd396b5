/** A page that shows the components of a virtual host: served on 127.0.0.1, to whoever has its token. */
export { UiServer } from './ui-server.js';
