import type { Values } from '../network/index.ts'

/** Images as bytes in base64, one after the other. */
export function packImages(images: readonly Values[]): string {
  return Buffer.concat(images.map((image) => Buffer.from(image.map((value) => Math.round(255 * value))))).toString('base64')
}

/** Back to bytes. @param pixels of an image */
export function unpackImages(text: string, pixels: number): Uint8Array[] {
  const bytes = Buffer.from(text, 'base64')
  return Array.from({ length: bytes.length / pixels }, (_, i) => bytes.subarray(i * pixels, (i + 1) * pixels))
}
