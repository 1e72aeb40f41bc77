import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { BoundedQueue, isQuorateError, QuorateError, systemClock } from '../../core/index.ts'
import type { Clock, Logger } from '../../core/index.ts'
import type { Tracker, TrackedValues } from './tracker.ts'

export interface MlflowOptions {
  /** Address of the tracking server, such as http://127.0.0.1:5000. */
  server: string
  experiment: string
  /** Name of the run. */
  run: string
  /** Facts about the run. */
  tags: Readonly<Record<string, string>>
  /** File that remembers the run over restarts; each start makes a run of its own if left out. */
  stateFile?: string
  /** Writes that file whole. */
  save?: (path: string, text: string) => Promise<void>
  logger: Pick<Logger, 'warn' | 'info'>
  clock?: Pick<Clock, 'sleep'>
  fetch?: typeof fetch
}

interface Batch {
  step: number
  values: TrackedValues
  at: number
}

/** Batches that wait for the server, at most: some days of rounds. The oldest go first. */
const WAITING = 4096
/** Metrics of one request; the server refuses more than 1000. */
const METRICS = 1000
/** Pauses between tries, and how long one request may take, ms. */
const PAUSE_MS = { first: 1000, longest: 60_000 }
const REQUEST_MS = 10_000
/** How long what is left may take at the end, ms: a node that stops does not wait, and a command that only exports does. */
const CLOSE_MS = { node: 5000, command: 120_000 }

const stateSchema = z.object({ server: z.string(), experiment: z.string(), run: z.string() })

/**
 * Writes a run to an MLflow tracking server over its REST API: files under `mlruns/` are no longer read by MLflow. A server that is away is tried again; the node does not
 * wait for it. Numbers that are not finite are left out, because JSON has none.
 *
 * @example const tracker = mlflowTracker({ server: 'http://127.0.0.1:5000', experiment: 'wards', run: 'ward-a', tags: {}, logger })
 */
export function mlflowTracker(options: MlflowOptions): Tracker {
  const { clock = systemClock, logger } = options
  const queue = new BoundedQueue<Batch>({ capacity: WAITING, drop: 'oldest' })
  const abort = new AbortController()
  const { signal } = abort
  const api = restApi(options, signal)
  let run: string | undefined
  let told = false

  const send = async (batch: Batch): Promise<void> => {
    run ??= await openRun(options, api)
    const metrics = Object.entries(batch.values)
      .filter(([, value]) => Number.isFinite(value))
      .map(([key, value]) => ({ key, value, timestamp: Math.round(batch.at * 1000), step: batch.step }))
    for (let from = 0; from < metrics.length; from += METRICS)
      await api('POST', 'runs/log-batch', { run_id: run, metrics: metrics.slice(from, from + METRICS) })
  }
  const work = (async () => {
    for await (const batch of queue) {
      for (let pause = PAUSE_MS.first; ; pause = Math.min(2 * pause, PAUSE_MS.longest)) {
        try {
          await send(batch)
          told = false
          break
        } catch (error) {
          if (signal.aborted) return
          if (!told)
            logger.warn(
              { server: options.server, error: String(error) },
              'the run is not written to MLflow; the node tries again',
            )
          told = true
          // What the server refuses today, it refuses tomorrow.
          if (isRefused(error)) break
          await clock.sleep(pause, signal).catch(() => {})
          if (signal.aborted) return
        }
      }
    }
    if (run !== undefined && options.stateFile === undefined)
      await api('POST', 'runs/update', { run_id: run, status: 'FINISHED', end_time: Date.now() }).catch(() => {})
  })()
  return {
    log: (step, values, at) => void queue.push({ step, values, at }),
    async close() {
      queue.close()
      const goesOn = options.stateFile !== undefined
      const late = setTimeout(() => abort.abort(), goesOn ? CLOSE_MS.node : CLOSE_MS.command)
      await work.finally(() => clearTimeout(late))
    },
  }
}

type Api = (method: 'GET' | 'POST', path: string, body: object) => Promise<unknown>

function restApi({ server, fetch: ask = fetch }: MlflowOptions, signal: AbortSignal): Api {
  return async (method, path, body) => {
    const query = method === 'GET' ? `?${new URLSearchParams(body as Record<string, string>).toString()}` : ''
    const response = await ask(`${server.replace(/\/+$/, '')}/api/2.0/mlflow/${path}${query}`, {
      method,
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]),
      ...(method === 'POST' && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (response.ok) return text === '' ? {} : JSON.parse(text)
    throw new QuorateError('TRACKING_FAILED', `MLflow answered ${response.status} to ${path}: ${text.slice(0, 200)}`, {
      details: { status: response.status },
    })
  }
}

function isRefused(error: unknown): boolean {
  return isQuorateError(error, 'TRACKING_FAILED') && [400, 404].includes(error.details?.['status'] as number)
}

/** The run of before, or a new one. */
async function openRun(options: MlflowOptions, api: Api): Promise<string> {
  const { server, experiment: name, stateFile, tags, save } = options
  const known = stateFile && (await readFile(stateFile, 'utf8').then(parseState, () => undefined))
  if (known && known.server === server && known.experiment === name) {
    const found = await api('GET', 'runs/get', { run_id: known.run }).catch((error: unknown) => {
      if (isRefused(error)) return undefined
      throw error
    })
    if (found !== undefined) return known.run
  }
  const experiment = await openExperiment(name, api)
  const made = runSchema.parse(
    await api('POST', 'runs/create', {
      experiment_id: experiment,
      run_name: options.run,
      start_time: Date.now(),
      tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    }),
  )
  const { run_id: run } = made.run.info
  if (stateFile !== undefined) await save?.(stateFile, JSON.stringify({ server, experiment: name, run }))
  return run
}

const runSchema = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) })
const foundSchema = z.object({ experiment: z.object({ experiment_id: z.string() }) })
const madeSchema = z.object({ experiment_id: z.string() })

async function openExperiment(name: string, api: Api): Promise<string> {
  try {
    return foundSchema.parse(await api('GET', 'experiments/get-by-name', { experiment_name: name })).experiment.experiment_id
  } catch (error) {
    if (!isRefused(error)) throw error
    return madeSchema.parse(await api('POST', 'experiments/create', { name })).experiment_id
  }
}

function parseState(text: string): z.infer<typeof stateSchema> | undefined {
  try {
    return stateSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
