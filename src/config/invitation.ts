import { X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { isQuorateError, QuorateError } from '../core/index.ts'
import { decodeSpec, documentHash, parseDocument } from '../protocol/index.ts'
import { addressField, blockField, hostPortField, rpcUrlsField, taskIdField } from './fields.ts'

/** Bytes of an invitation. A task document has at most half of them. */
const MOST_BYTES = 32 * 1024 * 1024

const operatorSchema = z.strictObject({
  owner: addressField,
  /** Where members reach it. */
  address: hostPortField,
  /** PEM that members pin. */
  certificate: z.string().max(64 * 1024),
  /** SHA-256 of the certificate, `AB:CD:…`, to compare by voice. */
  fingerprint: z.string(),
})

const invitationSchema = z.strictObject({
  kind: z.literal('quorate-invitation', 'this is no invitation to a task'),
  version: z.literal(1, 'this program reads invitations of version 1'),
  chain: z.strictObject({
    /** A hint: every member should use a node that it trusts. */
    rpcUrl: rpcUrlsField,
    chainId: z.int().min(1),
    ledger: addressField,
    fromBlock: blockField,
  }),
  /** What the ledger's deployment has; read again from the chain, and compared. */
  contracts: z.strictObject({ vault: addressField, distributor: addressField, judge: addressField, token: addressField }),
  task: z.strictObject({
    id: taskIdField,
    /** JSON text whose hash the chain names. */
    specification: z.string(),
    /** JSON text whose hash the specification names: the model, the schema of the data, and how members train. */
    document: z.string(),
  }),
  token: z.strictObject({ symbol: z.string().max(16), decimals: z.int().min(0).max(24) }),
  /** What the founder asks a member to put at risk, in tokens. */
  stake: z.string().regex(/^\d+(\.\d+)?$/, 'expected tokens, such as "100"'),
  operators: z.array(operatorSchema).min(1, 'expected at least one operator').max(16),
  /** Time after which the founder wants no member to join by it, ISO 8601. */
  joinBy: z.iso.datetime().optional(),
})

/** An invitation as read. It holds no secrets, and nothing of it is believed before `verifyInvitation` compared it with the chain. */
export type Invitation = z.output<typeof invitationSchema>
export type InvitedOperator = z.output<typeof operatorSchema>

/**
 * The text of an invitation as a file.
 *
 * @throws QuorateError INVITATION_INVALID when the reader would refuse it
 */
export function invitationText({ kind, version, chain, task, ...rest }: Invitation): string {
  const written = {
    kind,
    version,
    chain: { ...chain, fromBlock: Number(chain.fromBlock) },
    ...rest,
    task: { ...task, id: Number(task.id) },
  }
  const text = `${JSON.stringify(written, null, 2)}\n`
  parseInvitation('the invitation', text)
  return text
}

/**
 * Reads an invitation and compares its parts with each other: the document with the specification, certificates with their fingerprints.
 *
 * @throws QuorateError CONFIG_NOT_FOUND, INVITATION_INVALID naming the field
 */
export async function readInvitation(path: string): Promise<Invitation> {
  const missing = (cause: unknown): QuorateError =>
    new QuorateError('CONFIG_NOT_FOUND', `cannot read the invitation ${path}: ${(cause as Error).message}`, {
      cause,
      details: { file: path },
    })
  const { size } = await stat(path).catch((cause: unknown) => {
    throw missing(cause)
  })
  if (size > MOST_BYTES) throw invalid(path, `has ${size} bytes, and an invitation has at most ${MOST_BYTES}`)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw missing(cause)
  })
  return parseInvitation(path, text)
}

/** The invitation in a text. Errors: as `readInvitation`. */
export function parseInvitation(path: string, text: string): Invitation {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw invalid(path, 'is not JSON', cause)
  }
  const result = invitationSchema.safeParse(value)
  if (!result.success) {
    const { path: field, message } = result.error.issues[0]!
    throw invalid(path, `${field.join('.') || 'file'}: ${message}`)
  }
  const { task, operators } = result.data
  checkTask(path, task)
  for (const operator of operators) checkCertificate(path, operator)
  return result.data
}

function checkTask(path: string, { specification, document }: Invitation['task']): void {
  try {
    if (documentHash(document) !== decodeSpec(specification).document)
      throw invalid(path, 'task.document is not the document that task.specification names')
    parseDocument(document)
  } catch (cause) {
    if (!isQuorateError(cause, 'SPEC_INVALID')) throw cause
    throw invalid(path, `task: ${cause.message}`, cause)
  }
}

function checkCertificate(path: string, { address, certificate, fingerprint }: InvitedOperator): void {
  let found: string
  try {
    found = new X509Certificate(certificate).fingerprint256
  } catch (cause) {
    throw invalid(path, `the certificate of the operator ${address} cannot be read`, cause)
  }
  if (found !== fingerprint)
    throw invalid(path, `the certificate of the operator ${address} has the fingerprint ${found}, and not ${fingerprint}`)
}

function invalid(path: string, problem: string, cause?: unknown): QuorateError {
  return new QuorateError('INVITATION_INVALID', `${path}: ${problem}`, { cause, details: { file: path } })
}
