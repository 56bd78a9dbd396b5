// A program for the tests of `Program`: says where it is, survives SIGTERM, ends by SIGINT with code 3.
process.on('SIGTERM', () => console.error('SIGTERM ignored'));
process.on('SIGINT', () => process.exit(3));
console.log(
  `stubborn runs as ${process.pid} with ${process.argv.slice(2).join(' ')} and ${process.env['MOOD']}`,
);
setInterval(() => {}, 1_000);
