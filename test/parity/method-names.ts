/** AMQP 0-9-1 names of the methods that a close frame may blame, by `class.method` number. */
const names: Readonly<Record<string, string>> = {
  '10.11': 'connection.start-ok',
  '10.31': 'connection.tune-ok',
  '10.40': 'connection.open',
  '20.10': 'channel.open',
  '20.20': 'channel.flow',
  '40.10': 'exchange.declare',
  '40.20': 'exchange.delete',
  '40.30': 'exchange.bind',
  '40.40': 'exchange.unbind',
  '50.10': 'queue.declare',
  '50.20': 'queue.bind',
  '50.30': 'queue.purge',
  '50.40': 'queue.delete',
  '50.50': 'queue.unbind',
  '60.10': 'basic.qos',
  '60.20': 'basic.consume',
  '60.30': 'basic.cancel',
  '60.40': 'basic.publish',
  '60.70': 'basic.get',
  '60.80': 'basic.ack',
  '60.90': 'basic.reject',
  '60.100': 'basic.recover-async',
  '60.110': 'basic.recover',
  '60.120': 'basic.nack',
  '85.10': 'confirm.select',
  '90.10': 'tx.select',
  '90.20': 'tx.commit',
  '90.30': 'tx.rollback',
};

/** The name of a method; its numbers where it has none here; `nothing` for 0.0, which blames no method. */
export function methodName(classId: number, methodId: number): string {
  if (classId === 0 && methodId === 0) return 'nothing';
  return names[`${classId}.${methodId}`] ?? `${classId}.${methodId}`;
}
