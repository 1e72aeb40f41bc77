import net from 'node:net'

/** Connections to this machine leave from an address of the program's own. */
export function patchConnections(from: string): void {
  const socket = net.Socket.prototype as unknown as { connect: (...args: unknown[]) => unknown }
  const { connect } = socket
  socket.connect = function (this: unknown, ...args: unknown[]) {
    // `net.connect` hands its arguments on as one array; others call with options.
    const holder = Array.isArray(args[0]) ? (args[0] as unknown[]) : args
    const options = holder[0] as { host?: string; localAddress?: string; path?: string } | undefined
    if (typeof options === 'object' && options !== null && !options.path && options.host === '127.0.0.1')
      options.localAddress ??= from
    return connect.apply(this, args)
  }
}
