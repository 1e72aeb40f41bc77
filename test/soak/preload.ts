// Loaded into each program of a soak by `--import`.
//
//   SIGUSR2    collects all garbage, and writes what is left in use to the file that `CHAOS_CONTROL` names, with `.memory` behind it
//   SIGWINCH   cuts every TCP connection of the program, those that it made and those made to it
import { renameSync, writeFileSync } from 'node:fs'
import { Server, Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const path = `${process.env['CHAOS_CONTROL']}.memory`
const sockets = new Set<Socket>()
let cuts = 0

process.on('SIGUSR2', () => void measure())
process.on('SIGWINCH', cut)
watchSockets()

async function measure(): Promise<void> {
  // What finalisers release is garbage of the next collection.
  for (let pass = 0; pass < 2; pass++) {
    collect()
    await turn()
  }
  const { heapUsed, external } = process.memoryUsage()
  // What V8 compiles goes on for hours, as ever more functions become hot; it is no data of the program.
  const code = getHeapSpaceStatistics()
    .filter(({ space_name: name }) => /^(code|trusted)_/.test(name))
    .reduce((sum, { space_used_size: used }) => sum + used, 0)
  const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  writeFileSync(`${path}.new`, JSON.stringify({ heap: heapUsed - code, code, external, timers, cuts }))
  renameSync(`${path}.new`, path)
}

/** By turns: the other side finds the connection reset, or this side does. */
function cut(): void {
  cuts++
  for (const socket of sockets)
    if (cuts % 2 === 0) socket.resetAndDestroy()
    else socket.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }))
}

type Method = (this: unknown, ...args: unknown[]) => unknown

/** Knows every TCP socket of the process. A TLS socket falls with the plain one below it. */
function watchSockets(): void {
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
  const client = Socket.prototype as unknown as { connect: Method }
  const { connect } = client
  client.connect = function (...args) {
    keep(this as Socket)
    return connect.apply(this, args)
  }
  const server = Server.prototype as unknown as { emit: Method }
  const { emit } = server
  server.emit = function (...args) {
    if (args[0] === 'connection') keep(args[1] as Socket)
    return emit.apply(this, args)
  }
}
