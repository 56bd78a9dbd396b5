/**
 * How long what runs may take to end when nobody says otherwise, in milliseconds. `docker stop` kills after ten seconds, in which the
 * connections must be closed, too.
 */
export const usualDrainMs = 8_000;
