/** Run as a program: two peers start, talk on every protocol and stop. It must end by itself: nothing here calls `process.exit`. */
import { Cluster } from './support.ts'
import { until } from './until.ts'

const cluster = await Cluster.start(2)
const [operator, member] = cluster.peers as [(typeof cluster.peers)[0], (typeof cluster.peers)[0]]
const update = new Uint8Array(3 * 8192).fill(1)
const root = operator.source.add(update)
await member.say(await member.commitment(root))
await until(() => operator.state.commitments.size, 1)
await member.blobs.fetchUpdate(root, { segments: 3, signal: AbortSignal.timeout(20_000) })
await member.sync.sync(1n)
await cluster[Symbol.asyncDispose]()
console.log('stopped')
