// A thread that takes jobs and never answers, as a driver that hangs.
import { parentPort } from 'node:worker_threads'

parentPort!.on('message', () => {})
