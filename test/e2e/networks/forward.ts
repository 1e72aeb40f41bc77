/**
 * Run as a program in a namespace: passes TCP connections on to a socket in the file system, which all namespaces share.
 *
 *     node forward.ts PORT SOCKET
 */
import { connect, createServer } from 'node:net'

const [port, path] = process.argv.slice(2)
createServer((client) => {
  const chain = connect(path!)
  client.pipe(chain).pipe(client)
  for (const end of [client, chain]) end.on('error', () => [client, chain].forEach((other) => other.destroy()))
}).listen(Number(port), '::', () => console.log('listening'))
