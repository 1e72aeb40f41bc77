// HEALTHCHECK of the image: 0 if the node answers /healthz, else 1 and the reason, which `docker inspect` shows.
const address = process.env.QUORATE_HEALTH ?? '127.0.0.1:9100'
try {
  const response = await fetch(`http://${address}/healthz`, { signal: AbortSignal.timeout(8000) })
  console.log(`${response.status} ${(await response.text()).trim()}`)
  process.exitCode = response.ok ? 0 : 1
} catch (error) {
  console.log(`no answer at ${address}: ${error.cause?.message ?? error.message}`)
  process.exitCode = 1
}
