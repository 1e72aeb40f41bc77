import { execFileSync } from 'node:child_process'

/** Runs a command, without a shell. @throws Error with what it said */
export function run(...[command, ...args]: string[]): string {
  return execFileSync(command!, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** The command that runs another one in a namespace. */
export const inside = (namespace: string): string[] => ['ip', 'netns', 'exec', namespace]

/** Why no network namespaces with packet filters can be made here; undefined where they can. */
export function missing(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are a part of Linux'
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  const name = `quorate-try-${process.pid}`
  const attempts: [string, () => unknown][] = [
    ['`ip netns` does not work (package iproute2)', () => run('ip', 'netns', 'add', name)],
    ['no veth devices', () => run('ip', '-n', name, 'link', 'add', 'try0', 'type', 'veth', 'peer', 'name', 'try1')],
    ['`nft` does not work (package nftables)', () => run(...inside(name), 'nft', MASQUERADE)],
    ['no IPv6', () => run('ip', '-n', name, 'addr', 'add', '2001:db8::1/64', 'dev', 'try0', 'nodad')],
  ]
  try {
    for (const [reason, attempt] of attempts) {
      try {
        attempt()
      } catch (error) {
        return `${reason}: ${String((error as { stderr?: string }).stderr ?? error).trim()}`
      }
    }
    return undefined
  } finally {
    try {
      run('ip', 'netns', 'del', name)
    } catch {
      // It was never made.
    }
  }
}

/** Of a router: what leaves at `up` has the router's address, and nothing comes in that was not asked for. */
const MASQUERADE = [
  'add table ip nat',
  'add chain ip nat post { type nat hook postrouting priority 100; }',
  'add rule ip nat post oifname "up" masquerade',
  'add table inet filter',
  'add chain inet filter forward { type filter hook forward priority 0; policy accept; }',
  'add rule inet filter forward ct state established,related accept',
  'add rule inet filter forward iifname "up" drop',
].join('; ')

/** One end of a link: its namespace, its device there and its addresses with their prefix lengths. */
export interface End {
  at: string
  device: string
  addresses: string[]
}

/** Namespaces, the links between them and what their routers let through; all gone when it is disposed. */
export class Namespaces implements Disposable {
  readonly #prefix: string
  readonly #made: string[] = []

  constructor(prefix = `quorate-${process.pid}`) {
    this.#prefix = prefix
  }

  /** The full name of a namespace. */
  name(short: string): string {
    return `${this.#prefix}-${short}`
  }

  add(short: string): void {
    const name = this.name(short)
    run('ip', 'netns', 'add', name)
    this.#made.push(name)
    this.#ip(short, 'link', 'set', 'lo', 'up')
    for (const setting of ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'])
      run(...inside(name), 'sysctl', '-qw', setting)
  }

  link(one: End, other: End): void {
    const [first, second] = [this.name(one.at), this.name(other.at)]
    run('ip', '-n', first, 'link', 'add', 'name', one.device, 'type', 'veth', 'peer', 'name', other.device, 'netns', second)
    for (const { at, device, addresses } of [one, other]) {
      for (const address of addresses)
        this.#ip(at, 'addr', 'add', address, 'dev', device, ...(address.includes(':') ? ['nodad'] : []))
      this.#ip(at, 'link', 'set', 'dev', device, 'up')
    }
  }

  /** Everything that is not near goes this way. */
  gateway(short: string, address: string): void {
    this.#ip(short, ...(address.includes(':') ? ['-6'] : []), 'route', 'add', 'default', 'via', address)
  }

  /** Makes a router of the namespace that hides what is behind it; the world is at its device `up`. */
  masquerade(short: string): void {
    run(...inside(this.name(short)), 'nft', MASQUERADE)
  }

  /** A firewall: out only to these addresses, in only what answers. */
  onlyTo(short: string, addresses: readonly string[]): void {
    const rules = [
      'add table inet filter',
      'add chain inet filter in { type filter hook input priority 0; policy drop; }',
      'add rule inet filter in iifname "lo" accept',
      'add rule inet filter in ct state established,related accept',
      'add chain inet filter out { type filter hook output priority 0; policy drop; }',
      'add rule inet filter out oifname "lo" accept',
      `add rule inet filter out ip daddr { ${addresses.join(', ')} } accept`,
    ]
    run(...inside(this.name(short)), 'nft', rules.join('; '))
  }

  /** Whether a program in a namespace gets a TCP connection. */
  reaches(short: string, host: string, port: number): boolean {
    const dial = `require('node:net').connect({ host: '${host}', port: ${port}, timeout: 3000 })
      .on('connect', () => process.exit(0)).on('timeout', () => process.exit(1)).on('error', () => process.exit(1))`
    try {
      run(...inside(this.name(short)), process.execPath, '-e', dial)
      return true
    } catch {
      return false
    }
  }

  [Symbol.dispose](): void {
    for (const name of this.#made.splice(0).toReversed()) run('ip', 'netns', 'del', name)
  }

  #ip(short: string, ...args: string[]): void {
    const at = args.indexOf('-6')
    const family = at < 0 ? [] : args.splice(at, 1)
    run('ip', '-n', this.name(short), ...family, ...args)
  }
}
