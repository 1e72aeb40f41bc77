import { z } from 'zod'
import { isLoopback } from '../core/index.ts'
import { hostOf, hostPortField, pathField } from './fields.ts'

/** What a browser sends as Origin: `https://board.example.org`. */
const originField = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    'expected an origin, for example "https://board.example.org"',
  )

const webUrlField = z.url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' })

/** The section `[api]` of both programs: the HTTP API and the dashboard (docs/api.md). */
export function apiSection(folder: string) {
  return z
    .strictObject({
      /** Where the API is served; not at all by default. Behind a proxy with TLS where others than this machine use it. */
      listen: hostPortField.optional(),
      /** File with the bearer token that clients send. Required unless `listen` is a loopback address. */
      token: pathField(folder).optional(),
      /** Origins of pages of other servers that may read the API. */
      origins: z.array(originField).max(64).default([]),
      /** Chain nodes that the dashboard may ask from the browser. Everybody that reads the API sees them: name none with a key in it. */
      rpcUrls: z.array(webUrlField).max(16).default([]),
      /** Serves the dashboard at `/`. */
      dashboard: z.boolean().default(true),
    })
    .refine(({ listen, token }) => listen === undefined || token !== undefined || isLoopback(hostOf(listen)), {
      path: ['token'],
      message: 'expected a file with a token, because others than this machine reach the address in listen',
    })
    .prefault({})
}
