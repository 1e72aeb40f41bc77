/**
 * What the error answer of an RPC node means for the request:
 *
 * | kind | meaning | what the caller does |
 * |---|---|---|
 * | `rateLimited` | too many requests | waits, then asks again |
 * | `behind` | this back end has not seen the block yet | asks again later |
 * | `batchTooLarge` | too many requests in one JSON-RPC batch | sends smaller batches |
 * | `rangeTooWide` | too many blocks, results or bytes in one answer | asks for less |
 * | `unavailable` | the node is overloaded, restarting or broken, or did not answer | asks again a few times |
 * | `reverted` | a contract refused the call | nothing: the answer is final |
 * | `refused` | the node would answer the same next time | nothing: the answer is final |
 */
export type RpcFailure = 'rateLimited' | 'behind' | 'batchTooLarge' | 'rangeTooWide' | 'unavailable' | 'reverted' | 'refused'

export interface ErrorAnswer {
  /** The HTTP status. Default 200: a WebSocket has none. */
  status?: number
  /** The JSON-RPC error code, where the body has one. */
  code?: number
  /** The JSON-RPC error message, or the body. */
  words: string
}

// Providers share no codes: -32005 is a rate limit at some and a range limit at others, -32602 and -32000 mean anything. Words come first.
const REVERTED = /revert/i
const BEHIND =
  /beyond (the )?(current )?head|unknown (block|header)|unfinalized data|(block|header)( with hash \S+| for hash)? (was )?not found|cannot find (block|header)|resource not found|BlockOutOfRange/i
const BATCH =
  /batch(ed|ing)? (requests?|calls?|size|limit|of|is|are|not|too|support)|too (many|large|big) .{0,24}batch|(in|per|single|one) (a )?batch\b/i
const RANGE =
  /\branges?\b|blocks? (distance|span)|too many (blocks|results|logs|events)|(returned|returns|exceeds?|limit of|more than|max(imum)?) .{0,24}(results|logs|blocks)\b|(query|log|result|response)s?( set)?( size| is too large| too large| exceed)|limit the query|quer(y|ies) .{0,20}(time(d )?[- ]?out|duration|too long)|blocks per (request|call)/i
const RATE =
  /rate[- ]?limit|rate (is |was )?exceeded|too many (requests|connections|calls)|requests? (count|limit|rate)|(requests|calls) per|compute units|throughput|(quota|capacity|credits) .{0,12}(exceed|reached|exhaust)|exceed\S* .{0,24}(quota|capacity|credits)|throttl|slow down/i
const UNAVAILABLE =
  /^internal (json-?rpc |server )?error\W*$|no (healthy |available )?(backends?|upstreams?|nodes?)|unavailable|overload|bad gateway|time(d )?[- ]?out|connection (reset|refused|closed)/i

/** An error code that a contract's revert has (go-ethereum and its kin). */
const REVERT_CODE = 3
const RATE_CODES: ReadonlySet<number> = new Set([429, -32005, -32007, -32029, -32605])

/**
 * Sorts a provider's error answer into one kind: the one place that knows how providers word their errors. The wordings are those of
 * go-ethereum, Erigon, Nethermind, Besu, reth, anvil and of hosted services. An unknown wording is `refused`.
 */
export function classifyAnswer({ status = 200, code, words }: ErrorAnswer): RpcFailure {
  if (status === 429) return 'rateLimited'
  if (code === REVERT_CODE || REVERTED.test(words)) return 'reverted'
  if (BEHIND.test(words)) return 'behind'
  if (BATCH.test(words)) return 'batchTooLarge'
  if (RANGE.test(words)) return 'rangeTooWide'
  if (RATE.test(words) || (code !== undefined && RATE_CODES.has(code))) return 'rateLimited'
  if (status === 413) return 'rangeTooWide'
  if (status >= 500 || status === 408 || UNAVAILABLE.test(words)) return 'unavailable'
  return 'refused'
}

/** The batch size that a refusal allows, as in "batch of more than 3 requests"; undefined where it names none. */
export function namedBatchLimit(words: string): number | undefined {
  const limit = Number(/batch\D{0,48}(\d+)/i.exec(words)?.[1] ?? 0)
  return limit >= 1 ? limit : undefined
}
