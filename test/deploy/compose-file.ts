import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'

export const COMPOSE_FOLDER = resolve(import.meta.dirname, '../../deploy/compose')

export interface Service {
  image: string
  build?: { context: string; dockerfile: string; target: string }
  entrypoint?: string[]
  command?: string[]
  environment?: Record<string, string>
  depends_on?: Record<string, { condition: string }> | string[]
  healthcheck?: { test?: string[]; disable?: boolean }
  volumes?: string[]
  ports?: string[]
  read_only?: boolean
}

export interface ComposeFile {
  name: string
  services: Record<string, Service>
  volumes: Record<string, unknown>
}

/** The compose file with its anchors put in. */
export function readComposeFile(): ComposeFile {
  return parse(readFileSync(join(COMPOSE_FOLDER, 'compose.yaml'), 'utf8'), { merge: true }) as ComposeFile
}

/** Names of the services in an order in which each comes after those that it depends on. */
export function startOrder({ services }: ComposeFile): string[] {
  const order: string[] = []
  const visit = (name: string): void => {
    if (order.includes(name)) return
    for (const needed of neededBy(services[name]!)) visit(needed)
    order.push(name)
  }
  for (const name of Object.keys(services)) visit(name)
  return order
}

export function neededBy({ depends_on = [] }: Service): string[] {
  return Array.isArray(depends_on) ? depends_on : Object.keys(depends_on)
}
