/** CRC-32C (Castagnoli) of the package, which describes only its other entry. */
declare module 'crc-32/crc32c.js' {
  const crc32c: { buf(data: Uint8Array, seed?: number): number }
  export default crc32c
}
