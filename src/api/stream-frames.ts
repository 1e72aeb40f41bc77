/** One frame of server-sent events. */
export interface StreamFrame {
  /** Undefined for a frame that a client does not resume from. */
  id: string | undefined
  data: string
}

/** A frame is larger than any event, or the stream is none. */
const MOST = 16 * 1024 ** 2

/**
 * The frames of a stream (HTML standard, 9.2.6, as far as the API uses it); comments and signs of life are passed over.
 *
 * @throws TypeError when a frame has no end
 */
export async function* readFrames(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamFrame> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let text = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      text += decoder.decode(value, { stream: true })
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const frame = frameOf(text.slice(0, end))
        text = text.slice(end + 2)
        if (frame) yield frame
      }
      if (text.length > MOST) throw new TypeError('a frame of the event stream has no end')
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function frameOf(text: string): StreamFrame | undefined {
  const fields = new Map<string, string>()
  for (const line of text.split('\n')) {
    const colon = line.indexOf(': ')
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2))
  }
  const data = fields.get('data')
  return data === undefined ? undefined : { id: fields.get('id'), data }
}
