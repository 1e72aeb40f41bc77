import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { QuorateError } from '../../core/index.ts'
import { API_BASE, ROUTES } from '../routes.ts'
import type { Route, RouteName } from '../routes.ts'
import { problemSchema } from '../schemas.ts'
import { PROBLEM_TYPE } from './problem.ts'

/** A request that fits the schemas of its route. */
export interface FitRequest {
  name: RouteName
  params: Record<string, string>
  query: Record<string, string | undefined>
  /** Path and query, by which equal requests are known. */
  key: string
  ifNoneMatch: string | undefined
}

export type Responder = (request: FitRequest) => Promise<Response>

const problem = { description: 'an error with a code', content: { [PROBLEM_TYPE]: { schema: problemSchema } } }

/**
 * The routes of the API over the schemas that its answers have. `GET /api/v1/openapi.json` describes them.
 *
 * @param respond makes the response to a request that fits
 * @param failed makes that to one that does not
 */
export function createRoutes(respond: Responder, failed: (error: unknown) => Response): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return undefined
      const [issue] = result.error.issues
      const field = issue?.path.join('.') || 'the query'
      return failed(new QuorateError('API_REQUEST_INVALID', `${field}: ${issue?.message ?? 'not as it should be'}`))
    },
  })
  for (const [name, entry] of Object.entries(ROUTES) as [RouteName, Route][]) {
    const { path, summary, params, query, answer } = entry
    const route = createRoute({
      method: 'get',
      path: `${API_BASE}${path}`,
      operationId: name,
      summary,
      request: { params, query },
      responses: { 200: { description: summary, content: { 'application/json': { schema: answer } } }, default: problem },
    })
    app.openapi(route, (async (context: HonoContext) =>
      respond({
        name,
        params: context.req.valid('param') as FitRequest['params'],
        query: context.req.valid('query') as FitRequest['query'],
        key: context.req.url,
        ifNoneMatch: context.req.header('if-none-match'),
      })) as never)
  }
  describeEvents(app)
  app.doc31(`${API_BASE}/openapi.json`, {
    openapi: '3.1.0',
    info: {
      title: 'Quorate node',
      version: '1',
      description:
        'Read-only. Amounts, rounds, blocks and gas are decimal strings; times are unix seconds; what the node does not know is null.',
      license: { name: 'Apache-2.0' },
    },
    security: [{ token: [] }, {}],
  })
  app.notFound(() => failed(new QuorateError('API_PATH_UNKNOWN', 'the API has no such path')))
  app.onError((error) => failed(error))
  return app
}

interface HonoContext {
  req: { url: string; valid(target: 'param' | 'query'): unknown; header(name: string): string | undefined }
}

/** The stream has a server of its own, so only its description is here. */
function describeEvents(app: OpenAPIHono): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' })
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: `${API_BASE}/events`,
    operationId: 'events',
    summary: 'The events of the node as server-sent events (docs/events.md).',
    request: {
      headers: z.object({
        'last-event-id': z.string().optional().meta({ description: 'id of the last event that the client has' }),
      }),
    },
    responses: {
      200: {
        description: 'a stream that ends when the client or the node does',
        content: { 'text/event-stream': { schema: z.string() } },
      },
      default: problem,
    },
  })
}
