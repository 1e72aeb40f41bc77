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
  .meta({ form: 'origin' })

const webUrlField = z
  .url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' })
  .meta({ form: 'http or https URL' })

/** The section `[api]` of both programs: the HTTP API and the dashboard (docs/api.md). */
export function apiSection(folder: string) {
  return z
    .strictObject({
      listen: hostPortField
        .meta({ example: '127.0.0.1:8080' })
        .optional()
        .describe(
          'Where the API is served; not at all if left out.\nPut a proxy with TLS before it where others than this machine use it.',
        ),
      token: pathField(folder)
        .meta({ example: 'api.token' })
        .optional()
        .describe('File with the bearer token that clients send. Required unless `listen` is a loopback address.'),
      origins: z.array(originField).max(64).default([]).describe('Origins of pages of other servers that may read the API.'),
      rpcUrls: z
        .array(webUrlField)
        .max(16)
        .default([])
        .describe(
          'Chain nodes that the dashboard may ask from the browser.\nEverybody that reads the API sees them: name none with a key in it.',
        ),
      dashboard: z.boolean().default(true).describe('Whether the dashboard is served at `/`.'),
    })
    .refine(({ listen, token }) => listen === undefined || token !== undefined || isLoopback(hostOf(listen)), {
      path: ['token'],
      message: 'expected a file with a token, because others than this machine reach the address in listen',
    })
    .prefault({})
    .describe('The HTTP API and the dashboard ([api.md](api.md), [dashboard.md](dashboard.md)).')
}
