// For `HEALTHCHECK`: ends with 0 where the service beside it is ready.
const { ok } = await fetch(`http://127.0.0.1:${process.env['HEALTH_PORT']}/health/ready`);
process.exit(ok ? 0 : 1);
