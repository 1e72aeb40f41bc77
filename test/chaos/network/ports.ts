import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the range that the system gives to outgoing connections: a port stays free while its program is down. */
const FIRST = 12_000
const LAST = 32_000

/** Ports that nobody listens on. Each start looks somewhere else, so that runs side by side do not meet. */
export async function fixedPorts(count: number): Promise<number[]> {
  const ports: number[] = []
  for (let port = FIRST + ((process.pid * 37) % (LAST - FIRST - 1000)); ports.length < count; port++)
    if (await isFree(port)) ports.push(port)
  return ports
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}
