/**
 * The version of this package. It stands here as well as in package.json, which a bundle does not have beside it; a test holds
 * both to be the same.
 */
export const packageVersion = '0.1.0';
