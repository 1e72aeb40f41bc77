import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { isQuorateError, QuorateError } from '../core/index.ts'
import { keccak, toHex } from '../protocol/index.ts'
import type { Answerer } from './answerer.ts'
import { answerSchema, JSON_TYPE, questionSchema, readQuestion, SAFETENSORS_TYPE, writeAnswer } from './bodies.ts'
import type { Payments } from './payments.ts'
import type { ReceiptBook } from './receipt-book.ts'
import type { ServedModel } from './served-model.ts'

export const RECEIPT_HEADER = 'quorate-receipt'
export const PAYMENT_HEADER = 'quorate-payment'

/** Bytes of a question at most. */
const MOST_BYTES = 16 * 1024 * 1024

const errorSchema = z.object({ code: z.string(), message: z.string() })
const binary = z.string().openapi({ format: 'binary' })

const modelSchema = z.looseObject({
  /** Claim hash. */
  model: z.string(),
  name: z.string(),
  inputShape: z.array(z.int()),
  outputs: z.int(),
})

const predictRoute = createRoute({
  method: 'post',
  path: '/v1/predict',
  summary: 'What the model gives for samples. The header Quorate-Receipt of the answer holds the signed receipt.',
  request: {
    headers: z.object({ [PAYMENT_HEADER]: z.string().optional() }),
    body: { content: { [JSON_TYPE]: { schema: questionSchema }, [SAFETENSORS_TYPE]: { schema: binary } } },
  },
  responses: {
    200: {
      description: 'outputs, in the form of the question',
      content: { [JSON_TYPE]: { schema: answerSchema }, [SAFETENSORS_TYPE]: { schema: binary } },
    },
    400: { description: 'a malformed question', content: { [JSON_TYPE]: { schema: errorSchema } } },
    402: { description: 'not paid', content: { [JSON_TYPE]: { schema: errorSchema } } },
  },
})

const modelRoute = createRoute({
  method: 'get',
  path: '/v1/model',
  summary: 'Which model answers, and how calls are paid',
  responses: { 200: { description: 'the model', content: { [JSON_TYPE]: { schema: modelSchema } } } },
})

export interface RoutesOptions {
  model: ServedModel
  payments: Pick<Payments, 'of'>
  answerer: Pick<Answerer, 'sign'>
  book: Pick<ReceiptBook, 'refusal'>
  /** What `GET /v1/model` says beside the model: addresses and prices. */
  terms: Readonly<Record<string, unknown>>
}

/** The routes of a server of one model. `GET /v1/openapi.json` describes them. */
export function servingRoutes({ model, payments, answerer, book, terms }: RoutesOptions): OpenAPIHono {
  const app = new OpenAPIHono()
  const width = model.inputShape.reduce((product, size) => product * size, 1)
  app.openAPIRegistry.registerPath(modelRoute)
  app.openAPIRegistry.registerPath(predictRoute)
  app.use(
    '/v1/predict',
    bodyLimit({
      maxSize: MOST_BYTES,
      onError: (c) => c.json({ code: 'API_REQUEST_INVALID', message: 'the question is too long' }, 413),
    }),
  )
  // The bytes are hashed as they came, so nothing may parse them before.
  app.post('/v1/predict', async (c) => {
    const type = (c.req.header('content-type') ?? JSON_TYPE).split(';')[0]!.trim().toLowerCase()
    if (type !== JSON_TYPE && type !== SAFETENSORS_TYPE)
      throw new QuorateError('API_REQUEST_INVALID', `send ${JSON_TYPE} or ${SAFETENSORS_TYPE}`)
    const body = new Uint8Array(await c.req.arrayBuffer())
    const input = toHex(keccak(body))
    const { inputs, samples } = readQuestion(type, body, width)
    const payment = await payments.of(c.req.header(PAYMENT_HEADER), input)
    const refusal = book.refusal(payment)
    if (refusal !== undefined) throw new QuorateError('PAYMENT_REQUIRED', refusal)
    const answer = writeAnswer(type, await model.predict(inputs, samples), samples)
    const receipt = await answerer.sign(input, answer, payment)
    return c.body(answer as Uint8Array<ArrayBuffer>, 200, { 'content-type': type, [RECEIPT_HEADER]: receipt })
  })
  app.get('/v1/model', (c) =>
    c.json({ model: model.id, name: model.name, inputShape: model.inputShape, outputs: model.outputs, ...terms }),
  )
  app.doc('/v1/openapi.json', { openapi: '3.1.0', info: { title: `Quorate: ${model.name}`, version: '1' } })
  app.onError((error, c) => {
    const known = isQuorateError(error) ? error : new QuorateError('INTERNAL', 'the server failed', { cause: error })
    const status = known.code === 'PAYMENT_REQUIRED' ? 402 : known.code === 'API_REQUEST_INVALID' ? 400 : 500
    return c.json({ code: known.code, message: status === 500 ? 'the server failed' : known.message }, status)
  })
  return app
}
