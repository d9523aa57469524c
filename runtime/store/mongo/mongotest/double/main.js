// Starts the double: node main.js [--standalone] [--no-streams] [--no-snapshots].
// It prints its address and ends when its standard input does.
import { Server } from './server.js';

const has = (flag) => process.argv.includes(flag);
const server = new Server({ standalone: has('--standalone'), noStreams: has('--no-streams'), noSnapshots: has('--no-snapshots') });
console.log(await server.listen());
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
