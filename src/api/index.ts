/**
 * The read-only HTTP API of a node (docs/api.md): pages about the task as JSON, and the node's events as a stream.
 *
 * Needs the events of a node from before its start, and the node once it has started. The folders:
 *
 * - `schemas.ts`, `routes.ts`: the shapes of all answers and the table of paths. Nothing but zod, so browsers and `client.ts` use them.
 * - `reading/`: what pages are made from: the task by the chain's events, cached reads of the chain, evaluations, what the node told.
 * - `leaves/`: the leaves of claims that decide about members, kept in files; a thread reads them.
 * - `views/`: one function a path, from these to an answer.
 * - `server/`: HTTP, who may ask, the event stream, OpenAPI.
 *
 * @example
 * await using api = await startConfiguredApi({ config, path, role: 'member', events, metrics, ready, logger })
 * api?.follow(member.node)
 */
export { startConfiguredApi } from './configured-api.ts'
export type { Api, ApiConfig, StartApiOptions } from './start-api.ts'
